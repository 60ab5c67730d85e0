"""One request through the whole house: who calls what, may they, and what is the answer.

Nothing here decides: recognizing and wording are enforce/'s, deciding is app/'s, the state moto's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from remit.app.authenticate import ANONYMOUS, Authenticated, Caller, authenticate, is_signed
from remit.app.permit import FREE, Permitted, permit, sentence
from remit.app.ports import Clock, Decided, DecisionLog, NoLog
from remit.app.sts.messages import encode
from remit.catalog.models import service_model
from remit.core.http import HttpAnswer, HttpRequest
from remit.core.request import Value
from remit.credentials import sessions
from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy
from remit.enforce import denials
from remit.enforce.calls import Around, Asking, Lookups, asking
from remit.enforce.context import of_request
from remit.enforce.denials import Refusal, Speech
from remit.enforce.recognize import Recognized, Unrecognized, recognize
from remit.enforce.services import all_services
from remit.explain.wording import EC2_BLOB
from remit.server import emulator, resources
from remit.server.answering import OWN
from remit.server.emulator import Identity, Unsupported
from remit.server.hosts import path_style
from remit.server.state import MotoState
from remit.server.sts import Asked, Sts

_LOG = logging.getLogger("remit.serve")
# Who may come without a signature; what they may do is the resource's policy's to say (facts 4.2).
_ANONYMOUS = frozenset({"s3", "sqs", "sns"})
# Calls that may wait: they must not hold up the others.
_WAITING = frozenset(
    {
        ("sqs", "ReceiveMessage"),
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("stepfunctions", "StartExecution"),
        ("stepfunctions", "StartSyncExecution"),
        ("cloudformation", "CreateStack"),
        ("cloudformation", "UpdateStack"),
        ("cloudformation", "DeleteStack"),
        ("sns", "Publish"),
        ("events", "PutEvents"),
        ("batch", "SubmitJob"),
        ("sts", "AssumeRoleWithSAML"),
        ("iam", "SimulateCustomPolicy"),
        ("iam", "SimulatePrincipalPolicy"),
        ("accessanalyzer", "ValidatePolicy"),
    }
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


@dataclass(frozen=True, slots=True)
class Ready:
    """A call that may be made. `waits`: it may take long."""

    call: Recognized
    request: HttpRequest
    caller: Caller
    identity: Identity
    id: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Enforcer:
    """The server's heart. `master` is the key of temporary credentials, 32 bytes. Everything but
    STS is moto's to answer."""

    state: MotoState
    clock: Clock
    master: bytes
    entropy: Entropy
    sts: Sts
    settings: Settings = Settings()
    log: DecisionLog = field(default_factory=NoLog)
    learn: Callable[[Recognized, Around], None] | None = None

    def decide(self, raw: HttpRequest) -> Ready | HttpAnswer:
        """The call that a request may make, or the answer that refuses it."""
        started = time.perf_counter()
        number = self._id()
        request = path_style(raw)
        region, signing = _scope(raw)
        try:
            call = recognize(request, signing)
        except Unrecognized as error:
            return self._unrecognized(error, request, number)
        speech = _speech(call, request)
        try:
            found = self._authenticated(raw, call)
        except AuthError as error:
            refusal = denials.unauthenticated(
                speech, error.code, error.message, error.status, error.extra
            )
            return denials.answer(refusal, speech, number)
        if found.request is not raw:  # it came in chunks
            request = path_style(found.request)
            call = recognize(request, signing)
        region = region or self.settings.region
        around = Around(request, found.caller, region, found.signature)
        refusal_or_owner = self._judged(call, around, number, started)
        if isinstance(refusal_or_owner, Refusal):
            return denials.answer(refusal_or_owner, speech, number)
        return self._ready(call, around, refusal_or_owner, number)

    def run(self, ready: Ready) -> HttpAnswer:
        """The answer to a call that may be made. Never raises."""
        call = ready.call
        speech = _speech(call, ready.request)
        try:
            if self._decides_itself(call):
                return self._of_sts(ready)
            own = OWN.get((call.service, call.operation))
            if own is not None:
                return own(call, ready.identity.account, self.state, ready.id)
            found = emulator.call(call, ready.request, ready.identity)
        except Unsupported as error:
            refusal = Refusal("NotImplemented", f"remit serve does not emulate this: {error}", 501)
            return denials.answer(refusal, speech, ready.id)
        except Exception as error:
            _LOG.exception("a fault in %s %s", call.service, call.operation)
            what = f"the emulator failed ({type(error).__name__}); see the server's output"
            return denials.answer(Refusal("InternalFailure", what, 500), speech, ready.id)
        finally:
            self.state.note(call.service, call.operation)
        return _with_id(found, ready.id)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Both steps at once."""
        found = self.decide(request)
        return self.run(found) if isinstance(found, Ready) else found

    # --- steps ----------------------------------------------------------------------------------

    def _decides_itself(self, call: Recognized) -> bool:
        """STS knows better than a plain decision who may call it (sts.py)."""
        return call.service == "sts" and self.settings.enforced

    def _of_sts(self, ready: Ready) -> HttpAnswer:
        now = self.clock()
        context = of_request(
            ready.request, ready.identity.region, now=now, secure=self.settings.secure
        )
        asked = Asked(ready.call, ready.caller, context, ready.id, now)
        return self.sts.answer(asked, self.log.record)

    def _authenticated(self, raw: HttpRequest, call: Recognized) -> Authenticated:
        if not self.settings.enforced or _needs_no_signature(call.service, call.operation):
            return Authenticated(ANONYMOUS, raw)
        if not is_signed(raw):
            if call.service in _ANONYMOUS:
                return Authenticated(ANONYMOUS, raw)
            raise AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
        found = authenticate(raw, _signed_as(call.service), self.state, self.clock(), self.master)
        if call.service == "iam" and _barred_from_iam(found.caller):
            raise sessions.invalid()
        return found

    def _judged(
        self, call: Recognized, around: Around, number: str, started: float
    ) -> Refusal | str | None:
        """The refusal of a call; else the account whose resource it is on, where that is told."""
        if not self.settings.enforced or self._decides_itself(call):
            return None
        if _needs_no_signature(call.service, call.operation):
            return None
        asked = asking(call, around, _LOOKUPS)
        if asked.unmapped is not None and not self.settings.unknown_allowed:
            found = Permitted(False)
        else:
            found = self._permitted(asked, around)
        speech = _speech(call, around.request)
        refusal = None if found.allowed else self._refusal(found, asked, call, around, speech)
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

    def _refusal(
        self, found: Permitted, asked: Asking, call: Recognized, around: Around, speech: Speech
    ) -> Refusal:
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
        waits = (call.service, call.operation) in _WAITING or len(around.request.body) > _LARGE
        return Ready(call, around.request, around.caller, identity, number, waits)

    def _unrecognized(self, error: Unrecognized, request: HttpRequest, number: str) -> HttpAnswer:
        speech = Speech("", error.protocol, head=request.method == "HEAD")
        code, status = _UNKNOWN.get(error.protocol, ("UnknownOperationException", 404))
        return denials.answer(Refusal(code, str(error), status), speech, number)

    def _id(self) -> str:
        digits = self.entropy(16).hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# Facts 5.1: the status of the query protocol's is UNCONFIRMED.
_UNKNOWN: Mapping[str, tuple[str, int]] = {
    "query": ("InvalidAction", 400),
    "ec2": ("InvalidAction", 400),
}
_LOOKUPS = Lookups(resources.complete, resources.partition_key)


def _scope(request: HttpRequest) -> tuple[str | None, str | None]:
    """Region and service in the scope of a signature, before it is looked at closely."""
    header = request.header("authorization")
    if header is not None:
        _, _, rest = header.partition("Credential=")
        parts = rest.partition(",")[0].split("/")
    elif "X-Amz-Credential=" in request.query:
        _, _, rest = request.query.partition("X-Amz-Credential=")
        parts = rest.partition("&")[0].replace("%2F", "/").replace("%2f", "/").split("/")
    else:
        return None, None
    return (parts[2], parts[3]) if len(parts) >= 5 else (None, None)


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


def _with_id(found: HttpAnswer, number: str) -> HttpAnswer:
    names = {name for name, _ in found.headers}
    if names & {"x-amzn-requestid", "x-amz-request-id"}:
        return found
    return replace(found, headers=(*found.headers, ("x-amzn-requestid", number)))
