"""The resources of a stack as values: properties evaluated, and what `Ref` and its like name.

Source: CloudFormation Template Reference, "Return values" on the page of each type (kinds.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.text import Text
from remit.deploy.cloudformation.kinds import KINDS, Kind
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.roles import as_text, title
from remit.deploy.cloudformation.stack import Stack
from remit.deploy.cloudformation.template import Resource as Declared
from remit.deploy.cloudformation.template import string
from remit.deploy.model import Data, Resource
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence


def of_stack(stack: Stack) -> Iterator[Resource]:
    """Every resource whose condition is not false, in order."""
    for one in stack.resources.values():
        yield Resource(
            type=one.type,
            name=title(stack, one),
            span=one.key.span,
            properties=_properties(stack, one),
            title=as_text(stack.names, stack.title(one)),
            attributes=_attributes(stack, one),
            open=_open(stack, one),
        )


def _properties(stack: Stack, one: Declared) -> dict[str, Data]:
    value = stack.value(one.properties)
    entries = value.entries if isinstance(value, Mapping) else ()
    return {key.text: data(stack.names, node) for key, node in entries}


def data(names: Names, node: Node) -> Data:
    """An evaluated node as plain data, with texts that have symbols."""
    if isinstance(node, Scalar):
        return None if node.value is None else names.text(node.text)
    if isinstance(node, Sequence):
        return tuple(data(names, one) for one in node.items)
    return {key.text: data(names, one) for key, one in node.entries}


def _attributes(stack: Stack, one: Declared) -> dict[str, Text]:
    kind = KINDS.get(one.type, Kind())
    found = {"Ref": string(stack.ref(one.id, one.key.span))}
    if kind.arn:
        found["Arn"] = stack.arn(one)
    for name in kind.attributes:
        found[name] = string(stack.attribute(one.id, name, one.key.span))
    return {name: as_text(stack.names, value) for name, value in found.items()}


def _open(stack: Stack, one: Declared) -> str:
    condition = one.body.get("Condition")
    if not isinstance(condition, Scalar):
        return ""
    held = stack.condition(condition.text, condition.span)
    return f"whether `{condition.text}` holds is not known here" if held is None else ""
