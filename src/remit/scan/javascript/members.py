"""Properties: reading, writing, iterating, and calling what a property holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remit.core.text import Hole, HoleKind, Text
from remit.scan.javascript import aws
from remit.scan.javascript.aws.objects import Package
from remit.scan.javascript.aws.packages import export
from remit.scan.javascript.classes import instance_member
from remit.scan.javascript.external import short
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.maps import MAP_METHODS
from remit.scan.javascript.operators import as_text
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    ITEMS,
    KEYS,
    NOTHING,
    REST,
    Arr,
    Bound,
    Cls,
    Environ,
    Func,
    Live,
    Module,
    Native,
    Obj,
    Value,
    Wrapped,
    inside,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.sdk.objects import Response, SdkObject
from remit.scan.sdk.response import ANY, deeper
from remit.scan.values import Absent, External, OneOf, alternatives, code, data


def member(m: Machine, value: Value, name: str, node: Node) -> Value:
    """`value.name`."""
    if isinstance(value, OneOf):
        return join(member(m, one, name, node) for one in something(value))
    reader = _READERS.get(type(value))
    if reader is not None:
        return reader(m, value, name, node)
    if isinstance(value, SdkObject):
        return aws.member(m, value, name, node)
    if isinstance(value, (str, Text)):
        return _text_member(m, value, name, node)
    return code(short(node))


def _hole(_m: Machine, value: Hole, name: str, _node: Node) -> Value:
    if value.name == "context" and value.kind is HoleKind.DATA:
        return Hole(_CONTEXT.get(name, HoleKind.DATA), f"context.{name}")
    return inside(value, f".{name}")


# Source: Lambda developer guide, nodejs-context.
_CONTEXT = {
    "functionName": HoleKind.ASSIGNED,
    "invokedFunctionArn": HoleKind.ASSIGNED,
    "logGroupName": HoleKind.ASSIGNED,
}


def _absent(_m: Machine, value: Absent, _name: str, _node: Node) -> Value:
    return Hole(HoleKind.ENV, value.name)


def _object(m: Machine, value: Obj, name: str, node: Node) -> Value:
    found = value.slots.get(name, NOTHING)
    if found is not NOTHING and not value.entries:
        return found.get() if type(found) is Live else found
    if value.cls is not None:
        found = instance_member(m, value, name, node)
        if found is not NOTHING:
            return found
    if value.entries and name == "size":
        return data("a size")
    if name in MAP_METHODS and value.entries:
        return Native(name, lambda m, args, node: m.invoke(value, name, args, node))
    return None if value.rest is NOTHING or value.entries else inside_rest(value.rest, name)


def inside_rest(rest: Value, name: str) -> Value:
    """A property of an object of which not all is known."""
    return inside(rest, f".{name}") if isinstance(rest, Hole) else rest


def _array(m: Machine, value: Arr, name: str, _node: Node) -> Value:
    if name == "length":
        return len(value.items) if value.rest is NOTHING else data("a length")
    return Native(name, lambda m, args, node: m.invoke(value, name, args, node))


def _text_member(_m: Machine, value: Value, name: str, _node: Node) -> Value:
    if name == "length":
        return len(value) if isinstance(value, str) else data("a length")
    return Native(name, lambda m, args, node: m.invoke(value, name, args, node))


def _function(m: Machine, value: Any, name: str, node: Node) -> Value:
    if isinstance(value, Cls):
        for cls in value.lineage():
            if name in cls.slots:
                return cls.slots[name]
    if name in value.slots:
        return value.slots[name]
    if name == "name":
        return value.name
    if name == "prototype":
        value.slots[name] = Obj()
        return value.slots[name]
    if isinstance(value, Cls) and isinstance(value.base, SdkObject):
        return member(m, value.base, name, node)
    return Native(name, lambda m, args, node: m.invoke(value, name, args, node))


def _module(m: Machine, value: Module, name: str, node: Node) -> Value:
    if value.is_es:
        return module_export(value, name)
    exports = value.module.slots.get("exports")
    if name == "default" and not (isinstance(exports, Obj) and "default" in exports.slots):
        return exports
    return member(m, exports, name, node)


def module_export(module: Module, name: str, seen: tuple[Module, ...] = ()) -> Value:
    """What a module exports under `name`; undefined when it has no such export."""
    found = _export(module, name, seen)
    return None if found is NOTHING else found


def _export(module: Module, name: str, seen: tuple[Module, ...]) -> Value:
    if module in seen:
        return NOTHING
    if name in module.exported:
        return module.exported[name]()
    exports = module.module.slots.get("exports")
    if isinstance(exports, Obj) and name in exports.slots:
        return exports.slots[name]
    for star in module.stars:
        if name == "default":
            break
        other = star()
        if isinstance(other, Module):
            found = _export(other, name, (*seen, module))
            if found is not NOTHING:
                return found
        elif isinstance(other, Package):
            return export(other, name)
    return NOTHING


def _wrapped(_m: Machine, value: Wrapped, name: str, _node: Node) -> Value:
    return Native(name, lambda m, args, node: m.invoke(value, name, args, node))


_READERS: dict[type, Callable[[Machine, Any, str, Node], Value]] = {
    Hole: _hole,
    Absent: _absent,
    Obj: _object,
    Arr: _array,
    Func: _function,
    Cls: _function,
    Module: _module,
    Wrapped: _wrapped,
    External: lambda _m, value, name, _n: External(f"{value.name}.{name}"),
    Environ: lambda m, _v, name, node: m.variable(name, node),
    Native: lambda _m, value, name, _n: (
        value.table[name] if name in value.table else External(f"{value.name}.{name}")
    ),
    Bound: lambda _m, value, name, _n: Native(
        name, lambda m, args, node: m.invoke(value, name, args, node)
    ),
}


def element(m: Machine, value: Value, key: Value, node: Node) -> Value:
    """`value[key]`."""
    if isinstance(key, OneOf):
        return join(element(m, value, one, node) for one in something(key))
    if isinstance(value, OneOf):
        return join(element(m, one, key, node) for one in something(value))
    index = int(key) if isinstance(key, (int, float)) and not isinstance(key, bool) else None
    if isinstance(value, Arr) and (index is not None or not isinstance(key, str)):
        return _at(value, index)
    if isinstance(value, Response) and not isinstance(key, str):
        return deeper(value, ANY)
    if isinstance(value, str) and index is not None:
        return value[index] if 0 <= index < len(value) else None
    name = as_text(key)
    if isinstance(name, str):
        return member(m, value, name, node)
    return _any_of(value, name, node)


def _at(value: Arr, index: int | None) -> Value:
    if index is not None and 0 <= index < len(value.items):
        return value.items[index]
    if index is not None:
        return None if value.rest is NOTHING else value.rest
    return join(value.all()) if value.all() else None


def _any_of(value: Value, name: Value, node: Node) -> Value:
    """A property by a name that is not known: any, where there are few."""
    if isinstance(value, Obj) and value.known():
        rest = [] if value.rest is NOTHING else [value.rest]
        return join([*value.known().values(), *rest])
    if isinstance(value, Environ):
        return code(f"process.env[{name}]")
    if isinstance(value, Hole):
        return inside(value, "[]")
    return code(short(node))


def elements(m: Machine, value: Value, node: Node) -> tuple[tuple[Value, ...], Value]:
    """What iterating gives: known elements, and one for the others, or NOTHING."""
    if isinstance(value, Arr):
        return value.items, value.rest
    if isinstance(value, OneOf):
        held = something(value)
        if len(held) == 1:
            return elements(m, held[0], node)
        parts = [elements(m, one, node) for one in held]
        every = [x for items, rest in parts for x in (*items, *([] if rest is NOTHING else [rest]))]
        return (), join(every) if every else NOTHING
    if isinstance(value, Obj) and value.entries:
        pairs = [Arr((k, v)) for k, v in value.known().items()]
        return tuple(pairs), NOTHING if value.rest is NOTHING else Arr((code("a key"), value.rest))
    if isinstance(value, str):
        return tuple(value[:50]), NOTHING
    if isinstance(value, SdkObject):
        return (), aws.iterate(m, value, node)
    if nothing(value):
        return (), NOTHING
    if isinstance(value, Hole):
        return (), Hole(value.kind, value.name) if isinstance(value, Absent) else inside(
            value, "[]"
        )
    return (), code(short(node))


def put(m: Machine, value: Value, key: Value, new: Value, node: Node) -> None:
    """`value[key] = new`; a key that is not known may be any."""
    held = something(value)
    for one in held:
        sure = len(held) == 1 == len(alternatives(value))
        if isinstance(one, Arr) and isinstance(key, int):
            _put_item(m, one, key, new)
        elif isinstance(one, (Obj, Func, Cls)):
            _put_property(m, one, key, new, sure)
        elif isinstance(one, Arr):
            old = one.rest
            m.write(one, REST, new if old is NOTHING else join([old, new]))
        elif isinstance(one, SdkObject):
            aws.put(m, one, key, new)


def _put_property(m: Machine, box: Obj | Func | Cls, key: Value, new: Value, sure: bool) -> None:
    names = alternatives(as_text(key)) if key is not None else (None,)
    for name in names:
        known = isinstance(name, str)
        slot = name if known else REST
        old = box.slots.get(slot, NOTHING)
        keep = old is not NOTHING and not (known and sure and len(names) == 1)
        m.write(box, slot, join([old, new]) if keep else new)
        if isinstance(name, (Text, Hole)) and name not in box.slots.get(KEYS, ()):
            m.write(box, KEYS, (*box.slots.get(KEYS, ()), name))


def _put_item(m: Machine, array: Arr, index: int, new: Value) -> None:
    items = list(array.items)
    if index < len(items):
        items[index] = new
    elif index == len(items):
        items.append(new)
    else:
        m.write(array, REST, new if array.rest is NOTHING else join([array.rest, new]))
        return
    m.write(array, ITEMS, tuple(items))
