"""Going through elements: what is iterated, and comprehensions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole
from remit.scan import bridge
from remit.scan.join import join
from remit.scan.machine import Activation, Evaluate
from remit.scan.methods import elements
from remit.scan.text import first_hole
from remit.scan.truth import truth
from remit.scan.values import (
    Arguments,
    BoundV,
    ClassV,
    DictV,
    FunctionV,
    InstanceV,
    ListV,
    OneOf,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


UNROLL = 24
"""Loops and comprehensions over at most so many known elements run once for each."""


def each(machine: Machine, value: Value, node: ast.AST) -> tuple[list[Value], bool]:
    """The elements of what is iterated, and whether these are all. Charges what iterating calls."""
    if isinstance(value, OneOf):
        parts = [each(machine, one, node) for one in value.values if one is not None]
        return [item for items, _ in parts for item in items], False
    known = elements(machine, value)
    if known is not None and len(known) <= UNROLL:
        return known, True
    if isinstance(value, ListV):
        return [join([*value.items, *([value.rest] if value.open else [])])], False
    if isinstance(value, DictV):
        return [join([*value.items, code("a key")])], False
    if bridge.is_sdk(value):
        return [bridge.iterate(machine, value, node)], False
    if isinstance(value, ClassV):  # an enum
        return [v for v in value.attrs.values() if isinstance(v, InstanceV)], True
    if isinstance(value, InstanceV):
        return _each_of_instance(machine, value, node)
    if isinstance(value, Hole):
        return [Hole(value.kind, f"an element of {value.name}"[:80], value.span)], False
    return [first_hole([value]) or code("an element")], False


def _each_of_instance(
    machine: Machine, value: InstanceV, node: ast.AST
) -> tuple[list[Value], bool]:
    """Python's iterator protocol: `__iter__` gives something to iterate, or an object with
    `__next__`, often itself."""
    maker = value.cls.find("__iter__")
    if isinstance(maker, FunctionV):
        made = machine.call(BoundV(value, maker), Arguments(), node)
        if not isinstance(made, InstanceV):
            return each(machine, made, node)
        value = made
    step = value.cls.find("__next__")
    if isinstance(step, FunctionV):
        return [machine.call(BoundV(value, step), Arguments(), node)], False
    return [code(f"an element of {value.cls.name}")], False


def comprehension(kind: str) -> Evaluate:
    """The evaluator of a comprehension that makes a `kind`."""

    def evaluate(machine: Machine, node: ast.AST, frame: Activation) -> Value:
        made: Value = DictV({}) if kind == "dict" else ListV([], kind)
        outer = frame.scope.vars
        frame.scope.vars = dict(outer)
        complete = _generate(machine, node, node.generators, frame, made)  # type: ignore[attr-defined]  # every comprehension has generators
        frame.scope.vars = outer
        if not complete:
            found = list(made.items.values()) if isinstance(made, DictV) else made.items
            made.rest = join(found) if found else code("an element")
            if isinstance(made, ListV):
                made.items = []
        return made

    return evaluate


def _generate(
    machine: Machine, node: Any, generators: list[ast.comprehension], frame: Activation, made: Value
) -> bool:
    if not generators:
        if isinstance(made, DictV):
            key, value = machine.eval(node.key, frame), machine.eval(node.value, frame)
            known = isinstance(key, (str, int))
            made.items[key if known else f"{{{len(made.items)}}}"] = value
            return known
        made.items.append(machine.eval(node.elt, frame))
        return True
    first, *rest = generators
    items, complete = each(machine, machine.eval(first.iter, frame), first.iter)
    for index, item in enumerate(items):
        if index and machine.spent():
            return False
        machine.assign(first.target, item, frame)
        tests = [truth(machine.eval(test, frame)) for test in first.ifs]
        if False in tests:
            continue
        complete &= None not in tests
        complete &= _generate(machine, node, rest, frame, made)
    return complete
