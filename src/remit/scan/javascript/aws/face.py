"""What an object of the SDK does when code takes a property of it, calls it or makes one."""

from __future__ import annotations

from remit.scan.javascript.arrays import BY_ELEMENT
from remit.scan.javascript.aws import names
from remit.scan.javascript.aws.charge import charge, untold
from remit.scan.javascript.aws.objects import (
    Client,
    Command,
    DatabaseSigner,
    Export,
    Keys,
    Method,
    Package,
    Settings,
    Upload,
)
from remit.scan.javascript.aws.packages import (
    configure,
    configured,
    export,
    export_member,
    make,
    send,
)
from remit.scan.javascript.external import short
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    CALLABLES,
    NULL,
    Args,
    Arr,
    Obj,
    Spread,
    Value,
    at,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.sdk.arguments import as_param
from remit.scan.sdk.known import REGION
from remit.scan.sdk.objects import Pages, Response, SdkObject
from remit.scan.sdk.response import ANY, deeper
from remit.scan.values import External, alternatives, code, data


def member(m: Machine, value: SdkObject, name: str, node: Node) -> Value:
    """`value.name`."""
    if isinstance(value, Package):
        return export(value, name)
    if isinstance(value, Export):
        return export_member(value, name)
    if isinstance(value, Response):
        return data("a length") if name == "length" else deeper(value, name)
    if isinstance(value, Settings):
        return m.defaults.slots.get(name, REGION if name == "region" else Method(value, name))
    if isinstance(value, Client) and name == "config":
        return External("a client's settings")
    if isinstance(value, Command) and name == "input":
        return value.params
    if isinstance(value, Keys) and name in ("accessKeyId", "secretAccessKey", "sessionToken"):
        return value
    return Method(value, name)


def call(m: Machine, value: SdkObject, args: Args, node: Node) -> Value:
    """`value(...args)`."""
    if isinstance(value, Method):
        return invoke(m, value.owner, value.name, args, node)
    if isinstance(value, Export):
        return make(m, value, args, node)
    return as_param(value)


def new(m: Machine, value: SdkObject, args: Args, node: Node) -> Value:
    """`new value(...args)`."""
    return call(m, value, args, node)


def invoke(m: Machine, value: SdkObject, name: str, args: Args, node: Node) -> Value:
    """`value.name(...args)`."""
    if isinstance(value, Client):
        return _client(m, value, name, args, node)
    if isinstance(value, Response):
        return _response(m, value, name, args, node)
    if isinstance(value, (Package, Export)):
        return call(m, member(m, value, name, node), args, node)
    if isinstance(value, Upload) and name in ("done", "promise", "send"):
        return _answer(
            m, charge(m, value.connection, "PutObject", value.params, "transfer", node), args, node
        )
    if isinstance(value, Settings) and name == "update":
        configure(m, at(args, 0))
        return None
    if isinstance(value, DatabaseSigner) and name.startswith("get"):
        return untold(m, node, f"it signs a login to a database, which takes `{value.action}`")
    if isinstance(value, Pages):
        return value
    if isinstance(value, Method) and name in ("bind", "call", "apply"):
        return value if name == "bind" else call(m, value, args[1:], node)
    return value if isinstance(value, (Keys, Upload)) else code(f"{name}()")


def put(m: Machine, value: SdkObject, key: Value, new_value: Value) -> None:
    """`value[key] = new_value`."""
    if isinstance(value, Settings):
        configured(m, key, new_value)


def iterate(_m: Machine, value: SdkObject, _node: Node) -> Value:
    """One element."""
    if isinstance(value, Pages):
        return value.page
    return deeper(value, ANY) if isinstance(value, Response) else as_param(value)


def given_away(m: Machine, args: Args, node: Node) -> None:
    """A command that goes where it is not followed is sent by somebody, and that is told."""
    for arg in args:
        for one in alternatives(arg.value if isinstance(arg, Spread) else arg):
            if isinstance(one, Command):
                untold(
                    m,
                    node,
                    f"`{one.operation}` of `{one.service}` is given to what is not followed",
                )


def is_command(args: Args) -> bool:
    """Whether the first argument is a command: only a client takes one in `send`."""
    return any(isinstance(one, Command) for one in alternatives(at(args, 0)))


# -- clients -----------------------------------------------------------------------------------

_QUIET = frozenset(
    "destroy config middlewareStack setPromisesDependency makeUnauthenticatedRequest on"
    " createSet customizeRequests".split()
)


