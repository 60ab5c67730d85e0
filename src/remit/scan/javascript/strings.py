"""Methods of strings, as far as names of resources are made with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from remit.core.text import Hole, Text
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text, concat, reason
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import Args, Arr, Pattern, Value, at
from remit.scan.text import LONGEST
from remit.scan.values import data

Method = Callable[[Machine, Any, Args, Node], Value]


def _each_piece(change: Callable[[str], str]) -> Method:
    """A method that changes every character by itself; holes stay as they are."""

    def run(_m: Machine, value: Any, _args: Args, _node: Node) -> Value:
        if isinstance(value, str):
            return change(value)
        return Text.of(*(change(p) if isinstance(p, str) else p for p in value.parts))

    return run


def _plain(change: Callable[..., Value]) -> Method:
    """A method that needs all of the string and its arguments; else the reason why not."""

    def run(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
        given = [as_text(arg) if isinstance(arg, Text) else arg for arg in args]
        known = all(isinstance(one, (str, int, float)) for one in (value, *given))
        if known:
            try:
                return change(value, *given)
            except (TypeError, ValueError, IndexError):
                return data("a text")
        return reason(value, *args, otherwise="a text")

    return run


def _slice(text: str, start: float = 0, end: float | None = None) -> str:
    return text[int(start) : None if end is None else int(end)]


def _substring(text: str, start: float = 0, end: float | None = None) -> str:
    low, high = max(int(start), 0), max(int(len(text) if end is None else end), 0)
    return text[min(low, high) : max(low, high)]


def _substr(text: str, start: float = 0, length: float | None = None) -> str:
    first = int(start) if start >= 0 else max(len(text) + int(start), 0)
    return text[first : None if length is None else first + int(length)]


def _repeat(text: str, times: float) -> Value:
    return text * int(times) if len(text) * times <= LONGEST else data("a long text")


def _pad(text: str, width: float, fill: str, *, left: bool) -> Value:
    missing = int(width) - len(text)
    if missing > LONGEST or not fill:
        return data("a padded text")
    more = (fill * (max(missing, 0) // len(fill) + 1))[: max(missing, 0)]
    return more + text if left else text + more


def _replace(all_of_them: bool) -> Method:
    def run(m: Machine, value: Any, args: Args, node: Node) -> Value:
        old, new = at(args, 0), as_text(at(args, 1))
        if isinstance(old, Pattern):
            return _by_pattern(value, old.text, new)
        if isinstance(value, str) and isinstance(old, str) and old:
            parts = value.split(old) if all_of_them else value.split(old, 1)
            joined: list[Value] = [parts[0]]
            for part in parts[1:]:
                joined += [new, part]
            return concat(joined)
        return reason(value, *args, otherwise="a text")

    return run


_SIMPLE = re.compile(r"/((?:\\[-./:_ ]|[\w :_-])+)/(g?)")


def _by_pattern(value: Any, pattern: str, new: Value) -> Value:
    """Only a pattern that stands for itself (`/-/g`): none is ever run."""
    simple = _SIMPLE.fullmatch(pattern)
    if simple is None or not isinstance(value, str) or not isinstance(new, str) or "$" in new:
        return reason(value, new, otherwise="a text")
    plain, every = simple[1].replace("\\", ""), bool(simple[2])
    return value.replace(plain, new) if every else value.replace(plain, new, 1)


def _split(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
    separator = at(args, 0)
    if isinstance(value, str) and isinstance(separator, str):
        return Arr(value.split(separator) if separator else list(value)[:LONGEST])
    if isinstance(value, Text) and isinstance(separator, str) and separator:
        pieces: list[list[str | Hole]] = [[]]
        for part in value.parts:
            if isinstance(part, Hole):
                pieces[-1].append(part)
                continue
            first, *others = part.split(separator)
            pieces[-1].append(first)
            pieces.extend([other] for other in others)
        return Arr([concat(piece) for piece in pieces])
    return Arr((), reason(value, separator, otherwise="a part of a text"))


def _concat(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
    return concat([value, *args])


def _same(_m: Machine, value: Any, _args: Args, _node: Node) -> Value:
    return as_text(value)


def _begins(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
    start = at(args, 0)
    head = value.parts[0] if isinstance(value, Text) else value
    if isinstance(head, str) and isinstance(start, str):
        told = isinstance(value, str) or len(head) >= len(start)
        if told:
            return head.startswith(start)
    return reason(value, *args)


def _includes(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
    part = at(args, 0)
    if isinstance(value, str) and isinstance(part, str):
        return part in value
    pieces = value.parts if isinstance(value, Text) else ()
    if isinstance(part, str) and any(isinstance(p, str) and part in p for p in pieces):
        return True
    return reason(value, *args)


def _matched(_m: Machine, value: Any, args: Args, _node: Node) -> Value:
    return reason(value, *args, otherwise="a match")


TEXT_METHODS: dict[str, Method] = {
    "toLowerCase": _each_piece(str.lower),
    "toLocaleLowerCase": _each_piece(str.lower),
    "toUpperCase": _each_piece(str.upper),
    "toLocaleUpperCase": _each_piece(str.upper),
    "trim": _plain(str.strip),
    "trimStart": _plain(str.lstrip),
    "trimEnd": _plain(str.rstrip),
    "slice": _plain(_slice),
    "substring": _plain(_substring),
    "substr": _plain(_substr),
    "charAt": _plain(lambda text, index=0: text[int(index)] if index >= 0 else ""),
    "indexOf": _plain(lambda text, part, *_: text.find(part)),
    "lastIndexOf": _plain(lambda text, part, *_: text.rfind(part)),
    "repeat": _plain(_repeat),
    "padStart": _plain(lambda text, width, fill=" ": _pad(text, width, fill, left=True)),
    "padEnd": _plain(lambda text, width, fill=" ": _pad(text, width, fill, left=False)),
    "endsWith": _plain(lambda text, end, *_: text.endswith(end)),
    "startsWith": _begins,
    "includes": _includes,
    "replace": _replace(False),
    "replaceAll": _replace(True),
    "split": _split,
    "concat": _concat,
    "toString": _same,
    "valueOf": _same,
    "toFixed": lambda *_: data("a number"),
    "match": _matched,
    "matchAll": _matched,
    "test": _matched,
}
