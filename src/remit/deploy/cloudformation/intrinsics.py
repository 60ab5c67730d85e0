"""CloudFormation's intrinsic functions over nodes.

A function that can't be evaluated gives a symbol, named after what it is made of, so that the same
expression gives the same symbol wherever it stands.
Source: AWS CloudFormation Template Reference, intrinsic-function-reference.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Protocol, TypeAlias

from remit.core.span import Span
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.template import items, string, text
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence, plain
from remit.syntax.source import shown

_VARIABLE = re.compile(r"\$\{([^${}]+)\}")
_RESOLVE = re.compile(r"\{\{resolve:([^{}]+)\}\}")
_LONGEST = 51_200
"""Characters of one text. The largest template that is passed as text has as many."""


class Scope(Protocol):
    """What an expression can name: a stack, as far as its functions ask it."""

    names: Names
    label: str

    def value(self, node: Node | None) -> Node | None:
        """The evaluated node."""
        ...

    def text(self, node: Node | None) -> str:
        """The evaluated text, "" for none."""
        ...

    def say(self, span: Span, message: str, hint: str = "") -> None:
        """Notes a problem."""
        ...

    def ref(self, name: str, span: Span) -> Node | None:
        """What `Ref` gives."""
        ...

    def attribute(self, name: str, attribute: str, span: Span) -> Node | None:
        """What `Fn::GetAtt` gives."""
        ...

    def imported(self, name: str, span: Span) -> Node | None:
        """The value of an export, None where the deployment has none of that name."""
        ...

    def elsewhere(self, stack: str, output: str, span: Span) -> Node | None:
        """The output of another stack of the deployment, None where it has none."""
        ...

    def condition(self, name: str, span: Span) -> bool | None:
        """Whether a condition holds."""
        ...

    def mapped(self, keys: tuple[str, str, str]) -> Node | None:
        """An entry of the mappings."""
        ...


def evaluate(stack: Scope, node: Node) -> Node | None:
    """The node with every intrinsic evaluated; None where it is `AWS::NoValue`."""
    if isinstance(node, Scalar):
        return _literal(stack, node)
    if isinstance(node, Sequence):
        found = (evaluate(stack, one) for one in node.items)
        return Sequence(tuple(one for one in found if one is not None), node.span)
    if len(node.entries) == 1:
        name, argument = node.entries[0]
        if name.text in _FUNCTIONS:
            return _FUNCTIONS[name.text](stack, argument, node.span)
        if name.text.startswith("Fn::"):
            stack.say(name.span, f"{shown(name.text)} is no function that remit evaluates")
            return _open(stack, name.text.removeprefix("Fn::"), node.span)
    pairs = ((key, evaluate(stack, value)) for key, value in node.entries)
    return Mapping(tuple((key, value) for key, value in pairs if value is not None), node.span)


def holds(stack: Scope, node: Node) -> bool | None:
    """Whether a condition's expression is true; None when that is not known."""
    if isinstance(node, Scalar):
        return {"true": True, "false": False}.get(node.text.lower())
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        return None
    name, argument = node.entries[0]
    if name.text == "Condition":
        return stack.condition(string(argument), argument.span)
    if name.text == "Fn::Equals":
        return _equal(stack, items(argument))
    parts = [holds(stack, one) for one in items(argument)]
    if name.text == "Fn::Not":
        return None if not parts or parts[0] is None else not parts[0]
    if name.text in ("Fn::And", "Fn::Or"):
        decides = name.text == "Fn::Or"
        if decides in parts:
            return decides
        return None if None in parts else not decides
    return None


def _equal(stack: Scope, sides: tuple[Node, ...]) -> bool | None:
    values = [stack.value(one) for one in sides]
    if len(values) != 2 or not all(isinstance(one, Scalar) for one in values):
        return None
    left, right = (string(one) for one in values)
    if left == right:
        return True
    return None if stack.names.is_open(left + right) else False


# --- functions, in alphabetical order ---------------------------------------------------------


def _base64(stack: Scope, argument: Node, span: Span) -> Node | None:
    value = stack.text(argument)
    if stack.names.is_open(value):
        return _open(stack, f"base64 of {value}", span)
    return text(base64.b64encode(value.encode("utf-8", "replace")).decode(), span)


def _cidr(stack: Scope, argument: Node, span: Span) -> Node | None:
    return _open(stack, "Cidr", span)


