"""What is done with values once they are known: elements, numbers, truth, equality, loops.

Nothing is guessed: None says that it is not known, Fault what Terraform would refuse.
Source: HCL native syntax specification; Terraform language, expressions/*.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Open, Value, plain

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "%": lambda left, right: left - right * int(left / right),
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def number(value: Value) -> int | float | None:
    """The number, also of a string that holds one; None when it is not known. Raises Fault."""
    data = value.data
    if isinstance(data, bool) or (data is None):
        raise Fault(value.span, "a number is needed here")
    if isinstance(data, int | float):
        return data
    if isinstance(data, Text):
        return None
    if isinstance(data, str) and len(data) < 400:
        try:
            return int(data) if data.lstrip("-").isdecimal() else float(data)
        except ValueError:
            pass
    raise Fault(value.span, "a number is needed here")


def truth(value: Value) -> bool | None:
    """The boolean, also of a string that holds one; None when it is not known. Raises Fault."""
    data = value.data
    if isinstance(data, bool):
        return data
    if isinstance(data, Text):
        return None
    if data in ("true", "false"):
        return data == "true"
    raise Fault(value.span, "`true` or `false` is needed here")


def computed(sign: str, one: float, other: float, span: Span) -> int | float | bool:
    """The result of an arithmetic operator or a comparison. Raises Fault."""
    try:
        found: int | float | bool = _ARITHMETIC[sign](one, other)
    except (ZeroDivisionError, OverflowError):
        raise Fault(span, "this number can't be computed") from None
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        found = int(found)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) > 10**400:
        raise Fault(span, "this number is too large")
    return found


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are the same; None when that can't be told."""
    if left.data is None or right.data is None:
        other = right if left.data is None else left
        if other.data is None:
            return True
        return None if other.hole is not None else False
    try:
        one, other_data = plain(left), plain(right)
    except Open:
        text, other_text = left.text, right.text
        same = text is not None and text == other_text
        return True if same else None
    if isinstance(one, bool) is not isinstance(other_data, bool):
        return False
    return one == other_data


# --- elements -----------------------------------------------------------------------------------


def attribute(base: Value, name: str, span: Span, scope: Scope) -> Value:
    """`base.name`. Raises Fault."""
    hole, data = base.hole, base.data
    if hole is not None:
        return scope.module.run.unknown(f"{hole.name}.{name}", span)
    if isinstance(data, Mapping):
        if name not in data:
            raise Fault(span, f"there is no `{name}` in this object")
        return data[name]
    if isinstance(data, tuple):
        if name.isdecimal():
            return element(data, int(name), span)
        raise Fault(span, f"a list has no `{name}`; name one of its elements")
    if data is None or isinstance(data, str | bool | int | float | Text):
        raise Fault(span, f"there is no `{name}` in {'null' if data is None else 'a plain value'}")
    return data.attribute(name, span)


def element(items: tuple[Value, ...], index: int, span: Span) -> Value:
    """The element of a list. Raises Fault."""
    if not 0 <= index < len(items):
        raise Fault(span, f"there is no element {index}: the list has {len(items)}")
    return items[index]


def pairs(value: Value, span: Span) -> list[tuple[Value, Value]] | None:
    """Keys and elements of a collection; None when it is not known. Raises Fault."""
    data = value.data
    if value.hole is not None:
        return None
    if isinstance(data, tuple):
        return [(Value(index, span), item) for index, item in enumerate(data)]
    if isinstance(data, Mapping):
        return [(Value(key, span), data[key]) for key in sorted(data)]
    raise Fault(span, "a list or an object is needed here")


def rounds(
    key: str, value: str, collection: list[tuple[Value, Value]], scope: Scope
) -> Iterator[Scope]:
    """The scope of each round of a loop over a collection."""
    for index, item in collection:
        names = {value: item, key: index} if key else {value: item}
        yield scope.with_names(names)


def size(value: Value) -> int:
    """How much there is to go through, in steps."""
    data = value.data
    if isinstance(data, tuple | Mapping):
        return len(data)
    return len(data) // 100 if isinstance(data, str) else 1


# --- references ---------------------------------------------------------------------------------


def leaf_names(names: tuple[str, ...]) -> list[str]:
    """Names without those that are only a part of the name before them, and without loops' own."""
    found: dict[str, None] = {}
    last = ""
    for name in names:
        if not last.startswith((name + ".", name + "[")):
            last = name
            if not name.startswith(("each.", "count.", "path.", "terraform.")):
                found.setdefault(name)
    return list(found)


def of_same_key(value: Value, scope: Scope) -> Value:
    """Of a resource with instances the one of the same key; any other value itself."""
    data = value.data
    if isinstance(data, tuple) and data and data[0].ref:
        index = scope.names.get("count.index")
        at = index.data if index is not None and isinstance(index.data, int) else 0
        return data[at] if at < len(data) and (len(data) == 1 or index is not None) else value
    if isinstance(data, Mapping) and value.ref:
        key = scope.names.get("each.key")
        found = data.get(str(key.literal)) if key is not None else None
        return found if found is not None else value
    return value
