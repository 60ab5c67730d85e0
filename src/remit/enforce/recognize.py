"""What an HTTP request calls: service, operation and parameters, by botocore's models.

The signature names the service; where it stands for several, the target, the version or the path
tells which. What cannot be told is an `Unrecognized`, which nobody may do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from remit.catalog.models import ServiceModel, service_model
from remit.core.http import HttpRequest
from remit.enforce import routes
from remit.enforce.parameters import Form, Params, Shape, from_json, from_xml
from remit.enforce.services import Service, all_services, by_signing_name, by_target

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20_000
_S3_CONTROL = "/v20180820/"
"""The version in the paths of S3 Control, which to S3 itself would be a bucket."""


@dataclass(frozen=True, slots=True)
class Recognized:
    """One call. `service` and `operation` are botocore's names, `params` the parameters that were
    sent; `protocol` is how the answer must be written."""

    service: str
    operation: str
    protocol: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json_version: str = "1.1"


class Unrecognized(ValueError):  # noqa: N818 - what is raised is the answer "no call of ours"
    """No operation of AWS's that remit knows; the message says what was looked at.

    `protocol` is how an answer to the request is most likely read.
    """

    def __init__(self, message: str, protocol: str = "rest-json") -> None:
        super().__init__(message)
        self.protocol = protocol


_SMALL = 4_096
"""Bytes of a body up to which a call is remembered by it."""


def recognize(request: HttpRequest, signing: str | None = None) -> Recognized:
    """The call in `request`. `signing` is the service's name in its signature's scope, None for an
    unsigned one. Raises Unrecognized."""
    if request.method != "POST" or request.path != "/" or len(request.body) > _SMALL:
        return _recognized(request, signing)
    # Of what is posted to the root nothing else counts: protocols that name the operation.
    told = request.first
    return _posted(request.query, tuple(map(told.get, _TELLING)), request.body, signing)


_TELLING = ("content-type", "x-amz-target", "smithy-protocol")


@lru_cache(maxsize=1024)
def _posted(
    query: str, told: tuple[str | None, ...], body: bytes, signing: str | None
) -> Recognized:
    headers = tuple((name, value) for name, value in zip(_TELLING, told, strict=True) if value)
    return _recognized(HttpRequest("POST", "/", query, headers, body), signing)


def _recognized(request: HttpRequest, signing: str | None) -> Recognized:
    target = request.header("x-amz-target")
    if request.path.startswith("/service/") and request.header("smithy-protocol"):
        return _rpc(request)
    if target is not None:
        return _targeted(request, target, signing)
    fields = _form(request)
    if fields is not None and any(name == "Action" for name, _ in fields):
        return _query(fields, signing)
    services = _candidates(signing)
    if request.path.startswith(_S3_CONTROL):
        services = tuple(sorted(services, key=lambda service: service.name != "s3control"))
    return _rest(request, services)


def _candidates(signing: str | None) -> tuple[Service, ...]:
    if signing is None:
        signing = "s3"  # of unsigned REST calls those of S3 are usual
    found = by_signing_name().get(signing)
    if not found:
        raise Unrecognized(f"no service is signed as `{signing}`")
    return found


# --- protocols that name the operation ----------------------------------------------------------


def _targeted(request: HttpRequest, target: str, signing: str | None) -> Recognized:
    prefix, _, operation = target.rpartition(".")
    services = by_target().get(prefix, ())
    for service in sorted(services, key=lambda one: one.signing != signing):
        model = _model(service.name)
        if operation in model.operations:
            value = _json(request.body)
            params = _from_json(model, operation, value)
            return Recognized(service.name, operation, "json", params, service.json_version)
    raise Unrecognized(f"no operation `{target}` is known", "json")


def _rpc(request: HttpRequest) -> Recognized:
    """Smithy's RPC v2: `/service/NAME/operation/NAME`, the body in CBOR."""
    import cbor2  # 10 ms that few calls need

    parts = request.path.strip("/").split("/")
    if len(parts) != 4 or parts[2] != "operation":
        raise Unrecognized(f"`{request.path}` names no operation", "smithy-rpc-v2-cbor")
    for service in by_target().get(parts[1], ()):
        model = _model(service.name)
        if parts[3] not in model.operations:
            continue
        try:
            value = cbor2.loads(request.body) if request.body else {}
        except (cbor2.CBORDecodeError, ValueError, RecursionError) as error:
            raise Unrecognized(f"the body is not CBOR: {error}", "smithy-rpc-v2-cbor") from None
        params = _from_json(model, parts[3], value)
        return Recognized(service.name, parts[3], "smithy-rpc-v2-cbor", params)
    raise Unrecognized(f"no operation `{parts[1]}.{parts[3]}` is known", "smithy-rpc-v2-cbor")


def _query(fields: list[tuple[str, str]], signing: str | None) -> Recognized:
    values: dict[str, str] = {}
    for name, value in fields:
        values.setdefault(name, value)
    action, version = values["Action"], values.get("Version")
    services = by_signing_name().get(signing, ()) if signing is not None else _spoken_in_forms()
    for service in services:
        protocol = next((p for p in service.protocols if p in ("query", "ec2")), None)
        if protocol is None or version not in (None, service.version):
            continue
        model = _model(service.name)
        if action in model.operations:
            form = Form.of(fields, model.raw["shapes"], ec2=protocol == "ec2")
            shape = _input(model, action)
            params = form.structure(shape) if shape is not None else {}
            return Recognized(service.name, action, protocol, params)
    asked = f"`{action}` of version `{version}`" if version else f"`{action}`"
    raise Unrecognized(f"Could not find operation {asked}", "ec2" if signing == "ec2" else "query")


