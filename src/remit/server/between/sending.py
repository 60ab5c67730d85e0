"""The request that is being answered, and deciding what its service does with others meanwhile.

moto's backends call each other in the middle of a request: what is decided then belongs to that
request, under whose id it is logged. Outside of one nothing is decided (moto's own decorators in
the same process).
"""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

from remit.app.authenticate import Caller
from remit.app.between import Delivery, Step, decide
from remit.app.ports import Clock, Decided, DecisionLog
from remit.app.sts.ports import Means
from remit.core.http import HttpRequest
from remit.credentials.keys import Entropy
from remit.enforce.recognize import Recognized
from remit.server.between.receivers import Receivers
from remit.server.state import MotoState
from remit.server.sts_state import Accounts, Codes

_CHANGING = frozenset({"cloudformation"})
"""Services whose one call changes identities and then uses them."""


@dataclass(frozen=True, slots=True)
class Office:
    """What deciding needs of the server. `lenient` lets denied deliveries through (learning)."""

    state: MotoState
    clock: Clock
    entropy: Entropy
    log: DecisionLog
    master: bytes = field(repr=False)
    lenient: bool = False


@dataclass(slots=True)
class Sending:
    """A request during which services call each other: its id, what it is, and who made it. Not
    frozen: one is made for each call."""

    office: Office
    id: str
    call: Recognized
    caller: Caller
    request: HttpRequest

    def permits(self, delivery: Delivery) -> bool:
        """Whether a delivery may be made. Each decision on the way is logged."""
        return self.denial(delivery) is None

    def denial(self, delivery: Delivery) -> Step | None:
        """What stands in a delivery's way, None where nothing does. Each decision is logged."""
        if self.call.service in _CHANGING:
            self.office.state.forget()
        started = time.perf_counter()
        now = self.office.clock()
        state = Receivers(self.office.state)
        means = Means(
            Accounts(self.office.state, None), Codes(), now, self.office.entropy, self.office.master
        )
        steps = decide(delivery, state, means)
        seconds = time.perf_counter() - started
        for step in steps:
            self.office.log.record(self._decided(step, now, seconds))
        last = steps[-1]
        return None if last.allowed or self.office.lenient else last

    def _decided(self, step: Step, now: float, seconds: float) -> Decided:
        found = step.found
        action = "" if found.request is None else found.request.action
        service, _, operation = action.partition(":")
        return Decided(
            id=self.id,
            time=now,
            service=service,
            operation=operation,
            request=found.request,
            decision=found.decision,
            allowed=found.allowed,
            why=step.why,
            seconds=seconds,
            policies=found.policies,
            principal=step.principal,
        )


_NOW: ContextVar[Sending | None] = ContextVar("remit_sending", default=None)


def current() -> Sending | None:
    """The request that is being answered in this thread."""
    return _NOW.get()


class sending:  # noqa: N801 - used like a function; contextlib's generator costs ten times as much
    """While the block lasts deliveries are decided."""

    __slots__ = ("_one", "_token")

    def __init__(self, one: Sending) -> None:
        self._one = one
        self._token: Token[Sending | None] | None = None

    def __enter__(self) -> None:
        self._token = _NOW.set(self._one)

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _NOW.reset(self._token)
