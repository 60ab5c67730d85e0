"""Operators between two values: numbers, texts, lists and dicts."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole, Text
from remit.scan.join import join
from remit.scan.text import LONGEST, concat, first_hole, percent, spread
from remit.scan.values import (
    WIDEST,
    DictV,
    ListV,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}


def binary(machine: Machine, test: ast.operator, left: Value, right: Value) -> Value:
    """`left <op> right` for each choice of alternatives."""
    return spread(lambda a, b: _binary(machine, test, a, b), [left, right])


def _binary(machine: Machine, test: ast.operator, left: Value, right: Value) -> Value:
    if isinstance(test, ast.Mod) and isinstance(left, str):
        values = tuple(right.items) if isinstance(right, ListV) else (right,)
        return percent(left, values, right.items if isinstance(right, DictV) else None)
    if isinstance(test, ast.Add) and _both_text(left, right):
        return concat([left, right])
    if isinstance(test, ast.Add) and isinstance(left, ListV) and isinstance(right, ListV):
        return _lists_added(left, right)
    if isinstance(test, ast.BitOr) and isinstance(left, DictV) and isinstance(right, DictV):
        return DictV({**left.items, **right.items}, right.rest if right.open else left.rest)
    if (
        isinstance(test, ast.Div)
        and isinstance(left, (str, Text))
        and isinstance(right, (str, Text, Hole))
    ):
        return concat([left, "/", right])  # pathlib
    simple = (int, float, str)
    if isinstance(left, simple) and isinstance(right, simple) and type(test) in _ARITHMETIC:
        if isinstance(test, ast.Mult) and str in (type(left), type(right)):
            return _repeated(left, right)
        if isinstance(test, ast.Mult) and _wide(left) + _wide(right) > WIDEST:
            return code("a large number")
        try:
            return _ARITHMETIC[type(test)](left, right)
        except (TypeError, ValueError, ArithmeticError):
            return code("an impossible operation")
    return first_hole([left, right]) or code("a computed value")


def _lists_added(left: ListV, right: ListV) -> ListV:
    rest = join([v.rest for v in (left, right) if v.open]) if left.open or right.open else ...
    if len(left.items) + len(right.items) > WIDEST:
        return ListV([], left.kind, join([*left.items, *right.items]))
    return ListV([*left.items, *right.items], left.kind, rest)


def _both_text(left: Value, right: Value) -> bool:
    texts = (str, Text)
    known = isinstance(left, texts) or isinstance(right, texts)
    return known and isinstance(left, (*texts, Hole)) and isinstance(right, (*texts, Hole))


def _wide(value: Value) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _repeated(left: Value, right: Value) -> Value:
    text, count = (left, right) if isinstance(left, str) else (right, left)
    if not isinstance(count, int) or len(text) * count > LONGEST:
        return code("a repeated text")
    return text * count
