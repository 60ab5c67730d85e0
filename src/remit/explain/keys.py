"""Context keys that nobody gave and on which the verdict hangs: which, and what each answer gives.

What may live here: finding the keys that the statements for the action mention, trying values,
deciding each with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from remit.core.decision import Verdict
from remit.core.request import Request, Value
from remit.engine.authorize import authorize
from remit.engine.condition import Check
from remit.engine.variables import Template, Variable
from remit.explain.causes import Stance, Step, Trace
from remit.explain.trials import OTHER, trials

MOST_KEYS = 24
"""Open keys of one request that are looked into, and values of each that are tried."""
_MOST_ASKED = 100_000
"""Statements that are asked in all: of a large set fewer values are tried."""
_MOST_JOINED = 50
"""Statements of which all missing keys are tried together."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one answer gives: the value, None for "not in the request", and the verdict then."""

    value: Value | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A key that nobody gave, as a policy spells it. `answers` begin with its absence: that is how
    the request was decided."""

    key: str
    answers: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class OpenKeys:
    """`single` are the keys of which one answer alone changes the verdict. `together` are keys
    and values that change it only together; None where single ones do. `skipped` is the number of
    keys that were too many to look into."""

    single: tuple[OpenKey, ...] = ()
    skipped: int = 0
    together: Mapping[str, Value] | None = None
    verdict: Verdict | None = None


def open_keys(trace: Trace) -> OpenKeys:
    """The keys on which the verdict hangs."""
    tries, skipped = _tries(trace)
    found = [_answered(trace, key, values) for key, values in tries.items()]
    single = tuple(one for one in found if any(_differs(trace, a) for a in one.answers))
    return OpenKeys(single, skipped) if single else _together(trace, skipped)


def _differs(trace: Trace, given: Given) -> bool:
    return given.verdict is not trace.decision.verdict


def _answered(trace: Trace, key: str, values: Mapping[Value, None]) -> OpenKey:
    answers = [Given(None, trace.decision.verdict)]
    answers += [Given(value, _verdict(trace, {key: value})) for value in values]
    return OpenKey(key, tuple(answers))


def _verdict(trace: Trace, more: Mapping[str, Value]) -> Verdict:
    asked = replace(trace.request, context={**trace.request.context, **more})
    return authorize(asked, trace.policies).verdict


def _tries(trace: Trace) -> tuple[dict[str, dict[Value, None]], int]:
    """For each open key, as first spelled, the values to try; and how many keys are left out."""
    spelled: dict[str, str] = {}
    found: dict[str, dict[Value, None]] = {}
    steps = list(_steps(trace))
    left = max(MOST_KEYS, _MOST_ASKED // max(len(steps), 1))
    for step in steps:
        for key, value in _mentions(step, trace):
            if key.lower() in trace.context:
                continue
            name = spelled.setdefault(key.lower(), key)
            known = found.get(name, {})
            if value in known or len(known) == MOST_KEYS or left == 0:
                continue
            if known or len(found) < MOST_KEYS:
                found.setdefault(name, {})[value] = None
                left -= 1
    return found, len(spelled) - len(found)


def _steps(trace: Trace) -> Iterator[Step]:
    for layer in trace.layers:
        if layer.stance is not Stance.EXEMPT:
            for level in layer.levels:
                yield from level.steps


def _mentions(step: Step, trace: Trace) -> Iterator[tuple[str, Value]]:
    """The keys that a statement names, each with a value to try."""
    rule, context = step.rule, trace.context
    for check, condition in zip(rule.checks, step.statement.conditions, strict=True):
        for value in trials(check, condition, context):
            yield condition.key.value, value
        for template in check.listed:
            if isinstance(template, Template):
                yield from _by_template(template, _plain(check, context))
    for target in rule.targets:
        yield from _by_template(target.template, trace.request.resource)


def _plain(check: Check, context: Mapping[str, Value]) -> str:
    value = context.get(check.key, "")
    return value if isinstance(value, str) else next(iter(value), "")


def _by_template(template: Template, seen: str) -> Iterator[tuple[str, Value]]:
    """For each variable the value with which the text up to the next plain piece fits what was
    seen; and another one."""
    place = 0
    for index, part in enumerate(template.parts):
        if isinstance(part, str):
            literal = part.rpartition("*")[2]
            found = seen.find(literal, place)
            place = found + len(literal) if found >= 0 else len(seen)
        elif isinstance(part, Variable):
            following = template.parts[index + 1 : index + 2]
            after = following[0] if following and isinstance(following[0], str) else ""
            stop = after[:1] if after[:1] not in ("*", "?") else ""
            end = seen.find(stop, place) if stop else len(seen)
            value = seen[place : end if end >= 0 else len(seen)]
            if value:
                yield part.name, value
            yield part.name, OTHER
            place += len(value)


# --- several at once ----------------------------------------------------------------------------


def _together(trace: Trace, skipped: int) -> OpenKeys:
    """For a statement that misses conditions on several open keys: all of them answered."""
    for step in islice(_steps(trace), _MOST_JOINED):
        wanted = satisfied(step, trace.request, trace.context)
        if wanted and len(wanted) > 1:
            verdict = _verdict(trace, wanted)
            if verdict is not trace.decision.verdict:
                return OpenKeys((), skipped, wanted, verdict)
    return OpenKeys(skipped=skipped)


def satisfied(
    step: Step, request: Request, context: Mapping[str, Value]
) -> dict[str, Value] | None:
    """Values for context keys with which the conditions that a statement misses hold; None when
    that cannot be. A key that follows from the caller or the resource is nobody's to choose."""
    chosen: dict[str, Value] = {}
    given = {key.lower() for key in request.context}
    for miss in step.misses:
        condition = step.condition(miss)
        if condition is None:
            return None
        check = step.rule.checks[miss.index]
        if check.key in context and check.key not in given:
            return None
        known = {**context, **{key.lower(): value for key, value in chosen.items()}}
        fitting = [
            value
            for value in trials(check, condition, known)
            if check.holds({**known, check.key: value})
        ]
        if not fitting:
            return None
        chosen[condition.key.value] = fitting[0]
    return chosen
