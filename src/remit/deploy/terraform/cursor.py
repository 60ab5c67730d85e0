"""A place in an HCL text that moves on: white space, comments, tokens, and errors at their place.

Newlines end an attribute, but not inside parentheses, brackets and interpolations
(hclsyntax/spec.md, "Structural Elements"). Every expression here is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from remit.core.span import Span
from remit.deploy.terraform.nodes import Expression
from remit.syntax.source import MAX_DEPTH, Source

_SPACE = re.compile(r"[ \t\r]*+")
_LINES = re.compile(r"[ \t\r\n]*+")
_TO_LINE_END = re.compile(r"[^\n]*+")
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*+")
CODE = "hcl-syntax-error"


class Cursor:
    """Reads `source.text` from `at` on."""

    __slots__ = ("at", "depth", "end", "expression", "lines", "source", "text")

    def __init__(self, source: Source, expression: Callable[[Cursor], Expression]) -> None:
        """`expression` reads an expression: templates hold expressions, and these templates."""
        self.source = source
        self.expression = expression
        self.text = source.text
        self.at = 0
        self.end = len(source.text)
        self.lines = False
        """Whether newlines are white space here."""
        self.depth = 0

    def skip(self) -> None:
        """Move over white space and comments."""
        text, space = self.text, _LINES if self.lines else _SPACE
        while True:
            self.at = _end(space, text, self.at)
            two = text[self.at : self.at + 2]
            if two[:1] == "#" or two == "//":
                self.at = _end(_TO_LINE_END, text, self.at)
            elif two == "/*":
                closed = text.find("*/", self.at + 2)
                if closed < 0:
                    self.fail("the comment is not closed", "write `*/` at its end", self.at + 2)
                self.at = closed + 2
            else:
                return

    def skip_lines(self) -> None:
        """Move over white space, comments and newlines."""
        with self.across_lines():
            self.skip()

    @contextmanager
    def across_lines(self, lines: bool = True) -> Iterator[None]:
        """Newlines are white space inside (or are not, for `lines` false)."""
        before, self.lines = self.lines, lines
        try:
            yield
        finally:
            self.lines = before

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of nesting more. Raises DocumentError when that is too many."""
        if self.depth >= MAX_DEPTH:
            self.fail(f"this nests deeper than {MAX_DEPTH} levels", "move a part into a local")
        self.depth += 1
        yield
        self.depth -= 1

    def peek(self, token: str) -> bool:
        """Whether `token` comes next, after white space."""
        self.skip()
        return self.at < self.end and self.text.startswith(token, self.at)

    def take(self, token: str) -> bool:
        """Move over `token` if it comes next."""
        if not self.peek(token):
            return False
        self.at += len(token)
        return True

    def expect(self, token: str, why: str) -> None:
        """Move over `token`. Raises DocumentError with `why` when it is not there."""
        if not self.take(token):
            self.fail(why, f"write `{token}` here")

    def identifier(self) -> str:
        """The name that comes next, or an empty text."""
        self.skip()
        found = _IDENTIFIER.match(self.text, self.at, self.end)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def word(self, name: str) -> bool:
        """Move over the keyword `name` if it comes next as a whole word."""
        before = self.at
        if self.identifier() == name:
            return True
        self.at = before
        return False

    def at_line_end(self) -> bool:
        """Whether nothing more stands on this line."""
        self.skip()
        return self.at >= self.end or self.text[self.at] == "\n"

    def since(self, start: int) -> Span:
        """The place of everything from `start` to here."""
        return self.source.span(start, self.at)

    def fail(self, message: str, hint: str = "", end: int | None = None) -> NoReturn:
        """Raise DocumentError about what stands here."""
        stop = min(self.at + 1, len(self.text)) if end is None else end
        raise self.source.error(self.at, stop, message, hint, CODE)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
