"""Changes with which a Deny no longer applies.

What may live here: from one Deny to candidates: leave the request out of one of its lists, break
one of its conditions, exempt the caller, take it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remit.core.decision import Layer
from remit.core.policy import Condition, Principals
from remit.engine.principal import CallerKind, read_principal
from remit.explain.candidate import (
    WILD,
    Candidate,
    before,
    by_context,
    edit,
    mended,
    principal,
    without,
)
from remit.explain.causes import Step, Trace
from remit.explain.change import NEW, Change, Kind, State, item, with_statement
from remit.explain.trials import trials


def sparing(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Changes with which a Deny may no longer apply."""
    yield from _leave_out_action(trace, step)
    yield from _leave_out_resource(trace, step)
    yield from _break_conditions(trace, step)
    yield from _exempt(trace, step)
    yield Candidate((removal(trace, step),), lambda: removed(before(trace), step))


def removal(trace: Trace, step: Step) -> Change:
    """Taking a statement out, as a change."""
    return Change(
        Kind.REMOVE_STATEMENT,
        layer=step.layer,
        policy=step.rule.policy,
        document=trace.policy(step),
        statement=step.statement,
    )


def removed(state: State, step: Step) -> State:
    """The state without the statement."""
    named = step.named
    return with_statement(state, named.layer, named.policy, named.statement, None)


def _leave_out_action(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Take the one literal entry that matches out of a list of several; or list it where the list
    excludes."""
    source, action = step.statement, trace.action
    if source.not_action:
        edited = replace(source, actions=(*source.actions, item(action)))
        yield edit(trace, step, Kind.ADD_ACTION, "NotAction", action, edited)
        return
    for entry in source.actions if len(source.actions) > 1 else ():
        if entry.value.lower() == action.lower():
            edited = replace(source, actions=without(source.actions, entry))
            yield edit(trace, step, Kind.REMOVE_ACTION, "Action", entry.value, edited)


def _leave_out_resource(trace: Trace, step: Step) -> Iterator[Candidate]:
    source, resource = step.statement, trace.request.resource
    listed = source.resources or ()
    if source.not_resource and WILD.isdisjoint(resource):
        edited = replace(source, resources=(*listed, item(resource)))
        yield edit(trace, step, Kind.ADD_RESOURCE, "NotResource", resource, edited)
        return
    for entry in listed if len(listed) > 1 and not source.not_resource else ():
        if entry.value == resource:
            edited = replace(source, resources=without(listed, entry))
            yield edit(trace, step, Kind.REMOVE_RESOURCE, "Resource", resource, edited)


def _break_conditions(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Have one condition not hold: by its list, or by what the request carries."""
    given = {key.lower() for key in trace.request.context}
    for index, condition in enumerate(step.statement.conditions):
        check = step.rule.checks[index]
        seen = trace.context.get(check.key)
        if isinstance(seen, str):
            yield from mended(trace, step, index, seen)
        if seen is not None and check.key not in given:
            continue  # it follows from the caller or the resource
        for value in trials(check, condition, trace.context):
            if not check.holds({**trace.context, check.key: value}):
                yield by_context(trace, {condition.key.value: value})
                break


# --- the caller ---------------------------------------------------------------------------------


def _exempt(trace: Trace, step: Step) -> Iterator[Candidate]:
    """Exempt the caller: by NotPrincipal, which wants every form of it (facts 1.6), or by the
    condition that AWS advises. Who has the policy of its own need not be named in it."""
    source = step.statement
    if source.principals is not None and source.principals.negated:
        known = {(kind, entry.value) for kind, entry in source.principals.entries}
        forms = [form for form in _forms(trace) if form not in known]
        entries = (*source.principals.entries, *((kind, item(text)) for kind, text in forms))
        edited = replace(source, principals=Principals(entries, negated=True, span=NEW))
        value = tuple(text for _, text in forms)
        yield edit(trace, step, Kind.EXEMPT, "NotPrincipal", value, edited)
        return
    arn = trace.context.get("aws:principalarn")
    named = any(check.key == "aws:principalarn" for check in step.rule.checks)
    if named or not isinstance(arn, str) or step.layer is Layer.IDENTITY:
        return
    added = Condition(item("ArnNotEquals"), item("aws:PrincipalArn"), (item(arn),))
    edited = replace(source, conditions=(*source.conditions, added))
    yield edit(trace, step, Kind.EXEMPT, "Condition", arn, edited, added)


def _forms(trace: Trace) -> Iterator[tuple[str, str]]:
    """Every way in which a policy may name the caller, its account among them."""
    caller = read_principal(trace.request.principal)
    named = principal(trace)
    if named is not None:
        yield named
    if named != ("AWS", caller.principal) and caller.kind is CallerKind.ROLE:
        yield "AWS", caller.principal
    if caller.account:
        yield "AWS", f"arn:{caller.partition}:iam::{caller.account}:root"
