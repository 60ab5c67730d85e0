"""Collections of resources: `bucket.objects`, `table.tables.all()`, `ec2.instances.filter(...)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from remit.core.call import Param
from remit.scan.sdk.arguments import as_params
from remit.scan.sdk.charge import charge, keyword_params, together
from remit.scan.sdk.client import no_such
from remit.scan.sdk.filling import request_params, results
from remit.scan.sdk.objects import (
    Arguments,
    Bound,
    Collection,
    Inert,
    Many,
    Outcome,
    Resource,
)
from remit.scan.sdk.schema import Definition, batch_actions, members

_METHODS = frozenset({"all", "filter", "iterator", "limit", "page_size", "pages"})


def attribute(collection: Collection, name: str) -> Outcome:
    """The methods that every collection has, and the batch actions of its resource type."""
    known = _METHODS | batch_actions(collection.parent.connection.service, _type(collection)).keys()
    if name in known:
        return Outcome(Bound(collection, name))
    if name.startswith("_"):
        return Outcome(Inert(f"{collection.name}.{name}"))
    service = collection.parent.connection.service
    why = no_such(f"collection `{collection.name}`", service, name, known)
    return Outcome(Inert(f"{collection.name}.{name}"), unattributed=why)


def invoke(collection: Collection, name: str, args: Arguments) -> Outcome:
    """`filter` and `iterator` add parameters; a batch action lists and then acts."""
    if name not in _METHODS:
        return _batch(collection, name, args)
    if name == "pages":
        return Outcome(replace(collection, by_page=True))
    if name not in ("filter", "iterator"):
        return Outcome(collection)  # how many are listed changes nothing
    given, more = keyword_params(args)
    params = {k: v for k, v in as_params(given).items() if k not in ("limit", "page_size")}
    return Outcome(
        replace(
            collection,
            params=_merged(collection.params, params),
            open_params=collection.open_params or more,
        )
    )


def iterate(collection: Collection) -> Outcome:
    """Lists, and yields one element, or one page when asked for pages."""
    listed = _list(collection)
    return together(Many(listed.value) if collection.by_page else listed.value, listed)


def _list(collection: Collection) -> Outcome:
    """Charges the listing; the value is the representative element."""
    model = _model(collection)
    filled, charged = request_params(collection.parent, model["request"])
    params = _merged(filled, collection.params)
    listed = charge(
        collection.parent.connection,
        model["request"]["operation"],
        params,
        via="collection",
        open_params=collection.open_params,
    )
    found = results(collection.parent, model["resource"], params, listed.value)
    return together(found.element if isinstance(found, Many) else found, charged, listed)


def _batch(collection: Collection, name: str, args: Arguments) -> Outcome:
    service = collection.parent.connection.service
    action = batch_actions(service, _type(collection)).get(name)
    listed = _list(collection)
    element = listed.value
    if action is None or not isinstance(element, Resource):
        return Outcome(Inert(f"{collection.name}.{name}"))
    filled, charged = request_params(element, action["request"])
    given, more = keyword_params(args)
    done = charge(
        element.connection,
        action["request"]["operation"],
        filled | as_params(given),
        via="collection",
        open_params=more,
    )
    return together(Many(done.value), listed, charged, done)


def _model(collection: Collection) -> Definition:
    parent = collection.parent
    return members(parent.connection.service, parent.type)[collection.name].definition


def _type(collection: Collection) -> str:
    kind: str = _model(collection)["resource"]["type"]
    return kind


def _merged(first: Mapping[str, Param], second: Mapping[str, Param]) -> dict[str, Param]:
    """Filters add up: lists are joined, mappings merged, anything else is replaced.

    Source: botocore/utils.py, merge_dicts with append_lists, as collections use it.
    """
    merged: dict[str, Param] = dict(first)
    for name, value in second.items():
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            merged[name] = old + value
        else:
            merged[name] = value
    return merged
