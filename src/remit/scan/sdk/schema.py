"""boto3's resource models (`resources-1.json`): which Python names each resource type has.

The format is boto3's own; its rules for names and for filled-in parameters are read from
boto3/resources/model.py and params.py and compared with real resource objects in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from botocore import xform_name

from remit.catalog import models
from remit.core.call import Param

Definition = dict[str, Any]
"""A piece of a resource model, as parsed from JSON."""


class Kind(Enum):
    """What a name of a resource stands for."""

    IDENTIFIER = "identifier"
    ALIAS = "alias"
    LOAD = "load"
    ACTION = "action"
    SUBRESOURCE = "subresource"
    REFERENCE = "reference"
    COLLECTION = "collection"
    WAITER = "waiter"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Member:
    """One name. `original` is the model's spelling, or an alias's identifier."""

    kind: Kind
    original: str
    definition: Definition


# What boto3 injects into its classes in code, written in the model's own form.
# Source: boto3/s3/inject.py, boto3/ec2/createtags.py, boto3/ec2/deletetags.py.
_INJECTED: dict[tuple[str, str], dict[str, Definition]] = {
    ("s3", "Bucket"): {"load": {"request": {"operation": "ListBuckets"}, "path": "Buckets[]"}},
    ("s3", "ObjectSummary"): {
        "load": {
            "request": {
                "operation": "HeadObject",
                "params": [
                    {"target": "Bucket", "source": "identifier", "name": "BucketName"},
                    {"target": "Key", "source": "identifier", "name": "Key"},
                ],
            },
            "path": "@",
        }
    },
    ("ec2", ""): {
        "create_tags": {
            "request": {"operation": "CreateTags"},
            "resource": {
                "type": "Tag",
                "identifiers": [
                    {"target": "ResourceId", "source": "requestParameter", "path": "Resources[]"},
                    {"target": "Key", "source": "requestParameter", "path": "Tags[].Key"},
                    {"target": "Value", "source": "requestParameter", "path": "Tags[].Value"},
                ],
            },
        }
    },
    ("ec2", "Instance"): {
        "delete_tags": {
            "request": {
                "operation": "DeleteTags",
                "params": [{"target": "Resources[0]", "source": "identifier", "name": "Id"}],
            }
        }
    },
}


def has_resources(service: str) -> bool:
    """Whether `boto3.resource(service)` exists."""
    return models.document("boto3", service, "resources-1") is not None


def types(service: str) -> tuple[str, ...]:
    """The resource types of a service, the service resource ("") first."""
    return ("", *_document(service)["resources"])


def definition(service: str, kind: str) -> Definition:
    """The model of one resource type."""
    document = _document(service)
    return document["resources"][kind] if kind else document["service"]  # type: ignore[no-any-return]  # JSON


@cache
def identifiers(service: str, kind: str) -> tuple[str, ...]:
    """The Python names of the identifiers, in the order in which they are given."""
    return tuple(
        xform_name(item["name"]) for item in definition(service, kind).get("identifiers", ())
    )


@cache
def members(service: str, kind: str) -> Mapping[str, Member]:
    """Every Python name that the model gives to this type."""
    model = definition(service, kind)
    names: dict[str, Member] = {}
    if "load" in model:
        names["load"] = names["reload"] = Member(Kind.LOAD, "load", model["load"])
    for what, name, original, item in _declared(service, kind):
        names[name] = Member(what, original, item)
    injected = {
        name: Member(Kind.LOAD if name == "load" else Kind.ACTION, name, item)
        for name, item in _INJECTED.get((service, kind), {}).items()
    }
    return names | _attributes(service, model, names) | injected


@cache
def batch_actions(service: str, kind: str) -> Mapping[str, Definition]:
    """The actions on whole collections of this type, by Python name."""
    found = definition(service, kind).get("batchActions", {})
    return {xform_name(name): action for name, action in found.items()}


def _document(service: str) -> Definition:
    found = models.document("boto3", service, "resources-1")
    if found is None:
        raise KeyError(service)
    return found


def _declared(service: str, kind: str) -> Iterator[tuple[Kind, str, str, Definition]]:
    """All names but those of attributes."""
    model = definition(service, kind)
    for item in model.get("identifiers", ()):
        yield Kind.IDENTIFIER, xform_name(item["name"]), xform_name(item["name"]), item
    for name, item in model.get("actions", {}).items():
        yield Kind.ACTION, xform_name(name), name, item
    for name, item in (model.get("has", {}) if kind else _all_types(service)).items():
        if any(source["source"] == "data" for source in item["resource"]["identifiers"]):
            yield Kind.REFERENCE, xform_name(name), name, item
        else:
            yield Kind.SUBRESOURCE, name, name, item
    for name, item in model.get("hasMany", {}).items():
        yield Kind.COLLECTION, xform_name(name), name, item
    for name, item in model.get("waiters", {}).items():
        yield Kind.WAITER, xform_name("WaitUntil" + name), name, item


def _all_types(service: str) -> dict[str, Definition]:
    """The service resource makes every type, by its declared name or by the type's own."""
    document = _document(service)
    declared = document["service"].get("has", {})
    found: dict[str, Definition] = {}
    for kind, model in document["resources"].items():
        named = {n: item for n, item in declared.items() if item["resource"]["type"] == kind}
        inputs = [{"target": i["name"], "source": "input"} for i in model.get("identifiers", ())]
        found |= named or {kind: {"resource": {"type": kind, "identifiers": inputs}}}
    return found


