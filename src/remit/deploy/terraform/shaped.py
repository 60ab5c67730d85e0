"""What Terraform's functions on values share: what they are given, and how they look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from remit.core.span import Span
from remit.deploy.terraform.nodes import Template
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Fault, Open, Value

Render: TypeAlias = Callable[[Template, Mapping[str, Value]], Value]
MAX_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class Context:
    """What a function may use besides its arguments: files, and the place of the call."""

    run: Run
    folder: str
    span: Span
    render: Render


Shaped: TypeAlias = Callable[[Sequence[Value], Context], "Value | None"]


def needed(value: Value) -> Value:
    """The value itself. Raises Open when nothing is known of it."""
    hole = value.hole
    if hole is not None:
        raise Open(hole)
    return value


def elements(value: Value, context: Context) -> tuple[Value, ...]:
    """The elements of a list or the values of an object. Raises Open and Fault."""
    data = needed(value).data
    if isinstance(data, tuple):
        return data
    if isinstance(data, Mapping):
        return tuple(data[key] for key in sorted(data))
    raise Fault(value.span, "a list is needed here")


def fields(value: Value) -> Mapping[str, Value]:
    """The entries of an object. Raises Open and Fault."""
    data = needed(value).data
    if isinstance(data, Mapping):
        return data
    raise Fault(value.span, "an object is needed here")


def listed(items: Sequence[Value], context: Context) -> Value:
    """A list of these. Raises Fault when they are too many."""
    if len(items) > MAX_ITEMS:
        raise Fault(context.span, f"this list has more than {MAX_ITEMS} elements")
    return Value(tuple(items), context.span)
