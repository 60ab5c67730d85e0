"""Changes that may let a silent layer allow.

What may live here: from one level that allows nothing to candidates: mend the one element that
failed, meet the conditions, name the action, or add a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from remit.core.decision import Layer
from remit.core.policy import Statement
from remit.engine.context import ASSUMING
from remit.explain.candidate import (
    WILD,
    Candidate,
    before,
    by_context,
    edit,
    mended,
    principal,
    without,
    written,
)
from remit.explain.causes import Element, LayerCause, Miss, Step, Trace, levels
from remit.explain.change import (
    Change,
    Kind,
    State,
    item,
    new_statement,
    with_added,
    with_version,
)
from remit.explain.keys import satisfied
from remit.explain.near import near_by_action

_VERSION = "2012-10-17"
_GRANTING = frozenset({Layer.IDENTITY, Layer.RESOURCE})
_WITH_PRINCIPAL = frozenset({Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RCP})


def allowing(trace: Trace, cause: LayerCause) -> Iterator[Candidate]:
    """Changes with which the first level that allows nothing may allow the request."""
    level = next((i for i, one in enumerate(cause.levels) if not one.allows), 0)
    steps = list(cause.levels[level].steps) if cause.levels else []
    steps = [step for step in steps if not step.denies]
    for step in steps:
        if len(step.misses) == 1:
            maker = _MENDS.get(step.misses[0].element)
            if maker is not None:
                yield from maker(trace, step, step.misses[0])
        if wanted := satisfied(step, trace.request, trace.context):
            yield by_context(trace, wanted)
        yield from _read_variables(trace, step)
    for step in near_by_action(trace, cause.layer, level):
        yield from _add_action(trace, step)
    yield from _add_statement(trace, cause.layer, level, steps)


# --- one element --------------------------------------------------------------------------------


def _add_action(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Add the action to the nearest statement; in a layer that grants, not to one for all
    resources, which would grant more than was asked."""
    source, action = step.statement, trace.action
    everywhere = any(not target.item.value.strip("*") for target in step.rule.targets)
    if everywhere and step.layer in _GRANTING and trace.request.resource != "*":
        return
    if not source.not_action:
        edited = replace(source, actions=(*source.actions, item(action)))
        yield edit(trace, step, Kind.ADD_ACTION, "Action", action, edited)
        return
    for entry in source.actions:
        if entry.value.lower() == action.lower() and len(source.actions) > 1:
            edited = replace(source, actions=without(source.actions, entry))
            yield edit(trace, step, Kind.REMOVE_ACTION, "NotAction", entry.value, edited)


def _add_resource(trace: Trace, step: Step, _: Miss) -> Iterator[Candidate]:
    source, resource = step.statement, trace.request.resource
    if source.resources is None or not WILD.isdisjoint(resource):
        return
    if not source.not_resource:
        edited = replace(source, resources=(*source.resources, item(resource)))
        yield edit(trace, step, Kind.ADD_RESOURCE, "Resource", resource, edited)
        return
    for entry in source.resources:
        if entry.value == resource and len(source.resources) > 1:
            edited = replace(source, resources=without(source.resources, entry))
            yield edit(trace, step, Kind.REMOVE_RESOURCE, "NotResource", resource, edited)


def _add_principal(trace: Trace, step: Step, _: Miss) -> Iterator[Candidate]:
    source, named = step.statement, principal(trace)
    if source.principals is None or source.principals.negated or named is None:
        return
    entries = (*source.principals.entries, (named[0], item(named[1])))
    edited = replace(source, principals=replace(source.principals, entries=entries))
    yield edit(trace, step, Kind.ADD_PRINCIPAL, "Principal", named[1], edited)


def _mend_condition(trace: Trace, step: Step, miss: Miss) -> Iterator[Candidate]:
    if isinstance(miss.seen, str):
        yield from mended(trace, step, miss.index, miss.seen)


_MENDS: Mapping[Element, Callable[[Trace, Step, Miss], Iterator[Candidate]]] = {
    Element.RESOURCE: _add_resource,
    Element.PRINCIPAL: _add_principal,
    Element.CONDITION: _mend_condition,
}


def _read_variables(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Have `${...}` read where the document's version leaves it plain text (facts 1.2)."""
    policy, named = trace.policy(step), step.named
    texts = [entry.value for entry in step.statement.resources or ()]
    texts += [entry.value for one in step.statement.conditions for entry in one.values]
    if policy.has_variables or not any("${" in text for text in texts):
        return
    change = Change(
        Kind.SET_VERSION,
        _VERSION,
        layer=named.layer,
        policy=named.policy,
        document=policy,
        statement=step.statement,
    )

    def make() -> State:
        return with_version(before(trace), named.layer, named.policy, _VERSION)

    yield Candidate((change,), make)


# --- one more statement -------------------------------------------------------------------------


def _add_statement(
    trace: Trace, layer: Layer, level: int, steps: list[Step]
) -> Iterator[Candidate]:
    """One more statement, for exactly this: beside the nearest one, else in the last document."""
    statement = _needed(trace, layer)
    if statement is None:
        return
    given = levels(trace.policies, layer) or [[]]
    first = sum(len(one) for one in given[:level])
    here = given[level] if level < len(given) else []
    number = steps[0].named.policy if steps else first + len(here) - 1 if here else None
    change = Change(
        Kind.ADD_STATEMENT,
        layer=layer,
        level=level,
        policy=number,
        document=None if number is None else here[number - first],
        text=written(statement),
    )

    def make() -> State:
        return with_added(before(trace), layer, level, number, statement)

    yield Candidate((change,), make)


def _needed(trace: Trace, layer: Layer) -> Statement | None:
    """The Allow that the layer lacks; None where it would have to name everybody, or where the
    resource is none that a policy can name."""
    request, named = trace.request, None
    if layer in _WITH_PRINCIPAL:
        named = principal(trace)
        if named is None:
            return None
    trust = layer is Layer.RESOURCE and request.action.lower() in ASSUMING
    if not trust and request.resource != "*" and not WILD.isdisjoint(request.resource):
        return None
    return new_statement(trace.action, None if trust else request.resource, named)
