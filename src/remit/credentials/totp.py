"""One-time codes of MFA devices: six digits, a new one every 30 seconds.

Source: RFC 6238 (and RFC 4226, 5.3), with HMAC-SHA1, as AWS's virtual devices use it. STS takes
codes of about two steps before and after the time, each once, and nine attempts in three minutes
(facts/iam.md 5.2 [O]).
"""

from __future__ import annotations

import hmac

STEP = 30
WINDOW = 2
"""Steps before and after the present one whose codes count."""
ATTEMPTS, PERIOD = 9, 180
"""Attempts with one device, in that many seconds."""
_DIGITS = 6


def code(secret: bytes, step: int) -> str:
    """The code of one step: the time since the epoch, divided by STEP."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4]) & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def step_of(secret: bytes, given: str, now: float) -> int | None:
    """The step whose code was given, None where it is none of those that count."""
    present, found = int(now) // STEP, None
    for step in range(max(0, present - WINDOW), present + WINDOW + 1):
        if hmac.compare_digest(code(secret, step).encode(), given.encode("utf-8", "replace")):
            found = step
    return found
