"""Small steps that make nodes of a template: what the framework writes, at the place that asks for
it."""

from __future__ import annotations

from collections.abc import Iterable

from remit.core.span import Span
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence


def text(value: str, span: Span) -> Scalar:
    """A text."""
    return Scalar(value, value, span)


def sequence(values: Iterable[Node | str], span: Span) -> Sequence:
    """A list of nodes and texts."""
    return Sequence(tuple(text(v, span) if isinstance(v, str) else v for v in values), span)


def mapping(span: Span, **values: Node | str | None) -> Mapping:
    """An object; what is None is left out."""
    return keyed(values, span)


def keyed(values: dict[str, Node | str | None], span: Span) -> Mapping:
    """The same for keys that are no Python names."""
    entries = (
        (text(key, span), text(value, span) if isinstance(value, str) else value)
        for key, value in values.items()
        if value is not None
    )
    return Mapping(tuple(entries), span)


def resource(kind: str, span: Span, **properties: Node | str | None) -> Mapping:
    """A resource of a type with its properties."""
    return mapping(span, Type=kind, Properties=mapping(span, **properties))


def arn_of(logical_id: str, span: Span) -> Mapping:
    """`Fn::GetAtt: [logical_id, Arn]`."""
    return keyed({"Fn::GetAtt": sequence((logical_id, "Arn"), span)}, span)


def ref(logical_id: str, span: Span) -> Mapping:
    """`Ref: logical_id`."""
    return mapping(span, Ref=logical_id)


def sub(template: str, span: Span) -> Mapping:
    """`Fn::Sub: template`."""
    return keyed({"Fn::Sub": template}, span)


def statement(span: Span, actions: Iterable[str], resources: Iterable[Node | str]) -> Mapping:
    """A statement that allows."""
    return mapping(
        span,
        Effect="Allow",
        Action=sequence(actions, span),
        Resource=sequence(resources, span),
    )


def merged(first: Node, second: Node) -> Node:
    """Two values as the framework merges them: objects key by key, else the second one counts."""
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)):
        return second
    own = {key.text: (key, value) for key, value in first.entries}
    for key, value in second.entries:
        before = own.get(key.text)
        own[key.text] = (key, value if before is None else merged(before[1], value))
    return Mapping(tuple(own.values()), second.span)
