"""STS over HTTP: the operations of app/sts, with the live state.

They decide for themselves whether a call is allowed (a new session's tags and MFA are part of
that), so enforcer.py asks nothing before; here each decision is handed on to the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from remit.app.authenticate import Caller, told_tags
from remit.app.ports import Decided
from remit.app.sts import ports
from remit.app.sts.operations import UNSIGNED, answer
from remit.app.sts.session import Result
from remit.core.decision import Decision
from remit.core.http import HttpAnswer
from remit.core.request import Request, Value
from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy
from remit.enforce import sts_xml
from remit.enforce.recognize import Recognized
from remit.engine.policyset import PolicySet
from remit.server.state import MotoState
from remit.server.sts_state import Accounts, Codes, Keys

_OF_CALLER = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")
Heard = list[tuple[Request, Decision, PolicySet]]
# What is wrong with a token or an assertion (facts 5.4).
_UNPROVEN = frozenset(
    {"InvalidIdentityToken", "ExpiredTokenException", "IDPRejectedClaim", "IDPCommunicationError"}
)


@dataclass(slots=True)
class Asked:
    """A call of STS. `context` gives the condition keys of the request itself. Not frozen: one is
    made for each call."""

    call: Recognized
    caller: Caller
    context: Callable[[], Mapping[str, Value]]
    id: str
    now: float


@dataclass(frozen=True, slots=True)
class Sts:
    """The service. `keys` are the JWKS documents of OpenID Connect providers, by their address."""

    state: MotoState
    entropy: Entropy
    master: bytes = field(repr=False)
    keys: Keys = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)

    def answer(self, asked: Asked, note: Callable[[Decided], object] | None) -> HttpAnswer:
        """The answer to a call; `note` hears what was decided. Raises what is a fault of ours."""
        if note is None and asked.call.operation == _WHO and not asked.call.params:
            body = b"%b%b%b" % _who(asked.caller, asked.id.encode())
            return HttpAnswer(200, (_XML, ("x-amzn-requestid", asked.id)), body)
        started = time.perf_counter()
        heard: Heard | None = None if note is None else []
        fault: AuthError | None = None
        result: Result = {}
        try:
            result = self._result(asked, heard)
        except AuthError as error:
            fault = error
        if note is not None and heard is not None:
            seconds = time.perf_counter() - started
            for decided in _decided(asked, heard, fault):
                note(replace(decided, seconds=seconds, principal=asked.caller.principal))
        headers = (_XML, ("x-amzn-requestid", asked.id))
        if fault is not None:
            return HttpAnswer(fault.status, headers, sts_xml.error(fault, asked.id))
        return HttpAnswer(200, headers, sts_xml.result(asked.call.operation, result, asked.id))

    def _result(self, asked: Asked, heard: Heard | None) -> Result:
        who = None if asked.call.operation in UNSIGNED else asked.caller
        means = ports.Means(
            Accounts(self.state, who, self.keys), self.codes, asked.now, self.entropy, self.master,
            ports.unheard if heard is None else lambda *one: heard.append(one),
        )  # fmt: skip
        caller = None if who is None else caller_of(who)
        context = Lazy(lambda: {**asked.context(), **self._of_organisations(asked)})
        return answer(ports.Call(asked.call.operation, asked.call.params, caller, context), means)

    def _of_organisations(self, asked: Asked) -> dict[str, Value]:
        """The keys of the caller's organisation, and of that of the role that it asks for."""
        keys = {key: asked.caller.keys[key] for key in _OF_CALLER if key in asked.caller.keys}
        params = asked.call.params
        named = str(params.get("RoleArn") or params.get("TargetPrincipal") or asked.caller.account)
        owner = named.split(":", 5)[4] if named.count(":") >= 5 else named
        found = self.state.account(owner).organisation if owner.isdigit() else None
        if found is not None:
            keys["aws:ResourceOrgID"] = found.id
            keys["aws:ResourceOrgPaths"] = (found.path,)
        return keys


_WHO = "GetCallerIdentity"
_XML = ("content-type", sts_xml.CONTENT_TYPE)


class Lazy(Mapping[str, Value]):
    """Condition keys that are put together when somebody asks for one: most calls are decided
    without them."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Mapping[str, Value]]) -> None:
        self._make = make
        self._made: Mapping[str, Value] | None = None

    def _keys(self) -> Mapping[str, Value]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> Value:
        return self._keys()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())


@lru_cache(maxsize=1024)
def caller_of(found: Caller) -> ports.Caller:
    """The caller as app/sts knows one."""
    tags = {} if found.identity is None else told_tags(found.identity, found.claims)
    return ports.Caller(found.principal, found.account, found.user_id, found.claims, tags)


def _who(caller: Caller, number: bytes) -> tuple[bytes, bytes, bytes]:
    """The pieces of the answer to GetCallerIdentity, which says of the request its id alone."""
    before, after = _told_who(caller)
    return before, number, after


@lru_cache(maxsize=1024)
def _told_who(caller: Caller) -> tuple[bytes, bytes]:
    means: Any = None  # that operation asks for none
    told = answer(ports.Call(_WHO, {}, caller_of(caller)), means)
    before, _, after = sts_xml.result(_WHO, told, _MARK).rpartition(_MARK.encode())
    return before, after


_MARK = "00000000-0000-0000-0000-000000000000"


def _decided(asked: Asked, heard: Heard, fault: AuthError | None) -> list[Decided]:
    """What the log is told: each decision, and that there was none where no policy has a say.

    A role that is not there is denied whatever the policies say, and so is who comes with a token
    that does not hold. Of a call that is not well formed nothing was decided.
    """
    unproven = fault is not None and fault.code in _UNPROVEN
    denied = fault is not None and (unproven or fault.code == "AccessDenied")
    if fault is not None and not heard and not denied:
        return []
    why = ""
    if fault is not None and denied:
        why = f"{fault.code}: {fault.message}" if unproven else fault.message
    call = asked.call
    found = [
        Decided(
            asked.id, asked.now, call.service, call.operation, request, decision,
            decision.allowed, policies=policies,
        )
        for request, decision, policies in heard
    ]  # fmt: skip
    if not found:
        free = Decided(asked.id, asked.now, call.service, call.operation, None, None, not denied)
        found = [free]
    if denied:
        found[-1] = replace(found[-1], allowed=False, why=why)
    return found
