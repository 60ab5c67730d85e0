"""How the texts in policies and requests are read: numbers, dates, addresses, ARNs, truth values.

What may live here: one reader for each kind of value, from text to something that can be compared,
or None where AWS could not read it either. No comparison (operators.py), no missing keys
(condition.py). Readers are total: whatever the text, they answer in time linear in its length.

Rules: facts/iam.md 2.2 to 2.4 (IAM User Guide, reference_policies_elements_condition_operators);
[O] marks what was observed on live AWS.
"""

from __future__ import annotations

import base64
import binascii
from datetime import date
from decimal import Decimal, InvalidOperation
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

from remit.core.automaton import Wild
from remit.core.pattern import Pattern

_DAY = 86_400_000
_NUMBER = frozenset("0123456789+-.eE")
_DIGITS = frozenset("0123456789")
_OCTETS = {str(value): value for value in range(256)}


def truth(text: str) -> bool:
    """A request's boolean: `true` in any letter case, everything else is false [O]."""
    return text.lower() == "true"


def strict_truth(text: str) -> bool | None:
    """A policy's boolean: `true` or `false` in any letter case."""
    return {"true": True, "false": False}.get(text.lower())


def number(text: str) -> Decimal | None:
    """An integer or decimal: `01`, `+1`, `1.0` and `1e0` are one; NaN and Infinity are none [O]."""
    if not text or not _NUMBER.issuperset(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def binary(text: str) -> bytes | None:
    """A policy's base64 text."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def raw(text: str) -> bytes:
    """A request's value as bytes."""
    return text.encode("utf-8", "surrogatepass")


# --- dates --------------------------------------------------------------------------------------


def instant(text: str) -> int | None:
    """Milliseconds since 1970 [O: that is the precision].

    The W3C profile of ISO 8601 (year, month, day, or date and time with `Z` or an offset and an
    optional fraction), a date alone being midnight UTC; or the seconds since 1970 in digits.
    Four digits are a year.
    """
    if not text.isascii():
        return None
    if _digits(text) and len(text) != 4:
        return int(text) * 1000 if len(text) <= 18 else None
    day, mark, time = text.partition("T")
    days = _days(day, whole=bool(mark))
    if days is None:
        return None
    clock = _clock(time) if mark else 0
    return None if clock is None else days * _DAY + clock


def _digits(text: str, length: int | None = None) -> bool:
    """Whether `text` is ASCII digits, and as many (str.isdigit takes other scripts too)."""
    return bool(text) and _DIGITS.issuperset(text) and length in (None, len(text))


def _days(text: str, *, whole: bool) -> int | None:
    """Days since 1970 of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `whole` asks for the last form."""
    parts = text.split("-", 3)
    lengths = [4, 2, 2][: len(parts)]
    if len(parts) > 3 or (whole and len(parts) < 3):
        return None
    if not all(map(_digits, parts, lengths)):
        return None
    year, month, day = [*map(int, parts), 1, 1][:3]
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:  # no such day, or year 0
        return None


def _clock(text: str) -> int | None:
    """Milliseconds since midnight UTC of `hh:mm[:ss[.fraction]]` and its zone."""
    body, offset = text[:-1], 0
    if not text.endswith("Z"):
        body, zone = text[:-6], text[-6:]
        away = _minutes(zone[1:])
        if zone[:1] not in ("+", "-") or away is None:
            return None
        offset = away if zone[0] == "+" else -away
    minutes = _minutes(body[:5])
    millis = _seconds(body[5:])
    if minutes is None or millis is None:
        return None
    return (minutes - offset) * 60_000 + millis


def _minutes(text: str) -> int | None:
    hours, mark, minutes = text.partition(":")
    if not (mark and _digits(hours, 2) and _digits(minutes, 2)):
        return None
    return int(hours) * 60 + int(minutes) if int(hours) < 24 and int(minutes) < 60 else None


def _seconds(text: str) -> int | None:
    """Milliseconds of `:ss` or `:ss.fraction`; nothing is zero."""
    if not text:
        return 0
    whole, mark, fraction = text[1:].partition(".")
    if text[0] != ":" or not _digits(whole, 2) or int(whole) > 59:
        return None
    if mark and not _digits(fraction):
        return None
    return int(whole) * 1000 + int(fraction[:3].ljust(3, "0") if mark else 0)


# --- addresses ----------------------------------------------------------------------------------


class Network(NamedTuple):
    """Addresses of one family that share their first `prefix` bits."""

    bits: int  # 32 or 128: the family
    value: int
    prefix: int


def address(text: str) -> tuple[int, int] | None:
    """A request's address as (bits, value). IPv4 in mapped IPv6 form is IPv4 [O]."""
    if ":" not in text:
        four = _four(text)
        return None if four is None else (32, four)
    six = _six(text)
    if six is None:
        return None
    return (32, six & 0xFFFFFFFF) if six >> 32 == 0xFFFF else (128, six)


def network(text: str) -> Network | None:
    """A policy's network, in the family it is written in [O]; an address alone is one host.

    IPv4 host bits are ignored; an IPv6 network with host bits set is none, and so is IPv6 with a
    dotted end [O].
    """
    base, mark, length = text.partition("/")
    if ":" not in base:
        four, prefix = _four(base), _prefix(length.removeprefix("+"), 32) if mark else 32
        return None if four is None or prefix is None else Network(32, four, prefix)
    six, prefix = None if "." in base else _six(base), _prefix(length, 128) if mark else 128
    if six is None or prefix is None or six & (1 << 128 - prefix) - 1:
        return None
    return Network(128, six, prefix)


def _four(text: str) -> int | None:
    """Four decimal octets; leading zeros are accepted [O]."""
    octets = text.split(".", 4)
    if len(octets) != 4:
        return None
    value = 0
    for octet in octets:
        part = _OCTETS.get(octet)  # as nearly all are written
        if part is None and (part := _prefix(octet, 255)) is None:
            return None
        value = value << 8 | part
    return value


def _prefix(text: str, limit: int) -> int | None:
    digits = text.lstrip("0")
    if not text or len(digits) > 3 or (digits and not _digits(digits)):
        return None
    value = int(digits or "0")
    return value if value <= limit else None


def _six(text: str) -> int | None:
    """IPv6 without a zone: AWS knows none, and 45 characters are the longest form."""
    if "%" in text or len(text) > 45:
        return None
    try:
        return int(IPv6Address(text))
    except AddressValueError:
        return None


# --- ARNs ---------------------------------------------------------------------------------------


def arn(text: str) -> tuple[str, ...] | None:
    """A request's ARN: six parts, split at the first five colons."""
    parts = tuple(text.split(":", 5))
    return parts if len(parts) == 6 and parts[0] == "arn" else None


def arn_pattern(pattern: Pattern) -> tuple[Pattern, ...] | None:
    """A policy's ARN: each part is a pattern of its own, so wildcards in the first five do not
    cross a colon."""
    parts: list[list[str | Wild]] = [[]]
    for piece in pattern.pieces:
        if isinstance(piece, Wild):
            parts[-1].append(piece)
            continue
        first, *rest = piece.split(":", 6 - len(parts))
        parts[-1].append(first)
        parts += [[text] for text in rest]
    return tuple(Pattern(tuple(part)) for part in parts) if len(parts) == 6 else None
