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
    boundary = policies.get("permissionsBoundary")
    scp = policies.get("scp")
    return PolicySet(
        identity=list(map(policy, policies["identity"])),
        boundary=None if boundary is None else list(map(policy, boundary)),
        scp=None if scp is None else [list(map(policy, level)) for level in scp],
    )


def request(raw: dict[str, Any]) -> Request:
    return Request(
        raw["principal"], raw["action"], raw["resource"], raw["resourceAccount"], raw["context"]
    )
