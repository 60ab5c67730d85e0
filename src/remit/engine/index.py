"""Finds the few rules that may match a request, without asking all of them.

What may live here: filing rules under what a request must have for them to match, and looking
them up. An index answers with a superset of the rules that match; statement.py then asks those.

A rule is filed under one label for each of its resource patterns, or under the values of one
`StringEquals`, whichever the fewest others share. A label says what is necessary for a match, so
nothing that matches is missed:

- `start`, `end`: the text before the first wildcard, after the last one. One look-up of as many
  characters as the shortest text has; where several rules share these, a binary search, and up
  the chain of texts that begin with one another.
- `after`: the text that follows a part with colons, for ARNs whose region or account is `*`. The
  same for each place where that part stands in the resource.
- `gram`: four characters in a row, the rarest of the pattern, for names that begin with `*`. One
  set intersection, linear in the length of the resource.
- `value`: a key and the values of which it must equal one. One look-up for each key.

A rule that has no label is asked each time. So the worst case is the plain loop over all rules
that name the action: when they are on `*` and differ in conditions other than `StringEquals`, or
when their patterns hold no four characters in a row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

from remit.core.pattern import Pattern
from remit.engine.condition import Check, Quantifier
from remit.engine.context import Facts
from remit.engine.statement import Rule

K = TypeVar("K")
V = TypeVar("V")

Label: TypeAlias = tuple[str, ...]
"""A kind, and the texts that go with it."""

FEW = 2
"""So many rules are asked faster than they are looked up."""
_CROWDED = 4  # rules under one label from which on it pays to cut patterns into grams
_GRAM = 4
_READ = 256  # characters of a literal that are cut into grams


Finder: TypeAlias = Callable[[str, Facts, list[Rule]], None]
"""Adds the rules that a request may match."""


class Index:
    """Rules, filed."""

    __slots__ = ("_after", "_finders", "_grams", "_loose", "_values")

    def __init__(self, rules: Sequence[Rule]) -> None:
        filed: dict[str, list[tuple[Label, Rule]]] = defaultdict(list)
        loose: list[Rule] = []
        for rule, found in zip(rules, _filing(rules), strict=True):
            for label in found:
                filed[label[0]].append((label, rule))
            if not found:
                loose.append(rule)
        self._loose = tuple(loose)
        self._after = tuple(
            (head, len(head), _Beginnings((at[2], rule) for at, rule in group))
            for head, group in _grouped((at[1], (at, rule)) for at, rule in filed["after"]).items()
        )
        self._grams = _grouped((label[1:], rule) for label, rule in filed["gram"])
        self._values = {
            key: _grouped((at[2], rule) for at, rule in group)
            for key, group in _grouped((at[1], (at, rule)) for at, rule in filed["value"]).items()
        }
        starts = _Beginnings((label[1], rule) for label, rule in filed["start"])
        ends = _Beginnings((label[1], rule) for label, rule in filed["end"])
        finders: dict[str, Finder] = {
            "start": starts.add,
            "end": lambda resource, facts, found: ends.add(resource[::-1], facts, found),
            "after": self._add_after,
            "gram": self._add_grams,
            "value": self._add_valued,
        }
        self._finders = tuple(find for kind, find in finders.items() if filed[kind])

    def near(self, resource: str, facts: Facts) -> Collection[Rule]:
        """All rules that may match, in any order; `resource` is in code units."""
        if not self._finders:
            return self._loose
        found = [*self._loose]
        for find in self._finders:
            find(resource, facts, found)
        return found if len(found) < 2 else {*found}

    def _add_after(self, resource: str, facts: Facts, found: list[Rule]) -> None:
        for head, length, tails in self._after:
            at, last = resource.find(head), resource.rfind(head)  # nearly always one place
            while at >= 0:
                tails.add(resource, facts, found, at + length)
                at = resource.find(head, at + 1) if at < last else -1

    def _add_grams(self, resource: str, facts: Facts, found: list[Rule]) -> None:
        grams = zip(resource, resource[1:], resource[2:], resource[3:], strict=False)
        for gram in self._grams.keys() & grams:
            found += self._grams[gram]

    def _add_valued(self, resource: str, facts: Facts, found: list[Rule]) -> None:
        # Whichever are fewer: the keys that rules ask for, or those of the request.
        context, values = facts.context, self._values
        for key in values if len(values) <= len(facts.given) else context:
            seen, listed = context.get(key), values.get(key)
            if listed is not None and isinstance(seen, str):
                found += listed.get(seen, ())


class _Beginnings:
    """Which of many texts a value begins with.

    Most texts differ from all others in as many characters as the shortest one has. Where these
    belong to one rule only, that rule is found in one look-up, whatever follows them. The others
    are sorted: all texts that the value begins with are beginnings of the last text that sorts
    before it, or that text itself; `parents` leads from each text to the longest other one that
    it begins with.
    """

    __slots__ = ("_cut", "_lone", "_longest", "_parents", "_rules", "_texts")

    def __init__(self, pairs: Iterable[tuple[str, Rule]]) -> None:
        grouped = _grouped(pairs)
        self._cut = cut = min(map(len, grouped), default=0)
        self._longest = max(map(len, grouped), default=0)
        sharing: dict[str, set[Rule]] = defaultdict(set)
        for text, rules in grouped.items():
            sharing[text[:cut]].update(rules)
        # Empty where the texts must be told apart.
        self._lone = {
            text: tuple(rules) if len(rules) == 1 else () for text, rules in sharing.items()
        }
        self._texts = texts = sorted(text for text in grouped if not self._lone[text[:cut]])
        self._rules = [grouped[text] for text in texts]
        self._parents: list[int] = []
        for place, text in enumerate(texts):
            parent = place - 1
            while parent >= 0 and not text.startswith(texts[parent]):
                parent = self._parents[parent]
            self._parents.append(parent)

    def add(self, value: str, facts: Facts, found: list[Rule], start: int = 0) -> None:
        """Add the rules of every text that stands in `value` at `start`."""
        lone = self._lone.get(value[start : start + self._cut])
        if lone:
            found += lone
        elif lone is not None:
            self._add_sorted(value[start : start + self._longest], found)

    def _add_sorted(self, value: str, found: list[Rule]) -> None:
        texts = self._texts
        place = bisect_right(texts, value) - 1
        while place >= 0:
            if value.startswith(texts[place]):
                found += self._rules[place]
            place = self._parents[place]


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


# --- under what a rule is filed -----------------------------------------------------------------


def _filing(rules: Sequence[Rule]) -> Iterator[list[Label]]:
    """For each rule the labels under which it is filed; none for a rule to be asked each time."""
    if len(rules) <= FEW:
        yield from ([] for _ in rules)
        return
    listed = [_patterns(rule) for rule in rules]
    plain = {pattern: _labels(pattern) for pattern in chain(*listed)}
    shared = Counter(
        label for patterns in listed for label in {label for p in patterns for label in plain[p]}
    )
    values = [_values(rule) for rule in rules]
    shared.update(label for ways in values for way in ways for label in way)
    best = _best(plain, shared)
    _cut(best, plain, shared)
    for patterns, ways in zip(listed, values, strict=True):
        known = {best[p] for p in patterns if p in best}
        options = [list(known)] if known and all(p in best for p in patterns) else []
        yield min(
            [*options, *ways], key=lambda way: sum(shared[label] for label in way), default=[]
        )


def _best(plain: Mapping[Pattern, list[Label]], shared: Counter[Label]) -> dict[Pattern, Label]:
    """For each pattern the label that fewest share. Where several are as good, the one that is
    looked up together with most others."""
    good = {
        pattern: [label for label in found if shared[label] == min(map(shared.__getitem__, found))]
        for pattern, found in plain.items()
        if found
    }
    together = Counter(label[:-1] for found in good.values() for label in found)
    return {
        pattern: max(found, key=lambda label: together[label[:-1]])
        for pattern, found in good.items()
    }


def _cut(best: dict[Pattern, Label], patterns: Iterable[Pattern], shared: Counter[Label]) -> None:
    """Where many patterns share their best label, or have none, look for a rarer gram."""
    crowded = {p: _grams(p) for p in patterns if p not in best or shared[best[p]] > _CROWDED}
    counted = Counter(gram for found in crowded.values() for gram in found)
    for pattern, found in crowded.items():
        gram = min(found, key=counted.__getitem__, default=None)
        if gram and (pattern not in best or counted[gram] < shared[best[pattern]]):
            best[pattern] = gram
            shared[gram] = counted[gram]


def _patterns(rule: Rule) -> tuple[Pattern, ...]:
    """For each way to match the resource, a pattern that takes in at least as much: variables are
    read as `*`. None where the resource may be anything."""
    if rule.source.resources is None or rule.source.not_resource:
        return ()
    read = (
        target.fixed or target.template.pattern({}, open_key=_any_key, open_break=target.loose)
        for target in rule.targets
    )
    return tuple(pattern for pattern in read if pattern is not None)


def _any_key(_: str) -> bool:
    return True


def _labels(pattern: Pattern) -> list[Label]:
    """What a text must have to match, the cheapest to look up first."""
    found: list[Label] = []
    pieces = pattern.pieces
    if pieces and isinstance(pieces[0], str):
        found.append(("start", pieces[0]))
        parts = pieces[0].split(":", 5)
        if len(parts) == 6 and parts[5]:
            found.append(("after", f":{parts[4]}:", parts[5]))
    if pieces and isinstance(pieces[-1], str):
        found.append(("end", pieces[-1][::-1]))
    for piece in pieces[1:]:
        if isinstance(piece, str):
            found += _after(piece)
    return found


def _after(literal: str) -> Iterator[Label]:
    """`:111122223333:` and what follows; where there is but one colon, what follows that."""
    if not literal.startswith(":"):
        return
    account, another, rest = literal[1:].partition(":")
    if another and rest:
        yield "after", f":{account}:", rest
    elif account:
        yield "after", ":", literal[1:]


def _grams(pattern: Pattern) -> set[Label]:
    literals = [piece[:_READ] for piece in pattern.pieces if isinstance(piece, str)]
    ends = range(_GRAM, _READ + 1)
    return {
        ("gram", *text[end - _GRAM : end]) for text in literals for end in ends if end <= len(text)
    }


def _values(rule: Rule) -> list[list[Label]]:
    """For each check that only certain values of one key pass: those values."""
    return [
        [("value", check.key, value) for value in check.listed]
        for check in rule.checks
        if _is_equality(check)
    ]


def _is_equality(check: Check) -> bool:
    """`StringEquals` as it stands, all values plain: false for a missing or multivalued key."""
    return (
        check.operator is not None
        and check.operator.name == "StringEquals"
        and check.quantifier is Quantifier.NONE
        and not check.if_exists
        and not check.void
        and bool(check.listed)
        and all(isinstance(value, str) for value in check.listed)
    )
