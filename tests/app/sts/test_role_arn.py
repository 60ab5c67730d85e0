"""A `RoleArn` that is no role's: what each operation says of it.

Limits: botocore's model of STS (`arnType`: 20 to 2048 characters). "Request ARN is invalid" was seen
for the two kinds of federation (physera/onelogin-aws-cli#12: a provider's ARN), and of AssumeRole
that a malformed ARN is denied (99designs/aws-vault#668).
"""

from __future__ import annotations

from typing import Any

import pytest

from remit.credentials.errors import AuthError
from tests.app.sts.world import HERE, USER, Desk, World

NO_ARN = "this-is-a-role-without-any-colon"
CERTIFICATE = f"arn:aws:acm:us-east-1:{HERE}:certificate/0123"
PROVIDER = f"arn:aws:iam::{HERE}:saml-provider/corp"
NO_ACCOUNT = "arn:aws:iam:::role/deployer"
ONE_COLON = f"arn:aws:iam:{HERE}:role/deployer"
NO_NAME = f"arn:aws:iam::{HERE}:role/"
WITH_REGION = f"arn:aws:iam:us-east-1:{HERE}:role/deployer"
OTHER_PARTITION = f"arn:aws-cn:iam::{HERE}:role/deployer"
SHORT = "arn:aws:iam::1:role"
LONG = f"arn:aws:iam::{HERE}:role/{'x' * 2048}"

BOUNDS = "failed to satisfy constraint: Member must have length"
INVALID = "Request ARN is invalid"
FEDERATED: dict[str, dict[str, Any]] = {
    "AssumeRoleWithWebIdentity": {"RoleSessionName": "me", "WebIdentityToken": "a.b.c"},
    "AssumeRoleWithSAML": {"PrincipalArn": PROVIDER, "SAMLAssertion": "PGE+"},
}
WRONG = (NO_ARN, CERTIFICATE, PROVIDER, NO_ACCOUNT, ONE_COLON, NO_NAME, WITH_REGION)


def said(operation: str, **params: Any) -> AuthError:
    with pytest.raises(AuthError) as caught:
        Desk(World(trusts={})).call(operation, None, **params)
    return caught.value


@pytest.mark.parametrize("operation", FEDERATED)
@pytest.mark.parametrize("arn", WRONG)
def test_federation_refuses_what_is_no_roles(operation: str, arn: str) -> None:
    error = said(operation, RoleArn=arn, **FEDERATED[operation])
    assert (error.code, error.message, error.status) == ("ValidationError", INVALID, 400)


@pytest.mark.parametrize("operation", FEDERATED)
def test_another_partition_is_not_refused_as_such(operation: str) -> None:
    """Whether AWS does is not known: the token is looked at."""
    assert said(operation, RoleArn=OTHER_PARTITION, **FEDERATED[operation]).message != INVALID


@pytest.mark.parametrize("operation", [*FEDERATED, "AssumeRole"])
@pytest.mark.parametrize(
    ("arn", "limit"), [(SHORT, "greater than or equal to 20"), (LONG, "less than or equal to 2048")]
)
def test_lengths_are_the_models(operation: str, arn: str, limit: str) -> None:
    more = FEDERATED.get(operation, {"RoleSessionName": "me"})
    error = said(operation, RoleArn=arn, **more)
    assert error.code == "ValidationError"
    assert (
        error.message == f"1 validation error detected: Value '{arn}' at 'roleArn' {BOUNDS} {limit}"
    )


@pytest.mark.parametrize("arn", [*WRONG, OTHER_PARTITION])
def test_assume_role_denies_what_is_not_there(arn: str) -> None:
    with pytest.raises(AuthError) as caught:
        Desk(World(trusts={})).assume(RoleArn=arn)
    error = caught.value
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message.startswith(f"User: {USER} is not authorized to perform: sts:AssumeRole")
    assert f"on resource: {arn}" in error.message
