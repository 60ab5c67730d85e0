"""The case format as remit's own values, read with its own parser."""

from __future__ import annotations

import json
from typing import Any

from remit.core.policy import Policy
from remit.core.request import Request
from remit.engine.policyset import PolicySet
from remit.syntax.policy import parse_text


def policy(document: dict[str, Any]) -> Policy:
    read, problems = parse_text(json.dumps(document), "policy.json")
    assert read is not None, problems
    return read


def policy_set(policies: dict[str, Any]) -> PolicySet:
    def layer(name: str) -> list[Policy] | None:
        return [policy(one) for one in policies[name]] if name in policies else None

    def levels(name: str) -> list[list[Policy]] | None:
        return (
            [[policy(one) for one in level] for level in policies[name]]
            if name in policies
            else None
        )

    return PolicySet(
        identity=layer("identity") or (),
        resource=policy(policies["resource"]) if "resource" in policies else None,
        boundary=layer("permissionsBoundary"),
        session=layer("session"),
        scp=levels("scp"),
        rcp=levels("rcp"),
        vpc_endpoint=layer("vpcEndpoint"),
    )


def request(raw: dict[str, Any]) -> Request:
    context = {k: tuple(v) if isinstance(v, list) else v for k, v in raw["context"].items()}
    return Request(
        raw["principal"], raw["action"], raw["resource"], raw.get("resourceAccount"), context
    )
