"""What a policy's items can match, seen as generously as AWS could see it.

Used to tell whether a grant serves a need. A policy variable counts as `*` here: what it stands
for is known only in production, and an accusation must hold for every value. So do a
template's symbols, but for the deployment's own resources: one of these is never another.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile

from remit.catalog import iam
from remit.check.model import Needed
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Item, Policy
from remit.core.text import Hole, Symbols, Text


def expand(action: str) -> tuple[str, ...]:
    """The actions that an action item stands for; empty for `*`, which stands for all there are
    (reading the whole catalog for it would cost more than the check)."""
    return () if action.strip("*:") == "" else iam.expand(action)


def names(item: Item, action: str) -> bool:
    """Whether the action item matches `action`. Letter case does not count (facts/iam.md 1.4)."""
    return iam.glob(item.value.lower(), action.lower())


def reaches(policy: Policy, item: Item, need: Need) -> bool:
    """Whether the resource item can match the need's resource, or one that does as well."""
    return matches(policy.symbols, policy.has_variables, item, need)


def matches(symbols: Symbols, variables: bool, item: Item, need: Need) -> bool:
    """`reaches` for a policy with these symbols, and variables or none."""
    value = _given(symbols, variables, item)
    if _can_match_any(value, need):
        return True
    opened = symbols.opened(value)
    return opened != value and _own(symbols, value, need) and _can_match_any(opened, need)


class Places:
    """Needs by the resources that they are on, to find those that an item may reach without
    looking at all of them.

    An item and a resource can only meet when of what is certain at the beginning of their last
    parts one begins with the other.
    """

    def __init__(self, needed: Iterable[Needed]) -> None:
        self._any: list[tuple[int, Needed]] = []
        self._by_head: dict[str, list[tuple[int, Needed]]] = {}
        for entry in enumerate(needed):
            need = entry[1].need
            for parts in {_parts(text) for text in (need.resource, *need.alternatives)}:
                listed = self._any if parts is None else self._by_head.setdefault(_head(parts), [])
                listed.append(entry)
        self._heads = sorted(self._by_head)

    def reached(self, policy: Policy, item: Item) -> Iterator[Needed]:
        """The needs that the item reaches, in their order."""
        symbols, variables = policy.symbols, policy.has_variables
        value = _given(symbols, variables, item)
        found = dict(self._any)
        for one in {value, symbols.opened(value)}:
            for head in self._near(one):
                found.update(self._by_head[head])
        for number in sorted(found):
            if matches(symbols, variables, item, found[number].need):
                yield found[number]

    def _near(self, value: str) -> Iterable[str]:
        parts = value.split(":", 5)
        if len(parts) != 6:
            return self._heads
        head = re.split(r"[*?]", parts[5], maxsplit=1)[0]
        shorter = [head[:end] for end in range(len(head)) if head[:end] in self._by_head]
        first = bisect_left(self._heads, head)
        return [*shorter, *takewhile(lambda one: one.startswith(head), self._heads[first:])]


def _head(parts: tuple[Text, ...]) -> str:
    first = next(iter(parts[5].parts), "")
    return first if isinstance(first, str) else ""


def _given(symbols: Symbols, variables: bool, item: Item) -> str:
    value = widened(item.value) if variables else item.value
    return symbols.opened(value, symbols.given)


def _own(symbols: Symbols, value: str, need: Need) -> bool:
    """Whether the need is on one of those of the deployment's own resources that the item names."""
    named = set(symbols.used(value))
    texts = (need.resource, *need.alternatives)
    return any(hole.name in named for text in texts for hole in text.holes)


def _can_match_any(value: str, need: Need) -> bool:
    return any(_can_match(value, text) for text in (need.resource, *need.alternatives))


@cache
def _can_match(pattern: str, text: Text) -> bool:
    """Compares part by part: what is not known in one part of an ARN holds no colon."""
    parts, wanted = pattern.split(":", 5), _parts(text)
    if len(parts) != 6 or wanted is None:
        return Pattern.parse(pattern).meets(Pattern.from_text(text)) is not None
    return all(
        Pattern.parse(part).meets(Pattern.from_text(want)) is not None
        and (part != "" or want.literal == "")  # a region or account to be assigned is not empty
        for part, want in zip(parts, wanted, strict=True)
    )


@cache
def _parts(text: Text) -> tuple[Text, ...] | None:
    """The six parts of an ARN that is known in part; None when its colons are not."""
    found: list[list[str | Hole]] = [[]]
    for part in text.parts:
        if isinstance(part, Hole):
            found[-1].append(part)
            continue
        first, *others = part.split(":", 6 - len(found))
        found[-1].append(first)
        found += [[other] for other in others]
    return tuple(Text.of(*one) for one in found) if len(found) == 6 else None


def widened(value: str) -> str:
    """`value` with `*` in place of every `${...}`; the escapes `${*}`, `${?}`, `${$}` as well."""
    pieces: list[str] = []
    rest = value
    while rest:
        literal, opened, after = rest.partition("${")
        _, closed, tail = after.partition("}")
        if not opened or not closed:
            pieces.append(rest)
            break
        pieces += [literal, "*"]
        rest = tail
    return "".join(pieces)


def strictly_within(narrow: str, wide: str) -> bool:
    """Whether `narrow` matches less than `wide` and nothing else."""
    small, big = Pattern.parse(narrow), Pattern.parse(wide)
    return big.covers(small) and not small.covers(big)


def is_open(value: str) -> bool:
    """Whether the item is a pattern and not one name."""
    return "*" in value or "?" in value
