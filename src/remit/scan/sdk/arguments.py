"""Reading the arguments of a Python call: binding to names, and turning values into parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.core.call import Param, PartialDict
from remit.core.text import Hole, HoleKind, Text
from remit.scan.sdk.objects import (
    Arguments,
    Client,
    Credentials,
    Inert,
    Many,
    Resource,
    Response,
    SdkObject,
    Value,
)

OPEN_ARGUMENTS = Hole(HoleKind.CODE, "the arguments behind `*`")


def bind(args: Arguments, names: Sequence[str]) -> dict[str, Value]:
    """Arguments by parameter name; positional ones are called by `names`, in their order."""
    return dict(zip(names, args.positional, strict=False)) | dict(args.keywords)


def as_param(value: Value) -> Param:
    """`value` as a parameter: an SDK object becomes a hole that says what it is."""
    if isinstance(value, SdkObject):
        return _hole(value)
    if isinstance(value, list):
        return [as_param(item) for item in value]
    if isinstance(value, dict):
        made = {key: as_param(item) for key, item in value.items()}
        return PartialDict(made) if isinstance(value, PartialDict) else made
    return value


def as_params(values: Mapping[str, Value]) -> dict[str, Param]:
    """Every value as a parameter."""
    return {name: as_param(value) for name, value in values.items()}


def literal(value: Value) -> str | None:
    """The string that `value` is, when it is one and all of it is known."""
    if isinstance(value, Text):
        return value.literal
    return value if isinstance(value, str) else None


def response_name(response: Response) -> str:
    """What a person would call a part of a response: "`Items[].id` of dynamodb.Query"."""
    call = f"{response.connection.service}.{response.operation}"
    dotted = ".".join(response.path).replace(".[]", "[]")
    return f"`{dotted}` of {call}" if dotted else f"the response of {call}"


def _hole(value: SdkObject) -> Hole:
    match value:
        case Response():
            return Hole(HoleKind.DATA, response_name(value))
        case Many(element=SdkObject() as element):
            return Hole(_hole(element).kind, f"a list of {_hole(element).name}")
        case Client(connection=connection):
            return Hole(HoleKind.CODE, f"a client for {connection.service}")
        case Resource(connection=connection, type=kind):
            return Hole(
                HoleKind.CODE, f"a resource {connection.service}.{kind or 'ServiceResource'}"
            )
        case Credentials():
            return Hole(HoleKind.DATA, "credentials")
        case Inert(name=name):
            return Hole(HoleKind.CODE, name)
        case _:
            return Hole(HoleKind.CODE, f"a boto3 {type(value).__name__.lower()}")
