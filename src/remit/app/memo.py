"""Policies that were compiled before, known again by their text.

A batch mostly asks many requests of one policy set, and reading that set again for each line would
cost a hundred times the decision. A line is cut before it is read: where the text of a remembered
`policies` object stands, an empty object is put. JSON values end where they end, so the line means
the same with the one in place of the other, provided that the empty object turns out to be the
value of `policies` (`Slot.is_at`).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass

from remit.app.policies import Compiled
from remit.core.span import Span

_KEY = re.compile(r'"policies"[ \t]*+:[ \t]*+')
_STAND_IN = "{}"
_MOST_TEXTS = 64
_MOST_CHARACTERS = 2 * 1024 * 1024
"""Of all remembered texts together: what is compiled takes some twenty times as much."""
_LONGEST_REST = 64 * 1024
"""With more than this around its policies a line is read as a whole: so the limits on a
document's size and number of values hold for cut lines as for others."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A line whose policies are known: `rest` is the line with a stand-in at `start` (from 0)."""

    rest: str
    start: int
    compiled: Compiled

    def is_at(self, span: Span) -> bool:
        """Whether `span`, the place of `policies` in `rest`, is that of the stand-in."""
        at = self.start + 1
        width = len(_STAND_IN)
        return (span.line, span.column, span.end_line, span.end_column) == (1, at, 1, at + width)


class Memo:
    """The policies used last, by the text of their `policies` object."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Compiled] = OrderedDict()
        self._characters = 0

    def find(self, line: str) -> Slot | None:
        """Cut `line` where a known text stands; None where none does."""
        found = _KEY.search(line) if self._known else None
        if found is None:
            return None
        start = found.end()
        for text in reversed(self._known):
            if line.startswith(text, start):
                rest = line[:start] + _STAND_IN + line[start + len(text) :]
                if len(rest) > _LONGEST_REST:
                    return None
                self._known.move_to_end(text)
                return Slot(rest, start, self._known[text])
        return None

    def keep(self, line: str, span: Span, compiled: Compiled) -> None:
        """Remember the policies that stand at `span` of `line`."""
        if span.end_line != 1:  # a carriage return before: columns do not count from its start
            return
        text = line[span.column - 1 : span.end_column - 1]
        if 4 * len(text) > _MOST_CHARACTERS or text in self._known:
            return
        self._known[text] = compiled
        self._characters += len(text)
        while self._characters > _MOST_CHARACTERS or len(self._known) > _MOST_TEXTS:
            old, _ = self._known.popitem(last=False)
            self._characters -= len(old)
