"""Changes that may help: for a layer that allows nothing, and for a Deny that applies.

What may live here: from one obstacle to changes worth trying, each with the state after it. Never
with a wildcard: what is added is exactly what the request asks. Which of them help is flip.py's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.core.decision import Layer
from remit.core.policy import Condition, Item, Principals, Statement
from remit.engine.context import ASSUMING
from remit.engine.principal import CallerKind, PrincipalError, read_principal
from remit.explain.causes import Element, LayerCause, Miss, Step, Trace, levels
from remit.explain.change import (
    NEW,
    Change,
    Kind,
    State,
    item,
    new_statement,
    with_added,
    with_context,
    with_statement,
    with_version,
)
from remit.explain.keys import satisfied
from remit.explain.near import near_by_action
from remit.explain.trials import trials

_VERSION = "2012-10-17"
_WILD = frozenset("*?$")
_GRANTING = frozenset({Layer.IDENTITY, Layer.RESOURCE})
_WITH_PRINCIPAL = frozenset({Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RCP})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One or more changes that belong together, and the state after them."""

    changes: tuple[Change, ...]
    state: State

    @property
    def size(self) -> tuple[int, int]:
        """How large they are beside other candidates: the largest one, then how many."""
        return max(change.size for change in self.changes), len(self.changes)


# --- a layer that allows nothing ----------------------------------------------------------------


def allowing(trace: Trace, cause: LayerCause) -> Iterator[Candidate]:
    """Changes with which the first level that allows nothing may allow the request."""
    state = State(trace.request, trace.policies)
    level = next((i for i, one in enumerate(cause.levels) if not one.allows), 0)
    steps = list(cause.levels[level].steps) if cause.levels else []
    steps = [step for step in steps if not step.denies]
    for step in steps:
        if len(step.misses) == 1:
            maker = _MENDS.get(step.misses[0].element)
            if maker is not None:
                yield from maker(trace, state, step, step.misses[0])
        if wanted := satisfied(step, trace.request, trace.context):
            yield _by_context(state, wanted)
        yield from _read_variables(trace, state, step)
    for step in near_by_action(trace, cause.layer, level):
        yield from _add_action(trace, state, step)
    yield from _add_statement(trace, state, cause, level, steps)


def _read_variables(trace: Trace, state: State, step: Step) -> Iterator[Candidate]:
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
    yield Candidate((change,), with_version(state, named.layer, named.policy, _VERSION))


def _by_context(state: State, wanted: Mapping[str, object]) -> Candidate:
    changes: list[Change] = []
    for key, value in wanted.items():
        if isinstance(value, str | tuple):
            state = with_context(state, key, value)
            changes.append(Change(Kind.SET_CONTEXT, value, key=key))
    return Candidate(tuple(changes), state)


def _add_action(trace: Trace, state: State, step: Step) -> Iterator[Candidate]:
    """Add the action to the nearest statement; in a layer that grants, not to one for all
    resources, which would grant more than was asked."""
    source, action = step.statement, trace.action
    everywhere = any(not t.item.value.strip("*") for t in step.rule.targets)
    if everywhere and step.named.layer in _GRANTING and trace.request.resource != "*":
        return
    if not source.not_action:
        edited = replace(source, actions=(*source.actions, item(action)))
        yield _edit(trace, state, step, Kind.ADD_ACTION, "Action", action, edited)
        return
    for entry in source.actions:
        if entry.value.lower() == action.lower() and len(source.actions) > 1:
            edited = replace(source, actions=_without(source.actions, entry))
            yield _edit(trace, state, step, Kind.REMOVE_ACTION, "NotAction", entry.value, edited)


def _add_resource(trace: Trace, state: State, step: Step, miss: Miss) -> Iterator[Candidate]:
    source, resource = step.statement, trace.request.resource
    if source.resources is None or not _WILD.isdisjoint(resource):
        return
    if not source.not_resource:
        edited = replace(source, resources=(*source.resources, item(resource)))
        yield _edit(trace, state, step, Kind.ADD_RESOURCE, "Resource", resource, edited)
        return
    for entry in source.resources:
        if entry.value == resource and len(source.resources) > 1:
            edited = replace(source, resources=_without(source.resources, entry))
            yield _edit(
                trace, state, step, Kind.REMOVE_RESOURCE, "NotResource", entry.value, edited
            )


def _add_principal(trace: Trace, state: State, step: Step, miss: Miss) -> Iterator[Candidate]:
    source, named = step.statement, principal(trace)
    if source.principals is None or source.principals.negated or named is None:
        return
    added = (*source.principals.entries, (named[0], item(named[1])))
    edited = replace(source, principals=replace(source.principals, entries=added))
    yield _edit(trace, state, step, Kind.ADD_PRINCIPAL, "Principal", named[1], edited)


