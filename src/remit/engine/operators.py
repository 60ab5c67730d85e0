"""The condition operators: one table.

What may live here: what an operator compares and how its values are read. Missing keys, set
prefixes and `IfExists` are condition.py's; the readers are values.py's.

Rules: facts/iam.md 2.2 (IAM User Guide, reference_policies_elements_condition_operators).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from remit.core.pattern import Pattern
from remit.engine import values
from remit.engine.variables import Context, Template


class Misread(Enum):
    """What a policy value that cannot be read does in a Deny. In an Allow it never helps."""

    SKIPPED = "skipped"
    """It matches nothing [O]."""
    FIRES = "fires"
    """The test counts as true from there on: the Deny stays on the safe side [O for ARNs]."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an operator's values are read; a reader answers None where it cannot.

    `listed` reads a policy's value, `seen` a request's. `pattern` says that `listed` takes a
    `Pattern`, not a str; `variables` that `${...}` is replaced. A request value that cannot be
    read matches nothing, so a negated operator is true, but for kinds that are `exacting` it
    satisfies neither form [O, facts 2.2]. `text` says that `listed` and `seen` leave plain text as
    it is, so that a value known in part can be judged.
    """

    listed: Callable[[Any], Any]
    seen: Callable[[str], Any]
    pattern: bool = False
    variables: bool = False
    exacting: bool = False
    text: bool = False
    misread: Misread = Misread.SKIPPED

    def value(self, template: Template, context: Context) -> Any:
        """The policy's value for one request: None when it cannot be read, `UNRESOLVED` when a
        variable has no value."""
        text = template.pattern(context) if self.pattern else template.text(context)
        if text is None:
            return None if template.broken else UNRESOLVED
        return self.listed(text)


class Unresolved(Enum):
    """A policy value whose variable has no value: it matches nothing."""

    UNRESOLVED = "unresolved"


UNRESOLVED = Unresolved.UNRESOLVED


@dataclass(frozen=True, slots=True)
class Operator:
    """`matches(listed, seen)` compares; `negated` turns "some listed value matches" into "none"."""

    name: str
    kind: Kind
    matches: Callable[[Any, Any], bool]
    negated: bool = False


def _same(text: Any) -> Any:
    return text


def _like(pattern: Pattern, seen: str) -> bool:
    return pattern.matches(seen)


def _arn_like(listed: tuple[Pattern, ...], seen: tuple[str, ...]) -> bool:
    return all(map(_like, listed, seen))


def _in_network(listed: values.Network, seen: tuple[int, int]) -> bool:
    bits, value = seen
    away = bits - listed.prefix
    return bits == listed.bits and value >> away == listed.value >> away


def _null(wants_absent: bool, present: bool) -> bool:
    return wants_absent is not present


_TEXT = Kind(_same, _same, variables=True, text=True)
_FOLDED = Kind(str.lower, str.lower, variables=True)
_PATTERN = Kind(_same, _same, pattern=True, variables=True, text=True)
_NUMBER = Kind(values.number, values.number)
_DATE = Kind(values.instant, values.instant)
# A Deny with `Bool: "yes"` fires (unconfirmed: bool-text).
_TRUTH = Kind(values.strict_truth, values.truth, misread=Misread.FIRES)
_BINARY = Kind(values.binary, values.raw)
_ADDRESS = Kind(values.network, values.address, exacting=True)
_ARN = Kind(
    values.arn_pattern,
    values.arn,
    pattern=True,
    variables=True,
    exacting=True,
    misread=Misread.FIRES,
)

NULL = "Null"
"""Asks whether the key is there; it takes no IfExists, and its request value is presence."""

# Comparisons are called with (listed, seen), so "seen < listed" is operator.gt.
OPERATORS: Mapping[str, Operator] = {
    entry.name: entry
    for entry in (
        Operator("StringEquals", _TEXT, operator.eq),
        Operator("StringNotEquals", _TEXT, operator.eq, negated=True),
        Operator("StringEqualsIgnoreCase", _FOLDED, operator.eq),
        Operator("StringNotEqualsIgnoreCase", _FOLDED, operator.eq, negated=True),
        Operator("StringLike", _PATTERN, _like),
        Operator("StringNotLike", _PATTERN, _like, negated=True),
        Operator("NumericEquals", _NUMBER, operator.eq),
        Operator("NumericNotEquals", _NUMBER, operator.eq, negated=True),
        Operator("NumericLessThan", _NUMBER, operator.gt),
        Operator("NumericLessThanEquals", _NUMBER, operator.ge),
        Operator("NumericGreaterThan", _NUMBER, operator.lt),
        Operator("NumericGreaterThanEquals", _NUMBER, operator.le),
        Operator("DateEquals", _DATE, operator.eq),
        Operator("DateNotEquals", _DATE, operator.eq, negated=True),
        Operator("DateLessThan", _DATE, operator.gt),
        Operator("DateLessThanEquals", _DATE, operator.ge),
        Operator("DateGreaterThan", _DATE, operator.lt),
        Operator("DateGreaterThanEquals", _DATE, operator.le),
        Operator("Bool", _TRUTH, operator.eq),
        Operator("BinaryEquals", _BINARY, operator.eq),
        Operator("IpAddress", _ADDRESS, _in_network),
        Operator("NotIpAddress", _ADDRESS, _in_network, negated=True),
        Operator("ArnEquals", _ARN, _arn_like),
        Operator("ArnLike", _ARN, _arn_like),
        Operator("ArnNotEquals", _ARN, _arn_like, negated=True),
        Operator("ArnNotLike", _ARN, _arn_like, negated=True),
        Operator(NULL, _TRUTH, _null),
    )
}
