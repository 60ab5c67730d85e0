"""Every operation of STS, by its name: the one way in.

Source: facts/iam.md 5.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from remit.app.sts import account, own
from remit.app.sts.assume_role import assume_role
from remit.app.sts.messages import decode_authorization_message
from remit.app.sts.ports import Call, Means
from remit.app.sts.root import assume_root
from remit.app.sts.session import Result
from remit.app.sts.validate import check
from remit.app.sts.web_identity import assume_role_with_web_identity
from remit.app.sts.with_saml import assume_role_with_saml

Operation: TypeAlias = Callable[[Call, dict[str, Any], Means], Result]

OPERATIONS: Mapping[str, Operation] = {
    "AssumeRole": assume_role,
    "AssumeRoleWithSAML": assume_role_with_saml,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "AssumeRoot": assume_root,
    "DecodeAuthorizationMessage": decode_authorization_message,
    "GetAccessKeyInfo": account.get_access_key_info,
    "GetCallerIdentity": account.get_caller_identity,
    "GetDelegatedAccessToken": account.get_delegated_access_token,
    "GetFederationToken": own.get_federation_token,
    "GetSessionToken": own.get_session_token,
    "GetWebIdentityToken": account.get_web_identity_token,
}
UNSIGNED = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""What is called without a signature (5.1)."""


def answer(call: Call, means: Means) -> Result:
    """Do what is asked: the output members, by botocore's names. Raises StsError.

    `call.operation` is one of OPERATIONS; a caller must be given for all but UNSIGNED.
    """
    params = check(call.operation, call.params)
    return OPERATIONS[call.operation](call, params, means)