def _find_in_map(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    keys = [stack.text(one) for one in parts[:3]]
    found = stack.mapped((keys[0], keys[1], keys[2])) if len(keys) == 3 else None
    if found is not None:
        return _moved(stack.value(found), span)
    rest = parts[3] if len(parts) > 3 else None
    if isinstance(rest, Mapping) and rest.get("DefaultValue") is not None:
        return stack.value(rest.get("DefaultValue"))
    return _open(stack, " ".join(keys), span)


def _get_att(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = [stack.text(one) for one in items(argument)]
    if len(parts) == 1:
        parts = parts[0].split(".", 1)
    return stack.attribute(parts[0] if parts else "", ".".join(parts[1:]), span)


def _get_azs(stack: Scope, argument: Node, span: Span) -> Node | None:
    return _open(stack, "availability zones", span)


def _get_stack_output(stack: Scope, argument: Node, span: Span) -> Node | None:
    if not isinstance(argument, Mapping):
        return _open(stack, "stack output", span)
    name, output = stack.text(argument.get("StackName")), stack.text(argument.get("OutputName"))
    found = stack.elsewhere(name, output, span)
    return found or _open(stack, f"{name} {output}", span)


def _if(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    if len(parts) != 3:
        stack.say(span, "`Fn::If` takes a condition and two values", "Write all three.")
        return _open(stack, "If", span)
    name = string(parts[0])
    held = stack.condition(name, parts[0].span)
    if held is not None:
        return stack.value(parts[1] if held else parts[2])
    values = [stack.value(one) for one in parts[1:]]
    if _same(values[0], values[1]):
        return values[0]
    return _open(stack, " or ".join(map(_short, values)) + f" by {name}", span)


def _import_value(stack: Scope, argument: Node, span: Span) -> Node | None:
    name = stack.text(argument)
    found = stack.imported(name, span)
    return found if found is not None else _open(stack, f"import {name}", span)


def _join(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    if len(parts) != 2:
        return _open(stack, "Join", span)
    listed = stack.value(parts[1])
    if not isinstance(listed, Sequence):
        return _open(stack, f"join {string(listed)}", span)
    if not all(isinstance(one, Scalar) for one in listed.items):
        return _open(stack, "Join", span)
    return _text(stack, stack.text(parts[0]).join(string(one) for one in listed.items), span)


def _length(stack: Scope, argument: Node, span: Span) -> Node | None:
    value = stack.value(argument)
    if isinstance(value, Sequence):
        return text(str(len(value.items)), span)
    return _open(stack, f"length {string(value)}", span)


def _ref(stack: Scope, argument: Node, span: Span) -> Node | None:
    return stack.ref(string(argument), span)


def _select(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    if len(parts) != 2:
        return _open(stack, "Select", span)
    index, listed = stack.text(parts[0]), stack.value(parts[1])
    if isinstance(listed, Sequence) and index.isdecimal() and int(index) < len(listed.items):
        return listed.items[int(index)]
    return _open(stack, f"{_short(listed)} {index}", span)


def _split(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    separator = string(parts[0]) if parts else ""
    value = stack.text(parts[1]) if len(parts) == 2 else ""
    if not separator or stack.names.may_hold(value, separator):
        return _open(stack, f"parts of {value}", span)
    return Sequence(tuple(text(one, span) for one in value.split(separator)), span)


def _sub(stack: Scope, argument: Node, span: Span) -> Node | None:
    parts = items(argument)
    more = parts[1] if len(parts) == 2 and isinstance(parts[1], Mapping) else None
    own = {key.text: value for key, value in more.entries} if more is not None else {}
    body = string(parts[0]) if parts else ""

    def filled(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in own:
            value = stack.value(own[name])
        elif "." in name:
            first, _, rest = name.partition(".")
            value = stack.attribute(first, rest, span)
        else:
            value = stack.ref(name, span)
        if isinstance(value, Sequence):
            value = _open(stack, name, span)
        return string(value)

    at = parts[0].span if parts and isinstance(parts[0], Scalar) else span
    return _text(stack, _literal(stack, text(_VARIABLE.sub(filled, body), at)).text, at)


def _to_json(stack: Scope, argument: Node, span: Span) -> Node | None:
    value = stack.value(argument)
    return _text(stack, json.dumps(None if value is None else plain(value)), span)


def _transform(stack: Scope, argument: Node, span: Span) -> Node | None:
    name = string(argument.get("Name")) if isinstance(argument, Mapping) else ""
    stack.say(span, f"the macro {shown(name)} is not run: what it makes is not known")
    return _open(stack, f"transform {name}", span)


_Function: TypeAlias = Callable[[Scope, Node, Span], Node | None]
_FUNCTIONS: dict[str, _Function] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::GetAZs": _get_azs,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
    "Fn::Transform": _transform,
}


# --- small steps ------------------------------------------------------------------------------


def _literal(stack: Scope, scalar: Scalar) -> Scalar:
    """A text of the template; dynamic references in it are symbols.

    Source: CloudFormation User Guide, dynamic-references: `{{resolve:service:key}}`.
    """
    if "{{resolve:" not in scalar.text:
        return scalar
    replaced = _RESOLVE.sub(lambda match: stack.names.given(match[1]), scalar.text)
    return text(replaced, scalar.span)


def _text(stack: Scope, value: str, span: Span) -> Node:
    if len(value) > _LONGEST:
        stack.say(span, f"the text has more than {_LONGEST} characters", "Write it shorter.")
        return _open(stack, "a text that is too long", span)
    return text(value, span)


def _open(stack: Scope, name: str, span: Span) -> Scalar:
    return text(stack.names.given(stack.label + name), span)


def _short(value: Node | None) -> str:
    if value is None:
        return "nothing"
    return (
        value.text
        if isinstance(value, Scalar)
        else "a list"
        if isinstance(value, Sequence)
        else "an object"
    )


def _same(left: Node | None, right: Node | None) -> bool:
    if left is None or right is None:
        return left is right
    return plain(left) == plain(right)


def _moved(node: Node | None, span: Span) -> Node | None:
    """A single value that stands elsewhere, at the place where it is named."""
    return text(node.text, span) if isinstance(node, Scalar) and node.is_string else node
