"""Keeping what has changed: after a call and before its answer, without holding up other calls.

What has changed is found in the event loop, between two calls, so that it is all of a call or
nothing; it is written by one thread. Whatever came while that thread wrote is its next commit. An
answer waits for the commit in which its call is, or for one after it.

Where it cannot be written the call is answered with an error. What it has changed stays in memory,
is tried again with the next change, and is said to be so: to take it back could take back what
other calls have built on it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from remit.enforce.denials import Refusal
from remit.server.graph import Unkept
from remit.server.kept_state import Kept
from remit.server.state import may_change

_LOG = logging.getLogger("remit.serve")
_CODE = "TokenCode"
"""The parameter of STS that spends an MFA code."""
# What the services call a fault of their own (common errors of the IAM API Reference; the
# Organizations API Reference, CreateAccount).
_FAULTS: Mapping[str, str] = {"iam": "ServiceFailure", "organizations": "ServiceException"}


class File(Protocol):
    """Where rows are kept: store/state_file.py."""

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Store rows, None for one that goes; they are on the disk when it returns. Raises where
        that cannot be."""


class Keeping:
    """Writes the changes of `kept` to `file`, and first of all `waiting`. Used by one thread at a
    time, the event loop's."""

    def __init__(self, kept: Kept, file: File, waiting: Mapping[str, str | None]) -> None:
        self._kept = kept
        self._file = file
        self._waiting = dict(waiting)
        self._lock = threading.Lock()  # guards the dict above
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="remit-state")

    async def settled(
        self, service: str, operation: str, params: Mapping[str, object]
    ) -> str | None:
        """Returns as soon as what a call changed is kept; the reason where it cannot be."""
        if may_change(service, operation) or (service == "sts" and _CODE in params):
            return await asyncio.wrap_future(self.save())
        return None

    def save(self) -> Future[str | None]:
        """Find what has changed. Done when all that was changed so far is kept, with the reason
        where it cannot be."""
        try:
            changes = self._kept.changes()
        except Unkept as error:
            _LOG.error("the state cannot be kept: moto's backends hold %s", error)
            failed: Future[str | None] = Future()
            failed.set_result(f"remit does not know {error}")
            return failed
        with self._lock:
            self._waiting.update(changes)
        return self._thread.submit(self._store)

    def close(self) -> None:
        """Keep the last changes, such as when keys were last used. The file is left open."""
        self.save().result()
        self._thread.shutdown()

    def _store(self) -> str | None:
        """Write what waits; nothing does when the commit before took it along. In the thread."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        if not taken:
            return None
        try:
            self._file.write(taken)
        except Exception as error:  # whatever it is, what waits must not be forgotten
            with self._lock:
                self._waiting = {**taken, **self._waiting}
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            _LOG.error(
                "the state cannot be written: %s; it is tried again with the next change", why
            )
            return str(why)
        return None


def unkept(service: str, why: str) -> Refusal:
    """The error that answers a call whose change could not be kept."""
    text = f"What the call changed could not be kept: {why}. It may be lost when the server ends."
    return Refusal(_FAULTS.get(service, "InternalFailure"), text, 500)
