"""Python's builtins, as far as code that builds names and finds clients uses them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole, Text
from remit.scan.callbacks import release
from remit.scan.iteration import UNROLL, each
from remit.scan.join import join
from remit.scan.library import LIBRARY
from remit.scan.methods import elements
from remit.scan.objects import set_attribute
from remit.scan.text import concat, first_hole
from remit.scan.truth import truth
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    ClassMethodV,
    ClassV,
    DictV,
    External,
    Heap,
    InstanceV,
    ListV,
    Native,
    OneOf,
    PropertyV,
    StaticV,
    Value,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine

Run = Callable[["Machine", Arguments, ast.AST], Value]


def _convert(kind: type[int] | type[float], label: str) -> Run:
    def run(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
        value = args.get(0, "x", kind())
        options = value.values if isinstance(value, OneOf) else (value,)
        return join(_converted(kind, label, one) for one in options)

    return run


def _converted(kind: Callable[[Any], Any], label: str, value: Value) -> Value:
    if isinstance(value, CONSTANTS):
        try:
            return kind(value)
        except (TypeError, ValueError, OverflowError):
            return code(f"{label}() of something else")
    return first_hole([value]) or code(f"{label}()")


def _str(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return concat([args.get(0, "object", "")])


def _bool(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "x", False)
    answer = truth(value)
    return (first_hole([value]) or code("a condition")) if answer is None else answer


def _sequence(kind: str) -> Run:
    def run(machine: Machine, args: Arguments, node: ast.AST) -> Value:
        if not args.positional:
            return ListV([], kind)
        items, complete = each(machine, args.positional[0], node)
        return ListV(list(items), kind) if complete else ListV([], kind, join(items))

    return run


def _dict(machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    made = DictV({})
    for source in args.positional:
        if isinstance(source, DictV):
            made.items.update(source.items)
            made.rest = source.rest
        else:
            pairs = elements(machine, source)
            if pairs is None or not all(isinstance(p, ListV) and len(p.items) == 2 for p in pairs):
                made.rest = first_hole([source]) or code("more entries")
                continue
            made.items.update(
                {p.items[0]: p.items[1] for p in pairs if isinstance(p.items[0], CONSTANTS)}
            )
    made.items.update(args.keywords)
    if args.open:
        made.rest = code("more entries")
    return made


def _len(machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "obj")
    known = elements(machine, value)
    unsure = isinstance(value, Heap) and (
        value.loose or (isinstance(value, ListV) and machine.weak)
    )
    if known is not None and not unsure:
        return len(known)
    return first_hole([value]) or code("a length")


def _getattr(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    owner, name = args.get(0, "object"), args.get(1, "name")
    options = name.values if isinstance(name, OneOf) else (name,)
    if not all(isinstance(one, str) for one in options):
        return first_hole([name]) or code("an attribute chosen at run time")
    if len(args.positional) > 2 and isinstance(owner, InstanceV):
        return join(
            machine.attribute(owner, one, node)
            if one in owner.attrs or owner.cls.find(one) is not ...
            else args.positional[2]
            for one in options
        )
    return join(machine.attribute(owner, one, node) for one in options)


def _setattr(machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    if isinstance(args.get(1, "name"), str):
        set_attribute(machine, args.get(0, "obj"), args.positional[1], args.get(2, "value"))
    return None


def _hasattr(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    owner, name = args.get(0, "obj"), args.get(1, "name")
    if isinstance(owner, InstanceV) and isinstance(name, str) and not owner.cls.external_bases():
        return name in owner.attrs or owner.cls.find(name) is not ...
    return code("hasattr()")


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str, Text),
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "dict": (DictV,),
    "list": (ListV,),
    "tuple": (ListV,),
    "set": (ListV,),
}


def _isinstance(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value, kind = args.get(0, "obj"), args.get(1, "class_or_tuple")
    if isinstance(value, (Hole, OneOf)):
        return first_hole([value]) or code("isinstance()")
    kinds = kind.items if isinstance(kind, ListV) else [kind]
    answers = [_is_of(value, one) for one in kinds]
    return True if True in answers else (code("isinstance()") if None in answers else False)


def _is_of(value: Value, kind: Value) -> bool | None:
    if isinstance(kind, Native) and kind.name in _TYPES:
        if isinstance(value, ListV):
            return value.kind == kind.name
        return isinstance(value, _TYPES[kind.name])
    if isinstance(kind, ClassV) and isinstance(value, InstanceV):
        return (
            True if kind in value.cls.lineage() else (None if value.cls.external_bases() else False)
        )
    return False if isinstance(kind, ClassV) and isinstance(value, CONSTANTS) else None


def _map(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    if len(args.positional) < 2:
        return code("map()")
    items, complete = each(machine, args.positional[1], node)
    rows = [each(machine, more, node)[0] for more in args.positional[2:]]
    results = []
    for index, item in enumerate(items):
        others = tuple(row[min(index, len(row) - 1)] if row else code("an element") for row in rows)
        results.append(machine.call(args.positional[0], Arguments((item, *others)), node))
    return ListV(results) if complete else ListV([], "list", join(results))


def _filter(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    items, _ = each(machine, args.get(1, "iterable"), node)
    test = args.get(0, "function")
    for item in items:
        if test is not None:
            machine.call(test, Arguments((item,)), node)
    return ListV([], "list", join(items) if items else code("an element"))


def _enumerate(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    items, complete = each(machine, args.get(0, "iterable"), node)
    if complete:
        return ListV([ListV([i, item], "tuple") for i, item in enumerate(items)])
    return ListV([], "list", ListV([code("an index"), join(items)], "tuple"))


def _zip(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    columns = [each(machine, value, node) for value in args.positional]
    if columns and all(complete for _, complete in columns):
        rows = zip(*(items for items, _ in columns), strict=False)
        return ListV([ListV(list(row), "tuple") for row in rows])
    parts = [join(items) if items else code("an element") for items, _ in columns]
    return ListV([], "list", ListV(parts, "tuple"))


def _range(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    if args.positional and all(isinstance(a, int) for a in args.positional[:3]):
        try:
            numbers = range(*args.positional[:3])
        except (TypeError, ValueError):
            return code("range()")
        if not numbers[UNROLL:]:  # `len` fails on very large ones
            return ListV(list(numbers))
    return ListV([], "list", code("a number"))


def _element(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    items, _ = each(machine, args.get(0, "iterable"), node)
    return join([*items, *args.positional[1:2]]) if items else code("an element")


def _same(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    release(machine, Arguments((), {k: v for k, v in args.keywords.items() if k == "key"}), node)
    return args.get(0, "iterable")


def _each_once(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    each(machine, args.get(0, "iterable"), node)
    return code("a condition over elements")


def _type(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "object")
    return value.cls if isinstance(value, InstanceV) else code("type()")


def _least(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    release(machine, Arguments((), {k: v for k, v in args.keywords.items() if k == "key"}), node)
    if len(args.positional) == 1:
        return _element(machine, args, node)
    return join(args.positional) if args.positional else code("min()")


_RUN: dict[str, Run] = {
    "all": _each_once,
    "any": _each_once,
    "bool": _bool,
    "dict": _dict,
    "enumerate": _enumerate,
    "filter": _filter,
    "globals": lambda machine, _a, _n: DictV(machine.frame.module.scope.vars),
    "float": _convert(float, "float"),
    "frozenset": _sequence("set"),
    "getattr": _getattr,
    "hasattr": _hasattr,
    "int": _convert(int, "int"),
    "isinstance": _isinstance,
    "iter": _same,
    "len": _len,
    "list": _sequence("list"),
    "map": _map,
    "max": _least,
    "min": _least,
    "next": _element,
    "print": lambda _m, _a, _n: None,
    "range": _range,
    "reversed": _same,
    "set": _sequence("set"),
    "setattr": _setattr,
    "sorted": _same,
    "str": _str,
    "tuple": _sequence("tuple"),
    "type": _type,
    "zip": _zip,
}

_INERT = [
    "abs",
    "bin",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "complex",
    "delattr",
    "divmod",
    "format",
    "hash",
    "hex",
    "id",
    "input",
    "issubclass",
    "memoryview",
    "oct",
    "ord",
    "pow",
    "repr",
    "round",
    "sum",
    "vars",
    "dir",
    "locals",
    "slice",
    "eval",
    "exec",
    "compile",
    "NotImplemented",
    "Ellipsis",
    "breakpoint",
    "help",
    "aiter",
    "anext",
    "exit",
    "quit",
]

_EXCEPTIONS = [
    "BaseException",
    "Exception",
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "ConnectionError",
    "EOFError",
    "FileExistsError",
    "FileNotFoundError",
    "ImportError",
    "IndexError",
    "IOError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TimeoutError",
    "TypeError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
    "Warning",
    "DeprecationWarning",
    "UserWarning",
    "RuntimeWarning",
    "StopAsyncIteration",
    "GeneratorExit",
    "ExceptionGroup",
    "BaseExceptionGroup",
    "BrokenPipeError",
    "InterruptedError",
    "EnvironmentError",
]

BUILTINS: dict[str, Value] = {
    **{name: Native(name, run) for name, run in _RUN.items()},
    **{name: External(name) for name in (*_INERT, *_EXCEPTIONS)},
    "object": Native("object"),
    "__import__": LIBRARY["__import__"],
    "open": LIBRARY["open"],
    "staticmethod": Native("staticmethod", lambda _m, a, _n: StaticV(a.get(0, "f"))),
    "classmethod": Native("classmethod", lambda _m, a, _n: ClassMethodV(a.get(0, "f"))),
    "property": Native("property", lambda _m, a, _n: PropertyV(a.get(0, "fget"), a.get(1, "fset"))),
    "__debug__": True,
}
