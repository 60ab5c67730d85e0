"""The ways to read the statements of a template's policies, in which symbols stand.

What may live here: from a policy and a reading to the statements that are judged. Which readings
are asked, and what follows from their verdicts, is deployed.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from remit.core.policy import Condition, Effect, Item, Policy, Statement
from remit.core.text import Symbols


@dataclass(frozen=True, slots=True)
class Reading:
    """What becomes of statements in which symbols stand.

    `grants` and `denials` say how such statements are read: `keep` as they are, `open` with `*`
    for parameters (in a Deny for all symbols), `named` the same without entries that name the
    deployment's own resources, `drop` left out. `only` is the one effect that is looked at.
    """

    grants: str
    denials: str
    only: Effect | None = None


READINGS = {
    "literal": Reading("keep", "keep"),
    "grants": Reading("keep", "drop", Effect.ALLOW),
    "denials": Reading("drop", "open", Effect.DENY),
    "generous": Reading("open", "drop"),
    "named": Reading("named", "drop"),
}


def statements(policy: Policy, symbols: Symbols, read: Reading) -> tuple[Statement, ...]:
    """The statements of `policy` as `read` has them."""
    kept = [s for s in policy.statements if read.only in (None, s.effect)]
    made = [one for s in kept if (one := _statement(s, symbols, read)) is not None]
    return (*made, _everything(policy)) if read.only is Effect.DENY else tuple(made)


def _everything(policy: Policy) -> Statement:
    """An Allow of everything: what stands in the way then is a Deny."""
    star = (Item("*", policy.span),)
    return Statement(len(policy.statements), None, Effect.ALLOW, star, star, policy.span)


def _statement(statement: Statement, symbols: Symbols, read: Reading) -> Statement | None:
    deny = statement.effect is Effect.DENY
    how = read.denials if deny else read.grants
    if not any(symbols.used(item.value) for item in texts(statement)):
        return statement
    if how == "keep":
        items = statement.resources
        named = items and tuple(replace(one, value=rooted(one.value, symbols)) for one in items)
        return replace(statement, resources=named)
    if how == "drop":
        return None
    if how == "named" and not statement.not_resource:
        items = statement.resources or ()
        kept = [item for item in items if symbols.own.isdisjoint(symbols.used(item.value))]
        if not kept and items:
            return None
        statement = replace(statement, resources=tuple(kept))
    return _widened(statement, symbols, symbols.own | symbols.given if deny else symbols.given)


def rooted(value: str, symbols: Symbols) -> str:
    """A resource that begins with a symbol, in the form of an ARN: that is what the symbol stands
    for, and no pattern without its colons is a resource."""
    used = symbols.used(value)
    return f"arn:aws:symbol:::{value}" if used and value.startswith("{" + used[0]) else value


def _widened(statement: Statement, symbols: Symbols, names: Collection[str]) -> Statement:
    """The statement, matching whatever it may match in some deployment."""

    def touched(items: Iterable[Item]) -> bool:
        return any(not set(names).isdisjoint(symbols.used(item.value)) for item in items)

    conditions = tuple(one for one in statement.conditions if not touched(_of(one)))
    resources = statement.resources
    if resources is None:
        return replace(statement, conditions=conditions)
    if statement.not_resource:
        kept = tuple(item for item in resources if not touched((item,)))
        if kept:
            return replace(statement, conditions=conditions, resources=kept)
        everything = Item("*", statement.span)
        return replace(
            statement, conditions=conditions, resources=(everything,), not_resource=False
        )
    opened = tuple(replace(i, value=symbols.opened(i.value, names)) for i in resources)
    return replace(statement, conditions=conditions, resources=opened)


def texts(statement: Statement) -> Iterable[Item]:
    """Every text of a statement in which a symbol may stand."""
    yield from statement.resources or ()
    for condition in statement.conditions:
        yield from _of(condition)


def _of(condition: Condition) -> Iterable[Item]:
    return condition.values
