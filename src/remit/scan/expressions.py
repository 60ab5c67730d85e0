"""What each kind of expression evaluates to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole
from remit.scan import bridge
from remit.scan.arithmetic import binary
from remit.scan.iteration import comprehension, each
from remit.scan.join import join
from remit.scan.machine import Activation, Evaluate
from remit.scan.methods import elements, look_up
from remit.scan.objects import variable
from remit.scan.text import concat, first_hole, spread, with_spec
from remit.scan.truth import compare, hangs_on, truth
from remit.scan.values import (
    Absent,
    Arguments,
    BoundV,
    ClassV,
    DictV,
    EnvironV,
    FunctionV,
    InstanceV,
    ListV,
    OneOf,
    Scope,
    SuperV,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def _constant(_machine: Machine, node: ast.Constant, _frame: Activation) -> Value:
    return node.value if node.value is not ... else code("...")


def name(machine: Machine, node: ast.Name, frame: Activation) -> Value:
    """A name: in the function, the functions around it, the module, the builtins."""
    found = look_up_name(machine, node.id, frame)
    return code(f"`{node.id}`", machine.span(node)) if found is ... else found


def look_up_name(machine: Machine, wanted: str, frame: Activation) -> Value:
    """The value of a name, `...` where it is not bound."""
    scope: Scope | None = frame.scope
    while scope is not None:
        if wanted in scope.vars and wanted not in scope.globals:
            return scope.vars[wanted]
        scope = scope.parent
    if wanted in frame.module.scope.vars:
        return frame.module.scope.vars[wanted]
    return machine.builtin(wanted)


def _attribute(machine: Machine, node: ast.Attribute, frame: Activation) -> Value:
    return machine.attribute(machine.eval(node.value, frame), node.attr, node)


def _subscript(machine: Machine, node: ast.Subscript, frame: Activation) -> Value:
    owner = machine.eval(node.value, frame)
    cut = node.slice
    if isinstance(cut, ast.Slice):
        return spread(lambda one: _slice(machine, one, cut, frame), [owner])
    key = machine.eval(node.slice, frame)
    options = (
        [one for one in owner.values if one is not None] if isinstance(owner, OneOf) else [owner]
    )
    return join(subscript(machine, one, key, node) for one in options) if options else None


def subscript(machine: Machine, owner: Value, key: Value, node: ast.AST) -> Value:
    """`owner[key]`."""
    if isinstance(owner, EnvironV):
        return variable(machine, key, ..., node)
    if isinstance(owner, DictV):
        return look_up(owner, key)
    if isinstance(owner, ListV):
        if isinstance(key, int) and -len(owner.items) <= key < len(owner.items):
            return owner.items[key]
        options = [*owner.items, *([owner.rest] if owner.open else [])]
        return join(options) if options else first_hole([key]) or code("an element")
    if isinstance(owner, str) and isinstance(key, int):
        return owner[key] if -len(owner) <= key < len(owner) else code("a character")
    if bridge.is_sdk(owner):
        return bridge.subscript(machine, owner, key, node)
    if isinstance(owner, InstanceV):
        found = owner.cls.find("__getitem__")
        if isinstance(found, FunctionV):
            return machine.call(BoundV(owner, found), Arguments((key,)), node)
    if isinstance(owner, ClassV):
        return owner.attrs.get(key, owner) if isinstance(key, str) else owner
    getter = getattr(owner, "attrs", {}).get("__getitem__") if not isinstance(owner, Hole) else None
    if getter is not None:
        return machine.call(getter, Arguments((key,)), node)
    if isinstance(owner, Hole) and not isinstance(owner, Absent):
        label = f'["{key}"]' if isinstance(key, str) else "[...]"
        return Hole(owner.kind, f"{owner.name}{label}"[:80], owner.span)
    return first_hole([owner, key]) or code("an element")


def _slice(machine: Machine, owner: Value, cut: ast.Slice, frame: Activation) -> Value:
    bounds = [
        None if b is None else machine.eval(b, frame) for b in (cut.lower, cut.upper, cut.step)
    ]
    if all(b is None or isinstance(b, int) for b in bounds):
        if isinstance(owner, str):
            return owner[slice(*bounds)]
        if isinstance(owner, ListV) and not owner.open:
            return ListV(owner.items[slice(*bounds)], owner.kind)
    if isinstance(owner, ListV):
        return owner
    return first_hole([owner, *bounds]) or code("a part")


def _call(machine: Machine, node: ast.Call, frame: Activation) -> Value:
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        return _super(frame)
    function = machine.eval(node.func, frame)
    return machine.call(function, arguments(machine, node, frame), node)


def _super(frame: Activation) -> Value:
    if isinstance(frame.owner, ClassV):
        return SuperV(frame.owner, frame.receiver)
    return code("super()")


def arguments(machine: Machine, node: ast.Call, frame: Activation) -> Arguments:
    """Evaluate the arguments of a call; `*` and `**` of known content are unpacked."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    is_open = False
    for arg in node.args:
        if not isinstance(arg, ast.Starred):
            positional.append(machine.eval(arg, frame))
            continue
        more = elements(machine, machine.eval(arg.value, frame))
        is_open |= more is None
        positional += more or []
    for keyword in node.keywords:
        value = machine.eval(keyword.value, frame)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        else:
            is_open |= _unpack(value, keywords)
    return Arguments(tuple(positional), keywords, is_open)


