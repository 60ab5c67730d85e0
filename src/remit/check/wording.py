"""Small words that all rules share, so that they all speak alike."""

from __future__ import annotations

from collections.abc import Sequence

from remit.core.span import Span


def tick(text: str) -> str:
    """User text in backticks."""
    return f"`{text}`"


def listing(names: Sequence[str], limit: int = 6) -> str:
    """`a`, `b` and `c`; beyond `limit` names the rest is counted."""
    shown = [tick(name) for name in names[:limit]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest} more")
    if len(shown) < 2:
        return "".join(shown)
    return ", ".join(shown[:-1]) + " and " + shown[-1]


def clause(span: Span) -> str:
    """What a language calls the part of a `try` that catches errors."""
    return "`except`" if span.file.endswith(".py") else "`catch`"


def count(number: int, noun: str) -> str:
    """`1 action`, `2 actions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
