"""Puts the interpreter together: modules, functions, classes, decorators, outside names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from remit.core.call import Call
from remit.core.span import Span
from remit.scan import bridge
from remit.scan.assignment import assign
from remit.scan.builtins import BUILTINS
from remit.scan.calls import call_value
from remit.scan.expressions import EVALUATORS
from remit.scan.frameworks import chalice
from remit.scan.library import LIBRARY
from remit.scan.machine import Activation, Machine
from remit.scan.objects import get_attribute
from remit.scan.record import sighting
from remit.scan.statements import EXECUTORS
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    ClassMethodV,
    ClassV,
    External,
    FunctionNode,
    FunctionV,
    InstanceV,
    ModuleV,
    Native,
    PropertyV,
    Scope,
    StaticV,
    Value,
    code,
)

_ALIASES = {
    "posix.environ": "os.environ",
    "chalice.app.Chalice": "chalice.Chalice",
    "chalice.app.Blueprint": "chalice.Blueprint",
}


@dataclass(slots=True)
class Interpreter(Machine):
    """The machine with Python's syntax, the library and the frameworks in it."""

    def eval(self, node: ast.AST, frame: Activation) -> Value:
        """The value of an expression."""
        self.steps += 1
        return EVALUATORS.get(type(node), _newer)(self, node, frame)

    def run(self, body: list[ast.stmt], frame: Activation) -> bool:
        """Execute statements."""
        for statement in body:
            self.steps += 1
            if not EXECUTORS.get(type(statement), _passed)(self, statement, frame):
                return False
        return True

    def call(self, value: Value, arguments: Arguments, node: ast.AST) -> Value:
        """Call anything."""
        return call_value(self, value, arguments, node)

    def attribute(self, value: Value, name: str, node: ast.AST) -> Value:
        """Read an attribute of anything."""
        if isinstance(value, chalice.App):
            return chalice.attribute(self, value, name, node)
        return get_attribute(self, value, name, node)

    def assign(self, target: ast.AST, value: Value, frame: Activation) -> None:
        """Bind a value."""
        assign(self, target, value, frame)

    def builtin(self, name: str) -> Value:
        """A builtin of Python."""
        return BUILTINS.get(name, ...)

    # -- modules ---------------------------------------------------------------------------

    def load(self, name: str) -> ModuleV | None:
        """Execute the project's module `name` once, its packages first."""
        if name in self.modules:
            return self.modules[name]
        parent_name, _, leaf = name.rpartition(".")
        parent = self.load(parent_name) if parent_name else None
        if parent_name and parent is None:
            return None
        module = self._make_module(name)
        self.modules[name] = module
        if parent is not None and module is not None:
            parent.scope.vars[leaf] = module
        if module is not None and module.source is not None:
            self._execute(module)
        return module

    def _make_module(self, name: str) -> ModuleV | None:
        found = self.library.find(name)
        if found is None:
            return ModuleV(name, "", name, None) if self.library.is_folder(name) else None
        file, is_package = found
        source = self.library.source(file)
        package = name if is_package else name.rpartition(".")[0]
        module = ModuleV(name, file, package, source)
        module.scope.vars["__file__"] = self.library.packaged(file)
        if name == self.program:
            module.scope.vars["__name__"] = "__main__"
        return module

    def _execute(self, module: ModuleV) -> None:
        at = self.span_of_import()
        frame = Activation(f"import {module.name}", module, module.scope, at)
        self.stack.append(frame)
        before, self.steps = self.steps, 0  # each module's body has a budget of its own
        whole = Span.whole(module.file)
        self.guarded(whole, frame.name, lambda: self.run(module.source.tree.body, frame))
        self.steps = before
        self.stack.pop()

    def external(self, name: str, node: ast.AST) -> Value:
        """Something from outside: from the tables, the SDK's model, a framework, or opaque."""
        name = _ALIASES.get(name, name)
        if name == "os.environ":
            return self.environ
        if name in ("chalice.Chalice", "chalice.Blueprint"):
            return chalice.make(is_app=name == "chalice.Chalice")
        if name in LIBRARY:
            return LIBRARY[name]
        if name.startswith(("boto3", "botocore")) and "." in name:
            found = bridge.module_attribute(self, name, node)
            if found is not ...:
                return found
        return External(name)

    def made(
        self, service: str, operation: str, params: Mapping[str, Value], node: ast.AST
    ) -> None:
        """Record an AWS call that a framework makes for the code."""
        span = self.span(node)
        self.saw(
            sighting(
                Call(
                    service,
                    operation,
                    {name: bridge.param(self, value) for name, value in params.items()},
                    span,
                    path=self.path(),
                    hangs_on=tuple(dict.fromkeys(self.settings)),
                    swallowed=self.handlers[-1] if self.handlers else None,
                    at_import=self.importing,
                    via="framework",
                )
            )
        )

    # -- definitions -----------------------------------------------------------------------

    def function(self, node: FunctionNode, frame: Activation, name: str) -> FunctionV:
        """Make a function; its defaults are evaluated now."""
        spec = node.args
        defaults = tuple(self.eval(default, frame) for default in spec.defaults)
        named = {
            arg.arg: self.eval(default, frame)
            for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
            if default is not None
        }
        owner = frame.owner if frame.code == "class" else None
        # A class body is no enclosing scope for the functions in it.
        scope = frame.scope.parent if frame.code == "class" else frame.scope
        label = f"{owner.name}.{name}" if owner is not None else name
        made = FunctionV(
            node,
            frame.module,
            scope or Scope(),
            label,
            defaults,
            named,
            self.library.yields(node, frame.module.source),
        )
        made.owner = owner
        return made

    def make_class(self, node: ast.ClassDef, frame: Activation) -> ClassV:
        """Execute a class body."""
        bases = tuple(self.eval(base, frame) for base in node.bases)
        cls = ClassV(node.name, frame.module, bases, node)
        scope = Scope(frame.scope if frame.code != "class" else frame.scope.parent)
        body = Activation(node.name, frame.module, scope, code="class", owner=cls)
        self.stack.append(body)
        self.run(node.body, body)
        self.stack.pop()
        cls.attrs = scope.vars
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                cls.annotations[statement.target.id] = statement.annotation
        if any(base.startswith("enum.") for base in cls.external_bases()):
            _enumerate(cls)
        return cls

    def decorate(self, decorator: Value, value: Value, node: ast.AST) -> Value:
        """Apply a decorator; `...` when it is not followed and so taken to change nothing."""
        if isinstance(decorator, Native) and decorator.run is None:
            return ...
        known = (FunctionV, Native, ClassV, InstanceV, StaticV)
        if isinstance(decorator, known) or bridge_callable(decorator):
            result = self.call(decorator, Arguments((value,)), node)
            return result if is_callable(result) else ...
        return ...


def _newer(_machine: Machine, node: ast.AST, _frame: Activation) -> Value:
    """An expression that a newer Python has and the table has not."""
    return code(type(node).__name__)


def _passed(_machine: Machine, _node: ast.AST, _frame: Activation) -> bool:
    """A statement that a newer Python has and the table has not: `type X = int`."""
    return True


def bridge_callable(value: Value) -> bool:
    """Whether a decorator is a bound or partial function of the project."""
    return type(value).__name__ in ("BoundV", "PartialV")


def is_callable(value: Value) -> bool:
    """Whether a decorator's result can stand for the function."""
    kinds = (FunctionV, Native, ClassV, InstanceV, StaticV, ClassMethodV, PropertyV)
    return isinstance(value, kinds) or bridge_callable(value)


def _enumerate(cls: ClassV) -> None:
    for name, value in list(cls.attrs.items()):
        if isinstance(value, CONSTANTS) and not name.startswith("_"):
            member = InstanceV(cls)
            member.attrs = {"value": value, "name": name, "_member_": True}
            member.ready = True
            cls.attrs[name] = member
