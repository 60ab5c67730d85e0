"""What every decision log must do, whatever database it stands on: one suite for all of them.

A test module makes a class of LogSuite and gives it the fixture `place`: a path or URL where there
is no log yet.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from remit.app.decision_log import Cause, Entry, Filter, Keep
from remit.app.errors import InputError
from remit.app.when import local
from remit.core.decision import Layer, Verdict
from remit.store.decision_log import connect
from remit.store.log_grouped import TIDY_EVERY, GroupedLog
from remit.store.log_rows import LONGEST

ROOT = Path(__file__).parents[2]
NOON = 1_750_000_000.0
APP = "arn:aws:sts::111122223333:assumed-role/app/one"

READ = Entry(
    "req-1",
    NOON + 0.123456,
    APP,
    "dynamodb:GetItem",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    Verdict.ALLOWED,
    (Cause(Layer.IDENTITY, "app/inline", 2, "Read"),),
    0.000042,
    "dynamodb",
    "GetItem",
)
DENIED = replace(
    READ,
    request_id="req-2",
    time=NOON + 60,
    action="s3:PutObject",
    resource="arn:aws:s3:::logs/100%_!/a",
    verdict=Verdict.EXPLICIT_DENY,
    causes=(Cause(Layer.SCP, "p-home", 0), Cause(Layer.BOUNDARY, "edge", 1, "No")),
    service="s3",
    operation="PutObject",
)
UNKNOWN = Entry(
    "req-3",
    NOON + 120,
    "anonymous",
    "s3:ListBucket",
    "arn:aws:s3:::Logs",
    Verdict.IMPLICIT_DENY,
    note="the operation was not recognized",
)
THREE = (READ, DENIED, UNKNOWN)

FILTERS = [
    (Filter(), "123"),
    (Filter(denied=True), "23"),
    (Filter(since=NOON + 60), "23"),
    (Filter(until=NOON + 60), "1"),
    (Filter(since=NOON + 0.123456, until=NOON + 60.000001), "12"),
    (Filter(since=NOON + 0.123457), "23"),
    (Filter(principal=APP), "12"),
    (Filter(principal="*assumed-role/app/???"), "12"),
    (Filter(principal="assumed-role/app"), ""),  # a pattern is for the whole text
    (Filter(action="DYNAMODB:getitem"), "1"),  # as in policies, letter case does not matter
    (Filter(action="s3:*"), "23"),
    (Filter(resource="*logs*"), "2"),  # here it does: buckets `logs` and `Logs` are two
    (Filter(resource="*100%_!*"), "2"),
    (Filter(resource="*_00%_!*"), ""),  # SQL's own wildcards mean themselves
    (Filter(resource="*/%"), ""),
    (Filter(denied=True, principal="anonymous"), "3"),
    (Filter(limit=2), "23"),
    (Filter(limit=2, until=NOON + 120), "12"),
    (Filter(limit=0), ""),
    (Filter(limit=9), "123"),
]

TEXTS = {
    "a\0b": "a\\x00b",
    "\ud800": "\\ud800",
    "naïve 表 \U0001f512": "naïve 表 \U0001f512",
    "'; DROP TABLE decision; --": "'; DROP TABLE decision; --",
    "tab\tline\nback\\slash \\N": "tab\tline\nback\\slash \\N",
    "x" * LONGEST: "x" * LONGEST,
    "x" * (LONGEST + 1): "x" * (LONGEST - 1) + "…",
    "": "",
}
"""Texts, and what is kept of them."""

PLAIN = ("request_id", "principal", "action", "resource", "service", "operation", "note")


def stored(*tickets: Future[bool]) -> list[bool]:
    return [ticket.result(30) for ticket in tickets]


def numbered(count: int, start: int = 0) -> list[Entry]:
    return [replace(READ, request_id=str(n)) for n in range(start, start + count)]


def ids(entries: Iterator[Entry]) -> list[str]:
    return [entry.request_id for entry in entries]


class LogSuite:
    # -- what is stored, and found again -------------------------------------------------------

    def test_what_goes_in_comes_out(self, place: str) -> None:
        with closing(connect(place)) as log:
            assert stored(*map(log.put, THREE)) == [True, True, True]
            assert tuple(log.query(Filter())) == THREE
        with closing(connect(place, create=False)) as log:
            assert tuple(log.query(Filter())) == THREE

    def test_filters(self, filled: GroupedLog) -> None:
        found = [(wanted, ids(filled.query(wanted))) for wanted, _ in FILTERS]
        assert found == [(wanted, [f"req-{one}" for one in those]) for wanted, those in FILTERS]

    def test_no_text_is_refused(self, place: str) -> None:
        """One entry that a database refuses would hold up all that come after it."""
        odd = [
            Entry(text, NOON, text, text, text, Verdict.ALLOWED, (cause,), 0, text, text, text)
            for text in TEXTS
            for cause in [Cause(Layer.IDENTITY, text, 0, text)]
        ]
        with closing(connect(place)) as log:
            assert all(stored(*map(log.put, odd)))
            found = list(log.query(Filter()))
        for entry, (text, kept) in zip(found, TEXTS.items(), strict=True):
            assert {getattr(entry, name) for name in PLAIN} == {kept}
            (cause,) = entry.causes
            assert cause.policy == text[:LONGEST] == cause.sid  # JSON escapes what must be

    def test_no_time_is_refused(self, place: str) -> None:
        times = [float("nan"), -float("inf"), -1.0, 1e300]
        with closing(connect(place)) as log:
            stored(*(log.put(replace(READ, time=one, latency=one)) for one in times))
            found = [(local(one.time).year, one.latency > 0) for one in log.query(Filter())]
            assert found == [(1970, False)] * 3 + [(9999, True)]

    def test_order_is_that_of_adding_even_when_the_clock_is_set_back(self, place: str) -> None:
        entries = [replace(one, time=NOON - n) for n, one in enumerate(numbered(2000))]
        with closing(connect(place)) as log:
            stored(*map(log.put, entries))
            assert list(log.query(Filter())) == entries

    # -- tickets -------------------------------------------------------------------------------

    def test_tickets_for_event_loops(self, place: str) -> None:
        async def one(entry: Entry) -> bool:
            return await (await log.add(entry))

        async def all_of_them() -> list[bool]:
            return await asyncio.gather(*map(one, numbered(300)))

        with closing(connect(place)) as log:
            assert asyncio.run(all_of_them()) == [True] * 300
            assert asyncio.run(one(READ))  # another loop
            assert len(list(log.query(Filter()))) == 301
            assert log.status().waiting == log.status().lost == 0

    def test_closing_writes_what_waits_and_then_nothing(self, place: str) -> None:
        log = connect(place)
        for entry in numbered(1500):
            log.put(entry)
        log.close()
        assert stored(log.put(READ)) == [False]
        assert log.status().lost == 1
        with closing(connect(place, create=False)) as again:
            assert len(list(again.query(Filter()))) == 1500

    def test_a_commit_that_seemed_to_fail_is_not_written_twice(
        self, place: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The connection may die between the commit and its answer."""
        log = grouped(place)
        database: Any = log._database
        write, failed = database.write, []

        def dying(number: int, rows: Any, again: bool) -> None:
            write(number, rows, again)
            if not failed:
                failed.append(number)
                raise OSError("the answer was lost")

        with closing(log):
            monkeypatch.setattr(database, "write", dying)
            assert stored(log.put(READ)) == [False]  # nobody can say that it is stored
            assert log.flush(30)
            assert stored(log.put(DENIED)) == [True]
            assert tuple(log.query(Filter())) == (READ, DENIED)

    # -- following -----------------------------------------------------------------------------

    def test_following(self, filled: GroupedLog) -> None:
        more = numbered(3, start=10)
        steps: list[Callable[[], object]] = [
            lambda: stored(filled.put(more[0])),
            lambda: stored(filled.put(replace(more[1], verdict=Verdict.EXPLICIT_DENY))),
            lambda: None,
            lambda: stored(*map(filled.put, [more[2], UNKNOWN])),
        ]

        def wait() -> bool:
            if not steps:
                return False
            steps.pop(0)()
            return True

        wanted = Filter(denied=True, limit=1)  # the limit is for what is there already
        assert ids(filled.follow(wanted, wait)) == ["req-3", "11", "req-3"]

    def test_who_follows_many_writers_misses_nothing(self, place: str) -> None:
        writers = [connect(place) for _ in range(3)]

        def write(number: int) -> None:
            for entry in numbered(100, start=1000 * number):
                stored(writers[number].put(entry))

        more = True

        def wait() -> bool:
            """False when nothing was new in a look after the last writer had ended."""
            nonlocal more
            before, more = more, any(thread.is_alive() for thread in threads)
            return before or more

        threads = [threading.Thread(target=write, args=(n,)) for n in range(len(writers))]
        with closing(connect(place, create=False)) as log:
            for thread in threads:
                thread.start()
            found = list(log.follow(Filter(), wait))
            for thread in threads:
                thread.join()
            for writer in writers:
                writer.close()
            assert len({entry.request_id for entry in found}) == 300
            assert list(log.query(Filter())) == found

    # -- what is kept --------------------------------------------------------------------------

    def test_keeping_so_many(self, place: str) -> None:
        with closing(connect(place, keep=Keep(entries=5))) as log:
            for start in range(0, 3 * TIDY_EVERY, TIDY_EVERY):
                stored(*map(log.put, numbered(TIDY_EVERY, start)))
            found = ids(log.query(Filter()))
            # Removal comes after the group that makes the thousand full: less than that is left.
            assert found == [str(n) for n in range(3 * TIDY_EVERY)][-len(found) :]
            assert 5 <= len(found) < TIDY_EVERY + 5

    def test_keeping_so_long(self, place: str) -> None:
        old = [replace(one, time=NOON - 3601) for one in numbered(10)]
        young = [replace(one, time=NOON - 3600) for one in numbered(10, start=10)]
        with closing(connect(place)) as log:
            stored(*map(log.put, [*old, *young]))
        with closing(connect(place, keep=Keep(age=3600))) as log:
            assert stored(log.put(replace(UNKNOWN, time=NOON))) == [True]
            log.flush()
            assert ids(log.query(Filter())) == [*map(str, range(10, 20)), "req-3"]

    # -- places --------------------------------------------------------------------------------

    def test_a_reader_makes_nothing(self, place: str) -> None:
        for _ in range(2):
            with pytest.raises(InputError, match="there is no decision log at"):
                connect(place, create=False)

    def test_a_log_of_a_newer_remit(self, place: str) -> None:
        connect(place).close()
        self.age(place)
        for create in (True, False):
            with pytest.raises(InputError, match="newer remit: schema 99, this one knows up to"):
                connect(place, create=create)

    def age(self, place: str) -> None:
        """Make the log one of schema 99."""
        raise NotImplementedError

    # -- faults --------------------------------------------------------------------------------

    def test_kill_9_loses_nothing_that_was_acknowledged(self, place: str) -> None:
        """A process under load is killed; the log holds all of which it had told the outside."""
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.store.log_child", place],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        with child:
            assert child.stdout is not None
            told = [line.strip() for line in islice(child.stdout, 1000)]
            child.send_signal(signal.SIGKILL)
            told += [line.strip() for line in child.stdout if line.endswith("\n")]
        assert child.returncode == -signal.SIGKILL
        with closing(connect(place)) as log:
            found = ids(log.query(Filter()))
            assert len(told) >= 1000
            assert set(told) <= set(found)
            assert len(found) == len(set(found))
            assert stored(log.put(READ)) == [True]


def grouped(place: str, **more: Any) -> GroupedLog:
    """The log at `place`, tried again without waiting long where writing fails."""
    from remit.store.decision_log import _database

    return GroupedLog(_database(place, create=True), Keep(), pauses=(0.01, 0.05), **more)


@pytest.fixture
def filled(place: str) -> Iterator[GroupedLog]:
    """A log that holds THREE."""
    with closing(grouped(place)) as log:
        stored(*map(log.put, THREE))
        yield log
