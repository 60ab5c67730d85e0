"""Expressions with operators: what is evaluated of them, and what is assigned."""

from __future__ import annotations

from collections.abc import Callable

from remit.core.text import Hole, HoleKind
from remit.scan.javascript import operators as ops
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.patterns import bind
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import NOTHING, Obj, Value
from remit.scan.join import join
from remit.scan.values import alternatives, code


def binary(m: Machine, node: Node) -> Value:
    """Chains of one operator are as long as people like: no recursion to the left."""
    chain = [node]
    while True:
        left = chain[-1].field("left")
        if left is None or left.kind != "binary_expression" or _sign(left) in _LOGICAL:
            break
        if _sign(chain[-1]) in _LOGICAL:
            break
        chain.append(left)
    if _sign(chain[-1]) in _LOGICAL:
        value = _logical(m, chain.pop())
    else:
        value = m.ev(chain[-1].field("left"))
    for one in reversed(chain):
        value = _operate(m, _sign(one), value, m.ev(one.field("right")))
    return value


_LOGICAL = frozenset({"&&", "||", "??"})


def _sign(node: Node) -> str:
    if node.memo is None:
        operator = node.field("operator")
        node.memo = operator.kind if operator is not None else ""
    found: str = node.memo
    return found


def _operate(m: Machine, sign: str, left: Value, right: Value) -> Value:
    if sign in ops.COMPARISONS:
        m.lacks(left)
        m.lacks(right)
        answer = ops.compare(sign, left, right)
        return ops.reason(left, right, otherwise="a comparison") if answer is None else answer
    if sign == "in":
        held = isinstance(right, Obj) and isinstance(left, str)
        if held and (left in right.slots or right.rest is NOTHING):
            return left in right.slots
        return ops.reason(left, right, otherwise="a comparison")
    if sign == "instanceof":
        return code("instanceof")
    return ops.arithmetic(sign, left, right)


def _logical(m: Machine, node: Node) -> Value:
    """`&&`, `||` and `??`, in a chain from the left."""
    chain = [node]
    while (left := chain[-1].field("left")) is not None and (
        left.kind == "binary_expression" and _sign(left) in _LOGICAL
    ):
        chain.append(left)
    value = m.ev(chain[-1].field("left"))
    for one in reversed(chain):
        right = one.field("right")
        value = either(m, _sign(one), value, lambda right=right: m.ev(right))  # type: ignore[misc]  # mypy infers no type for a default of a lambda
    return value


def either(m: Machine, sign: str, left: Value, right: Callable[[], Value]) -> Value:
    """`left sign right()`: what is kept of the left, and the right where it is asked for."""
    kept: list[Value] = []
    asked: bool | None = False
    for one in alternatives(left):
        answer = ops.missing(one) if sign == "??" else ops.truth(one)
        leaves = answer if sign in ("??", "&&") else ops.opposite(answer)
        if leaves is not True:
            # What `&&` keeps of a value that may be anything is no name: it counts as false.
            kept.append(None if sign == "&&" and leaves is None else one)
        if leaves is not False:
            asked = True if leaves is True and len(alternatives(left)) == 1 else None
    if asked is False:
        return left
    m.lacks(left)
    if asked is True:
        return right()
    hole = ops.reason(left)
    found = m.maybe(right, hole if hole.kind is HoleKind.ENV else None)
    return join([*kept, found])


def unary(m: Machine, node: Node) -> Value:
    """`!a`, `-a`, `typeof a`, `void a`, `delete a`."""
    operator = node.field("operator")
    value = m.ev(node.field("argument"))
    sign = operator.kind if operator is not None else ""
    if sign == "!":
        answer = ops.opposite(m.is_true(value))
        return ops.reason(value, otherwise="a condition") if answer is None else answer
    if sign == "typeof":
        m.lacks(value)
        return ops.type_of(value)
    if sign in ("-", "+") and isinstance(value, (int, float)):
        return -value if sign == "-" else value
    if sign in ("void", "delete"):
        return None
    return ops.reason(value, otherwise="a number")


def ternary(m: Machine, node: Node) -> Value:
    """`a ? b : c`; both, unless it is decided."""
    condition = m.ev(node.field("condition"))
    answer = m.is_true(condition)
    parts = node.field("consequence"), node.field("alternative")
    if answer is not None:
        return m.ev(parts[0] if answer else parts[1])
    hole = ops.reason(condition)
    setting: Hole | None = hole if hole.kind is HoleKind.ENV else None
    found: list[Value] = []
    depth = len(m.settings)

    def arm(part: Node | None) -> Callable[[], str]:
        def run() -> str:
            found.append(m.ev(part))
            return ""

        return run

    m.arms([arm(part) for part in parts], setting)
    del m.settings[depth:]
    return join(found)


def assign(m: Machine, node: Node) -> Value:
    """`a = b`."""
    target, given = node.field("left"), node.field("right")
    value = m.ev(given)
    if target is not None:
        bind(m, target, value, None)
    return value


def augmented(m: Machine, node: Node) -> Value:
    """`a += b`, `a ??= b` and their like."""
    target, given = node.field("left"), node.field("right")
    old = m.ev(target)
    sign = _sign(node)[:-1]
    if sign in _LOGICAL:
        value = either(m, sign, old, lambda: m.ev(given))
    else:
        value = _operate(m, sign, old, m.ev(given))
    if target is not None:
        bind(m, target, value, None)
    return value


def update(m: Machine, node: Node) -> Value:
    """`a++`, `--a`."""
    target = node.field("argument")
    old = m.ev(target)
    new = ops.arithmetic("+" if _sign(node) == "++" else "-", old, 1)
    if target is not None:
        bind(m, target, new, None)
    return old
