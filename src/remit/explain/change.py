"""One change to a request or to a policy, as a value, and the making of it.

What may live here: what a change is and how a policy set looks after it. Which changes are worth
trying is candidates.py's, which of them flip a verdict is flip.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from remit.core.decision import Layer
from remit.core.policy import Effect, Item, Policy, Principals, Statement
from remit.core.request import Request, Value
from remit.core.span import Span
from remit.engine.policyset import PolicySet
from remit.explain.causes import levels

_FIELDS = {
    Layer.IDENTITY: "identity",
    Layer.BOUNDARY: "boundary",
    Layer.SESSION: "session",
    Layer.SCP: "scp",
    Layer.RCP: "rcp",
    Layer.VPC_ENDPOINT: "vpc_endpoint",
    Layer.RESOURCE: "resource",
}
_BY_LEVEL = frozenset({Layer.SCP, Layer.RCP})
NEW = Span.whole("")
"""Where elements stand that no file has yet."""


class Kind(StrEnum):
    """What is changed. Their order is that of their size, the smallest first."""

    ADD_ACTION = "addAction"
    REMOVE_ACTION = "removeAction"
    SET_VERSION = "setVersion"
    ADD_RESOURCE = "addResource"
    REMOVE_RESOURCE = "removeResource"
    ADD_PRINCIPAL = "addPrincipal"
    ADD_VALUE = "addConditionValue"
    REMOVE_VALUE = "removeConditionValue"
    SET_CONTEXT = "setContext"
    ADD_STATEMENT = "addStatement"
    EXEMPT = "exemptPrincipal"
    REMOVE_STATEMENT = "removeStatement"


SIZES = {kind: size for size, kind in enumerate(Kind, 1)}


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    `layer`, `policy` (counted through all levels; None for a new document) and `statement` say
    where; a change of the request has no layer. `element` is what is edited (`Action`), `key` and
    `operator` the condition or the context key, `value` what is added, removed or set (None: the
    key is left out). `text` is the statement to paste.
    """

    kind: Kind
    value: Value | None = None
    layer: Layer | None = None
    level: int = 0
    policy: int | None = None
    document: Policy | None = None
    statement: Statement | None = None
    element: str = ""
    key: str = ""
    operator: str = ""
    text: str = ""

    @property
    def size(self) -> int:
        """How large it is beside others. To weaken a Deny is more than all else."""
        weakens = self.statement is not None and self.statement.effect is Effect.DENY
        return SIZES[self.kind] + (len(SIZES) if weakens else 0)


@dataclass(frozen=True, slots=True)
class State:
    """What is decided: before a change, or after it."""

    request: Request
    policies: PolicySet


def with_context(state: State, key: str, value: Value | None) -> State:
    """The state with the context key set; None leaves it out."""
    kept = {name: one for name, one in state.request.context.items() if name.lower() != key.lower()}
    if value is not None:
        kept[key] = value
    return replace(state, request=replace(state.request, context=kept))


def with_statement(
    state: State, layer: Layer, number: int, index: int, statement: Statement | None
) -> State:
    """The state with one statement replaced; None takes it out."""

    def edit(policy: Policy) -> Policy:
        kept = [s if s.index != index else statement for s in policy.statements]
        return replace(policy, statements=tuple(s for s in kept if s is not None))

    return _edited(state, layer, number, edit)


def with_version(state: State, layer: Layer, number: int, version: str) -> State:
    """The state with the policy in another version of the language."""
    return _edited(state, layer, number, lambda policy: replace(policy, version=version))


def with_added(state: State, layer: Layer, level: int, number: int | None, raw: Statement) -> State:
    """The state with a statement added to a policy of the layer; `number` None: to a new one."""

    def edit(policy: Policy) -> Policy:
        index = 1 + max((s.index for s in policy.statements), default=-1)
        return replace(policy, statements=(*policy.statements, replace(raw, index=index)))

    if number is not None:
        return _edited(state, layer, number, edit)
    fresh = Policy("2012-10-17", (replace(raw, index=0),), NEW)
    given = [list(level_) for level_ in levels(state.policies, layer) or ()] or [[]]
    given[level].append(fresh)
    return _with_levels(state, layer, given)


def _edited(state: State, layer: Layer, number: int, edit: Any) -> State:
    given, count = [list(level) for level in levels(state.policies, layer) or ()], 0
    for level in given:
        for place, policy in enumerate(level):
            if count == number:
                level[place] = edit(policy)
            count += 1
    return _with_levels(state, layer, given)


def _with_levels(state: State, layer: Layer, given: Sequence[Sequence[Policy]]) -> State:
    value: Any = given if layer in _BY_LEVEL else given[0]
    if layer is Layer.RESOURCE:
        value = given[0][0]
    return replace(state, policies=replace(state.policies, **{_FIELDS[layer]: value}))


def item(text: str) -> Item:
    """A string that no file has yet."""
    return Item(text, NEW)


def new_statement(
    action: str, resource: str | None, principal: tuple[str, str] | None
) -> Statement:
    """An Allow for one action on one resource."""
    return Statement(
        index=0,
        sid=None,
        effect=Effect.ALLOW,
        actions=(item(action),),
        resources=None if resource is None else (item(resource),),
        span=NEW,
        principals=None
        if principal is None
        else Principals(((principal[0], item(principal[1])),), negated=False, span=NEW),
    )
