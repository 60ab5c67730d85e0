"""Methods of Map, whose entries are the slots of an object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remit.scan.javascript.arrays import over
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text, reason
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import NOTHING, Args, Arr, Obj, Value, at
from remit.scan.join import join
from remit.scan.values import code

Method = Callable[[Machine, Any, Args, Node], Value]


def _get(_m: Machine, value: Obj, args: Args, _node: Node) -> Value:
    name = as_text(at(args, 0))
    if isinstance(name, str) and name in value.slots:
        return value.slots[name]
    rest = [] if value.rest is NOTHING else [value.rest]
    return join([*([] if isinstance(name, str) else value.known().values()), *rest, None])


def _set(m: Machine, value: Obj, args: Args, node: Node) -> Value:
    m.put(value, at(args, 0), at(args, 1), node)
    return value


def _has(_m: Machine, value: Obj, args: Args, _node: Node) -> Value:
    name = as_text(at(args, 0))
    if isinstance(name, str) and (name in value.slots or value.rest is NOTHING):
        return name in value.slots
    return reason(name, otherwise="a condition")


def _values(_m: Machine, value: Obj, _args: Args, _node: Node) -> Value:
    return Arr(list(value.known().values()), value.rest)


def _keys(_m: Machine, value: Obj, _args: Args, _node: Node) -> Value:
    return Arr(list(value.known()), NOTHING if value.rest is NOTHING else code("a key"))


def _for_each(m: Machine, value: Obj, args: Args, node: Node) -> Value:
    over(m, tuple(value.known().values()), value.rest, at(args, 0), node)
    return None


def _entries(m: Machine, value: Obj, _args: Args, node: Node) -> Value:
    return Arr(*m.elements(value, node))


MAP_METHODS: dict[str, Method] = {
    "get": _get,
    "set": _set,
    "has": _has,
    "values": _values,
    "keys": _keys,
    "entries": _entries,
    "forEach": _for_each,
    "delete": lambda *_: None,
    "clear": lambda *_: None,
}
