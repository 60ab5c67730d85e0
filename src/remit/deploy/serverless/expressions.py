"""The framework's `${...}`: from a string to its literal pieces and its variables.

Source: Serverless Framework, guides/variables. A variable lists sources, of which the first that
yields something counts: `${opt:stage, self:provider.stage, 'dev'}`. A source is a type in small
letters with an address (`self:custom.x`), with parameters (`file(./a.yml):x`, `ssm(raw):/x`,
`strToBool(true)`), a quoted text, a number, `true`, `false`, `null`, or a variable in itself.
Variables nest everywhere. What is not of this form is no variable and stays as it is, such as
CloudFormation's `${AWS::Region}` and `${Table.Arn}`; `\\${` is a `${` that is meant as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

MAX_NESTED = 12
"""Variables inside each other. Deeper ones are left as text."""

_TYPE = re.compile(r"[a-z][A-Za-z0-9_-]*(?=[:(])")
_WORD = re.compile(r"true|false|null|-?[0-9]+(?:\.[0-9]+)?")
_QUOTED = ("'", '"')
_LONGEST_NUMBER = 18
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is written out: a text (perhaps with variables in it), a number, `null`."""

    value: Pieces | int | bool | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A source that is asked: its type, what stands in parentheses, and its address."""

    kind: str
    parameters: Pieces | None
    address: Pieces | None


@dataclass(frozen=True, slots=True)
class Variable:
    """`${...}` with its sources in order; `text` is how it is written."""

    sources: tuple[Source, ...]
    text: str


Source: TypeAlias = "Constant | Lookup | Variable"
Pieces: TypeAlias = "tuple[str | Variable, ...]"


def parse(text: str) -> Pieces:
    """The pieces of `text`, in order; without variables it is at most one literal piece."""
    if "${" not in text:
        return (text,) if text else ()
    return _Parser(text).pieces("", 0)


class _NoVariable(ValueError):  # noqa: N818 - it says what the text is not; nothing has failed
    """What begins with `${` is no variable of the framework."""


class _Parser:
    """One reading of one string. `at` only moves on: where no variable is, it steps behind `${`.

    A string that tries it again and again at every level is bounded by `budget`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.budget = 200 + 20 * len(text)

    def pieces(self, ends: str, depth: int) -> Pieces:
        """Literals and variables up to one of the characters `ends`, which is not consumed."""
        found: list[str | Variable] = []
        literal: list[str] = []
        while self.at < len(self.text) and self.text[self.at] not in ends:
            variable = self._maybe(depth, literal)
            if variable is not None:
                if literal:
                    found.append("".join(literal))
                    literal = []
                found.append(variable)
        if literal:
            found.append("".join(literal))
        return tuple(found)

    def _maybe(self, depth: int, literal: list[str]) -> Variable | None:
        """The variable that begins here; None after one character went to `literal`."""
        self.budget -= 1
        if self.text.startswith("\\${", self.at):
            literal.append("${")
            self.at += 3
            return None
        if self.text.startswith("${", self.at) and depth < MAX_NESTED and self.budget > 0:
            start = self.at
            try:
                return self._variable(depth + 1)
            except _NoVariable:
                self.at = start
        literal.append(self.text[self.at])
        self.at += 1
        return None

    def _variable(self, depth: int) -> Variable:
        start = self.at
        self.at += 2
        sources: list[Source] = []
        while True:
            self._blanks()
            sources.append(self._source(depth))
            self._blanks()
            if self._take("}"):
                return Variable(tuple(sources), self.text[start : self.at])
            if not self._take(","):
                raise _NoVariable

    def _source(self, depth: int) -> Source:
        text, at = self.text, self.at
        if text.startswith("${", at):
            return self._variable(depth + 1) if depth < MAX_NESTED else self._none()
        if text[at : at + 1] in _QUOTED and at < len(text):
            return self._quoted(depth)
        kind = _TYPE.match(text, at)
        if kind is None:
            return self._word()
        self.at = kind.end()
        parameters = None
        if self._take("("):
            parameters = self.pieces(")}", depth)
            if not self._take(")"):
                raise _NoVariable
        address = None
        if self._take(":"):
            if text.startswith(":", self.at):  # `${aws::x}` is CloudFormation's
                raise _NoVariable
            address = _trimmed(self.pieces(",}", depth))
        elif parameters is None:
            raise _NoVariable
        return Lookup(kind.group(), parameters, address)

    def _quoted(self, depth: int) -> Constant:
        quote = self.text[self.at]
        self.at += 1
        inner = self.pieces(quote, depth)
        if not self._take(quote):
            raise _NoVariable
        return Constant(inner)

    def _word(self) -> Constant:
        word = _WORD.match(self.text, self.at)
        if word is None:
            raise _NoVariable
        self.at = word.end()
        written = word.group()
        if written in _WORDS:
            return Constant(_WORDS[written])
        if "." in written or len(written) > _LONGEST_NUMBER:
            return Constant((written,))
        return Constant(int(written))

    def _none(self) -> Constant:
        raise _NoVariable

    def _blanks(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def _take(self, character: str) -> bool:
        if self.text.startswith(character, self.at):
            self.at += 1
            return True
        return False


def _trimmed(pieces: Pieces) -> Pieces:
    """Without blanks at its end, and without quotes around it."""
    if pieces and isinstance(pieces[-1], str):
        last = pieces[-1].rstrip()
        pieces = (*pieces[:-1], *((last,) if last else ()))
    if len(pieces) == 1 and isinstance(pieces[0], str):
        only = pieces[0]
        if len(only) > 1 and only[0] == only[-1] and only[0] in _QUOTED:
            return (only[1:-1],)
    return pieces
