"""From method and path to the operation of a REST service, by the templates of its model.

Source: botocore's models, `http.requestUri`; Smithy's "HTTP binding traits": a literal segment is
nearer than a label, a label nearer than one that takes in slashes; literals of the query count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from remit.catalog.models import service_model

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's template. `literals` are those of its query, `required` what must be there
    besides; `order` sorts the nearest first."""

    operation: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    literals: tuple[tuple[str, str | None], ...]
    required: tuple[tuple[str, str], ...]
    order: tuple[int, ...]

    def fits(self, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Whether the request has what the template asks for besides its path."""
        return all(
            key in query and (value is None or query[key] == value) for key, value in self.literals
        ) and all(
            name in (query if where == "querystring" else headers) for where, name in self.required
        )


@dataclass(frozen=True, slots=True)
class Routed:
    """The operation that was found, and the values of its labels, decoded."""

    operation: str
    labels: Mapping[str, str]


@cache
def routes(service: str) -> Mapping[str, tuple[Route, ...]]:
    """The routes of a service by HTTP method, nearest first."""
    model = service_model(service)
    found: dict[str, list[Route]] = {}
    raw = model.raw if model is not None else {"operations": {}, "shapes": {}}
    for name, operation in raw["operations"].items():
        method = operation.get("http", {}).get("method", "POST")
        found.setdefault(method, []).append(_route(name, operation, raw["shapes"]))
    return {
        method: tuple(sorted(listed, key=lambda r: r.order)) for method, listed in found.items()
    }


def find(
    service: str, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> Routed | None:
    """The operation that a request calls; None when no template fits."""
    for route in routes(service).get(method, ()):
        matched = route.pattern.fullmatch(path)
        if matched is not None and route.fits(query, headers):
            values = map(unquote, matched.groups())
            return Routed(route.operation, dict(zip(route.labels, values, strict=True)))
    return None


def _route(name: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Route:
    http = operation.get("http", {})
    path, _, query = http.get("requestUri", "/").partition("?")
    literals = []
    for pair in filter(None, query.split("&")):
        key, equal, value = pair.partition("=")
        literals.append((key, value if equal else None))
    required = tuple(_required(shapes.get(operation.get("input", {}).get("shape"), {})))
    greedy = sum(plus == "+" for _, plus in _LABEL.findall(path))
    literal = len(_LABEL.sub("", path))
    order = (operation.get("deprecated", False), greedy, -len(literals), -len(required), -literal)
    labels = tuple(label for label, _ in _LABEL.findall(path))
    return Route(name, _pattern(path), labels, tuple(literals), required, order)


def _required(shape: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(where, name) of what must be sent in the query or a header: S3's operations that share a
    template are told apart by it (`CopyObject` is a `PutObject` with a source)."""
    for name in shape.get("required", ()):
        member = shape["members"][name]
        where = member.get("location")
        if where in ("querystring", "header"):
            written = member.get("locationName", name)
            yield where, written.lower() if where == "header" else written


def _pattern(path: str) -> re.Pattern[str]:
    """Labels never backtrack: one stops at a slash, a greedy one takes in all that is left."""
    pieces: list[str] = []
    position = 0
    for label in _LABEL.finditer(path):
        pieces.append(re.escape(path[position : label.start()]))
        pieces.append("(.+)" if label[2] else "([^/]+)")
        position = label.end()
    pieces.append(re.escape(path[position:].rstrip("/")))
    return re.compile("".join(pieces) + "/?", re.DOTALL)
