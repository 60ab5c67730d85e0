"""Strings known in part: concatenation, formatting, joining, and what can be said of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from string import Formatter

from remit.core.text import Hole, Text
from remit.scan.join import join
from remit.scan.values import InstanceV, OneOf, Value, alternatives, code

LONGEST = 4096
"""Characters. Longer strings are content, not names."""


def tidy(text: Text) -> Value:
    """A plain string where nothing is open, a hole where nothing is known."""
    literal = text.literal
    if literal is not None:
        return literal if len(literal) <= LONGEST else code("a long text")
    if len(text.parts) == 1:
        return text.parts[0]
    return text


def piece(value: Value) -> str | Text | Hole:
    """What `str(value)` is, as far as it can be told. `value` is no `OneOf`."""
    if isinstance(value, (str, Text)):
        return value
    if isinstance(value, Hole):
        return value
    if isinstance(value, int) and value.bit_length() > LONGEST:
        return code("a large number")  # Python refuses to print it
    if value is None or isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, bytes):
        return repr(value)
    if isinstance(value, InstanceV) and "value" in value.attrs:
        return piece(value.attrs["value"])
    as_hole = getattr(value, "as_hole", None)
    return as_hole() if callable(as_hole) else code(getattr(value, "name", None) or "a value")


def concat(parts: Iterable[Value]) -> Value:
    """The concatenation of values as text, for each choice of alternatives.

    Where a part may be None or something else, it is taken for that: no name has "None" in it.
    """
    given = [
        join(one for one in part.values if one is not None) if isinstance(part, OneOf) else part
        for part in parts
    ]
    return spread(lambda *chosen: tidy(Text.of(*(piece(p) for p in chosen))), given)


def spread(function: Callable[..., Value], operands: list[Value], most: int = 16) -> Value:
    """Apply `function` to every choice of alternatives of the operands and join the results."""
    if not any(isinstance(operand, OneOf) for operand in operands):
        return function(*operands)
    choices = list(itertools.islice(itertools.product(*map(alternatives, operands)), most + 1))
    if len(choices) > most:
        return code("one of many texts")
    return join(function(*choice) for choice in choices)


def formatted(template: str, positional: tuple[Value, ...], keywords: dict[str, Value]) -> Value:
    """`template.format(...)`, field by field; attributes and indexes in fields are not followed."""
    parts: list[Value] = []
    automatic = itertools.count()
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return code("a format string")
    for literal, name, spec, _conversion in fields:
        parts.append(literal)
        if name is None:
            continue
        key = name or str(next(automatic))
        if key.isdigit() and int(key) < len(positional):
            parts.append(positional[int(key)])
        else:
            parts.append(keywords.get(key, code(name or "a value")))
        if spec and not isinstance(parts[-1], (Hole, Text)):
            parts[-1] = with_spec(parts[-1], spec)
    return concat(parts)


def with_spec(value: Value, spec: str) -> Value:
    """`format(value, spec)`. A width or precision of more than three digits is refused: the text
    would be no name."""
    longest_number = max(map(len, re.findall("[0-9]+", spec)), default=0)
    if not isinstance(value, (str, int, float)) or longest_number > 3:
        return code("a formatted value")
    try:
        return format(value, spec)
    except (ValueError, OverflowError):
        return code("a formatted value")


def percent(template: str, value: Value, mapping: dict[str, Value] | None) -> Value:
    """`template % value`; `value` is a tuple of values already unpacked into a Python tuple."""
    parts: list[Value] = []
    values = iter(value if isinstance(value, tuple) else (value,))
    rest = template
    while "%" in rest:
        literal, _, rest = rest.partition("%")
        parts.append(literal)
        if rest.startswith("%"):
            parts.append("%")
            rest = rest[1:]
            continue
        if rest.startswith("(") and ")" in rest:
            key, _, rest = rest[1:].partition(")")
            parts.append((mapping or {}).get(key, code(key)))
        else:
            parts.append(next(values, code("a value")))
        if not rest or rest[0] not in "sdrif":
            return code("a format string")
        rest = rest[1:]
    parts.append(rest)
    return concat(parts)


def first_hole(values: Iterable[Value]) -> Hole | None:
    """The first hole in any of the values: the reason why a result is not known.

    A setting wins over data: whoever fills the setting decides the rest.
    """
    holes = [
        hole
        for value in values
        for one in alternatives(value)
        for hole in (
            one.holes if isinstance(one, Text) else (one,) if isinstance(one, Hole) else ()
        )
    ]
    return next((hole for hole in holes if hole.kind == "env"), holes[0] if holes else None)
