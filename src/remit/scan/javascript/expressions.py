"""Expressions: a table, one function for each kind of node that tree-sitter's grammars have."""

from __future__ import annotations

from collections.abc import Callable

from remit.core.span import Span
from remit.scan.javascript import operators as ops
from remit.scan.javascript.catches import clause
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operations import (
    assign,
    augmented,
    binary,
    ternary,
    unary,
    update,
)
from remit.scan.javascript.state import joined
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.text import escaped, number, property_name, string
from remit.scan.javascript.values import (
    NOTHING,
    NULL,
    Args,
    Arr,
    Environ,
    Live,
    Obj,
    Pattern,
    Spread,
    Value,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.values import Absent, alternatives, code, data

Evaluate = Callable[[Machine, Node], Value]


def _identifier(m: Machine, node: Node) -> Value:
    name = node.memo
    if name is None:
        name = node.memo = node.text
    holder = m.frame.scope.holder(name)
    value = holder.slots[name] if holder is not None else m.world(name)
    return value.get() if type(value) is Live else value


def _template(m: Machine, node: Node) -> Value:
    parts: list[Value] = []
    for kid in node.kids:
        if kid.kind == "template_substitution":
            parts.append(m.ev(kid.kids[0]) if kid.kids else "")
        else:
            parts.append(escaped(kid.text) if kid.kind == "escape_sequence" else kid.text)
    return ops.concat(parts) if parts else ""


def _object(m: Machine, node: Node) -> Value:
    made = Obj()
    for kid in node.kids:
        if kid.kind == "pair":
            key = kid.field("key")
            value = m.ev(kid.field("value"))
            if key is not None:
                _entry(m, made, key, value)
        elif kid.kind == "shorthand_property_identifier":
            made.slots[kid.text] = _identifier(m, kid)
        elif kid.kind == "spread_element":
            made = _spread(m, made, m.ev(kid.kids[0]) if kid.kids else None, kid)
        elif kid.kind == "method_definition":
            name = kid.field("name")
            if name is not None:
                method = m.function(kid, name.text)
                got = m.call(method, (), kid, made) if "get" in kid.tokens else method
                _entry(m, made, name, got)
    return made


def _entry(m: Machine, made: Obj, key: Node, value: Value) -> None:
    name: Value = property_name(key)
    if key.kind == "computed_property_name":
        name = ops.as_text(m.ev(key.kids[0])) if key.kids else None
    if isinstance(name, str):
        made.slots[name] = value
    else:
        m.put(made, name, value, key)


def _spread(m: Machine, made: Obj, value: Value, node: Node) -> Obj:
    """`{...value}`; of several that it may be, any property may come from any."""
    held = something(value)
    for one in held:
        sure = len(held) == 1 and len(alternatives(value)) == 1
        if isinstance(one, Environ):
            one = Obj(dict(m.environment), code("a variable"))
        if isinstance(one, Obj):
            for name, inner in one.slots.items():
                old = made.slots.get(name, NOTHING)
                made.slots[name] = inner if sure else joined(name, [old, inner])
        elif not isinstance(one, (Arr, str, int, Absent)):
            found = ops.reason(one, otherwise="the rest of an object")
            old = made.rest
            m.put(made, None, found if old is NOTHING else join([old, found]), node)
    return made


def _array(m: Machine, node: Node) -> Value:
    items, rest = spread_items(m, node.kids)
    return Arr(items, rest)


def spread_items(m: Machine, nodes: list[Node]) -> tuple[list[Value], Value]:
    """The elements of an array literal or of arguments; what follows an open spread is any."""
    items: list[Value] = []
    rest: Value = NOTHING
    for kid in nodes:
        if kid.kind == "spread_element":
            more, other = m.elements(m.ev(kid.kids[0]) if kid.kids else None, kid)
        else:
            more, other = (m.ev(kid),), NOTHING
        if rest is NOTHING:
            items.extend(more)
            rest = other
        else:
            rest = join([rest, *more, *([] if other is NOTHING else [other])])
    return items, rest


def _member(m: Machine, node: Node) -> Value:
    owner = node.field("object")
    name = node.field("property")
    value = m.ev(owner)
    if name is None or _cut(m, node, value):
        return None
    return m.member(value, name.text, node)


def _cut(m: Machine, node: Node, value: Value) -> bool:
    """Whether `?.` ends here: the value is undefined."""
    if node.field("optional_chain") is None or not nothing_or_absent(value):
        return False
    m.lacks(value)
    return True


def nothing_or_absent(value: Value) -> bool:
    """Whether there is certainly no value."""
    return nothing(value) or isinstance(value, Absent)


def _subscript(m: Machine, node: Node) -> Value:
    value = m.ev(node.field("object"))
    if _cut(m, node, value):
        return None
    return m.element(value, m.ev(node.field("index")), node)


def _call(m: Machine, node: Node) -> Value:
    function, given = node.field("function"), node.field("arguments")
    if function is None or given is None:
        return None
    if function.kind == "import":
        specifier = m.ev(given.kids[0]) if given.kids else None
        return m.required(specifier, node) if isinstance(specifier, str) else code("import()")
    if function.kind == "super":
        return m.super_call(_arguments(m, given), node)
    if (
        function.kind == "identifier" and function.text == "await"
    ):  # the grammar takes `await (x)` so
        return _sequence(m, given)
    inner = _bare(function)
    if inner.kind in ("member_expression", "subscript_expression"):
        return _method_call(m, node, inner, given)
    callee = m.ev(function)
    if node.field("optional_chain") is not None and nothing_or_absent(callee):
        return None
    return m.call(callee, _arguments(m, given), node)


def _bare(node: Node) -> Node:
    while node.kind in ("parenthesized_expression", "non_null_expression") and node.kids:
        node = node.kids[0]
    return node


def _method_call(m: Machine, node: Node, function: Node, given: Node) -> Value:
    owner, name = function.field("object"), function.field("property")
    hides = _hiding(m, name, given)
    with m.swallowing(hides):
        this = m.ev(owner)
    if _cut(m, function, this):
        return None
    key = name.text if name is not None else m.ev(function.field("index"))
    if not isinstance(key, str):
        args = _arguments(m, given)
        return m.call(m.element(this, key, function), args, node, this)
    args = _arguments(m, given)
    if owner is not None and owner.kind == "super":
        return m.super_method(key, args, node)
    return m.invoke(this, key, args, node)


def _hiding(m: Machine, name: Node | None, given: Node) -> Span | None:
    """`promise.catch(f)`: what `f` hides was called before."""
    if name is None or name.text != "catch" or not given.kids:
        return None
    function = given.kids[0]
    known = ("arrow_function", "function_expression")
    return clause(m.recorder, function) if function.kind in known else None


def _arguments(m: Machine, node: Node) -> Args:
    if node.kind == "template_string":
        return (_template(m, node),)
    items, rest = spread_items(m, node.kids)
    return tuple(items) if rest is NOTHING else (*items, Spread(rest))


def _new(m: Machine, node: Node) -> Value:
    value = m.ev(node.field("constructor"))
    given = node.field("arguments")
    return m.new(value, _arguments(m, given) if given is not None else (), node)


def _function(m: Machine, node: Node) -> Value:
    name = node.field("name")
    return m.function(node, name.text if name is not None else "a function")


def _class(m: Machine, node: Node) -> Value:
    name = node.field("name")
    return m.make_class(node, name.text if name is not None else "a class")


def _first(m: Machine, node: Node) -> Value:
    return m.ev(node.kids[0]) if node.kids else None


def _last(m: Machine, node: Node) -> Value:
    """`<T>value`: the type comes first."""
    return m.ev(node.kids[-1]) if node.kids else None


def _sequence(m: Machine, node: Node) -> Value:
    value: Value = None
    for kid in node.kids:
        value = m.ev(kid)
    return value


def _yield(m: Machine, node: Node) -> Value:
    value = _first(m, node)
    if "*" in node.tokens:
        items, rest = m.elements(value, node)
        m.frame.yields.extend(items if rest is NOTHING else (*items, rest))
    else:
        m.frame.yields.append(value)
    return data("what a generator is sent")


def _regex(_m: Machine, node: Node) -> Value:
    return Pattern(node.text)


EVALUATORS: dict[str, Evaluate] = {
    "identifier": _identifier,
    "shorthand_property_identifier": _identifier,
    "type_identifier": _identifier,
    "nested_identifier": _member,
    "string": lambda _m, node: string(node),
    "template_string": _template,
    "number": lambda _m, node: number(node),
    "true": lambda *_: True,
    "false": lambda *_: False,
    "null": lambda *_: NULL,
    "undefined": lambda *_: None,
    "this": lambda m, _: m.this(),
    "super": lambda m, _: m.this(),
    "object": _object,
    "array": _array,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "call_expression": _call,
    "new_expression": _new,
    "binary_expression": binary,
    "unary_expression": unary,
    "ternary_expression": ternary,
    "assignment_expression": assign,
    "augmented_assignment_expression": augmented,
    "update_expression": update,
    "arrow_function": _function,
    "function_expression": _function,
    "generator_function": _function,
    "class": _class,
    "class_declaration": _class,
    "function_declaration": _function,
    "parenthesized_expression": _first,
    "await_expression": _first,
    "as_expression": _first,
    "satisfies_expression": _first,
    "non_null_expression": _first,
    "instantiation_expression": _first,
    "type_assertion": _last,
    "sequence_expression": _sequence,
    "yield_expression": _yield,
    "regex": _regex,
    "meta_property": lambda *_: Obj(),
}
