"""The values that stand for boto3's objects, and what a step with one of them yields.

Data only. What happens when code takes an attribute of one, calls it or iterates over it is said
in the files named after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.call import Param
from remit.core.text import Hole, Text


class SdkObject:
    """Something of boto3's that a program holds. Compared by value."""

    __slots__ = ()


Value: TypeAlias = "SdkObject | Param | list[Value] | dict[str, Value]"
"""What a program can hold: parameters, SDK objects, and lists and dicts of both."""

Where: TypeAlias = "Text | Hole | str | None"
"""A region or an endpoint; None when the program leaves it to the deployment."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one Python call.

    `open` says that `*args` or `**kwargs` of unknown content were passed as well.
    """

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    open: bool = False


@dataclass(frozen=True, slots=True)
class SdkCall:
    """One call of an AWS operation; the caller adds where in the code it happens.

    Fields are those of `remit.core.call.Call`. `via` says by which door it was made: `client`,
    `resource`, `collection`, `paginator`, `waiter`, `transfer`, `batch writer`, `presigned url`,
    `presigned post`. `hangs_on` are the holes that decide whether the role's keys and AWS's
    endpoint are used at all. Keys of `extra`: `endpoint` (the URL that the program gave),
    `endpoint_hole` (the name of the hole when its host is not known), `denial_hidden` (by whom).
    """

    service: str
    operation: str
    params: Mapping[str, Param] = field(hash=False)
    open_params: bool = False
    region: Where = None
    via: str = "client"
    extra: Mapping[str, str | Text] = field(default_factory=dict, hash=False)
    hangs_on: tuple[Hole, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step yields: a value, the AWS calls that it makes, and what could not be told.

    `unattributed` says why the step looks like an SDK call that cannot be named. `foreign` is set
    when a call was left out because it is not made with the function's role, and says why.
    `default_session` is set by `boto3.setup_default_session`.
    """

    value: Value = None
    calls: tuple[SdkCall, ...] = ()
    unattributed: str | None = None
    foreign: str | None = None
    default_session: Session | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """With whose keys, where to and to which service the calls of a client go.

    `foreign` says why they do not concern the function's role. `doubt` is a hole on which it
    hangs whether they do.
    """

    service: str
    region: Where = None
    foreign: str | None = None
    endpoint: Where = None
    doubt: Hole | None = None


@dataclass(frozen=True, slots=True)
class Bound(SdkObject):
    """A method of `owner` that was not called yet."""

    owner: SdkObject
    name: str


@dataclass(frozen=True, slots=True)
class Inert(SdkObject):
    """Something that never calls AWS (a condition, an exception class): all it yields is inert.

    `name` is its dotted name as far as known.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Module(SdkObject):
    """A module of boto3 or botocore."""

    name: str


@dataclass(frozen=True, slots=True)
class Factory(SdkObject):
    """A class or function of the SDK, by its dotted name; calling it makes an object."""

    name: str


@dataclass(frozen=True, slots=True)
class Session(SdkObject):
    """A session of boto3 or botocore."""

    region: Where = None
    foreign: str | None = None
    doubt: Hole | None = None


@dataclass(frozen=True, slots=True)
class Credentials(SdkObject):
    """The keys of a session, or one of them. `foreign` is None for the role's own."""

    foreign: str | None = None


@dataclass(frozen=True, slots=True)
class ClientConfig(SdkObject):
    """`botocore.config.Config`: of interest are its region and whether requests are signed."""

    region: Where = None
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Client(SdkObject):
    """A low-level client."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Transfer(SdkObject):
    """`boto3.s3.transfer.S3Transfer`."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Meta(SdkObject):
    """`client.meta` or `resource.meta`."""

    owner: Client | Resource


@dataclass(frozen=True, slots=True)
class Paginator(SdkObject):
    """What `client.get_paginator(...)` returns."""

    connection: Connection
    operation: str


@dataclass(frozen=True, slots=True)
class Pages(SdkObject):
    """What `paginator.paginate(...)` returns; its call was charged there."""

    page: Response


@dataclass(frozen=True, slots=True)
class Waiter(SdkObject):
    """What `client.get_waiter(...)` returns; `operation` is the one it polls."""

    connection: Connection
    operation: str


@dataclass(frozen=True, slots=True)
class Response(SdkObject):
    """A response or a part of it. `path` leads to the part; `[]` is any element of a list."""

    connection: Connection
    operation: str
    path: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Many(SdkObject):
    """A list of unknown length with one representative element."""

    element: Value = field(hash=False)


@dataclass(frozen=True, slots=True)
class Resource(SdkObject):
    """A resource object (`Table`, `Bucket`, ...); type "" is the service resource.

    `data` is the response it was made from: while there is one, its attributes call nothing.
    `optional` marks a reference, which may be None instead.
    """

    connection: Connection
    type: str = ""
    identifiers: tuple[tuple[str, Param], ...] = field(default=(), hash=False)
    data: Response | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Collection(SdkObject):
    """`bucket.objects` and what its methods return. `name` is the Python name on `parent`."""

    parent: Resource
    name: str
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)
    open_params: bool = False
    by_page: bool = False


@dataclass(frozen=True, slots=True)
class BatchWriter(SdkObject):
    """`table.batch_writer()`."""

    table: Resource
