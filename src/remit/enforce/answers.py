"""Successful answers of operations that remit answers itself, in the protocol of the call.

Only what those operations need: structures, lists and scalars of the query protocol, and JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from remit.catalog.models import service_model
from remit.core.http import HttpAnswer
from remit.enforce.recognize import Recognized


def answer(call: Recognized, result: Mapping[str, Any], request_id: str) -> HttpAnswer:
    """The answer with `result`, the operation's output under botocore's names."""
    if call.protocol == "query":
        return _query(call, result, request_id)
    kind = "application/json"
    if call.protocol == "json":
        kind = f"application/x-amz-json-{call.json_version}"
    headers = (("content-type", kind), ("x-amzn-requestid", request_id))
    return HttpAnswer(200, headers, json.dumps(result).encode())


def _query(call: Recognized, result: Mapping[str, Any], request_id: str) -> HttpAnswer:
    model = service_model(call.service)
    raw = model.raw if model is not None else {"operations": {}, "shapes": {}, "metadata": {}}
    output = raw["operations"].get(call.operation, {}).get("output", {})
    shape = {**raw["shapes"].get(output.get("shape"), {}), **output}
    inner = _members(result, shape, raw["shapes"])
    wrapper = output.get("resultWrapper")
    if wrapper:
        inner = f"<{wrapper}>{inner}</{wrapper}>"
    space = raw["metadata"].get("xmlNamespace", "")
    body = (
        f'<{call.operation}Response xmlns="{space}">{inner}<ResponseMetadata>'
        f"<RequestId>{request_id}</RequestId></ResponseMetadata></{call.operation}Response>"
    )
    headers = (("content-type", "text/xml"), ("x-amzn-requestid", request_id))
    return HttpAnswer(200, headers, body.encode())


def _members(value: Mapping[str, Any], shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    pieces = []
    for name, member in shape.get("members", {}).items():
        if value.get(name) is not None:
            written = member.get("locationName", name)
            inner = {**shapes[member["shape"]], **member}
            pieces.append(f"<{written}>{_xml(value[name], inner, shapes)}</{written}>")
    return "".join(pieces)


def _xml(value: Any, shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    if shape["type"] == "structure":
        return _members(value, shape, shapes)
    if shape["type"] == "list":
        element = shape["member"]
        name, inner = element.get("locationName", "member"), shapes[element["shape"]]
        return "".join(f"<{name}>{_xml(one, inner, shapes)}</{name}>" for one in value)
    if shape["type"] == "boolean":
        return "true" if value else "false"
    return escape(str(value))
