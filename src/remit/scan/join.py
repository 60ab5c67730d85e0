"""Joining values that come over different branches."""

from __future__ import annotations

from collections.abc import Iterable

from remit.scan.values import CONSTANTS, MANY, OneOf, Value, alternatives, code


def same(left: Value, right: Value) -> bool:
    """Whether two values are the same: constants with their type, heap objects by identity."""
    if left is right:
        return True
    if isinstance(left, CONSTANTS) or isinstance(right, CONSTANTS):
        return type(left) is type(right) and bool(left == right)
    return bool(left == right)


def join(values: Iterable[Value]) -> Value:
    """One value that stands for any of `values`; a hole when there are too many."""
    found: list[Value] = []
    for value in values:
        for one in alternatives(value):
            for seen in found:
                if one is seen or same(one, seen):
                    break
            else:
                if len(found) == MANY:
                    return code("one of many values")
                found.append(one)
    if not found:
        return None
    return found[0] if len(found) == 1 else OneOf(tuple(found))


def join_names(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    """The names after two branches. A name bound in one of them only keeps that binding."""
    merged = dict(left)
    for name, value in right.items():
        if name not in left:
            merged[name] = value
        elif left[name] is not value:
            merged[name] = join((left[name], value))
    return merged
