"""Clients of moto, and policies to enforce."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from remit.testing import enforce
from remit.testing.enforcement import Enforcement

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/test"
REGION = "eu-west-1"


def allow(
    actions: str | Sequence[str], resource: str | Sequence[str] = "*", **more: Any
) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": resource}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def as_role(*statements: dict[str, Any], **more: Any) -> Enforcement:
    """A role of which these are all the permissions."""
    return enforce(policies=[policy(*statements)], principal=ROLE, **more)
