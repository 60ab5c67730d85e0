"""Documents for the validator's tests, and what is found in them."""

from __future__ import annotations

import json
from typing import Any

from remit.syntax.document import load
from remit.validate.model import Asked, Authorization, Issue, PolicyType
from remit.validate.validate import Validated, validate

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
FAR = "444455556666"


def document(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", **more, "Statement": list(statements)}


def allow(
    action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::b/*", **more: Any
) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {key: value for key, value in found.items() if value is not None}


def deny(
    action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::b/*", **more: Any
) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def trust(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return allow(action, None, Principal=principal, **more)


def run(raw: Any, kind: str | None = None, **asked: Any) -> Validated:
    text = raw if isinstance(raw, str) else json.dumps(raw, indent=1)
    if "authorization" in asked:
        asked["authorization"] = Authorization(asked["authorization"])
    return validate(load(text, "policy.json"), Asked(PolicyType(kind) if kind else None, **asked))


def codes(raw: Any, kind: str | None = None, **asked: Any) -> list[str]:
    return sorted({issue.code for issue in run(raw, kind, **asked).issues})


def only(raw: Any, code: str, kind: str | None = None, **asked: Any) -> Issue:
    found = [issue for issue in run(raw, kind, **asked).issues if issue.code == code]
    assert len(found) == 1, found
    return found[0]
