"""GetSessionToken and GetFederationToken: sessions that are not a role's.

Source: facts/iam.md 4.2, 4.12, 5.2 and 5.4 (STS API Reference; IAM User Guide,
id_credentials_temp_control-access_getsessiontoken, ..._getfederationtoken).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.sts import errors, session
from remit.app.sts.errors import denied
from remit.app.sts.identity import merged
from remit.app.sts.permission import require, signer
from remit.app.sts.policies import packed_size, passed
from remit.app.sts.ports import Call, Caller, Means
from remit.app.sts.session import Result
from remit.app.sts.tags import session_tags
from remit.credentials.sessions import Claims

_HALF_A_DAY, _HOUR = 43200, 3600


def get_session_token(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Short-lived credentials of the user or root itself. No policy is asked (4.12).

    Raises StsError.
    """
    caller = _long_term(call)
    mfa = session.used_mfa(params, caller, means)
    seconds = _seconds(params, caller)
    return session.own_session(
        Claims(
            kind="root" if caller.is_root else "user",
            account=caller.account,
            issuer=caller.arn,
            issuer_id=caller.user_id,
            name=caller.arn.rpartition("/")[2],
            issued=(begins := session.issued(means)),
            expires=begins + seconds,
            mfa=mfa,
        ),
        means,
    )


def get_federation_token(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Credentials for somebody whom a user vouches for. Raises StsError.

    The user's tags become the session's, but for those that are passed (STS API Reference).
    """
    caller = _long_term(call)
    name = params["Name"]
    given = passed(params, caller.account, means.state)
    tags = session_tags(session.pairs(params.get("Tags", ())), ())
    size = packed_size(given, tags.given)
    arn = f"{caller.arn.partition('::')[0].replace(':iam', ':sts')}::{caller.account}"
    arn = f"{arn}:federated-user/{name}"
    for action in ("sts:GetFederationToken", *(("sts:TagSession",) if tags.given else ())):
        require(action, arn, call, means, tags.context())
    seconds = _seconds(params, caller)
    claims = Claims(
        kind="federated",
        account=caller.account,
        issuer=caller.arn,
        issuer_id=caller.user_id,
        name=name,
        issued=(begins := session.issued(means)),
        expires=begins + seconds,
        policies=given.texts,
        policy_arns=given.arns,
        tags=tuple(merged(caller.tags, tags.given).items()),
    )
    who = {"FederatedUserId": f"{caller.account}:{name}", "Arn": arn}
    result = {**session.own_session(claims, means), "FederatedUser": who}
    return result if size is None else {**result, "PackedPolicySize": size}


def _long_term(call: Call) -> Caller:
    caller = signer(call)
    if caller.claims is not None:
        raise denied(errors.SESSION_CALLER.format(operation=call.operation))
    return caller


def _seconds(params: Mapping[str, Any], caller: Caller) -> int:
    """Twelve hours by default; root's sessions never last longer than one (STS API Reference)."""
    asked: int = params.get("DurationSeconds", _HALF_A_DAY)
    return min(asked, _HOUR) if caller.is_root else asked
