"""The questions that an interpreter asks: one table says who answers for which object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from remit.scan.sdk import client, collection, modules, resource, response, session, transfer
from remit.scan.sdk.objects import (
    Arguments,
    BatchWriter,
    Bound,
    Client,
    ClientConfig,
    Collection,
    Credentials,
    Factory,
    Inert,
    Many,
    Meta,
    Module,
    Outcome,
    Pages,
    Paginator,
    Resource,
    Response,
    SdkObject,
    Session,
    Transfer,
    Value,
    Waiter,
)

_LONGEST_NAME = 80  # of something inert: a loop that goes on from it must come to rest


def attribute(obj: SdkObject, name: str) -> Outcome:
    """`obj.<name>`. Charges what a lazy attribute loads; an unknown name is `unattributed`."""
    return _behaviour(obj).attribute(obj, name)


def call(obj: SdkObject, args: Arguments) -> Outcome:
    """`obj(...)`."""
    if isinstance(obj, Bound):
        return _behaviour(obj.owner).invoke(obj.owner, obj.name, args)
    if isinstance(obj, Factory):
        return modules.call_factory(obj, args)
    return Outcome(Inert(_shown(obj)))


def subscript(obj: SdkObject, key: Value) -> Outcome:
    """`obj[key]`. For a slice, keep `obj` itself."""
    return _behaviour(obj).subscript(obj, key)


def iterate(obj: SdkObject) -> Outcome:
    """`for x in obj`: one representative element; a collection charges its listing."""
    return _behaviour(obj).iterate(obj)


def enter(obj: SdkObject) -> Outcome:
    """`with obj as x`: every context manager of boto3 (batch writer, stream) gives itself."""
    return Outcome(obj)


def truth(obj: SdkObject) -> bool | None:
    """`bool(obj)`; None when that hangs on data."""
    if isinstance(obj, Response | Many | Credentials | Inert):
        return None
    return not (isinstance(obj, Resource) and obj.optional) or None


def _shown(obj: SdkObject) -> str:
    return obj.name if isinstance(obj, Inert) else type(obj).__name__.lower()


def _inert_attribute(obj: SdkObject, name: str) -> Outcome:
    longer = f"{_shown(obj)}.{name}"
    return Outcome(Inert(longer if len(longer) <= _LONGEST_NAME else _shown(obj)))


def _inert_invoke(obj: SdkObject, name: str, *_: object) -> Outcome:
    return _inert_attribute(obj, name)


def _inert_part(obj: SdkObject, *_: object) -> Outcome:
    return Outcome(obj if isinstance(obj, Inert) else Inert(_shown(obj)))


@dataclass(frozen=True, slots=True)
class _Behaviour:
    """Who answers for one type of object. `Any`: each function takes its own type."""

    attribute: Callable[[Any, str], Outcome] = _inert_attribute
    invoke: Callable[[Any, str, Arguments], Outcome] = _inert_invoke
    subscript: Callable[[Any, Value], Outcome] = _inert_part
    iterate: Callable[[Any], Outcome] = _inert_part


def _meta_attribute(meta: Meta, name: str) -> Outcome:
    if isinstance(meta.owner, Client):
        return client.meta_attribute(meta.owner, name)
    return resource.meta_attribute(meta.owner, name)


_BEHAVIOURS: dict[type[SdkObject], _Behaviour] = {
    BatchWriter: _Behaviour(resource.writer_attribute, resource.writer_invoke),
    Client: _Behaviour(client.attribute, client.invoke),
    ClientConfig: _Behaviour(session.config_attribute, session.config_invoke),
    Collection: _Behaviour(collection.attribute, collection.invoke, iterate=collection.iterate),
    Credentials: _Behaviour(
        session.credentials_same,
        session.credentials_same,
        session.credentials_same,
        session.credentials_same,
    ),
    Factory: _Behaviour(modules.factory_attribute),
    Many: _Behaviour(
        response.many_attribute, response.many_invoke, response.many_element, response.many_element
    ),
    Meta: _Behaviour(_meta_attribute),
    Module: _Behaviour(modules.submodule_attribute),
    Pages: _Behaviour(
        response.pages_attribute, response.pages_invoke, iterate=response.pages_iterate
    ),
    Paginator: _Behaviour(client.paginator_attribute, client.paginator_invoke),
    Resource: _Behaviour(resource.attribute, resource.invoke),
    Response: _Behaviour(response.attribute, response.invoke, response.subscript, response.iterate),
    Session: _Behaviour(session.attribute, session.invoke),
    Transfer: _Behaviour(transfer.class_attribute, transfer.class_invoke),
    Waiter: _Behaviour(client.waiter_attribute, client.waiter_invoke),
}

_INERT = _Behaviour()


def _behaviour(obj: SdkObject) -> _Behaviour:
    return _BEHAVIOURS.get(type(obj), _INERT)
