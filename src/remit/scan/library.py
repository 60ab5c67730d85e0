"""What the standard library and the common settings libraries do, by dotted name.

A name that is not in these tables is an `External`: calling it gives a hole.
"""

from __future__ import annotations

import ast
import json
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.core.text import Text
from remit.scan.callbacks import release
from remit.scan.iteration import each
from remit.scan.join import join
from remit.scan.objects import variable
from remit.scan.source import LARGEST_FILE
from remit.scan.text import concat, first_hole, spread
from remit.scan.values import (
    Arguments,
    ClassMethodV,
    DictV,
    ListV,
    Native,
    PartialV,
    PropertyV,
    Value,
    code,
    data,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine

Run = Callable[["Machine", Arguments, ast.AST], Value]


# -- settings ----------------------------------------------------------------------------------


def _getenv(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    return variable(machine, args.get(0, "key"), args.get(1, "default"), node)


def _decouple(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    return variable(machine, args.get(0, "option"), args.get(1, "default", ...), node)


def _environs(_machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
    read = Native("Env.str", _decouple)
    names = ("str", "int", "bool", "float", "list", "url", "json", "dict")
    return Native("Env", _decouple, dict.fromkeys(names, read))


# -- functions ---------------------------------------------------------------------------------


def _partial(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return PartialV(args.get(0, "func"), Arguments(args.positional[1:], args.keywords, args.open))


def _cache(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    """`@lru_cache` and `@lru_cache(maxsize=1)`."""
    if args.positional and not isinstance(args.positional[0], (int, type(None))):
        return args.positional[0]
    return _IDENTITY


def _identity(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return args.positional[0] if args.positional else _IDENTITY


_IDENTITY = Native("a decorator", _identity)


def _second(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return args.get(1, "val")


def _first(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return args.positional[0] if args.positional else None


def _wraps(_machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
    return _IDENTITY


def _field(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return Native("field", None, dict(args.keywords))


def _pydantic_field(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    attrs = dict(args.keywords)
    if args.positional and args.positional[0] is not ...:
        attrs["default"] = args.positional[0]
    return Native("field", None, attrs)


# -- concurrency: whatever is started runs ----------------------------------------------------


def _thread(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    target = args.get(1, "target")
    given = args.get(3, "args", ListV([], "tuple"))
    named = args.get(4, "kwargs", DictV({}))
    if target is not None:
        _start(machine, target, given, named, node)
    return Native("Thread")


def _timer(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    given = args.get(2, "args", ListV([], "tuple"))
    _start(machine, args.get(1, "function"), given, args.get(3, "kwargs", DictV({})), node)
    return Native("Timer")


def _start(machine: Machine, target: Value, given: Value, named: Value, node: ast.AST) -> None:
    items, complete = each(machine, given, node)
    keywords = dict(named.items) if isinstance(named, DictV) else {}
    is_open = not complete or not isinstance(named, DictV)
    machine.call(target, Arguments(tuple(items) if complete else (), keywords, is_open), node)


def _submit(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    result = machine.call(
        args.get(0, "fn"), Arguments(args.positional[1:], args.keywords, args.open), node
    )
    return Native("Future", None, {"result": Native("Future.result", lambda _m, _a, _n: result)})


def _executor(_machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
    over = Native("Executor.map", _map_calls)
    return Native(
        "Executor",
        None,
        {
            "submit": Native("Executor.submit", _submit),
            "map": over,
            "imap": over,
            "starmap": over,
            "apply_async": Native("Pool.apply_async", _apply),
            "apply": Native("Pool.apply", _apply),
        },
    )


def _apply(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    given = args.get(1, "args", ListV([], "tuple"))
    _start(machine, args.get(0, "func"), given, args.get(2, "kwds", DictV({})), node)
    return code("a result of a pool")


def _map_calls(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    rows = [each(machine, value, node)[0] for value in args.positional[1:]]
    results = [
        machine.call(args.positional[0], Arguments(tuple(row)), node)
        for row in zip(*rows, strict=False)
    ]
    return ListV([], "list", join(results)) if results else ListV([])


def _in_executor(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    return machine.call(args.get(1, "func"), Arguments(args.positional[2:]), node)


def _to_thread(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    return machine.call(args.get(0, "func"), Arguments(args.positional[1:], args.keywords), node)


def _gather(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return ListV(list(args.positional))


def _loop(_machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
    first = Native("loop.run", _first)
    return Native(
        "loop",
        None,
        {
            "run_in_executor": Native("loop.run_in_executor", _in_executor),
            "run_until_complete": first,
            "create_task": first,
        },
    )


# -- data --------------------------------------------------------------------------------------


def _path_join(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return spread(_path_join_one, list(args.positional))


def _path_join_one(*parts: Value) -> Value:
    if all(isinstance(part, str) for part in parts):
        return posixpath.join(*parts) if parts else ""
    pieces: list[Value] = []
    for index, part in enumerate(parts):
        before = pieces[-1] if pieces else ""
        slash = index and not (isinstance(before, str) and before.endswith("/"))
        pieces += ["/", part] if slash else [part]
    return concat(pieces)


def _basename(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "p")
    if isinstance(value, str):
        return posixpath.basename(value)
    if isinstance(value, Text) and isinstance(value.parts[-1], str) and "/" in value.parts[-1]:
        return posixpath.basename(value.parts[-1])
    return first_hole([value]) or code("a file's name")


def _dirname(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "p")
    known = isinstance(value, str)
    return posixpath.dirname(value) if known else first_hole([value]) or code("a folder")


def _same_path(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return args.get(0, "path")


def _path(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    return _path_join(_machine, args, _node) if args.positional else "."


def _loads(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    text = args.get(0, "s")
    if isinstance(text, str) and len(text) <= LARGEST_FILE:
        try:
            return _lift(json.loads(text))
        except ValueError:
            return code("broken JSON")
    return first_hole([text]) or code("parsed JSON")


def _open(machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    """A packaged file: its text is known when its path is."""
    path = args.get(0, "file")

    def read(machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
        text = machine.library.text(path) if isinstance(path, str) else None
        return data("a file's content") if text is None else text

    return Native("file", None, {"read": Native("file.read", read)})


def _load(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    file = args.get(0, "fp")
    if not isinstance(file, Native) or "read" not in file.attrs:
        return first_hole([file]) or code("parsed JSON")
    return _loads(machine, Arguments((machine.call(file.attrs["read"], Arguments(), node),)), node)


def _lift(value: Any) -> Value:
    if isinstance(value, dict):
        return DictV({key: _lift(item) for key, item in value.items()})
    if isinstance(value, list):
        return ListV([_lift(item) for item in value])
    return value


def _copy(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    value = args.get(0, "x")
    if isinstance(value, DictV):
        return DictV(dict(value.items), value.rest)
    return ListV(list(value.items), value.kind, value.rest) if isinstance(value, ListV) else value


def _default_dict(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    factory = args.get(0, "default_factory")
    rest = code("an entry") if factory is None else machine.call(factory, Arguments(), node)
    return DictV({}, rest)


def _ordered(_machine: Machine, args: Arguments, _node: ast.AST) -> Value:
    source = args.get(0, "x")
    made = DictV(dict(source.items), source.rest) if isinstance(source, DictV) else DictV({})
    made.items.update(args.keywords)
    return made


def _chain(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    parts = [each(machine, value, node) for value in args.positional]
    items = [item for found, _ in parts for item in found]
    if all(complete for _, complete in parts):
        return ListV(items)
    return ListV([], "list", join(items))


def _iterate_first(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    items, _ = each(machine, args.get(0, "iterable"), node)
    return ListV([], "list", join(items) if items else code("an element"))


def _reduce(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    release(machine, Arguments(args.positional[:1]), node)
    return code("reduce()")


def _import_module(machine: Machine, args: Arguments, node: ast.AST) -> Value:
    name = args.get(0, "name")
    if isinstance(name, str):
        found = machine.load(name)
        return machine.external(name, node) if found is None else found
    machine.recorder.missed(
        machine.span(node), ast.unparse(node)[:80], "a module chosen at run time is not followed"
    )
    return code("a module chosen at run time")


def _search(machine: Machine, arguments: Arguments, _node: ast.AST) -> Value:
    """`sys.path.insert(0, folder)`: modules are looked for in that folder too."""
    for value in arguments.positional:
        if isinstance(value, str):
            machine.library.search(value)
    return None


_RUN: dict[str, Run] = {
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.gather": _gather,
    "asyncio.get_event_loop": _loop,
    "asyncio.get_running_loop": _loop,
    "asyncio.new_event_loop": _loop,
    "asyncio.run": _first,
    "asyncio.to_thread": _to_thread,
    "asyncio.wait_for": _first,
    "collections.OrderedDict": _ordered,
    "collections.defaultdict": _default_dict,
    "collections.deque": _iterate_first,
    "concurrent.futures.ProcessPoolExecutor": _executor,
    "concurrent.futures.ThreadPoolExecutor": _executor,
    "concurrent.futures.as_completed": _iterate_first,
    "contextlib.asynccontextmanager": _identity,
    "contextlib.contextmanager": _identity,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "dataclasses.dataclass": _cache,
    "dataclasses.field": _field,
    "decouple.config": _decouple,
    "environs.Env": _environs,
    "functools.cache": _identity,
    "functools.lru_cache": _cache,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "functools.wraps": _wraps,
    "__import__": _import_module,
    "importlib.import_module": _import_module,
    "itertools.chain": _chain,
    "itertools.islice": _iterate_first,
    "json.load": _load,
    "json.loads": _loads,
    "multiprocessing.Pool": _executor,
    "multiprocessing.Process": _thread,
    "multiprocessing.pool.ThreadPool": _executor,
    "open": _open,
    "io.open": _open,
    "os.getenv": _getenv,
    "sys.path.append": _search,
    "sys.path.insert": _search,
    "os.path.abspath": _same_path,
    "os.path.basename": _basename,
    "os.path.dirname": _dirname,
    "os.path.realpath": _same_path,
    "os.path.join": _path_join,
    "pathlib.Path": _path,
    "pathlib.PurePosixPath": _path,
    "posixpath.join": _path_join,
    "pydantic.Field": _pydantic_field,
    "threading.Thread": _thread,
    "threading.Timer": _timer,
    "typing.cast": _second,
}

LIBRARY: dict[str, Value] = {
    **{name: Native(name, run) for name, run in _RUN.items()},
    "functools.cached_property": Native(
        "cached_property", lambda _m, a, _n: PropertyV(a.get(0, "func"))
    ),
    "functools.partialmethod": Native("partialmethod", _partial),
    "abc.abstractmethod": _IDENTITY,
    "abc.abstractclassmethod": Native("classmethod", lambda _m, a, _n: ClassMethodV(a.get(0, "f"))),
    "typing.TYPE_CHECKING": False,
    "typing.final": _IDENTITY,
    "typing.overload": _IDENTITY,
    "os.sep": "/",
    "os.linesep": "\n",
    "sys.platform": "linux",
    "os.name": "posix",
}
