"""Scan one stage: run its code from the functions that are deployed, with its environment."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.scan.frameworks import chalice, functions
from remit.scan.interpreter import Interpreter
from remit.scan.machine import Activation
from remit.scan.model import Entry, Located, Mask, Scan
from remit.scan.source import Library
from remit.scan.text import tidy
from remit.scan.values import (
    Arguments,
    DictV,
    EnvironV,
    External,
    FunctionV,
    Value,
    alternatives,
    data,
)


def scan(
    library: Library,
    entry: str,
    environment: Mapping[str, str | Text],
    *,
    handler: str | None = None,
    function: str = "",
    region: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Scan:
    """Interpret the module `entry` (`app`, `src.app`) and what AWS starts in it.

    That is the function `handler` of the deployed `function`, with all that the module registers
    with a framework of its own; without a `handler`, every function that Chalice deploys. With an
    empty `handler` the module is a program: it is run as `__main__`, outside of Lambda.
    `environment` is the stage's; `region` where it is deployed, if known; `values` fills holes by
    name. Never raises for what is in the project: what can't be used is in `Scan.problems`, what
    can't be followed in `Scan.unattributed`.
    """
    own = _place(region) if handler == "" else _lambda(region)
    machine = Interpreter(library, _environ(environment, own), values or {})
    start = Span.whole(posixpath.join(library.roots[0], entry.replace(".", "/") + ".py"))
    with _deep():
        if handler == "":
            functions.begin(machine, entry, function, start)
        module = machine.guarded(start, entry, lambda: machine.load(entry))
        machine.importing = False
        if handler == "":
            functions.end(machine, module, function, start)
        elif handler is not None:
            functions.run(machine, module, handler, function, start)
        elif module is not None:
            for registered in _handlers(machine):
                _run_handler(machine, registered)
    recorder = machine.recorder
    _mask_swallowed(machine)
    if handler is None and module is not None and not recorder.entries:
        recorder.missed(start, "app", _no_entry(module.scope.vars.get("app")))
    return Scan(
        entries=tuple(recorder.entries),
        calls=tuple(recorder.located.values()),
        unattributed=tuple(recorder.unknown.values()),
        masks=tuple(recorder.masks.values()),
        problems=tuple(library.problems),
        environment_read=dict(recorder.read),
        foreign=frozenset(recorder.foreign),
    )


def _no_entry(app: Value) -> str:
    """Why no function that the framework deploys was found."""
    if isinstance(app, (External, Hole)):
        return f"`app` is `{app.name}`, which is not followed, and so is what it deploys"
    return "no function that Chalice deploys was found"


def _place(region: str | None) -> dict[str, Value]:
    """The region, as Lambda and the other services that run programs set it."""
    here: Value = region or Hole(HoleKind.ASSIGNED, "region")
    return {"AWS_REGION": here, "AWS_DEFAULT_REGION": here}


def _lambda(region: str | None) -> dict[str, Value]:
    """What Lambda itself sets: Lambda developer guide, configuration-envvars."""
    return {
        **_place(region),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3",
        "AWS_LAMBDA_FUNCTION_NAME": Hole(HoleKind.ASSIGNED, "function name"),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": data("memory size"),
        "AWS_LAMBDA_LOG_GROUP_NAME": Hole(HoleKind.ASSIGNED, "log group"),
        "AWS_LAMBDA_LOG_STREAM_NAME": data("log stream"),
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_ACCESS_KEY_ID": data("the role's key"),
        "AWS_SECRET_ACCESS_KEY": data("the role's key"),
        "AWS_SESSION_TOKEN": data("the role's key"),
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "TZ": ":UTC",
        "PATH": data("PATH"),
        "LANG": "en_US.UTF-8",
        "PYTHONPATH": "/var/runtime",
        "_HANDLER": data("the handler"),
    }


def _environ(environment: Mapping[str, str | Text], own: Mapping[str, Value]) -> EnvironV:
    """What is there anyway, then the stage's."""
    given = {
        name: tidy(value) if isinstance(value, Text) else value
        for name, value in environment.items()
    }
    return EnvironV({**own, **given})


@contextmanager
def _deep() -> Iterator[None]:
    """Interpreted calls nest several Python frames each."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 12_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _handlers(machine: Interpreter) -> list[chalice.Handler]:
    apps = [app for app in machine.keep if isinstance(app, chalice.App)]
    return [handler for app in apps for handler in app.handlers()]


def _run_handler(machine: Interpreter, handler: chalice.Handler) -> None:
    entry = chalice.entry(machine, handler)
    if entry is None:
        return
    if handler.kind != "middleware":
        machine.recorder.entries.append(entry)
    machine.recorder.function = entry.function
    machine.steps = 0
    function = handler.function
    base = Activation(entry.name, function.module, function.module.scope, entry.span)
    machine.stack[:] = [base]
    arguments = _given(handler, function)
    result = machine.guarded(
        entry.span, entry.name, lambda: machine.call(function, arguments, function.node)
    )
    machine.stack.clear()
    machine.recorder.function = ""
    if handler.kind == "route":
        _mask_statuses(machine, entry, result)


def _mask_statuses(machine: Interpreter, entry: Entry, result: Value) -> None:
    """A dict that a view returns is the body of an answer with status 200, whatever it says.

    Source: facts/api-gateway.md 7.4; Chalice's documentation, "Views", "Customizing the HTTP
    Response".
    """
    for value in alternatives(result):
        status = value.items.get("statusCode") if isinstance(value, DictV) else None
        if isinstance(status, int) and status >= 400 and value.origin is not None:
            source, node = value.origin
            machine.recorder.mask(
                Mask("status-in-body", source.span(node), entry.name, str(status))
            )


def _mask_swallowed(machine: Interpreter) -> None:
    """One mask for each `except` clause that hides AWS errors, with the calls it hides."""
    hidden: dict[Span, list[Located]] = {}
    for located in machine.recorder.located.values():
        if located.call.swallowed is not None:
            hidden.setdefault(located.call.swallowed, []).append(located)
    for handler, calls in hidden.items():
        how = machine.recorder.handling.get(handler, "")
        if how:
            path = calls[0].call.path
            spans = tuple(dict.fromkeys(located.call.span for located in calls))
            machine.recorder.mask(
                Mask("swallowed", handler, path[0].function if path else "import", how, spans)
            )


_PARAMETER = re.compile(r"\{(\w+)\}")


def _given(handler: chalice.Handler, function: FunctionV) -> Arguments:
    """What the framework passes: a path's parameters by name, the event to everything else."""
    if handler.kind == "route":
        names = _PARAMETER.findall(handler.label)
        return Arguments(keywords={name: data(f"`{name}` of the path") for name in names})
    names = [arg.arg for arg in (*function.node.args.posonlyargs, *function.node.args.args)]
    given: list[Value] = [data(name) for name in names] or [data("event")]
    if handler.event is not None:
        given[0] = handler.event
    return Arguments(tuple(given))
