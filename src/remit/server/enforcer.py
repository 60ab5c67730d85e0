"""One request through the whole house: who calls what, may they, and what is the answer.

Nothing here decides: recognizing and wording are enforce/'s, deciding is app/'s, the state moto's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from remit.app.authenticate import (
    ANONYMOUS,
    Authenticated,
    Caller,
    authenticate,
    authenticate_old,
    is_signed,
)
from remit.app.permit import FREE, Permitted, permit, sentence
from remit.app.ports import Clock, Decided, DecisionLog, NoLog
from remit.app.sts.messages import encode
from remit.catalog.models import service_model
from remit.core.http import HttpAnswer, HttpRequest
from remit.core.request import Value
from remit.credentials import sessions, sigv2
from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy
from remit.enforce import denials
from remit.enforce.calls import Around, Asking, asking
from remit.enforce.compression import plain
from remit.enforce.context import of_request
from remit.enforce.denials import Refusal, Speech
from remit.enforce.recognize import Recognized, Unrecognized, recognize
from remit.enforce.services import all_services, by_signing_name
from remit.explain.wording import EC2_BLOB
from remit.server import besides, emulator
from remit.server.answering import ANSWERS
from remit.server.between.sending import Office, Sending, sending
from remit.server.emulator import Identity, Unsupported
from remit.server.hosts import path_style
from remit.server.keeping import Keeping, unkept
from remit.server.names import LOOKUPS
from remit.server.refused import refused
from remit.server.request_ids import Ids, numbered
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
_BLOB = f" {EC2_BLOB}"
# Resources that callers of other accounts can be let at: moto keeps them by account.
_ACROSS = frozenset({"sqs", "sns", "kms", "dynamodb", "secretsmanager", "lambda", "events", "ecr"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are judged. `unknown_allowed`: a call of which no permission is known goes through.
    `secure`: the endpoint stands for one that is reached over TLS. `enforced`: False answers
    everything without asking (for measuring)."""

    region: str = "us-east-1"
    account: str = "123456789012"
    unknown_allowed: bool = False
    secure: bool = True
    enforced: bool = True


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
    settings: Settings = Settings()
    log: DecisionLog = field(default_factory=NoLog)
    learn: Callable[[Recognized, Around], None] | None = None
    keeping: Keeping | None = None
    _ids: Ids = field(init=False, repr=False)
    _office: Office = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """What all calls share."""
        lenient = self.learn is not None
        office = Office(self.state, self.clock, self.entropy, self.log, self.master, lenient)
        object.__setattr__(self, "_ids", Ids(self.entropy))
        object.__setattr__(self, "_office", office)

    def decide(self, raw: HttpRequest) -> Ready | HttpAnswer:
        """The call that a request may make, or the answer that refuses it."""
        started = time.perf_counter()
        number = self._ids.next()
        request = path_style(raw)
        region, signing = _scope(raw)
        try:
            request = plain(request, signing)
            call = recognize(request, signing)
        except Unrecognized as error:
            return self._unrecognized(error, request, signing, number)
        try:
            found = self._authenticated(raw, call)
        except AuthError as error:
            speech = _speech(call, request)
            refusal = denials.unauthenticated(
                speech, error.code, error.message, error.status, error.extra
            )
            self._note(refusal, (call.service, call.operation), raw, number)
            return denials.answer(refusal, speech, number)
        if found.request is not raw:  # it came in chunks
            request = path_style(found.request)
            call = recognize(request, signing)
        region = region or self.settings.region
        if self._decides_itself(call):
            identity = Identity(found.caller.account, region, found.caller.access_key)
            waits = (call.service, call.operation) in _SLOW or len(request.body) > _LARGE
            return Ready(call, request, found.caller, identity, number, waits)
        around = Around(request, found.caller, region, found.signature)
        refusal_or_owner = self._judged(call, around, number, started)
        if isinstance(refusal_or_owner, Refusal):
            return denials.answer(refusal_or_owner, _speech(call, request), number)
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
            return denials.answer(refusal, _speech(call, ready.request), ready.id)
        except Exception as error:
            _LOG.exception("a fault in %s %s", call.service, call.operation)
            what = f"the emulator failed ({type(error).__name__}); see the server's output"
            speech = _speech(call, ready.request)
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
        speech = _speech(call, ready.request)
        return denials.answer(unkept(call.service, why), speech, ready.id)

    def fault(self, raw: HttpRequest) -> HttpAnswer:
        """The answer when something here failed that must not: never an allow."""
        try:
            request = path_style(raw)
            speech = _speech(recognize(request, _scope(raw)[1]), request)
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
            speech = _speech(call, ready.request)
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
        if not self.settings.enforced or _needs_no_signature(call.service, call.operation):
            return Authenticated(ANONYMOUS, raw)
        if not is_signed(raw):
            if call.service in _ANONYMOUS:
                return Authenticated(ANONYMOUS, raw)
            raise AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
        signed_as, now = _signed_as(call.service), self.clock()
        if signed_as == "s3" and sigv2.is_used(raw):
            region = self.settings.region  # the signature names none
            return authenticate_old(path_style(raw), region, self.state, now, self.master)
        found = authenticate(raw, signed_as, self.state, now, self.master)
        if call.service == "iam" and _barred_from_iam(found.caller):
            raise sessions.invalid()
        return found

    def _judged(
        self, call: Recognized, around: Around, number: str, started: float
    ) -> Refusal | str | None:
        """The refusal of a call; else the account whose resource it is on, where that is told."""
        if not self.settings.enforced:
            return None
        if _needs_no_signature(call.service, call.operation):
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
        speech = _speech(call, around.request)
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


def _scope(request: HttpRequest) -> tuple[str | None, str | None]:
    """Region and service in the scope of a signature, before it is looked at closely."""
    header = request.header("authorization")
    if header is not None:
        before, found, _ = header.partition(", Signature=")
        return _told(before) if found and len(before) <= _REMEMBERED else _read_scope(header)
    if "X-Amz-Credential=" in request.query:
        _, _, rest = request.query.partition("X-Amz-Credential=")
        return _parts(rest.partition("&")[0].replace("%2F", "/").replace("%2f", "/"))
    return None, None


def _read_scope(header: str) -> tuple[str | None, str | None]:
    return _parts(header.partition("Credential=")[2].partition(",")[0])


def _parts(credential: str) -> tuple[str | None, str | None]:
    parts = credential.split("/")
    return (parts[2], parts[3]) if len(parts) >= 5 else (None, None)


_REMEMBERED = 1024
_told = lru_cache(maxsize=1024)(_read_scope)


def _speech(call: Recognized, request: HttpRequest) -> Speech:
    return Speech(call.service, call.protocol, call.json_version, request.method == "HEAD")


@lru_cache(maxsize=512)
def _signed_as(service: str) -> str:
    return next((one.signing for one in all_services() if one.name == service), service)


@lru_cache(maxsize=4096)
def _needs_no_signature(service: str, operation: str) -> bool:
    """Operations that anybody may call: their model says so (Cognito's sign-in, STS's tokens)."""
    model = service_model(service)
    found = model.operations.get(operation, {}) if model is not None else {}
    return found.get("authtype") == "none" or found.get("auth") == ["smithy.api#noAuth"]


def _barred_from_iam(caller: Caller) -> bool:
    """Sessions of users call IAM with MFA only, federated ones never (facts 5.2)."""
    claims = caller.claims
    if claims is None:
        return False
    return claims.kind == "federated" or (claims.kind == "user" and claims.mfa is None)
