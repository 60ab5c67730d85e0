"""Policies that were compiled before, known again by their text.

A batch mostly asks many requests of one policy set, and reading that set again for each line would
cost a hundred times the decision. So a line is cut before it is read: where the text of a known
`policies` object stands, a number is put that stands nowhere else in the line. A JSON value ends
where it ends: so when that number turns out to be the value of `policies`, the line held exactly
the known object there.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass

from remit.app.policies import Compiled
from remit.core.span import Span

_KEY = re.compile(r'"policies"[ \t]*+:[ \t]*+')
STAND_IN = "-0.0e-0"
"""A number that nobody writes. Unlike a string, a number cannot be spelled with escapes."""

_MOST_TEXTS = 64
_MOST_CHARACTERS = 2 * 1024 * 1024
"""Of all remembered texts together: what is compiled takes some twenty times as much."""
_LONGEST_REST = 64 * 1024
"""With more than this around its policies a line is read the careful way, so that the limits on a
document's size and number of values hold for all lines alike."""


@dataclass(frozen=True, slots=True)
class Known:
    """A line whose policies may be known: `rest` is the line with the stand-in."""

    rest: str
    compiled: Compiled


class Memo:
    """The policies used last, by the text of their `policies` object."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[str, Compiled] = OrderedDict()
        self._characters = 0

    def find(self, line: str) -> Known | None:
        """Cut `line` where a known text stands; None where none does."""
        found = _KEY.search(line) if self._compiled else None
        if found is None:
            return None
        start = found.end()
        for text in reversed(self._compiled):
            if line.startswith(text, start):
                before, after = line[:start], line[start + len(text) :]
                if len(before) + len(after) > _LONGEST_REST or STAND_IN in before + after:
                    return None
                self._compiled.move_to_end(text)
                return Known(before + STAND_IN + after, self._compiled[text])
        return None

    def keep(self, line: str, span: Span, compiled: Compiled) -> None:
        """Remember the policies that stand at `span` of `line`."""
        if span.end_line != 1:  # a carriage return before: columns do not count from its start
            return
        text = line[span.column - 1 : span.end_column - 1]
        if 4 * len(text) > _MOST_CHARACTERS or text in self._compiled:
            return
        self._compiled[text] = compiled
        self._characters += len(text)
        while self._characters > _MOST_CHARACTERS or len(self._compiled) > _MOST_TEXTS:
            old, _ = self._compiled.popitem(last=False)
            self._characters -= len(old)
