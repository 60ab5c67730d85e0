"""PMapper: its local simulation of one principal."""

from __future__ import annotations

import collections
import collections.abc
from importlib import import_module
from typing import Any

from loop import serve

# PMapper 1.1.5 was written for Python before 3.10, where these names were found here too.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))


def load(policies: dict[str, Any], requests: list[dict[str, Any]]) -> Any:
    common = import_module("principalmapper.common")
    query = import_module("principalmapper.querying.query_interface")
    arn = requests[0]["principal"]
    attached = [common.Policy(arn, "inline", document) for document in policies["identity"]]
    node = common.Node(
        arn, "AROAEXAMPLE", attached, [], {"Statement": []}, None, 0, False, False, None, False, {}
    )

    def decide(asked: dict[str, Any]) -> bool:
        return bool(
            query.local_check_authorization(
                node, asked["action"], asked["resource"], asked["context"]
            )
        )

    return decide, requests


serve(load)
