"""GetSessionToken, GetFederationToken, GetCallerIdentity, GetAccessKeyInfo, AssumeRoot, and those
that are refused. Each row names the rule it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from remit.app.sts.errors import StsError
from remit.app.sts.identity import caller as caller_of
from remit.app.sts.identity import keys
from remit.app.sts.ports import Caller
from remit.app.sts.root import TASKS
from remit.credentials.keys import access_key_id
from remit.credentials.sessions import Claims
from tests.app.sts.world import (
    HERE,
    NOW,
    ROOT,
    THERE,
    USER,
    Desk,
    World,
    allow,
    claims_of,
    deny,
    entropy,
    of_role,
    policy,
    root,
    user,
)

OWN = caller_of(Claims("user", HERE, USER, "AIDAEXAMPLEIDALICE", "alice", NOW, NOW + 900))
FEDERATED = caller_of(Claims("federated", HERE, USER, "AIDAEXAMPLEIDALICE", "bob", NOW, NOW + 900))
AS_ROOT = caller_of(
    Claims("root", HERE, ROOT, HERE, "root", NOW, NOW + 900, context=(("aws:AssumedRoot", "true"),))
)
OWN_ROOT = caller_of(Claims("root", HERE, ROOT, HERE, "root", NOW, NOW + 900))
SESSION = f"arn:aws:sts::{HERE}:assumed-role/middle/job"


@pytest.mark.parametrize(
    ("caller", "arn", "user_id"),
    [
        (user(), USER, "AIDAEXAMPLEIDALICE"),
        (root(), ROOT, HERE),
        (of_role(), SESSION, "AROAEXAMPLEIDMIDDLE:job"),
        (of_role(f"arn:aws-cn:iam::{HERE}:role/a/b"), f"arn:aws-cn:sts::{HERE}:assumed-role/b/job",
         "AROAEXAMPLEIDB:job"),
        (OWN, USER, "AIDAEXAMPLEIDALICE"),
        (FEDERATED, f"arn:aws:sts::{HERE}:federated-user/bob", f"{HERE}:bob"),
        (AS_ROOT, ROOT, HERE),
        (OWN_ROOT, ROOT, HERE),
    ],
)  # fmt: skip
def test_get_caller_identity(caller: Caller, arn: str, user_id: str) -> None:
    """facts/iam.md 5.3; and no Deny stops it (4.12)."""
    desk = Desk(World(identity={USER: (policy(deny("*", Resource="*")),)}))
    expected = {"UserId": user_id, "Account": HERE, "Arn": arn}
    assert desk.call("GetCallerIdentity", caller) == expected


# --- sessions of one's own ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "caller", "asked", "lasts"),
    [
        ("GetSessionToken", user(), None, 43200),
        ("GetSessionToken", user(), "129600", 129600),
        ("GetSessionToken", root(), None, 3600),
        ("GetSessionToken", root(), "7200", 3600),  # STS API Reference: root's last one hour
        ("GetFederationToken", user(), None, 43200),
        ("GetFederationToken", root(), None, 3600),
        ("GetFederationToken", root(), "900", 900),
    ],
)
def test_how_long(operation: str, caller: Caller, asked: str | None, lasts: int) -> None:
    params: dict[str, Any] = {"Name": "bob"} if operation == "GetFederationToken" else {}
    if asked is not None:
        params["DurationSeconds"] = asked
    claims = claims_of(Desk().call(operation, caller, **params))
    assert claims.expires - claims.issued == lasts
    assert claims.issuer == caller.arn


@pytest.mark.parametrize("caller", [of_role(), OWN, FEDERATED, OWN_ROOT, AS_ROOT])
@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
def test_not_with_session_credentials(caller: Caller, operation: str) -> None:
    """facts/iam.md 5.4 [O]."""
    with pytest.raises(StsError) as error:
        Desk().call(operation, caller, Name="bob")
    assert error.value.code == "AccessDenied"
    assert error.value.message == f"Cannot call {operation} with session credentials"


def test_get_session_token_needs_no_permission() -> None:
    """facts/iam.md 4.12: naming it in a policy has no effect."""
    assert Desk(World(identity={USER: (policy(deny("*", Resource="*")),)})).call(
        "GetSessionToken", user()
    )


BOB = f"arn:aws:sts::{HERE}:federated-user/bob"


def test_get_federation_token() -> None:
    desk = Desk()
    tags = [{"Key": "team", "Value": "red"}]
    result = desk.call(
        "GetFederationToken", user(tags={"Team": "blue", "env": "dev"}), Name="bob", Tags=tags
    )
    assert result["FederatedUser"] == {"FederatedUserId": f"{HERE}:bob", "Arn": BOB}
    assert dict(claims_of(result).tags) == {"team": "red", "env": "dev"}
    assert 0 < result["PackedPolicySize"] < 10


@pytest.mark.parametrize(
    ("statements", "params", "message"),
    [
        ((), {}, f"User: {USER} is not authorized to perform: sts:GetFederationToken on resource:"
                 f" {BOB} because no identity-based policy allows the sts:GetFederationToken action"),
        ((allow("sts:GetFederationToken", Resource=BOB),), {"Tags": [{"Key": "a", "Value": "b"}]},
         f"User: {USER} is not authorized to perform: sts:TagSession on resource: {BOB} because no"
         " identity-based policy allows the sts:TagSession action"),
        ((allow("*", Resource="*"), deny("sts:Get*", Resource="*")), {},
         f"User: {USER} is not authorized to perform: sts:GetFederationToken on resource: {BOB}"
         " with an explicit deny in an identity-based policy"),
    ],
)  # fmt: skip
def test_get_federation_token_denied(statements: Any, params: dict[str, Any], message: str) -> None:
    with pytest.raises(StsError) as error:
        Desk(World(identity={USER: (policy(*statements),)})).call(
            "GetFederationToken", user(), Name="bob", **params
        )
    assert error.value.message == message


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetAccessKeyInfo", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
        ("DecodeAuthorizationMessage", {"EncodedMessage": "x"}),
        ("GetWebIdentityToken", {"Audience": ["a"], "SigningAlgorithm": "RS256"}),
    ],
)
@pytest.mark.parametrize("caller", [OWN, FEDERATED, OWN_ROOT])
def test_what_those_sessions_cannot_call(
    operation: str, params: dict[str, Any], caller: Caller
) -> None:
    """facts/iam.md 5.2: GetSessionToken's only take on roles, GetFederationToken's call nothing."""
    with pytest.raises(StsError) as error:
        Desk().call(operation, caller, **params)
    assert error.value.code == "AccessDenied"
    head = f"User: {caller.arn} is not authorized to perform: sts:{operation}"
    assert error.value.message.startswith(head)


# --- the rest -----------------------------------------------------------------------------------


def test_get_access_key_info() -> None:
    key = access_key_id("AKIA", "123456789012", entropy())
    assert Desk().call("GetAccessKeyInfo", user(), AccessKeyId=key) == {"Account": "123456789012"}
    with pytest.raises(StsError) as error:
        Desk().call("GetAccessKeyInfo", user(), AccessKeyId="AKIA1111111111111111")
    assert (error.value.code, error.value.status) == ("ValidationError", 400)
    with pytest.raises(StsError) as error:
        Desk(World(identity={})).call("GetAccessKeyInfo", user(), AccessKeyId=key)
    assert error.value.message == (
        f"User: {USER} is not authorized to perform: sts:GetAccessKeyInfo because no identity-based"
        " policy allows the sts:GetAccessKeyInfo action"
    )


def test_what_is_refused() -> None:
    with pytest.raises(StsError) as error:
        Desk().call("GetWebIdentityToken", user(), Audience=["a"], SigningAlgorithm="RS256")
    code = "OutboundWebIdentityFederationDisabledException"
    assert (error.value.code, error.value.status) == (code, 403)
    with pytest.raises(StsError) as error:
        Desk().call("GetDelegatedAccessToken", user(), TradeInToken="abcd")
    assert (error.value.code, error.value.status) == ("AccessDenied", 403)


@pytest.mark.parametrize("operation", ["AssumeRole", "GetCallerIdentity", "GetSessionToken"])
def test_unsigned(operation: str) -> None:
    params = {"RoleArn": "arn:aws:iam::111122223333:role/x", "RoleSessionName": "session"}
    with pytest.raises(StsError) as error:
        Desk().call(operation, None, **params)
    assert (error.value.code, error.value.status) == ("MissingAuthenticationToken", 403)


# --- AssumeRoot ---------------------------------------------------------------------------------

TASK = "arn:aws:iam::aws:policy/root-task/"
MEMBER = f"arn:aws:iam::{THERE}:root"


@pytest.mark.parametrize("target", [THERE, MEMBER])
@pytest.mark.parametrize(("task", "feature"), sorted(TASKS.items()))
def test_assume_root(target: str, task: str, feature: str) -> None:
    """facts/iam.md 5.2 [O]: each task belongs to one of two features."""
    desk = Desk(World(roots=frozenset({(HERE, THERE, feature)})))
    params = {"TargetPrincipal": target, "TaskPolicyArn": {"arn": TASK + task}}
    claims = claims_of(desk.call("AssumeRoot", user(), **params))
    assert (claims.kind, claims.issuer, claims.account) == ("root", MEMBER, THERE)
    assert (claims.policy_arns, claims.expires) == ((TASK + task,), NOW + 900)
    assert keys(caller_of(claims), NOW)["aws:AssumedRoot"] == "true"
    other = {"RootCredentialsManagement", "RootSessions"} - {feature}
    desk.world.roots = frozenset((HERE, THERE, one) for one in other)
    with pytest.raises(StsError) as error:
        desk.call("AssumeRoot", user(), **params)
    assert error.value.message == (
        f"User: {USER} is not authorized to perform: sts:AssumeRoot on resource: {MEMBER}"
    )


@pytest.mark.parametrize(
    ("caller", "target", "task", "code"),
    [
        (user(), "11112222333", "S3UnlockBucketPolicy", "ValidationError"),
        (user(), "arn:aws:iam::444455556666:user/x", "S3UnlockBucketPolicy", "ValidationError"),
        (user(), THERE, "Nothing", "ValidationError"),
        (root(), THERE, "S3UnlockBucketPolicy", "AccessDenied"),
        (FEDERATED, THERE, "S3UnlockBucketPolicy", "AccessDenied"),
        (OWN, THERE, "S3UnlockBucketPolicy", "AccessDenied"),
        (of_role(), THERE, "S3UnlockBucketPolicy", "AccessDenied"),  # its role has no policy
    ],
)
def test_assume_root_refused(caller: Caller, target: str, task: str, code: str) -> None:
    desk = Desk(World(roots=frozenset({(HERE, THERE, "RootSessions")})))
    with pytest.raises(StsError) as error:
        desk.call("AssumeRoot", caller, TargetPrincipal=target, TaskPolicyArn={"arn": TASK + task})
    assert error.value.code == code


def test_the_task_policy_can_be_asked_for() -> None:
    """`sts:TaskPolicyArn` (facts/iam.md 3.7)."""
    task = TASK + "S3UnlockBucketPolicy"
    only = allow(
        "sts:AssumeRoot", Resource="*", Condition={"ArnEquals": {"sts:TaskPolicyArn": task}}
    )
    world = World(identity={USER: (policy(only),)}, roots=frozenset(
        {(HERE, THERE, "RootSessions")}))  # fmt: skip
    assert Desk(world).call(
        "AssumeRoot", user(), TargetPrincipal=THERE, TaskPolicyArn={"arn": task}
    )
    with pytest.raises(StsError):
        Desk(world).call(
            "AssumeRoot", user(), TargetPrincipal=THERE,
            TaskPolicyArn={"arn": TASK + "SQSUnlockQueuePolicy"},
        )  # fmt: skip


# --- condition keys of sessions -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (user(tags={"a": "b"}), {"aws:userid": "AIDAEXAMPLEIDALICE", "aws:PrincipalTag/a": "b"}),
        (root(), {"aws:userid": HERE}),
        (OWN, {"aws:userid": "AIDAEXAMPLEIDALICE", "aws:TokenIssueTime": "2023-11-14T22:13:20Z",
               "aws:MultiFactorAuthPresent": "false"}),
        (FEDERATED, {"aws:userid": f"{HERE}:bob", "aws:TokenIssueTime": "2023-11-14T22:13:20Z"}),
        (OWN_ROOT, {"aws:userid": HERE, "aws:TokenIssueTime": "2023-11-14T22:13:20Z"}),
        (AS_ROOT, {"aws:AssumedRoot": "true", "aws:TokenIssueTime": "2023-11-14T22:13:20Z"}),
        (of_role(issued=NOW, mfa=NOW - 5, source_identity="ann", tags=(("t", "v"),)),
         {"aws:userid": "AROAEXAMPLEIDMIDDLE:job", "aws:TokenIssueTime": "2023-11-14T22:13:20Z",
          "aws:PrincipalArn": f"arn:aws:iam::{HERE}:role/middle", "aws:SourceIdentity": "ann",
          "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "5",
          "aws:PrincipalTag/t": "v"}),
        (of_role(issued=NOW, provider="accounts.google.com", context=(("a:b", "c"),)),
         {"aws:userid": "AROAEXAMPLEIDMIDDLE:job", "aws:TokenIssueTime": "2023-11-14T22:13:20Z",
          "aws:PrincipalArn": f"arn:aws:iam::{HERE}:role/middle", "a:b": "c",
          "aws:FederatedProvider": "accounts.google.com"}),
        (of_role(issued=NOW, provider=f"arn:aws:iam::{HERE}:saml-provider/x"),
         {"aws:userid": "AROAEXAMPLEIDMIDDLE:job", "aws:TokenIssueTime": "2023-11-14T22:13:20Z",
          "aws:PrincipalArn": f"arn:aws:iam::{HERE}:role/middle"}),
    ],
)  # fmt: skip
def test_condition_keys(caller: Caller, expected: dict[str, str]) -> None:
    """facts/iam.md 3.2 and 3.6."""
    assert keys(caller, NOW) == expected


def test_session_tags_beat_the_role_s() -> None:
    """facts/iam.md 5.2: keys differ in more than letter case."""
    claims = of_role(tags=(("team", "red"),)).claims
    assert claims is not None
    found = keys(caller_of(claims, {"Team": "blue", "env": "dev"}), NOW)
    assert {k: v for k, v in found.items() if "Tag" in k} == {
        "aws:PrincipalTag/team": "red",
        "aws:PrincipalTag/env": "dev",
    }
