"""cedarpy: one Cedar policy for each statement, the set parsed before.

A Cedar action has no wildcards and its `like` no `?`; so action and resource are given as
context, and `?` becomes `*`.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from loop import serve

OPERATORS = {
    "StringEquals": "context.{key} == {value}",
    "StringLike": "context.{key} like {value}",
    "IpAddress": "ip(context.{key}).isInRange(ip({value}))",
}
PRINCIPAL, ACTION, RESOURCE = 'Role::"app"', 'Action::"call"', 'Thing::"any"'


def load(policies: dict[str, Any], requests: list[dict[str, Any]]) -> Any:
    cedar = import_module("cedarpy")
    [document] = policies["identity"]
    text = "\n".join(map(_policy, document["Statement"]))
    parsed, entities = cedar.PolicySet.from_str(text), cedar.Entities.from_json_str("[]")

    def decide(asked: dict[str, Any]) -> bool:
        return bool(cedar.is_authorized(asked, parsed, entities).allowed)

    return decide, list(map(_request, requests))


def _policy(statement: dict[str, Any]) -> str:
    effect = "permit" if statement["Effect"] == "Allow" else "forbid"
    tests = [_likes("action", statement["Action"]), _likes("resource", statement["Resource"])]
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            listed = values if isinstance(values, list) else [values]
            one = OPERATORS[operator]
            tests.append(
                " || ".join(
                    f"(context has {_key(key)} && {one.format(key=_key(key), value=json.dumps(v))})"
                    for v in listed
                )
            )
    when = " && ".join(f"({test})" for test in tests)
    return f"{effect}(principal, action, resource) when {{ {when} }};"


def _likes(name: str, patterns: list[str] | str) -> str:
    listed = patterns if isinstance(patterns, list) else [patterns]
    return " || ".join(
        f"context.{name} like {json.dumps(p.replace('?', '*'))}"
        if "*" in p or "?" in p
        else f"context.{name} == {json.dumps(p)}"
        for p in listed
    )


def _key(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)


def _request(asked: dict[str, Any]) -> dict[str, Any]:
    context = {_key(name): value for name, value in asked["context"].items()}
    context |= {"action": asked["action"], "resource": asked["resource"]}
    return {"principal": PRINCIPAL, "action": ACTION, "resource": RESOURCE, "context": context}


serve(load)
