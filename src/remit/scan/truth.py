"""Truth in three values: what a condition is under the stage's settings, None when undecided."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk
from remit.scan.text import first_hole
from remit.scan.values import (
    CONSTANTS,
    Absent,
    ClassV,
    DictV,
    FunctionV,
    InstanceV,
    ListV,
    ModuleV,
    OneOf,
    Value,
    code,
)


def truth(value: Value) -> bool | None:
    """What `bool(value)` is, where that can be told."""
    if isinstance(value, Absent):
        return False
    if isinstance(value, CONSTANTS):
        return bool(value)
    if isinstance(value, OneOf):
        answers = {truth(one) for one in value.values}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(value, Text):
        return True if any(isinstance(part, str) for part in value.parts) else None
    if isinstance(value, (ListV, DictV)):
        if value.items:
            return None if value.loose else True
        return None if value.open else False
    if isinstance(value, (FunctionV, ClassV, ModuleV)):
        return True
    if isinstance(value, sdk.SdkObject):
        return sdk.truth(value)
    if isinstance(value, InstanceV):
        return (
            None
            if value.cls.find("__bool__") is not ... or value.cls.find("__len__") is not ...
            else True
        )
    return None


def hangs_on(value: Value) -> Hole | None:
    """The setting on which an undecided condition hangs, if it is a setting at all."""
    hole = first_hole([value])
    return hole if hole is not None and hole.kind is HoleKind.ENV else None


_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(test: ast.cmpop, left: Value, right: Value) -> Value:
    """The result of one comparison: True, False, or a hole that says why it is not known."""
    answer = _compare(test, left, right)
    if answer is not None:
        return answer
    return first_hole([left, right]) or code("a comparison")


def _compare(test: ast.cmpop, left: Value, right: Value) -> bool | None:
    if isinstance(test, (ast.Is, ast.IsNot)):
        answer = _is(left, right)
        return answer if answer is None or isinstance(test, ast.Is) else not answer
    if isinstance(test, (ast.In, ast.NotIn)):
        answer = _contains(right, left)
        return answer if answer is None or isinstance(test, ast.In) else not answer
    left, right = _bare(left), _bare(right)
    if isinstance(left, CONSTANTS) and isinstance(right, CONSTANTS):
        try:
            return bool(_COMPARE[type(test)](left, right))
        except TypeError:
            return None
    if isinstance(test, (ast.Eq, ast.NotEq)) and _never_equal(left, right):
        return isinstance(test, ast.NotEq)
    return None


def _bare(value: Value) -> Value:
    """What takes part in an equality: an absent variable is None, a str-enum member its value."""
    if isinstance(value, Absent):
        return None
    if isinstance(value, InstanceV) and "value" in value.attrs and "_member_" in value.attrs:
        return value.attrs["value"]
    return value


def _is(left: Value, right: Value) -> bool | None:
    left, right = _bare(left), _bare(right)
    if isinstance(left, (Hole, OneOf)) or isinstance(right, (Hole, OneOf)):
        if (
            right is None
            and isinstance(left, OneOf)
            and not any(one is None or isinstance(one, Hole) for one in left.values)
        ):
            return False
        return None
    if isinstance(left, CONSTANTS) and isinstance(right, CONSTANTS):
        return left is right or (type(left) is type(right) and left == right)
    return left is right


def _never_equal(left: Value, right: Value) -> bool:
    """Whether a text known in part can't be the other: their ends differ."""
    if isinstance(left, str) and isinstance(right, Text):
        left, right = right, left
    if isinstance(left, Text) and isinstance(right, str):
        first, last = left.parts[0], left.parts[-1]
        return (isinstance(first, str) and not right.startswith(first)) or (
            isinstance(last, str) and not right.endswith(last)
        )
    if isinstance(left, Text) and isinstance(right, CONSTANTS):
        return True
    return isinstance(right, Text) and isinstance(left, CONSTANTS)


def _contains(container: Value, member: Value) -> bool | None:
    member = _bare(member)
    if isinstance(container, str) and isinstance(member, str):
        return member in container
    if isinstance(container, Text) and isinstance(member, str):
        return True if any(isinstance(p, str) and member in p for p in container.parts) else None
    if not isinstance(container, (ListV, DictV)) or not isinstance(member, CONSTANTS):
        return None
    items = list(container.items)
    if any(
        isinstance(item, CONSTANTS) and type(item) is type(member) and item == member
        for item in items
    ):
        return None if container.loose else True
    if container.open or not all(isinstance(_bare(item), CONSTANTS) for item in items):
        return None
    return any(_bare(item) == member for item in items)
