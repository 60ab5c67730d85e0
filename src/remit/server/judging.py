"""Whether a call may be made, in AWS's words where it may not; each decision goes to the log.

STS is not judged here: it knows better than a plain decision who may call it (sts.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from remit.app.authenticate import Caller
from remit.app.permit import FREE, Permitted, permit, sentence
from remit.app.ports import Clock, Decided, DecisionLog, NoLog
from remit.app.sts.messages import encode
from remit.core.request import Value
from remit.credentials.keys import Entropy
from remit.enforce import denials
from remit.enforce.calls import Around, Asking, asking
from remit.enforce.context import of_request
from remit.enforce.denials import Refusal
from remit.enforce.recognize import Recognized
from remit.explain.wording import EC2_BLOB
from remit.server import besides
from remit.server.names import LOOKUPS
from remit.server.scopes import needs_no_signature
from remit.server.scopes import speech as speech_of
from remit.server.settings import Settings
from remit.server.state import MotoState

_BLOB = f" {EC2_BLOB}"


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides by the live state. `master` seals EC2's encoded messages; with `learn` nothing is
    refused, and it hears of every call."""

    state: MotoState
    clock: Clock
    master: bytes = field(repr=False)
    entropy: Entropy
    settings: Settings
    log: DecisionLog
    learn: Callable[[Recognized, Around], None] | None

    def judged(
        self, call: Recognized, around: Around, number: str, started: float
    ) -> Refusal | str | None:
        """The refusal of a call; else the account whose resource it is on, where that is told."""
        if not self.settings.enforced:
            return None
        if needs_no_signature(call.service, call.operation):
            return None
        asked = asking(call, around, LOOKUPS)
        if asked.unmapped is not None and not self.settings.unknown_allowed:
            found = Permitted(False)
        else:
            found = self._permitted(asked, around)
        if found.allowed:
            found = self._unblocked(found, call, around)
        refusal = None if found.allowed else self._refusal(found, asked, call, around)
        if self.learn is not None:
            self.learn(call, around)
            refusal = None
        self._record(call, found, asked, around, number, started, refusal)
        if refusal is not None:
            return refusal
        return None if found.request is None else found.request.resource_account

    def _permitted(self, asked: Asking, around: Around) -> Permitted:
        if not asked.asked:
            return FREE
        claims = around.caller.claims

        def context() -> Mapping[str, Value]:
            return of_request(
                around.request,
                around.region,
                now=self.clock(),
                secure=self.settings.secure,
                mfa=None if claims is None else claims.mfa,
            )

        return permit(around.caller, asked.asked, self.state, context)

    def _unblocked(self, found: Permitted, call: Recognized, around: Around) -> Permitted:
        """What policies allow may still be denied by S3 Block Public Access."""
        blocked = besides.denied(call, around.caller.account)
        return found if blocked is None else replace(found, allowed=False, blocked=blocked)

    def _refusal(
        self, found: Permitted, asked: Asking, call: Recognized, around: Around
    ) -> Refusal:
        speech = speech_of(call, around.request)
        if asked.unmapped is not None:
            text = (
                f"remit knows no permission for {call.service} {call.operation}: {asked.unmapped}."
                " Start `remit serve` with `--unknown allow` to let such calls through."
            )
            return denials.denied(speech, text)
        encoded = self._encoded(found, around.caller) if speech.protocol == "ec2" else ""
        home = (
            self.state.account(around.caller.account) if around.caller.account.isdigit() else None
        )
        return denials.denied(speech, sentence(found, home, self.state, encoded))

    def _encoded(self, found: Permitted, caller: Caller) -> str:
        if found.request is None or found.policies is None or found.decision is None:
            return ""
        means = (self.master, self.entropy)
        return encode(found.request, found.policies, found.decision, caller.user_id, means)

    def _record(
        self, call: Recognized, found: Permitted, asked: Asking, around: Around, number: str,
        started: float, refusal: Refusal | None,
    ) -> None:  # fmt: skip
        if isinstance(self.log, NoLog):
            return
        why = "" if refusal is None else refusal.message.partition(_BLOB)[0]
        self.log.record(
            Decided(
                id=number,
                time=self.clock(),
                service=call.service,
                operation=call.operation,
                request=found.request,
                decision=found.decision,
                allowed=found.allowed,
                why=why,
                seconds=time.perf_counter() - started,
                unsettled=asked.unsettled,
                policies=found.policies,
                principal=around.caller.principal,
            )
        )
