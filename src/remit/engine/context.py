"""The request, made ready to be decided: lowered keys, and the keys that follow from it.

Rules: facts/iam.md 3.1, 3.4 and 3.6 (IAM User Guide, reference_policies_condition-keys), and the
case format: keys that follow from the principal or the resource are filled in when absent; nothing
is invented, so a key that does not follow from what was given stays absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from remit.core.arn import Arn
from remit.core.request import Request, Value
from remit.engine.condition import holds_value
from remit.engine.naming import Who, identified
from remit.engine.principal import Caller, CallerKind, completed, read_principal
from remit.engine.variables import Context

# AWS always sends these as lists (facts 2.5), also when a request gives one string.
MULTIVALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
        "sts:transitivetagkeys",
    }
)

# Roles whose path AWS chooses and the session's ARN does not tell (facts 5.3).
_PATH_UNKNOWN = ("AWSServiceRoleFor", "AWSReservedSSO_")

_OF_LONG_TERM_ROOT = frozenset({"aws:userid", "aws:principaltype"})

# Actions for which AWS does not send aws:ResourceAccount (facts 3.4), and those of whole services.
# events:PutEvents lacks it in "some" calls between accounts (unconfirmed: put-events).
_NO_RESOURCE_ACCOUNT = frozenset(
    {
        "auditmanager:updateassessmentframeworkshare",
        "detective:acceptinvitation",
        "ds:acceptshareddirectory",
        "ec2:accepttransitgatewaypeeringattachment",
        "ec2:acceptvpcendpointconnections",
        "ec2:acceptvpcpeeringconnection",
        "ec2:createtransitgatewaypeeringattachment",
        "ec2:createvpcendpoint",
        "ec2:createvpcpeeringconnection",
        "es:acceptinboundconnection",
        "events:putevents",
        "guardduty:acceptadministratorinvitation",
        "macie2:acceptinvitation",
        "route53:associatevpcwithhostedzone",
        "route53:createvpcassociationauthorization",
        "securityhub:acceptadministratorinvitation",
    }
)
_NO_RESOURCE_ACCOUNT_SERVICES = frozenset({"ebs"})

# What a role's trust policy decides (facts 4.11): taking the role on, in every way; and what is
# handed over with it, where that is for a role.
ASSUMING = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
_HANDED_OVER = frozenset({"sts:tagsession", "sts:setsourceidentity", "sts:setcontext"})


_REMEMBERED = 4096  # what a stream of made-up requests can fill

# Keys that tell more of the caller, or of the resource's owner, than the request's other fields do.
_TELLING = frozenset(
    {
        "aws:assumedroot",
        "aws:federatedprovider",
        "aws:principalarn",
        "aws:resourceaccount",
        "aws:userid",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What follows from who calls, for which action, and which keys come along: the same for many
    requests, so it is worked out once.

    `keys` follow from the caller; `owned`: AWS sends aws:ResourceAccount; `told` is its value
    where the request has it. `trust` is None where the resource decides. `spelled` leads from a
    lowered key to its spelling in the request; None where that is not enough to find its value.
    """

    who: Who
    account: str | None
    action: str
    service: str
    keys: Mapping[str, Value]
    owned: bool
    told: str | None
    trust: bool | None
    spelled: Mapping[str, str] | None


@dataclass(slots=True, eq=False)
class Facts:
    """One request as the engine sees it.

    `action` is lowered; `owner` is the resource's account where that is known; `foreign`: it is
    another than the caller's. Where an account is not known both are of one: a request says so by
    leaving `resourceAccount` out.

    Not frozen, because `context` is made when it is first asked for: most requests are decided
    without it.
    """

    ground: Ground
    who: Who
    action: str
    resource: str
    owner: str | None
    foreign: bool
    given: Context
    _context: Keys | None = field(default=None, init=False, repr=False)

    @property
    def context(self) -> Context:
        """The keys of the request, lowered, and those that follow from it."""
        if self._context is None:
            self._context = Keys(self)
        return self._context

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self.who.caller

    @property
    def service(self) -> str:
        """The action's prefix."""
        return self.ground.service

    @property
    def trust(self) -> bool:
        """Whether the resource's policy is a role's trust policy."""
        return self.who.trust


