"""`python -m bench decision_log`: durable writes a second of the decision log.

SQLite in groups against one insert at a time, and against PostgreSQL with groups of the same size;
every contender in turns, so that a slow moment of the disk falls on all of them. Then the log as a
server uses it: many callers in an event loop, each of which waits until its entry is durable.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from remit.app.decision_log import Cause, Entry
from remit.core.decision import Layer, Verdict
from remit.store.decision_log import connect
from remit.store.log_grouped import Database
from remit.store.log_rows import row
from tests.store.postgres_cluster import NotInstalledError, cluster

ROUNDS = 7
SECONDS = 0.5
GROUPS = (1, 50, 500)
CALLERS = 64
GOAL = 3_200

ENTRY = Entry(
    "6f0d6d0e-2f5b-4a2e-9d0b-0d6a4f6c1c11",
    1_763_830_000.123456,
    "arn:aws:sts::111122223333:assumed-role/orders-prod/i-0abcdef1234567890",
    "dynamodb:GetItem",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    Verdict.ALLOWED,
    (Cause(Layer.IDENTITY, "orders-prod/inline", 2, "Read"),),
    0.000042,
    "dynamodb",
    "GetItem",
)

Rates = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Place:
    """A database and where it is."""

    name: str
    where: str
    database: Database


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print the table."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; durable writes a second,")
    print(f"median of {ROUNDS} rounds in turns (least, most)")
    with ExitStack() as stack:
        places = list(_places(stack))
        rates: Rates = {}
        for _ in range(ROUNDS):
            for place in places:
                _round(place, rates)
    for name, found in rates.items():
        print(f"{name:46}{median(found):9,.0f}  ({min(found):,.0f}, {max(found):,.0f})")
    _ratios({name: median(found) for name, found in rates.items()})
    return 0


def _places(stack: ExitStack) -> Iterator[Place]:
    from remit.store.decision_log_sqlite import SqliteDatabase

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    path = folder / "log.sqlite"
    yield Place("SQLite", str(path), SqliteDatabase(path, create=True))
    try:
        server = stack.enter_context(cluster(fsync="on"))
    except NotInstalledError as reason:
        print(f"skipped: {reason}")
        return
    from remit.store.decision_log_postgres import PostgresDatabase

    url = server.url("postgres")
    database = PostgresDatabase(url, create=True)
    stack.callback(database.drop)
    yield Place("PostgreSQL", url, database)


def _round(place: Place, rates: Rates) -> None:
    for size in GROUPS:
        rate = _by_group(place.database, size)
        rates.setdefault(f"{place.name}, groups of {size}", []).append(rate)
    for busy in (False, True):
        what = f"{place.name}, {CALLERS} callers" + (", a busy event loop" if busy else "")
        rates.setdefault(what, []).append(asyncio.run(_by_callers(place.where, busy)))


def _by_group(database: Database, size: int) -> float:
    """Groups one after the other, without the queue; the rows are made anew, as the log does."""
    numbers = count(1)

    def write() -> int:
        database.write(next(numbers), [row(ENTRY) for _ in range(size)], again=False)
        return size

    return _rate(write)


def _rate(step: Callable[[], int]) -> float:
    started, done = time.perf_counter(), 0
    while (taken := time.perf_counter() - started) < SECONDS:
        done += step()
    return done / taken


async def _by_callers(where: str, busy: bool) -> float:
    """Callers that wait for their entries; with `busy` the loop never rests in between."""
    done, ends = 0, time.perf_counter() + SECONDS
    with closing(connect(where)) as log:

        async def call() -> None:
            nonlocal done
            while time.perf_counter() < ends:
                stored = await (await log.add(ENTRY))  # `done += await` would lose what others add
                done += stored

        async def spin() -> None:
            while time.perf_counter() < ends:
                await asyncio.sleep(0)

        started = time.perf_counter()
        spinning = [spin()] if busy else []
        await asyncio.gather(*(call() for _ in range(CALLERS)), *spinning)
        return done / (time.perf_counter() - started)


def _ratios(rates: dict[str, float]) -> None:
    grouped, single = rates["SQLite, groups of 50"], rates["SQLite, groups of 1"]
    print(f"SQLite in groups of 50: {grouped / single:.1f} times one insert at a time")
    met = "met" if grouped >= GOAL else "missed"
    print(f"goal, {GOAL:,} a second: {met} ({grouped / GOAL:.1f} times)")
    for kind in [f"groups of {size}" for size in GROUPS] + [f"{CALLERS} callers"]:
        other = rates.get(f"PostgreSQL, {kind}")
        if other:
            print(f"SQLite, {kind}: {rates[f'SQLite, {kind}'] / other:.1f} times PostgreSQL")
