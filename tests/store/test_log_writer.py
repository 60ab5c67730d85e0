"""The queue before the log: groups, back-pressure, what happens while writing fails. No database:
`write` is a gate that the test opens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from remit.store.log_writer import GROUP, Group, Writer
from tests.store.log_suite import READ, numbered, stored


class Gate:
    """A `write` that notes its groups, waits while it is shut, and fails as told."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.entered = threading.Semaphore(0)
        self._open = threading.Event()
        self._open.set()
        self.failing: Exception | None = None

    def __call__(self, group: Group) -> None:
        self.groups.append(group)
        self.entered.release()
        assert self._open.wait(30)
        if self.failing is not None:
            raise self.failing

    @contextmanager
    def shut(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def await_group(self) -> None:
        assert self.entered.acquire(timeout=30)

    @property
    def sizes(self) -> list[int]:
        return [len(group.entries) for group in self.groups]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def writer(gate: Gate) -> Iterator[Writer]:
    made = Writer(gate, limit=10, pauses=(0.001, 0.01))
    yield made
    gate.failing = None
    made.close()


def test_a_group_is_what_arrived_while_the_one_before_was_written(
    gate: Gate, writer: Writer
) -> None:
    with gate.shut():
        first = writer.put(READ)
        gate.await_group()
        rest = [writer.put(entry) for entry in numbered(7)]
        assert not any(ticket.done() for ticket in (first, *rest))
        assert writer.status().waiting == 8
    assert all(stored(first, *rest))
    assert gate.sizes == [1, 7]
    assert len({group.number for group in gate.groups}) == 2
    assert not any(group.again for group in gate.groups)


def test_a_group_has_a_limit(gate: Gate) -> None:
    writer = Writer(gate, limit=3 * GROUP)
    with gate.shut():
        tickets = [writer.put(READ)]
        gate.await_group()
        tickets += [writer.put(entry) for entry in numbered(2 * GROUP + 1)]
    assert all(stored(*tickets))
    assert gate.sizes == [1, GROUP, GROUP, 1]
    writer.close()


def test_a_thread_waits_for_room(gate: Gate, writer: Writer) -> None:
    late: list[Future[bool]] = []
    with gate.shut():
        writer.put(READ)
        gate.await_group()
        for entry in numbered(10):
            writer.put(entry)
        thread = threading.Thread(target=lambda: late.append(writer.put(READ)))
        thread.start()
        assert (late, writer.status().waiting) == ([], 11)  # 1 being written, 10 in the queue
    thread.join(30)
    assert stored(*late) == [True]
    assert writer.status().lost == 0


def test_an_event_loop_waits_for_room_and_goes_on_meanwhile(gate: Gate, writer: Writer) -> None:
    async def main() -> None:
        with gate.shut():
            tickets = [await writer.add(READ)]
            await asyncio.to_thread(gate.await_group)
            tickets += [await writer.add(entry) for entry in numbered(10)]
            late = [asyncio.ensure_future(writer.add(READ)) for _ in range(25)]
            for _ in range(5):
                await asyncio.sleep(0)  # the loop runs
            assert not any(one.done() for one in late)
            late[0].cancel()  # a caller that gave up must not keep the others waiting
        tickets += await asyncio.gather(*late[1:])
        assert await asyncio.gather(*tickets) == [True] * (11 + 24)

    asyncio.run(main())
    assert sum(gate.sizes) == 35
    assert max(gate.sizes) <= 10


def test_tickets_that_nobody_waits_for_any_more(gate: Gate, writer: Writer) -> None:
    """A cancelled ticket and a closed loop: the entries are stored all the same."""

    async def main() -> None:
        (await writer.add(READ)).cancel()
        await writer.add(READ)

    with gate.shut():
        asyncio.run(main())
    assert stored(writer.put(READ)) == [True]
    assert sum(gate.sizes) == 3


def test_while_writing_fails_everybody_is_answered_and_entries_are_kept(
    gate: Gate, writer: Writer
) -> None:
    gate.failing = OSError("disk full")
    with gate.shut():
        waiting = [writer.put(READ)]
        gate.await_group()
        waiting += [writer.put(entry) for entry in numbered(4)]
    assert stored(*waiting) == [False] * 5
    assert writer.status().failing == "disk full"
    assert not writer.flush(timeout=0)

    later = [writer.put(entry) for entry in numbered(9, start=4)]
    assert all(ticket.done() for ticket in later)  # at once: nobody waits for a broken log
    status = writer.status()
    assert (status.waiting, status.lost) == (11, 3)  # one in hand, ten queued, the rest given up

    gate.failing = None
    assert writer.flush(30)
    assert writer.status().failing is None
    assert stored(writer.put(READ)) == [True]
    tries = [group for group in gate.groups if group.number == gate.groups[0].number]
    assert [one.again for one in tries] == [False] + [True] * (len(tries) - 1)
    assert {one.entries for one in tries} == {(READ,)}
    kept = [entry for group in gate.groups[len(tries) :] for entry in group.entries]
    assert kept == [*numbered(10), READ]


def test_the_operator_is_told_once_that_writing_fails_and_once_that_it_goes_on(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(gate, limit=10, pauses=(0.001, 0.01))
    gate.failing = OSError("disk full")
    assert stored(writer.put(READ)) == [False]
    for _ in range(4):  # it is tried again and again
        gate.await_group()
    gate.failing = None
    assert writer.flush(30)
    writer.close()
    assert [record.getMessage() for record in caplog.records] == [
        "the decision log cannot be written: disk full. Answers no longer wait for it, and 10"
        " entries at most are kept in memory.",
        "the decision log is written again. Entries lost: 0",
    ]


def test_who_waits_for_room_is_let_go_when_writing_fails(gate: Gate, writer: Writer) -> None:
    async def main() -> None:
        gate.failing = OSError("disk full")
        with gate.shut():
            await writer.add(READ)
            await asyncio.to_thread(gate.await_group)
            for entry in numbered(10):
                await writer.add(entry)
            late = [asyncio.ensure_future(writer.add(READ)) for _ in range(3)]
            await asyncio.sleep(0)
        tickets = await asyncio.gather(*late)
        assert await asyncio.gather(*tickets) == [False] * 3

    asyncio.run(main())
    assert writer.status().lost == 3


def test_closing_while_writing_fails_tries_once_more_and_counts_the_rest(gate: Gate) -> None:
    writer = Writer(gate, limit=10, pauses=(60, 60))
    gate.failing = OSError()
    with gate.shut():
        writer.put(READ)
        gate.await_group()
        for entry in numbered(4):
            writer.put(entry)
    while writer.status().failing is None:  # until the first try has failed
        gate.entered.acquire(timeout=0.001)
    writer.close()
    assert gate.sizes == [1, 1]
    assert writer.status().lost == 5
    assert writer.status().waiting == 0
    assert writer.status().failing == "OSError"  # an error without words has its kind's name
    assert writer.flush(0)


def test_closing_twice_and_without_any_entry(gate: Gate) -> None:
    writer = Writer(gate)
    writer.close()
    writer.close()
    assert threading.active_count() == len(threading.enumerate())
    assert gate.groups == []