def _unpack(value: Value, keywords: dict[str, Value]) -> bool:
    """Put the entries of `**value` into `keywords`; whether there may be more."""
    options = value.values if isinstance(value, OneOf) else (value,)
    is_open = False
    for one in options:
        if isinstance(one, DictV):
            keywords.update({k: v for k, v in one.items.items() if isinstance(k, str)})
            is_open |= one.open or len(options) > 1
        else:
            is_open |= one is not None
    return is_open


def _binop(machine: Machine, node: ast.BinOp, frame: Activation) -> Value:
    # A long chain of `+` nests to the left: walk it without recursion.
    chain: list[ast.BinOp] = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    value = machine.eval(chain[-1].left, frame)
    for link in reversed(chain):
        value = binary(machine, link.op, value, machine.eval(link.right, frame))
    return value


def _boolop(machine: Machine, node: ast.BoolOp, frame: Activation) -> Value:
    stops_at = isinstance(node.op, ast.Or)
    options: list[Value] = []
    for index, operand in enumerate(node.values):
        if options:
            with machine.undecided(hangs_on(options[-1])):
                value = machine.eval(operand, frame)
        else:
            value = machine.eval(operand, frame)
        answer = truth(value)
        last = index == len(node.values) - 1
        if answer is stops_at or last:
            return join([*options, value])
        if answer is None:
            options += [one for one in _values(value) if truth(one) in (None, stops_at)]
    return join(options)


def _values(value: Value) -> tuple[Value, ...]:
    return value.values if isinstance(value, OneOf) else (value,)


def _unary(machine: Machine, node: ast.UnaryOp, frame: Activation) -> Value:
    value = machine.eval(node.operand, frame)
    if isinstance(node.op, ast.Not):
        answer = truth(value)
        return (first_hole([value]) or code("a condition")) if answer is None else not answer
    if isinstance(value, (int, float)):
        return -value if isinstance(node.op, ast.USub) else value
    return first_hole([value]) or code("a number")


def _compare(machine: Machine, node: ast.Compare, frame: Activation) -> Value:
    left = machine.eval(node.left, frame)
    result: Value = True
    for test, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.eval(right_node, frame)
        result = spread(lambda a, b, t=test: compare(t, a, b), [left, right])
        if truth(result) is not True:
            return result
        left = right
    return result


