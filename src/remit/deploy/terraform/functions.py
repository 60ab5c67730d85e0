"""Terraform's functions as a table; a function that is not in it gives a symbol.

What may live here: pure functions on values, and those that read files of the tree. Strings and
numbers are computed on plain data (`_PLAIN`), collections on values that keep their places
(`_SHAPED`). Nothing that depends on time, chance or the machine is computed.
Source: Terraform language, functions/*.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.terraform import parser, places
from remit.deploy.terraform.nodes import Piece, Template
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.strings import PLAIN, NotComputed, formatted
from remit.deploy.terraform.values import (
    Fault,
    Open,
    Value,
    encoded,
    of_text,
    plain,
    scalar,
    wrapped,
)
from remit.syntax import document
from remit.syntax.source import DocumentError, Source

Render: TypeAlias = Callable[[Template, Mapping[str, Value]], Value]
_MAX_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class Context:
    """What a function may use besides its arguments: files, and the place of the call."""

    run: Run
    folder: str
    span: Span
    render: Render


Shaped: TypeAlias = Callable[[Sequence[Value], Context], "Value | None"]


def call(name: str, arguments: Sequence[Value], context: Context) -> Value | None:
    """The value of a call, None when the function is not computed. Raises Fault and Open."""
    name = name.removeprefix("core::")
    try:
        if name in _SHAPED:
            return _SHAPED[name](arguments, context)
        if name in PLAIN:
            found = PLAIN[name](*[plain(argument) for argument in arguments])
            return (
                of_text(Text.of(found), context.span)
                if isinstance(found, str)
                else wrapped(found, context.span)
            )
    except NotComputed:
        return None
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError) as error:
        if isinstance(error, TypeError | AttributeError | IndexError):
            raise Fault(context.span, f"`{name}` is not called with what it takes") from None
        raise Fault(context.span, f"`{name}`: {error}") from None
    return None


def _need(value: Value) -> Value:
    """The value itself. Raises Open when nothing is known of it."""
    hole = value.hole
    if hole is not None:
        raise Open(hole)
    return value


def _items(value: Value, context: Context) -> tuple[Value, ...]:
    """The elements of a list or the values of an object. Raises Open and Fault."""
    data = _need(value).data
    if isinstance(data, tuple):
        return data
    if isinstance(data, Mapping):
        return tuple(data[key] for key in sorted(data))
    raise Fault(value.span, "a list is needed here")


def _entries(value: Value) -> Mapping[str, Value]:
    data = _need(value).data
    if isinstance(data, Mapping):
        return data
    raise Fault(value.span, "an object is needed here")


def _list(items: Sequence[Value], context: Context) -> Value:
    if len(items) > _MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {_MAX_ITEMS} elements")
    return Value(tuple(items), context.span)


# --- collections --------------------------------------------------------------------------------


def _concat(values: Sequence[Value], context: Context) -> Value:
    return _list([item for value in values for item in _items(value, context)], context)


def _merge(values: Sequence[Value], context: Context) -> Value:
    found: dict[str, Value] = {}
    for value in values:
        if value.data is not None:
            found |= _entries(value)
    return Value(found, context.span)


def _lookup(values: Sequence[Value], context: Context) -> Value | None:
    entries, key = _entries(values[0]), values[1].literal
    if key is None:
        return None
    if key in entries:
        return entries[key]
    if len(values) < 3:
        raise Fault(context.span, f"there is no `{key}` in this object")
    return values[2]


def _element(values: Sequence[Value], context: Context) -> Value:
    items, index = _items(values[0], context), plain(values[1])
    if not items or not isinstance(index, int) or index < 0:
        raise Fault(context.span, "`element` needs a list that is not empty")
    return items[index % len(items)]


def _flat(items: Sequence[Value], depth: int = 0) -> list[Value]:
    found: list[Value] = []
    for item in items:
        if isinstance(_need(item).data if item.hole else item.data, tuple) and depth < 50:
            assert isinstance(item.data, tuple)  # noqa: S101 - said by the condition
            found += _flat(item.data, depth + 1)
        else:
            found.append(item)
    return found


def _distinct(values: Sequence[Value], context: Context) -> Value:
    found: dict[str, Value] = {}
    for item in _items(values[0], context):
        found.setdefault(_identity(item), item)
    return _list(list(found.values()), context)


def _identity(value: Value) -> str:
    if isinstance(value.data, str):
        return value.data
    return str(encoded(value))


def _set(values: Sequence[Value], context: Context) -> Value:
    found = {_identity(item): item for item in _items(values[0], context)}
    return _list([found[key] for key in sorted(found)], context)


def _combined(keep: Callable[[set[str], set[str]], set[str]]) -> Shaped:
    def combine(values: Sequence[Value], context: Context) -> Value:
        every = [{_identity(i): i for i in _items(value, context)} for value in values]
        names = set(every[0])
        for one in every[1:]:
            names = keep(names, set(one))
        whole = {key: item for one in every for key, item in one.items()}
        return _list([whole[key] for key in sorted(names)], context)

    return combine


def _compact(values: Sequence[Value], context: Context) -> Value:
    items = _items(values[0], context)
    return _list([item for item in items if _need(item).data not in (None, "")], context)


def _keys(values: Sequence[Value], context: Context) -> Value:
    entries = _entries(values[0])
    return _list([Value(key, entries[key].span) for key in sorted(entries)], context)


def _values(values: Sequence[Value], context: Context) -> Value:
    entries = _entries(values[0])
    return _list([entries[key] for key in sorted(entries)], context)


def _length(values: Sequence[Value], context: Context) -> Value:
    data = _need(values[0]).data
    if isinstance(data, Text):
        raise Open(data.holes[0])
    if not isinstance(data, str | tuple | Mapping):
        raise Fault(context.span, "`length` needs a list, an object or a text")
    return Value(len(data), context.span)


def _contains(values: Sequence[Value], context: Context) -> Value:
    items, wanted = _items(values[0], context), plain(values[1])
    known = [item for item in items if not isinstance(item.data, Text)]
    if any(plain(item) == wanted for item in known):
        return Value(True, context.span)
    if len(known) < len(items):
        raise Open(next(i.data.holes[0] for i in items if isinstance(i.data, Text)))
    return Value(False, context.span)


def _slice(values: Sequence[Value], context: Context) -> Value:
    start, end = plain(values[1]), plain(values[2])
    items = _items(values[0], context)
    if (
        not isinstance(start, int)
        or not isinstance(end, int)
        or not 0 <= start <= end <= len(items)
    ):
        raise Fault(context.span, "`slice` goes beyond the list")
    return _list(items[start:end], context)


def _zipmap(values: Sequence[Value], context: Context) -> Value:
    keys, items = (_items(value, context) for value in values)
    return Value(
        {str(plain(key)): item for key, item in zip(keys, items, strict=True)}, context.span
    )


def _coalesce(values: Sequence[Value], context: Context) -> Value:
    for index, value in enumerate(values):
        if value.hole is not None and index < len(values) - 1:
            raise Open(value.hole)  # it may be empty
        if value.data not in (None, ""):
            return value
    raise Fault(context.span, "`coalesce` has no value that is not empty")


def _coalesce_list(values: Sequence[Value], context: Context) -> Value:
    for value in values:
        if _need(value).data:
            return value
    raise Fault(context.span, "`coalescelist` has no list that is not empty")


def _one(values: Sequence[Value], context: Context) -> Value:
    items = _items(values[0], context)
    if len(items) > 1:
        raise Fault(context.span, "`one` is given several elements")
    return items[0] if items else Value(None, context.span)


def _same(values: Sequence[Value], _context: Context) -> Value:
    return values[0]


def _as_list(values: Sequence[Value], context: Context) -> Value:
    return Value(_items(values[0], context), values[0].span)


def _as_text(values: Sequence[Value], context: Context) -> Value:
    text = values[0].text
    if text is None and values[0].data is not None:
        raise Fault(context.span, "`tostring` needs a plain value")
    return values[0] if text is None else of_text(text, context.span, values[0].pieces)


def _range(values: Sequence[Value], context: Context) -> Value:
    numbers = [one for one in map(plain, values) if isinstance(one, int)]
    if len(numbers) != len(values):
        raise Fault(context.span, "`range` needs whole numbers")
    found = range(*numbers)
    if len(found) > _MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {_MAX_ITEMS} elements")
    return wrapped(list(found), context.span)


def _product(values: Sequence[Value], context: Context) -> Value:
    lists = [_items(value, context) for value in values]
    if math.prod(len(one) for one in lists) > _MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {_MAX_ITEMS} elements")
    found: list[tuple[Value, ...]] = [()]
    for one in lists:
        found = [(*before, item) for before in found for item in one]
    return _list([Value(row, context.span) for row in found], context)


# --- text with holes ----------------------------------------------------------------------------


def _join(values: Sequence[Value], context: Context) -> Value:
    between = values[0].text
    items = [item for value in values[1:] for item in _items(value, context)]
    parts: list[Text] = []
    for item in items:
        text = item.text
        if text is None or between is None:
            raise Fault(context.span, "`join` needs plain values")
        parts += [between, text] if parts else [text]
    return of_text(Text.of(*parts), context.span)


def _format(values: Sequence[Value], context: Context) -> Value | None:
    known = values[0].literal
    if known is None:
        return None
    text = formatted(known, [value.text for value in values[1:]])
    return None if text is None else of_text(text, context.span)


def _formatlist(values: Sequence[Value], context: Context) -> Value | None:
    lists = [value.data for value in values[1:] if isinstance(_need(value).data, tuple)]
    count = max((len(one) for one in lists if isinstance(one, tuple)), default=1)
    rows = []
    for index in range(count):
        row = [v.data[index] if isinstance(v.data, tuple) else v for v in values[1:]]
        made = _format([values[0], *row], context)
        if made is None:
            return None
        rows.append(made)
    return _list(rows, context)


def _jsonencode(values: Sequence[Value], context: Context) -> Value:
    text = of_text(encoded(values[0]), context.span)
    return Value(text.data, context.span, node=places.node(values[0]))


def _jsondecode(values: Sequence[Value], context: Context) -> Value:
    if values[0].literal is None and values[0].node is None:
        hole = values[0].hole
        if hole is not None:
            raise Open(hole)
    try:
        return places.values(places.document(values[0]))
    except DocumentError as error:
        raise Fault(error.problem.span, error.problem.message) from None


def _yamldecode(values: Sequence[Value], context: Context) -> Value:
    text = plain(values[0])
    try:
        return places.values(document.load(str(text), f"{context.span.file}.yaml"))
    except DocumentError as error:
        raise Fault(context.span, error.problem.message) from None


# --- files --------------------------------------------------------------------------------------


def in_tree(path: str, base: str) -> str | None:
    """A path as Terraform sees it from `base` as a path of the tree; None when it leads out."""
    found = posixpath.normpath(posixpath.join(base, path))
    return None if found.startswith(("..", "/")) else found


def _source(value: Value, context: Context) -> Source | None:
    path = plain(value)
    found = in_tree(str(path), context.run.base)
    if found is None:
        return None
    try:
        return parser.source(context.run.files.tree.read(found), found)
    except DocumentError as error:
        raise Fault(context.span, error.problem.message) from None
    except OSError as error:
        raise Fault(context.span, str(error)) from None


def _file(values: Sequence[Value], context: Context) -> Value | None:
    source = _source(values[0], context)
    if source is None:
        return None
    return of_text(Text.of(source.text), context.span, (whole(source),))


def _templatefile(values: Sequence[Value], context: Context) -> Value | None:
    source = _source(values[0], context)
    if source is None:
        return None
    return rendered(source, _entries(values[1]), context)


def rendered(source: Source, names: Mapping[str, Value], context: Context) -> Value:
    """A template with its variables filled in. Raises Fault."""
    try:
        return context.render(parser.template(source), names)
    except DocumentError as error:
        raise Fault(error.problem.span, error.problem.message) from None


def whole(source: Source) -> Piece:
    """All of a text as a piece."""
    return Piece(source.text, source, 0)


def _fileexists(values: Sequence[Value], context: Context) -> Value | None:
    found = in_tree(str(plain(values[0])), context.run.base)
    if found is None:
        return None
    return Value(context.run.files.tree.exists(found), context.span)


def _fileset(values: Sequence[Value], context: Context) -> Value | None:
    from fnmatch import fnmatchcase

    folder, pattern = in_tree(str(plain(values[0])), context.run.base), str(plain(values[1]))
    if folder is None or "{" in pattern:
        return None
    prefix = "" if folder == "." else folder + "/"
    names = [n.removeprefix(prefix) for n in context.run.files.tree.files(prefix.rstrip("/"))]
    deep = "**" in pattern
    return wrapped(
        [
            n
            for n in names
            if fnmatchcase(n, pattern) and (deep or n.count("/") == pattern.count("/"))
        ],
        context.span,
    )


_SHAPED: Mapping[str, Shaped] = {
    "concat": _concat,
    "merge": _merge,
    "lookup": _lookup,
    "element": _element,
    "flatten": lambda values, context: _list(_flat(_items(values[0], context)), context),
    "distinct": _distinct,
    "toset": _set,
    "setunion": _combined(set.union),
    "setintersection": _combined(set.intersection),
    "setsubtract": _combined(set.difference),
    "setproduct": _product,
    "compact": _compact,
    "keys": _keys,
    "values": _values,
    "length": _length,
    "contains": _contains,
    "slice": _slice,
    "reverse": lambda values, context: _list(_items(values[0], context)[::-1], context),
    "zipmap": _zipmap,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "one": _one,
    "list": lambda values, context: _list(values, context),
    "tolist": _as_list,
    "tomap": _same,
    "toobject": _same,
    "tostring": _as_text,
    "sensitive": _same,
    "nonsensitive": _same,
    "ephemeralasnull": _same,
    "range": _range,
    "join": _join,
    "format": _format,
    "formatlist": _formatlist,
    "jsonencode": _jsonencode,
    "jsondecode": _jsondecode,
    "yamldecode": _yamldecode,
    "file": _file,
    "templatefile": _templatefile,
    "fileexists": _fileexists,
    "fileset": _fileset,
}

__all__ = ["Any", "Context", "Render", "call", "in_tree", "rendered", "scalar"]
