"""What authorizing asks of the outside: the live state, the time, a place for decisions.

Adapters stand in server/ (moto's backends) and store/ (the decision log); wiring.py joins them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from remit.account.model import AccessKey, Account, Document, Tags
from remit.app.access.model import Access
from remit.core.decision import Decision
from remit.core.request import Request
from remit.engine.policyset import PolicySet

Clock: TypeAlias = Callable[[], float]
"""Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What is there under an ARN. `account` owns it; `policy` is its own policy; `object_tags` are
    those of an S3 object, whose keys are others than those of the bucket. `access` is what lets
    callers in beside the policy: grants of a key, access control lists; None where nothing does."""

    account: str | None = None
    policy: Document | None = None
    tags: Tags = ()
    object_tags: Tags = ()
    access: Access | None = None


NO_RESOURCE = Resource()


class State(Protocol):
    """The live state. Whatever was written before a call is seen by it."""

    def account(self, account: str) -> Account:
        """The identities of an account; an empty one where there is none."""

    def key(self, access_key: str) -> AccessKey | None:
        """A long-term access key."""

    def resource(self, arn: str, account: str) -> Resource:
        """What is under `arn`, asked by a caller of `account`; NO_RESOURCE where nothing is."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, for the log: never a secret and never a body.

    `why` is AWS's sentence for a denial, empty for what was allowed; `unsettled` are permissions
    that may have been needed too, which could not be told. `policies` are those of the decision.
    `principal` called, also where `request` is None because no permission is known for the call.
    """

    id: str
    time: float
    service: str
    operation: str
    request: Request | None
    decision: Decision | None
    allowed: bool
    why: str = ""
    seconds: float = 0.0
    unsettled: tuple[str, ...] = field(default=())
    policies: PolicySet | None = field(default=None, repr=False)
    principal: str = ""


class DecisionLog(Protocol):
    """Where decisions are kept."""

    def record(self, decided: Decided) -> None:
        """Keep one. Must not block for long: it is called for every request."""

    def pending(self) -> Future[bool] | None:
        """Done as soon as everything recorded so far is durable, or could not be made so; None when
        nobody needs to wait. An answer is sent after it."""


class NoLog:
    """Keeps nothing."""

    def record(self, decided: Decided) -> None:
        """Forget it."""

    def pending(self) -> None:
        """Nothing to wait for."""
