"""Making instances: `__init__`, declared fields, enums, settings classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from remit.scan.callbacks import release
from remit.scan.join import join
from remit.scan.objects import APP
from remit.scan.text import first_hole
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    BoundV,
    ClassV,
    DictV,
    FunctionV,
    InstanceV,
    Native,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def instantiate(machine: Machine, cls: ClassV, arguments: Arguments, node: ast.AST) -> Value:
    """`cls(...)`: run `__init__`, or fill the declared fields where the class declares them."""
    bases = cls.external_bases()
    if any(base.startswith("enum.") for base in bases):
        return _enum_member(cls, arguments)
    made: Value = None
    maker = cls.find("__new__")
    if isinstance(maker, FunctionV):
        made = machine.call(BoundV(cls, maker), arguments, node)
        if not isinstance(made, InstanceV) or made.cls is not cls:
            return made
    instance = made if isinstance(made, InstanceV) else InstanceV(cls)
    _inherit_app(machine, instance, node)
    init = cls.find("__init__")
    if isinstance(init, FunctionV):
        machine.call(BoundV(instance, init), arguments, node)
    else:
        _fill_fields(machine, instance, arguments, bases)
        release(machine, arguments, node)
    instance.ready = True
    return instance


def _inherit_app(machine: Machine, instance: InstanceV, node: ast.AST) -> None:
    """A class derived from a framework's app is one too."""
    for cls in instance.cls.lineage():
        for base in cls.bases:
            if isinstance(base, Native) and base.name in ("Chalice", "Blueprint"):
                instance.attrs[APP] = machine.call(base, Arguments(), node)


def _enum_member(cls: ClassV, arguments: Arguments) -> Value:
    """`Color("red")`: the member with that value."""
    wanted = arguments.get(0, "value")
    members = [v for c in cls.lineage() for v in c.attrs.values() if isinstance(v, InstanceV)]
    for member in members:
        if isinstance(wanted, CONSTANTS) and member.attrs.get("value") == wanted:
            return member
    return first_hole([wanted]) or (join(members) if members else code(f"{cls.name}()"))


def _fill_fields(
    machine: Machine, instance: InstanceV, arguments: Arguments, bases: list[str]
) -> None:
    """Dataclasses, named tuples and settings classes: fields in order of declaration."""
    fields: dict[str, Value] = {}
    for cls in reversed(instance.cls.lineage()):
        fields.update({name: cls.attrs.get(name, ...) for name in cls.annotations})
    for (name, default), value in zip(fields.items(), arguments.positional, strict=False):
        instance.attrs[name] = value
        del default
    from_environment = any(base.endswith("BaseSettings") for base in bases)
    prefix = _settings_prefix(machine, instance.cls) if from_environment else ""
    for name, default in fields.items():
        if name in arguments.keywords:
            instance.attrs[name] = arguments.keywords[name]
        elif name not in instance.attrs:
            value = _declared(machine, default, node=None)
            if from_environment:
                value = machine.variable(_find_variable(machine, prefix + name), value)
            instance.attrs[name] = (
                value if value is not ... else code(f"{instance.cls.name}.{name}")
            )
    post = instance.cls.find("__post_init__")
    if isinstance(post, FunctionV) and machine.stack:
        body = instance.cls.node or ast.Pass()
        machine.call(BoundV(instance, post), Arguments(), body)


def _declared(machine: Machine, default: Value, node: ast.AST | None) -> Value:
    """A field's default: `field(default=..., default_factory=...)` or the value itself."""
    if isinstance(default, Native) and default.name == "field":
        if "default" in default.attrs:
            return default.attrs["default"]
        factory = default.attrs.get("default_factory")
        return machine.call(factory, Arguments(), ast.Pass()) if factory is not None else ...
    return default


def _settings_prefix(machine: Machine, cls: ClassV) -> str:
    config = cls.find("model_config")
    found: Value = config.items.get("env_prefix", "") if isinstance(config, DictV) else ""
    inner = cls.find("Config")
    if isinstance(inner, ClassV) and not found:
        found = inner.attrs.get("env_prefix", "")
    return found if isinstance(found, str) else ""


def _find_variable(machine: Machine, name: str) -> str:
    """Settings classes read variables in any case (pydantic-settings, "case_sensitive")."""
    return next(
        (known for known in machine.environ.items if known.lower() == name.lower()), name.upper()
    )
