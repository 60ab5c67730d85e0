"""What is known about an open request, and three-valued answers about it.

What may live here: the keys that are known, absent or open; whether a condition holds (True, False
or None for "cannot be told"); how the holes of a resource are read. Verdicts are judge.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from remit.core.automaton import Take
from remit.core.need import ContextValue, Need
from remit.core.pattern import Pattern
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Text
from remit.engine.condition import Check, Quantifier
from remit.engine.context import MULTIVALUED, lowered
from remit.engine.operators import NULL
from remit.engine.statement import Rule, Target
from remit.engine.variables import Template

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Known:
    """Context keys, lowered: `values` are certain, `absent` certainly not there, `partial` there
    but known in part. All others may be anything."""

    values: Mapping[str, Value]
    absent: frozenset[str]
    partial: Mapping[str, ContextValue]

    def open(self, key: str) -> bool:
        """Whether the key's value cannot be told."""
        return key not in self.values and key not in self.absent

    def holes(self, keys: Iterable[str]) -> tuple[Hole, ...]:
        """The holes in the values of those keys."""
        texts = [self.partial[key] for key in keys if key in self.partial]
        return tuple(hole for text in texts for hole in _holes(text))


def gather(need: Need, known: Mapping[str, Value], absent: Iterable[str]) -> Known:
    """Join what is known anyway with what the call itself fixes; the call wins."""
    values, partial = lowered(known), dict[str, ContextValue]()
    fixed = {key.lower(): value for key, value in need.context.items()}
    for key, value in fixed.items():
        plain = _plain(value)
        values.pop(key, None)
        if plain is None:
            partial[key] = (value,) if isinstance(value, Text) and key in MULTIVALUED else value
        else:
            values |= lowered({key: plain})
    empty = frozenset(key for key, value in fixed.items() if value == ())
    gone = frozenset(key.lower() for key in absent) - fixed.keys() | empty
    values = {key: value for key, value in values.items() if key not in gone}
    return Known(values, gone, partial)


def _plain(value: ContextValue) -> Value | None:
    if isinstance(value, Text):
        return value.literal
    literals = tuple(text.literal for text in value)
    return None if None in literals else tuple(text for text in literals if text is not None)


def _holes(value: ContextValue) -> tuple[Hole, ...]:
    texts = (value,) if isinstance(value, Text) else value
    return tuple(hole for text in texts for hole in text.holes)


# --- conditions ---------------------------------------------------------------------------------


def conditions(rule: Rule, known: Known) -> Truth:
    """Whether all conditions of a statement hold."""
    found = [holds(check, known) for check in rule.checks]
    if False in found:
        return False
    return None if None in found else True


def holds(check: Check, known: Known) -> Truth:
    """Whether one condition holds."""
    operator = check.operator
    if operator is None or check.void or check.key in known.absent:
        return check.holds(known.values)  # no value is looked at
    if operator.name == NULL and (check.key in known.partial or check.quantifier is not _NONE):
        return check.holds({check.key: ""})
    if not any(map(known.open, check.keys)):
        return check.holds(known.values)
    value = known.partial.get(check.key)
    if isinstance(value, tuple) and check.quantifier is _NONE:
        return check.holds({check.key: ("",)})  # it is there: more is not asked
    return _partly(check, value) if isinstance(value, Text) else None


_NONE = Quantifier.NONE


def _partly(check: Check, seen: Text) -> Truth:
    """A check of a single value that is known in part, for operators on plain text."""
    operator = check.operator
    if operator is None or not operator.kind.text or not check.listed:
        return None
    outcomes = [_fit(listed, seen) for listed in check.listed]
    if True in outcomes:
        return not operator.negated
    return None if None in outcomes else operator.negated


def _fit(listed: str | Pattern | Template, seen: Text) -> Truth:
    if isinstance(listed, Template):
        return None
    pattern = Pattern.literal(listed) if isinstance(listed, str) else listed
    if pattern.fits(seen, for_all):
        return True
    return None if pattern.fits(seen, for_some) else False


# --- resources ----------------------------------------------------------------------------------


def reading(assigned: Take, other: Take) -> Callable[[Hole], Take]:
    """How to read holes: those fixed at deployment, and all others."""
    return lambda hole: assigned if hole.kind is HoleKind.ASSIGNED else other


surely = reading(Take.SOME, Take.EVERY)
"""Some deployment, whatever the data: what an Allow needs."""
for_all = reading(Take.EVERY, Take.EVERY)
for_some = reading(Take.SOME, Take.SOME)
whatever = reading(Take.EVERY, Take.SOME)
"""Whatever the deployment, some data: what a deployment cannot get round."""


def tight(target: Target, known: Known) -> Pattern | None:
    """The target's pattern when all its variables are known; None otherwise, or when one of them
    has no value (then it matches nothing)."""
    if any(map(known.open, target.template.keys)):
        return None
    return target.pattern(known.values)


def wide(target: Target, known: Known) -> Pattern | None:
    """The target's pattern with `*` for variables that are not known; None when it certainly
    matches nothing."""
    if target.fixed is not None:
        return target.fixed
    return target.template.pattern(known.values, open_key=known.open, open_break=target.loose)


def any_fits(patterns: Iterable[Pattern | None], text: Text, take: Callable[[Hole], Take]) -> bool:
    """Whether one of the patterns fits alone."""
    return any(pattern is not None and pattern.fits(text, take) for pattern in patterns)
