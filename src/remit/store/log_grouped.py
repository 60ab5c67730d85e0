"""A decision log on any database: writing through the grouping writer, reading, following.

What differs between databases is behind `Database`; it is all that a new one has to bring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol

from remit.app.decision_log import Entry, Filter, Keep, Status
from remit.store.log_rows import Query, Row, entry, row, select
from remit.store.log_writer import LIMIT, PAUSES, Group, Writer

TIDY_EVERY = 1_000
"""Entries after which those that are too old are removed."""

REMOVED_AT_ONCE = 2 * TIDY_EVERY
"""Few enough that writing hardly waits, enough to catch up."""


class Database(Protocol):
    """A table `decision` of rows numbered in the order in which they become visible.

    `write`, `tidy` and `drop` are called by the writing thread only and share a connection;
    reading uses connections of its own. Reading raises InputError, writing whatever it likes.
    """

    def write(self, number: int, rows: list[Row], again: bool) -> None:
        """Store the rows of the group `number` in one commit, durably.

        With `again` an earlier try may have stored them: then nothing is to be stored.
        """
        ...

    def tidy(self, keep: Keep, at_once: int) -> None:
        """Remove at most `at_once` of the entries that `keep` does not keep, oldest first."""
        ...

    def drop(self) -> None:
        """Give the connection up; the next `write` makes a new one."""
        ...

    def last(self) -> int:
        """The number of the newest row, 0 where there is none."""
        ...

    def read(self, query: Query) -> Generator[tuple[Any, ...], None, None]:
        """The rows that `query` selects, read as they are consumed."""
        ...


class GroupedLog:
    """A DecisionLog on `database`; `limit` entries at most wait in memory."""

    def __init__(
        self,
        database: Database,
        keep: Keep,
        limit: int = LIMIT,
        pauses: tuple[float, float] = PAUSES,
    ) -> None:
        self._database = database
        self._keep = keep
        self._writer = Writer(self._store, limit, pauses)
        self._untidy = TIDY_EVERY  # so that the first group looks at what an earlier run left

    # Forwarded one by one: `self.add = writer.add` would hide them from readers and type checkers.

    async def add(self, entry: Entry) -> asyncio.Future[bool]:
        """See DecisionLog."""
        return await self._writer.add(entry)

    def put(self, entry: Entry) -> Future[bool]:
        """See DecisionLog."""
        return self._writer.put(entry)

    def flush(self, timeout: float | None = None) -> bool:
        """See DecisionLog."""
        return self._writer.flush(timeout)

    def status(self) -> Status:
        """See DecisionLog."""
        return self._writer.status()

    def close(self) -> None:
        """See DecisionLog."""
        self._writer.close()
        self._database.drop()

    def query(self, wanted: Filter) -> Iterator[Entry]:
        """See DecisionLog."""
        return self._between(wanted, 0, self._database.last())

    def follow(self, wanted: Filter, wait: Callable[[], bool]) -> Iterator[Entry]:
        """See DecisionLog."""
        seen = self._database.last()
        yield from self._between(wanted, 0, seen)
        every = replace(wanted, limit=None)
        while True:
            newest = self._database.last()
            if newest > seen:
                yield from self._between(every, seen, newest)
                seen = newest
            elif not wait():
                return

    def _between(self, wanted: Filter, after: int, last: int) -> Iterator[Entry]:
        with closing(self._database.read(select(wanted, after, last))) as rows:
            yield from map(entry, rows)

    def _store(self, group: Group) -> None:
        """Write one group; now and then, remove what is too old."""
        try:
            self._database.write(group.number, list(map(row, group.entries)), group.again)
        except Exception:
            self._database.drop()
            raise
        self._untidy += len(group.entries)
        if self._untidy >= TIDY_EVERY and self._keep != Keep():
            self._tidy()

    def _tidy(self) -> None:
        try:
            self._database.tidy(self._keep, REMOVED_AT_ONCE)
        except Exception:  # the group is stored, and this is tried again after the next one
            self._database.drop()
        else:
            self._untidy = 0
