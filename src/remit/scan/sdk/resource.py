"""Resource objects: `Table`, `Bucket`, `Queue`, ... as boto3's resource models describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from botocore import xform_name

from remit.core.call import Param
from remit.core.text import Hole, HoleKind, Text
from remit.scan.sdk import transfer
from remit.scan.sdk.arguments import as_params, bind, literal
from remit.scan.sdk.charge import charge, keyword_params, together
from remit.scan.sdk.client import no_such, waiter_operation
from remit.scan.sdk.filling import data_of, identifier, load, make, request_params, results
from remit.scan.sdk.objects import (
    Arguments,
    BatchWriter,
    Bound,
    Client,
    Collection,
    Inert,
    Many,
    Meta,
    Outcome,
    Resource,
    Response,
    Value,
)
from remit.scan.sdk.response import deeper
from remit.scan.sdk.schema import Definition, Kind, Member, members

# Which parameters of a managed transfer an object fixes, by its identifiers.
_TRANSFERS = {
    ("s3", "Bucket"): {"Bucket": "name"},
    ("s3", "Object"): {"Bucket": "bucket_name", "Key": "key"},
}


def attribute(resource: Resource, name: str) -> Outcome:
    """`resource.<name>`: lazy attributes and references load the resource first."""
    member = _members(resource).get(name)
    if member is not None:
        return _member(resource, name, member)
    if name == "meta":
        return Outcome(Meta(resource))
    if _own_method(resource, name) or name == "get_available_subresources":
        return Outcome(Bound(resource, name))
    if name.startswith("_"):
        return Outcome(Inert(f"{_title(resource)}.{name}"))
    known = [*_members(resource), *transfer.METHODS, "batch_writer"]
    kind = resource.type or "resource"
    why = no_such(kind, resource.connection.service, name, known)
    return Outcome(Inert(f"{_title(resource)}.{name}"), unattributed=why)


def invoke(resource: Resource, name: str, args: Arguments) -> Outcome:
    """`resource.<name>(...)`."""
    own = _own_method(resource, name)
    if own is not None:
        return own(resource, args)
    member = _members(resource).get(name)
    if member is None:
        return Outcome(Inert(f"{_title(resource)}.{name}"))
    match member.kind:
        case Kind.LOAD:
            return together(None, load(resource, args) or Outcome())
        case Kind.ACTION:
            return _act(resource, member.definition, args)
        case Kind.WAITER:
            return _wait(resource, member.definition, args)
        case _:
            return Outcome(_subresource(resource, member.definition["resource"], args))


def meta_attribute(resource: Resource, name: str) -> Outcome:
    """`resource.meta.<name>`."""
    service = resource.connection.service
    values: dict[str, Value] = {
        "client": Client(resource.connection),
        "data": resource.data,
        "identifiers": Many(Hole(HoleKind.CODE, "an identifier's name")),
        "service_name": service,
    }
    return Outcome(values.get(name, Inert(f"{_title(resource)}.meta.{name}")))


def writer_attribute(writer: BatchWriter, name: str) -> Outcome:
    """Methods of a batch writer."""
    return Outcome(Bound(writer, name))


def writer_invoke(writer: BatchWriter, name: str, args: Arguments) -> Outcome:
    """Each put or delete is charged as the BatchWriteItem that carries it.

    A table name that is not fully known cannot be a key of `RequestItems`: it is given as
    `TableName` beside it, which no BatchWriteItem has.
    """
    requests = {"put_item": ("PutRequest", "Item"), "delete_item": ("DeleteRequest", "Key")}
    if name not in requests:
        return Outcome(Inert(f"batch_writer.{name}"))
    request, parameter = requests[name]
    content: Param = as_params(bind(args, (parameter,)))
    table = identifier(writer.table, "name")
    known = literal(table)
    if known is not None:
        items: Param = {known: [{request: content}]}
        params: dict[str, Value] = {"RequestItems": items}
    else:
        params = {"TableName": table, "RequestItems": _first_hole(table)}
    done = charge(writer.table.connection, "BatchWriteItem", params, via="batch writer")
    return together(None, done)


def _first_hole(name: Param) -> Hole:
    holes = name.holes if isinstance(name, Text) else ()
    if isinstance(name, Hole):
        return name
    return holes[0] if holes else Hole(HoleKind.CODE, "the table's name")


def _members(resource: Resource) -> Mapping[str, Member]:
    return members(resource.connection.service, resource.type)


def _title(resource: Resource) -> str:
    return f"{resource.connection.service}.{resource.type or 'ServiceResource'}"


def _member(resource: Resource, name: str, member: Member) -> Outcome:
    match member.kind:
        case Kind.IDENTIFIER | Kind.ALIAS:
            return Outcome(identifier(resource, member.original))
        case Kind.ATTRIBUTE:
            return _lazy(resource, member.original)
        case Kind.REFERENCE:
            return _reference(resource, member.definition["resource"])
        case Kind.COLLECTION:
            return Outcome(Collection(resource, name))
        case _:
            return Outcome(Bound(resource, name))


def _own_method(resource: Resource, name: str) -> Callable[[Resource, Arguments], Outcome] | None:
    """Methods that boto3 adds in code."""
    key = (resource.connection.service, resource.type)
    if key == ("dynamodb", "Table") and name == "batch_writer":
        return lambda table, _: Outcome(BatchWriter(table))
    if key in _TRANSFERS and name in transfer.METHODS:
        fixed = {param: identifier(resource, own) for param, own in _TRANSFERS[key].items()}
        return lambda owner, args: transfer.transfer(owner.connection, name, fixed, args)
    return None


def _lazy(resource: Resource, original: str) -> Outcome:
    data = data_of(resource)
    if isinstance(data.value, Response):
        return together(deeper(data.value, original), data)
    return Outcome(Hole(HoleKind.DATA, f"`{original}` of {_title(resource)}"))


def _reference(resource: Resource, model: Definition) -> Outcome:
    data = data_of(resource)
    made = results(resource, model, {}, data.value)
    return together(replace(made, optional=True) if isinstance(made, Resource) else made, data)


def _subresource(resource: Resource, model: Definition, args: Arguments) -> Resource:
    known = [
        identifier(resource, xform_name(item["name"]))
        for item in model["identifiers"]
        if item["source"] == "identifier"
    ]
    return make(resource.connection, model["type"], known, args)


def _act(resource: Resource, action: Definition, args: Arguments) -> Outcome:
    filled, charged = request_params(resource, action["request"])
    given, more = keyword_params(args)
    params = filled | as_params(given)
    called = charge(
        resource.connection,
        action["request"]["operation"],
        params,
        via="resource",
        open_params=more,
    )
    value = called.value
    if "resource" in action:
        value = results(resource, action["resource"], params, value)
    return together(value, charged, called)


def _wait(resource: Resource, waiter: Definition, args: Arguments) -> Outcome:
    service = resource.connection.service
    operation = waiter_operation(service, xform_name(waiter["waiterName"]))
    if operation is None:
        why = f"boto3's `{service}` client has no waiter `{waiter['waiterName']}`"
        return Outcome(unattributed=why)
    filled, charged = request_params(resource, waiter)
    given, more = keyword_params(args)
    params = {**filled, **as_params(given)}
    params.pop("WaiterConfig", None)
    called = charge(resource.connection, operation, params, via="waiter", open_params=more)
    return together(None, charged, called)
