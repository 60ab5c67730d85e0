"""The request, made ready to be decided: lowered keys, and the keys that follow from it.

Rules: facts/iam.md 3.1 and 3.6 (IAM User Guide, reference_policies_condition-keys), and the case
format: keys that follow from the principal are filled in when absent; nothing is invented, so a
key that does not follow from what was given stays absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.core.arn import Arn
from remit.core.request import Request, Value
from remit.engine.condition import holds_value
from remit.engine.principal import Caller, CallerKind, read_principal
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


@dataclass(frozen=True, slots=True)
class Facts:
    """One request as the engine sees it. `action` is lowered; `owner` is the resource's account
    where that is known."""

    caller: Caller
    action: str
    resource: str
    context: Context
    owner: str | None


def gather(request: Request) -> Facts:
    """Read a request. Raises PrincipalError."""
    caller = read_principal(request.principal)
    context = dict(principal_keys(caller)) | lowered(request.context)
    owner = request.resource_account or _account(request.resource)
    return Facts(caller, request.action.lower(), request.resource, context, owner)


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
        # aws:PrincipalArn, userid and PrincipalType of a direct service call: UNCONFIRMED.
        yield "aws:principalisawsservice", "true"
        yield "aws:principalservicename", caller.principal
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
    if caller.session is None:
        return caller.principal
    if caller.name.startswith(_PATH_UNKNOWN):
        return None
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def _account(resource: str) -> str | None:
    arn = Arn.parse(resource)
    return arn.account if arn and arn.account.isdigit() else None