def _mend_condition(trace: Trace, state: State, step: Step, miss: Miss) -> Iterator[Candidate]:
    """Add the value that was seen to what a positive test lists, or take out of a negated test's
    list what forbids it."""
    condition = step.condition(miss)
    if condition is not None and isinstance(miss.seen, str):
        yield from _mended(trace, state, step, miss.index, condition, miss.seen)


def _mended(
    trace: Trace, state: State, step: Step, index: int, condition: Condition, seen: str
) -> Iterator[Candidate]:
    if _WILD.isdisjoint(seen) and _takes_values(condition):
        edited = _condition(step.statement, index, (*condition.values, item(seen)))
        yield _edit(trace, state, step, Kind.ADD_VALUE, "Condition", seen, edited, condition)
    if len(condition.values) > 1:
        for entry in condition.values:
            edited = _condition(step.statement, index, _without(condition.values, entry))
            yield _edit(
                trace, state, step, Kind.REMOVE_VALUE, "Condition", entry.value, edited, condition
            )


def _takes_values(condition: Condition) -> bool:
    """Whether a list of its values means a set of values, so that one more is one more."""
    operator = condition.operator.value.rpartition(":")[2]
    return operator.startswith(("String", "Arn", "IpAddress", "NotIpAddress"))


_MENDS: Mapping[Element, Callable[[Trace, State, Step, Miss], Iterator[Candidate]]] = {
    Element.RESOURCE: _add_resource,
    Element.PRINCIPAL: _add_principal,
    Element.CONDITION: _mend_condition,
}


def _add_statement(
    trace: Trace, state: State, cause: LayerCause, level: int, steps: list[Step]
) -> Iterator[Candidate]:
    """One more statement, for exactly this: beside the nearest one, else in the last document."""
    statement = needed_statement(trace, cause.layer)
    if statement is None:
        return
    given = levels(trace.policies, cause.layer) or [[]]
    before = sum(len(one) for one in given[:level])
    here = given[level] if level < len(given) else []
    number = steps[0].named.policy if steps else before + len(here) - 1 if here else None
    document = None if number is None else here[number - before]
    change = Change(
        Kind.ADD_STATEMENT,
        layer=cause.layer,
        level=level,
        policy=number,
        document=document,
        text=written(statement),
    )
    yield Candidate((change,), with_added(state, cause.layer, level, number, statement))


def needed_statement(trace: Trace, layer: Layer) -> Statement | None:
    """The Allow that the layer lacks; None where it would have to name everybody, or where the
    resource is none that a policy can name."""
    request, named = trace.request, None
    if layer in _WITH_PRINCIPAL:
        named = principal(trace)
        if named is None:
            return None
    trust = layer is Layer.RESOURCE and request.action.lower() in ASSUMING
    if not trust and request.resource != "*" and not _WILD.isdisjoint(request.resource):
        return None
    return new_statement(trace.action, None if trust else request.resource, named)


def principal(trace: Trace) -> tuple[str, str] | None:
    """The caller as a `Principal` entry; None for one that only `*` names."""
    try:
        caller = read_principal(trace.request.principal)
    except PrincipalError:
        return None
    match caller.kind:
        case CallerKind.ANONYMOUS:
            return None
        case CallerKind.SERVICE:
            return "Service", caller.principal
        case CallerKind.PROVIDER:
            return "Federated", caller.principal
        case CallerKind.ROLE:
            role = trace.context.get("aws:principalarn")
            return "AWS", role if isinstance(role, str) else caller.principal
        case _:
            return "AWS", caller.principal


# --- a Deny that applies ------------------------------------------------------------------------


