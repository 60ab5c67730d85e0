"""Credentials without keys: instance metadata and the container endpoint, as paths of the server.

What may live here: who may ask, and the role's credentials, made anew before they end. What the
answers look like is credentials/delivery.py's. These paths are for processes on this machine: a
peer elsewhere, or a browser that was led here under another host's name, gets nothing.

Source: facts/iam.md 10.1, 10.2 (EC2 User Guide, configuring-instance-metadata-service; ECS
Developer Guide, task-iam-roles).
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from secrets import token_hex
from typing import Any
from urllib.parse import unquote

from remit.account.model import Role
from remit.app.decision_log import as_value
from remit.app.ports import Decided
from remit.core.decision import Verdict
from remit.core.http import HttpAnswer, HttpRequest
from remit.credentials import delivery, sessions
from remit.credentials.delivery import Answer
from remit.credentials.sessions import Credentials
from remit.explain.trace import trace
from remit.server.enforcer import Enforcer
from remit.server.kept import KeptDecisions
from remit.server.run import Built

IMDS = "/_remit/imds"
"""The value of AWS_EC2_METADATA_SERVICE_ENDPOINT is the server's URL and this."""
CONTAINER = "/_remit/credentials"
"""That of AWS_CONTAINER_CREDENTIALS_FULL_URI; `/NAME` after it means another role."""
DENIALS = "/_remit/denials"
"""What was denied to a principal: `?principal=ARN`. It takes the container endpoint's token."""
DECISIONS = "/_remit/decisions"
"""The newest decisions after a number: `?after=NUMBER`. It takes the same token."""
LOCAL = "/_remit/local"
"""What stands here for what only a deployment knows. It takes the same token."""

