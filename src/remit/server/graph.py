"""Graphs of objects as JSON text, and back: what a state file holds of moto's backends.

Strict on both sides: values of the types below and objects of classes that the caller names, each
with its attributes; anything else is refused by name. An object, list, dict or set that is reached
twice is one again afterwards; cycles are kept. Nothing of a class is run: neither `__init__`,
`__setstate__` nor properties.

In the text None, True, False, numbers and strings stand for themselves, and everything else is a
list that begins with its kind. So no text of a user's can be taken for anything but a text:

    ["object", CLASS, [NAME, VALUE], ...]   ["dict", [KEY, VALUE], ...]   ["list", VALUE, ...]
    ["tuple", ...]  ["set", ...]  ["frozenset", ...]  ["bytes", HEX]  ["time", ISO]  ["day", ISO]
    ["same", N]         the object, list, dict or set that came N-th
    ["row", KIND, KEY]  an object that is kept in a row of its own
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

Classes: TypeAlias = Mapping[str, type]
"""The classes that are known, by their name in the text."""
Node: TypeAlias = Any
"""A part of the text, as JSON has it."""

DEEPEST = 64
"""Levels of nesting: moto's deepest are eight."""


class Unkept(Exception):  # noqa: N818  what is refused
    """A value that cannot be kept. The message names its type, never its content."""


class Malformed(Exception):  # noqa: N818  the same
    """A text that no `write` has made, or that of a class which is not known."""


@dataclass(slots=True)
class Written:
    """The text of a value, and what it was made of: `parts` are the attributes of its objects and
    its lists, dicts and sets, `copies` (shallow ones) what they held. `pointed` has kind and key of
    each object that it only points to, by `id`; `inside` are all others but the value itself."""

    text: str
    parts: tuple[Any, ...]
    copies: tuple[Any, ...]
    pointed: Mapping[int, tuple[str, str]]
    inside: frozenset[int]

    def still_holds(self) -> bool:
        """Whether the text is still that of the value. What is nested is a part of its own, so a
        comparison stops at what is identical; the interpreter does it all in one step. (It takes
        True for 1: moto puts neither where the other was.)"""
        try:
            return self.parts == self.copies
        except AttributeError:  # moto's policies compare themselves with anything
            return False

    def points_right(self, rows: Mapping[int, tuple[str, str]]) -> bool:
        """Whether it would point to the same rows if it were written with these."""
        return self.pointed.items() <= rows.items() and rows.keys().isdisjoint(self.inside)


def write(value: object, names: Mapping[type, str], rows: Mapping[int, tuple[str, str]]) -> Written:
    """The text of `value`. `names` are those of the classes that may occur; `rows` tells kind and
    key of each object that has a row of its own, by its `id`. Raises Unkept."""
    writer = _Writer(names, rows)
    text = json.dumps(writer.node(value, 0), separators=(",", ":"), allow_nan=False)
    inside = frozenset(writer.seen) - {id(value)}
    return Written(text, tuple(writer.parts), tuple(writer.copies), writer.pointed, inside)


@dataclass(slots=True)
class _Writer:
    names: Mapping[type, str]
    rows: Mapping[int, tuple[str, str]]
    seen: dict[int, int] = field(default_factory=dict)
    pointed: dict[int, tuple[str, str]] = field(default_factory=dict)
    parts: list[Any] = field(default_factory=list)
    copies: list[Any] = field(default_factory=list)

    def node(self, value: Any, depth: int) -> Node:
        kind = type(value)
        if value is None or kind in (bool, str, int):
            return value
        if kind is float:
            if not math.isfinite(value):
                raise Unkept("a number that is not finite")
            return value
        if depth > DEEPEST:
            raise Unkept(f"a value nested in more than {DEEPEST} others")
        plain = _PLAIN.get(kind)
        if plain is not None:
            return [plain[0], plain[1](value)]
        if kind in (tuple, frozenset):
            items = value if kind is tuple else sorted(value, key=repr)
            return [kind.__name__, *(self.node(one, depth + 1) for one in items)]
        return self._shared(value, kind, depth)

    def _shared(self, value: Any, kind: type, depth: int) -> Node:
        """What can be changed, and so must stay one thing."""
        number = self.seen.get(id(value))
        if number is not None:
            return ["same", number]
        row = self.rows.get(id(value))
        if row is not None and depth > 0:
            self.pointed[id(value)] = row
            return ["row", *row]
        name = self.names.get(kind)
        if name is None and kind not in (list, dict, set):
            raise Unkept(f"a `{kind.__module__}.{kind.__qualname__}`")
        self.seen[id(value)] = len(self.seen)
        held = value if name is None else value.__dict__
        copy = held.copy()  # also what is walked: another thread may change the original
        self.parts.append(held)
        self.copies.append(copy)
        if kind is list:
            return ["list", *(self.node(one, depth + 1) for one in copy)]
        if kind is set:
            return ["set", *(self.node(one, depth + 1) for one in sorted(copy, key=repr))]
        pairs = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in copy.items()]
        return ["dict", *pairs] if name is None else ["object", name, *pairs]


