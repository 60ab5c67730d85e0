"""Calls as botocore sends them: its own serializers make the request from parameters."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.serialize import create_serializer
from botocore.utils import ArgumentGenerator

from remit.core.http import HttpRequest

_LOADER = Loader()


@cache
def service(name: str) -> ServiceModel:
    return ServiceModel(_LOADER.load_service_model(name, "service-2"), name)


def protocols(name: str) -> list[str]:
    metadata = service(name).metadata
    spoken = dict.fromkeys([metadata["protocol"], *metadata.get("protocols", ())])
    return [one for one in spoken if one != "smithy-rpc-v2-json"]


def skeleton(operation: OperationModel) -> dict[str, Any]:
    """Every parameter filled with something."""
    if operation.input_shape is None:
        return {}
    made = ArgumentGenerator().generate_skeleton(operation.input_shape)
    filled: dict[str, Any] = _filled(made)
    return filled


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key or "k": _filled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return "x" if value == "" else value


def sent(name: str, operation: str, params: dict[str, Any], protocol: str) -> HttpRequest:
    """The request on the wire."""
    model = service(name).operation_model(operation)
    made = create_serializer(protocol, include_validation=False).serialize_to_request(params, model)
    url = urlsplit(made["url_path"])
    query = made["query_string"]
    text = query if isinstance(query, str) else urlencode(query, doseq=True)
    text = "&".join(filter(None, (url.query, text)))
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    headers = tuple((key.lower(), str(value)) for key, value in made["headers"].items())
    data = body.encode() if isinstance(body, str) else body
    return HttpRequest(
        made["method"], url.path, text, headers, data if isinstance(data, bytes) else b""
    )