class Keys(Mapping[str, Value]):
    """The context of one request. A few keys are looked up where they stand; whoever wants all of
    them has them put together."""

    __slots__ = ("_facts", "_spelled", "_whole")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._spelled = facts.ground.spelled
        self._whole: dict[str, Value] | None = None

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a lowered key."""
        if self._spelled is None or key == "aws:resourceaccount":
            return self._all().get(key, default)
        name = self._spelled.get(key)
        if name is not None:
            value: Value = self._facts.given[name]
            if value or holds_value(value):
                return value
        return self._facts.ground.keys.get(key, default)

    def _all(self) -> dict[str, Value]:
        if self._whole is None:
            ground, owner = self._facts.ground, self._facts.owner
            derived = dict(ground.keys)
            if owner is not None and ground.owned:
                derived["aws:resourceaccount"] = owner
            self._whole = derived | lowered(self._facts.given)
        return self._whole

    def __getitem__(self, key: str) -> Value:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def gather(request: Request) -> Facts:
    """Read a request. Raises PrincipalError."""
    given, resource = request.context, request.resource
    names = tuple(given)
    ground = _ground(request.principal, request.action, names)
    if ground is None:
        telling = ((k, v) for k, v in lowered(given).items() if k in _TELLING)
        ground = _told_ground(request.principal, request.action, names, tuple(telling))
    who = ground.who
    if ground.trust is None:
        who = identified(who.caller, _is_role(resource))
    # What the request says; else the account in the ARN, which S3's have not (facts 4.5).
    owner = request.resource_account or _account(resource) or ground.told
    account = ground.account
    foreign = owner is not None and account is not None and owner != account
    return Facts(ground, who, ground.action, resource, owner, foreign, given)


@lru_cache(maxsize=_REMEMBERED)
def _ground(principal: str, action: str, names: tuple[str, ...]) -> Ground | None:
    """None when the values of the keys tell something too."""
    told = any(name.lower() in _TELLING for name in names)
    return None if told else _told_ground(principal, action, names, ())


@lru_cache(maxsize=_REMEMBERED)
def _told_ground(
    principal: str, action: str, names: tuple[str, ...], telling: tuple[tuple[str, Value], ...]
) -> Ground:
    given = dict(telling)
    caller = completed(read_principal(principal), given)
    action = action.lower()
    service = action.partition(":")[0]
    keys = dict(principal_keys(caller))
    if "aws:assumedroot" in given:  # unconfirmed: assumed-root-keys
        keys = {k: v for k, v in keys.items() if k not in _OF_LONG_TERM_ROOT}
    told = given.get("aws:resourceaccount")
    trust = None if action in _HANDED_OVER else action in ASSUMING
    return Ground(
        identified(caller, bool(trust)),
        caller.account,
        action,
        service,
        keys,
        _has_resource_account(action, service),
        told if isinstance(told, str) else None,
        trust,
        _spelled(names),
    )


def _spelled(names: tuple[str, ...]) -> dict[str, str] | None:
    """None when a key is there twice, in different letters, or is one that AWS sends as a list."""
    found = {name.lower(): name for name in names}
    return found if len(found) == len(names) and MULTIVALUED.isdisjoint(found) else None


def lowered(context: Context) -> dict[str, Value]:
    """The context under lowered keys, without empty lists, lists where AWS sends lists."""
    found: dict[str, Value] = {}
    for name, value in context.items():
        key = name.lower()
        if holds_value(value):
            multi = key in MULTIVALUED and isinstance(value, str)
            found[key] = (value,) if multi and isinstance(value, str) else value
    return found


def principal_keys(caller: Caller) -> Iterator[tuple[str, Value]]:
    """The keys that follow from who calls."""
    kind = caller.kind
    if kind is CallerKind.SERVICE:
        # unconfirmed: service-keys
        yield "aws:principalisawsservice", "true"
        yield "aws:principalservicename", caller.principal
        return
    if kind is CallerKind.PROVIDER:
        if ":saml-provider/" not in caller.principal:
            yield "aws:federatedprovider", caller.principal
        return
    yield "aws:principaltype", kind.value
    yield "aws:principalaccount", caller.account or "anonymous"
    if kind is CallerKind.ANONYMOUS:
        yield "aws:userid", "anonymous"
        return
    yield "aws:principalisawsservice", "false"
    if arn := _principal_arn(caller):
        yield "aws:principalarn", arn
    if kind is CallerKind.USER:
        yield "aws:username", caller.name
    elif kind is CallerKind.ROOT:
        yield "aws:userid", caller.account or ""
    elif kind is CallerKind.FEDERATED:
        yield "aws:userid", f"{caller.account}:{caller.name}"


def _principal_arn(caller: Caller) -> str | None:
    """A session's key is its role's ARN, not its own (facts 3.6)."""
    if caller.kind is not CallerKind.ROLE or caller.role is not None:
        return caller.role or caller.principal
    if caller.name.startswith(_PATH_UNKNOWN):
        return None
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def _account(resource: str) -> str | None:
    parts = resource.split(":", 5)
    named = len(parts) == 6 and parts[0] == "arn" and parts[4].isdigit()
    return parts[4] if named else None


def _has_resource_account(action: str, service: str) -> bool:
    return action not in _NO_RESOURCE_ACCOUNT and service not in _NO_RESOURCE_ACCOUNT_SERVICES


def _is_role(resource: str) -> bool:
    arn = Arn.parse(resource)
    return arn is not None and arn.service == "iam" and arn.resource.startswith("role/")
