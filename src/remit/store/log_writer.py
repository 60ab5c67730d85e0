"""The queue before a decision log and the one thread that empties it.

A group is whatever has arrived while the group before it was being written: under load groups grow
and each costs one commit, without load nobody waits for a group to fill. Nothing here knows what a
database is: `write` is given, it stores a group in full or raises.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TypeAlias

from remit.app.decision_log import Entry, Status

_LOG = logging.getLogger("remit.log")

LIMIT = 20_000
"""Entries held in memory, about 1 KB each."""

GROUP = 1_000
"""Entries in one commit at most: it bounds how long the first of them waits for the last."""

PAUSES = (0.1, 5.0)
"""Seconds between tries where writing fails: the first pause, doubled each time; the longest."""

Ticket: TypeAlias = "asyncio.Future[bool] | Future[bool]"
Outcome: TypeAlias = "tuple[Ticket | asyncio.Future[None], bool | None]"
"""What a ticket is to be done with, or None for somebody who waits for room."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries to be stored in one commit.

    `number` is the group's own, drawn at random; `again` says that an earlier try failed, which
    may all the same have stored it.
    """

    number: int
    entries: tuple[Entry, ...]
    again: bool = False


class Writer:
    """Hands groups of entries to `write`, from a thread that the first entry starts."""

    def __init__(
        self,
        write: Callable[[Group], None],
        limit: int = LIMIT,
        pauses: tuple[float, float] = PAUSES,
    ) -> None:
        self._write = write
        self._limit = limit
        self._pauses = pauses
        self._lock = threading.Lock()  # guards everything below
        self._arrived = threading.Condition(self._lock)  # for the thread: an entry, or the end
        self._left = threading.Condition(self._lock)  # for the others: a group is done with
        self._queue: deque[tuple[Entry, Ticket]] = deque()
        self._writing: list[tuple[Entry, Ticket]] = []
        self._wanting_room: list[asyncio.Future[None]] = []
        self._lost = 0
        self._failing: str | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    # -- taking entries ------------------------------------------------------------------------

    async def add(self, entry: Entry) -> asyncio.Future[bool]:
        """See DecisionLog."""
        loop = asyncio.get_running_loop()
        ticket: asyncio.Future[bool] = loop.create_future()
        while (room := self._offer(entry, ticket, loop)) is not None:
            await room
        return ticket

    def put(self, entry: Entry) -> Future[bool]:
        """See DecisionLog."""
        ticket: Future[bool] = Future()
        ticket.set_running_or_notify_cancel()  # it can't be cancelled: it is set by one thread only
        with self._lock:
            self._left.wait_for(lambda: self._takes() or self._refuses())
            self._take_or_lose(entry, ticket)
        return ticket

    def _offer(
        self, entry: Entry, ticket: Ticket, loop: asyncio.AbstractEventLoop
    ) -> asyncio.Future[None] | None:
        """Take the entry, or give what is done as soon as there may be room for it."""
        with self._lock:
            if self._takes() or self._refuses():
                self._take_or_lose(entry, ticket)
                return None
            room: asyncio.Future[None] = loop.create_future()
            self._wanting_room.append(room)
            return room

    def _takes(self) -> bool:
        return len(self._queue) < self._limit and not self._closing

    def _refuses(self) -> bool:
        return self._closing or self._failing is not None

    def _take_or_lose(self, entry: Entry, ticket: Ticket) -> None:
        if self._takes():
            self._queue.append((entry, ticket))
            if self._thread is None:
                self._start()
            elif not self._writing:
                self._arrived.notify()
        else:
            self._lost += 1
        if self._refuses():
            ticket.set_result(False)

    def _start(self) -> None:
        # A daemon: a program that forgot to close the log can end all the same.
        self._thread = threading.Thread(target=self._run, name="remit decision log", daemon=True)
        self._thread.start()

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while self._next():
            self._settle_group()

    def _next(self) -> bool:
        """Wait for entries and make them the group that is being written; False at the end."""
        with self._lock:
            self._arrived.wait_for(lambda: self._queue or self._closing)
            self._writing = [self._queue.popleft() for _ in range(min(len(self._queue), GROUP))]
            rooms = self._give_room()
        _tell(rooms)
        return bool(self._writing)

    def _settle_group(self) -> None:
        """Write the group that `_next` chose, however often that takes."""
        group = Group(secrets.randbits(62), tuple(entry for entry, _ in self._writing))
        pause, longest = self._pauses
        last = False
        while (why := self._tried(group)) is not None and not last:
            self._fail(why)
            with self._lock:
                last = self._arrived.wait_for(lambda: self._closing, pause)
            pause = min(2 * pause, longest)
            group = replace(group, again=True)
        self._done(stored=why is None)

    def _tried(self, group: Group) -> str | None:
        """Why the group could not be written; None when it was."""
        try:
            self._write(group)
        except Exception as error:  # whatever it is, the server must keep answering
            return f"{error}" or type(error).__name__
        return None

    def _fail(self, why: str) -> None:
        """Say so to everybody who waits; the entries stay, to be tried again."""
        with self._lock:
            news, self._failing = self._failing is None, why
            waiting = [ticket for _, ticket in (*self._writing, *self._queue)]
            rooms = self._give_room()
        _tell([*((ticket, False) for ticket in waiting), *rooms])
        if news:
            what = "the decision log cannot be written: %s. Answers no longer wait for it, and %s"
            _LOG.warning(f"{what} entries at most are kept in memory.", why, self._limit)

    def _done(self, stored: bool) -> None:
        """The group is stored; or given up at the end, with all that came after it."""
        with self._lock:
            mended = stored and self._failing is not None
            if not stored:
                self._writing += self._queue
                self._queue.clear()
                self._lost += len(self._writing)
            else:
                self._failing = None
            tickets = [ticket for _, ticket in self._writing]
            self._writing = []
            rooms = self._give_room()
        _tell([*((ticket, stored) for ticket in tickets), *rooms])
        if mended:
            _LOG.warning("the decision log is written again. Entries lost: %s", self._lost)

    def _give_room(self) -> list[Outcome]:
        """Wake all who wait for room: too many ask once more, but nobody is forgotten."""
        self._left.notify_all()
        rooms: list[Outcome] = [(room, None) for room in self._wanting_room]
        self._wanting_room.clear()
        return rooms

    # -- the rest ------------------------------------------------------------------------------

    def flush(self, timeout: float | None = None) -> bool:
        """See DecisionLog."""
        with self._lock:
            return self._left.wait_for(lambda: not (self._queue or self._writing), timeout)

    def status(self) -> Status:
        """See DecisionLog."""
        with self._lock:
            return Status(len(self._queue) + len(self._writing), self._lost, self._failing)

    def close(self) -> None:
        """See DecisionLog."""
        with self._lock:
            self._closing = True
            self._arrived.notify()
            rooms = self._give_room()
        _tell(rooms)
        if self._thread is not None:
            self._thread.join()


def _tell(outcomes: Iterable[Outcome]) -> None:
    """Set results, from the thread; each event loop is woken once for all that are its own."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        future = outcome[0]
        if isinstance(future, Future):
            _set(outcome)
        else:
            by_loop.setdefault(future.get_loop(), []).append(outcome)
    for loop, its in by_loop.items():
        try:
            loop.call_soon_threadsafe(_set_all, its)
        except RuntimeError:  # the loop is closed: nobody is left who waits
            continue


def _set_all(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        _set(outcome)


def _set(outcome: Outcome) -> None:
    future, value = outcome
    if not future.done():  # told already that writing failed, or the caller gave up
        future.set_result(value)  # type: ignore[arg-type]  # a ticket has a bool, room has None
