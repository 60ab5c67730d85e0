"""One request through the whole house: who calls what, may they, and what is the answer.

Nothing here decides: recognizing and wording are enforce/'s, deciding is app/'s, the state moto's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from remit.app.authenticate import (
    ANONYMOUS,
    Authenticated,
    Caller,
    authenticate,
    authenticate_old,
    is_signed,
)
from remit.app.ports import Clock, DecisionLog, NoLog
from remit.core.http import HttpAnswer, HttpRequest
from remit.credentials import sessions, sigv2
from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy
from remit.enforce import denials
from remit.enforce.calls import Around
from remit.enforce.compression import plain
from remit.enforce.context import of_request
from remit.enforce.denials import Refusal, Speech
from remit.enforce.recognize import Recognized, Unrecognized, recognize
from remit.enforce.services import by_signing_name
from remit.server import besides, emulator
from remit.server.answering import ANSWERS
from remit.server.between.sending import Office, Sending, sending
from remit.server.emulator import Identity, Unsupported
from remit.server.hosts import path_style
from remit.server.judging import Judge
from remit.server.keeping import Keeping, unkept
from remit.server.refused import refused
from remit.server.request_ids import Ids, numbered
from remit.server.scopes import needs_no_signature, scope, signed_as
from remit.server.scopes import speech as speech_of
from remit.server.settings import Settings
from remit.server.state import MotoState
from remit.server.sts import Asked, Sts

_LOG = logging.getLogger("remit.serve")
# Who may come without a signature; what they may do is the resource's policy's to say (facts 4.2).
_ANONYMOUS = frozenset({"s3", "sqs", "sns"})
# Calls that may take long: they must not hold up the others.
_SLOW = (
    emulator.WAITING
    | {("sts", "AssumeRoleWithSAML"), ("accessanalyzer", "ValidatePolicy")}
    | {("iam", "SimulateCustomPolicy"), ("iam", "SimulatePrincipalPolicy")}
)
_LARGE = 1 << 20
# Resources that callers of other accounts can be let at: moto keeps them by account.
_ACROSS = frozenset({"sqs", "sns", "kms", "dynamodb", "secretsmanager", "lambda", "events", "ecr"})


@dataclass(slots=True)
class Ready:
    """A call that may be made. `waits`: it may take long. Not frozen: one is made for each call."""

    call: Recognized
    request: HttpRequest
    caller: Caller
    identity: Identity
    id: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Enforcer:
    """The server's heart. `master` is the key of temporary credentials, 32 bytes. Everything but
    STS is moto's to answer. `keeping` keeps what calls change over restarts."""

    state: MotoState
    clock: Clock
    master: bytes = field(repr=False)
    entropy: Entropy
    sts: Sts
    settings: Settings = field(default_factory=Settings)
    log: DecisionLog = field(default_factory=NoLog)
    learn: Callable[[Recognized, Around], None] | None = None
    keeping: Keeping | None = None
    _ids: Ids = field(init=False, repr=False)
    _office: Office = field(init=False, repr=False)
    _judge: Judge = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """What all calls share."""
        lenient = self.learn is not None
        office = Office(self.state, self.clock, self.entropy, self.log, self.master, lenient)
        object.__setattr__(self, "_ids", Ids(self.entropy))
        object.__setattr__(self, "_office", office)
        given = (self.settings, self.log, self.learn)
        judge = Judge(self.state, self.clock, self.master, self.entropy, *given)
        object.__setattr__(self, "_judge", judge)

    def decide(self, raw: HttpRequest) -> Ready | HttpAnswer:
        """The call that a request may make, or the answer that refuses it."""
        started = time.perf_counter()
        number = self._ids.next()
        request = path_style(raw)
        region, signing = scope(raw)
        try:
            request = plain(request, signing)
            call = recognize(request, signing)
        except Unrecognized as error:
            return self._unrecognized(error, request, signing, number)
        try:
            found = self._authenticated(raw, call)
            if found.request is not raw:  # it came in chunks
                request = path_style(found.request)
                call = recognize(request, signing)
        except Unrecognized as error:
            return self._unrecognized(error, request, signing, number)
        except AuthError as error:
            speech = speech_of(call, request)
            refusal = denials.unauthenticated(
                speech, error.code, error.message, error.status, error.extra
            )
            self._note(refusal, (call.service, call.operation), raw, number)
            return denials.answer(refusal, speech, number)
        region = region or self.settings.region
        if self._decides_itself(call):
            identity = Identity(found.caller.account, region, found.caller.access_key)
            waits = (call.service, call.operation) in _SLOW or len(request.body) > _LARGE
            return Ready(call, request, found.caller, identity, number, waits)
        around = Around(request, found.caller, region, found.signature)
        refusal_or_owner = self._judge.judged(call, around, number, started)
        if isinstance(refusal_or_owner, Refusal):
            return denials.answer(refusal_or_owner, speech_of(call, request), number)
        return self._ready(call, around, refusal_or_owner, number)

    def run(self, ready: Ready) -> HttpAnswer:
        """The answer to a call that may be made. Never raises."""
        call = ready.call
        try:
            if self._decides_itself(call):
                return self._of_sts(ready)
            own = ANSWERS.get((call.service, call.operation))
            if own is not None:
                return own(call, ready.identity.account, self.state, ready.id)
            found = self._emulated(ready)
        except Unsupported as error:
            refusal = Refusal("NotImplemented", f"remit serve does not emulate this: {error}", 501)
            return denials.answer(refusal, speech_of(call, ready.request), ready.id)
        except Exception as error:
            _LOG.exception("a fault in %s %s", call.service, call.operation)
            what = f"the emulator failed ({type(error).__name__}); see the server's output"
            speech = speech_of(call, ready.request)
            return denials.answer(denials.fault(speech, what), speech, ready.id)
        finally:
            self.state.note(call.service, call.operation)
        return numbered(found, call, ready.id)

    async def kept(self, ready: Ready, answer: HttpAnswer) -> HttpAnswer:
        """The answer to a call that was made, as soon as what it changed is kept over restarts."""
        if self.keeping is None:
            return answer
        call = ready.call
        why = await self.keeping.settled(call.service, call.operation, call.params)
        if why is None:
            return answer
        speech = speech_of(call, ready.request)
        return denials.answer(unkept(call.service, why), speech, ready.id)

    def fault(self, raw: HttpRequest) -> HttpAnswer:
        """The answer when something here failed that must not: never an allow."""
        try:
            request = path_style(raw)
            speech = speech_of(recognize(request, scope(raw)[1]), request)
        except Unrecognized as error:
            speech = Speech("", error.protocol, head=raw.method == "HEAD")
        what = "a fault of remit's own; see the server's output"
        return denials.answer(denials.fault(speech, what), speech, self._ids.next())

    # --- steps ----------------------------------------------------------------------------------

    def _emulated(self, ready: Ready) -> HttpAnswer:
        """moto's answer. What its services do with each other meanwhile is decided (between/)."""
        call = ready.call
        forward = partial(emulator.call, call, ready.request, ready.identity)
        if not self.settings.enforced:
            return forward()
        with sending(Sending(self._office, ready.id, call, ready.caller, ready.request)):
            if not besides.answers(call):
                return forward()
            speech = speech_of(call, ready.request)
            return besides.answer(call, ready.caller.account, speech, ready.id, forward)

    def _decides_itself(self, call: Recognized) -> bool:
        """STS knows better than a plain decision who may call it (sts.py)."""
        return call.service == "sts" and self.settings.enforced

    def _of_sts(self, ready: Ready) -> HttpAnswer:
        now, secure = self.clock(), self.settings.secure
        context = partial(of_request, ready.request, ready.identity.region, now=now, secure=secure)
        asked = Asked(ready.call, ready.caller, context, ready.id, now)
        return self.sts.answer(asked, None if type(self.log) is NoLog else self.log.record)

    def _authenticated(self, raw: HttpRequest, call: Recognized) -> Authenticated:
        if not self.settings.enforced or needs_no_signature(call.service, call.operation):
            return Authenticated(ANONYMOUS, raw)
        if not is_signed(raw):
            if call.service in _ANONYMOUS:
                return Authenticated(ANONYMOUS, raw)
            raise AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
        name, now = signed_as(call.service), self.clock()
        if name == "s3" and sigv2.is_used(raw):
            region = self.settings.region  # the signature names none
            return authenticate_old(path_style(raw), region, self.state, now, self.master)
        found = authenticate(raw, name, self.state, now, self.master)
        if call.service == "iam" and _barred_from_iam(found.caller):
            raise sessions.invalid()
        return found

    def _ready(self, call: Recognized, around: Around, owner: str | None, number: str) -> Ready:
        account = around.caller.account
        across = owner is not None and call.service in _ACROSS
        if (across or not account.isdigit()) and owner is not None and owner.isdigit():
            account = owner
        if not account.isdigit():
            account = self.settings.account
        identity = Identity(account, around.region, around.caller.access_key)
        waits = (call.service, call.operation) in _SLOW or len(around.request.body) > _LARGE
        return Ready(call, around.request, around.caller, identity, number, waits)

    def _unrecognized(
        self, error: Unrecognized, request: HttpRequest, signing: str | None, number: str
    ) -> HttpAnswer:
        speech = Speech("", error.protocol, head=request.method == "HEAD")
        code, status = _UNKNOWN.get(error.protocol, ("UnknownOperationException", 404))
        refusal = Refusal(code, str(error), status)
        known = signing if signing in by_signing_name() else ""
        self._note(refusal, (known or "", ""), request, number)
        return denials.answer(refusal, speech, number)

    def _note(
        self, refusal: Refusal, call: tuple[str, str], request: HttpRequest, number: str
    ) -> None:
        """Tell the log of a request about which nothing could be decided."""
        if not isinstance(self.log, NoLog):
            self.log.record(refused(refusal, call, request, number, self.clock()))


# Facts 5.1: the status of the query protocol's is UNCONFIRMED.
_UNKNOWN: Mapping[str, tuple[str, int]] = {
    "query": ("InvalidAction", 400),
    "ec2": ("InvalidAction", 400),
}


def _barred_from_iam(caller: Caller) -> bool:
    """Sessions of users call IAM with MFA only, federated ones never (facts 5.2)."""
    claims = caller.claims
    if claims is None:
        return False
    return claims.kind == "federated" or (claims.kind == "user" and claims.mfa is None)
