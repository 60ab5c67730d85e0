"""STS over HTTP with the live state. What each operation refuses is tests/app/sts's; here it is
that the state, the wire and the sessions fit together.

Rules: facts/iam.md 4.11, 4.12, 5.2, 5.4.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import jwt
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import rsa

from remit.app.authenticate import of_session
from remit.credentials import sessions, totp
from tests.server.live import (
    ACCOUNT,
    HEAD,
    REGION,
    Keys,
    Live,
    allow,
    deny,
    document,
    refused,
    serving,
)

ISSUER = "issuer.example/pool"
INVALID = "InvalidClientTokenId"
KEY = rsa.generate_private_key(65537, 2048)
JWKS = {
    "keys": [
        json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        | {"kid": "one", "alg": "RS256"}
    ]
}


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with serving(keys={ISSUER: JWKS}) as server:
        yield server


def of(answer: dict[str, Any]) -> Keys:
    found = answer["Credentials"]
    return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def identity(live: Live, keys: Keys) -> tuple[str, str, str]:
    found = live.client("sts", keys).get_caller_identity()
    return found["UserId"], found["Account"], found["Arn"]


def trusted(live: Live, *statements: dict[str, Any], policy: Any = (), **more: Any) -> str:
    """A role with this trust policy; its ARN."""
    name = live.role(*policy, **more)
    live.client("iam").update_assume_role_policy(
        RoleName=name, PolicyDocument=document(*statements)
    )
    return f"{HEAD}role/{name}"


def lets(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    told = {"AWS": principal} if isinstance(principal, str) else principal
    return {"Effect": "Allow", "Principal": told, "Action": list(actions), **more}


# --- AssumeRole ---------------------------------------------------------------------------------


def test_an_external_id(live: Live) -> None:
    wanted = {"StringEquals": {"sts:ExternalId": "blue"}}
    role = trusted(live, lets(ACCOUNT, "sts:AssumeRole", Condition=wanted))
    sts = live.client("sts")
    given = {"RoleArn": role, "RoleSessionName": "work"}
    code, message = refused(sts.assume_role, **given)
    assert code == "AccessDenied"
    assert message == (
        f"User: {HEAD}user/remit-administrator is not authorized to perform: sts:AssumeRole on"
        f" resource: {role}"
    )
    assert refused(sts.assume_role, **given, ExternalId="red")[0] == "AccessDenied"
    made = sts.assume_role(**given, ExternalId="blue")
    name = role.rpartition("/")[2]
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/work"
    assert made["AssumedRoleUser"]["Arn"] == session
    assert identity(live, of(made)) == (
        made["AssumedRoleUser"]["AssumedRoleId"], ACCOUNT, session,
    )  # fmt: skip


def test_a_chain_lasts_an_hour(live: Live) -> None:
    first = live.role(allow("sts:AssumeRole"), MaxSessionDuration=7200)
    second = trusted(live, lets(f"{HEAD}role/{first}", "sts:AssumeRole"), MaxSessionDuration=7200)
    sts = live.client("sts", live.session(first, DurationSeconds=7200))
    given = {"RoleArn": second, "RoleSessionName": "next"}
    code, message = refused(sts.assume_role, **given, DurationSeconds=3601)
    assert (code, "role chaining" in message) == ("ValidationError", True)
    assert identity(live, of(sts.assume_role(**given)))[2].endswith("/next")
    late = live.client("sts").assume_role
    code, message = refused(
        late, RoleArn=f"{HEAD}role/{first}", RoleSessionName="other", DurationSeconds=7201
    )
    assert (code, "MaxSessionDuration" in message) == ("ValidationError", True)


def test_session_policies_narrow(live: Live) -> None:
    role = live.role(allow("sqs:ListQueues", "sns:ListTopics"))
    policy = document(allow("sqs:ListQueues", "dynamodb:ListTables"))
    session = live.session(role, Policy=policy)
    live.client("sqs", session).list_queues()
    assert refused(live.client("sns", session).list_topics)[0] == "AuthorizationError"
    assert refused(live.client("dynamodb", session).list_tables)[0] == "AccessDeniedException"
    managed = live.client("iam").create_policy(PolicyName="narrow", PolicyDocument=policy)
    arn = managed["Policy"]["Arn"]
    by_arn = live.session(role, PolicyArns=[{"arn": arn}])
    live.client("sqs", by_arn).list_queues()
    assert refused(live.client("sns", by_arn).list_topics)[0] == "AuthorizationError"
    aws = "arn:aws:iam::aws:policy/AmazonSNSReadOnlyAccess"
    of_aws = live.session(role, PolicyArns=[{"arn": aws}])
    live.client("sns", of_aws).list_topics()
    live.client("iam").delete_policy(PolicyArn=arn)  # a managed one counts as it is now
    code, message = refused(live.client("sqs", by_arn).list_queues)
    assert (code, "session policy" in message) == ("AccessDenied", True)
    sts = live.client("sts")
    code, _ = refused(
        sts.assume_role, RoleArn=f"{HEAD}role/{role}", RoleSessionName="other", Policy="{}x"
    )
    assert code == "MalformedPolicyDocument"


def test_session_tags_override_the_roles(live: Live) -> None:
    """Keys that differ in letter case only are one key (5.2)."""
    blue = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    role = live.role(
        allow("sqs:ListQueues", Condition=blue), Tags=[{"Key": "Team", "Value": "red"}]
    )
    assert refused(live.client("sqs", live.session(role)).list_queues)[0] == "AccessDenied"
    tags = [{"Key": "team", "Value": "blue"}]
    session = live.session(role, Tags=tags)
    live.client("sqs", session).list_queues()
    claims = sessions.unseal(session.id, session.token or "", live.built.enforcer.master)
    state = live.built.state.account(ACCOUNT)
    caller = of_session(state, session.id, claims)
    assert caller is not None
    told = {key: value for key, value in caller.keys.items() if "PrincipalTag" in key}
    assert told == {"aws:PrincipalTag/team": "blue"}


def test_transitive_tags_go_on(live: Live) -> None:
    first = live.role(allow("sts:AssumeRole", "sts:TagSession"))
    second = trusted(
        live,
        lets(ACCOUNT, "sts:AssumeRole", "sts:TagSession"),
        policy=(
            allow("sqs:ListQueues", Condition={"StringEquals": {"aws:PrincipalTag/a": "1"}}),
            allow("sns:ListTopics", Condition={"StringEquals": {"aws:PrincipalTag/b": "2"}}),
        ),
    )
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    session = live.session(first, Tags=tags, TransitiveTagKeys=["a"])
    chained = live.session(second.rpartition("/")[2], session)
    live.client("sqs", chained).list_queues()
    assert refused(live.client("sns", chained).list_topics)[0] == "AuthorizationError"
    again = live.client("sts", session).assume_role
    given = {"RoleArn": second, "RoleSessionName": "other", "Tags": [{"Key": "a", "Value": "3"}]}
    assert refused(again, **given)[0] == "InvalidParameterValue"


def test_tags_need_a_permission_of_their_own(live: Live) -> None:
    role = trusted(live, lets(ACCOUNT, "sts:AssumeRole"))
    sts, given = live.client("sts"), {"RoleArn": role, "RoleSessionName": "other"}
    code, message = refused(sts.assume_role, **given, Tags=[{"Key": "a", "Value": "b"}])
    assert (code, "sts:TagSession" in message) == ("AccessDenied", True)
    code, message = refused(sts.assume_role, **given, SourceIdentity="ann")
    assert (code, "sts:SetSourceIdentity" in message) == ("AccessDenied", True)


def test_a_source_identity_stays(live: Live) -> None:
    both = ("sts:AssumeRole", "sts:SetSourceIdentity")
    first = trusted(live, lets(ACCOUNT, *both), policy=(allow(*both),))
    ann = {"StringEquals": {"aws:SourceIdentity": "ann"}}
    second = trusted(live, lets(ACCOUNT, *both), policy=(allow("sqs:ListQueues", Condition=ann),))
    session = live.session(first.rpartition("/")[2], SourceIdentity="ann")
    sts = live.client("sts", session)
    given = {"RoleArn": second, "RoleSessionName": "other"}
    assert refused(sts.assume_role, **given, SourceIdentity="bob")[0] == "ValidationError"
    chained = sts.assume_role(**given)
    assert chained["SourceIdentity"] == "ann"
    live.client("sqs", of(chained)).list_queues()


def test_roles_that_are_not_there(live: Live) -> None:
    sts = live.client("sts")
    for arn in (f"{HEAD}role/nobody", "arn:aws:iam::999999999999:role/other"):
        code, message = refused(sts.assume_role, RoleArn=arn, RoleSessionName="other")
        assert (code, message.endswith(f"sts:AssumeRole on resource: {arn}")) == (
            "AccessDenied", True,
        )  # fmt: skip
    root = live.client("sts", live.root)
    code, message = refused(root.assume_role, RoleArn=f"{HEAD}role/x", RoleSessionName="other")
    assert (code, message) == ("AccessDenied", "Roles may not be assumed by root accounts.")


def test_a_session_ends_with_its_role(live: Live) -> None:
    role = live.role()
    session, iam = live.session(role), live.client("iam")
    assert identity(live, session)[2].endswith(f"/{role}/work")
    iam.delete_role(RoleName=role)
    assert refused(live.client("sts", session).get_caller_identity)[0] == INVALID
    trust = document(lets(ACCOUNT, "sts:AssumeRole"))
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    assert refused(live.client("sts", session).get_caller_identity)[0] == INVALID
    assert identity(live, live.session(role))[2].endswith(f"/{role}/work")


def test_a_session_that_is_over() -> None:
    offset = 0.0
    with serving(clock=lambda: time.time() + offset) as live:
        session = live.session(live.role(), DurationSeconds=900)
        offset = 899.0 - 600  # within the signature's own minutes the session goes on
        live.client("sts", session).get_caller_identity()
        claims = sessions.unseal(session.id, session.token or "", live.built.enforcer.master)
        assert claims.expires - claims.issued == 900
        offset = 901.0
        code, _ = refused(live.client("sts", session).get_caller_identity)
        assert code in ("ExpiredToken", "SignatureDoesNotMatch")


# --- sessions that are not a role's -------------------------------------------------------------


def test_get_session_token(live: Live) -> None:
    role = live.role()
    user, keys = live.user(allow("sqs:ListQueues"), allow("sts:AssumeRole"), deny("sts:Get*"))
    sts = live.client("sts", keys)
    session = of(sts.get_session_token())  # no policy is asked (4.12)
    assert identity(live, session) == identity(live, keys)
    live.client("sqs", session).list_queues()
    code, message = refused(live.client("sts", session).get_session_token)
    assert (code, message) == (
        "AccessDenied", "Cannot call GetSessionToken with session credentials",
    )  # fmt: skip
    assert refused(live.client("iam", session).get_user)[0] == INVALID  # without MFA
    live.client("iam").update_assume_role_policy(
        RoleName=role, PolicyDocument=document(lets(ACCOUNT, "sts:AssumeRole"))
    )
    assert identity(live, live.session(role, session))[2].endswith("/work")
    live.client("iam").delete_user_policy(UserName=user, PolicyName="own")
    assert refused(live.client("sqs", session).list_queues)[0] == "AccessDenied"


def test_mfa(live: Live) -> None:
    present = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    user, keys = live.user(allow("sqs:ListQueues", Condition=present), allow("sts:AssumeRole"))
    iam = live.client("iam")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]
    serial = device["SerialNumber"]
    secret = base64.b32decode(device["Base32StringSeed"])
    step = int(time.time()) // totp.STEP
    sts = live.client("sts", keys)
    codes = [totp.code(secret, step + n) for n in (-1, 0, 1)]
    assert refused(sts.get_session_token, SerialNumber=serial, TokenCode=codes[0])[0] == (
        "AccessDenied"  # not enabled yet
    )
    iam.enable_mfa_device(
        UserName=user, SerialNumber=serial, AuthenticationCode1="111111",
        AuthenticationCode2="222222",
    )  # fmt: skip
    session = of(sts.get_session_token(SerialNumber=serial, TokenCode=codes[0]))
    live.client("sqs", session).list_queues()
    live.client("sqs", session).list_queues()
    assert refused(sts.get_session_token, SerialNumber=serial, TokenCode=codes[0])[0] == (
        "AccessDenied"  # once
    )
    plain = of(sts.get_session_token())
    assert refused(live.client("sqs", plain).list_queues)[0] == "AccessDenied"
    role = trusted(live, lets(ACCOUNT, "sts:AssumeRole", Condition=present))
    given = {"RoleArn": role, "RoleSessionName": "other"}
    assert refused(sts.assume_role, **given)[0] == "AccessDenied"
    sts.assume_role(**given, SerialNumber=serial, TokenCode=codes[1])


def test_get_federation_token(live: Live) -> None:
    _, keys = live.user(
        allow("sts:GetFederationToken", "sqs:*", "sns:*"), Tags=[{"Key": "team", "Value": "red"}]
    )
    sts = live.client("sts", keys)
    made = sts.get_federation_token(Name="bob", Policy=document(allow("sqs:ListQueues")))
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    assert made["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:bob", "Arn": arn}
    session = of(made)
    assert identity(live, session) == (f"{ACCOUNT}:bob", ACCOUNT, arn)
    live.client("sqs", session).list_queues()
    assert refused(live.client("sns", session).list_topics)[0] == "AuthorizationError"
    everything = of(sts.get_federation_token(Name="bob", Policy=document(allow("*"))))
    for call in ("get_session_token", "decode_authorization_message"):
        given = {"EncodedMessage": "x" * 50} if call.startswith("dec") else {}
        assert refused(getattr(live.client("sts", everything), call), **given)[0] == "AccessDenied"
    bare = of(sts.get_federation_token(Name="bob"))
    assert refused(live.client("sqs", bare).list_queues)[0] == "AccessDenied"
    other, theirs = live.user(allow("sqs:*"))
    code, message = refused(live.client("sts", theirs).get_federation_token, Name="bob")
    assert (code, f"user/{other} is not" in message) == ("AccessDenied", True)
    assert refused(live.client("iam", session).list_users)[0] == INVALID


def test_root_vouches_for_somebody(live: Live) -> None:
    sts = live.client("sts", live.root)
    made = sts.get_federation_token(Name="eve", Policy=document(allow("sqs:ListQueues")))
    session = of(made)
    assert identity(live, session)[2] == f"arn:aws:sts::{ACCOUNT}:federated-user/eve"
    live.client("sqs", session).list_queues()
    assert refused(live.client("sns", session).list_topics)[0] == "AuthorizationError"
    bare = of(sts.get_federation_token(Name="eve"))
    assert refused(live.client("sqs", bare).list_queues)[0] == "AccessDenied"
    own = of(sts.get_session_token())
    assert identity(live, own) == (ACCOUNT, ACCOUNT, f"{HEAD}root")
    live.client("sqs", own).list_queues()


def test_assume_root() -> None:
    """Of a member account, when the organisation's management has switched it on."""
    with serving() as live:
        organisations, iam = live.client("organizations"), live.client("iam")
        organisations.create_organization(FeatureSet="ALL")
        member = organisations.create_account(AccountName="m", Email="m@example.com")
        account = member["CreateAccountStatus"]["AccountId"]
        task = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
        given = {"TargetPrincipal": account, "TaskPolicyArn": {"arn": task}}
        sts = live.client("sts")
        assert refused(sts.assume_root, **given)[0] == "AccessDenied"
        assert iam.enable_organizations_root_sessions()["EnabledFeatures"] == ["RootSessions"]
        session = of(sts.assume_root(**given))
        found = live.client("sts", session)
        assert refused(live.client("iam", session).list_users)[0] == "AccessDenied"
        assert found.meta.region_name == REGION
        iam.disable_organizations_root_sessions()
        assert refused(sts.assume_root, **given)[0] == "AccessDenied"


