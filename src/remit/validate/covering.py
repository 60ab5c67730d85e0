"""Which entries of a list of patterns others take in: the one comparison of redundancy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from remit.core.pattern import Pattern
from remit.core.policy import Item

_MOST_WIDE = 200
"""Patterns with wildcards of one list that are compared with all the others."""


def covered(items: Iterable[Item], fold: Callable[[str], str] = str) -> Iterator[tuple[Item, Item]]:
    """(narrower, wider) for each item that another one takes in, in order; of equal ones the
    first stays. `fold` makes equal what counts as equal (actions ignore letter case)."""
    listed = [(fold(item.value), item) for item in items]
    first: dict[str, Item] = {}
    wide = [_Wide.of(text, item) for text, item in listed if _is_open(text) and "${" not in text]
    for text, item in listed:
        same = first.setdefault(text, item)
        if same is not item:
            yield item, same
            continue
        for one in wide[:_MOST_WIDE]:
            # What does not begin alike is never taken in: not even a wildcard at its beginning,
            # for that matches other beginnings too.
            if text.startswith(one.beginning) and one.item is not item and one.takes_in(text):
                yield item, one.item
                break


@dataclass(frozen=True, slots=True)
class _Wide:
    """An entry with wildcards and no variables, and what is before its first wildcard."""

    text: str
    beginning: str
    pattern: Pattern
    item: Item

    @classmethod
    def of(cls, text: str, item: Item) -> _Wide:
        """The entry, read once."""
        beginning = text.partition("*")[0].partition("?")[0]
        return cls(text, beginning, Pattern.parse(text), item)

    def takes_in(self, text: str) -> bool:
        """Whether it matches all that `text` does, which begins alike. A variable in `text` may be
        anything."""
        if self.text == text:
            return False
        if self.text == self.beginning + "*":  # the usual case, without building anything
            return text.rstrip("*") != self.beginning
        loose = _widened(text)
        if not self.pattern.matches(loose.replace("*", _SOMETHING).replace("?", _SOMETHING)):
            return False  # one string that `text` matches, and the pattern does not
        if not _is_open(loose):
            return True
        narrow = Pattern.parse(loose)
        # Of two that match the same (`a*`, `a**`), neither is narrower.
        return self.pattern.covers(narrow) and not narrow.covers(self.pattern)


_SOMETHING = "\0"
"""What a wildcard may stand for, and no entry holds."""


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text


def _widened(text: str) -> str:
    """`text` with `*` in place of each variable."""
    parts = text.split("${")
    return parts[0] + "".join("*" + part.partition("}")[2] for part in parts[1:])
