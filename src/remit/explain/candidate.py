"""A change worth trying, and what all such changes are made with.

What may live here: the candidate as a value, edits of one statement, the caller as a principal.
Which candidates there are for a silent layer is allowing.py's, for a Deny sparing.py's. None adds
a wildcard: what is added is exactly what the request asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.core.policy import Condition, Item, Statement
from remit.core.request import Value
from remit.engine.principal import CallerKind, PrincipalError, read_principal
from remit.explain.causes import Step, Trace
from remit.explain.change import Change, Kind, State, item, with_context, with_statement

WILD = frozenset("*?$")
"""Characters that are more than themselves in a policy's text."""

_LOOKED_AT = 12
"""Values of a negated test that are tried one by one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One or more changes that belong together; `make` gives the state after them, which costs as
    much as compiling the policies."""

    changes: tuple[Change, ...]
    make: Callable[[], State]

    @property
    def size(self) -> tuple[int, int]:
        """How large they are beside other candidates: the largest one, then how many."""
        return max(change.size for change in self.changes), len(self.changes)


def before(trace: Trace) -> State:
    """What was decided."""
    return State(trace.request, trace.policies)


def by_context(trace: Trace, wanted: Mapping[str, Value]) -> Candidate:
    """Set context keys."""

    def make() -> State:
        state = before(trace)
        for key, value in wanted.items():
            state = with_context(state, key, value)
        return state

    changes = (Change(Kind.SET_CONTEXT, value, key=key) for key, value in wanted.items())
    return Candidate(tuple(changes), make)


def edit(
    trace: Trace,
    step: Step,
    kind: Kind,
    element: str,
    value: str | tuple[str, ...],
    edited: Statement,
    condition: Condition | None = None,
) -> Candidate:
    """Replace a statement; the other arguments say in what the new one differs."""
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

    def make() -> State:
        return with_statement(before(trace), named.layer, named.policy, named.statement, edited)

    return Candidate((change,), make)


def mended(trace: Trace, step: Step, index: int, seen: str) -> Iterator[Candidate]:
    """Turn one condition over: list the value that was seen, or list it no more. Which of the two
    helps hangs on the operator; a list of one value is never emptied."""
    condition = step.statement.conditions[index]
    values = condition.values
    if WILD.isdisjoint(seen) and _takes_values(condition):
        edited = _relisted(step.statement, index, (*values, item(seen)))
        yield edit(trace, step, Kind.ADD_VALUE, "Condition", seen, edited, condition)
    if len(values) > 1:
        same = [entry for entry in values if entry.value.lower() == seen.lower()]
        for entry in same or values[:_LOOKED_AT]:
            edited = _relisted(step.statement, index, without(values, entry))
            text = entry.value
            yield edit(trace, step, Kind.REMOVE_VALUE, "Condition", text, edited, condition)


def _takes_values(condition: Condition) -> bool:
    """Whether a list of its values means a set of values, so that one more is one more."""
    operator = condition.operator.value.rpartition(":")[2]
    return operator.startswith(("String", "Arn", "IpAddress", "NotIpAddress"))


def _relisted(statement: Statement, index: int, values: tuple[Item, ...]) -> Statement:
    changed = list(statement.conditions)
    changed[index] = replace(changed[index], values=values)
    return replace(statement, conditions=tuple(changed))


def without(items: tuple[Item, ...], entry: Item) -> tuple[Item, ...]:
    """The items but that one."""
    return tuple(one for one in items if one is not entry)


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


def written(statement: Statement) -> str:
    """A new statement as JSON."""
    found: dict[str, object] = {"Effect": str(statement.effect)}
    if statement.principals is not None:
        found["Principal"] = {kind: entry.value for kind, entry in statement.principals.entries}
    found["Action"] = statement.actions[0].value
    if statement.resources is not None:
        found["Resource"] = statement.resources[0].value
    return json.dumps(found, indent=2, ensure_ascii=False)
