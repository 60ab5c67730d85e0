"""The interpreter: the tables of expressions and statements put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.scan.javascript import calls, classes, invoking, loops, members, modules
from remit.scan.javascript.expressions import EVALUATORS
from remit.scan.javascript.library import Library
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import number_text, truth
from remit.scan.javascript.patterns import bind
from remit.scan.javascript.state import ON, STEPS, Leap
from remit.scan.javascript.statements import EXECUTORS, nothing_done
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.text import property_name
from remit.scan.javascript.values import (
    NOTHING,
    Args,
    Cls,
    Func,
    Module,
    Obj,
    Scope,
    Value,
)
from remit.scan.javascript.world import make_world
from remit.scan.values import External, code

_HOISTED = frozenset(["function_declaration", "generator_function_declaration"])


class Interpreter(Machine):
    """One function's program under one stage's settings."""

    def __init__(
        self, library: Library, environment: Mapping[str, Value], values: Mapping[str, str]
    ) -> None:
        super().__init__(library, environment, values)
        self.globals = make_world()

    def ev(self, node: Node | None) -> Value:
        """The value of an expression; undefined for none."""
        if node is None:
            return None
        self.steps += 1
        if self.steps > STEPS:
            self.spent()
            return code("what was not reached")
        evaluate = EVALUATORS.get(node.kind)
        return evaluate(self, node) if evaluate is not None else code(node.kind)

    def run(self, node: Node) -> Leap:
        """Execute a statement; a kind that is not known is evaluated."""
        self.steps += 1
        if self.steps > STEPS:
            self.spent()
            return ON
        execute = EXECUTORS.get(node.kind)
        if execute is None:
            if node.kind in EVALUATORS:
                self.ev(node)
                return ON
            execute = nothing_done
        return execute(self, node)

    def block(self, nodes: list[Node]) -> Leap:
        """Execute statements; functions are there before the first of them."""
        for node in nodes:
            declared = node.field("declaration") if node.kind == "export_statement" else node
            if declared is not None and declared.kind in _HOISTED:
                name = declared.field("name")
                if name is not None:
                    self.declare(name.text, self.function(declared, name.text))
        for node in nodes:
            leap = self.run(node)
            if leap != ON:
                return leap
        return ON

    def loop(self, action: Callable[[], Leap]) -> None:
        """Any number of rounds of `action`."""
        loops.run_loop(self, action)

    def call(self, value: Value, args: Args, node: Node, this: Value = None) -> Value:
        """`value(...args)`."""
        return calls.call(self, value, args, node, this)

    def new(self, value: Value, args: Args, node: Node) -> Value:
        """`new value(...args)`."""
        return classes.new(self, value, args, node)

    def invoke(self, value: Value, name: str, args: Args, node: Node) -> Value:
        """`value.name(...args)`."""
        return invoking.invoke(self, value, name, args, node)

    def super_call(self, args: Args, node: Node) -> Value:
        """`super(...args)`."""
        return classes.super_call(self, args, node)

    def super_method(self, name: str, args: Args, node: Node) -> Value:
        """`super.name(...args)`."""
        return classes.super_method(self, name, args, node)

    def world(self, name: str) -> Value:
        """A name that no scope binds."""
        found = self.globals.get(name, NOTHING)
        return External(name) if found is NOTHING else found

    def member(self, value: Value, name: str, node: Node) -> Value:
        """`value.name`."""
        return members.member(self, value, name, node)

    def element(self, value: Value, key: Value, node: Node) -> Value:
        """`value[key]`."""
        return members.element(self, value, key, node)

    def elements(self, value: Value, node: Node) -> tuple[tuple[Value, ...], Value]:
        """Known elements, and one for the others."""
        return members.elements(self, value, node)

    def put(self, value: Value, key: Value, new: Value, node: Node) -> None:
        """`value[key] = new`."""
        members.put(self, value, key, new, node)

    def bind(self, pattern: Node, value: Value, scope: Scope | None) -> None:
        """Bind a pattern."""
        bind(self, pattern, value, scope)

    def declare(self, name: str, value: Value) -> None:
        """Bind a name in the running scope."""
        self.write(self.frame.scope, name, value)

    def load(self, file: str) -> Module | None:
        """The module in `file`, run once."""
        return modules.load(self, file)

    def required(self, specifier: str, node: Node) -> Value:
        """What `require(specifier)` gives."""
        return modules.required(self, specifier, node)

    def function(self, node: Node, name: str, home: Cls | None = None) -> Func:
        """Make a function of its definition."""
        frame = self.frame
        frame.closes = True
        made = Func(node, frame.module, frame.scope, name, home or frame.home)
        self.keep.append(made)
        return made

    def make_class(self, node: Node, name: str) -> Cls:
        """Make a class of its definition."""
        return classes.make_class(self, node, name)

    def make_enum(self, body: Node | None) -> Obj:
        """A TypeScript enum; numbers count on from the one before."""
        made, count = Obj(), 0
        for kid in body.kids if body is not None else ():
            name, value = kid.field("name") or kid, kid.field("value")
            found: Value = self.ev(value) if value is not None else count
            if isinstance(found, int):
                count = found + 1
                made.slots[str(number_text(found))] = property_name(name)
            made.slots[property_name(name)] = found
        return made

    def is_true(self, value: Value) -> bool | None:
        """Whether a value counts as true; a setting that the stage lacks is noted."""
        self.lacks(value)
        return truth(value)
