"""A small AWS for the tests of STS: accounts 111122223333 (the role's) and 444455556666."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from remit import parse_policy
from remit.app.sts.identity import caller as caller_of
from remit.app.sts.identity import session_policies
from remit.app.sts.operations import answer
from remit.app.sts.ports import (
    Call,
    Caller,
    Means,
    MfaDevice,
    OidcProvider,
    Role,
    SamlProvider,
)
from remit.core.decision import Decision
from remit.core.request import Request, Value
from remit.credentials import totp
from remit.credentials.sessions import Claims, Credentials, unseal
from remit.engine.policyset import PolicySet

HERE, THERE = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{HERE}:role/app/target"
USER = f"arn:aws:iam::{HERE}:user/dev/alice"
STRANGER = f"arn:aws:iam::{THERE}:user/bob"
MIDDLE = f"arn:aws:iam::{HERE}:role/middle"
ROOT = f"arn:aws:iam::{HERE}:root"
OIDC = f"arn:aws:iam::{HERE}:oidc-provider/issuer.example/pool"
SAML = f"arn:aws:iam::{HERE}:saml-provider/idp"
DEVICE = f"arn:aws:iam::{HERE}:mfa/alice"
SECRET = b"12345678901234567890"
MASTER = bytes(range(32))
NOW = 1_700_000_000.0

Document = Mapping[str, Any]


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), **more}


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(*actions: str, to: object = HERE, **more: Any) -> dict[str, Any]:
    """A trust policy. `to` is an AWS principal, or a whole Principal element."""
    principal = to if isinstance(to, dict) else {"AWS": to}
    return policy(allow(*(actions or ("sts:AssumeRole",)), Principal=principal, **more))


ALL = policy(allow("*", Resource="*"))


def entropy() -> Any:
    """The same bytes in every run, never twice."""
    numbers = itertools.count()

    def some(size: int) -> bytes:
        return hashlib.shake_128(next(numbers).to_bytes(8)).digest(size)

    return some


@dataclass
class Spent:
    """Codes that were used, in memory."""

    last: dict[str, int] = field(default_factory=dict)
    tries: list[tuple[str, float]] = field(default_factory=list)

    def attempt(self, serial: str, now: float) -> bool:
        recent = [one for one in self.tries if one[0] == serial and one[1] > now - totp.PERIOD]
        self.tries.append((serial, now))
        return len(recent) < totp.ATTEMPTS

    def spend(self, serial: str, step: int) -> bool:
        if self.last.get(serial, -1) >= step:
            return False
        self.last[serial] = step
        return True


@dataclass
class World:
    """The state, as documents that a test writes down."""

    trusts: dict[str, Document] = field(default_factory=lambda: {ROLE: trust()})
    identity: dict[str, Sequence[Document]] = field(default_factory=lambda: {USER: (ALL,)})
    boundaries: dict[str, Document] = field(default_factory=dict)
    managed: dict[str, Document] = field(default_factory=dict)
    longest: int = 3600
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    oidc: OidcProvider | None = None
    saml: SamlProvider | None = None
    rcp: Sequence[Document] | None = None
    roots: frozenset[tuple[str, str, str]] = frozenset()

    def role(self, arn: str) -> Role | None:
        if arn not in self.trusts:
            return None
        name, account = arn.rpartition("/")[2], arn.split(":")[4]
        unique = f"AROAEXAMPLEID{name.upper()}"
        return Role(arn, unique, account, name, self.longest, self.tags.get(arn, {}))

    def policies(self, caller: Caller | None, role: Role | None) -> PolicySet:
        issuer, session = "", None
        if caller is not None:
            issuer = caller.claims.issuer if caller.claims is not None else caller.arn
            session = session_policies(caller.claims, self) if caller.claims is not None else None
        bound = self.boundaries.get(issuer)
        return PolicySet(
            identity=[parse_policy(one) for one in self.identity.get(issuer, ())],
            boundary=None if bound is None else [parse_policy(bound)],
            session=session,
            resource=None if role is None else parse_policy(self.trusts[role.arn]),
            rcp=None if self.rcp is None else [[parse_policy(ALL | _FOR_ALL), *_all(self.rcp)]],
        )

    def oidc_provider(self, account: str, name: str) -> OidcProvider | None:
        found = self.oidc
        return found if found is not None and (account, name) == (HERE, found.name) else None

    def saml_provider(self, arn: str) -> SamlProvider | None:
        return self.saml if self.saml is not None and self.saml.arn == arn else None

    def managed_policy(self, arn: str) -> str | None:
        return json.dumps(self.managed[arn]) if arn in self.managed else None

    def mfa_device(self, serial: str) -> MfaDevice | None:
        return MfaDevice(USER, SECRET) if serial == DEVICE else None

    def manages_root(self, account: str, target: str, feature: str) -> bool:
        return (account, target, feature) in self.roots


_FOR_ALL = {"Statement": [allow("*", Resource="*", Principal="*")]}


def _all(documents: Sequence[Document]) -> list[Any]:
    return [parse_policy(one) for one in documents]


def user(arn: str = USER, **more: Any) -> Caller:
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return Caller(arn, account, f"AIDAEXAMPLEID{name.upper()}", **more)


def root(account: str = HERE) -> Caller:
    return Caller(f"arn:aws:iam::{account}:root", account, account)


def of_role(arn: str = MIDDLE, **more: Any) -> Caller:
    """A session of a role."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    claims = Claims(
        "role", account, arn, f"AROAEXAMPLEID{name.upper()}", "job", NOW - 60, NOW + 3600
    )
    return caller_of(replace(claims, **more))


@dataclass
class Desk:
    """Where a test calls STS."""

    world: World = field(default_factory=World)
    now: float = NOW
    codes: Spent = field(default_factory=Spent)
    some: Any = field(default_factory=entropy)
    heard: list[tuple[str, str, bool]] = field(default_factory=list)

    def _heard(self, request: Request, decision: Decision, _: PolicySet) -> None:
        self.heard.append((request.action, request.resource, decision.allowed))

    @property
    def means(self) -> Means:
        return Means(self.world, self.codes, self.now, self.some, MASTER, self._heard)

    def call(
        self,
        operation: str,
        caller: Caller | None,
        context: Mapping[str, Value] | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        return answer(Call(operation, params, caller, context or {}), self.means)

    def assume(self, caller: Caller | None = None, **params: Any) -> dict[str, Any]:
        given = {"RoleArn": ROLE, "RoleSessionName": "session", **params}
        return self.call("AssumeRole", caller if caller is not None else user(), **given)


def claims_of(result: Mapping[str, Any]) -> Claims:
    given = result["Credentials"]
    assert isinstance(given, Credentials)
    return unseal(given.access_key, given.token, MASTER)
