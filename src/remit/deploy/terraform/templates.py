"""Templates from text: quoted strings, heredocs, template files, with `${}` and `%{}` inside.

Source: HCL native syntax specification (hclsyntax/spec.md), "Templates".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from remit.core.span import Span
from remit.deploy.terraform.cursor import Cursor
from remit.deploy.terraform.nodes import Choice, Expression, Part, Piece, Repeat, Template
from remit.syntax.source import Source

_QUOTED = re.compile(r'[^"\\$%\n]*+')
_BARE = re.compile(r"[^$%]*+")
_MARKER = re.compile(r"<<(-?)([^\W\d][\w.-]*+)[ \t\r]*+\n")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEX = re.compile(r"[0-9a-fA-F]*+")
_CODE_UNITS = {"u": 4, "U": 8}
_MAX_CODE = 0x10FFFF


def plain(text: str, source: Source, start: int, span: Span) -> Template:
    """A template without anything in it."""
    return Template((Piece(text, source, start),), span)


def quoted(cursor: Cursor) -> Template:
    """The string whose quote is here."""
    start = cursor.at
    cursor.at += 1
    parts = _Parts(cursor, None).parts()
    if cursor.at >= cursor.end or cursor.text[cursor.at] != '"':
        cursor.at = start
        cursor.fail("the string is not closed on its line", 'write `"` at its end')
    cursor.at += 1
    return Template(parts, cursor.since(start))


def heredoc(cursor: Cursor) -> Template:
    """The heredoc whose `<<` is here. The last newline, before the marker, belongs to the text."""
    start = cursor.at
    found = _MARKER.match(cursor.text, start, cursor.end)
    if found is None:
        cursor.fail("a heredoc begins with `<<NAME` and a new line")
    stop, after = _closing(cursor, found[2], found.end())
    cursor.at = found.end()
    parts = region(cursor, stop).parts
    cursor.at = after
    if found[1]:
        parts = _flush(parts, cursor.text[found.end() : stop])
    return Template(parts, cursor.since(start))


def region(cursor: Cursor, stop: int) -> Template:
    """The text from here to `stop` as a template without escapes."""
    start = cursor.at
    parts = _Parts(cursor, stop).parts()
    if cursor.at < stop:
        cursor.fail("this directive has no beginning", "remove it")
    return Template(parts, cursor.since(start))


def _closing(cursor: Cursor, marker: str, at: int) -> tuple[int, int]:
    """Where the text ends and where its marker ends: a line with nothing but the marker."""
    text = cursor.text
    while True:
        if at >= cursor.end:
            end = min(cursor.at + 2 + len(marker), len(text))
            hint = f"write `{marker}` on a line of its own"
            cursor.fail(f"the heredoc `{marker}` is not closed", hint, end)
        line_end = text.find("\n", at)
        line_end = cursor.end if line_end < 0 else line_end
        if text[at:line_end].strip(" \t\r") == marker:
            return at, text.index(marker, at) + len(marker)
        at = line_end + 1


def _flush(parts: tuple[Part, ...], text: str) -> tuple[Part, ...]:
    """`<<-`: the indentation that all lines share is taken away."""
    lines = [line for line in text.split("\n") if line.strip()]
    indent = min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)
    return _without(parts, indent) if indent else parts


def _without(parts: tuple[Part, ...], indent: int) -> tuple[Part, ...]:
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Piece):
            found += _dedented(part, indent)
        elif isinstance(part, Choice):
            then = replace(part.then, parts=_without(part.then.parts, indent))
            otherwise = replace(part.otherwise, parts=_without(part.otherwise.parts, indent))
            found.append(replace(part, then=then, otherwise=otherwise))
        elif isinstance(part, Repeat):
            found.append(
                replace(part, body=replace(part.body, parts=_without(part.body.parts, indent)))
            )
        else:
            found.append(part)
    return tuple(found)


def _dedented(piece: Piece, indent: int) -> list[Piece]:
    found, at = [], piece.start
    for line in piece.text.splitlines(keepends=True):
        starts_line = at == 0 or piece.source.text[at - 1] == "\n"
        drop = min(indent, len(line) - len(line.lstrip(" \t"))) if starts_line else 0
        found.append(Piece(line[drop:], piece.source, at + drop, piece.plain))
        at += len(line)
    return found


class _Parts:
    """Reads parts of a template: to a quote where `stop` is None, else to that offset."""

    __slots__ = ("cursor", "stop", "strip_next")

    def __init__(self, cursor: Cursor, stop: int | None) -> None:
        self.cursor = cursor
        self.stop = stop
        self.strip_next = False

    def parts(self, ends: tuple[str, ...] = ()) -> tuple[Part, ...]:
        """Everything to the template's end, or to a directive among `ends`, which is left."""
        cursor, found = self.cursor, list[Part]()
        limit = cursor.end if self.stop is None else self.stop
        literal = _QUOTED if self.stop is None else _BARE
        while cursor.at < limit:
            match = literal.match(cursor.text, cursor.at, limit)
            if match is not None and match.end() > cursor.at:
                self._piece(found, match[0], cursor.at)
                cursor.at = match.end()
                continue
            mark = cursor.text[cursor.at]
            if self.stop is None and mark in '"\n':
                break
            if mark == "\\":
                self._escape(found)
            elif not self._special(found, mark, ends):
                break
        return tuple(found)

    def _piece(self, found: list[Part], text: str, start: int, whole: bool = True) -> None:
        if self.strip_next:
            kept = text.lstrip()
            start, text = start + len(text) - len(kept), kept
            self.strip_next = not kept
        if text:
            found.append(Piece(text, self.cursor.source, start, whole))

    def _special(self, found: list[Part], mark: str, ends: tuple[str, ...]) -> bool:
        """What begins with `$` or `%`; false when it is a directive among `ends`."""
        cursor = self.cursor
        text, at = cursor.text, cursor.at
        if text.startswith(mark * 2 + "{", at):
            cursor.at += 3
            self._piece(found, mark + "{", at, False)
        elif not text.startswith(mark + "{", at):
            cursor.at += 1
            self._piece(found, mark, at)
        elif mark == "$":
            self._open(found, at)
            found.append(self._value())
            self._close()
        else:
            return self._directive(found, at, ends)
        return True

    def _open(self, found: list[Part], at: int) -> None:
        """Move over `${` or `%{`; a `~` takes the white space before it."""
        self.cursor.at = at + 2
        self.strip_next = False
        if self.cursor.text.startswith("~", at + 2):
            self.cursor.at += 1
            while found and isinstance(last := found[-1], Piece):
                kept = last.text.rstrip()
                found.pop()
                if kept:
                    found.append(replace(last, text=kept))
                    break

    def _value(self) -> Expression:
        with self.cursor.across_lines():
            return self.cursor.expression(self.cursor)

    def _close(self) -> None:
        with self.cursor.across_lines():
            self.strip_next = self.cursor.take("~")
            self.cursor.expect("}", "the interpolation is not closed")

    def _directive(self, found: list[Part], at: int, ends: tuple[str, ...]) -> bool:
        cursor = self.cursor
        cursor.at = at + 2 + cursor.text.startswith("~", at + 2)
        with cursor.across_lines():
            word = cursor.identifier()
        if word in ends:
            cursor.at = at
            return False
        make = _DIRECTIVES.get(word)
        if make is None:
            cursor.at = at
            cursor.fail(f"`%{{ {word} }}` has no place here", "write `%%{` for the text itself")
        after = cursor.at
        self._open(found, at)
        cursor.at = after
        with cursor.deeper():
            found.append(make(self, at))
        return True

    def end(self, holder: list[Part], word: str) -> None:
        """Move over the directive `%{ word }`, which must be here."""
        cursor = self.cursor
        if not cursor.text.startswith("%{", cursor.at):
            cursor.fail(f"a directive is not closed: `%{{ {word} }}` is missing")
        self._open(holder, cursor.at)
        with cursor.across_lines():
            if not cursor.word(word):
                cursor.fail(f"a directive is not closed: `%{{ {word} }}` is missing")
        self._close()

    def choice(self, at: int) -> Choice:
        """After `%{ if`."""
        condition = self._value()
        self._close()
        start = self.cursor.at
        then, otherwise = list(self.parts(("else", "endif"))), list[Part]()
        with self.cursor.across_lines():
            has_else = self._next_is("else")
        if has_else:
            self.end(then, "else")
            otherwise = list(self.parts(("endif",)))
        self.end(otherwise if has_else else then, "endif")
        span = self.cursor.since(start)
        return Choice(
            condition,
            Template(tuple(then), span),
            Template(tuple(otherwise), span),
            self.cursor.since(at),
        )

    def repeat(self, at: int) -> Repeat:
        """After `%{ for`."""
        cursor = self.cursor
        with cursor.across_lines():
            key, value = "", cursor.identifier()
            if cursor.take(","):
                key, value = value, cursor.identifier()
            if not value or not cursor.word("in"):
                cursor.fail("a `for` needs a variable, `in` and a collection")
        collection = self._value()
        self._close()
        start = cursor.at
        body = list(self.parts(("endfor",)))
        self.end(body, "endfor")
        return Repeat(
            key, value, collection, Template(tuple(body), cursor.since(start)), cursor.since(at)
        )

    def _next_is(self, word: str) -> bool:
        cursor, before = self.cursor, self.cursor.at
        found = False
        if cursor.text.startswith("%{", cursor.at):
            cursor.at += 2 + cursor.text.startswith("~", cursor.at + 2)
            found = cursor.word(word)
        cursor.at = before
        return found

    def _escape(self, found: list[Part]) -> None:
        cursor, at = self.cursor, self.cursor.at
        mark = cursor.text[at + 1 : at + 2]
        if mark in _ESCAPES:
            text, length = _ESCAPES[mark], 2
        elif mark in _CODE_UNITS:
            digits = _HEX.match(cursor.text, at + 2, at + 2 + _CODE_UNITS[mark])
            code = int(digits[0], 16) if digits and digits[0] else _MAX_CODE + 1
            if digits is None or len(digits[0]) != _CODE_UNITS[mark] or code > _MAX_CODE:
                cursor.fail("this is no escape", "write `\\uXXXX` with four digits", at + 2)
            text, length = chr(code), 2 + _CODE_UNITS[mark]
        else:
            cursor.fail("this is no escape", "write `\\\\` for a backslash", at + 2)
        cursor.at += length
        self._piece(found, text, at, False)


_DIRECTIVES: dict[str, Callable[[_Parts, int], Choice | Repeat]] = {
    "if": _Parts.choice,
    "for": _Parts.repeat,
}