LIFETIME = 3600
"""Seconds that a session lasts: the shortest that every role allows for any of its users."""
LONGEST = 43_200
_SESSION = "remit"
_PORTION = 2_000
"""Decisions in one answer: other requests wait while it is written."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How credentials are handed out. `role` is the name of the role that an instance profile or
    a container has, None for none; `token` what the container endpoint asks for; `v1` lets
    instance metadata be read without a token; `lifetime` is in seconds. `local` is what the
    path of that name answers, as JSON."""

    token: str = field(repr=False)
    role: str | None = None
    v1: bool = False
    lifetime: int = LIFETIME
    local: str = "{}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Answers the paths of its own, for the roles of the server's account."""

    enforcer: Enforcer
    delivery: Delivery
    kept: KeptDecisions
    name: str = field(default_factory=lambda: token_hex(8))
    """This server and no other, since each counts its decisions from one."""
    _made: dict[str, tuple[str, Credentials, float]] = field(default_factory=dict)

    def answer(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer; None where the path is not one of these."""
        path = request.path
        if path.startswith(IMDS + "/"):
            found = self._metadata(request)
        elif path == CONTAINER or path.startswith(CONTAINER + "/"):
            found = self._container(request)
        elif path in (DENIALS, DECISIONS):
            found = self._told(request)
        elif path == LOCAL:
            found = self._local(request)
        else:
            return None
        if not _near(request):
            found = Answer(403)
        return HttpAnswer(found.status, found.headers, found.body.encode())

    def credentials(self, name: str, session: str, lifetime: int) -> tuple[Role, Credentials]:
        """New credentials of a role. Raises KeyError when there is no role of that name."""
        role = self._role(name)
        if role is None:
            raise KeyError(name)
        now = self.enforcer.clock()
        ends = now + min(lifetime, role.longest)
        account = self.enforcer.settings.account
        claims = sessions.Claims("role", account, role.arn, role.id, session, now, ends)
        return role, sessions.issue(claims, self.enforcer.master, self.enforcer.entropy)

    def denied(self, principal: str) -> list[dict[str, Any]]:
        """What was denied to a principal, as JSON values."""
        return [_told(one) for one in self.kept.denied(principal)]

    # --- the paths ------------------------------------------------------------------------------

    def _metadata(self, request: HttpRequest) -> Answer:
        name = self.delivery.role
        found = self._current(name) if name is not None else None
        profile = None
        if found is not None:
            role, credentials, made = found
            account = self.enforcer.settings.account
            arn = f"arn:aws:iam::{account}:instance-profile/{role.name}"
            unique = "AIPA" + role.id[4:]
            profile = delivery.Profile(role.name, arn, unique, credentials, made)
        below = replace(request, path=request.path.removeprefix(IMDS))
        now, master = self.enforcer.clock(), self.enforcer.master
        return delivery.metadata(below, profile, now, master, v1=self.delivery.v1)

    def _container(self, request: HttpRequest) -> Answer:
        if not self._knows(request):
            return _refused(401, "AccessDenied", "wrong authorization token")
        named = unquote(request.path.removeprefix(CONTAINER).removeprefix("/"))
        name = named or self.delivery.role
        if name is None:
            return _refused(404, "NoRole", "the server was started without `--role`")
        session = _session(request.query)
        try:
            role, credentials = self._of(name, session)
        except KeyError:
            return _refused(404, "NoSuchRole", f"there is no role `{name}`")
        return delivery.container(request, credentials, self.delivery.token, role.arn)

    def _told(self, request: HttpRequest) -> Answer:
        """What was decided: of a principal, or of everybody."""
        if not self._knows(request):
            return _refused(401, "AccessDenied", "wrong authorization token")
        found: Any
        if request.path == DENIALS:
            found = self.denied(unquote(request.query.removeprefix("principal=")))
        else:
            after = request.query.removeprefix("after=")
            known = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
            kept = self.kept.after(known, _PORTION)
            found = {
                "server": self.name,
                "last": kept[-1].number if kept else known,
                "decisions": [as_value(one.entry) for one in kept],
            }
        return Answer(200, json.dumps(found), (("content-type", "application/json"),))

    def _local(self, request: HttpRequest) -> Answer:
        if not self._knows(request):
            return _refused(401, "AccessDenied", "wrong authorization token")
        return Answer(200, self.delivery.local, (("content-type", "application/json"),))

    # --- sessions -------------------------------------------------------------------------------

    def _knows(self, request: HttpRequest) -> bool:
        given = (request.header("authorization") or "").encode("latin-1", "replace")
        return hmac.compare_digest(given, self.delivery.token.encode())

    def _of(self, name: str, session: str | None) -> tuple[Role, Credentials]:
        """A container's credentials; those of a session of its own last as long as they may, since
        who asks for one by name hands them on to where nobody can ask again."""
        if session is not None:
            return self.credentials(name, session, LONGEST)
        found = self._current(name)
        if found is None:
            raise KeyError(name)
        return found[0], found[1]

    def _current(self, name: str) -> tuple[Role, Credentials, float] | None:
        """The role's credentials: the same until it is time for new ones, as AWS has it. Another
        role of the same name has others."""
        role = self._role(name)
        if role is None:
            return None
        now = self.enforcer.clock()
        held = self._made.get(name)
        if held is None or held[0] != role.id or delivery.due(held[1], now):
            _, credentials = self.credentials(name, _SESSION, self.delivery.lifetime)
            held = self._made[name] = (role.id, credentials, now)
        return role, held[1], held[2]

    def _role(self, name: str) -> Role | None:
        return self.enforcer.state.account(self.enforcer.settings.account).roles.get(name)


_IN_NAMES = frozenset("+=,.@-_")


def _session(query: str) -> str | None:
    """The name of the session that is asked for; None where none is, or AWS would not take it."""
    name = unquote(query.removeprefix("session="))
    fits = all(c.isascii() and (c.isalnum() or c in _IN_NAMES) for c in name)
    return name if fits and 2 <= len(name) <= 64 else None


def with_metadata(built: Built, given: Delivery) -> tuple[Built, Metadata]:
    """The server with these paths, which keeps its denials in memory beside its log."""
    kept = KeptDecisions(built.enforcer.log)
    enforcer = replace(built.enforcer, log=kept)
    made = Metadata(enforcer, given, kept)
    application = replace(built.application, enforcer=enforcer, own=made.answer)
    return replace(built, application=application, enforcer=enforcer), made


_OF_BROWSERS = ("origin", "sec-fetch-site")


def _near(request: HttpRequest) -> bool:
    """Whether both the peer and the name under which it asks are this machine's, and it is no page
    that a browser shows: no SDK says where it comes from."""
    if any(request.header(name) is not None for name in _OF_BROWSERS):
        return False
    host = request.header("host") or ""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return _is_loopback(request.source) and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _told(one: Decided) -> dict[str, Any]:
    told = {"id": one.id, "service": one.service, "operation": one.operation, "why": one.why}
    request, policies, decision = one.request, one.policies, one.decision
    if request is None or policies is None or decision is None:
        return {**told, "action": None, "resource": None, "context": {}}
    found = trace(request, policies)
    return {
        **told,
        "action": found.action,
        "resource": request.resource,
        "context": request.context,
        "by": found.blocking,
        "explicit": decision.verdict is Verdict.EXPLICIT_DENY,
    }


def _refused(status: int, code: str, message: str) -> Answer:
    text = json.dumps({"code": code, "message": message})
    return Answer(status, text, (("content-type", "application/json"),))
