"""The smallest change that flips a verdict, proved by deciding again.

What may live here: the search. It goes from obstacle to obstacle (a Deny that applies, a level that
allows nothing), takes for each the smallest change that clears it, and shows only what `authorize`
confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from remit.core.decision import Layer, Verdict
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.explain.allowing import allowing
from remit.explain.candidate import Candidate
from remit.explain.causes import LayerCause, Step, Trace
from remit.explain.change import Change, Kind, State
from remit.explain.sparing import removal, removed, sparing
from remit.explain.trace import trace as walk

MOST_CHANGES = 12
"""Of a verdict that takes more than these nothing is said: nobody would call them small."""
_MOST_TRIED = 40
"""Candidates that are tried for one obstacle."""
_MOST_COMPILED = 20_000
"""Statements that are compiled for one obstacle: of a large set fewer candidates are tried."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes that together flip the verdict to `verdict`; each clears one obstacle. `request` and
    `policies` are what is decided then."""

    changes: tuple[Change, ...]
    verdict: Verdict
    request: Request
    policies: PolicySet

    @property
    def size(self) -> tuple[int, int]:
        """How large it is beside others: the largest change, then how many."""
        return max(change.size for change in self.changes), len(self.changes)


@dataclass(frozen=True, slots=True)
class Hinge:
    """On what an allowed request hangs. `flip` removes the fewest statements of one layer that
    deny it then; `each` is how many statements allow it independently there."""

    flip: Flip | None
    layer: Layer | None
    each: int


def flips(trace: Trace) -> tuple[Flip, ...]:
    """For a denied request: the smallest change that allows it, then the smallest of the other
    side (of the request alone, or of policies alone), where there is one."""
    if trace.decision.allowed or max(_obstacles(trace)) > MOST_CHANGES:
        return ()
    found: list[Flip] = []
    for fits in (_any_change, _of_request, _of_policies):
        flip = _repair(trace, fits)
        if flip is not None and all(flip.changes != one.changes for one in found):
            found.append(flip)
    return tuple(sorted(found, key=lambda flip: flip.size))


def _any_change(_: Change) -> bool:
    return True


def _of_request(change: Change) -> bool:
    return change.kind is Kind.SET_CONTEXT


def _of_policies(change: Change) -> bool:
    return change.kind is not Kind.SET_CONTEXT


Fits = Callable[[Change], bool]


def _repair(trace: Trace, fits: Fits) -> Flip | None:
    """Clear one obstacle after the other."""
    steps: list[Candidate] = []
    while not trace.decision.allowed:
        if len(steps) == MOST_CHANGES:
            return None
        found = _cleared(trace, fits)
        if found is None:
            return None
        candidate, trace = found
        steps.append(candidate)
    changes = tuple(change for candidate in steps for change in candidate.changes)
    return _proved(changes, State(trace.request, trace.policies))


def _cleared(trace: Trace, fits: Fits) -> tuple[Candidate, Trace] | None:
    """The smallest candidate that takes an obstacle out of the way, and the trace after it."""
    before = _obstacles(trace)
    found = [c for c in _candidates(trace) if all(map(fits, c.changes))]
    for candidate in sorted(found, key=lambda one: one.size)[: _tries(trace)]:
        state = candidate.make()
        after = walk(state.request, state.policies)
        if _obstacles(after) < before:
            return candidate, after
    return None


def _tries(trace: Trace) -> int:
    size = sum(len(level.rules) for rules in trace.policies.layers for level in rules.levels)
    return max(2, min(_MOST_TRIED, _MOST_COMPILED // max(size, 1)))


def _candidates(trace: Trace) -> Iterator[Candidate]:
    for layer in trace.blocking:
        cause = trace.layer(layer)
        if trace.decision.verdict is Verdict.EXPLICIT_DENY:
            for step in cause.applying(denies=True):
                yield from sparing(trace, step)
        else:
            yield from allowing(trace, cause)


def _obstacles(trace: Trace) -> tuple[int, int]:
    """(Denies that apply, levels that allow nothing): the less, the nearer to being allowed."""
    if trace.decision.allowed:
        return (0, -1)
    denies = sum(len(cause.applying(denies=True)) for cause in _blocking(trace))
    if trace.decision.verdict is Verdict.EXPLICIT_DENY:
        return (denies, 0)
    return (0, sum(_silent(cause) for cause in _blocking(trace)))


def _blocking(trace: Trace) -> Iterator[LayerCause]:
    return (trace.layer(layer) for layer in trace.blocking)


def _silent(cause: LayerCause) -> int:
    return sum(not level.allows for level in cause.levels) or 1


def _proved(changes: tuple[Change, ...], state: State) -> Flip | None:
    decision = authorize(state.request, state.policies)
    if not decision.allowed:
        return None
    return Flip(changes, decision.verdict, state.request, state.policies)


# --- an allowed request -------------------------------------------------------------------------


def hinge(trace: Trace) -> Hinge:
    """On which statements an allowed request hangs: of the layers whose allowing statements, taken
    out, deny it, the one with the fewest."""
    best: Hinge | None = None
    for cause in trace.layers:
        steps = cause.applying(denies=False)
        if not steps or (best is not None and len(steps) >= best.each):
            continue
        flip = _without(trace, steps)
        if flip is not None:
            best = Hinge(flip, cause.layer, len(steps))
    return best or Hinge(None, None, 0)


def _without(trace: Trace, steps: Iterable[Step]) -> Flip | None:
    state, changes = State(trace.request, trace.policies), list[Change]()
    for step in steps:
        state = removed(state, step)
        changes.append(removal(trace, step))
    decision = authorize(state.request, state.policies)
    if decision.allowed:
        return None
    return Flip(tuple(changes), decision.verdict, state.request, state.policies)
