"""What every writer of policies is given: statements as plain values, and how symbols are spelled.

A `Grant` may hold symbols (core/text.py `Symbols`): each writer either spells them in the
framework's own language or, where it has none, writes `*` for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

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

    @cached_property
    def _longest_first(self) -> list[tuple[str, str]]:
        return sorted(self.texts.items(), key=lambda pair: (-len(pair[0]), pair[0]))

    def pieces(self, value: str) -> list[tuple[str, bool]]:
        """`value` cut into (text, whether it is the framework's own spelling)."""
        for text, spelled in self._longest_first:
            at = _at(value, text)
            if at is not None:
                before, after = value[:at], value[at + len(text) :]
                return [*self.pieces(before), (spelled, True), *self.pieces(after)]
        return [(value, False)] if value else []

    def opened(self, value: str) -> str:
        """`value` with `*` for every symbol: for a writer that cannot spell them."""
        made = value
        for token in self.tokens:
            made = made.replace(token, "*")
        return re.sub(r"\*{2,}", "*", made) if made != value else value


_TOKEN = re.compile(r"(?<!\$)\{[^{}]+\}")


def _at(value: str, text: str) -> int | None:
    """Where `text` stands in `value` as a whole: an ARN only at the beginning, and not as a part
    of a longer name."""
    if not text.startswith("arn:"):
        found = value.find(text)
        return found if found >= 0 else None
    rest = value[len(text) :]
    return 0 if value.startswith(text) and rest[:1] in ("", "/", ":") else None
