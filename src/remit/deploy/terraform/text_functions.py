"""Terraform's functions that make texts of values, or values of texts: holes are kept.

Source: Terraform language, functions/*. Those on plain texts are strings.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.core.text import Text
from remit.deploy.terraform import places
from remit.deploy.terraform.shaped import Context, Shaped, elements, listed, needed
from remit.deploy.terraform.strings import formatted
from remit.deploy.terraform.values import Fault, Open, Value, encoded, of_text, plain
from remit.syntax import document
from remit.syntax.source import DocumentError


def _join(values: Sequence[Value], context: Context) -> Value:
    between = values[0].text
    items = [item for value in values[1:] for item in elements(value, context)]
    parts: list[Text] = []
    for item in items:
        text = item.text
        if text is None or between is None:
            raise Fault(context.span, "`join` needs plain values")
        parts += [between, text] if parts else [text]
    return of_text(Text.of(*parts), context.span)


def _format(values: Sequence[Value], context: Context) -> Value | None:
    known = values[0].literal
    if known is None:
        return None
    text = formatted(known, [value.text for value in values[1:]])
    return None if text is None else of_text(text, context.span)


def _formatlist(values: Sequence[Value], context: Context) -> Value | None:
    lists = [value.data for value in values[1:] if isinstance(needed(value).data, tuple)]
    count = max((len(one) for one in lists if isinstance(one, tuple)), default=1)
    rows = []
    for index in range(count):
        row = [v.data[index] if isinstance(v.data, tuple) else v for v in values[1:]]
        made = _format([values[0], *row], context)
        if made is None:
            return None
        rows.append(made)
    return listed(rows, context)


def _jsonencode(values: Sequence[Value], context: Context) -> Value:
    text = of_text(encoded(values[0]), context.span)
    return Value(text.data, context.span, node=places.node(values[0]))


def _jsondecode(values: Sequence[Value], context: Context) -> Value:
    if values[0].literal is None and values[0].node is None:
        hole = values[0].hole
        if hole is not None:
            raise Open(hole)
    try:
        return places.values(places.document(values[0]))
    except DocumentError as error:
        raise Fault(error.problem.span, error.problem.message) from None


def _yamldecode(values: Sequence[Value], context: Context) -> Value:
    text = plain(values[0])
    try:
        return places.values(document.load(str(text), f"{context.span.file}.yaml"))
    except DocumentError as error:
        raise Fault(context.span, error.problem.message) from None


TABLE: Mapping[str, Shaped] = {
    "join": _join,
    "format": _format,
    "formatlist": _formatlist,
    "jsonencode": _jsonencode,
    "jsondecode": _jsondecode,
    "yamldecode": _yamldecode,
}
"""The functions by name."""
