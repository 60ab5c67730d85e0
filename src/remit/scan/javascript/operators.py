"""Operators: text, truth, comparison, arithmetic. A table each; what is not known gives a hole."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from remit.core.text import Hole, HoleKind, Text
from remit.scan import text as texts
from remit.scan.javascript.values import (
    NOTHING,
    NULL,
    Arr,
    Bound,
    Cls,
    Environ,
    Func,
    Module,
    Native,
    Obj,
    Pattern,
    Value,
    nothing,
)
from remit.scan.join import join
from remit.scan.sdk.arguments import as_param
from remit.scan.sdk.objects import SdkObject
from remit.scan.values import Absent, Blank, External, OneOf, alternatives, code

Number = (int, float)
_OBJECTS = (Obj, Arr, Func, Cls, Module, Native, Bound, Environ, Pattern)


# -- text --------------------------------------------------------------------------------------


def as_text(value: Value) -> Value:
    """What `String(value)` is: a string, a text or a hole."""
    if isinstance(value, OneOf):
        held = [one for one in value.values if not nothing(one)]
        return join(as_text(one) for one in held) if held else "undefined"
    if isinstance(value, Absent):
        return Hole(HoleKind.ENV, value.name)
    if isinstance(value, Blank):
        return Hole(HoleKind.ENV, value.variable)
    if isinstance(value, (str, Text, Hole)):
        return value
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return number_text(value)
    if isinstance(value, SdkObject):
        return as_param(value)
    if isinstance(value, Arr) and value.rest is NOTHING:
        return concat(_separated(value.items, ","))
    return "null" if value is NULL else code(getattr(value, "name", None) or "an object")


def number_text(value: float) -> Value:
    """A number as JavaScript prints it, for those that names are made of."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if abs(value) >= 1e21:
        return code("a large number")
    return str(int(value)) if value == int(value) else repr(value)


def concat(parts: Iterable[Value]) -> Value:
    """The parts as one text."""
    return texts.concat([as_text(part) for part in parts])


def _separated(items: Iterable[Value], separator: Value) -> Iterable[Value]:
    for index, item in enumerate(items):
        if index:
            yield separator
        if not nothing(item):
            yield item


def joined_text(items: Iterable[Value], separator: Value) -> Value:
    """`items.join(separator)`."""
    return concat(_separated(items, separator))


def reason(*values: Value, otherwise: str = "a value") -> Hole:
    """The hole because of which a result is not known."""
    plain = [as_param(one) if isinstance(one, SdkObject) else one for one in _flat(values)]
    found = texts.first_hole([as_text(p) if isinstance(p, (Absent, Blank)) else p for p in plain])
    return found or code(otherwise)


def _flat(values: Iterable[Value]) -> Iterable[Value]:
    for value in values:
        yield from alternatives(value)


# -- truth -------------------------------------------------------------------------------------


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None when that is not known."""
    if isinstance(value, OneOf):
        answers = {truth(one) for one in value.values}
        return answers.pop() if len(answers) == 1 else None
    if nothing(value) or isinstance(value, Absent):
        return False
    if isinstance(value, (str, *Number)):
        return bool(value) and value == value
    if isinstance(value, Text):
        return True if any(isinstance(part, str) for part in value.parts) else None
    if isinstance(value, _OBJECTS):
        return True
    if isinstance(value, SdkObject):
        return None if type(value).__name__ == "Response" else True
    return None


def missing(value: Value) -> bool | None:
    """Whether a value is undefined or null; None when that is not known."""
    if isinstance(value, OneOf):
        answers = {missing(one) for one in value.values}
        return answers.pop() if len(answers) == 1 else None
    if nothing(value) or isinstance(value, Absent):
        return True
    if isinstance(value, (Hole, External)) or type(value).__name__ in ("Response", "Wrapped"):
        return None
    return False


def opposite(answer: bool | None) -> bool | None:
    """`!answer`."""
    return None if answer is None else not answer


# -- comparison --------------------------------------------------------------------------------


def equal(left: Value, right: Value) -> bool | None:
    """`left === right`."""
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        answers = {equal(a, b) for a in alternatives(left) for b in alternatives(right)}
        return answers.pop() if len(answers) == 1 else None
    left, right = (None if isinstance(one, Absent) else one for one in (left, right))
    if nothing(left) or nothing(right):
        if left is right:
            return True
        other = right if nothing(left) else left
        return None if missing(other) is None else False
    if isinstance(left, Text) or isinstance(right, Text):
        return _texts_equal(left, right)
    plain = (str, *Number)
    if isinstance(left, plain) and isinstance(right, plain):
        return _kind(left) == _kind(right) and left == right
    if isinstance(left, _OBJECTS) or isinstance(right, _OBJECTS):
        unknown = isinstance(left, (Hole, External)) or isinstance(right, (Hole, External))
        return None if unknown else left is right
    return None


def _kind(value: Value) -> str:
    return "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _texts_equal(left: Value, right: Value) -> bool | None:
    """A text known in part can't be one with another beginning or end."""
    if not isinstance(left, Text):
        left, right = right, left
    if isinstance(right, str):
        first, last = left.parts[0], left.parts[-1]
        apart = (isinstance(first, str) and not right.startswith(first)) or (
            isinstance(last, str) and not right.endswith(last)
        )
        return False if apart else None
    return None if isinstance(right, (Text, Hole)) else False


def same_loosely(left: Value, right: Value) -> bool | None:
    """`left == right`: as `===`, but undefined and null are the same."""
    for one, other in ((left, right), (right, left)):
        if nothing(one):
            return missing(other)
    return equal(left, right)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _ordered(sign: str, left: Value, right: Value) -> bool | None:
    numbers = isinstance(left, Number) and isinstance(right, Number)
    if numbers or (isinstance(left, str) and isinstance(right, str)):
        return _ORDER[sign](left, right)
    return None


def compare(sign: str, left: Value, right: Value) -> bool | None:
    """One comparison; None when its result is not known."""
    match sign:
        case "===":
            return equal(left, right)
        case "!==":
            return opposite(equal(left, right))
        case "==":
            return same_loosely(left, right)
        case "!=":
            return opposite(same_loosely(left, right))
        case _:
            return _ordered(sign, left, right)


COMPARISONS = frozenset({"===", "!==", "==", "!=", *_ORDER})


# -- arithmetic --------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}
_LARGEST = 2**53


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """`left sign right` for the signs that numbers have."""
    if sign == "+":
        return plus(left, right)
    if sign in _ARITHMETIC and isinstance(left, Number) and isinstance(right, Number):
        try:
            found = _ARITHMETIC[sign](left, right)
        except (ZeroDivisionError, ValueError, OverflowError):
            return code("a number")
        return found if abs(found) < _LARGEST else code("a large number")
    return reason(left, right, otherwise="a number")


def plus(left: Value, right: Value) -> Value:
    """Addition of numbers, concatenation of everything else."""
    if isinstance(left, Number) and isinstance(right, Number):
        found = left + right
        return found if abs(found) < _LARGEST else code("a large number")
    if any(isinstance(one, (str, Text)) for one in _flat((left, right))):
        return concat((left, right))
    return reason(left, right, otherwise="a sum")


def type_of(value: Value) -> Value:
    """`typeof value`."""
    if value is None or isinstance(value, Absent):
        return "undefined"
    if isinstance(value, (str, Text)):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Number):
        return "number"
    if isinstance(value, (Func, Cls, Native, Bound)):
        return "function"
    if value is NULL or isinstance(value, (Obj, Arr, Environ, Module)):
        return "object"
    return reason(value, otherwise="a type")
