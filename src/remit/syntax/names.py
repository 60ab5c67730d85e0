"""The names that a policy may use: elements, principal kinds, condition operators.

And the nearest of them to a name that is none.
Source: IAM User Guide, reference_policies_grammar,
reference_policies_elements_condition_operators;
facts/iam.md 1.1, 1.5, 2.2.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["identity", "resource", "trust"]
"""What a policy is attached to. `identity` stands for boundaries and session policies too."""

VERSIONS = ("2012-10-17", "2008-10-17")
POLICY_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
    "Resource", "NotResource", "Condition",
)  # fmt: skip
EFFECTS = ("Allow", "Deny")
PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
SET_PREFIXES = ("ForAllValues", "ForAnyValue")
IF_EXISTS = "IfExists"

_VALUE_TYPES = {
    "String": (
        "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase"
        " StringLike StringNotLike"
    ),
    "Numeric": (
        "NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals"
        " NumericGreaterThan NumericGreaterThanEquals"
    ),
    "Date": (
        "DateEquals DateNotEquals DateLessThan DateLessThanEquals"
        " DateGreaterThan DateGreaterThanEquals"
    ),
    "Bool": "Bool",
    "Binary": "BinaryEquals",
    "IP address": "IpAddress NotIpAddress",
    "ARN": "ArnEquals ArnNotEquals ArnLike ArnNotLike",
    "Null": "Null",
}
OPERATORS = {name: kind for kind, names in _VALUE_TYPES.items() for name in names.split()}
"""Every condition operator without prefix and suffix, with the type of the values it takes."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator's spelling in its three parts; `base` may be no operator's name."""

    prefix: str
    base: str
    if_exists: bool

    @classmethod
    def split(cls, text: str) -> Operator:
        """`ForAnyValue:StringEqualsIfExists` in its parts."""
        prefix, colon, rest = text.partition(":")
        if not colon:
            prefix, rest = "", text
        base = rest.removesuffix(IF_EXISTS)
        return cls(prefix, base, base != rest)

    def __str__(self) -> str:
        prefix = self.prefix + ":" if self.prefix else ""
        return prefix + self.base + (IF_EXISTS if self.if_exists else "")


def nearest(name: str, known: Collection[str], reach: int = 3) -> str | None:
    """The known name that the author may have meant: another case, or at most `reach` slips.

    A name of few letters must come nearer, so that `Foo` is not taken for `Bool`.
    """
    lower = name.lower()
    letters = set(lower)
    best, least = None, min(reach, len(name) // 3) + 1
    for candidate in known:
        wanted = candidate.lower()
        # Each letter that is nowhere in the name costs a slip of its own.
        if abs(len(wanted) - len(lower)) < least and len(set(wanted) - letters) < least:
            slips = _distance(lower, wanted, least - 1)
            if slips < least:
                best, least = candidate, slips
    return best


def _distance(one: str, other: str, limit: int) -> int:
    """Slips between two words: a letter too many, too few, wrong, or two swapped.

    Only the cells near the diagonal are filled, as all others are above `limit` anyway; a result
    above `limit` is not exact.
    """
    width, far = len(other), limit + 1
    before = [far] * (width + 1)
    row = list(range(width + 1))
    for i, letter in enumerate(one, 1):
        above, before, row = before, row, [far] * (width + 1)
        row[0] = i
        for j in range(max(1, i - limit), min(width, i + limit) + 1):
            wanted = other[j - 1]
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                slips = min(slips, above[j - 2] + 1)
            row[j] = slips
    return row[width]
