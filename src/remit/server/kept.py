"""The newest decisions, in memory, beside whatever log there is: what `remit log --port` shows and
`remit run` reports.

Denials have room of their own, so that no number of allowed calls pushes them out. The room is
counted in characters: a caller who sends long names gets fewer of them kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from heapq import merge
from itertools import count, dropwhile, islice
from threading import Lock
from typing import NamedTuple

from remit.app.decision_log import Entry, shortened
from remit.app.decision_notes import entry
from remit.app.ports import Decided, DecisionLog

MOST = 10_000
"""Decisions of each kind, allowed and denied, of up to 1,024 characters each."""
_UNIT = 1024
_LONGEST = 64
"""Units that one denial may take as a whole; of a longer one the entry alone is kept."""


class Kept(NamedTuple):
    """One decision: its number in the order of all, its entry, and for a denial the whole."""

    number: int
    entry: Entry
    denied: Decided | None
    units: int


class KeptDecisions:
    """A decision log that hands everything on to `further` and keeps the newest. Used by several
    threads."""

    def __init__(self, further: DecisionLog, most: int = MOST) -> None:
        self._further = further
        self._numbers: Callable[[], int] = count(1).__next__
        self._allowed, self._denied = _Ring(most), _Ring(most)
        self._lock = Lock()

    def record(self, decided: Decided) -> None:
        """Keep a decision, and hand it on."""
        made = shortened(entry(decided))
        units = 1 + (len(made.resource) + len(made.principal) + len(made.note)) // _UNIT
        whole = None
        if not decided.allowed:
            size = _size(decided)
            whole = decided if size <= _LONGEST else None
            units += 0 if whole is None else size
        ring = self._allowed if decided.allowed else self._denied
        with self._lock:
            ring.add(Kept(self._numbers(), made, whole, units))
        self._further.record(decided)

    def pending(self) -> Future[bool] | None:
        """What `further` has to wait for."""
        return self._further.pending()

    def denied(self, principal: str) -> tuple[Decided, ...]:
        """What was denied to a principal (an ARN), in order."""
        with self._lock:
            kept = [one.denied for one in self._denied.kept]
        return tuple(one for one in kept if one is not None and one.principal == principal)

    def after(self, number: int, most: int) -> list[Kept]:
        """The decisions of a greater number, in order: the oldest `most` of those that are kept."""
        with self._lock:
            both = [list(self._allowed.after(number)), list(self._denied.after(number))]
        return list(islice(merge(*both, key=lambda one: one.number), most))


class _Ring:
    """The newest that fit."""

    def __init__(self, room: int) -> None:
        self.kept: deque[Kept] = deque()
        self._room = room

    def add(self, one: Kept) -> None:
        while self.kept and self._room < one.units:
            self._room += self.kept.popleft().units
        self.kept.append(one)
        self._room -= one.units

    def after(self, number: int) -> Iterator[Kept]:
        return dropwhile(lambda one: one.number <= number, self.kept)


def _size(decided: Decided) -> int:
    """How many units a denial takes beside its entry."""
    request = decided.request
    if request is None:
        return 0
    texts = (
        value if isinstance(value, str) else "".join(value) for value in request.context.values()
    )
    length = sum(map(len, request.context)) + sum(map(len, texts))
    return (len(request.resource) + length) // _UNIT
