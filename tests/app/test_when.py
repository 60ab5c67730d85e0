"""Times as people write them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from remit.app.when import duration, local, moment

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone with summer time: UTC+1 in winter, UTC+2 in summer."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's zone can't be set for a process")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172_800), ("1w", 604_800), (" 0s ", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert duration(text) == seconds
    assert moment(text, NOW) == NOW - seconds


@pytest.mark.parametrize(
    "text", ["", " ", "1", "h", "30m1h", "1.5h", "-1h", "1H", "1y", "٣h", "9" * 99 + "s"]
)
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration: write one as `30s`"):
        duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T17:00Z", "2026-11-22T17:00+00:00"),
        ("2026-11-22T17:00:01.5+02:00", "2026-11-22T15:00:01.5+00:00"),
        ("2026-11-22", "2026-11-21T23:00+00:00"),
        ("2026-11-22 17:00", "2026-11-22T16:00+00:00"),
        ("2026-07-01T17:00", "2026-07-01T15:00+00:00"),
    ],
)
@pytest.mark.usefixtures("berlin")
def test_dates(text: str, expected: str) -> None:
    assert moment(text, NOW) == datetime.fromisoformat(expected).timestamp()


@pytest.mark.parametrize("text", ["1x", "yesterday", "2026-13-01", "25:00", "", "\0"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time: write one as"):
        moment(text, NOW)


@pytest.mark.usefixtures("berlin")
def test_local_times_have_the_offset_of_their_day() -> None:
    winter = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
    assert local(winter).isoformat() == "2026-01-01T13:00:00+01:00"
    assert local(NOW).isoformat() == "2026-07-01T14:00:00+02:00"
