"""Answers in the query protocol's XML, by the output shapes of botocore's models.

Source: facts/iam.md 5.1 and 6.3; Smithy's page on awsQuery.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from remit.app.sts.identity import written
from remit.catalog.models import service_model

CONTENT_TYPE = "text/xml"
# What XML 1.0 cannot hold, escaped or not.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def result(service: str, operation: str, members: Mapping[str, Any], request_id: str) -> bytes:
    """The document that answers an operation with these output members.

    A list is written with its elements, a map with its entries, empty ones too; seconds since the
    epoch where the model has a timestamp. Members that the model does not have are an error of
    ours: raises KeyError.
    """
    shape, wrapper, namespace = _output(service, operation)
    inner = "".join(_structure(members, service, shape))
    tail = f"<ResponseMetadata><RequestId>{text(request_id)}</RequestId></ResponseMetadata>"
    name = f"{operation}Response"
    return f'<{name} xmlns="{namespace}"><{wrapper}>{inner}</{wrapper}>{tail}</{name}>'.encode()


def text(value: str) -> str:
    """Escaped, without what XML cannot hold."""
    return escape(_UNWRITABLE.sub("\ufffd", value))


@cache
def _output(service: str, operation: str) -> tuple[str, str, str]:
    model = service_model(service)
    if model is None:
        raise KeyError(service)
    found = model.operations[operation]["output"]
    return found["shape"], found["resultWrapper"], model.raw["metadata"]["xmlNamespace"]


@cache
def _shape(service: str, name: str) -> Mapping[str, Any]:
    model = service_model(service)
    if model is None:
        raise KeyError(service)
    found: Mapping[str, Any] = model.raw["shapes"][name]
    return found


@cache
def _members(service: str, shape: str) -> Mapping[str, tuple[str, str]]:
    """The members of a structure: name to the name and type of its shape."""
    listed = _shape(service, shape).get("members", {})
    return {name: (m["shape"], _shape(service, m["shape"])["type"]) for name, m in listed.items()}


def _structure(values: Mapping[str, Any], service: str, shape: str) -> Iterator[str]:
    members = _members(service, shape)
    for name, value in values.items():
        inner, kind = members[name]
        yield f"<{name}>{_value(value, service, inner, kind)}</{name}>"


def _value(value: Any, service: str, shape: str, kind: str) -> str:
    match kind:
        case "structure":
            return "".join(_structure(value, service, shape))
        case "list":
            inner = _shape(service, shape)["member"]["shape"]
            of = _shape(service, inner)["type"]
            return "".join(f"<member>{_value(v, service, inner, of)}</member>" for v in value)
        case "map":
            pairs = value.items()
            return "".join(
                f"<entry><key>{text(k)}</key><value>{text(v)}</value></entry>" for k, v in pairs
            )
        case "timestamp":
            return written(value)
        case "boolean":
            return "true" if value else "false"
        case _:
            return text(str(value))
