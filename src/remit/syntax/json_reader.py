"""JSON with positions: RFC 8259, strictly, nothing added and nothing left out.

The standard library's parser gives no positions. This one reads token by token with one regular
expression that never backtracks; what a broken document needs in words is in `json_errors`.
"""

from __future__ import annotations

import re
from typing import NoReturn

from remit.core.span import Span
from remit.syntax import json_errors
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence, Value
from remit.syntax.source import MAX_DEPTH, MAX_NODES, Source

# RFC 8259 sections 2, 6 and 7. The first group is a string without escapes, the usual one; a
# quote alone (group 5) starts one that has escapes or is broken. `*+` gives nothing back.
_TOKEN = re.compile(
    r"""[ \t\n\r]*+(?:
        "([^"\\\x00-\x1f]*+)"
      | ([{}\[\]:,])
      | (-?(?:0|[1-9][0-9]*+)((?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?))
      | (")
      | (true|false|null)
    )""",
    re.VERBOSE,
)
_PLAIN, _MARK, _NUMBER, _FRACTION, _QUOTE, _WORD = 1, 2, 3, 4, 5, 6
_STRING = frozenset({_PLAIN, _QUOTE})
_CHUNK = re.compile(r'[^"\\\x00-\x1f]*+')
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_SPACE = re.compile(r"[ \t\n\r]*+")

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPES = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
_MAX_DIGITS = 4000  # Python refuses to convert integers above 4300 digits; no format needs them


def read(source: Source) -> Node:
    """The document's one value. Raises DocumentError where the text is not JSON."""
    reader = _Reader(source)
    first = _next(source.text, 0) or _fail(source, 0, None)
    node, end = reader.value(first, 0)
    if _SPACE.fullmatch(source.text, end) is None:
        raise json_errors.trailing(source, end)
    return node


_next = _TOKEN.match


def _fail(source: Source, at: int, opened: int | None) -> NoReturn:
    """No token at `at`; `opened` is where the innermost open container began."""
    raise json_errors.no_token(source, at, opened)


class _Reader:
    """Walks the tokens of one document, depth first. Every method returns a node and its end."""

    __slots__ = ("nodes", "source", "text")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.nodes = 0

    def value(self, token: re.Match[str], depth: int) -> tuple[Node, int]:
        """The value that begins with `token`."""
        kind = token.lastindex
        if kind in _STRING:
            return self.string(token)
        end = token.end()
        if kind != _MARK:
            start = token.start(kind if kind == _WORD else _NUMBER)
            span = self.source.token(start, end)
            raw = self.text[start:end]
            return Scalar(_WORDS[raw] if kind == _WORD else self.number(token), raw, span), end
        mark = token[_MARK]
        if mark == "{" or mark == "[":
            if depth == MAX_DEPTH:
                raise json_errors.too_deep(self.source, end - 1)
            return self.object(end, depth + 1) if mark == "{" else self.array(end, depth + 1)
        raise json_errors.misplaced(self.source, end - 1)

    def number(self, token: re.Match[str]) -> Value:
        """The number in `token`; what a float cannot hold becomes infinite, as in `json`."""
        raw = token[_NUMBER]
        if len(raw) > _MAX_DIGITS:
            raise json_errors.long_number(self.source, token.start(_NUMBER), token.end())
        return float(raw) if token[_FRACTION] else int(raw)

    def string(self, token: re.Match[str]) -> tuple[Scalar, int]:
        """The string that begins with `token`. A string never crosses a line's end."""
        end = token.end()
        text = token[_PLAIN]
        if text is not None:
            start = end - len(text) - 2
        else:
            start = end - 1
            text, end = self.escaped(start)
        return Scalar(text, text, self.source.token(start, end)), end

    def escaped(self, start: int) -> tuple[str, int]:
        """The string whose quote is at `start`, piece by piece between its escapes."""
        pieces: list[str] = []
        at = start + 1
        while True:
            chunk = _CHUNK.match(self.text, at)
            if chunk is not None:
                pieces.append(chunk[0])
                at = chunk.end()
            stop = self.text[at : at + 1]
            if stop == '"':
                return "".join(pieces), at + 1
            if stop != "\\":
                raise json_errors.broken_string(self.source, start, at)
            escape = self.text[at + 1 : at + 2]
            if escape == "u":
                character, at = self.unicode_escape(at)
            elif escape in _ESCAPES:
                character, at = _ESCAPES[escape], at + 2
            else:
                raise json_errors.bad_escape(self.source, at)
            pieces.append(character)

    def unicode_escape(self, at: int) -> tuple[str, int]:
        """`\\uXXXX` at `at`; two that form a surrogate pair are one character (RFC 8259, 7)."""
        high = self.code_unit(at)
        if 0xD800 <= high < 0xDC00 and self.text.startswith("\\u", at + 6):
            low = self.code_unit(at + 6)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), at + 12
        return chr(high), at + 6

    def code_unit(self, at: int) -> int:
        """The number in the escape `\\uXXXX` at `at`."""
        found = _HEX.match(self.text, at + 2)
        if found is None:
            raise json_errors.bad_unicode_escape(self.source, at)
        return int(found[0], 16)

    def array(self, at: int, depth: int) -> tuple[Sequence, int]:
        """The list whose bracket ends at `at`."""
        start, text, source = at - 1, self.text, self.source
        items: list[Node] = []
        token = _next(text, at) or _fail(source, at, start)
        if token[_MARK] == "]":
            return Sequence((), source.span(start, token.end())), token.end()
        while True:
            item, at = self.value(token, depth)
            items.append(item)
            token = _next(text, at) or _fail(source, at, start)
            mark = token[_MARK]
            if mark == "]":
                span = self.close(start, token.end(), len(items))
                return Sequence(tuple(items), span), token.end()
            if mark != ",":
                raise json_errors.no_comma(source, start, at)
            at = token.end()
            token = _next(text, at) or _fail(source, at, start)
            if token[_MARK] == "]":
                raise json_errors.comma_before(source, at - 1, "]")

    def object(self, at: int, depth: int) -> tuple[Mapping, int]:
        """The object whose brace ends at `at`."""
        start, text, source = at - 1, self.text, self.source
        entries: list[tuple[Scalar, Node]] = []
        token = _next(text, at) or _fail(source, at, start)
        if token[_MARK] == "}":
            return Mapping((), source.span(start, token.end())), token.end()
        while True:
            kind = token.lastindex
            if kind not in _STRING:
                raise json_errors.no_key(source, at)
            key, at = self.string(token)
            token = _next(text, at) or _fail(source, at, start)
            if token[_MARK] != ":":
                raise json_errors.no_colon(source, at)
            at = token.end()
            value, at = self.value(_next(text, at) or _fail(source, at, start), depth)
            entries.append((key, value))
            token = _next(text, at) or _fail(source, at, start)
            mark = token[_MARK]
            if mark == "}":
                span = self.close(start, token.end(), 2 * len(entries))
                return Mapping(tuple(entries), span), token.end()
            if mark != ",":
                raise json_errors.no_comma(source, start, at)
            at = token.end()
            token = _next(text, at) or _fail(source, at, start)
            if token[_MARK] == "}":
                raise json_errors.comma_before(source, at - 1, "}")

    def close(self, start: int, end: int, children: int) -> Span:
        """The span of a container that is complete; counts what it holds."""
        self.nodes += children
        if self.nodes > MAX_NODES:
            raise json_errors.too_many(self.source, start)
        return self.source.span(start, end)
