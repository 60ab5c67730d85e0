"""Scan one function: run its modules and its handler under one stage's settings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from remit.core.span import Problem, Span
from remit.core.text import Hole, HoleKind, Text
from remit.scan.javascript.aws.connect import ROLE_KEY
from remit.scan.javascript.calls import with_inner
from remit.scan.javascript.interpreter import Interpreter
from remit.scan.javascript.library import Library
from remit.scan.javascript.modules import imported
from remit.scan.javascript.state import ON, Activation
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    Bound,
    Cls,
    Func,
    Module,
    Native,
    Spread,
    Value,
    Wrapped,
)
from remit.scan.model import Entry, Located, Mask, Scan
from remit.scan.values import alternatives, code, data


def scan(
    library: Library,
    entry: str,
    handler: str,
    environment: Mapping[str, str | Text],
    *,
    function: str,
    region: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Scan:
    """Interpret the file `entry` (with or without extension) and what it exports as `handler`.

    `environment` is the stage's; `function` the deployed function to which calls are attributed;
    `region` where it is deployed, if known; `values` fills holes by name. Never raises for what is
    in the project: what can't be used is in `Scan.problems`, what can't be followed in
    `Scan.unattributed`.
    """
    machine = Interpreter(library, {**_own(region), **environment}, values or {})
    machine.recorder.function = function
    problems: list[Problem] = []
    file = library.entry(entry)
    if file is None or file.endswith(".json"):
        hint = "name the file that exports the handler"
        problems.append(Problem(Span.whole(entry), f"`{entry}` was not found", hint))
    else:
        with _deep():
            _run(machine, file, handler, function)
    recorder = machine.recorder
    _mask(machine)
    return Scan(
        entries=tuple(recorder.entries),
        calls=tuple(recorder.located.values()),
        unattributed=tuple(recorder.unknown.values()),
        masks=tuple(recorder.masks.values()),
        problems=tuple(dict.fromkeys((*problems, *library.problems))),
        foreign=frozenset(recorder.foreign),
        environment_read=dict(recorder.read),
    )


def _own(region: str | None) -> dict[str, Value]:
    """What Lambda itself sets. Source: Lambda developer guide, configuration-envvars."""
    here: Value = region or Hole(HoleKind.ASSIGNED, "region")
    return {
        "AWS_REGION": here,
        "AWS_DEFAULT_REGION": here,
        "AWS_EXECUTION_ENV": data("the runtime"),
        "AWS_LAMBDA_FUNCTION_NAME": Hole(HoleKind.ASSIGNED, "function name"),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": data("memory size"),
        "AWS_LAMBDA_LOG_GROUP_NAME": Hole(HoleKind.ASSIGNED, "log group"),
        "AWS_LAMBDA_LOG_STREAM_NAME": data("log stream"),
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_ACCESS_KEY_ID": ROLE_KEY,
        "AWS_SECRET_ACCESS_KEY": ROLE_KEY,
        "AWS_SESSION_TOKEN": ROLE_KEY,
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "TZ": ":UTC",
        "PATH": data("PATH"),
        "LANG": "en_US.UTF-8",
        "NODE_PATH": data("NODE_PATH"),
        "_HANDLER": data("the handler"),
    }


@contextmanager
def _deep() -> Iterator[None]:
    """Interpreted calls nest several Python frames each."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 12_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _run(m: Interpreter, file: str, handler: str, function: str) -> None:
    whole = Span.whole(file)
    module = m.guarded(whole, file, lambda: m.load(file))
    m.importing = False
    if module is None:
        return
    m.stack.append(Activation(handler, module, module.scope))
    found = m.guarded(whole, handler, lambda: _handler(m, module, handler))
    m.stack.clear()
    start = _place(found)
    if start is None and m.deferred:  # an application of routes that a library serves
        found, start = None, m.deferred[0][1]
    if start is None:
        m.recorder.missed(whole, handler, _no_handler(file, handler, found))
        return
    place = start.span
    m.recorder.entries.append(Entry(handler, function, "handler", place))
    base = Activation(handler, module, module.scope)
    m.steps = 0
    if found is not None:
        _start(m, base, place, handler, lambda: _twice(m, found, start))
    own = _functions_of(found)
    for waiting, node in m.deferred:
        if any(waiting is one for one in own):
            continue
        m.escaped.clear()
        args = (Spread(code("an argument from a library")),)
        _start(
            m,
            base,
            place,
            handler,
            lambda waiting=waiting, args=args, node=node: with_inner(m, waiting, args, node),  # type: ignore[misc]  # mypy infers no type for a default of a lambda
        )


def _start(
    m: Interpreter, base: Activation, place: Span, name: str, action: Callable[[], Value]
) -> None:
    m.stack[:] = [base]
    m.guarded(place, name, action)
    m.stack.clear()


def _twice(m: Interpreter, found: Value, node: Node) -> Value:
    """A warm function finds what the run before left in its modules: then other branches run."""
    args = (data("event"), data("context"), Native("callback", lambda *_: None))

    def run() -> str:
        m.call(found, args, node)
        return ON

    _, changes = m.trial(run)
    if changes:
        m.weakly(changes)
        run()
    return None


def _handler(m: Interpreter, module: Module, name: str) -> Value:
    """`handler`, or a property of an export: `handlers.create`."""
    first, *others = name.split(".")
    node = module.source.root
    found = imported(m, module, first, node)
    if found is None and first != "default":
        whole = imported(m, module, "default", node)
        if isinstance(whole, (Func, Wrapped)):
            found = None
        elif whole is not None:
            found = m.member(whole, first, node)
    for step in others:
        found = m.member(found, step, node)
    return found


def _place(value: Value) -> Node | None:
    """The function that the handler is; None when it is none of the project's."""
    for one in alternatives(value):
        inner = one
        while isinstance(inner, (Bound, Wrapped)):
            functions = inner.functions if isinstance(inner, Wrapped) else (inner.function,)
            inner = functions[0] if functions else None
        if isinstance(inner, (Func, Cls)):
            return inner.node
    return None


def _functions_of(value: Value) -> list[Value]:
    """The functions that the handler runs itself: they have run with an event."""
    wrapped = [one for one in alternatives(value) if isinstance(one, Wrapped)]
    inner = [one for wrapper in wrapped for one in wrapper.functions]
    deeper = [one for part in inner if isinstance(part, Wrapped) for one in _functions_of(part)]
    return [*alternatives(value), *inner, *deeper]


def _no_handler(file: str, handler: str, found: Value) -> str:
    if found is None:
        return f"`{file}` exports no `{handler}`"
    name = getattr(found, "name", "a value")
    return f"`{handler}` is `{name}`, which is not followed"


def _mask(m: Interpreter) -> None:
    """One mask for each `catch` that hides AWS errors, with the calls it hides."""
    hidden: dict[Span, list[Located]] = {}
    for located in m.recorder.located.values():
        if located.call.swallowed is not None:
            hidden.setdefault(located.call.swallowed, []).append(located)
    for clause, found in hidden.items():
        path = found[0].call.path
        spans = tuple(dict.fromkeys(one.call.span for one in found))
        name = path[0].function if path else "import"
        m.recorder.mask(Mask("swallowed", clause, name, m.recorder.handling[clause], spans))
