"""The text of one file: offsets to places, the limits, and the error that names a place.

Both readers stand on this; what a user sees as "line 3, column 7" is decided here alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from remit.core.span import Problem, Span

MAX_SIZE = 4 * 1024 * 1024
"""Bytes. The largest policy that AWS stores has 20 KB, the largest CloudFormation template 1 MB."""
MAX_DEPTH = 100
"""Objects and lists inside each other."""
MAX_NODES = 500_000
"""Values in one document, aliases counted as often as they are used."""

_BREAK = re.compile(r"\r\n|\n|\r")
_SHOWN = 60


class DocumentError(Exception):
    """The file is no JSON or YAML that remit reads. `problem` says where, why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.span}: {problem.message}")
        self.problem = problem


class Source:
    """The decoded text of one file, and where its lines start.

    Lines end at `\\n`, `\\r\\n` or `\\r`, as editors count them. Columns count characters from 1.
    """

    __slots__ = ("file", "starts", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.starts = _line_starts(text)

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`."""
        starts = self.starts
        line = bisect_right(starts, start)
        end_line = line if line == len(starts) or end < starts[line] else bisect_right(starts, end)
        return Span(
            self.file,
            line,
            start - starts[line - 1] + 1,
            end_line,
            end - starts[end_line - 1] + 1,
        )

    def token(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`, which is known to stand on one line."""
        line = bisect_right(self.starts, start)
        before = self.starts[line - 1] - 1
        return Span(self.file, line, start - before, line, end - before)

    def error(
        self, start: int, end: int, message: str, hint: str = "", code: str = "json-syntax-error"
    ) -> DocumentError:
        """The error to raise about `text[start:end]`."""
        return DocumentError(Problem(self.span(start, end), message, hint, code))


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        return [0, *(found.end() for found in _BREAK.finditer(text))]
    return [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]


def shown(text: str) -> str:
    """User text for a message: in backticks, shortened, with unprintable characters as escapes."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "`" + "".join(c if c.isprintable() else _escape(c) for c in cut) + "`"


def _escape(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