def _attributes(service: str, model: Definition, taken: Mapping[str, Member]) -> dict[str, Member]:
    """The members of the type's shape; one that an identifier mirrors is an alias of it.

    One whose name is taken gets a suffix (boto3/resources/model.py, load_rename_map). Other names
    of one type never collide in boto3's models; the tests compare all names.
    """
    service_model = models.service_model(service)
    if "shape" not in model or service_model is None:
        return {}
    own = {xform_name(i["name"]) for i in model.get("identifiers", ())}
    mirrored = {
        xform_name(i["memberName"]): xform_name(i["name"])
        for i in model.get("identifiers", ())
        if "memberName" in i
    }
    found: dict[str, Member] = {}
    for original in service_model.raw["shapes"][model["shape"]].get("members", {}):
        name = xform_name(original)
        if name in own:
            continue
        if name in mirrored:
            found[name] = Member(Kind.ALIAS, mirrored[name], {})
            continue
        free = f"{name}_{Kind.ATTRIBUTE.value}" if name in taken else name
        found[free] = Member(Kind.ATTRIBUTE, original, {})
    return found


def steps(path: str) -> tuple[str, ...]:
    """A JMESPath of a resource model as steps: `Roles[].Name` is ("Roles", "[]", "Name").

    `@` and `$` are the whole. The one union, `[Versions,DeleteMarkers]|[].Key`, is read as its
    first member.
    """
    if path.startswith("["):
        first, _, rest = path[1:].partition(",")
        path = first + rest.partition("|")[2]
    found: list[str] = []
    for piece in path.split("."):
        name, bracket, _ = piece.partition("[")
        found += [name] if name not in ("", "@", "$") else []
        found += ["[]"] if bracket else []
    return tuple(found)


def is_plural(path: str) -> bool:
    """Whether a JMESPath yields a list: `Roles[].Name` does, `Tables[0].Id` does not."""
    return "[]" in path


def place(params: dict[str, Param], target: str, value: Param) -> None:
    """Put `value` where `target` says: `Delete.Objects[].Key`, `Filters[1].Values[0]`.

    One element stands for all of a list that is filled in from many (`[]`, `[*]`).
    """
    here = params
    *way, (last, last_index) = [_indexed(piece) for piece in target.split(".")]
    for name, index in way:
        here = _within(here, name, index)
    if last_index is None:
        here[last] = value
    else:
        _listed(here, last, last_index)[last_index] = value


def _indexed(piece: str) -> tuple[str, int | None]:
    """A part of a target: its name, and which element of the list of that name, if it is one."""
    name, bracket, rest = piece.partition("[")
    number = rest.rstrip("]")
    return name, (int(number) if number.isdecimal() else 0) if bracket else None


def _within(here: dict[str, Param], name: str, index: int | None) -> dict[str, Param]:
    found = here.setdefault(name, {}) if index is None else _listed(here, name, index)[index]
    if not isinstance(found, dict):
        raise TypeError(name)  # a model that fills the same place twice in different ways
    return found


def _listed(here: dict[str, Param], name: str, index: int) -> list[Param]:
    """The list of this name, long enough to have an element `index`."""
    found = here.setdefault(name, [])
    if not isinstance(found, list):
        raise TypeError(name)
    found.extend({} for _ in range(len(found), index + 1))
    return found


def found_at(params: Param, path: tuple[str, ...]) -> Param:
    """The value at `path` of parameters; of a list with one element, that; None when not there."""
    for step in path:
        if isinstance(params, dict):
            params = params.get(step)
        elif isinstance(params, list) and step == "[]" and len(params) == 1:
            params = params[0]
        else:
            return None
    return params
