"""What all new sessions have in common: their duration, MFA, and the credentials themselves.

Source: facts/iam.md 5.2 and 5.4 (STS API Reference; IAM User Guide, id_credentials_temp_request).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.app.sts import errors
from remit.app.sts.errors import denied, validation
from remit.app.sts.policies import Passed
from remit.app.sts.ports import Caller, Means, Role
from remit.app.sts.tags import SessionTags
from remit.credentials import totp
from remit.credentials.sessions import Claims, issue

Result: TypeAlias = dict[str, Any]
"""The output members of an operation, by botocore's names. `Credentials` is a
`credentials.sessions.Credentials`, times are seconds since the epoch."""

_HOUR = 3600


@dataclass(slots=True)
class Wanted:
    """A role session that has been let through: what is new about it. Not frozen: one is made for
    each."""

    name: str
    seconds: int
    passed: Passed
    tags: SessionTags
    source_identity: str | None = None
    provider: str | None = None
    mfa: float | None = None
    chained: bool = False
    context: tuple[tuple[str, str], ...] = ()


def role_seconds(asked: int | None, role: Role, *, chained: bool) -> int:
    """How long a session of the role lasts. The order of the checks is AWS's own [O].

    Raises StsError.
    """
    seconds = _HOUR if asked is None else asked
    if seconds > role.longest:
        raise validation(errors.ABOVE_ROLE)
    if chained and seconds > _HOUR:
        raise validation(errors.ABOVE_CHAIN)
    return seconds


def role_session(role: Role, wanted: Wanted, means: Means) -> Result:
    """Credentials for the role, and the members that tell of it."""
    begins = issued(means)
    claims = Claims(
        kind="role",
        account=role.account,
        issuer=role.arn,
        issuer_id=role.unique_id,
        name=wanted.name,
        issued=begins,
        expires=begins + wanted.seconds,
        policies=wanted.passed.texts,
        policy_arns=wanted.passed.arns,
        tags=tuple(wanted.tags.all.items()),
        transitive=wanted.tags.transitive,
        source_identity=wanted.source_identity,
        provider=wanted.provider,
        mfa=wanted.mfa,
        chained=wanted.chained,
        context=wanted.context,
    )
    head = f"arn:{_partition(role.arn)}:sts::{role.account}"
    who = {
        "AssumedRoleId": f"{role.unique_id}:{wanted.name}",
        "Arn": f"{head}:assumed-role/{role.name}/{wanted.name}",
    }
    given = issue(claims, means.master, means.entropy)
    result: Result = {"Credentials": given, "AssumedRoleUser": who}
    if wanted.source_identity is not None:
        result["SourceIdentity"] = wanted.source_identity
    return result


def _partition(arn: str) -> str:
    parts = arn.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "arn" else "aws"


def issued(means: Means) -> float:
    """When a new session begins: in whole seconds, as AWS tells it and as aws:TokenIssueTime has
    it [O]."""
    return float(int(means.now))


def own_session(claims: Claims, means: Means) -> Result:
    """Credentials for a session that is not a role's."""
    return {"Credentials": issue(claims, means.master, means.entropy)}


def used_mfa(params: Mapping[str, Any], caller: Caller, means: Means) -> float | None:
    """When MFA was used: now, where a right code is among the parameters, else None.

    Raises StsError for a wrong code, a code that was used, and a device that is not the caller's.
    """
    serial, given = params.get("SerialNumber"), params.get("TokenCode")
    if serial is None and given is None:
        return None
    if serial is None or given is None:
        raise denied(errors.WRONG_DEVICE)
    device = means.state.mfa_device(serial)
    if device is None or device.owner != caller.arn:
        raise denied(errors.WRONG_DEVICE)
    if not means.codes.attempt(serial, means.now):
        raise denied(errors.WRONG_DEVICE)
    step = totp.step_of(device.secret, given, means.now)
    if step is None or not means.codes.spend(serial, step):
        raise denied(errors.WRONG_CODE)
    return means.now


def pairs(tags: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """botocore's list of tags, as pairs."""
    return [(tag["Key"], tag["Value"]) for tag in tags]
