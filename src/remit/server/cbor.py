"""Smithy's RPC v2 in CBOR before an emulator that speaks JSON: the same call and answer, written
otherwise. Every service of botocore's that moto has and that speaks CBOR speaks JSON too.

Source: smithy.io, smithy-rpc-v2 (timestamps have tag 1, blobs are byte strings, an error is a map
with `__type`); AWS JSON protocols (timestamps are seconds, blobs base64).
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from remit.catalog.models import ServiceModel, service_model
from remit.core.http import HttpAnswer, HttpRequest
from remit.enforce.recognize import Recognized

PROTOCOL = "smithy-rpc-v2-cbor"
_OWN = frozenset({"smithy-protocol", "content-type", "accept", "content-length"})


def as_json(call: Recognized, request: HttpRequest) -> HttpRequest:
    """The call as a client sends it that speaks JSON. Raises ValueError for what is no CBOR."""
    import cbor2  # 10 ms that few calls need

    metadata = _model(call.service).raw["metadata"]
    value = cbor2.loads(request.body) if request.body else {}
    headers = tuple(one for one in request.headers if one[0] not in _OWN)
    headers += (
        ("content-type", f"application/x-amz-json-{metadata.get('jsonVersion', '1.0')}"),
        ("x-amz-target", f"{metadata.get('targetPrefix', '')}.{call.operation}"),
    )
    if "awsQueryCompatible" in metadata:
        headers += (("x-amzn-query-mode", "true"),)
    return replace(request, path="/", headers=headers, body=json.dumps(_plain(value)).encode())


def as_cbor(call: Recognized, answer: HttpAnswer) -> HttpAnswer:
    """The answer to that call in CBOR."""
    import cbor2  # the same

    try:
        found = json.loads(answer.body) if answer.body.strip() else {}
    except ValueError:
        found = {"message": answer.body.decode("utf-8", "replace")}
    if answer.status < 300:
        model = _model(call.service)
        shapes = model.raw["shapes"]
        output = model.operations[call.operation].get("output", {}).get("shape")
        found = _typed(found, shapes[output], shapes) if output else {}
    headers = tuple(one for one in answer.headers if one[0] not in _OWN)
    headers += (("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor"))
    return replace(answer, headers=headers, body=cbor2.dumps(found))


def _model(service: str) -> ServiceModel:
    found = service_model(service)
    if found is None:
        raise ValueError(f"there is no model of `{service}`")
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def _typed(value: Any, shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Any:
    """A value of JSON as its shape says that it is. What is none of the shape's is left out."""
    kind = shape["type"]
    if kind == "structure" and isinstance(value, dict):
        members = shape.get("members", {})
        return {
            name: _typed(one, shapes[members[name]["shape"]], shapes)
            for name, one in value.items()
            if name in members and one is not None
        }
    if kind == "list" and isinstance(value, list):
        return [_typed(one, shapes[shape["member"]["shape"]], shapes) for one in value]
    if kind == "map" and isinstance(value, dict):
        inner = shapes[shape["value"]["shape"]]
        return {name: _typed(one, inner, shapes) for name, one in value.items()}
    if kind == "blob" and isinstance(value, str):
        return b64decode(value)
    return _time(value) if kind == "timestamp" else value


def _time(value: Any) -> Any:
    """Seconds since the epoch, with the tag that says so."""
    import cbor2  # the same

    if isinstance(value, str):
        value = datetime.fromisoformat(value).timestamp()
    return cbor2.CBORTag(1, value)
