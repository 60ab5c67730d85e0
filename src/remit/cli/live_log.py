"""The newest decisions of a running server, asked for as a log is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from remit.app.decision_log import Entry, Filter, from_value
from remit.app.errors import InputError
from remit.cli.delivering import ask

_PATH = "/_remit/decisions?after="


@dataclass(slots=True)
class LiveLog:
    """What the server on this machine at `port` keeps in memory; `token` opens it."""

    port: int
    token: str = field(repr=False)
    _server: str = ""
    _last: int = 0

    def query(self, wanted: Filter) -> Iterator[Entry]:
        """The decisions that fit, oldest first. Raises InputError."""
        yield from _newest(self._new(wanted), wanted.limit)

    def follow(self, wanted: Filter, wait: Callable[[], bool]) -> Iterator[Entry]:
        """What `query` gives, then what is decided, each once; `wait` is called when there is
        nothing new, and ends it with False. Raises InputError, also when the server ends."""
        yield from self.query(wanted)
        while wait():
            yield from self._new(wanted)

    def close(self) -> None:
        """Nothing is held."""

    def _new(self, wanted: Filter) -> Iterator[Entry]:
        """What was decided since it was last asked."""
        while entries := self._portion():
            yield from filter(wanted.wants, entries)

    def _portion(self) -> list[Entry]:
        """The next so many; none where there are no more."""
        told: Any = ask(self.port, f"{_PATH}{self._last}", self.token)
        try:
            if self._server not in ("", told["server"]):
                self._last = 0  # another server, which counts anew
                self._server = str(told["server"])
                return self._portion()
            self._server, self._last = str(told["server"]), int(told["last"])
            return [from_value(one) for one in told["decisions"]]
        except (KeyError, TypeError, ValueError):
            hint = "the server may be of another version of remit"
            raise InputError(f"what the server at port {self.port} tells is no log", hint) from None


def _newest(entries: Iterable[Entry], limit: int | None) -> Iterable[Entry]:
    return entries if limit is None else deque(entries, maxlen=limit)