def _client(m: Machine, client: Client, name: str, args: Args, node: Node) -> Value:
    if name == "send" and client.version == 3:
        return _answer(m, send(m, client, at(args, 0), node), args[1:], node)
    own = _OWN_METHODS.get(name) if client.connection.service == "s3" else None
    if own is not None:
        return own(m, client, args, node)
    if name == "waitFor" and client.version == 2:
        return _wait(m, client, args, node)
    if name == "makeRequest" and client.version == 2:
        return _make_request(m, client, args, node)
    service = client.connection.service
    operation = names.operation_of(service, name, document=client.document)
    if operation is None:
        if name in _QUIET or name.startswith("_"):
            return code(f"{name}()")
        return untold(
            m, node, f"botocore knows no operation of `{service}` for the method `{name}`"
        )
    made = charge(m, client.connection, operation, _params(client, args), "client", node)
    return _answer(m, made, args, node)


def _params(client: Client, args: Args) -> Value:
    """The parameters of a call; version 2 adds those of the client."""
    given = [one for one in alternatives(at(args, 0)) if not isinstance(one, CALLABLES)]
    params = join(given) if given else None
    if isinstance(client.bound, Obj):
        if nothing(params):
            return client.bound
        if isinstance(params, Obj):
            return Obj({**client.bound.slots, **params.slots})
    return params


def _answer(m: Machine, response: Value, args: Args, node: Node) -> Value:
    """A callback among the arguments gets the answer."""
    for arg in args:
        for one in alternatives(arg):
            if isinstance(one, CALLABLES):
                m.call(one, (NULL, response), node)
    return response


def _wait(m: Machine, client: Client, args: Args, node: Node) -> Value:
    state = as_text(at(args, 0))
    service = client.connection.service
    found = names.waited_for(service, state) if isinstance(state, str) else None
    if found is None:
        return untold(m, node, f"which waiter of `{service}` is meant is not known")
    made = charge(m, client.connection, found, at(args, 1), "waiter", node)
    return _answer(m, made, args[2:], node)


def _make_request(m: Machine, client: Client, args: Args, node: Node) -> Value:
    name = as_text(at(args, 0))
    service = client.connection.service
    if not isinstance(name, str):
        return untold(m, node, f"which operation of `{service}` is called is not known")
    return _client(m, client, name, args[1:], node)


def _signed(m: Machine, client: Client, args: Args, node: Node) -> Value:
    """Version 2: `getSignedUrl("getObject", params)`. Source: as in packages.py."""
    name = as_text(at(args, 0))
    operation = names.operation_of("s3", name, document=False) if isinstance(name, str) else None
    if operation is None:
        return untold(m, node, "which presigned method of `s3` is meant is not known")
    charge(m, client.connection, operation, _params(client, args[1:]), "presigned url", node)
    return _answer(m, data("a presigned URL"), args[1:], node)


def _upload(m: Machine, client: Client, args: Args, node: Node) -> Value:
    made = charge(m, client.connection, "PutObject", _params(client, args), "transfer", node)
    return _answer(m, made, args, node)


def _signed_post(m: Machine, client: Client, args: Args, node: Node) -> Value:
    given = _params(client, args)
    fields = given.slots.get("Fields") if isinstance(given, Obj) else None
    key = fields.slots.get("key") if isinstance(fields, Obj) else None
    bucket = given.slots.get("Bucket") if isinstance(given, Obj) else code("a bucket")
    params = Obj({"Bucket": bucket, "Key": code("`key` of the form") if nothing(key) else key})
    charge(m, client.connection, "PutObject", params, "presigned post", node)
    return _answer(m, data("a presigned post"), args, node)


_OWN_METHODS = {
    "getSignedUrl": _signed,
    "getSignedUrlPromise": _signed,
    "upload": _upload,
    "createPresignedPost": _signed_post,
}


# -- responses ---------------------------------------------------------------------------------

_SAME = frozenset(
    "promise filter sort slice reverse concat flat values on entries items abort".split()
)
_WITH_ANSWER = frozenset(["send", "eachPage", "eachItem", "on"])


def _response(m: Machine, value: Response, name: str, args: Args, node: Node) -> Value:
    """Methods of lists and of version 2's requests; any other gives data."""
    functions = [one for arg in args for one in something(arg) if isinstance(one, CALLABLES)]
    if name in _WITH_ANSWER:
        for function in functions:
            m.once(function, (NULL, value), node)
        return value
    if name in BY_ELEMENT and functions:
        return _by_element(m, value, name, functions[0], args, node)
    if name in _SAME:
        return value
    if name in ("pop", "shift", "at"):
        return deeper(value, ANY)
    hole = as_param(value)
    return data(f"{getattr(hole, 'name', 'a response')}.{name}()")


def _by_element(
    m: Machine, value: Response, name: str, function: Value, args: Args, node: Node
) -> Value:
    element = deeper(value, ANY)
    results: list[Value] = []

    def action() -> str:
        given = (at(args, 1), element) if name == "reduce" else (element, data("an index"))
        results[:] = [m.call(function, given, node)]
        return ""

    m.loop(action)
    if name in ("map", "flatMap"):
        return Arr((), results[0])
    if name == "reduce":
        return join([at(args, 1), *results])
    if name == "find":
        return join([element, None])
    return value if name in ("filter", "sort") else data(f"{short(node)}")
