"""Calling what a property holds: methods of every kind of value."""

from __future__ import annotations

from typing import Any

from remit.core.text import Hole, Text
from remit.scan.javascript import aws
from remit.scan.javascript.arrays import ARRAY_METHODS, BY_ELEMENT
from remit.scan.javascript.calls import (
    PROMISE,
    call,
    function_method,
    promise,
    unknown,
)
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.maps import MAP_METHODS
from remit.scan.javascript.members import member
from remit.scan.javascript.operators import reason
from remit.scan.javascript.strings import TEXT_METHODS
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    CALLABLES,
    NOTHING,
    NULL,
    Args,
    Arr,
    Bound,
    Cls,
    Func,
    Native,
    Obj,
    Pattern,
    Value,
    Wrapped,
    inside,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.sdk.objects import SdkObject
from remit.scan.values import Absent, External, OneOf, alternatives, code, data


def invoke(m: Machine, value: Value, name: str, args: Args, node: Node) -> Value:
    """`value.name(...args)`."""
    if isinstance(value, OneOf):
        held = something(value)
        if len(held) == 1:
            return invoke(m, held[0], name, args, node)
        return join(m.maybe(lambda one=one: invoke(m, one, name, args, node)) for one in held)  # type: ignore[misc]  # mypy infers no type for a default of a lambda
    if name in PROMISE and not (isinstance(value, Obj) and name in value.slots):
        return promise(m, value, name, args, node)
    table = _TABLES.get(type(value))
    method = table.get(name) if table is not None else None
    if method is not None and not (isinstance(value, Obj) and not value.entries):
        return method(m, value, args, node)
    if isinstance(value, SdkObject):
        return aws.invoke(m, value, name, args, node)
    if isinstance(value, (Func, Cls, Bound, Native)):
        own = getattr(value, "slots", {}) if not isinstance(value, (Bound, Native)) else {}
        found = function_method(m, value, name, args, node) if name not in own else NOTHING
        if found is not NOTHING:
            return found
    if isinstance(value, Wrapped):
        return _invoke_wrapped(m, value, name, args, node)
    return _invoke_other(m, value, name, args, node)


def _invoke_other(m: Machine, value: Value, name: str, args: Args, node: Node) -> Value:
    if isinstance(value, (str, Text, Arr, int, float)) or value is NULL:
        method = TEXT_METHODS.get(name) if isinstance(value, (int, float)) else None
        return method(m, value, args, node) if method else data(f"a value's {name}()")
    if isinstance(value, Pattern):
        return reason(*args, otherwise=f"{name}()")
    if name == "send" and isinstance(value, (Hole, External)) and aws.is_command(args):
        return aws.send(m, value, args[0], node)
    if (
        isinstance(value, Hole)
        and name in BY_ELEMENT
        and any(isinstance(a, CALLABLES) for a in args)
    ):
        return ARRAY_METHODS[name](m, Arr((), inside(value, "[]")), args, node)
    found = member(m, value, name, node.field("function") or node)
    if isinstance(found, Native) and isinstance(value, (Func, Cls, Bound)):
        return unknown(m, found, args, node)
    if isinstance(value, Hole) and not isinstance(value, Absent):
        return unknown(m, found, args, node)
    if nothing(found) and isinstance(value, Obj):
        return data(f"{name}()") if name in ("toString", "hasOwnProperty") else code(f"{name}()")
    return call(m, found, args, node, value)


def _invoke_wrapped(m: Machine, value: Wrapped, name: str, args: Args, node: Node) -> Value:
    """`middy(handler).use(...)`, `.handler(f)`: whatever is added may run as well."""
    more = tuple(f for arg in args for f in alternatives(arg) if isinstance(f, (Func, Bound)))
    for arg in args:
        if not isinstance(arg, (Func, Bound)):
            unknown(m, External(f"{value.name}.{name}"), (arg,), node)
    return Wrapped(value.name, (*value.functions, *more))


_TABLES: dict[type, dict[str, Any]] = {
    str: TEXT_METHODS,
    Text: TEXT_METHODS,
    Arr: ARRAY_METHODS,
    Obj: MAP_METHODS,
}
