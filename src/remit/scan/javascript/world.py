"""Names that Node.js gives every program, and its own modules, as far as calls hang on them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from remit.core.text import Hole, Text
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text, concat, reason, truth
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    NOTHING,
    NULL,
    REST,
    Args,
    Arr,
    Environ,
    Native,
    Obj,
    Spread,
    Value,
    at,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.values import Absent, External, OneOf, code, data

Run = Callable[[Any, Args, Node], Value]


def _natives(prefix: str, table: dict[str, Run], **others: Value) -> Obj:
    made: dict[str, Value] = {name: Native(f"{prefix}.{name}", run) for name, run in table.items()}
    return Obj({**made, **others}, External(prefix))


# -- Object ------------------------------------------------------------------------------------


def _open(value: Value) -> Value:
    return reason(value, otherwise="an object")


def _keys(m: Machine, args: Args, _node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, Obj):
        return Arr(list(value.known()), NOTHING if value.rest is NOTHING else code("a key"))
    return Arr((), _open(value))


def _values(m: Machine, args: Args, node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, Obj):
        return Arr([m.member(value, name, node) for name in value.known()], value.rest)
    return value if isinstance(value, Arr) else Arr((), _open(value))


def _entries(m: Machine, args: Args, node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, Obj):
        pairs = [Arr((name, m.member(value, name, node))) for name in value.known()]
        return Arr(pairs, NOTHING if value.rest is NOTHING else Arr((code("a key"), value.rest)))
    if isinstance(value, Environ):
        return Arr([Arr(pair) for pair in m.environment.items()])
    return Arr((), Arr((_open(value), _open(value))))


def _assign(m: Machine, args: Args, node: Node) -> Value:
    target = at(args, 0)
    for arg in args[1:]:
        for one in something(arg):
            if isinstance(one, Obj):
                for name, value in one.known().items():
                    m.put(target, name, value, node)
            if not isinstance(one, Obj) or one.rest is not NOTHING:
                m.put(target, None, one.rest if isinstance(one, Obj) else _open(one), node)
    return target


def _from_entries(m: Machine, args: Args, node: Node) -> Value:
    made = Obj()
    items, rest = m.elements(at(args, 0), node)
    for pair in items:
        m.put(made, m.element(pair, 0, node), m.element(pair, 1, node), node)
    if rest is not NOTHING:
        made.slots[REST] = m.element(rest, 1, node)
    return made


def _define(m: Machine, args: Args, node: Node) -> Value:
    value = at(args, 2)
    if isinstance(value, Obj) and "value" in value.slots:
        m.put(at(args, 0), at(args, 1), value.slots["value"], node)
    elif isinstance(value, Obj) and "get" in value.slots:
        m.put(at(args, 0), at(args, 1), m.call(value.slots["get"], (), node), node)
    return at(args, 0)


def _first(_m: Machine, args: Args, _node: Node) -> Value:
    return at(args, 0)


# -- Promise, Array, JSON ------------------------------------------------------------------------


def _all(m: Machine, args: Args, node: Node) -> Value:
    items, rest = m.elements(at(args, 0), node)
    return Arr(items, rest)


def _settled(m: Machine, args: Args, node: Node) -> Value:
    items, rest = m.elements(at(args, 0), node)
    results = [Obj({"status": data("a status"), "value": one}) for one in items]
    other = NOTHING if rest is NOTHING else Obj({"status": data("a status"), "value": rest})
    return Arr(results, other)


def _race(m: Machine, args: Args, node: Node) -> Value:
    items, rest = m.elements(at(args, 0), node)
    return join([*items, *([] if rest is NOTHING else [rest])])


def _promise(m: Machine, args: Args, node: Node) -> Value:
    """`new Promise((resolve, reject) => ...)`: what it is resolved with."""
    found: list[Value] = []

    def resolve(_m: Machine, given: Args, _node: Node) -> Value:
        found.append(at(given, 0))
        return None

    reject = Native("reject", lambda *_: None)
    m.call(at(args, 0), (Native("resolve", resolve), reject), node)
    return join(found) if found else code("a promise")


def _array_from(m: Machine, args: Args, node: Node) -> Value:
    value = at(args, 0)
    sized = isinstance(value, Obj) and not value.entries
    made = Arr((), data("an element")) if sized else Arr(*m.elements(value, node))
    return m.invoke(made, "map", (at(args, 1),), node) if not nothing(at(args, 1)) else made


def _new_array(m: Machine, args: Args, _node: Node) -> Value:
    if len(args) == 1 and isinstance(args[0], (int, Hole)):
        return Arr((), None)
    return Arr([one for one in args if not isinstance(one, Spread)])


def _parse(_m: Machine, args: Args, _node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, str):
        try:
            return _from_json(json.loads(value))
        except (ValueError, RecursionError):
            return code("a JSON text")
    held = something(value)
    if len(held) == 1 and isinstance(held[0], Hole) and not isinstance(held[0], Absent):
        return held[0]
    return reason(value, otherwise="a JSON text")


def _from_json(value: Any) -> Value:
    if isinstance(value, dict):
        return Obj({key: _from_json(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return Arr([_from_json(inner) for inner in value])
    return NULL if value is None else value


def _map(m: Machine, args: Args, node: Node) -> Value:
    made = Obj()
    if not nothing(at(args, 0)):
        made = _from_entries(m, args, node)
    made.entries = True
    return made


def _set(m: Machine, args: Args, node: Node) -> Value:
    return Arr(*m.elements(at(args, 0), node)) if not nothing(at(args, 0)) else Arr(())


# -- conversions -------------------------------------------------------------------------------


def _string(_m: Machine, args: Args, _node: Node) -> Value:
    return as_text(at(args, 0)) if args else ""


def _number(_m: Machine, args: Args, _node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdigit() and len(value) < 16:
        return int(value)
    return reason(value, otherwise="a number")


def _boolean(_m: Machine, args: Args, _node: Node) -> Value:
    answer = truth(at(args, 0))
    return reason(at(args, 0), otherwise="a condition") if answer is None else answer


def _coded(change: Callable[[str], str]) -> Run:
    """Encoding changes characters one by one; what is not known stays so."""

    def one(value: Value) -> Value:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, Text):
            return Text.of(*(change(p) if isinstance(p, str) else p for p in value.parts))
        return value

    def run(_m: Machine, args: Args, _node: Node) -> Value:
        text = as_text(at(args, 0))
        return join(map(one, text.values)) if isinstance(text, OneOf) else one(text)

    return run


def _joined_path(_m: Machine, args: Args, _node: Node) -> Value:
    texts = [as_text(arg) for arg in args if not isinstance(arg, Spread)]
    known = [one for one in texts if isinstance(one, str)]
    if texts and len(known) == len(texts):
        return posixpath.normpath("/".join(known))
    parts: list[Value] = []
    for text in texts:
        parts += ["/", text] if parts else [text]
    return concat(parts)


def _base_name(_m: Machine, args: Args, _node: Node) -> Value:
    value = as_text(at(args, 0))
    return posixpath.basename(value) if isinstance(value, str) else reason(value)


def _is_array(_m: Machine, args: Args, _node: Node) -> Value:
    value = at(args, 0)
    if isinstance(value, Arr):
        return True
    unclear = isinstance(value, (Hole, OneOf, External)) or hasattr(value, "connection")
    return reason(value, otherwise="a condition") if unclear else False


def _class(name: str, run: Run, table: dict[str, Run] | None = None) -> Native:
    own = {key: Native(f"{name}.{key}", one) for key, one in (table or {}).items()}
    return Native(name, run, own)


_OBJECT: dict[str, Run] = {
    "keys": _keys,
    "getOwnPropertyNames": _keys,
    "values": _values,
    "entries": _entries,
    "assign": _assign,
    "fromEntries": _from_entries,
    "defineProperty": _define,
    "freeze": _first,
    "seal": _first,
}
_PROMISE: dict[str, Run] = {
    "all": _all,
    "allSettled": _settled,
    "race": _race,
    "any": _race,
    "resolve": _first,
    "reject": lambda *_: code("a rejection"),
}
_ARRAY: dict[str, Run] = {
    "from": _array_from,
    "isArray": _is_array,
    "of": lambda _m, args, _n: Arr(args),
}


def _process() -> Obj:
    return _natives(
        "process",
        {
            "cwd": lambda *_: "/var/task",
            "nextTick": lambda m, args, node: m.call(at(args, 0), args[1:], node),
        },
        env=Environ(),
        platform="linux",
    )


def _path() -> Obj:
    table: dict[str, Run] = {
        "join": _joined_path,
        "resolve": _joined_path,
        "basename": _base_name,
    }
    return _natives("path", table, sep="/")


def node_module(specifier: str) -> Value:
    """A module of Node.js that is known here; None for any other."""
    name = specifier.removeprefix("node:")
    if name == "process":
        return _process()
    if name in ("path", "path/posix"):
        return _path()
    if name == "util":
        return _natives("util", {"promisify": _first, "callbackify": _first})
    return None


def make_world() -> dict[str, Value]:
    """The globals of one program."""
    json_object = _natives("JSON", {"parse": _parse, "stringify": lambda *_: data("a JSON text")})
    return {
        "process": _process(),
        "undefined": None,
        "NaN": float("nan"),
        "Infinity": float("inf"),
        "JSON": json_object,
        "Object": _class("Object", lambda *_: Obj(), _OBJECT),
        "Promise": _class("Promise", _promise, _PROMISE),
        "Array": _class("Array", _new_array, _ARRAY),
        "Map": _class("Map", _map),
        "WeakMap": _class("WeakMap", _map),
        "Set": _class("Set", _set),
        "WeakSet": _class("WeakSet", _set),
        "String": _class("String", _string),
        "Number": _class("Number", _number, {"parseInt": _number, "parseFloat": _number}),
        "Boolean": _class("Boolean", _boolean),
        "parseInt": Native("parseInt", _number),
        "parseFloat": Native("parseFloat", _number),
        "structuredClone": Native("structuredClone", _first),
        "encodeURIComponent": Native("encodeURIComponent", _coded(lambda s: quote(s, "!~*'()"))),
        "encodeURI": Native("encodeURI", _coded(lambda s: quote(s, ";,/?:@&=+$-_.!~*'()#"))),
        "decodeURIComponent": Native("decodeURIComponent", _coded(unquote)),
        "decodeURI": Native("decodeURI", _coded(unquote)),
    }
