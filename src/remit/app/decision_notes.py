"""The server's decisions as entries of the decision log, and when an answer may be sent.

A call that was answered is in the log: with `durable` its answer waits until the entry is on the
disk, so that a crash loses at most what nobody has been told yet. Entries are stored in the order
in which they came, many in one commit.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

from remit.app.decision_log import Cause, DecisionLog, Entry, causes
from remit.app.ports import Decided
from remit.core.decision import Determining, Verdict
from remit.engine.policyset import PolicySet
from remit.explain.causes import documents

NO_PERMISSION = "this operation needs no permission"


class Notes:
    """The port of app/ports.py over a log that keeps entries. Without `durable` no answer waits."""

    def __init__(self, log: DecisionLog, *, durable: bool = True) -> None:
        self._log = log
        self._durable = durable
        self._last: Future[bool] | None = None
        self._order = threading.Lock()  # what is last here must be last in the log

    def record(self, decided: Decided) -> None:
        """Hand on one decision. Waits only while the log has no room in memory."""
        made = entry(decided)
        with self._order:
            ticket = self._log.put(made)
            if self._durable:
                self._last = ticket

    def pending(self) -> Future[bool] | None:
        """The ticket of the last entry: those before it are stored before it. Where the log cannot
        be written it is done as well: the server goes on answering, and the log keeps trying."""
        return self._last


def entry(decided: Decided) -> Entry:
    """What the log keeps of a decision."""
    request, decision = decided.request, decided.decision
    verdict = decision.verdict if decision is not None else Verdict.ALLOWED
    if not decided.allowed and verdict is Verdict.ALLOWED:
        verdict = Verdict.IMPLICIT_DENY  # no policy denied it: the sentence says what did
    return Entry(
        request_id=decided.id,
        time=decided.time,
        principal=decided.principal if request is None else request.principal,
        action=_called(decided) if request is None else request.action,
        resource="" if request is None else request.resource,
        verdict=verdict,
        causes=_causes(decided),
        latency=decided.seconds,
        service=decided.service,
        operation=decided.operation,
        note=_note(decided),
    )


def _called(decided: Decided) -> str:
    """The operation in an action's place; `?` for what was not recognized."""
    return f"{decided.service or '?'}:{decided.operation or '?'}"


def _causes(decided: Decided) -> tuple[Cause, ...]:
    """The statements, under the names that their policies had then."""
    if decided.decision is None or decided.policies is None:
        return ()
    policies = decided.policies
    return causes(decided.decision, lambda named: _name(named, policies))


def _name(named: Determining, policies: PolicySet) -> str:
    return documents(policies, named.layer)[named.policy].name


def _note(decided: Decided) -> str:
    """What neither verdict nor causes say."""
    if not decided.allowed and (decided.decision is None or decided.decision.allowed):
        return decided.why
    if decided.unsettled:
        return f"may need more: {', '.join(decided.unsettled)}"
    return NO_PERMISSION if decided.request is None else ""
