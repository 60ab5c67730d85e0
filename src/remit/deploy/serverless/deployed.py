"""The resources of the service: CloudFormation in `resources`, and the functions' own.

A stand-in until the CloudFormation reader is here: every intrinsic is a symbol of its own.
"""

from __future__ import annotations

import re

from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Symbols, Text
from remit.deploy.model import Role
from remit.deploy.serverless.service import Service
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence

_TOKEN = re.compile(r"\{([^{}]+)\}")


class Deployed:
    """Names and ARNs of one stage."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.own: set[str] = set()
        self.given: set[str] = set(service.resolver.given) | {"region", "account"}

    @property
    def symbols(self) -> Symbols:
        return Symbols(frozenset(self.own), frozenset(self.given))

    def resolved(self, node: Node) -> Node:
        if isinstance(node, Sequence):
            return Sequence(tuple(map(self.resolved, node.items)), node.span)
        if isinstance(node, Mapping):
            if len(node.entries) == 1 and (
                node.keys[0].startswith("Fn::") or node.keys[0] == "Ref"
            ):
                return self._symbol(node)
            return Mapping(tuple((k, self.resolved(v)) for k, v in node.entries), node.span)
        return self._symbol(node) if node.tag else node

    def _symbol(self, node: Node) -> Node:
        name = f"value at line {node.span.line} column {node.span.column}"
        self.given.add(name)
        return Scalar("{" + name + "}", "{" + name + "}", node.span)

    def open(self, name: str) -> str:
        self.given.add(name)
        return name

    def role(self, logical_id: str) -> Role | None:
        return None

    def managed(self, arn: str, span: Span) -> Policy | None:
        return None

    def text(self, value: str) -> str | Text:
        parts: list[str | Hole] = []
        done = 0
        for match in _TOKEN.finditer(value):
            name = match[1]
            if name in self.own or name in self.given:
                kind = (
                    HoleKind.ASSIGNED
                    if name in self.own or name in ("region", "account")
                    else HoleKind.ENV
                )
                parts += [value[done : match.start()], Hole(kind, name)]
                done = match.end()
        return Text.of(*parts, value[done:]) if parts else value
