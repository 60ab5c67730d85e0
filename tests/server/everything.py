"""One of every kind that moto's IAM and Organizations have, made through the API; and all that can be
asked of them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TAGS = [{"Key": "team", "Value": 'päper $ " {}'}]
SECRETS = ("pass-w0rd-of-ann", "BEGIN PRIVATE KEY", "arn:aws:s3:::secret-bucket")
"""Texts in what is made that no file may hold in plain."""


def make(live: Live) -> None:
    """Make everything."""
    iam = live.client("iam")
    _users(iam, live)
    _roles(iam)
    _providers(iam)
    iam.create_account_alias(AccountAlias="the-alias")
    iam.update_account_password_policy(MinimumPasswordLength=12, MaxPasswordAge=30)
    iam.generate_credential_report()
    # What CloudFormation makes of AWS::IAM::Policy; loading moto's CloudFormation takes 20 s.
    live.built.state.backend(ACCOUNT).create_inline_policy(
        "Inline", "inline", json.loads(document(allow("s3:GetObject"))), None, ["app"], None
    )
    _organisation(live)


def _users(iam: Any, live: Live) -> None:
    own = document(allow("s3:GetObject", resource="arn:aws:s3:::secret-bucket/*"))
    boundary = iam.create_policy(PolicyName="edge", PolicyDocument=own, Path="/p/", Tags=TAGS)
    arn = boundary["Policy"]["Arn"]
    more = document(allow("s3:*"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=more, SetAsDefault=True)
    iam.create_user(UserName="ann", Path="/team/", Tags=TAGS, PermissionsBoundary=arn)
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=own)
    iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    iam.create_login_profile(UserName="ann", Password=SECRETS[0], PasswordResetRequired=True)
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    live.client("s3", Keys(key["AccessKeyId"], key["SecretAccessKey"])).list_buckets()  # a last use
    iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    iam.upload_ssh_public_key(UserName="ann", SSHPublicKeyBody="ssh-rsa AAAA ann")
    certificate, private = _certificate()
    iam.upload_signing_certificate(UserName="ann", CertificateBody=certificate)
    iam.upload_server_certificate(
        ServerCertificateName="site", CertificateBody=certificate, PrivateKey=private
    )
    for name in ("ann", "bob"):
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        serial = device["SerialNumber"]
    iam.enable_mfa_device(
        UserName="ann", SerialNumber=f"{HEAD}mfa/ann",
        AuthenticationCode1="123456", AuthenticationCode2="654321",
    )  # fmt: skip
    assert serial == f"{HEAD}mfa/bob"
    iam.create_group(GroupName="team", Path="/g/")
    iam.add_user_to_group(GroupName="team", UserName="ann")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.put_group_policy(GroupName="team", PolicyName="own", PolicyDocument=own)
    iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)


def _roles(iam: Any) -> None:
    trust = document(
        {"Effect": "Allow", "Principal": {"AWS": f"{HEAD}root"}, "Action": "sts:AssumeRole"}
    )
    iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=trust, Path="/r/", Tags=TAGS, Description="<é>",
        MaxSessionDuration=7200, PermissionsBoundary=f"{HEAD}policy/p/edge",
    )  # fmt: skip
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document(allow("s3:*")))
    iam.attach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    iam.create_instance_profile(InstanceProfileName="machine", Tags=TAGS)
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="app")
    iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", Description="d")


def _providers(iam: Any) -> None:
    iam.create_saml_provider(SAMLMetadataDocument="m" * 1000, Name="saml")
    iam.create_open_id_connect_provider(
        Url="https://issuer.example/path", ClientIDList=["a"], ThumbprintList=["0" * 40], Tags=TAGS
    )


def _organisation(live: Live) -> None:
    root = live.client("organizations")
    root.create_organization(FeatureSet="ALL")
    top = root.list_roots()["Roots"][0]["Id"]
    root.enable_policy_type(RootId=top, PolicyType="SERVICE_CONTROL_POLICY")
    unit = root.create_organizational_unit(ParentId=top, Name="unit")["OrganizationalUnit"]["Id"]
    made = root.create_account(AccountName="member", Email="a@b.example", Tags=TAGS)
    member = made["CreateAccountStatus"]["AccountId"]
    root.move_account(AccountId=member, SourceParentId=top, DestinationParentId=unit)
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        policy = root.create_policy(
            Content=document(allow("*")), Name=kind, Description="d", Type=kind
        )
        identifier = policy["Policy"]["PolicySummary"]["Id"]
        root.attach_policy(PolicyId=identifier, TargetId=unit)
        root.attach_policy(PolicyId=identifier, TargetId=member)
    root.enable_aws_service_access(ServicePrincipal="config.amazonaws.com")
    root.register_delegated_administrator(
        AccountId=member, ServicePrincipal="guardduty.amazonaws.com"
    )
    live.client("iam").enable_organizations_root_sessions()


def _certificate() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


# --- all that can be asked ----------------------------------------------------------------------


def asked(live: Live) -> dict[str, Any]:
    """The answers to everything that reads what `make` made."""
    iam = live.client("iam")
    found = {
        name: _answer(getattr(iam, name))
        for name in (
            "list_users", "list_groups", "list_roles",
            "list_instance_profiles", "list_server_certificates", "list_virtual_mfa_devices",
            "list_saml_providers", "list_open_id_connect_providers", "list_account_aliases",
            "get_account_password_policy", "get_account_summary", "list_organizations_features",
        )
    }  # fmt: skip
    kinds = ["User", "Role", "Group", "LocalManagedPolicy"]
    found["details"] = _answer(iam.get_account_authorization_details, Filter=kinds)
    found["policies"] = _answer(iam.list_policies, Scope="Local")
    found["attached"] = _answer(iam.list_policies, OnlyAttached=True, Scope="AWS")
    for user in ("ann", "bob"):
        for name in (
            "get_user", "list_user_tags", "list_access_keys", "list_mfa_devices",
            "list_ssh_public_keys", "list_signing_certificates", "list_groups_for_user",
            "list_attached_user_policies", "list_user_policies",
        ):  # fmt: skip
            found[f"{user} {name}"] = _answer(getattr(iam, name), UserName=user)
    found["login"] = _answer(iam.get_login_profile, UserName="ann")
    found["user policy"] = _answer(iam.get_user_policy, UserName="ann", PolicyName="own")
    found["versions"] = _answer(iam.list_policy_versions, PolicyArn=f"{HEAD}policy/p/edge")
    found["role"] = _answer(iam.get_role, RoleName="app")
    found["read only"] = _answer(iam.get_policy, PolicyArn=READ_ONLY)
    found["oidc"] = _answer(
        iam.get_open_id_connect_provider,
        OpenIDConnectProviderArn=f"{HEAD}oidc-provider/issuer.example/path",
    )
    found["saml"] = _answer(iam.get_saml_provider, SAMLProviderArn=f"{HEAD}saml-provider/saml")
    return found | _of_organisation(live)


def _of_organisation(live: Live) -> dict[str, Any]:
    root = live.client("organizations")
    found = {
        name: _answer(getattr(root, name))
        for name in (
            "describe_organization", "list_accounts", "list_roots",
            "list_aws_service_access_for_organization", "list_delegated_administrators",
        )
    }  # fmt: skip
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        policies = _answer(root.list_policies, Filter=kind)
        found[kind] = policies
        for one in policies["Policies"]:
            name = f"{kind} {one['Id']}"
            found[name] = _answer(root.describe_policy, PolicyId=one["Id"])
            found[f"{name} targets"] = _answer(root.list_targets_for_policy, PolicyId=one["Id"])
    return found


def _answer(call: Any, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = call(**parameters)
    answer.pop("ResponseMetadata")
    return answer


def encoded(secret: str) -> tuple[bytes, ...]:
    """The forms in which a text may stand in a file."""
    raw = secret.encode()
    return raw, base64.b64encode(raw)[:-4], raw.hex().encode(), json.dumps(secret)[1:-1].encode()
