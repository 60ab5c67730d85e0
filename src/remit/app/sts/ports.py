"""What the operations of STS are told of the world, and what they ask it.

What may live here: the values and protocols by which the account's state comes in. All of them
are filled by adapters; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from remit.core.decision import Decision
from remit.core.request import Request, Value
from remit.credentials.keys import Entropy
from remit.credentials.saml import Metadata
from remit.credentials.sessions import Claims
from remit.engine.policyset import PolicySet

Tags = Mapping[str, str]
NO_TAGS: Tags = {}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the call.

    `arn`, `account` and `user_id` are what GetCallerIdentity tells; `claims` are those of
    temporary credentials, None for long-term keys. `tags` are those of the user or role itself:
    session tags are in the claims. `identity.caller` makes one from claims.
    """

    arn: str
    account: str
    user_id: str
    claims: Claims | None = None
    tags: Tags = field(default_factory=dict)

    @property
    def is_root(self) -> bool:
        """Whether it is an account's root, with long-term keys or not."""
        return self.arn.endswith(":root")


@dataclass(frozen=True, slots=True)
class Role:
    """A role that somebody wants to take on. `longest` is its MaxSessionDuration, in seconds."""

    arn: str
    unique_id: str
    account: str
    name: str
    longest: int = 3600
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID Connect provider that an account trusts.

    `principal` is what trust policies call it: the ARN of the account's own, or the name of one
    that AWS knows (`accounts.google.com`). `name` is its address without `https://`, with which
    its condition keys begin. `keys` is its JWKS document, parsed.
    """

    principal: str
    name: str
    audiences: tuple[str, ...]
    keys: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A SAML provider of an account's, with its metadata (`credentials.saml.read_metadata`)."""

    arn: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class MfaDevice:
    """A virtual MFA device: whose it is, and the secret that both sides have."""

    owner: str
    secret: bytes = field(repr=False)


class State(Protocol):
    """The accounts' state as of now."""

    def role(self, arn: str) -> Role | None:
        """The role of that ARN, path and all."""

    def policies(self, caller: Caller | None, role: Role | None) -> PolicySet:
        """Every policy that applies when `caller` calls: its identity policies, boundary, session
        policies and SCPs; where it is for `role`, that role's trust policy as the resource's, and
        the RCPs of the role's account. No caller: somebody with an identity provider's token.

        It is asked for every call, so it should remember what it compiled.
        """

    def oidc_provider(self, account: str, name: str) -> OidcProvider | None:
        """The account's provider at that address, which is written without `https://`."""

    def saml_provider(self, arn: str) -> SamlProvider | None:
        """The provider of that ARN."""

    def managed_policy(self, arn: str) -> str | None:
        """The text of a managed policy's default version, AWS's own policies included."""

    def mfa_device(self, serial: str) -> MfaDevice | None:
        """The device of that serial number or ARN."""

    def manages_root(self, account: str, target: str, feature: str) -> bool:
        """Whether principals of `account` (the management account, or its delegated administrator
        for IAM) may take on the root of the member account `target` for `feature`, which is
        `RootCredentialsManagement` or `RootSessions`."""


class Codes(Protocol):
    """What is remembered of one-time codes."""

    def attempt(self, serial: str, now: float) -> bool:
        """Count one attempt with a device; False when there were too many (`totp.ATTEMPTS`)."""

    def spend(self, serial: str, step: int) -> bool:
        """Mark a device's code as used; False when it, or a later one, was used already."""


Listener: TypeAlias = Callable[[Request, Decision, PolicySet], object]


def unheard(_: Request, __: Decision, ___: PolicySet) -> None:
    """Keeps no decision."""


@dataclass(slots=True)
class Means:
    """What the operations work with: the state, the clock, randomness, the master key. `decided`
    hears of every decision that the engine makes, for the log. Not frozen, nor is `Call`: one is
    made for each call."""

    state: State
    codes: Codes
    now: float
    entropy: Entropy
    master: bytes = field(repr=False)
    decided: Listener = unheard


@dataclass(slots=True)
class Call:
    """One call. `params` are botocore's, as they came over the wire: text stays text.

    `context` holds the condition keys of the request itself (source address, user agent, ...) and
    of the caller's organisation. What follows from the caller is added here.
    """

    operation: str
    params: Mapping[str, object]
    caller: Caller | None
    context: Mapping[str, Value] = field(default_factory=dict)
