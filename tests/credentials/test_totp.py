"""One-time codes: the vectors of RFC 6238, and which steps count."""

from __future__ import annotations

import pytest

from remit.credentials.totp import STEP, WINDOW, code, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_rfc_6238(time: int, expected: str) -> None:
    """Appendix B, SHA-1: the last six of its eight digits."""
    assert code(SECRET, time // STEP) == expected


@pytest.mark.parametrize("away", range(-4, 5))
def test_window(away: int) -> None:
    now = 1_700_000_000.0
    step = int(now) // STEP + away
    counts = abs(away) <= WINDOW
    assert step_of(SECRET, code(SECRET, step), now) == (step if counts else None)


@pytest.mark.parametrize("given", ["", "12345", "1234567", "abcdef", "é" * 6, "\ud800"])
def test_what_is_no_code(given: str) -> None:
    assert step_of(SECRET, given, 59.0) is None
