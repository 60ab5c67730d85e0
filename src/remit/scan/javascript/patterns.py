"""Binding values to names and patterns, by declaration or by assignment."""

from __future__ import annotations

from collections.abc import Callable

from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import missing
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.text import property_name
from remit.scan.javascript.values import NOTHING, Arr, Environ, Obj, Scope, Value, something
from remit.scan.join import join
from remit.scan.values import Absent, alternatives, code


def bind(m: Machine, pattern: Node, value: Value, scope: Scope | None) -> None:
    """Bind `pattern` to `value`."""
    binder = _BINDERS.get(pattern.kind)
    if binder is not None:
        binder(m, pattern, value, scope)


def _name(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    name = node.text
    if scope is None:
        scope = m.frame.scope.holder(name) or m.frame.module.scope
    m.write(scope, name, value)


def _inner(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    inner = node.field("pattern") or (node.kids[0] if node.kids else None)
    if inner is not None and inner.kind != "this":
        bind(m, inner, defaulted(m, value, node.field("value")), scope)


def _default(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    target = node.field("left")
    if target is not None:
        bind(m, target, defaulted(m, value, node.field("right")), scope)


def defaulted(m: Machine, value: Value, default: Node | None) -> Value:
    """The value, or the default where there is none."""
    if default is None:
        return value
    given = [one for one in alternatives(value) if one is not None and not isinstance(one, Absent)]
    if len(given) == len(alternatives(value)):
        sure = all(missing(one) is False for one in given)
        return value if sure else join([value, m.ev(default)]) if _unsure(given) else value
    m.lacks(value)
    return join([*given, m.ev(default)])


def _unsure(given: list[Value]) -> bool:
    """Whether an unknown value may be undefined: then the default is one of its values."""
    return any(missing(one) is None for one in given)


def _object(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    taken: list[str] = []
    for kid in node.kids:
        if kid.kind == "rest_pattern":
            if kid.kids:
                bind(m, kid.kids[0], without(value, taken), scope)
            continue
        key = kid.field("key") or kid.field("left") or kid
        if key.kind == "computed_property_name":
            found = m.element(value, m.ev(key.kids[0]) if key.kids else None, kid)
        else:
            name = property_name(key)
            taken.append(name)
            found = m.member(value, name, kid)
        target = kid.field("value") or kid
        bind(m, target, found, scope)


def _shorthand_default(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    _default(m, node, value, scope)


def without(value: Value, taken: list[str]) -> Value:
    """What `...rest` of an object pattern holds."""
    left: list[Value] = []
    for one in something(value):
        if isinstance(one, Obj):
            kept = {name: v for name, v in one.slots.items() if name not in taken}
            made = Obj(kept)
            left.append(made)
        elif isinstance(one, Environ):
            left.append(one)
        else:
            left.append(code("the rest of an object"))
    return join(left)


def _array(m: Machine, node: Node, value: Value, scope: Scope | None) -> None:
    items, rest = m.elements(value, node)
    missing_one = None if rest is NOTHING else rest
    for index, kid in enumerate(_positions(node)):
        if kid is None:
            continue
        if kid.kind == "rest_pattern":
            if kid.kids:
                bind(m, kid.kids[0], Arr(items[index:], rest), scope)
            continue
        bind(m, kid, items[index] if index < len(items) else missing_one, scope)


def _positions(node: Node) -> list[Node | None]:
    """The elements of an array pattern, with None for those that are left out."""
    found: list[Node | None] = []
    ready: Node | None = None
    for child in node.raw.children:
        if child.type == ",":
            found.append(ready)
            ready = None
        elif child.is_named and child.type != "comment":
            ready = next((k for k in node.kids if k.raw.start_byte == child.start_byte), None)
    if ready is not None:
        found.append(ready)
    return found


def _member(m: Machine, node: Node, value: Value, _scope: Scope | None) -> None:
    owner, name = node.field("object"), node.field("property")
    if owner is not None and name is not None:
        m.put(m.ev(owner), name.text, value, node)


def _subscript(m: Machine, node: Node, value: Value, _scope: Scope | None) -> None:
    owner = m.ev(node.field("object"))
    m.put(owner, m.ev(node.field("index")), value, node)


_BINDERS: dict[str, Callable[[Machine, Node, Value, Scope | None], None]] = {
    "identifier": _name,
    "type_identifier": _name,
    "shorthand_property_identifier_pattern": _name,
    "undefined": lambda *_: None,
    "required_parameter": _inner,
    "optional_parameter": _inner,
    "parenthesized_expression": _inner,
    "non_null_expression": _inner,
    "as_expression": _inner,
    "rest_pattern": _inner,
    "assignment_pattern": _default,
    "object_assignment_pattern": _shorthand_default,
    "pair_pattern": lambda m, n, v, s: bind(m, n.field("value") or n, v, s),
    "object_pattern": _object,
    "array_pattern": _array,
    "member_expression": _member,
    "subscript_expression": _subscript,
}
