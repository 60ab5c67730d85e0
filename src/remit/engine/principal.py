"""Who calls: the principal forms of the case format, read.

Rules: facts/iam.md 1.5, 3.6 and 5.3 (IAM User Guide, reference_policies_elements_principal, the
principal table of reference_policies_variables, reference_identifiers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from remit.core.arn import Arn
from remit.core.request import Value


class PrincipalError(ValueError):
    """A principal that is of none of the forms that call AWS."""


class CallerKind(StrEnum):
    """The kinds of caller; the values are those of aws:PrincipalType where AWS documents one."""

    ROOT = "Account"
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED = "FederatedUser"
    ANONYMOUS = "Anonymous"
    SERVICE = "service"
    PROVIDER = "provider"
    """Somebody with a token of an identity provider (AssumeRoleWithWebIdentity, ...WithSAML)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal. `name` is the user, role or federated user without its path.

    A role's ARN stands for a session of that role with a name that no policy knows. `role` is the
    role's ARN with its path, None where that is not known; `unique` the id of the user or role
    (`AIDA...`, `AROA...`) where it is; `service_linked` marks roles that organisations' policies
    do not bind.
    """

    kind: CallerKind
    principal: str
    partition: str = "aws"
    account: str | None = None
    name: str = ""
    session: str | None = None
    service_linked: bool = False
    role: str | None = None
    unique: str | None = None


ANONYMOUS = "anonymous"
# The identity providers that AWS knows by name (facts 1.5).
PROVIDERS = frozenset(
    {
        "accounts.google.com",
        "cognito-identity.amazonaws.com",
        "graph.facebook.com",
        "www.amazon.com",
    }
)
_SERVICE_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")
_LINKED_PATH, _LINKED_NAME = "aws-service-role/", "AWSServiceRoleFor"


def read_principal(text: str) -> Caller:
    """Read an ARN of a user, role, session, federated user, account root or identity provider, a
    service principal, or `anonymous`. Raises PrincipalError, with what was expected, for anything
    else."""
    if text == ANONYMOUS:
        return Caller(CallerKind.ANONYMOUS, text)
    if text in PROVIDERS:
        return Caller(CallerKind.PROVIDER, text)
    if text.endswith(_SERVICE_SUFFIXES) and ":" not in text:
        return Caller(CallerKind.SERVICE, text)
    arn = Arn.parse(text)
    caller = None if arn is None or not arn.account or arn.region else _from_arn(text, arn)
    if caller is None:
        raise PrincipalError(
            f"`{text}` is no principal: expected the ARN of a user, role, assumed-role session, "
            "federated user, account root or identity provider, a service principal, or "
            "`anonymous`"
        )
    return caller


def _from_arn(text: str, arn: Arn) -> Caller | None:
    form, _, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    session = role = None
    linked = False
    match arn.service, form:
        case "iam", "root" if not rest:
            kind, name = CallerKind.ROOT, "root"
        case "iam", "user":
            kind = CallerKind.USER
        case "iam", "role":
            kind, role = CallerKind.ROLE, text
            linked = rest.startswith(_LINKED_PATH)
        case "sts", "assumed-role":
            kind = CallerKind.ROLE
            name, _, session = rest.partition("/")
            # The session's ARN has no path; the name of a service-linked role is AWS's choice.
            linked = name.startswith(_LINKED_NAME)
            if not session:
                return None
        case "sts", "federated-user":
            kind = CallerKind.FEDERATED
        case "iam", "oidc-provider" | "saml-provider":
            # It has no account: nobody's identity policies are asked about a token.
            return Caller(CallerKind.PROVIDER, text, arn.partition, None, name) if name else None
        case _:
            return None
    if not name:
        return None
    return Caller(kind, text, arn.partition, arn.account, name, session, linked, role)


def completed(caller: Caller, context: Mapping[str, Value]) -> Caller:
    """The caller with what the request's context (lowered) tells about it: the unique id and the
    session's name of aws:userid, the path of aws:PrincipalArn, the provider of a token."""
    match caller.kind:
        case CallerKind.USER:
            return _with_id(caller, context, "AIDA")
        case CallerKind.ROLE:
            return _with_role(_with_id(caller, context, "AROA"), context)
        case CallerKind.ANONYMOUS:
            # facts 3.2: the key is there when AssumeRoleWithWebIdentity asks the trust policy.
            return _with_provider(caller, context.get("aws:federatedprovider"))
        case _:
            return caller


def _with_id(caller: Caller, context: Mapping[str, Value], prefix: str) -> Caller:
    userid = context.get("aws:userid")
    if not isinstance(userid, str) or not userid.startswith(prefix):
        return caller
    unique, _, session = userid.partition(":")
    return replace(caller, unique=unique, session=caller.session or session or None)


def _with_provider(caller: Caller, provider: Value | None) -> Caller:
    try:
        told = read_principal(provider) if isinstance(provider, str) else caller
    except PrincipalError:
        return caller
    return told if told.kind is CallerKind.PROVIDER else caller


def _with_role(caller: Caller, context: Mapping[str, Value]) -> Caller:
    """facts 3.6: aws:PrincipalArn of a session is its role's ARN, path and all."""
    told = context.get("aws:principalarn")
    if caller.role is not None or not isinstance(told, str):
        return caller
    arn = Arn.parse(told)
    role = None if arn is None else _from_arn(told, arn)
    if role is None or (role.role, role.account, role.name) != (told, caller.account, caller.name):
        return caller
    return replace(caller, role=told, service_linked=role.service_linked)
