"""How long a document may be, counted as AWS counts.

IAM does not count white space; Organizations counts every character that it is sent, and most
tools send JSON without white space. So a document is measured as compact JSON, wherever it came
from (YAML too). Access Analyzer's own count of the identity policies in a public recording of its
answers is this count and one more.
Sources: IAM User Guide, reference_iam-quotas; facts/iam.md 1.8; api-gateway.md 2.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from remit.core.span import Span
from remit.syntax.codes import Level
from remit.syntax.nodes import Node, plain
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.resource_types import RESOURCE_TYPES

_TOO_LONG = "AWS refuses the document."
_SPLIT = "Split it, or write fewer and wider entries."

POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA = Check(
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    Level.WARNING,
    "An identity policy of more than 10,240 characters.",
    "It fits nowhere: a managed policy has 6,144, all inline policies of a role together 10,240.",
    _SPLIT,
)
REMIT_POLICY_SIZE_FITS_ROLE_ONLY = Check(
    "REMIT_POLICY_SIZE_FITS_ROLE_ONLY",
    Level.SUGGESTION,
    "An identity policy of more than 6,144 characters.",
    "It is too long for a managed policy, and for the inline policies of a user or group.",
    "Split it into managed policies, or put it inline into a role.",
)
POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA = Check(
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    Level.WARNING,
    "A trust policy of more than 2,048 characters.",
    "AWS refuses it, unless the account's quota was raised (at most 8,192).",
    "Shorten it, or ask for a higher quota.",
)
POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA = Check(
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    Level.WARNING,
    "A resource policy that is longer than its service takes.",
    _TOO_LONG,
    _SPLIT,
)
POLICY_SIZE_EXCEEDS_SCP_QUOTA = Check(
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    Level.ERROR,
    "A service control policy of more than 10,240 characters.",
    _TOO_LONG,
    _SPLIT,
)
REMIT_SCP_SIZE_UNSURE = Check(
    "REMIT_SCP_SIZE_UNSURE",
    Level.WARNING,
    "A service control policy of more than 5,120 characters.",
    "AWS's pages name 5,120; a later limit of 10,240 is not confirmed.",
    "Keep it below 5,120 characters to be sure.",
)
POLICY_SIZE_EXCEEDS_RCP_QUOTA = Check(
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    Level.ERROR,
    "A resource control policy of more than 5,120 characters.",
    _TOO_LONG,
    _SPLIT,
)
REMIT_SESSION_POLICY_SIZE = Check(
    "REMIT_SESSION_POLICY_SIZE",
    Level.ERROR,
    "A session policy of more than 2,048 characters.",
    "STS refuses the call (the ARNs of session policies count too).",
    _SPLIT,
)
REMIT_BOUNDARY_SIZE = Check(
    "REMIT_BOUNDARY_SIZE",
    Level.ERROR,
    "A permissions boundary of more than 6,144 characters.",
    "A boundary is a managed policy, and AWS refuses a longer one.",
    "Write fewer and wider entries: there can be only one boundary.",
)

# For each type the limits and their checks, the highest first (facts/iam.md 1.8).
_LIMITS: dict[PolicyType, tuple[tuple[int, Check], ...]] = {
    PolicyType.IDENTITY: (
        (10_240, POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA),
        (6_144, REMIT_POLICY_SIZE_FITS_ROLE_ONLY),
    ),
    PolicyType.BOUNDARY: ((6_144, REMIT_BOUNDARY_SIZE),),
    PolicyType.SESSION: ((2_048, REMIT_SESSION_POLICY_SIZE),),
    PolicyType.TRUST: ((2_048, POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA),),
    PolicyType.SCP: ((10_240, POLICY_SIZE_EXCEEDS_SCP_QUOTA), (5_120, REMIT_SCP_SIZE_UNSURE)),
    PolicyType.RCP: ((5_120, POLICY_SIZE_EXCEEDS_RCP_QUOTA),),
    PolicyType.API_GATEWAY: ((8_192, POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA),),
    PolicyType.VPC_ENDPOINT: ((20_480, POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA),),
}


def size(node: Node) -> int:
    """The document's characters as compact JSON, without any white space."""
    text = json.dumps(plain(node), separators=(",", ":"), ensure_ascii=False)
    return len("".join(text.split()))


def too_long(subject: Subject) -> Iterator[Issue]:
    """A document over a limit; the highest that it passes is told."""
    limits = _LIMITS.get(subject.type, _of_resource(subject.resource_type))
    if not limits or _is_short(subject.node.span, limits[-1][0]):
        return
    length = size(subject.node)
    for limit, check in limits:
        if length > limit:
            message = f"{length:,} characters without white space; {limit:,} are allowed"
            yield Issue(check, subject.node.span, message, check.remedy)
            return


def _is_short(span: Span, limit: int) -> bool:
    """Whether it cannot be too long, without writing it out: one line shows its length."""
    return span.line == span.end_line and span.end_column - span.column <= limit


def _of_resource(name: str | None) -> tuple[tuple[int, Check], ...]:
    kind = RESOURCE_TYPES.get(name or "")
    if kind is None or kind.quota is None:
        return ()
    return ((kind.quota, POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA),)


FAMILY = Family(
    "Sizes",
    (
        POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA,
        POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA,
        POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA,
        POLICY_SIZE_EXCEEDS_SCP_QUOTA,
        POLICY_SIZE_EXCEEDS_RCP_QUOTA,
        REMIT_POLICY_SIZE_FITS_ROLE_ONLY,
        REMIT_SCP_SIZE_UNSURE,
        REMIT_SESSION_POLICY_SIZE,
        REMIT_BOUNDARY_SIZE,
    ),
    (too_long,),
)
