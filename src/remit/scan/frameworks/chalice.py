"""AWS Chalice: the decorators that make a function an entry point, and the app's own AWS calls.

Source: Chalice's documentation, "Routing", "Lambda event sources", "Blueprints", "Websockets".
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from remit.scan.model import Entry
from remit.scan.values import (
    Arguments,
    External,
    FunctionV,
    Heap,
    ListV,
    Native,
    Value,
    data,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine

API_HANDLER = "api_handler"
"""The one Lambda function that serves all routes."""

_EVENTS = {
    # decorator: (index and name of the argument that names the source, or None)
    "lambda_function": None,
    "schedule": None,
    "on_cw_event": None,
    "on_s3_event": (0, "bucket"),
    "on_sns_message": (0, "topic"),
    "on_sqs_message": (0, "queue"),
    "on_kinesis_record": (0, "stream"),
    "on_dynamodb_record": (0, "stream_arn"),
    "authorizer": None,
}
_WEBSOCKET = {
    "on_ws_connect": "websocket_connect",
    "on_ws_message": "websocket_message",
    "on_ws_disconnect": "websocket_disconnect",
}


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """A function that a decorator registered. `event` is what it is given, where that is known."""

    kind: str
    function: Value
    label: str
    name: str
    source: str | None
    node: ast.AST
    event: Value = None


@dataclass(slots=True, eq=False)
class App:
    """A `Chalice` or a `Blueprint`: what was registered on it, in order."""

    is_app: bool
    registered: list[Handler] = field(default_factory=list)
    mounted: list[tuple[App, str]] = field(default_factory=list)
    attrs: dict[str, Value] = field(default_factory=dict)
    serial: int = field(default_factory=Heap.now)

    def handlers(self, prefix: str = "", seen: tuple[int, ...] = ()) -> list[Handler]:
        """All handlers, with those of the blueprints that were registered."""
        if id(self) in seen:
            return []
        own = [
            h if h.kind == "route" else replace(h, name=prefix + h.name) for h in self.registered
        ]
        for blueprint, more in self.mounted:
            own += blueprint.handlers(prefix + more, (*seen, id(self)))
        return own


def make(*, is_app: bool) -> Native:
    """`Chalice` or `Blueprint`, to be called."""

    def run(machine: Machine, _args: Arguments, _node: ast.AST) -> Value:
        app = App(is_app)
        if is_app:
            machine.keep.append(app)
        return app

    return Native("Chalice" if is_app else "Blueprint", run)


def attribute(machine: Machine, app: App, name: str, node: ast.AST) -> Value:
    """An attribute of the app."""
    if name in app.attrs:
        return app.attrs[name]
    if name == "route" or name in _EVENTS or name in _WEBSOCKET:
        return Native(f"app.{name}", lambda m, args, at: _decorator(app, name, args))
    if name == "middleware":
        return Native(
            "app.middleware",
            lambda _m, _a, _n: Native("middleware", lambda m, a, n: _add_middleware(app, a, n)),
        )
    if name == "register_middleware":
        return Native("app.register_middleware", lambda m, a, n: _add_middleware(app, a, n))
    if name == "register_blueprint":
        return Native("app.register_blueprint", lambda _m, args, _n: _mount(app, args))
    if name == "websocket_api":
        return Native("websocket_api", None, {m: _websocket_call(m) for m in _SENDS})
    if name == "log":
        return External("logging.Logger")
    if name in ("current_request", "current_app", "lambda_context"):
        return data(f"app.{name}")
    return External(f"chalice.app.{name}")


_SENDS = {"send": "PostToConnection", "close": "DeleteConnection", "info": "GetConnection"}


def _websocket_call(method: str) -> Native:
    def run(machine: Machine, args: Arguments, node: ast.AST) -> Value:
        connection = args.get(0, "connection_id", data("the connection's id"))
        machine.made("apigatewaymanagementapi", _SENDS[method], {"ConnectionId": connection}, node)
        return data(f"websocket_api.{method}()")

    return Native(f"websocket_api.{method}", run)


def _decorator(app: App, kind: str, args: Arguments) -> Native:
    def register(_machine: Machine, given: Arguments, node: ast.AST) -> Value:
        function = given.get(0, "func")
        app.registered.append(
            Handler(
                kind,
                function,
                _label(kind, args, function),
                _name(kind, args, function),
                _source(kind, args),
                node,
                _s3_event(args.get(0, "bucket")) if kind == "on_s3_event" else None,
            )
        )
        return function

    return Native(f"app.{kind}()", register)


def _add_middleware(app: App, args: Arguments, node: ast.AST) -> Value:
    function = args.get(0, "func")
    app.registered.append(Handler("middleware", function, "middleware", "", None, node))
    return function


def _mount(app: App, args: Arguments) -> Value:
    blueprint = args.get(0, "blueprint")
    prefix = args.get(1, "name_prefix")
    if isinstance(blueprint, App):
        app.mounted.append((blueprint, prefix if isinstance(prefix, str) else ""))
    return None


def _name(kind: str, args: Arguments, function: Value) -> str:
    """The name of the deployed function."""
    if kind == "route":
        return API_HANDLER
    if kind in _WEBSOCKET:
        return _WEBSOCKET[kind]
    given = args.keywords.get("name")
    return given if isinstance(given, str) else getattr(function, "name", "handler")


def _label(kind: str, args: Arguments, function: Value) -> str:
    if kind != "route":
        return f"{kind} {getattr(function, 'name', '')}".strip()
    path = args.get(0, "path")
    methods = args.keywords.get("methods")
    names = (
        [m for m in methods.items if isinstance(m, str)] if isinstance(methods, ListV) else ["GET"]
    )
    return f"{','.join(names)} {path if isinstance(path, str) else '...'}"


def _s3_event(bucket: Value) -> Native:
    """`S3Event`: the notifications of one bucket ("Lambda event sources", "S3 events")."""
    whole = Native("event.to_dict", lambda _m, _a, _n: data("event.to_dict()"))
    known = {"bucket": bucket, "key": data("event.key"), "to_dict": whole}
    return Native("event", None, known | {"context": data("event.context")})


def _source(kind: str, args: Arguments) -> str | None:
    where = _EVENTS.get(kind)
    if where is None:
        return None
    value = args.get(*where)
    if value is None:
        value = args.keywords.get("queue_arn")
    return value if isinstance(value, str) else None


def entry(machine: Machine, handler: Handler) -> Entry | None:
    """The entry point of a handler, None when its function was not followed."""
    function = handler.function
    if not isinstance(function, FunctionV):
        return None
    span = function.module.source.span(function.node)
    name = "" if handler.kind == "middleware" else handler.name
    return Entry(handler.label, name, handler.kind, span, handler.source)
