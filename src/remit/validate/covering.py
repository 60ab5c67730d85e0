"""Which entries of a list of patterns others take in: the one comparison of redundancy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from remit.core.pattern import Pattern
from remit.core.policy import Item

_MOST_WIDE = 200
"""Patterns with wildcards of one list that are compared with all the others."""


def covered(items: Iterable[Item], fold: Callable[[str], str] = str) -> Iterator[tuple[Item, Item]]:
    """(narrower, wider) for each item that another one takes in, in order; of equal ones the
    first stays. `fold` makes equal what counts as equal (actions ignore letter case)."""
    listed = [(fold(item.value), item) for item in items]
    first: dict[str, Item] = {}
    wide = [(text, Pattern.parse(text), item) for text, item in listed if _is_open(text)]
    for text, item in listed:
        same = first.setdefault(text, item)
        if same is not item:
            yield item, same
            continue
        for other, pattern, wider in wide[:_MOST_WIDE]:
            if wider is not item and _takes_in(other, pattern, text):
                yield item, wider
                break


def _takes_in(other: str, pattern: Pattern, text: str) -> bool:
    """Whether the pattern matches all that `text` does. Variables in either have unknown values:
    the pattern's own must then be the same text, and the other's may be anything."""
    if "${" in other or other == text:
        return False
    beginning = other.partition("*")[0].partition("?")[0]
    if not text.startswith(beginning):
        return False  # not even where `text` begins with a wildcard: that matches other beginnings
    if other == beginning + "*":  # the usual case, without building anything
        return text.rstrip("*") != beginning
    loose = _widened(text)
    if not pattern.matches(loose.replace("*", _SOMETHING).replace("?", _SOMETHING)):
        return False  # one string that `text` matches, and the pattern does not
    if not _is_open(loose):
        return True
    narrow = Pattern.parse(loose)
    # Of two that match the same (`a*`, `a**`), neither is narrower.
    return pattern.covers(narrow) and not narrow.covers(pattern)


_SOMETHING = "\0"
"""What a wildcard may stand for, and no entry holds."""


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text


def _widened(text: str) -> str:
    """`text` with `*` in place of each variable."""
    parts = text.split("${")
    return parts[0] + "".join("*" + part.partition("}")[2] for part in parts[1:])
