"""What kind of policy a document is, where nobody says: from its own elements only.

A document does not tell whether it is an identity policy, a boundary, a session policy or an SCP:
these read alike, and the first is by far the most common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remit.core.policy import Policy, Statement
from remit.validate.model import PolicyType
from remit.validate.resource_types import guess


@dataclass(frozen=True, slots=True)
class Inferred:
    """The type, the type of resource where it shows, and the reason for people."""

    type: PolicyType
    resource_type: str | None
    why: str


def infer(policy: Policy) -> Inferred:
    """The likely kind of the policy, parsed without a kind."""
    statements = policy.statements
    naming = sum(one.principals is not None for one in statements)
    if not naming:
        return Inferred(PolicyType.IDENTITY, None, "no statement names a principal")
    if 2 * naming < len(statements):
        return Inferred(PolicyType.IDENTITY, None, "most statements name no principal")
    if _is_trust(statements):
        why = "the statements name principals, only `sts:` actions, and no resource"
        return Inferred(PolicyType.TRUST, None, why)
    if _is_api(statements):
        return Inferred(PolicyType.API_GATEWAY, None, "all actions are of `execute-api`")
    found = guess(statements)
    why = "the statements name principals"
    return Inferred(PolicyType.RESOURCE, found, why if found is None else f"{why}; its ARNs fit")


def _is_trust(statements: Iterable[Statement]) -> bool:
    named = [item.value.lower() for one in statements for item in one.actions]
    bare = all(one.resources is None for one in statements)
    return bare and bool(named) and all(name.startswith("sts:") for name in named)


def _is_api(statements: Iterable[Statement]) -> bool:
    named = [item.value.lower() for one in statements for item in one.actions]
    return bool(named) and all(name.startswith("execute-api:") for name in named)
