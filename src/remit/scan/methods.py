"""Methods of strings, lists and dicts, as far as names of resources are built with them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole, Text
from remit.scan.join import join
from remit.scan.text import LONGEST, concat, first_hole, formatted, spread
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    DictV,
    ListV,
    Native,
    OneOf,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine

Run = Callable[["Machine", Any, Arguments], Value]

_PURE = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "encode",
        "endswith",
        "find",
        "isalnum",
        "isalpha",
        "isdigit",
        "islower",
        "isupper",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
        "zfill",
        "decode",
    ]
)
"""Methods that Python itself may run on known strings: they are pure."""


def string_method(value: str | bytes | Text, name: str) -> Value:
    """The bound method `name` of a string."""
    if name == "format" and isinstance(value, str):
        return Native(
            "str.format",
            lambda _m, args, _n: formatted(value, args.positional, dict(args.keywords)),
        )
    if name == "join" and isinstance(value, str):
        return Native("str.join", lambda m, args, n: _join(m, value, args, n))
    return Native(f"str.{name}", lambda _m, args, _n: _string_call(value, name, args))


def _string_call(value: str | bytes | Text, name: str, args: Arguments) -> Value:
    return spread(lambda *chosen: _one_string_call(value, name, chosen), list(args.positional))


def _one_string_call(value: str | bytes | Text, name: str, args: tuple[Value, ...]) -> Value:
    known = all(isinstance(arg, (*CONSTANTS, ListV)) for arg in args)
    if any(isinstance(arg, int) and arg > LONGEST for arg in args):
        return code("a long text")  # `zfill`
    if isinstance(value, (str, bytes)) and name in _PURE and known and len(value) <= LONGEST:
        plain = [tuple(a.items) if isinstance(a, ListV) else a for a in args]
        try:
            result = getattr(value, name)(*plain)
        except (TypeError, ValueError, AttributeError, LookupError):
            return code(f"a string's `{name}`")
        return ListV(list(result)) if isinstance(result, (list, tuple)) else result
    if (
        isinstance(value, Text)
        and name in ("strip", "rstrip", "lstrip", "encode", "decode")
        and not args
    ):
        return value
    if isinstance(value, Text) and known:
        answer = _of_text(value, name, args)
        if answer is not ...:
            return answer
    return first_hole([value, *args]) or code(f"a string's `{name}`")


def _of_text(value: Text, name: str, args: tuple[Value, ...]) -> Value:
    first, last = value.parts[0], value.parts[-1]
    wanted = args[0] if args and isinstance(args[0], str) else None
    if name == "startswith" and wanted is not None and isinstance(first, str):
        decided = len(first) >= len(wanted) or not wanted.startswith(first)
        return first.startswith(wanted) if decided else ...
    if name == "endswith" and wanted is not None and isinstance(last, str):
        decided = len(last) >= len(wanted) or not wanted.endswith(last)
        return last.endswith(wanted) if decided else ...
    if name in ("lower", "upper"):
        return Text.of(*(getattr(p, name)() if isinstance(p, str) else p for p in value.parts))
    if name == "replace" and len(args) == 2 and all(isinstance(a, str) for a in args):
        return Text.of(*(p.replace(*args) if isinstance(p, str) else p for p in value.parts))
    return ...


def _join(machine: Machine, separator: str, args: Arguments, node: ast.AST) -> Value:
    parts = elements(machine, args.get(0, "iterable"))
    if parts is None:
        return first_hole([args.get(0, "iterable")]) or code("a joined text")
    pieces: list[Value] = []
    for index, part in enumerate(parts):
        pieces += [separator, part] if index else [part]
    return concat(pieces)


def elements(machine: Machine, value: Value) -> list[Value] | None:
    """The elements of a value that is iterated, None when they are not all known."""
    if isinstance(value, str):
        return list(value) if len(value) <= 64 else None
    if isinstance(value, ListV) and not value.open:
        return list(value.items)
    if isinstance(value, DictV) and not value.open:
        return list(value.items)
    return None


# -- lists -------------------------------------------------------------------------------------


def list_method(value: ListV, name: str) -> Value:
    """The bound method `name` of a list, tuple or set."""
    run = _LIST.get(name)
    if run is None:
        return Native(f"{value.kind}.{name}", lambda _m, _a, _n: code(f"a {value.kind}'s `{name}`"))
    return Native(f"{value.kind}.{name}", lambda m, args, _n: run(m, value, args))


def _append(machine: Machine, value: ListV, args: Arguments) -> Value:
    item = args.get(0, "object")
    machine.written(value, None, item)
    if len(value.items) < 64:
        value.items.append(item)
    else:
        value.rest = join([value.rest, item]) if value.open else item
    return None


def _extend(machine: Machine, value: ListV, args: Arguments) -> Value:
    more = elements(machine, args.get(0, "iterable"))
    machine.written(value, None, more)
    if more is None or len(value.items) + len(more) > 64:
        value.rest = code("more elements")
    else:
        value.items.extend(more)
    return None


def _pop(machine: Machine, value: ListV, args: Arguments) -> Value:
    machine.written(value, None, args)
    options = [*value.items, *([value.rest] if value.open else [])]
    return join(options) if options else code("an element")


_LIST: dict[str, Run] = {
    "append": _append,
    "add": _append,
    "appendleft": _append,
    "extend": _extend,
    "update": _extend,
    "pop": _pop,
    "popleft": _pop,
    "copy": lambda _m, value, _a: ListV(list(value.items), value.kind, value.rest),
    "insert": lambda m, value, args: _append(m, value, Arguments(args.positional[1:])),
    "sort": lambda _m, _v, _a: None,
    "reverse": lambda _m, _v, _a: None,
}


# -- dicts -------------------------------------------------------------------------------------


def dict_method(value: DictV, name: str) -> Value:
    """The bound method `name` of a dict."""
    run = _DICT.get(name)
    if run is None:
        return Native(f"dict.{name}", lambda _m, _a, _n: code(f"a dict's `{name}`"))
    return Native(f"dict.{name}", lambda m, args, _n: run(m, value, args))


def look_up(value: DictV, key: Value, default: Value = ...) -> Value:
    """`value[key]`; `default` (or a hole) where the key is not there."""
    if isinstance(key, OneOf):
        return join(look_up(value, one, default) for one in key.values)
    if isinstance(key, (*CONSTANTS, Text)) and not isinstance(key, (Text, Hole)):
        if key in value.items:
            return value.items[key]
        if not value.open:
            return default if default is not ... else code(f"a dict has no key {key!r}")
        return value.rest if default is ... else join([value.rest, default])
    options = [*value.items.values(), *([value.rest] if value.open else [])]
    if default is not ...:
        options.append(default)
    return join(options) if options else code("an entry of a dict")


def _update(machine: Machine, value: DictV, args: Arguments) -> Value:
    machine.written(value, None, args)
    for source in args.positional:
        if isinstance(source, DictV):
            value.items.update(source.items)
            if source.open:
                value.rest = source.rest
        else:
            value.rest = first_hole([source]) or code("more entries")
    value.items.update(args.keywords)
    return None


def _set_default(machine: Machine, value: DictV, args: Arguments) -> Value:
    key, default = args.get(0, "key"), args.get(1, "default")
    if isinstance(key, CONSTANTS) and key not in value.items:
        value.items[key] = machine.written(value, ..., default)
    return look_up(value, key, default)


def _remove(machine: Machine, value: DictV, args: Arguments) -> Value:
    key = args.get(0, "key")
    found = look_up(value, key, args.get(1, "default"))
    machine.written(value, None, args)
    if isinstance(key, CONSTANTS) and not machine.weak:
        value.items.pop(key, None)
    return found


def _pairs(value: DictV) -> ListV:
    items: list[Value] = [ListV([k, v], "tuple") for k, v in value.items.items()]
    rest = ListV([code("a key"), value.rest], "tuple") if value.open else ...
    return ListV(items, "list", rest)


_DICT: dict[str, Run] = {
    "get": lambda _m, value, args: look_up(value, args.get(0, "key"), args.get(1, "default")),
    "items": lambda _m, value, _a: _pairs(value),
    "keys": lambda _m, value, _a: ListV(
        list(value.items), "list", code("a key") if value.open else ...
    ),
    "values": lambda _m, value, _a: ListV(list(value.items.values()), "list", value.rest),
    "copy": lambda _m, value, _a: DictV(dict(value.items), value.rest),
    "update": _update,
    "setdefault": _set_default,
    "pop": _remove,
}
