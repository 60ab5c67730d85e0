"""Values worth trying for a context key: those that a condition asks for, and some that it doesn't.

What may live here: from one condition to such values. What they lead to is decided elsewhere, by
the engine: a value that turns out useless costs nothing but the try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address

from remit.core.automaton import Wild
from remit.core.pattern import Pattern
from remit.core.policy import Condition
from remit.core.request import Value
from remit.engine import values
from remit.engine.condition import Check, Quantifier
from remit.engine.context import MULTIVALUED
from remit.engine.variables import Context, Template

OTHER = "some-other-value"
"""A text that no policy lists."""

_MOST = 12
"""Listed values of one condition that are looked at."""


def trials(check: Check, condition: Condition, context: Context) -> tuple[Value, ...]:
    """Values for the condition's key, the likeliest first; empty for an unknown operator."""
    if check.operator is None:
        return ()
    reader = _READERS.get(_family(check.operator.name), _texts)
    texts = list(dict.fromkeys(reader(check, condition, context)))
    if is_list(check.key, check):
        return tuple((text,) for text in texts)
    return tuple(texts)


def is_list(key: str, check: Check) -> bool:
    """Whether a request gives the key as a list: AWS's own lists, and what is asked with a set
    prefix."""
    return key in MULTIVALUED or check.quantifier is not Quantifier.NONE


def _family(operator: str) -> str:
    families = (family for family in _READERS if operator.startswith(family))
    return next(families, "")


def _listed(condition: Condition) -> list[str]:
    return [item.value for item in condition.values[:_MOST]]


def _null(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    yield OTHER


def _truths(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    yield from ("true", "false")


def _numbers(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    for text in _listed(condition):
        number = values.number(text)
        if number is None or abs(number.adjusted()) > 20:
            continue
        yield text
        yield str(number - 1)
        yield str(number + 1)


def _dates(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    for text in _listed(condition):
        instant = values.instant(text)
        if instant is None:
            continue
        yield text
        for moment in (instant // 1000 - 1, instant // 1000 + 1):
            try:
                yield datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            except (ValueError, OverflowError, OSError):  # beyond what Python's calendar has
                continue


def _addresses(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    for text in _listed(condition):
        network = values.network(text)
        if network is not None:
            yield _inside(network)
    yield from _NOBODYS


_NOBODYS = ("198.51.100.1", "2001:db8:ffff::1")
"""Addresses that are nobody's (RFC 5737, RFC 3849)."""


def _inside(network: values.Network) -> str:
    """An address of the network: nobody's where it has one, else its first one for a host."""
    shift = network.bits - network.prefix
    for text in _NOBODYS:
        bits, value = values.address(text) or (0, 0)
        if bits == network.bits and value >> shift == network.value >> shift:
            return text
    family = IPv4Address if network.bits == 32 else IPv6Address
    return str(family((network.value >> shift << shift) + (shift > 1)))


def _bytes(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    for text in _listed(condition):
        try:
            yield (values.binary(text) or b"").decode("utf-8")
        except UnicodeDecodeError:
            continue
    yield OTHER


def _texts(check: Check, condition: Condition, context: Context) -> Iterator[str]:
    patterned = check.operator is not None and check.operator.kind.pattern
    for item, value in zip(condition.values[:_MOST], check.listed, strict=False):
        if isinstance(value, Template):
            text = value.text(context)
            if text is not None:
                yield text
        elif not patterned:
            yield item.value
        else:
            yield instance(Pattern.parse(item.value))
    arns = check.operator is not None and check.operator.name.startswith("Arn")
    yield f"arn:aws:iam::999999999999:role/{OTHER}" if arns else OTHER


_READERS: Mapping[str, Callable[[Check, Condition, Context], Iterator[str]]] = {
    "Null": _null,
    "Bool": _truths,
    "Numeric": _numbers,
    "Date": _dates,
    "IpAddress": _addresses,
    "NotIpAddress": _addresses,
    "Binary": _bytes,
}


def instance(pattern: Pattern) -> str:
    """A plain text that the pattern matches."""
    return "".join("x" if isinstance(piece, Wild) else piece for piece in pattern.pieces)
