"""What HCL expressions evaluate to, each with the place where it was written.

A string known in part is a `Text` whose holes are symbols; a value of which nothing is known is a
`Text` of one hole. `Value.pieces` says where the characters of a string stand, so that a policy
inside a heredoc or a file can be pointed at; `Value.node` is the document that a string encodes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.terraform.nodes import Piece
from remit.syntax.nodes import Node

MAX_TEXT = 1024 * 1024
"""Characters of one string. Templates that double themselves end here."""


class Fault(Exception):  # noqa: N818 - it is HCL's error value: `try()` and `can()` ask for it
    """An expression that has no value: Terraform would refuse it. `message` is for people."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span = span
        self.message = message


class Space(Protocol):
    """Something with attributes that are found out when they are asked for (`var`, a resource)."""

    def attribute(self, name: str, span: Span) -> Value:
        """`space.name`. Raises Fault."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...


Data: TypeAlias = (
    "bool | int | float | str | Text | tuple[Value, ...] | Mapping[str, Value] | Space | None"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it was written.

    `ref` is the address of the resource of which it is an attribute, where it is nothing else.
    """

    data: Data
    span: Span
    pieces: tuple[Piece, ...] = ()
    node: Node | None = None
    ref: str = ""

    @property
    def hole(self) -> Hole | None:
        """The hole, where nothing at all is known of the value."""
        data = self.data
        if isinstance(data, Text) and len(data.parts) == 1 and isinstance(data.parts[0], Hole):
            return data.parts[0]
        return None

    @property
    def text(self) -> Text | None:
        """A string, number or boolean as text; None for what is no text."""
        data = self.data
        if isinstance(data, Text):
            return data
        found = scalar(data)
        return None if found is None else Text.of(found)

    @property
    def literal(self) -> str | None:
        """The text when it is known in full."""
        text = self.text
        return None if text is None else text.literal


def scalar(data: Data) -> str | None:
    """A known string, number or boolean as Terraform writes it into a string."""
    if isinstance(data, str):
        return data
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int):
        return str(data)
    if isinstance(data, float):
        return str(int(data)) if data.is_integer() else repr(data)
    return None


def of_text(text: Text, span: Span, pieces: tuple[Piece, ...] = (), ref: str = "") -> Value:
    """The value of a text: a plain string where it is known. Raises Fault when it is too long."""
    known = text.literal
    if sum(len(part) for part in text.parts if isinstance(part, str)) > MAX_TEXT:
        raise Fault(span, f"this text has more than {MAX_TEXT} characters")
    return Value(text if known is None else known, span, pieces, ref=ref)


class Open(Exception):  # noqa: N818 - a signal, not an error: nothing is wrong
    """Part of a value is not known; `hole` is why."""

    def __init__(self, hole: Hole) -> None:
        super().__init__(hole.name)
        self.hole = hole


def plain(value: Value) -> object:
    """Ordinary Python data. Raises Open where something in it is not known."""
    data = value.data
    if isinstance(data, Text):
        raise Open(data.holes[0])
    if isinstance(data, tuple):
        return [plain(item) for item in data]
    if isinstance(data, Mapping):
        return {key: plain(item) for key, item in data.items()}
    if data is None or isinstance(data, str | bool | int | float):
        return data
    raise Open(Hole(HoleKind.ENV, data.title))


def wrapped(data: object, span: Span) -> Value:
    """Ordinary Python data as a value, all of it written at `span`."""
    if isinstance(data, list | tuple | set):
        return Value(tuple(wrapped(item, span) for item in data), span)
    if isinstance(data, Mapping):
        return Value({str(key): wrapped(item, span) for key, item in data.items()}, span)
    if data is None or isinstance(data, str | bool | int | float | Text):
        return Value(data, span)
    return Value(str(data), span)


def encoded(value: Value) -> Text:
    """The value as JSON, as `jsonencode` writes it; holes are left in the text. Raises Open."""
    data = value.data
    if isinstance(data, Text):
        parts = [part if isinstance(part, Hole) else json.dumps(part)[1:-1] for part in data.parts]
        return Text.of('"', *parts, '"')
    if isinstance(data, tuple):
        return Text.of("[", *_commas([encoded(item) for item in data]), "]")
    if isinstance(data, Mapping):
        pairs = [Text.of(json.dumps(key), ":", encoded(data[key])) for key in sorted(data)]
        return Text.of("{", *_commas(pairs), "}")
    if data is None:
        return Text.of("null")
    if isinstance(data, bool | int | float) and not (isinstance(data, float) and math.isinf(data)):
        return Text.of(scalar(data) or "")
    if isinstance(data, str):
        return Text.of(json.dumps(data, ensure_ascii=False))
    raise Open(Hole(HoleKind.ENV, getattr(data, "title", "a number")))


def _commas(texts: list[Text]) -> list[Text]:
    found: list[Text] = []
    for text in texts:
        found += [Text.of(","), text] if found else [text]
    return found
