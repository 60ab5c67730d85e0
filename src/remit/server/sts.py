"""The operations that remit answers itself. Until app/sts.py has them all: those without which no
session begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.app.authenticate import Caller, timestamp
from remit.app.ports import State
from remit.credentials import sessions
from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy
from remit.enforce.recognize import Recognized


@dataclass(frozen=True, slots=True)
class Answering:
    """A permitted call and what is needed to answer it."""

    call: Recognized
    caller: Caller
    state: State
    now: float
    master: bytes
    entropy: Entropy


Operation: TypeAlias = Callable[[Answering], Mapping[str, Any]]
"""Yields the operation's output under botocore's names. Raises AuthError: code, message, status."""


def _get_caller_identity(asked: Answering) -> Mapping[str, Any]:
    caller = asked.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.principal}


def _assume_role(asked: Answering) -> Mapping[str, Any]:
    params, caller = asked.call.params, asked.caller
    arn, name = str(params.get("RoleArn", "")), str(params.get("RoleSessionName", ""))
    account = arn.split(":")[4]
    role = asked.state.account(account).role(arn)
    if role is None:  # it was there when the call was decided
        raise sessions.invalid()
    chained = caller.claims is not None and caller.claims.kind == "role"
    seconds = _seconds(params.get("DurationSeconds"), role.longest, chained)
    policies = (params["Policy"],) if params.get("Policy") else ()
    tags = tuple((tag["Key"], tag.get("Value", "")) for tag in params.get("Tags") or ())
    claims = sessions.Claims(
        "role", account, arn, role.id, name, asked.now, asked.now + seconds, policies,
        tuple(one["arn"] for one in params.get("PolicyArns") or ()), tags,
        tuple(params.get("TransitiveTagKeys") or ()), params.get("SourceIdentity"), chained=chained,
    )  # fmt: skip
    made = sessions.issue(claims, asked.master, asked.entropy)
    session = f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}"
    return {
        "Credentials": {
            "AccessKeyId": made.access_key,
            "SecretAccessKey": made.secret,
            "SessionToken": made.token,
            "Expiration": timestamp(made.expires),
        },
        "AssumedRoleUser": {"AssumedRoleId": f"{role.id}:{name}", "Arn": session},
    }


def _seconds(given: Any, longest: int, chained: bool) -> int:
    """Facts 5.2: the API's range, then the role's maximum, then one hour for chained roles."""
    try:
        seconds = 3600 if given is None else int(given)
    except ValueError:
        raise AuthError("MalformedInput", "", 400) from None
    if not 900 <= seconds <= 43_200:
        bound = "greater than or equal to 900" if seconds < 900 else "less than or equal to 43200"
        raise AuthError(
            "ValidationError",
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to"
            f" satisfy constraint: Member must have value {bound}",
            400,
        )
    if seconds > longest:
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AuthError("ValidationError", text, 400)
    if chained and seconds > 3600:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
        raise AuthError("ValidationError", f"{text} role chaining.", 400)
    return seconds


ANSWERED: Mapping[tuple[str, str], Operation] = {
    ("sts", "GetCallerIdentity"): _get_caller_identity,
    ("sts", "AssumeRole"): _assume_role,
}
