"""The newest denials, in memory, beside whatever log there is."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future

from remit.app.ports import Decided, DecisionLog

_MOST = 10_000


class KeptDecisions:
    """A decision log that hands everything on to `further` and keeps what was denied: the newest
    10,000. Used by several threads: a deque's append is one step."""

    def __init__(self, further: DecisionLog) -> None:
        self._further = further
        self._denied: deque[Decided] = deque(maxlen=_MOST)

    def record(self, decided: Decided) -> None:
        """Keep a denial, and hand on everything."""
        if not decided.allowed:
            self._denied.append(decided)
        self._further.record(decided)

    def pending(self) -> Future[bool] | None:
        """What `further` has to wait for."""
        return self._further.pending()

    def denied(self, principal: str) -> tuple[Decided, ...]:
        """What was denied to a principal (an ARN), in order."""
        kept = tuple(self._denied)
        return tuple(one for one in kept if one.principal == principal)
