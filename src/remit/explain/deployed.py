"""Judging against policies of a template, in which symbols stand for what deployment fixes.

What may live here: the ways to read symbols, and what follows from their verdicts. How one reading
is judged is judge.py's.

- *Literally*: a symbol is a text of its own, the same in the policy and in the need. A grant or a
  denial that matches so does it in every deployment.
- *Openly*: a parameter may be anything. The deployment's own resources are different things, so
  one never stands for another; but a plain text in the policy may be the name of one.

So a need is allowed when a grant matches literally and no Deny can match openly; it is denied when
a Deny matches literally or no grant can match openly. What is neither hangs on the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import NO_SYMBOLS, Item, Policy, Statement
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Symbols, Text, renamed
from remit.explain.judge import Judge
from remit.explain.model import Judgement, Source, Standing
from remit.explain.readings import READINGS, rooted, statements, texts

Verdict: TypeAlias = Callable[[Need, Mapping[str, Value], Iterable[str]], Judgement]

_PLACE = ("region", "account")
"""Symbols that a need leaves open by itself: a policy that names any account is believed."""


def judge_of(policies: Sequence[Policy]) -> Verdict:
    """What judges needs against the policies of a role, symbols or none."""
    symbols = _together(policies)
    return _Deployed(policies, _names(symbols)) if symbols else Judge(policies)


def _together(policies: Iterable[Policy]) -> Symbols:
    first, *others = dict.fromkeys(policy.symbols for policy in policies) or (NO_SYMBOLS,)
    if not others:
        return first
    return Symbols(
        first.own.union(*(one.own for one in others)),
        first.given.union(*(one.given for one in others)),
    )


class _Deployed:
    """The policies of a role, each reading compiled once and when it is first asked for.

    Inside, symbols have other names, in letters that no pattern holds: `*Table*` would match the
    name `{TableName}`, which says nothing about what it stands for.
    """

    __slots__ = ("_judges", "_named", "_names", "_policies", "_symbols")

    def __init__(self, policies: Sequence[Policy], names: _Names) -> None:
        self._policies = policies
        self._names = names
        self._named = [names.policy(policy) for policy in policies]
        self._symbols = names.symbols
        self._judges: dict[object, Judge] = {}

    def __call__(
        self, need: Need, known: Mapping[str, Value], absent: Iterable[str] = ()
    ) -> Judgement:
        """How `need` stands; as `Judge` has it."""
        judged = self._judged(self._names.need(need), known, tuple(absent))
        return self._names.plain(judged, self._policies)

    def _judged(self, need: Need, known: Mapping[str, Value], absent: tuple[str, ...]) -> Judgement:
        needs: list[Need] = []
        for names in self._names.literal:
            one = self._literal(need, names)
            if one not in needs:
                needs.append(one)
        judge, granting = self._judge("literal"), self._judge("grants")
        if granting is judge:  # no Deny at all: the need that names most settles most
            named = judge(needs[-1], known, absent)
            if named.standing is Standing.ALLOWED:
                return named
        literal = [judge(one, known, absent) for one in needs]
        denied = next((one for one in literal if one.explicit), None)
        if denied is not None:
            return denied
        grants = literal if granting is judge else [granting(one, known, absent) for one in needs]
        allowed = next((one for one in grants if one.standing is Standing.ALLOWED), None)
        stops = self._judge("denials")(need, known, absent)
        if allowed is not None and stops.standing is Standing.ALLOWED:
            return allowed
        possible = [
            self._judge("generous")(self._literal(need, self._symbols.own), known, absent),
            self._judge("named")(need, known, absent),
        ]
        passable = [one for one in possible if one.standing is not Standing.DENIED]
        if not passable:
            return literal[0]
        # A grant that is the same in every deployment hangs on nothing but what it says itself.
        same = [allowed] if allowed else [g for g in grants if g.standing is Standing.UNKNOWN]
        hindered = [stops] if stops.standing is not Standing.ALLOWED else []
        return self._open(need, same[:1] or passable, hindered, settled=bool(same))

    def _judge(self, reading: str) -> Judge:
        """The policies as they are read so. Readings that differ in nothing share a judge."""
        if reading not in self._judges:
            read = [statements(p, self._symbols, READINGS[reading]) for p in self._named]
            same = tuple(tuple(map(id, one)) for one in read)
            if same not in self._judges:
                made = zip(self._named, read, strict=True)
                self._judges[same] = Judge([replace(p, statements=one) for p, one in made])
            self._judges[reading] = self._judges[same]
        return self._judges[reading]

    def _literal(self, need: Need, names: Collection[str]) -> Need:
        """The need with the tokens that policies have for the symbols `names`."""
        found = _mapped(need, lambda text: self._symbols.literal(text, names))
        whole, *others = map(self._rooted, (found.resource, *found.alternatives))
        return replace(found, resource=whole, alternatives=tuple(others))

    def _rooted(self, text: Text) -> Text:
        first = text.parts[0] if text.parts else ""
        if not isinstance(first, str):
            return text
        return Text.of(rooted(first, self._symbols), *text.parts[1:])

    def _open(
        self, need: Need, ways: Sequence[Judgement], stops: Sequence[Judgement], *, settled: bool
    ) -> Judgement:
        """What may be allowed, with that on which it hangs: `ways` are judgements of what may
        grant it, `stops` of what may deny it. `settled` says that no symbol is in the grant's way.
        """
        found = [hole for judged in (*ways, *stops) for hole in judged.holes]
        holes = [hole for hole in found if hole.name not in self._symbols.given]
        if not holes:
            asked = {hole.name for hole in need.resource.holes}
            names = self._mentioned(need, stops) - asked
            if not settled:
                names |= self._mentioned(need, ways) ^ (asked & self._all)
            holes = self._told(names, asked)
        return Judgement(
            Standing.UNKNOWN,
            statements=ways[0].statements,
            holes=tuple({hole.name: hole for hole in holes}.values()),
            keys=tuple(dict.fromkeys(key for one in (*ways, *stops) for key in one.keys)),
        )

    @property
    def _all(self) -> frozenset[str]:
        return self._symbols.own | self._symbols.given

    def _mentioned(self, need: Need, judged: Iterable[Judgement]) -> set[str]:
        """The symbols in those entries of the judged statements that the need may fit."""
        places = {one.statement.span for j in judged for one in j.statements}
        wanted = Pattern.from_text(need.resource)
        return {
            name
            for policy in self._named
            for statement in policy.statements
            if statement.span in places
            for item in texts(statement)
            if item not in (statement.resources or ())
            or Pattern.parse(self._symbols.opened(item.value)).meets(wanted) is not None
            for name in self._symbols.used(item.value)
        }

    def _told(self, names: Collection[str], asked: Collection[str]) -> list[Hole]:
        """The symbols that a person would have to tell: those that the need names first; names
        and ids that AWS gives, the region and the account only where nothing else is open."""
        places = sorted(name for name in names if name in self._names.places)
        given = sorted(name for name in names if name in self._symbols.given - {*places})
        own = sorted(name for name in names if name in self._symbols.own)
        first = [name for name in given if name in asked]
        if first:
            given = [*first, *(name for name in given if name not in asked and not own)]
        return [Hole(HoleKind.ENV, name) for name in given] or [
            Hole(HoleKind.ASSIGNED, name) for name in own or places
        ]


class _Names:
    """Symbols under the names that they have inside: letters of Unicode's private use."""

    def __init__(self, symbols: Symbols) -> None:
        self._inner = {
            name: _private(index) for index, name in enumerate(sorted(symbols.own | symbols.given))
        }
        self._outer = {inner: name for name, inner in self._inner.items()}
        self.outside = symbols
        self.symbols = Symbols(
            frozenset(self._inner[name] for name in symbols.own),
            frozenset(self._inner[name] for name in symbols.given),
        )
        self.places = [self._inner[name] for name in _PLACE if name in self._inner]
        certain = self.symbols.own | self.symbols.given - {*self.places}
        self.literal = [certain | some for some in _subsets(self.places)]
        """The symbols that a need is read to name, for each way to read its places."""

    def need(self, need: Need) -> Need:
        """`need` with the inner names in its holes."""

        def part(one: str | Hole) -> str | Hole:
            inner = self._inner.get(one.name) if isinstance(one, Hole) else None
            return one if isinstance(one, str) or inner is None else replace(one, name=inner)

        return _mapped(need, lambda text: Text.of(*map(part, text.parts)))

    def policy(self, policy: Policy) -> Policy:
        """`policy` with the inner names in its texts."""
        made = (self._statement(statement) for statement in policy.statements)
        return replace(policy, statements=tuple(made))

    def plain(self, judged: Judgement, policies: Sequence[Policy]) -> Judgement:
        """The same with the outer names and the statements as they were given."""
        given = {_key(p, s): (p, s) for p in policies for s in p.statements}

        def source(one: Source) -> Source:
            found = given.get(_key(one.policy, one.statement))
            return one if found is None else Source(*found)

        near = judged.nearest
        if near is not None:
            item = near.item and replace(near.item, value=renamed(near.item.value, self._outer))
            lacks = renamed(near.lacks, self._outer)
            near = replace(near, source=source(near.source), item=item, lacks=lacks)
        return replace(
            judged,
            statements=tuple(map(source, judged.statements)),
            nearest=near,
            holes=tuple(replace(h, name=self._outer.get(h.name, h.name)) for h in judged.holes),
        )

    def _statement(self, statement: Statement) -> Statement:
        if not any(self.outside.used(item.value) for item in texts(statement)):
            return statement

        def named(items: Iterable[Item]) -> tuple[Item, ...]:
            return tuple(replace(i, value=renamed(i.value, self._inner)) for i in items)

        resources = None if statement.resources is None else named(statement.resources)
        conditions = tuple(replace(c, values=named(c.values)) for c in statement.conditions)
        return replace(statement, resources=resources, conditions=conditions)


@lru_cache(maxsize=8)
def _names(symbols: Symbols) -> _Names:
    """The roles of a stage mostly share their symbols."""
    return _Names(symbols)


def _key(policy: Policy, statement: Statement) -> object:
    return policy.name, policy.span, statement.index, statement.span


def _private(number: int) -> str:
    """A name of 40 letters, so that no run of `?` is likely to fit it."""
    digits = "".join(chr(0xE000 + int(digit)) for digit in str(number))
    return digits.rjust(40, "\ue00a")


def _mapped(need: Need, change: Callable[[Text], Text]) -> Need:
    """`need` with all its texts changed."""
    context = {
        key: change(value) if isinstance(value, Text) else tuple(map(change, value))
        for key, value in need.context.items()
    }
    others = tuple(map(change, need.alternatives))
    return replace(need, resource=change(need.resource), context=context, alternatives=others)


def _subsets(places: Iterable[str]) -> Iterable[frozenset[str]]:
    """Which of the region and the account the need is read to name by its symbol."""
    found: list[frozenset[str]] = [frozenset()]
    for name in places:
        found += [one | {name} for one in found]
    return found
