"""Policies and cases for tests, built from plain values. Reading documents with positions is
`remit.syntax`'s business; here every element stands at the start of a file named `policy.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from remit.core.policy import Condition, Effect, Item, Policy, Principals, Statement
from remit.core.request import Request
from remit.core.span import Span
from remit.engine.policyset import PolicySet

SPAN = Span.whole("policy.json")
CASES = Path(__file__).parent / "cases"


def item(value: Any) -> Item:
    return Item(value if isinstance(value, str) else json.dumps(value), SPAN)


def items(values: Any) -> tuple[Item, ...]:
    return tuple(map(item, values if isinstance(values, list) else [values]))


def statement(index: int, raw: Mapping[str, Any]) -> Statement:
    resources = raw.get("Resource", raw.get("NotResource"))
    return Statement(
        index=index,
        sid=item(raw["Sid"]) if "Sid" in raw else None,
        effect=Effect(raw["Effect"]),
        actions=items(raw.get("Action", raw.get("NotAction", []))),
        resources=None if resources is None else items(resources),
        span=SPAN,
        not_action="NotAction" in raw,
        not_resource="NotResource" in raw,
        principals=_principals(raw),
        conditions=tuple(
            Condition(item(operator), item(key), items(values))
            for operator, block in raw.get("Condition", {}).items()
            for key, values in block.items()
        ),
        faults=tuple(raw.get("faults", ())),
    )


def _principals(raw: Mapping[str, Any]) -> Principals | None:
    value = raw.get("Principal", raw.get("NotPrincipal"))
    if value is None:
        return None
    pairs = {"*": "*"} if value == "*" else value
    entries = tuple((kind, entry) for kind, listed in pairs.items() for entry in items(listed))
    return Principals(entries, "NotPrincipal" in raw, SPAN)


def policy(raw: Mapping[str, Any], name: str = "policy") -> Policy:
    listed = raw.get("Statement", [])
    statements = listed if isinstance(listed, list) else [listed]
    return Policy(
        version=raw.get("Version", "2008-10-17"),
        statements=tuple(statement(i, s) for i, s in enumerate(statements)),
        span=SPAN,
        name=name,
        id=raw.get("Id"),
    )


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Policy:
    return policy({"Version": version, "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def request(raw: Mapping[str, Any]) -> Request:
    context = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in raw.get("context", {}).items()
    }
    return Request(
        raw["principal"], raw["action"], raw["resource"], raw.get("resourceAccount"), context
    )


def policy_set(raw: Mapping[str, Any]) -> PolicySet:
    def layer(name: str) -> list[Policy] | None:
        return [policy(one) for one in raw[name]] if name in raw else None

    def levels(name: str) -> list[list[Policy]] | None:
        return [[policy(one) for one in level] for level in raw[name]] if name in raw else None

    return PolicySet(
        identity=layer("identity") or (),
        resource=policy(raw["resource"]) if "resource" in raw else None,
        boundary=layer("permissionsBoundary"),
        session=layer("session"),
        scp=levels("scp"),
        rcp=levels("rcp"),
        vpc_endpoint=layer("vpcEndpoint"),
    )


@cache
def cases() -> list[dict[str, Any]]:
    """Every case of tests/cases, in the case format plus `expect` and `source`."""
    return [
        json.loads(line)
        for path in sorted(CASES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    ]
