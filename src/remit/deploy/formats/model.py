"""What every writer of policies is given: statements as plain values, and how symbols are spelled.

A `Grant` may hold symbols (core/text.py `Symbols`): each writer either spells them in the
framework's own language or, where it has none, writes `*` for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from remit.core.remember import remembered

Conditions = tuple[tuple[str, str, tuple[str, ...]], ...]
"""(operator, key, values), in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One Allow statement. Resources and condition values may hold symbols (`{TableName}`)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = ()


@dataclass(frozen=True)
class Spelling:
    """How a framework writes symbols: from an ARN or a token (`{account}`) to its own text.

    `texts` is a stage's `spellings`.
    """

    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Every token that can be spelled, alone or inside an ARN."""
        return frozenset(found for text in self.texts for found in _TOKEN.findall(text))

    def pieces(self, value: str) -> list[tuple[str, bool]]:
        """`value` cut into (text, whether it is the framework's own spelling)."""
        found = [(text, at) for text in self._within(value) if (at := _at(value, text)) is not None]
        if not found:
            return [(value, False)] if value else []
        text, at = min(found, key=lambda one: (-len(one[0]), one[0]))  # the longest
        before, after = value[:at], value[at + len(text) :]
        return [*self.pieces(before), (self.texts[text], True), *self.pieces(after)]

    def _within(self, value: str) -> Iterator[str]:
        """The texts that may stand in `value`: looked up, for there may be thousands."""
        ends = [at for at, mark in enumerate(value) if mark in "/:"]
        whole = (value[:at] for at in (*ends, len(value)))
        yield from (text for text in (*whole, *_TOKEN.findall(value)) if text in self.texts)
        yield from self._others

    @cached_property
    def _others(self) -> list[str]:
        """Those that are neither an ARN nor one token."""
        return [t for t in self.texts if not t.startswith("arn:") and not _TOKEN.fullmatch(t)]

    def opened(self, value: str) -> str:
        """`value` with `*` for every symbol: for a writer that cannot spell them."""
        made = _TOKEN.sub(lambda found: "*" if found[0] in self.tokens else found[0], value)
        return re.sub(r"\*{2,}", "*", made) if made != value else value


@remembered(8)
def spelling_of(texts: Mapping[str, str]) -> Spelling:
    """The spelling of a stage's `spellings`."""
    return Spelling(texts)


_TOKEN = re.compile(r"(?<!\$)\{[^{}]+\}")


def _at(value: str, text: str) -> int | None:
    """Where `text` stands in `value` as a whole: an ARN only at the beginning, and not as a part
    of a longer name."""
    if not text.startswith("arn:"):
        found = value.find(text)
        return found if found >= 0 else None
    rest = value[len(text) :]
    return 0 if value.startswith(text) and rest[:1] in ("", "/", ":") else None
