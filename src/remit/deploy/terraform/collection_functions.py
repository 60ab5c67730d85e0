"""Terraform's functions on lists, sets and objects. Their elements keep their places.

Source: Terraform language, functions/*.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from remit.core.text import Text
from remit.deploy.terraform.shaped import (
    MAX_ITEMS,
    Context,
    Shaped,
    elements,
    fields,
    listed,
    needed,
)
from remit.deploy.terraform.values import Fault, Open, Value, encoded, of_text, plain, wrapped


def _concat(values: Sequence[Value], context: Context) -> Value:
    return listed([item for value in values for item in elements(value, context)], context)


def _merge(values: Sequence[Value], context: Context) -> Value:
    found: dict[str, Value] = {}
    for value in values:
        if value.data is not None:
            found |= fields(value)
    return Value(found, context.span)


def _lookup(values: Sequence[Value], context: Context) -> Value | None:
    entries, key = fields(values[0]), values[1].literal
    if key is None:
        return None
    if key in entries:
        return entries[key]
    if len(values) < 3:
        raise Fault(context.span, f"there is no `{key}` in this object")
    return values[2]


def _element(values: Sequence[Value], context: Context) -> Value:
    items, index = elements(values[0], context), plain(values[1])
    if not items or not isinstance(index, int) or index < 0:
        raise Fault(context.span, "`element` needs a list that is not empty")
    return items[index % len(items)]


def _flat(items: Sequence[Value], depth: int = 0) -> list[Value]:
    found: list[Value] = []
    for item in items:
        if isinstance(needed(item).data if item.hole else item.data, tuple) and depth < 50:
            assert isinstance(item.data, tuple)  # noqa: S101 - said by the condition
            found += _flat(item.data, depth + 1)
        else:
            found.append(item)
    return found


def _distinct(values: Sequence[Value], context: Context) -> Value:
    found: dict[str, Value] = {}
    for item in elements(values[0], context):
        found.setdefault(_identity(item), item)
    return listed(list(found.values()), context)


def _identity(value: Value) -> str:
    if isinstance(value.data, str):
        return value.data
    return str(encoded(value))


def _set(values: Sequence[Value], context: Context) -> Value:
    found = {_identity(item): item for item in elements(values[0], context)}
    return listed([found[key] for key in sorted(found)], context)


def _combined(keep: Callable[[set[str], set[str]], set[str]]) -> Shaped:
    def combine(values: Sequence[Value], context: Context) -> Value:
        every = [{_identity(i): i for i in elements(value, context)} for value in values]
        names = set(every[0])
        for one in every[1:]:
            names = keep(names, set(one))
        whole = {key: item for one in every for key, item in one.items()}
        return listed([whole[key] for key in sorted(names)], context)

    return combine


def _compact(values: Sequence[Value], context: Context) -> Value:
    items = elements(values[0], context)
    return listed([item for item in items if needed(item).data not in (None, "")], context)


def _keys(values: Sequence[Value], context: Context) -> Value:
    entries = fields(values[0])
    return listed([Value(key, entries[key].span) for key in sorted(entries)], context)


def _values(values: Sequence[Value], context: Context) -> Value:
    entries = fields(values[0])
    return listed([entries[key] for key in sorted(entries)], context)


def _length(values: Sequence[Value], context: Context) -> Value:
    data = needed(values[0]).data
    if isinstance(data, Text):
        raise Open(data.holes[0])
    if not isinstance(data, str | tuple | Mapping):
        raise Fault(context.span, "`length` needs a list, an object or a text")
    return Value(len(data), context.span)


def _contains(values: Sequence[Value], context: Context) -> Value:
    items, wanted = elements(values[0], context), plain(values[1])
    known = [item for item in items if not isinstance(item.data, Text)]
    if any(plain(item) == wanted for item in known):
        return Value(True, context.span)
    if len(known) < len(items):
        raise Open(next(i.data.holes[0] for i in items if isinstance(i.data, Text)))
    return Value(False, context.span)


def _slice(values: Sequence[Value], context: Context) -> Value:
    start, end = plain(values[1]), plain(values[2])
    items = elements(values[0], context)
    if (
        not isinstance(start, int)
        or not isinstance(end, int)
        or not 0 <= start <= end <= len(items)
    ):
        raise Fault(context.span, "`slice` goes beyond the list")
    return listed(items[start:end], context)


def _zipmap(values: Sequence[Value], context: Context) -> Value:
    keys, items = (elements(value, context) for value in values)
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
        if needed(value).data:
            return value
    raise Fault(context.span, "`coalescelist` has no list that is not empty")


def _one(values: Sequence[Value], context: Context) -> Value:
    items = elements(values[0], context)
    if len(items) > 1:
        raise Fault(context.span, "`one` is given several elements")
    return items[0] if items else Value(None, context.span)


def _same(values: Sequence[Value], _context: Context) -> Value:
    return values[0]


def _as_list(values: Sequence[Value], context: Context) -> Value:
    return Value(elements(values[0], context), values[0].span)


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
    if len(found) > MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {MAX_ITEMS} elements")
    return wrapped(list(found), context.span)


def _product(values: Sequence[Value], context: Context) -> Value:
    lists = [elements(value, context) for value in values]
    if math.prod(len(one) for one in lists) > MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {MAX_ITEMS} elements")
    found: list[tuple[Value, ...]] = [()]
    for one in lists:
        found = [(*before, item) for before in found for item in one]
    return listed([Value(row, context.span) for row in found], context)


TABLE: Mapping[str, Shaped] = {
    "concat": _concat,
    "merge": _merge,
    "lookup": _lookup,
    "element": _element,
    "flatten": lambda values, context: listed(_flat(elements(values[0], context)), context),
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
    "reverse": lambda values, context: listed(elements(values[0], context)[::-1], context),
    "zipmap": _zipmap,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "one": _one,
    "list": lambda values, context: listed(values, context),
    "tolist": _as_list,
    "tomap": _same,
    "toobject": _same,
    "tostring": _as_text,
    "sensitive": _same,
    "nonsensitive": _same,
    "ephemeralasnull": _same,
    "range": _range,
}
"""The functions by name."""
