"""Log groups, user pools and identity pools: from properties to calls.

Source: CloudFormation Template Reference, the page of each type; CloudWatch Logs and Amazon Cognito
API References.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.app.provision.model import Step
from remit.app.provision.of import Of, without_nothing


def log_group(of: Of) -> Iterator[Step]:
    """AWS::Logs::LogGroup."""
    yield Step(
        "logs",
        "CreateLogGroup",
        without_nothing(
            {"logGroupName": of.title, **of.renamed(KmsKeyId="kmsKeyId"), "tags": of.pairs()}
        ),
    )
    days = of.get("RetentionInDays")
    if days is not None:
        settings = {"logGroupName": of.title, "retentionInDays": days}
        yield Step("logs", "PutRetentionPolicy", settings)


_POOL = (
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AliasAttributes",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "MfaConfiguration",
    "Policies",
    "Schema",
    "UserPoolTags",
    "UsernameAttributes",
    "UsernameConfiguration",
    "VerificationMessageTemplate",
)


def user_pool(of: Of) -> Iterator[Step]:
    """AWS::Cognito::UserPool."""
    yield Step(
        "cognito-idp",
        "CreateUserPool",
        {"PoolName": of.get("UserPoolName") or of.resource.name, **of.same(*_POOL)},
        {"UserPool.Id": of.title},
    )


_CLIENT = (
    "AccessTokenValidity",
    "AllowedOAuthFlows",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthScopes",
    "CallbackURLs",
    "ExplicitAuthFlows",
    "GenerateSecret",
    "IdTokenValidity",
    "LogoutURLs",
    "PreventUserExistenceErrors",
    "ReadAttributes",
    "RefreshTokenValidity",
    "SupportedIdentityProviders",
    "TokenValidityUnits",
    "UserPoolId",
    "WriteAttributes",
)


def user_pool_client(of: Of) -> Iterator[Step]:
    """AWS::Cognito::UserPoolClient."""
    name = of.get("ClientName") or of.resource.name
    yield Step(
        "cognito-idp",
        "CreateUserPoolClient",
        {"ClientName": name, **of.same(*_CLIENT)},
        {"UserPoolClient.ClientId": of.title},
    )


def identity_pool(of: Of) -> Iterator[Step]:
    """AWS::Cognito::IdentityPool."""
    yield Step(
        "cognito-identity",
        "CreateIdentityPool",
        {
            "IdentityPoolName": of.get("IdentityPoolName") or of.resource.name,
            "AllowUnauthenticatedIdentities": "false",
            **of.same("AllowUnauthenticatedIdentities", "CognitoIdentityProviders"),
        },
        {"IdentityPoolId": of.title},
    )