@cache
def _spoken_in_forms() -> tuple[Service, ...]:
    """Services that take unsigned forms: STS first (AssumeRoleWithWebIdentity)."""
    spoken = [one for one in all_services() if {"query", "ec2"} & {*one.protocols}]
    return tuple(sorted(spoken, key=lambda one: one.name != "sts"))


# --- REST ---------------------------------------------------------------------------------------


def _rest(request: HttpRequest, services: Iterable[Service]) -> Recognized:
    query = dict(reversed(_pairs(request.query)))
    headers = dict(reversed(request.headers))
    path = request.path or "/"
    for service in services:
        protocol = next((p for p in service.protocols if p.startswith("rest-")), None)
        if protocol is None:
            continue
        found = routes.find(service.name, request.method, path, query, headers)
        if found is not None:
            model = _model(service.name)
            params = _rest_params(request, model, found, query, headers)
            return Recognized(service.name, found.operation, protocol, params)
    raise Unrecognized(f"no operation has the form `{request.method} {path}`")


def _rest_params(
    request: HttpRequest,
    model: ServiceModel,
    found: routes.Routed,
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> Params:
    shape = _input(model, found.operation)
    if shape is None:
        return {}
    shapes = model.raw["shapes"]
    params: Params = {}
    repeated = _pairs(request.query)
    for name, member in shape["members"].items():
        written, where = member.get("locationName", name), member.get("location")
        value: Any = None
        if where == "uri":
            value = found.labels.get(written)
        elif where == "querystring":
            value = _from_query(written, shapes[member["shape"]], query, repeated)
        elif where == "header":
            value = headers.get(written.lower())
        elif where == "headers":
            value = _prefixed(written.lower(), request.headers)
        if value is not None:
            params[name] = value
    return params | _body(request, model, shape, shapes)


def _from_query(
    name: str, shape: Shape, query: Mapping[str, str], pairs: list[tuple[str, str]]
) -> Any:
    if shape["type"] == "list":
        return [value for key, value in pairs if key == name] or None
    if shape["type"] == "map":
        return dict(pairs) or None
    return query.get(name)


def _prefixed(prefix: str, headers: Iterable[tuple[str, str]]) -> Params | None:
    found = {name.removeprefix(prefix): v for name, v in headers if name.startswith(prefix)}
    return found or None


def _body(
    request: HttpRequest, model: ServiceModel, shape: Shape, shapes: Mapping[str, Shape]
) -> Params:
    """The members that are sent in the body."""
    payload = shape.get("payload")
    if payload is None:
        inner = {n: m for n, m in shape["members"].items() if "location" not in m}
        if not inner or not request.body:
            return {}
        value = _parsed(request, model, {**shape, "members": inner}, shapes)
        return value if isinstance(value, dict) else {}
    whole = shapes[shape["members"][payload]["shape"]]
    if whole["type"] != "structure":
        return {payload: request.body} if request.body else {}
    return {payload: _parsed(request, model, whole, shapes)} if request.body else {}


def _parsed(
    request: HttpRequest, model: ServiceModel, shape: Shape, shapes: Mapping[str, Shape]
) -> Any:
    if model.raw["metadata"]["protocol"] != "rest-xml":
        return from_json(_json(request.body), shape, shapes)
    try:
        root = ElementTree.fromstring(request.body)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise Unrecognized(f"the body is not XML: {error}", "rest-xml") from None
    return from_xml(root, shape, shapes)


# --- small things -------------------------------------------------------------------------------


def _model(service: str) -> ServiceModel:
    model = service_model(service)
    if model is None:
        raise Unrecognized(f"there is no model of `{service}`")
    return model


def _input(model: ServiceModel, operation: str) -> Shape | None:
    name = model.operations[operation].get("input", {}).get("shape")
    found: Shape | None = model.raw["shapes"].get(name)
    return found if found is not None and found.get("members") else None


def _from_json(model: ServiceModel, operation: str, value: Any) -> Params:
    shape = _input(model, operation)
    found = from_json(value, shape, model.raw["shapes"]) if shape is not None else {}
    return found if isinstance(found, dict) else {}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Unrecognized(f"the body is not JSON: {error}", "json") from None


def _form(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The fields of a query-protocol call, None where it cannot be one."""
    if request.method == "POST" and (request.header("content-type") or "").startswith(_FORM):
        try:
            text = request.body.decode()
            return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise Unrecognized(f"the form cannot be read: {error}", "query") from None
    if request.method in ("GET", "POST") and "Action=" in request.query:
        return _pairs(request.query)
    return None


def _pairs(query: str) -> list[tuple[str, str]]:
    found = []
    for pair in query.split("&")[:_MOST_FIELDS]:
        if pair:
            name, _, value = pair.partition("=")
            found.append((unquote(name), unquote(value)))
    return found
