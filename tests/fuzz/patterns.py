"""Target: patterns against an automaton that is stepped state by state, as a book defines it."""

from __future__ import annotations

from collections import deque

from remit.core.pattern import Pattern
from tests.fuzz.choices import Choices

_PIECES = ("a", "b", "*", "?", "ab", "*?", "é", "😀", "\ud83d", "\ude00", "${", "\n", "**", "aab")
_OTHER = "\x01"  # stands for every unit that neither pattern names
_MOST = 4000


def pattern(data: bytes) -> None:
    choices = Choices(data)
    one, two = ("".join(choices.some(_PIECES, 10)) for _ in range(2))
    first, second = Pattern.parse(one), Pattern.parse(two)
    for _ in range(3):
        value = "".join(choices.some([piece for piece in _PIECES if piece != "*"], 12))
        assert first.matches(value) is _matches(one, value), (one, value)
    assert Pattern.parse(str(first)) == first, one
    included, met = _compared(one, two)
    if included is not None:
        assert first.covers(second) is included, (one, two)
    witness = first.meets(second)
    assert (witness is not None) is met, (one, two)
    if witness is not None:
        assert _matches(one, witness), (one, two, witness)
        assert _matches(two, witness), (one, two, witness)


def _units(text: str) -> list[str]:
    data = text.encode("utf-16-le", "surrogatepass")
    return [data[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(data), 2)]


def _closed(pattern: list[str], places: set[int]) -> frozenset[int]:
    """All places that are reached without reading: past a `*`."""
    todo, found = list(places), set(places)
    while todo:
        at = todo.pop()
        if at < len(pattern) and pattern[at] == "*" and at + 1 not in found:
            found.add(at + 1)
            todo.append(at + 1)
    return frozenset(found)


def _step(pattern: list[str], places: frozenset[int], unit: str) -> frozenset[int]:
    after: set[int] = set()
    for at in places:
        if at < len(pattern):
            if pattern[at] == "*":
                after.add(at)
            elif pattern[at] in ("?", unit):
                after.add(at + 1)
    return _closed(pattern, after)


def _matches(text: str, value: str) -> bool:
    pattern = _units(text)
    places = _closed(pattern, {0})
    for unit in _units(value):
        places = _step(pattern, places, unit)
    return len(pattern) in places


def _compared(one: str, two: str) -> tuple[bool | None, bool]:
    """Whether every text of `two` is one of `one` (None: too many states), and whether any is."""
    first, second = _units(one), _units(two)
    units = sorted({*first, *second, _OTHER} - {"*", "?"})
    start = _closed(first, {0}), _closed(second, {0})
    seen, todo, included, met = {start}, deque([start]), True, False
    while todo and len(seen) < _MOST:
        mine, theirs = todo.popleft()
        ends, also = len(first) in mine, len(second) in theirs
        included &= ends or not also
        met |= ends and also
        for unit in units:
            after = _step(first, mine, unit), _step(second, theirs, unit)
            if after not in seen and after[1]:
                seen.add(after)
                todo.append(after)
    return (None if todo else included), met
