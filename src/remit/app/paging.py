"""Markers of answers that come in pages: opaque to clients, and good for one operation."""

from __future__ import annotations

import base64
import binascii

_LONGEST = 9
"""Digits of a number."""


def marker(name: str, number: int) -> str:
    """The marker with which the operation of that name goes on at a number."""
    return base64.urlsafe_b64encode(f"{name}:{number}".encode()).decode()


def number(name: str, text: str) -> int | None:
    """The number of a marker; None for one that the operation did not make."""
    try:
        told = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError):
        return None
    of, _, digits = told.partition(":")
    return int(digits) if of == name and digits.isdigit() and len(digits) <= _LONGEST else None
