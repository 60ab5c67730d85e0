"""The port `DecisionLog`: every decision that was enforced, kept and asked for again.

Only values and the port's promises live here. An entry says who asked for what, what was answered,
and which statements determined it; it has no room for secrets and none for bodies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from remit.core.decision import Decision, Determining, Layer, Verdict
from remit.core.pattern import Pattern

PLACE = ".remit/decisions.sqlite"
"""Where the log is when nobody says another place, below the current folder."""

LONGEST = 2048
"""Characters of a text that are kept. No ARN in AWS is longer; what a caller sends may be."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A statement that determined the verdict: layer, name of its policy, index in it, sid.

    A policy is named, and not counted as in `Determining`: what is attached changes, and a log is
    read later.
    """

    layer: Layer
    policy: str
    statement: int
    sid: str | None = None

    def __str__(self) -> str:
        sid = f" `{self.sid}`" if self.sid else ""
        return f"{self.layer} {self.policy} statement {self.statement}{sid}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision. `time` is in seconds since 1970 UTC, `latency` in seconds.

    Both are kept to the microsecond. `note` is for what the verdict alone does not say: an
    operation that was not recognized, a denial that was let through to learn from it.
    """

    request_id: str
    time: float
    principal: str
    action: str
    resource: str
    verdict: Verdict
    causes: tuple[Cause, ...] = ()
    latency: float = 0.0
    service: str = ""
    operation: str = ""
    note: str = ""


def shortened(entry: Entry) -> Entry:
    """The entry with the beginnings of texts that are too long."""
    if max(map(len, (entry.principal, entry.action, entry.resource, entry.note))) <= LONGEST:
        return entry
    return replace(
        entry,
        principal=entry.principal[:LONGEST],
        action=entry.action[:LONGEST],
        resource=entry.resource[:LONGEST],
        note=entry.note[:LONGEST],
    )


def as_value(entry: Entry) -> dict[str, Any]:
    """An entry as a JSON value, exact: what one process tells another."""
    return asdict(entry)


def from_value(value: dict[str, Any]) -> Entry:
    """The entry that `as_value` made it of. Raises KeyError, TypeError or ValueError for what is
    none."""
    told = dict(value)
    causes = tuple(Cause(**{**one, "layer": Layer(one["layer"])}) for one in told.pop("causes"))
    return Entry(**{**told, "verdict": Verdict(told["verdict"]), "causes": causes})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None wants all.

    `since` is in, `until` is out, both in seconds since 1970 UTC. `principal`, `action` and
    `resource` are patterns for the whole text with `*` and `?`; an action's letter case does not
    matter. `limit` wants the latest so many of those that fit.
    """

    denied: bool = False
    since: float | None = None
    until: float | None = None
    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    limit: int | None = None

    def wants(self, entry: Entry) -> bool:
        """Whether an entry fits; `limit` is about several."""
        if self.denied and entry.verdict is Verdict.ALLOWED:
            return False
        if self.since is not None and entry.time < self.since:
            return False
        if self.until is not None and entry.time >= self.until:
            return False
        asked = (
            (self.principal, entry.principal),
            (self.action and self.action.lower(), entry.action.lower()),
            (self.resource, entry.resource),
        )
        return all(not wanted or Pattern.parse(wanted).matches(text) for wanted, text in asked)


@dataclass(frozen=True, slots=True)
class Keep:
    """What is kept: entries at most so many seconds older than the newest, and at most so many.

    Age is counted from the newest entry and not from the clock, which may be wrong.
    """

    age: float | None = None
    entries: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How the log is: entries not yet durable, entries given up, and why writing fails now."""

    waiting: int
    lost: int
    failing: str | None


class DecisionLog(Protocol):
    """Keeps entries durably, in the order in which they were added.

    An entry is *acknowledged* when its ticket is done with True: it is on the disk and survives
    the death of the process and of the machine. A ticket that is done with False says that the
    log can't be written now. The entry is then kept in memory and tried again, unless there is no
    room left for it; `status` counts those that were given up.
    """

    async def add(self, entry: Entry) -> asyncio.Future[bool]:
        """Take one entry, from an event loop; returns its ticket, to be awaited or dropped.

        Waits only while as many entries as the log holds in memory are being written.
        """
        ...

    def put(self, entry: Entry) -> Future[bool]:
        """`add` from a thread that has no event loop."""
        ...

    def query(self, wanted: Filter) -> Iterator[Entry]:
        """The entries that fit, oldest first. Raises InputError when the log can't be read."""
        ...

    def follow(self, wanted: Filter, wait: Callable[[], bool]) -> Iterator[Entry]:
        """What `query` gives, then what is added, each once. Raises InputError as `query` does.

        Whenever there is nothing new `wait` is called; it returns False to end.
        """
        ...

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until nothing is waiting to be written; False when that takes longer."""
        ...

    def status(self) -> Status:
        """How the log is now."""
        ...

    def close(self) -> None:
        """Write what is waiting, with one last try where writing fails; then take no more."""
        ...


def causes(decision: Decision, name: Callable[[Determining], str]) -> tuple[Cause, ...]:
    """The statements that determined `decision`; `name` names their policies."""
    return tuple(
        Cause(one.layer, name(one), one.statement, one.sid) for one in decision.determining
    )