def _if_exp(machine: Machine, node: ast.IfExp, frame: Activation) -> Value:
    test = machine.eval(node.test, frame)
    answer = truth(test)
    if answer is not None:
        return machine.eval(node.body if answer else node.orelse, frame)
    with machine.undecided(hangs_on(test)):
        return join([machine.eval(node.body, frame), machine.eval(node.orelse, frame)])


def _joined(machine: Machine, node: ast.JoinedStr, frame: Activation) -> Value:
    return concat([machine.eval(part, frame) for part in node.values])


def _formatted(machine: Machine, node: ast.FormattedValue, frame: Activation) -> Value:
    value = machine.eval(node.value, frame)
    if node.format_spec is None and node.conversion in (-1, 115):
        return concat([value])
    spec = machine.eval(node.format_spec, frame) if node.format_spec is not None else ""
    if (
        isinstance(value, (int, float, str))
        and isinstance(spec, str)
        and node.conversion in (-1, 115)
    ):
        return with_spec(value, spec)
    return first_hole([value]) or code("a formatted value")


def _dict(machine: Machine, node: ast.Dict, frame: Activation) -> Value:
    made = DictV({})
    made.origin = (frame.module.source, node)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.eval(value_node, frame)
        if key_node is None:
            if isinstance(value, DictV):
                made.items.update(value.items)
                made.rest = value.rest if value.open else made.rest
            else:
                made.rest = first_hole([value]) or code("more entries")
            continue
        key = machine.eval(key_node, frame)
        if isinstance(key, (str, bytes, int, float, bool, type(None))):
            made.items[key] = value
        else:
            made.keys += (key,)
            made.rest = join([made.rest, value]) if made.open else value
    return made


def _sequence(kind: str) -> Evaluate:
    def evaluate(machine: Machine, node: ast.AST, frame: Activation) -> Value:
        made = ListV([], kind)
        for item in node.elts:  # type: ignore[attr-defined]  # List, Tuple and Set have it
            if not isinstance(item, ast.Starred):
                made.items.append(machine.eval(item, frame))
                continue
            more = elements(machine, machine.eval(item.value, frame))
            if more is None:
                made.rest = code("more elements")
            else:
                made.items += more
        return made

    return evaluate


def _lambda(machine: Machine, node: ast.Lambda, frame: Activation) -> Value:
    return machine.function(node, frame, "<lambda>")


def _named(machine: Machine, node: ast.NamedExpr, frame: Activation) -> Value:
    value = machine.eval(node.value, frame)
    machine.assign(node.target, value, frame)
    return value


def _inner(machine: Machine, node: Any, frame: Activation) -> Value:
    return machine.eval(node.value, frame)


def _yield(machine: Machine, node: ast.Yield, frame: Activation) -> Value:
    frame.yields.append(machine.eval(node.value, frame) if node.value is not None else None)
    return code("a value sent to a generator")


def _yield_from(machine: Machine, node: ast.YieldFrom, frame: Activation) -> Value:
    items, _ = each(machine, machine.eval(node.value, frame), node)
    frame.yields += items
    return code("the result of a generator")


def _cut(_machine: Machine, _node: ast.Slice, _frame: Activation) -> Value:
    """A slice beside other keys: `frame[:, 0]` of a library's own container."""
    return code("a part")


EVALUATORS: dict[type, Any] = {
    ast.Constant: _constant,
    ast.Name: name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binop,
    ast.BoolOp: _boolop,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _if_exp,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Dict: _dict,
    ast.List: _sequence("list"),
    ast.Tuple: _sequence("tuple"),
    ast.Set: _sequence("set"),
    ast.ListComp: comprehension("list"),
    ast.SetComp: comprehension("set"),
    ast.GeneratorExp: comprehension("list"),
    ast.DictComp: comprehension("dict"),
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Slice: _cut,
}
"""A test walks Python's own grammar: a kind of expression that is not in this table fails it."""
"""A test walks Python's own grammar: a kind of expression that is not in this table fails it."""
