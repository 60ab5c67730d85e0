"""GetCallerIdentity, GetAccessKeyInfo, and what is refused: GetWebIdentityToken,
GetDelegatedAccessToken.

Source: facts/iam.md 4.12, 5.2 and 5.4 (STS API Reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.sts.errors import StsError, denied, validation
from remit.app.sts.permission import require, signer
from remit.app.sts.ports import Call, Means
from remit.app.sts.session import Result
from remit.credentials.keys import account_of


def get_caller_identity(call: Call, _: Mapping[str, Any], __: Means) -> Result:
    """Who calls. It needs no permission, and no Deny stops it (4.12)."""
    caller = signer(call)
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """The account of a key, which the id itself tells. Raises StsError.

    Whether one needs the permission for keys of one's own is not known: it is asked for (4.12).
    """
    require("sts:GetAccessKeyInfo", "*", call, means)
    found = account_of(params["AccessKeyId"])
    if found is None:
        raise validation("The access key ID does not tell an account.")  # ours
    return {"Account": found}


def get_web_identity_token(call: Call, _: Mapping[str, Any], means: Means) -> Result:
    """Always refused: no account of ours has outbound federation switched on (5.2)."""
    require("sts:GetWebIdentityToken", "*", call, means)
    code = "OutboundWebIdentityFederationDisabledException"
    raise StsError(code, "Outbound web identity federation is not enabled.")  # ours


def get_delegated_access_token(call: Call, _: Mapping[str, Any], means: Means) -> Result:
    """Always refused: no trade-in tokens are issued here, so none can be redeemed."""
    require("sts:GetDelegatedAccessToken", "*", call, means)
    raise denied("The trade-in token is not known: remit issues none.")  # ours
