"""Who may do what, from the live state: boundaries, sessions, groups, organisations, changes at once.

Expectations: facts/iam.md 4.2 to 4.11, 5.2 (IAM User Guide, evaluation logic).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, deny, document, refused


def test_who_the_built_in_keys_are(live: Live) -> None:
    assert live.client("sts").get_caller_identity()["Arn"] == f"{HEAD}user/remit-administrator"
    root = live.client("sts", live.root).get_caller_identity()
    assert (root["Arn"], root["UserId"], root["Account"]) == (f"{HEAD}root", ACCOUNT, ACCOUNT)
    assert (
        live.client("iam").list_users()["Users"]
        == live.client("iam", live.root).list_users()["Users"]
    )


def test_changes_take_effect_at_once(live: Live) -> None:
    name, keys = live.user()
    iam, client = live.client("iam"), live.client("sqs", keys)
    assert refused(client.list_queues)[0] == "AccessDenied"
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(allow("sqs:*")))
    client.list_queues()
    iam.delete_user_policy(UserName=name, PolicyName="own")
    assert refused(client.list_queues)[0] == "AccessDenied"
    iam.update_access_key(UserName=name, AccessKeyId=keys.id, Status="Inactive")
    assert refused(client.list_queues)[0] == "InvalidClientTokenId"


def test_a_path_that_aws_refuses_is_read_all_the_same(live: Live) -> None:
    """moto takes it (AWS: "must begin and end with /"); the user is denied like any other."""
    name, keys = live.user(Path="my/path")
    code, message = refused(live.client("sqs", keys).list_queues)
    assert code == "AccessDenied"
    assert f"User: {HEAD}user/my/path/{name} is not authorized" in message


def test_a_listing_of_users_tells_no_boundary(live: Live) -> None:
    """IAM API Reference, ListUsers: it does not return tags and permissions boundaries."""
    iam = live.client("iam")
    edge = iam.create_policy(PolicyName="edge-of-listed", PolicyDocument=document(allow("sqs:*")))
    name, _ = live.user(Path="/listed/", PermissionsBoundary=edge["Policy"]["Arn"])
    assert "PermissionsBoundary" in iam.get_user(UserName=name)["User"]
    (listed,) = iam.list_users(PathPrefix="/listed/")["Users"]
    assert "PermissionsBoundary" not in listed


def test_managed_policies_groups_and_versions(live: Live) -> None:
    name, keys = live.user()
    iam, client = live.client("iam"), live.client("sqs", keys)
    made = iam.create_policy(PolicyName="queues", PolicyDocument=document(allow("sqs:ListQueues")))[
        "Policy"
    ]
    iam.create_group(GroupName="workers")
    iam.attach_group_policy(GroupName="workers", PolicyArn=made["Arn"])
    assert refused(client.list_queues)[0] == "AccessDenied"
    iam.add_user_to_group(GroupName="workers", UserName=name)
    client.list_queues()
    iam.create_policy_version(
        PolicyArn=made["Arn"], PolicyDocument=document(deny("sqs:*")), SetAsDefault=True
    )
    _code, message = refused(client.list_queues)
    assert message.endswith(f"with an explicit deny in an identity-based policy: {made['Arn']}")
    iam.detach_group_policy(GroupName="workers", PolicyArn=made["Arn"])
    iam.attach_user_policy(
        UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    )
    client.list_queues()


def test_a_permissions_boundary_limits_a_user(live: Live) -> None:
    iam = live.client("iam")
    edge = iam.create_policy(PolicyName="edge", PolicyDocument=document(allow("sqs:*")))["Policy"][
        "Arn"
    ]
    name, keys = live.user(allow("*"), PermissionsBoundary=edge)
    live.client("sqs", keys).list_queues()
    _, message = refused(live.client("sns", keys).list_topics)
    assert message.endswith("because no permissions boundary allows the SNS:ListTopics action")
    told = iam.get_user(UserName=name)["User"]["PermissionsBoundary"]
    assert told["PermissionsBoundaryArn"] == edge
    iam.delete_user_permissions_boundary(UserName=name)
    live.client("sns", keys).list_topics()
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=edge)
    assert refused(live.client("sns", keys).list_topics)[0] == "AuthorizationError"


def test_whoever_makes_users_can_be_held_to_a_boundary(live: Live) -> None:
    iam = live.client("iam")
    edge = iam.create_policy(PolicyName="edge2", PolicyDocument=document(allow("sqs:*")))["Policy"][
        "Arn"
    ]
    condition = {"StringEquals": {"iam:PermissionsBoundary": edge}}
    _, keys = live.user(allow("iam:CreateUser", Condition=condition))
    limited = live.client("iam", keys)
    assert refused(limited.create_user, UserName="free")[0] == "AccessDenied"
    limited.create_user(UserName="bound", PermissionsBoundary=edge)


def test_a_role_is_assumed_and_its_session_has_its_policies(live: Live) -> None:
    role = live.role(allow("sqs:ListQueues"))
    session = live.session(role)
    who = live.client("sts", session).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/work"
    live.client("sqs", session).list_queues()
    _, message = refused(live.client("sns", session).list_topics)
    assert message.startswith(
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/work is not authorized"
    )


def test_trust_decides_who_may_assume(live: Live) -> None:
    name, keys = live.user(allow("sts:AssumeRole"))
    role = live.role(allow("*"))  # trusts the administrator only
    code, message = refused(live.session, role, keys)
    assert code == "AccessDenied"
    assert message.startswith(
        f"User: {HEAD}user/{name} is not authorized to perform: sts:AssumeRole on resource: {HEAD}role/{role}"
    )
    named = live.role(allow("*"), trust={"AWS": f"{HEAD}user/{name}"})
    _, stranger = live.user()
    assert refused(live.session, named, stranger)[0] == "AccessDenied"
    live.session(named, keys)
    # A role that is not there is refused in the same words (5.4).
    assert refused(live.session, "nobody", keys)[0] == "AccessDenied"


def test_an_external_id_is_asked_for(live: Live) -> None:
    iam = live.client("iam")
    role = live.role(allow("*"))
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "42-x"}},
    }
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=document(statement))
    assert refused(live.session, role)[0] == "AccessDenied"
    assert refused(live.session, role, ExternalId="other")[0] == "AccessDenied"
    live.session(role, ExternalId="42-x")


def test_session_policies_limit_and_tags_are_the_principals(live: Live) -> None:
    role = live.role(allow("sqs:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))
    tagged = live.session(role, Tags=[{"Key": "team", "Value": "a"}])
    live.client("sqs", tagged).list_queues()
    assert refused(live.client("sqs", live.session(role)).list_queues)[0] == "AccessDenied"
    limited = live.session(
        role, Tags=[{"Key": "team", "Value": "a"}], Policy=document(allow("sqs:SendMessage"))
    )
    _, message = refused(live.client("sqs", limited).list_queues)
    assert message.endswith("because no session policy allows the sqs:listqueues action")


def test_a_session_ends_with_its_role(live: Live) -> None:
    iam, role = live.client("iam"), live.role()
    session = live.session(role)
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role(RoleName=role)
    assert refused(live.client("sts", session).get_caller_identity)[0] == "InvalidClientTokenId"
    # One of the same name is another: sessions are bound to the unique id.
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    assert refused(live.client("sts", session).get_caller_identity)[0] == "InvalidClientTokenId"


_UNKNOWN, _NO_KEY = "InvalidClientTokenId", "InvalidAccessKeyId"


@pytest.mark.parametrize(
    ("spoil", "code", "of_s3"),
    [
        (lambda k: Keys(k.id, k.secret, k.token[:-4] + "AAA="), _UNKNOWN, _NO_KEY),
        (lambda k: Keys(k.id, k.secret, "invalid"), _UNKNOWN, "InvalidToken"),
        (lambda k: Keys(k.id, k.secret), _UNKNOWN, _NO_KEY),
        (lambda k: Keys(k.id, "x" * 40, k.token), "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
        (lambda k: Keys("ASIA" + "A" * 16, k.secret, k.token), _UNKNOWN, _NO_KEY),
        (lambda k: Keys("AKIA" + "A" * 16, k.secret), _UNKNOWN, _NO_KEY),
        (lambda k: Keys("AKIA" + "A" * 16, k.secret, "invalid"), _UNKNOWN, "InvalidToken"),
    ],
)
def test_spoilt_credentials_are_refused(live: Live, spoil: Any, code: str, of_s3: str) -> None:
    """Facts 5.4 and, for S3's own names, 7.6."""
    session = live.session(live.role(allow("*")))
    assert refused(live.client("sts", spoil(session)).get_caller_identity)[0] == code
    assert refused(live.client("s3", spoil(session)).list_buckets)[0] == of_s3


def test_organisations_bind_their_members(live: Live) -> None:
    org = live.client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    made = org.create_account(Email="dev@example.com", AccountName="dev")["CreateAccountStatus"]
    member = made["AccountId"]
    credentials = live.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", RoleSessionName="admin"
    )["Credentials"]
    inside = Keys(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )
    live.client("sqs", inside).create_queue(QueueName="theirs")
    assert "QueueUrls" not in live.client("sqs").list_queues(QueueNamePrefix="theirs")
    scp = org.create_policy(Name="no-queues", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(deny("sqs:*")))["Policy"]["PolicySummary"]  # fmt: skip
    org.attach_policy(PolicyId=scp["Id"], TargetId=root)
    _code, message = refused(live.client("sqs", inside).list_queues)
    assert message.endswith(f"with an explicit deny in a service control policy: {scp['Arn']}")
    live.client("sqs").list_queues()  # the management account is not bound
    org.detach_policy(PolicyId=scp["Id"], TargetId=root)
    live.client("sqs", inside).list_queues()
