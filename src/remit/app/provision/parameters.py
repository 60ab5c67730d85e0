"""Properties as a call takes them: fitted to the operation's input in botocore's models.

A template writes numbers and booleans as text, and JSON documents as objects; a model says what is
what. A member that the call does not have is left out and told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from remit.catalog.models import service_model
from remit.deploy.model import Data

_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


class Unfit(ValueError):  # noqa: N818 - the answer "no such value"
    """A value that the parameter cannot have. The message does not show it."""


def fitted(service: str, operation: str, data: Data, left: list[str]) -> dict[str, Any]:
    """The parameters of a call. The paths of members that it does not have are added to `left`.
    Raises Unfit."""
    model = service_model(service)
    assert model is not None  # noqa: S101 - the tables name services of botocore's
    shape = model.operations[operation]["input"]["shape"]
    found: dict[str, Any] = _fit(model.raw["shapes"], shape, data, "", left)
    return found


def required(service: str, operation: str) -> frozenset[str]:
    """The parameters without which there is no such call."""
    model = service_model(service)
    assert model is not None  # noqa: S101 - the tables name services of botocore's
    shape = model.raw["shapes"][model.operations[operation]["input"]["shape"]]
    return frozenset(shape.get("required", ()))


def _fit(shapes: Mapping[str, Any], name: str, data: Data, path: str, left: list[str]) -> Any:
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        return _structure(shapes, shape, data, path, left)
    if kind == "list":
        items = data if isinstance(data, list | tuple) else [data]
        inner = shape["member"]["shape"]
        return [_fit(shapes, inner, one, f"{path}[{n}]", left) for n, one in enumerate(items)]
    if kind == "map":
        if not isinstance(data, Mapping):
            raise Unfit(f"`{path}` must be an object")
        inner = shape["value"]["shape"]
        return {key: _fit(shapes, inner, one, f"{path}.{key}", left) for key, one in data.items()}
    return _scalar(kind, data, path)


def _structure(
    shapes: Mapping[str, Any], shape: Mapping[str, Any], data: Data, path: str, left: list[str]
) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise Unfit(f"`{path}` must be an object")
    known = shape.get("members", {})
    found = {}
    for key, value in data.items():
        where = f"{path}.{key}" if path else key
        if key not in known:
            left.append(where)
        elif value is not None:
            found[key] = _fit(shapes, known[key]["shape"], value, where, left)
    return found


def _scalar(kind: str, data: Data, path: str) -> Any:
    if kind == "boolean":
        text = str(data).lower()
        if text not in ("true", "false"):
            raise Unfit(f"`{path}` must be true or false")
        return text == "true"
    if kind in _NUMBERS:
        try:
            return _NUMBERS[kind](str(data))
        except ValueError:
            raise Unfit(f"`{path}` must be a number") from None
    text = _text(data)
    return text.encode() if kind == "blob" else text


def _text(data: Data) -> str:
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, list | tuple | Mapping):
        return json.dumps(data)
    return str(data)