def sparing(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Changes with which a Deny may no longer apply."""
    state, source = State(trace.request, trace.policies), step.statement
    yield from _drop_entry(trace, state, step)
    for index, condition in enumerate(source.conditions):
        check = step.rule.checks[index]
        seen = trace.context.get(check.key)
        if isinstance(seen, str):
            yield from _mended(trace, state, step, index, condition, seen)
        if seen is not None and check.key not in {k.lower() for k in trace.request.context}:
            continue  # it follows from the caller or the resource
        for value in trials(check, condition, trace.context):
            if not check.holds({**trace.context, check.key: value}):
                yield _by_context(state, {condition.key.value: value})
                break
    yield from _exempt(trace, state, step)
    change = Change(
        Kind.REMOVE_STATEMENT,
        layer=step.named.layer,
        policy=step.named.policy,
        document=trace.policy(step),
        statement=source,
    )
    yield Candidate((change,), removed(state, step))


def removed(state: State, step: Step) -> State:
    """The state without the statement."""
    return with_statement(state, step.named.layer, step.named.policy, step.named.statement, None)


def _drop_entry(trace: Trace, state: State, step: Step) -> Iterator[Candidate]:
    """Take the one literal entry out of a list that matches; or list it where a list excludes."""
    source, action, resource = step.statement, trace.action, trace.request.resource
    if source.not_action:
        edited = replace(source, actions=(*source.actions, item(action)))
        yield _edit(trace, state, step, Kind.ADD_ACTION, "NotAction", action, edited)
    for entry in source.actions if len(source.actions) > 1 and not source.not_action else ():
        if entry.value.lower() == action.lower():
            edited = replace(source, actions=_without(source.actions, entry))
            yield _edit(trace, state, step, Kind.REMOVE_ACTION, "Action", entry.value, edited)
    resources = source.resources or ()
    if source.not_resource and _WILD.isdisjoint(resource):
        edited = replace(source, resources=(*resources, item(resource)))
        yield _edit(trace, state, step, Kind.ADD_RESOURCE, "NotResource", resource, edited)
    for entry in resources if len(resources) > 1 and not source.not_resource else ():
        if entry.value == resource:
            edited = replace(source, resources=_without(resources, entry))
            yield _edit(trace, state, step, Kind.REMOVE_RESOURCE, "Resource", resource, edited)


def _exempt(trace: Trace, state: State, step: Step) -> Iterator[Candidate]:
    """Exempt the caller: by NotPrincipal, which wants every form of it (facts 1.6), or by the
    condition that AWS advises."""
    source, layer = step.statement, step.named.layer
    if source.principals is not None and source.principals.negated:
        known = {(kind, entry.value) for kind, entry in source.principals.entries}
        forms = [form for form in _forms(trace) if form not in known]
        entries = (*source.principals.entries, *((kind, item(text)) for kind, text in forms))
        edited = replace(source, principals=Principals(entries, negated=True, span=NEW))
        value = tuple(text for _, text in forms)
        yield _edit(trace, state, step, Kind.EXEMPT, "NotPrincipal", value, edited)
        return
    arn = trace.context.get("aws:principalarn")
    if not isinstance(arn, str) or layer is Layer.IDENTITY:
        return  # who has the policy of its own need not be named in it
    added = Condition(item("ArnNotEquals"), item("aws:PrincipalArn"), (item(arn),))
    if any(check.key == "aws:principalarn" for check in step.rule.checks):
        return
    edited = replace(source, conditions=(*source.conditions, added))
    yield _edit(trace, state, step, Kind.EXEMPT, "Condition", arn, edited, added)


def _forms(trace: Trace) -> Iterator[tuple[str, str]]:
    caller = read_principal(trace.request.principal)
    named = principal(trace)
    if named is not None:
        yield named
    if named != ("AWS", caller.principal) and caller.kind is CallerKind.ROLE:
        yield "AWS", caller.principal
    if caller.account:
        yield "AWS", f"arn:{caller.partition}:iam::{caller.account}:root"


# --- making changes -----------------------------------------------------------------------------


def _edit(
    trace: Trace,
    state: State,
    step: Step,
    kind: Kind,
    element: str,
    value: str | tuple[str, ...],
    edited: Statement,
    condition: Condition | None = None,
) -> Candidate:
    named = step.named
    change = Change(
        kind,
        value,
        layer=named.layer,
        policy=named.policy,
        document=trace.policy(step),
        statement=step.statement,
        element=element,
        key=condition.key.value if condition else "",
        operator=condition.operator.value if condition else "",
    )
    after = with_statement(state, named.layer, named.policy, named.statement, edited)
    return Candidate((change,), after)


def _condition(statement: Statement, index: int, values: tuple[Item, ...]) -> Statement:
    changed = list(statement.conditions)
    changed[index] = replace(changed[index], values=values)
    return replace(statement, conditions=tuple(changed))


def _without(items: tuple[Item, ...], entry: Item) -> tuple[Item, ...]:
    return tuple(one for one in items if one is not entry)


def written(statement: Statement) -> str:
    """A new statement as JSON."""
    found: dict[str, object] = {"Effect": str(statement.effect)}
    if statement.principals is not None:
        found["Principal"] = {kind: entry.value for kind, entry in statement.principals.entries}
    found["Action"] = statement.actions[0].value
    if statement.resources is not None:
        found["Resource"] = statement.resources[0].value
    return json.dumps(found, indent=2, ensure_ascii=False)
