"""Statements that all but name the action: the same service, and everything else holds.

What may live here: the second look at statements that trace.py only counted, because they do not
name the action. It costs time, so it is taken only when somebody reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.decision import Layer
from remit.engine.context import gather
from remit.explain.causes import Element, Miss, Stance, Step, Trace
from remit.explain.nearest import action_entry
from remit.explain.trace import ask


def near_by_action(trace: Trace, layer: Layer, level: int) -> list[Step]:
    """The Allow statements of one level that miss nothing but the action; the nearest first."""
    rules = [one for one in trace.policies.layers if one.layer is layer]
    if not rules or level >= len(rules[0].levels):
        return []
    facts = gather(trace.request)
    found: list[tuple[int, Step]] = []
    for rule in rules[0].levels[level].rules:
        if rule.deny or rule.names(trace.action.lower()):
            continue
        entry, away = action_entry(rule, trace.action)
        if entry is None:
            continue
        step = ask(layer, rule, facts)
        if step.applies:
            miss = Miss(Element.ACTION, rule.source.actions, trace.action)
            found.append((away, Step(layer, rule, (miss,), step.forms)))
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def nearly(trace: Trace) -> Iterator[Step]:
    """The statements that missed one element and would have changed the verdict's side: Allows in
    the layers that deny by silence; Denies where it was allowed."""
    for cause in trace.layers:
        if cause.stance is Stance.SILENT:
            for number, level in enumerate(cause.levels):
                if not level.allows:
                    yield from (s for s in level.steps if len(s.misses) == 1 and not s.denies)
                    yield from near_by_action(trace, cause.layer, number)
        elif cause.stance in (Stance.ALLOWS, Stance.OVERRULED) and trace.decision.allowed:
            yield from (step for step in cause.near() if step.denies)
