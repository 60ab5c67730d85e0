"""How resource objects come about, and what they fill into requests: identifiers and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botocore import xform_name

from remit.core.call import Param
from remit.core.text import Hole, HoleKind
from remit.scan.sdk.arguments import OPEN_ARGUMENTS, as_param
from remit.scan.sdk.charge import charge, keyword_params, together
from remit.scan.sdk.objects import (
    Arguments,
    Connection,
    Many,
    Outcome,
    Resource,
    Response,
    Value,
)
from remit.scan.sdk.response import deeper, part
from remit.scan.sdk.schema import (
    Definition,
    Kind,
    found_at,
    identifiers,
    is_plural,
    members,
    place,
    steps,
)

_NOT_GIVEN = Hole(HoleKind.CODE, "an argument that is not given")

# boto3 reads the list of all buckets for `bucket.creation_date`, and goes on when that is denied
# (boto3/s3/inject.py, bucket_load).
_HIDDEN_DENIALS = {("s3", "Bucket"): {"denial_hidden": "boto3"}}


def identifier(resource: Resource, name: str) -> Param:
    """The identifier of this Python name."""
    return dict(resource.identifiers)[name]


def make(connection: Connection, kind: str, known: Iterable[Param], args: Arguments) -> Resource:
    """A resource whose first identifiers are `known` and whose others come from `args`.

    An identifier that is not given is a hole.
    """
    names = identifiers(connection.service, kind)
    given: dict[str, Value] = dict(zip(names, [*known, *args.positional], strict=False))
    given.update(args.keywords)
    return _resource(connection, kind, given, OPEN_ARGUMENTS if args.open else _NOT_GIVEN)


def load(resource: Resource, args: Arguments | None = None) -> Outcome | None:
    """Charge the call that loads the resource; its value is the data. None when it has none."""
    member = members(resource.connection.service, resource.type).get("load")
    if member is None or member.kind is not Kind.LOAD:
        return None
    params, charged = request_params(resource, member.definition["request"])
    more, unknown = keyword_params(args or Arguments())
    called = charge(
        resource.connection,
        member.definition["request"]["operation"],
        {**params, **more},
        via="resource",
        open_params=unknown,
        extra=_HIDDEN_DENIALS.get((resource.connection.service, resource.type)),
    )
    response = called.value
    if isinstance(response, Response):
        response = part(response, *steps(member.definition.get("path", "@")))
    return together(response, charged, called)


def data_of(resource: Resource) -> Outcome:
    """What the resource knows about itself: its data if it has any, else what it loads, or None."""
    if resource.data is not None:
        return Outcome(resource.data)
    return load(resource) or Outcome()


def request_params(resource: Resource, request: Definition) -> tuple[dict[str, Param], Outcome]:
    """The parameters that a request fills in from the resource, and what reading them charged."""
    params: dict[str, Param] = {}
    charged = Outcome()
    for item in request.get("params", ()):
        value: Param
        match item["source"]:
            case "identifier":
                value = identifier(resource, xform_name(item["name"]))
            case "data":
                data = data_of(resource)
                charged = together(None, charged, data)
                value = _read(data.value, item["path"])
            case "input":
                continue
            case _:  # string, integer, boolean: a constant of the model
                value = item["value"]
        place(params, item["target"], value)
    return params, charged


def results(
    parent: Resource, model: Definition, params: Mapping[str, Param], source: Value
) -> Value:
    """What `model` makes of `source`, a response or the parent's data: a resource or many."""
    values: dict[str, Value] = {}
    for item in model["identifiers"]:
        name, path = xform_name(item["target"]), item.get("path", "")
        match item["source"]:
            case "identifier":
                values[name] = identifier(parent, xform_name(item["name"]))
            case "requestParameter":
                found = found_at(dict(params), steps(path))
                hole = Hole(HoleKind.CODE, f"`{path}` of the request")
                values[name] = hole if found is None else found
            case _:  # response, data
                values[name] = _read(source, path)
    own = None
    if isinstance(source, Response) and model.get("path"):
        own = part(source, *steps(model["path"]))
    made = _resource(parent.connection, model["type"], values, _NOT_GIVEN, own)
    plural = any(is_plural(item.get("path", "")) for item in model["identifiers"])
    return Many(made) if plural else made


def _resource(
    connection: Connection,
    kind: str,
    values: Mapping[str, Value],
    missing: Hole,
    data: Response | None = None,
) -> Resource:
    names = identifiers(connection.service, kind)
    known = tuple((name, as_param(values.get(name, missing))) for name in names)
    return Resource(connection, kind, known, data)


def _read(source: Value, path: str) -> Param:
    if isinstance(source, Response):
        return as_param(deeper(source, *steps(path)))
    return Hole(HoleKind.DATA, f"`{path}`")
