"""moto: its policy evaluator with the document loaded before.

It reads `?` as a regular expression does, so that `??` is an error: given as `.`.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from loop import serve


def load(policies: dict[str, Any], requests: list[dict[str, Any]]) -> Any:
    module = import_module("moto.iam.access_control")
    permitted = module.PermissionResult.PERMITTED
    [document] = policies["identity"]
    policy = module.IAMPolicy({"policy_document": json.dumps(document).replace("?", ".")})

    def decide(asked: dict[str, Any]) -> bool:
        result = policy.is_action_permitted(
            asked["action"], asked["resource"], incoming_condition_values=asked["context"]
        )
        return result is permitted

    return decide, requests


serve(load)
