"""The parameters of a call, under botocore's names, from each protocol's way to write them.

Source: botocore's models (`locationName`, `queryName`, `flattened`) and Smithy's protocol pages
(awsQuery, ec2Query, restJson1, restXml). Values stay text where the protocol writes text: what a
permission hangs on are names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element

Shape: TypeAlias = Mapping[str, Any]
Params: TypeAlias = dict[str, Any]

_MOST = 10_000
"""Elements of one list in a form: AWS's limits are far below."""
_DEEPEST = 64
"""Dots in a field's name: structures of AWS's are not nearly so deep."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a query-protocol call. The first of repeated ones counts (facts/iam.md 5.1).
    `above` are the prefixes under which there are fields."""

    fields: Mapping[str, str]
    shapes: Mapping[str, Shape]
    ec2: bool = False
    above: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, pairs: Iterable[tuple[str, str]], shapes: Mapping[str, Shape], *, ec2: bool
    ) -> Form:
        """A form from its pairs, in wire order."""
        fields: dict[str, str] = {}
        for name, value in pairs:
            fields.setdefault(name, value)
        above: set[str] = set()
        for name in fields:
            if name.count(".") <= _DEEPEST:
                while (name := name.rpartition(".")[0]) and name not in above:
                    above.add(name)
        return cls(fields, shapes, ec2, frozenset(above))

    def structure(self, shape: Shape, prefix: str = "") -> Params:
        """The members that are there."""
        found: Params = {}
        for name, member in shape.get("members", {}).items():
            value = self._value(member, prefix + self._name(name, member))
            if value is not None:
                found[name] = value
        return found

    def _name(self, name: str, member: Shape) -> str:
        if not self.ec2:
            return str(member.get("locationName", name))
        if "queryName" in member:
            return str(member["queryName"])
        given = str(member.get("locationName", name))
        return given[:1].upper() + given[1:]

    def _value(self, member: Shape, prefix: str) -> Any:
        shape = {**self.shapes[member["shape"]], **member}
        kind = shape["type"]
        if kind == "structure":
            return self.structure(shape, prefix + ".") or None if prefix in self.above else None
        if kind == "list":
            return self._list(shape, prefix)
        if kind == "map":
            return self._map(shape, prefix)
        return self.fields.get(prefix)

    def _list(self, shape: Shape, prefix: str) -> list[Any] | None:
        element = shape["member"]
        if not self.ec2 and not shape.get("flattened"):
            prefix = f"{prefix}.{element.get('locationName', 'member')}"
        elif not self.ec2 and "locationName" in element:
            prefix = f"{prefix.rpartition('.')[0]}.{element['locationName']}".lstrip(".")
        holders = self.shapes[element["shape"]]["type"] == "structure"
        values: list[Any] = []
        for number in range(1, _MOST):
            value = self._value(element, f"{prefix}.{number}")
            if value is None and (not holders or f"{prefix}.{number}" not in self.above):
                break
            value = {} if value is None else value  # a structure is there, and nothing in it
            values.append(value)
        return values or None

    def _map(self, shape: Shape, prefix: str) -> Params | None:
        if not shape.get("flattened"):
            prefix += ".entry"
        key, value = shape["key"], shape["value"]
        found: Params = {}
        for number in range(1, _MOST):
            at = f"{prefix}.{number}."
            name = self.fields.get(at + key.get("locationName", "key"))
            if name is None:
                break
            found[name] = self._value(value, at + value.get("locationName", "value"))
        return found or None


# --- JSON ---------------------------------------------------------------------------------------


def from_json(value: Any, shape: Shape, shapes: Mapping[str, Shape]) -> Any:
    """A JSON (or CBOR) value with its members under botocore's names."""
    kind = shape["type"]
    if kind == "structure" and isinstance(value, dict):
        found: Params = {}
        for name, member in shape.get("members", {}).items():
            written = member.get("locationName", name)
            given = value.get(written, value.get(name))
            if given is not None:
                found[name] = from_json(given, shapes[member["shape"]], shapes)
        return found
    if kind == "list" and isinstance(value, list):
        element = shapes[shape["member"]["shape"]]
        return [from_json(one, element, shapes) for one in value]
    if kind == "map" and isinstance(value, dict):
        element = shapes[shape["value"]["shape"]]
        return {key: from_json(one, element, shapes) for key, one in value.items()}
    return value


# --- XML ----------------------------------------------------------------------------------------


def from_xml(node: Element, shape: Shape, shapes: Mapping[str, Shape]) -> Any:
    """An XML element as a value of `shape`; namespaces do not count."""
    kind = shape["type"]
    if kind == "structure":
        found: Params = {}
        for name, member in shape.get("members", {}).items():
            value = _xml_member(node, name, {**shapes[member["shape"]], **member}, shapes)
            if value is not None:
                found[name] = value
        return found
    if kind == "list":
        element = shapes[shape["member"]["shape"]]
        return [from_xml(one, element, shapes) for one in node]
    if kind == "map":
        return {_text(entry, "key"): _text(entry, "value") for entry in node}
    return node.text or ""


def _xml_member(node: Element, name: str, shape: Shape, shapes: Mapping[str, Shape]) -> Any:
    if shape.get("xmlAttribute"):
        wanted = str(shape.get("locationName", name)).rpartition(":")[2]
        return next((v for key, v in node.attrib.items() if _local(key) == wanted), None)
    if shape["type"] == "list" and shape.get("flattened"):
        written = shape.get("locationName", shape["member"].get("locationName", name))
        element = shapes[shape["member"]["shape"]]
        return [from_xml(one, element, shapes) for one in _named(node, written)] or None
    child = next(iter(_named(node, shape.get("locationName", name))), None)
    return None if child is None else from_xml(child, shape, shapes)


def _named(node: Element, name: str) -> list[Element]:
    return [child for child in node if _local(child.tag) == name]


def _text(node: Element, name: str) -> str:
    found = _named(node, name)
    return (found[0].text or "") if found else ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
