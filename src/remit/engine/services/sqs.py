"""Amazon SQS. Source: facts/iam.md 4.12 (SQS Developer Guide,
sqs-limitations-of-custom-policies)."""

from __future__ import annotations

from remit.engine.context import Facts
from remit.engine.services.terms import COMMON, LOCAL, Terms

_OWN_ACCOUNT_ONLY = frozenset(
    {
        "sqs:addpermission",
        "sqs:createqueue",
        "sqs:deletequeue",
        "sqs:listqueues",
        "sqs:listqueuetags",
        "sqs:removepermission",
        "sqs:setqueueattributes",
        "sqs:tagqueue",
        "sqs:untagqueue",
    }
)


def terms(facts: Facts) -> Terms:
    """A queue is managed from its own account, whatever its policy says."""
    return LOCAL if facts.action in _OWN_ACCOUNT_ONLY else COMMON