# --- the other operations -----------------------------------------------------------------------


def test_who_calls(live: Live) -> None:
    """No permission is needed, and no Deny stops it (4.12)."""
    user, keys = live.user(deny("*"))
    account = live.built.state.account(ACCOUNT)
    assert identity(live, keys) == (account.users[user].id, ACCOUNT, f"{HEAD}user/{user}")
    assert identity(live, live.root) == (ACCOUNT, ACCOUNT, f"{HEAD}root")
    assert identity(live, live.administrator)[2] == f"{HEAD}user/remit-administrator"


def test_get_access_key_info(live: Live) -> None:
    sts, (_, keys) = live.client("sts"), live.user()
    assert sts.get_access_key_info(AccessKeyId=keys.id)["Account"] == ACCOUNT
    code, message = refused(
        live.client("sts", keys).get_access_key_info, AccessKeyId=live.administrator.id
    )
    assert (code, "sts:GetAccessKeyInfo" in message) == ("AccessDenied", True)


def test_decode_authorization_message(live: Live) -> None:
    user, keys = live.user(
        allow("ec2:*"), deny("ec2:DescribeVpcs", Sid="No"), allow("sts:DecodeAuthorizationMessage")
    )
    code, message = refused(live.client("ec2", keys).describe_vpcs)
    assert code == "UnauthorizedOperation"
    encoded = message.rpartition("Encoded authorization failure message: ")[2]
    sts = live.client("sts", keys)
    told = json.loads(sts.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    assert told["matchedStatements"]["items"][0]["statementId"] == "No"
    context = told["context"]
    assert context["principal"]["arn"] == f"{HEAD}user/{user}"
    assert context["action"] == "ec2:DescribeVpcs"
    assert refused(sts.decode_authorization_message, EncodedMessage="x" * 50)[0] == (
        "InvalidAuthorizationMessageException"
    )
    _, stranger = live.user(allow("ec2:DescribeVpcs"))
    other = live.client("sts", stranger).decode_authorization_message
    assert refused(other, EncodedMessage=encoded)[0] == "AccessDenied"


# --- identity providers -------------------------------------------------------------------------


def unsigned(live: Live) -> Any:
    config = Config(signature_version=UNSIGNED, retries={"max_attempts": 0})
    return boto3.client("sts", endpoint_url=live.url, region_name=REGION, config=config)


def token(**more: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": f"https://{ISSUER}", "sub": "ann", "aud": "app", "iat": now - 5, "exp": now + 300,
    }  # fmt: skip
    return jwt.encode({**claims, **more}, KEY, "RS256", headers={"kid": "one"})


def test_web_identity(live: Live) -> None:
    iam = live.client("iam")
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["app"], ThumbprintList=["a" * 40]
    )["OpenIDConnectProviderArn"]
    of_ann = {"StringEquals": {f"{ISSUER}:sub": "ann", f"{ISSUER}:aud": "app"}}
    later = {"StringEquals": {"aws:FederatedProvider": provider, f"{ISSUER}:sub": "ann"}}
    role = trusted(
        live,
        lets({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=of_ann),
        policy=(allow("sqs:ListQueues", Condition=later),),
    )
    sts, given = unsigned(live), {"RoleArn": role, "RoleSessionName": "web"}
    made = sts.assume_role_with_web_identity(**given, WebIdentityToken=token())
    assert (made["SubjectFromWebIdentityToken"], made["Provider"]) == ("ann", provider)
    session = of(made)
    assert identity(live, session)[2].endswith("/web")
    live.client("sqs", session).list_queues()
    again = sts.assume_role_with_web_identity
    code, message = refused(again, **given, WebIdentityToken=token(sub="bob"))
    assert (code, message) == (
        "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )  # fmt: skip
    wrong = {"aud": "other", "iss": "https://elsewhere.example"}
    for name, value in wrong.items():
        assert refused(again, **given, WebIdentityToken=token(**{name: value}))[0] == (
            "InvalidIdentityToken"
        )
    code, message = refused(again, **given, WebIdentityToken=token(iss="https://elsewhere.example"))
    assert message.startswith("No OpenIDConnect provider found in your account")
    assert refused(again, **given, WebIdentityToken=token(exp=1))[0] == "ExpiredTokenException"
    spoiled = token()[:-8] + "AAAAAAAA"
    assert refused(again, **given, WebIdentityToken=spoiled)[0] == "InvalidIdentityToken"
    code, _ = refused(live.client("sts").assume_role, **given)
    assert code == "AccessDenied"


def test_saml() -> None:
    """At the time of the assertion, which is tests/app/sts's."""
    pytest.importorskip("signxml", reason="the extra `serve` is not installed")
    from tests.app.sts import idp
    from tests.app.sts.world import NOW, ROLE, SAML

    at: list[float] = []
    with serving(clock=lambda: at[0] if at else time.time()) as live:
        iam = live.client("iam")
        made = iam.create_saml_provider(SAMLMetadataDocument=idp.metadata(), Name="idp")
        assert made["SAMLProviderArn"] == SAML
        aud = {"StringEquals": {"SAML:aud": idp.ACS}}
        trust = document(lets({"Federated": SAML}, "sts:AssumeRoleWithSAML", Condition=aud))
        iam.create_role(RoleName="target", Path="/app/", AssumeRolePolicyDocument=trust)
        sts = unsigned(live)
        given = {"RoleArn": ROLE, "PrincipalArn": SAML}
        at.append(NOW)
        good = idp.wire(idp.signed(idp.response()))
        session = of(sts.assume_role_with_saml(**given, SAMLAssertion=good))
        claims = sessions.unseal(session.id, session.token or "", live.built.enforcer.master)
        assert (claims.provider, claims.name) == (SAML, "ann@example")
        caller = of_session(live.built.state.account(ACCOUNT), session.id, claims)
        assert caller is not None
        assert "aws:FederatedProvider" not in caller.keys
        bad = idp.wire(idp.signed(idp.response(), by="somebody"))
        code, _ = refused(sts.assume_role_with_saml, **given, SAMLAssertion=bad)
        assert code == "InvalidIdentityToken"
        for one in (SAML, f"{SAML}-other"):
            at[0] = NOW + 3600
            told = {**given, "PrincipalArn": one, "SAMLAssertion": good}
            assert refused(sts.assume_role_with_saml, **told)[0] in (
                "ExpiredTokenException", "InvalidIdentityToken",
            )  # fmt: skip


def test_everything_else_must_be_signed(live: Live) -> None:
    assert refused(unsigned(live).get_caller_identity)[0] == "MissingAuthenticationToken"
