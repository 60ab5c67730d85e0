"""Attributes: reading and writing them on any value, as Python's object model does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole, Text
from remit.scan import bridge
from remit.scan.join import join
from remit.scan.methods import dict_method, list_method, string_method
from remit.scan.text import first_hole
from remit.scan.values import (
    Absent,
    Arguments,
    Blank,
    BoundV,
    ClassMethodV,
    ClassV,
    DictV,
    EnvironV,
    External,
    FunctionV,
    InstanceV,
    ListV,
    ModuleV,
    Native,
    OneOf,
    PartialV,
    PropertyV,
    StaticV,
    SuperV,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


APP = "__app__"
"""Where an instance of a subclass of a framework's app keeps what it inherits."""


def get_attribute(machine: Machine, value: Value, name: str, node: ast.AST) -> Value:
    """`value.name`."""
    if isinstance(value, OneOf):
        options = [one for one in value.values if one is not None and not isinstance(one, Absent)]
        return join(get_attribute(machine, one, name, node) for one in options or value.values)
    reader = _READERS.get(type(value))
    if reader is not None:
        return reader(machine, value, name, node)
    if bridge.is_sdk(value):
        return bridge.attribute(machine, value, name, node)
    return code(f"{getattr(value, 'name', type(value).__name__)}.{name}")


def set_attribute(machine: Machine, target: Value, name: str, value: Value) -> None:
    """`target.name = value`; of no effect on what is not the project's."""
    if isinstance(target, OneOf):
        for one in target.values:
            set_attribute(machine, one, name, value)
    elif isinstance(target, ModuleV):
        target.scope.vars[name] = machine.written(target, target.scope.vars.get(name, ...), value)
    elif isinstance(target, InstanceV):
        found = target.cls.find(name)
        if isinstance(found, PropertyV) and found.setter is not None:
            machine.call(BoundV(target, found.setter), Arguments((value,)), ast.Pass())
            return
        old = target.attrs.get(name, ...)
        target.attrs[name] = machine.written(target, old, value) if target.ready else value
    elif isinstance(target, (ClassV, FunctionV)) or _keeps(target):
        target.attrs[name] = machine.written(target, target.attrs.get(name, ...), value)


def _keeps(target: Value) -> bool:
    """Whether it is an object of a framework that takes attributes, as its app does."""
    return isinstance(getattr(target, "attrs", None), dict) and hasattr(target, "serial")


def bind(machine: Machine, receiver: Value, cls: ClassV, found: Value, node: ast.AST) -> Value:
    """What an attribute found on a class gives when it is read through an instance."""
    if isinstance(found, FunctionV):
        return BoundV(receiver, found)
    if isinstance(found, StaticV):
        return found.function
    if isinstance(found, ClassMethodV):
        return BoundV(cls, found.function)
    if isinstance(found, PropertyV):
        return machine.call(found.getter, Arguments((receiver,)), node)
    if isinstance(found, (PartialV, Native)) and not isinstance(receiver, ClassV):
        return found
    return found


def _of_instance(machine: Machine, value: InstanceV, name: str, node: ast.AST) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    found = value.cls.find(name)
    if found is not ...:
        return bind(machine, value, value.cls, found, node)
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return DictV(dict(value.attrs))
    if APP in value.attrs:
        return machine.attribute(value.attrs[APP], name, node)
    fallback = value.cls.find("__getattr__")
    if isinstance(fallback, FunctionV):
        return machine.call(BoundV(value, fallback), Arguments((name,)), node)
    return code(f"{value.cls.name}.{name}")


def _of_class(machine: Machine, value: ClassV, name: str, node: ast.AST) -> Value:
    found = value.find(name)
    if found is ...:
        if name == "__name__":
            return value.name
        return code(f"{value.name}.{name}")
    if isinstance(found, StaticV):
        return found.function
    if isinstance(found, ClassMethodV):
        return BoundV(value, found.function)
    return found


def _of_module(machine: Machine, value: ModuleV, name: str, _node: ast.AST) -> Value:
    if name in value.scope.vars:
        return value.scope.vars[name]
    return machine.load(f"{value.name}.{name}") or code(f"{value.name}.{name}")


def _of_external(machine: Machine, value: External, name: str, node: ast.AST) -> Value:
    return machine.external(f"{value.name}.{name}", node)


def _of_hole(_machine: Machine, value: Hole, name: str, _node: ast.AST) -> Value:
    return Hole(value.kind, f"{value.name}.{name}"[:80], value.span)


def _of_super(machine: Machine, value: SuperV, name: str, node: ast.AST) -> Value:
    for cls in value.cls.lineage()[1:]:
        if name in cls.attrs:
            return bind(machine, value.receiver, cls, cls.attrs[name], node)
    if name == "__new__":
        return Native("super().__new__", lambda _m, a, _n: _new(a.get(0, "cls")))
    return Native(f"super().{name}")


def _new(cls: Value) -> Value:
    return InstanceV(cls) if isinstance(cls, ClassV) else code("a new object")


def _of_property(value: PropertyV, name: str) -> Value:
    if name == "setter":
        return Native("setter", lambda _m, a, _n: PropertyV(value.getter, a.get(0, "f")))
    return code("a property")


def _of_environ(value: EnvironV, name: str) -> Value:
    if name == "get":
        return Native(
            "os.environ.get",
            lambda m, a, n: variable(m, a.get(0, "key"), a.get(1, "default"), n),
        )
    return dict_method(value, name)


def variable(machine: Machine, name: Value, default: Value, node: ast.AST) -> Value:
    """An environment variable; `default` is `...` where its absence would be an error."""
    if isinstance(name, OneOf):
        return join(variable(machine, one, default, node) for one in name.values)
    if not isinstance(name, str):
        return first_hole([name]) or code("an environment variable")
    machine.recorder.read.setdefault(name, machine.span(node))
    return machine.variable(name, default)


def _of_function(_machine: Machine, value: FunctionV, name: str, _node: ast.AST) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    return value.name if name in ("__name__", "__qualname__") else code(f"{value.name}.{name}")


def _of_native(_machine: Machine, value: Native, name: str, _node: ast.AST) -> Value:
    return value.attrs.get(name, code(f"{value.name}.{name}"))


def _of_partial(machine: Machine, value: PartialV, name: str, node: ast.AST) -> Value:
    return value.function if name == "func" else code(f"partial.{name}")


def _of_bound(machine: Machine, value: BoundV, name: str, node: ast.AST) -> Value:
    if name == "__self__":
        return value.receiver
    return get_attribute(machine, value.function, name, node)


_READERS: dict[type, Any] = {
    str: lambda _m, value, name, _n: string_method(value, name),
    Blank: lambda _m, value, name, _n: string_method(value, name),
    bytes: lambda _m, value, name, _n: string_method(value, name),
    Text: lambda _m, value, name, _n: string_method(value, name),
    Hole: _of_hole,
    Absent: lambda _m, value, name, _n: Hole(value.kind, value.name, value.span),
    ListV: lambda _m, value, name, _n: list_method(value, name),
    DictV: lambda _m, value, name, _n: dict_method(value, name),
    EnvironV: lambda _m, value, name, _n: _of_environ(value, name),
    InstanceV: _of_instance,
    ClassV: _of_class,
    ModuleV: _of_module,
    External: _of_external,
    SuperV: _of_super,
    FunctionV: _of_function,
    Native: _of_native,
    PartialV: _of_partial,
    BoundV: _of_bound,
    PropertyV: lambda _m, value, name, _n: _of_property(value, name),
}
