"""The request, made ready to be decided: lowered keys, and the keys that follow from it.

Rules: facts/iam.md 3.1, 3.4 and 3.6 (IAM User Guide, reference_policies_condition-keys), and the
case format: keys that follow from the principal or the resource are filled in when absent; nothing
is invented, so a key that does not follow from what was given stays absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Facts:
    """One request as the engine sees it.

    `action` is lowered, `service` is its prefix; `owner` is the resource's account where that is
    known.
    """

    who: Who
    action: str
    service: str
    resource: str
    context: Context
    owner: str | None

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self.who.caller

    @property
    def trust(self) -> bool:
        """Whether the resource's policy is a role's trust policy."""
        return self.who.trust

    @property
    def foreign(self) -> bool:
        """Whether the resource belongs to another account than the caller. Where an account is not
        known both are of one: a request says so by leaving `resourceAccount` out."""
        account = self.caller.account
        return account is not None and self.owner is not None and self.owner != account


def gather(request: Request) -> Facts:
    """Read a request. Raises PrincipalError."""
    given = lowered(request.context)
    caller = completed(read_principal(request.principal), given)
    action, resource = request.action.lower(), request.resource
    service = action.partition(":")[0]
    owner = _owner(request, given)
    context = dict(principal_keys(caller))
    if "aws:assumedroot" in given:  # unconfirmed: assumed-root-keys
        context = {k: v for k, v in context.items() if k not in _OF_LONG_TERM_ROOT}
    if owner is not None and _has_resource_account(action, service):
        context["aws:resourceaccount"] = owner
    trust = action in ASSUMING or (action in _HANDED_OVER and _is_role(resource))
    return Facts(identified(caller, trust), action, service, resource, context | given, owner)


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


def _owner(request: Request, given: Context) -> str | None:
    """What the request says; else the account in the ARN, which S3's have not (facts 4.5)."""
    arn = Arn.parse(request.resource)
    named = arn.account if arn and arn.account.isdigit() else None
    told = given.get("aws:resourceaccount")
    return request.resource_account or named or (told if isinstance(told, str) else None)


def _has_resource_account(action: str, service: str) -> bool:
    return action not in _NO_RESOURCE_ACCOUNT and service not in _NO_RESOURCE_ACCOUNT_SERVICES


def _is_role(resource: str) -> bool:
    arn = Arn.parse(resource)
    return arn is not None and arn.service == "iam" and arn.resource.startswith("role/")
