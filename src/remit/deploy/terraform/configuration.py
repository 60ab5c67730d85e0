"""The configuration in a plan as bodies: constants, and for the rest what an expression refers to.

A plan does not hold expressions, only constants and the names that an expression uses. So a value
that is not planned is known as a reference, which is enough to see which role a function has, and
not as a text.
Source: Terraform, internals/json-format, "Configuration Representation", "Expression
Representation", "Block Expressions Representation".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from remit.core.span import Span
from remit.deploy.terraform.nodes import (
    Attribute,
    Block,
    Body,
    Expression,
    Items,
    Literal,
    Object,
    Piece,
    References,
    Template,
)
from remit.deploy.terraform.places import at

Place: TypeAlias = "Callable[[str], Span]"
_MAX_DEPTH = 40


def module_body(module: Mapping[str, Any], providers: Mapping[str, Any], place: Place) -> Body:
    """A module's body. `place` is where a resource of it stands, by its address."""
    here = place("")
    blocks = [
        *_providers(providers, here),
        *_variables(_dict(module.get("variables")), here),
        *_outputs(_dict(module.get("outputs")), here),
        *(_resource(one, place) for one in _dicts(module.get("resources"))),
        *(_call(n, one, here) for n, one in _dict(module.get("module_calls")).items()),
    ]
    return Body({}, tuple(blocks))


def _providers(providers: Mapping[str, Any], span: Span) -> Iterator[Block]:
    for one in _dicts(list(providers.values())):
        if one.get("name") == "aws" and not one.get("alias") and not one.get("module_address"):
            yield Block("provider", ("aws",), _body(_dict(one.get("expressions")), span), span)


def _variables(variables: Mapping[str, Any], span: Span) -> Iterator[Block]:
    for name, one in variables.items():
        attributes = {}
        if "default" in _dict(one):
            default = constant(one["default"], span)
            attributes["default"] = Attribute("default", default, span)
        yield Block("variable", (name,), Body(attributes, ()), span)


def _outputs(outputs: Mapping[str, Any], span: Span) -> Iterator[Block]:
    for name, one in outputs.items():
        value = _expression(_dict(_dict(one).get("expression")), span)
        attributes = {"value": Attribute("value", value, span)}
        yield Block("output", (name,), Body(attributes, ()), span)


def _resource(one: Mapping[str, Any], place: Place) -> Block:
    span = place(str(one.get("address")))
    body = _body(_dict(one.get("expressions")), span)
    attributes = {**body.attributes, **_repeated(one, span)}
    mode = "data" if one.get("mode") == "data" else "resource"
    labels = (str(one.get("type")), str(one.get("name")))
    return Block(mode, labels, Body(attributes, body.blocks), span)


def _call(name: str, one: object, span: Span) -> Block:
    call = _dict(one)
    body = _body(_dict(call.get("expressions")), span)
    source = Attribute("source", constant(call.get("source"), span), span)
    attributes = {**body.attributes, **_repeated(call, span), "source": source}
    return Block("module", (name,), Body(attributes, body.blocks), span)


def _repeated(one: Mapping[str, Any], span: Span) -> dict[str, Attribute]:
    return {
        name: Attribute(name, _expression(_dict(one[f"{name}_expression"]), span), span)
        for name in ("count", "for_each")
        if f"{name}_expression" in one
    }


def _body(expressions: Mapping[str, Any], span: Span, depth: int = 0) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for name, one in expressions.items():
        if isinstance(one, list) or not _is_expression(one):
            for inner in _dicts(one) or _dicts([one]):
                if depth < _MAX_DEPTH:
                    blocks.append(Block(name, (), _body(inner, span, depth + 1), span))
        else:
            attributes[name] = Attribute(name, _expression(one, span), span)
    return Body(attributes, tuple(blocks))


def _is_expression(one: object) -> bool:
    return isinstance(one, dict) and (not one or bool({"constant_value", "references"} & set(one)))


def _expression(one: Mapping[str, Any], span: Span) -> Expression:
    if "constant_value" in one:
        return constant(one["constant_value"], span)
    names = one.get("references")
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return References(tuple(listed), span)


def constant(data: object, span: Span, depth: int = 0) -> Expression:
    """Plain data as an expression."""
    if isinstance(data, str):
        return Template((Piece(data, at(span), 0, plain=False),) if data else (), span)
    if depth > _MAX_DEPTH:
        return Literal(None, span)
    if isinstance(data, list):
        return Items(tuple(constant(item, span, depth + 1) for item in data), span)
    if isinstance(data, dict):
        return Object(
            tuple(
                (constant(str(key), span), constant(item, span, depth + 1))
                for key, item in data.items()
            ),
            span,
        )
    return Literal(data if isinstance(data, bool | int | float) else None, span)


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
