"""Times as people write them on a command line: `90s`, `1h30m`, `2d`, `2026-11-22T17:00`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}

_DURATION = re.compile("".join(rf"(?:(\d{{1,9}}){unit})?" for unit in _SECONDS), re.ASCII)

SPELLINGS = "`30s`, `15m`, `1h`, `1h30m`, `2d`, `1w`"
MOMENTS = f"{SPELLINGS} (ago), `2026-11-22`, `2026-11-22T17:00` (local), `2026-11-22T17:00Z`"


def duration(text: str) -> float:
    """Seconds, from weeks, days, hours, minutes and seconds in this order. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"`{text}` is no duration: write one as {SPELLINGS}")
    return sum(
        int(count or 0) * seconds
        for count, seconds in zip(found.groups(), _SECONDS.values(), strict=True)
    )


def moment(text: str, now: float) -> float:
    """Seconds since 1970 UTC: a duration before `now`, or a date and time of ISO 8601.

    Without an offset it is in the local zone; a date is its first moment. Raises ValueError.
    """
    try:
        return now - duration(text)
    except ValueError:
        pass
    try:
        given = datetime.fromisoformat(text.strip())
        return given.timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"`{text}` is no time: write one as {MOMENTS}") from None


def local(seconds: float) -> datetime:
    """The moment in the zone of this machine, with its offset then."""
    return datetime.fromtimestamp(seconds, UTC).astimezone()
