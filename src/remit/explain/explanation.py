"""Everything there is to say about one decision, in one value.

What may live here: putting together what the other files of this room find out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from remit.core.decision import Verdict
from remit.core.policy import Condition
from remit.core.request import Request
from remit.core.span import Span
from remit.engine.policyset import PolicySet
from remit.explain.causes import Stance, Step, Trace
from remit.explain.flip import Flip, Hinge, flips, hinge
from remit.explain.keys import OpenKeys, open_keys
from remit.explain.near import nearly
from remit.explain.notes import held_by_absence, note, spot
from remit.explain.trace import trace
from remit.explain.wording import Cause, denial, plain, policy_type

MOST_NEAR = 200
"""Statements that nearly applied of which it is said why; of more the number is known."""


@dataclass(frozen=True, slots=True)
class Near:
    """A statement that nearly applied: the element that failed, in words, and where it stands."""

    step: Step
    said: str
    span: Span


@dataclass(frozen=True, slots=True)
class Absent:
    """A condition of a statement that applies, which holds only because its key is absent."""

    step: Step
    condition: Condition
    said: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The trace of a decision and what follows from it.

    `sentence` is AWS's own for the denial, None for an allowed request; `plain` is what a caller of
    another account reads instead that is not in the same organization, where AWS has one text.
    `flips` are for a denied request, `hinge` for an allowed one.
    """

    trace: Trace
    cause: Cause | None
    sentence: str | None
    plain: str | None
    near: tuple[Near, ...]
    more_near: int
    absent: tuple[Absent, ...]
    flips: tuple[Flip, ...]
    hinge: Hinge | None
    keys: OpenKeys


def explain(request: Request, policies: PolicySet) -> Explanation:
    """Explain the decision of `authorize(request, policies)`. Raises what it raises."""
    found = trace(request, policies)
    allowed = found.decision.allowed
    cause = _cause(found)
    near = list(nearly(found))
    asked = replace(request, action=found.action)
    return Explanation(
        found,
        cause,
        None if allowed else denial(asked, cause),
        plain(asked) if found.foreign and not allowed else None,
        tuple(_near(found, step) for step in near[:MOST_NEAR]),
        max(0, len(near) - MOST_NEAR),
        tuple(_absent(found)),
        flips(found),
        hinge(found) if allowed and not found.rule else None,
        open_keys(found),
    )


def _cause(found: Trace) -> Cause | None:
    """What AWS reports: the first layer that denies (facts/iam.md 4.10)."""
    if not found.blocking:
        return None
    explicit = found.decision.verdict is Verdict.EXPLICIT_DENY
    return Cause(policy_type(found.blocking[0], found.action), explicit)


def _near(found: Trace, step: Step) -> Near:
    (miss,) = step.misses
    return Near(step, note(found, step, miss), spot(step, miss))


def _absent(found: Trace) -> list[Absent]:
    deciding = (Stance.ALLOWS, Stance.DENIES)
    steps = [
        step
        for cause in found.layers
        if cause.stance in deciding
        for step in cause.applying(denies=cause.stance is Stance.DENIES)
    ]
    return [Absent(step, *one) for step in steps for one in held_by_absence(found, step)]
