"""IAM, STS, Cognito, IAM Identity Center.

Sources: Service Authorization Reference, list_awsidentityandaccessmanagementiam; IAM User Guide,
reference_policies_iam-condition-keys and id_credentials_temp_control-access_getsessiontoken; STS
API reference; Cognito Developer Guide, user-pool-auth-unauthenticated ("Cognito user pools
authenticated and unauthenticated API operations") and identity pools' API reference.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant

# A name alone does not say under which path the entity was made; mostly none.
_PATHED = {
    kind: (f"arn:${{Partition}}:iam::${{Account}}:{kind}/${{AnyPath}}/${{{variable}}}",)
    for kind, variable in (
        ("role", "RoleNameWithPath"),
        ("user", "UserNameWithPath"),
        ("group", "GroupNameWithPath"),
        ("instance-profile", "InstanceProfileNameWithPath"),
        ("server-certificate", "CertificateNameWithPath"),
    )
}


def _listing(action: str, kind: str) -> tuple[Grant, ...]:
    """The reference lists no resource; AWS's refusals name the path (`role/`)."""
    return (
        Grant(f"iam:{action}", ("*",), also=(f"arn:${{Partition}}:iam::${{Account}}:{kind}/",)),
    )


# IAM User Guide, id_tags: tags given while something is made need its tagging action as well.
_TAGGING = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateSAMLProvider": "TagSAMLProvider",
    "CreateUser": "TagUser",
    "CreateVirtualMFADevice": "TagMFADevice",
    "UploadServerCertificate": "TagServerCertificate",
}

_IAM = Family(
    rules={
        "ListRoles": _listing("ListRoles", "role"),
        "ListUsers": _listing("ListUsers", "user"),
        "ListGroups": _listing("ListGroups", "group"),
        "ListPolicies": _listing("ListPolicies", "policy"),
        "ListInstanceProfiles": _listing("ListInstanceProfiles", "instance-profile"),
    },
    extras={
        "AddRoleToInstanceProfile": (
            Grant("iam:PassRole", ("role",), fill={"RoleNameWithPath": "RoleName"}),
        ),
        **{made: (Grant(f"iam:{tag}", when="Tags"),) for made, tag in _TAGGING.items()},
    },
    unmapped={"AcquireRole": NEWER, "UpdateDelegationRequest": NEWER},
    also=_PATHED,
    fills={
        "AnyPath": "!path",
        "RoleNameWithPath": "RoleName RoleArn Arn PolicySourceArn",
        # Without a name these act on the caller.
        "UserNameWithPath": "UserName Arn PolicySourceArn !caller",
        "GroupNameWithPath": "GroupName Arn PolicySourceArn",
        "PolicyNameWithPath": "PolicyArn PolicyName",
        "InstanceProfileNameWithPath": "InstanceProfileName",
        "CertificateNameWithPath": "ServerCertificateName",
        "MfaTokenIdWithPath": "SerialNumber VirtualMFADeviceName",
        "OidcProviderName": "OpenIDConnectProviderArn Url",
        "SamlProviderName": "SAMLProviderArn Name",
    },
)

_ROLE = {"RoleNameWithPath": "RoleArn"}
_STS = Family(
    # GetCallerIdentity works even against an explicit deny; GetSessionToken needs no
    # permission; the two federated calls are not signed (facts/iam.md 4.12 and 5).
    free=frozenset(
        {
            "GetCallerIdentity",
            "GetSessionToken",
            "AssumeRoleWithWebIdentity",
            "AssumeRoleWithSAML",
        }
    ),
    extras={
        "AssumeRole": (
            Grant("sts:TagSession", ("role",), when="Tags", fill=_ROLE),
            Grant("sts:SetSourceIdentity", ("role",), when="SourceIdentity", fill=_ROLE),
        ),
    },
    types={"GetFederationToken": ("federated-user",)},
    fills={**_ROLE, "FederatedUserName": "Name"},
)

# Signed by nobody, or by a user's own token: IAM does not take part.
_COGNITO_FREE = """
AssociateSoftwareToken ChangePassword CompleteWebAuthnRegistration ConfirmDevice
ConfirmForgotPassword ConfirmSignUp DeleteUser DeleteUserAttributes DeleteWebAuthnCredential
ForgetDevice ForgotPassword GetDevice GetTokensFromRefreshToken GetUser
GetUserAttributeVerificationCode GetUserAuthFactors GlobalSignOut InitiateAuth ListDevices
ListWebAuthnCredentials ResendConfirmationCode RespondToAuthChallenge RevokeToken
SetUserMFAPreference SetUserSettings SignUp StartWebAuthnRegistration UpdateDeviceStatus
UpdateUserAttributes VerifySoftwareToken VerifyUserAttribute
"""
_COGNITO_NEW = """
AdminListUserSessions AdminRevokeUserSession DescribeTermsByClient GetClientToken GetDerivedToken
GetUserPoolClientSessionConfiguration GetUserPoolSessionConfiguration ListUserSessions
RevokeUserSession SetUserPoolClientSessionConfiguration SetUserPoolSessionConfiguration
"""
_POOLS = Family(
    free=frozenset(_COGNITO_FREE.split()),
    unmapped=dict.fromkeys(_COGNITO_NEW.split(), NEWER),
    fills={"UserPoolId": "UserPoolId|pool ResourceArn"},
)
_IDENTITY_POOLS = Family(
    free=frozenset({"GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity"}),
    fills={"IdentityPoolId": "IdentityPoolId|identitypool ResourceArn"},
)

# The portal's and the OIDC calls carry a bearer token or nothing at all (SSO API references).
_PORTAL = Family(
    free=frozenset({"GetRoleCredentials", "ListAccountRoles", "ListAccounts", "Logout"})
)
_OIDC = Family(free=frozenset({"CreateToken", "RegisterClient", "StartDeviceAuthorization"}))

FAMILIES = {
    "cognito-identity": _IDENTITY_POOLS,
    "cognito-idp": _POOLS,
    "iam": _IAM,
    "sso": _PORTAL,
    "sso-oidc": _OIDC,
    "sts": _STS,
}
