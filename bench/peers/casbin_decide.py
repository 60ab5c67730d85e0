"""casbin: one line for each action and resource of each statement, matched as shell globs.

Its policies have no conditions: they are left out.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from loop import serve

MODEL = """
[request_definition]
r = act, obj

[policy_definition]
p = act, obj, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = keyMatch(r.act, p.act) && wild(r.obj, p.obj)
"""


def load(policies: dict[str, Any], requests: list[dict[str, Any]]) -> Any:
    logging.disable(logging.CRITICAL)
    casbin, fnmatch = import_module("casbin"), import_module("fnmatch")
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_function("wild", fnmatch.fnmatchcase)
    [document] = policies["identity"]
    lines = {
        (action, resource, statement["Effect"].lower()): None
        for statement in document["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    enforcer.add_policies([list(line) for line in lines])

    def decide(asked: dict[str, Any]) -> bool:
        return bool(enforcer.enforce(asked["action"], asked["resource"]))

    return decide, requests


def _listed(value: list[str] | str) -> list[str]:
    return value if isinstance(value, list) else [value]


serve(load)
