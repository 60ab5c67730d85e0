"""Who calls: the principal forms of the case format, read.

Rules: facts/iam.md 1.5 and 3.6 (IAM User Guide, reference_policies_elements_principal and the
principal table of reference_policies_variables).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remit.core.arn import Arn


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


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal. `name` is the user, role or federated user without its path; `service_linked`
    marks roles that organisations' policies do not bind."""

    kind: CallerKind
    principal: str
    partition: str = "aws"
    account: str | None = None
    name: str = ""
    session: str | None = None
    service_linked: bool = False


ANONYMOUS = "anonymous"
_SERVICE_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")


def read_principal(text: str) -> Caller:
    """Read an ARN of a user, role, session, federated user or account root, a service principal,
    or `anonymous`. Raises PrincipalError, with what was expected, for anything else."""
    if text == ANONYMOUS:
        return Caller(CallerKind.ANONYMOUS, text)
    if text.endswith(_SERVICE_SUFFIXES) and ":" not in text:
        return Caller(CallerKind.SERVICE, text)
    arn = Arn.parse(text)
    caller = None if arn is None or not arn.account or arn.region else _from_arn(text, arn)
    if caller is None:
        raise PrincipalError(
            f"`{text}` is no principal: expected the ARN of a user, role, assumed-role session, "
            "federated user or account root, a service principal, or `anonymous`"
        )
    return caller


def _from_arn(text: str, arn: Arn) -> Caller | None:
    form, _, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    session = None
    match arn.service, form:
        case "iam", "root" if not rest:
            kind, name = CallerKind.ROOT, "root"
        case "iam", "user":
            kind = CallerKind.USER
        case "iam", "role":
            kind = CallerKind.ROLE
        case "sts", "assumed-role":
            kind = CallerKind.ROLE
            name, _, session = rest.partition("/")
            if not session:
                return None
        case "sts", "federated-user":
            kind = CallerKind.FEDERATED
        case _:
            return None
    linked = kind is CallerKind.ROLE and (
        rest.startswith("aws-service-role/") or name.startswith("AWSServiceRoleFor")
    )
    if not name:
        return None
    return Caller(kind, text, arn.partition, arn.account, name, session, linked)
