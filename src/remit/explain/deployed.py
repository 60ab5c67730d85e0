"""Judging against policies of a template, in which symbols stand for what deployment fixes.

What may live here: reading symbols in three ways and what follows from the three verdicts. How one
reading is judged is judge.py's.

- *Strictly*: a symbol is a text of its own, the same in the policy and in the need, and every Deny
  that names one may hit. What is allowed so is allowed in every deployment.
- *Generously*: a parameter may be anything, and a Deny that names a symbol does not hit. The
  deployment's own resources are different things, so one of them never stands for another; but
  a text in the policy may name one of them. What is denied so is denied in every deployment.
- What is neither hangs on the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from remit.core.need import Need
from remit.core.policy import Condition, Effect, Item, Policy, Statement
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Symbols, Text
from remit.explain.judge import Judge
from remit.explain.model import Judgement, Standing

Verdict: TypeAlias = Callable[[Need, Mapping[str, Value], Iterable[str]], Judgement]

_PLACE = ("region", "account")
"""Symbols that a need leaves open by itself: a policy that names any account is believed."""


def judge_of(policies: Sequence[Policy]) -> Verdict:
    """What judges needs against the policies of a role, symbols or none."""
    symbols = _together(policies)
    return _Deployed(policies, symbols) if symbols else Judge(policies)


def _together(policies: Iterable[Policy]) -> Symbols:
    own: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    for policy in policies:
        own, given = own | policy.symbols.own, given | policy.symbols.given
    return Symbols(own, given)


class _Deployed:
    """The policies of a role, each reading compiled once and when it is first asked for."""

    __slots__ = ("_judges", "_policies", "_symbols")

    def __init__(self, policies: Sequence[Policy], symbols: Symbols) -> None:
        self._policies = policies
        self._symbols = symbols
        self._judges: dict[str, Judge] = {}

    def __call__(
        self, need: Need, known: Mapping[str, Value], absent: Iterable[str] = ()
    ) -> Judgement:
        """How `need` stands; as `Judge` has it."""
        absent = tuple(absent)
        own, given = self._symbols.own, self._symbols.given
        strict = [
            self._judge("strict")(
                self._literal(need, own | given - {*_PLACE} | places), known, absent
            )
            for places in _subsets(self._symbols)
        ]
        allowed = [one for one in strict if one.standing is Standing.ALLOWED]
        if allowed:
            return allowed[0]
        generous = [
            self._judge("generous")(self._literal(need, own), known, absent),
            self._judge("named")(need, known, absent),
        ]
        passable = [one for one in generous if one.standing is not Standing.DENIED]
        if passable:
            return self._open(need, passable)
        return next((one for one in strict if one.standing is Standing.DENIED), generous[0])

    def _judge(self, reading: str) -> Judge:
        if reading not in self._judges:
            read = _READINGS[reading]
            made = [
                replace(p, statements=_statements(p, self._symbols, read)) for p in self._policies
            ]
            self._judges[reading] = Judge(made)
        return self._judges[reading]

    def _literal(self, need: Need, names: Collection[str]) -> Need:
        def text(one: Text) -> Text:
            return self._symbols.literal(one, names)

        context = {
            key: text(value) if isinstance(value, Text) else tuple(map(text, value))
            for key, value in need.context.items()
        }
        others = tuple(map(text, need.alternatives))
        return replace(need, resource=text(need.resource), context=context, alternatives=others)

    def _open(self, need: Need, passable: Sequence[Judgement]) -> Judgement:
        """What may be allowed, with the symbols on which it hangs."""
        places = {one.statement.span for judged in passable for one in judged.statements}
        written = [
            name
            for policy in self._policies
            for statement in policy.statements
            if statement.span in places
            for item in _texts(statement)
            for name in self._symbols.used(item.value)
        ]
        holes = [hole for judged in passable for hole in judged.holes]
        asked = [hole for hole in need.resource.holes if hole.name in self._symbols.given]
        named = [_hole(name, self._symbols) for name in written]
        first = passable[0]
        return Judgement(
            Standing.UNKNOWN,
            statements=first.statements,
            holes=tuple({hole.name: hole for hole in (*holes, *asked, *named)}.values()),
            keys=first.keys,
        )


def _hole(name: str, symbols: Symbols) -> Hole:
    return Hole(HoleKind.ASSIGNED if name in symbols.own or name in _PLACE else HoleKind.ENV, name)


def _subsets(symbols: Symbols) -> Iterable[frozenset[str]]:
    """Which of the region and the account the need is read to name by its symbol."""
    found: list[frozenset[str]] = [frozenset()]
    for name in _PLACE:
        if name in symbols.given:
            found += [one | {name} for one in found]
    return found


# --- readings of a policy -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """How symbols are read: which become `*` in an Allow, and what a Deny with symbols does."""

    opens_given: bool
    opens_deny: bool
    keeps_own: bool = True


_READINGS = {
    "strict": _Reading(opens_given=False, opens_deny=True),
    "generous": _Reading(opens_given=True, opens_deny=False),
    "named": _Reading(opens_given=True, opens_deny=False, keeps_own=False),
}


def _statements(policy: Policy, symbols: Symbols, read: _Reading) -> tuple[Statement, ...]:
    made = (_statement(statement, symbols, read) for statement in policy.statements)
    return tuple(statement for statement in made if statement is not None)


def _statement(statement: Statement, symbols: Symbols, read: _Reading) -> Statement | None:
    if not any(symbols.used(item.value) for item in _texts(statement)):
        return statement
    if statement.effect is Effect.DENY:
        return (
            _widened(statement, symbols, symbols.own | symbols.given) if read.opens_deny else None
        )
    if not read.opens_given:
        return statement
    if not read.keeps_own and not statement.not_resource:
        kept = [
            i for i in statement.resources or () if symbols.own.isdisjoint(symbols.used(i.value))
        ]
        if not kept and statement.resources:
            return None
        statement = replace(statement, resources=tuple(kept))
    return _widened(statement, symbols, symbols.given)


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


def _texts(statement: Statement) -> Iterable[Item]:
    yield from statement.resources or ()
    for condition in statement.conditions:
        yield from _of(condition)


def _of(condition: Condition) -> Iterable[Item]:
    return condition.values
