"""From values to documents with positions: policies in heredocs, files, `jsonencode`, plans.

A string's document is read from the string as it comes out, with symbols as `{name}`; each place
in it is led back to where those characters were written.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping as Map
from itertools import accumulate

from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.terraform.nodes import Piece
from remit.deploy.terraform.values import Value, scalar
from remit.syntax import json_reader
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import MAX_DEPTH, DocumentError, Source


class Placed(Source):
    """A text that is not of the project: all of it stands at one place of the project."""

    __slots__ = ("place",)

    def __init__(self, text: str, place: Span) -> None:
        super().__init__(text, place.file)
        self.place = place

    def span(self, start: int, end: int) -> Span:
        """Always the same."""
        return self.place

    def token(self, start: int, end: int) -> Span:
        """Always the same."""
        return self.place


def at(place: Span) -> Placed:
    """A text all of which stands at one place, whatever it is."""
    return Placed("", place)


class Pieced(Source):
    """A text made of pieces from other texts."""

    __slots__ = ("offsets", "pieces")

    def __init__(self, pieces: tuple[Piece, ...], span: Span) -> None:
        self.pieces = pieces or (Piece("", at(span), 0, plain=False),)
        super().__init__("".join(piece.text for piece in self.pieces), span.file)
        self.offsets = list(accumulate((len(piece.text) for piece in self.pieces), initial=0))

    def span(self, start: int, end: int) -> Span:
        """From where the first character was written to where the last one was."""
        first = self._one(start, start + 1)
        last = self._one(max(start, end - 1), max(start + 1, end))
        if first.file != last.file or (last.line, last.column) < (first.line, first.column):
            return first
        return Span(first.file, first.line, first.column, last.end_line, last.end_column)

    def token(self, start: int, end: int) -> Span:
        """As `span`: a token may be made of pieces."""
        return self.span(start, end)

    def _one(self, start: int, end: int) -> Span:
        index = min(max(bisect_right(self.offsets, start) - 1, 0), len(self.pieces) - 1)
        piece = self.pieces[index]
        if not piece.plain:
            return piece.source.span(piece.start, piece.start + 1)
        at = piece.start + start - self.offsets[index]
        return piece.source.span(at, at + end - start)


def document(value: Value) -> Node:
    """The JSON document that a string holds, with symbols as tokens. Raises DocumentError."""
    if value.node is not None:
        return value.node
    text = "" if value.text is None else str(value.text)
    pieces = value.pieces
    if "".join(piece.text for piece in pieces) != text:
        pieces = (Piece(text, at(value.span), 0, plain=False),)
    source = Pieced(pieces, value.span)
    if not source.text.strip():
        raise source.error(0, 0, "the policy is empty", "write a policy document")
    return json_reader.read(source)


def node(value: Value, depth: int = 0) -> Node:
    """A value as a node, symbols as tokens. Raises DocumentError when it nests too deeply."""
    data = value.data
    if depth > MAX_DEPTH:
        raise at(value.span).error(0, 0, f"this nests deeper than {MAX_DEPTH} levels")
    if isinstance(data, tuple):
        return Sequence(tuple(node(item, depth + 1) for item in data), value.span)
    if isinstance(data, Map):
        return Mapping(
            tuple((key_of(key, item.span), node(item, depth + 1)) for key, item in data.items()),
            value.span,
        )
    if isinstance(data, Text):
        return Scalar(str(data), str(data), value.span)
    if data is None or isinstance(data, str | bool | int | float):
        return Scalar(data, scalar(data) or "null", value.span)
    return Scalar(f"{{{data.title}}}", f"{{{data.title}}}", value.span)


def key_of(name: str, span: Span) -> Scalar:
    """A key of an object."""
    return Scalar(name, name, span)


def values(found: Node) -> Value:
    """A document as a value, each part at its place: `jsondecode` and `yamldecode`."""
    if isinstance(found, Sequence):
        return Value(tuple(values(item) for item in found.items), found.span)
    if isinstance(found, Mapping):
        return Value({key.text: values(item) for key, item in found.entries}, found.span)
    return Value(found.value, found.span)


__all__ = ["DocumentError", "Pieced", "Placed", "at", "document", "key_of", "node", "values"]