_PLAIN: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    bytes: ("bytes", bytes.hex),
    datetime: ("time", datetime.isoformat),
    date: ("day", date.isoformat),
}
_READ_PLAIN: Mapping[str, Callable[[str], object]] = {
    "bytes": bytes.fromhex,
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
}


# --- and back -----------------------------------------------------------------------------------


def parse(text: str) -> Node:
    """The nodes of a text. Raises Malformed."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("it is no JSON") from None


def blank(node: Node, classes: Classes) -> Any:
    """The object of a text as yet without attributes, or an empty list, dict or set; any other
    value is None here. Raises Malformed."""
    kind = node[0] if isinstance(node, list) and node else None
    if kind == "object":
        known = classes.get(_text(node, 1))
        if known is None:
            raise Malformed(f"an object of the kind `{_text(node, 1)}`, which is not known")
        return object.__new__(known)
    made = _EMPTY.get(kind) if isinstance(kind, str) else None
    return None if made is None else made()


def read(
    node: Node, classes: Classes, row: Callable[[str, str], object], into: object = None
) -> Any:
    """The value of a text. `row` gives the object of another row, by kind and key, and raises
    KeyError; `into` is the `blank` of this text, where it was made before. Raises Malformed."""
    try:
        return _Reader(classes, row).value(node, 0, into)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Malformed(f"it makes no sense ({type(error).__name__})") from None


@dataclass(slots=True)
class _Reader:
    classes: Classes
    row: Callable[[str, str], object]
    seen: list[Any] = field(default_factory=list)

    def value(self, node: Node, depth: int, into: object = None) -> Any:
        if not isinstance(node, list):
            if isinstance(node, dict):
                raise Malformed("it has an object of JSON's own")
            return node
        if depth > DEEPEST:
            raise Malformed(f"it is nested in more than {DEEPEST} levels")
        kind = _text(node, 0)
        if kind in _READ_PLAIN:
            return _READ_PLAIN[kind](_text(node, 1))
        if kind in ("tuple", "frozenset"):
            items = [self.value(one, depth + 1) for one in node[1:]]
            return tuple(items) if kind == "tuple" else frozenset(items)
        if kind == "same":
            return self._same(node)
        if kind == "row":
            return self.row(_text(node, 1), _text(node, 2))
        return self._shared(node, kind, depth, into)

    def _same(self, node: Node) -> Any:
        number = node[1] if len(node) == 2 else None
        if type(number) is not int or not 0 <= number < len(self.seen):
            raise Malformed("it points to what is not there")
        return self.seen[number]

    def _shared(self, node: Node, kind: str, depth: int, into: object) -> Any:
        made: Any = blank(node, self.classes) if into is None else into
        if made is None:
            raise Malformed(f"a value of the kind `{kind}`, which is not known")
        self.seen.append(made)
        if kind == "list":
            made.extend(self.value(one, depth + 1) for one in node[1:])
            return made
        if kind == "set":
            made.update(self.value(one, depth + 1) for one in node[1:])
            return made
        held = made if kind == "dict" else made.__dict__
        for name, one in node[1:] if kind == "dict" else node[2:]:
            held[self.value(name, depth + 1)] = self.value(one, depth + 1)
        return made


_EMPTY: Mapping[str, Callable[[], Any]] = {"list": list, "dict": dict, "set": set}


def _text(node: Node, index: int) -> str:
    found = node[index] if len(node) > index else None
    if not isinstance(found, str):
        raise Malformed("a kind or a name is missing")
    return found
