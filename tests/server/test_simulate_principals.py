"""SimulatePrincipalPolicy and the context keys of policies, with the live state.

Sources: facts/iam.md 2.2, 8.1 and 8.3; botocore's IAM model [M]; recording A's published notes on
simulation [O]; public issues where named.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, deny, document, refused
from tests.server.simulating import (
    ANN,
    FAR,
    GET,
    QUEUE,
    A,
    E,
    I,
    shared,
    unchecked,
    when,
)


def principal(live: Live, arn: str, **params: Any) -> dict[str, Any]:
    asked = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], **params}
    [found] = unchecked(live).simulate_principal_policy(**asked)["EvaluationResults"]
    return dict(found)


def sources(found: dict[str, Any]) -> list[str]:
    return [one["SourcePolicyId"] for one in found["MatchedStatements"]]


def test_a_user_with_groups_and_a_boundary(live: Live) -> None:
    """Inline and managed policies of its own and of its groups, by the names that AWS gives them
    (recording A [O]); what is given replaces the boundary (8.3); a change counts at once."""
    iam = live.client("iam")
    name, _ = live.user(Path="/team/")
    arn = f"{HEAD}user/team/{name}"
    group = f"group-of-{name}"
    iam.create_group(GroupName=group)
    everything = document(allow("s3:GetObject"))
    made = iam.create_policy(PolicyName=f"made-{name}", Path="/p/", PolicyDocument=everything)
    iam.put_group_policy(GroupName=group, PolicyName="of-group", PolicyDocument=everything)
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    assert principal(live, arn)["EvalDecision"] == I
    iam.add_user_to_group(GroupName=group, UserName=name)
    assert sources(principal(live, arn)) == [f"group_{group}_of-group", f"made-{name}"]
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=everything)
    iam.attach_user_policy(
        UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    )
    names = [
        f"user_{name}_own",
        f"group_{group}_of-group",
        "AmazonS3ReadOnlyAccess",
        f"made-{name}",
    ]
    found = principal(live, arn)
    assert sources(found) == names
    assert {one["SourcePolicyType"] for one in found["MatchedStatements"]} == {"IAM Policy"}
    # The path may be wrong [O], and so may the letter case (8.1 [O]).
    assert sources(principal(live, f"{HEAD}user/other/{name.upper()}")) == names
    assert sources(principal(live, arn, PolicyInputList=[everything])) == [
        *names, "PolicyInputList.1"
    ]  # fmt: skip
    assert sources(principal(live, f"{HEAD}group/{group}")) == names[1:2] + names[3:]

    iam.put_user_permissions_boundary(
        UserName=name, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    )
    bounded = principal(live, arn)
    assert bounded["EvalDecision"] == I
    assert bounded["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    other = principal(live, arn, PermissionsBoundaryPolicyInputList=[everything])
    assert other["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert other["EvalDecision"] == A
    excluded = principal(live, arn, PolicyExclusionList=[{"PolicyType": "permission-boundary"}])
    assert "PermissionsBoundaryDecisionDetail" not in excluded

    managed = {"PolicyArn": made["Policy"]["Arn"].replace("/p/", "/")}
    free = {"PolicyType": "permission-boundary"}
    inline = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": f"{name[:3]}*"}
    for leaves_out, left in (
        ({"PolicyType": "inline"}, names[2:]),
        ({"PolicyType": "aws-managed"}, [*names[:2], names[3]]),
        ({"PolicyType": "user-managed"}, names[:3]),
        ({"PolicyType": "rcp"}, names),
        ({"PolicyType": "scp"}, names),
        (managed, names[:3]),
        ({"PolicyArn": "arn:aws:iam::aws:policy/Amazon??ReadOnly*"}, [*names[:2], names[3]]),
        ({"PolicyArn": f"{HEAD}policy/nobody"}, names),
        ({"InlinePolicyIdentifier": inline}, names[1:]),
        ({"InlinePolicyIdentifier": {**inline, "AttachmentType": "group"}}, names),
    ):
        found = principal(live, arn, PolicyExclusionList=[leaves_out, free])
        assert sources(found) == left, leaves_out


def test_a_role(live: Live) -> None:
    """Its trust policy has no part in it."""
    name = live.role(allow("s3:*"))
    found = principal(live, f"{HEAD}role/{name}")
    assert (found["EvalDecision"], sources(found)) == (A, [f"role_{name}_own"])
    [one] = found["MatchedStatements"]
    assert one["StartPosition"] == {"Line": 1, "Column": 41}
    # It calls as itself unless told otherwise [M].
    arn = f"{HEAD}role/{name}"
    policy = shared({"AWS": arn})
    asked = {"ActionNames": ["sqs:SendMessage"], "ResourceArns": [QUEUE], "ResourcePolicy": policy}
    assert principal(live, arn, **asked)["EvalDecision"] == A
    assert principal(live, arn, **asked, CallerArn=ANN)["EvalDecision"] == I


def test_the_decision_is_the_one_that_is_enforced(live: Live) -> None:
    """Before and after each change: the simulator and the call itself agree."""
    name, keys = live.user()
    iam, arn = live.client("iam"), f"{HEAD}user/{name}"
    for policy in (
        document(allow("s3:ListAllMyBuckets")),
        document(allow("s3:*"), deny("s3:List*")),
        document(allow("ec2:*")),
    ):
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
        found = principal(live, arn, ActionNames=["s3:ListAllMyBuckets"])
        try:
            live.client("s3", keys).list_buckets()
            assert found["EvalDecision"] == A
        except ClientError as error:
            told = "explicit deny" in error.response["Error"]["Message"]
            assert found["EvalDecision"] == (E if told else I)


@pytest.mark.parametrize(
    ("arn", "code", "text"),
    [
        # newrelic/newrelic-lambda-cli issue 96
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "InvalidInput",
         f"Invalid Entity Arn: arn:aws:sts::{ACCOUNT}:assumed-role/r/s does not clearly define"
         " entity type and name."),
        (f"{HEAD}root", "InvalidInput", "does not clearly define entity type and name."),
        (f"{HEAD}policy/pp", "InvalidInput", "does not clearly define entity type and name."),
        (f"arn:aws:iam::{FAR}:user/ann", "AccessDenied", "not authorized to perform: iam:"),
        (f"{HEAD}user/nobody-here", "NoSuchEntity",
         "The user with name nobody-here cannot be found."),
        (f"{HEAD}role/p/nobody", "NoSuchEntity", "The role with name nobody cannot be found."),
        (f"{HEAD}group/nobody", "NoSuchEntity", "The group with name nobody cannot be found."),
        ("arn:aws:iam::", "ValidationError", "greater than or equal to 20"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["simulate", "keys"])
def test_no_such_principal(live: Live, operation: str, arn: str, code: str, text: str) -> None:
    iam = unchecked(live)
    if operation == "keys":
        found = refused(iam.get_context_keys_for_principal_policy, PolicySourceArn=arn)
    else:
        found = refused(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["s3:A"])
    assert (found[0], text in found[1]) == (code, True), found


@pytest.mark.parametrize(
    "excluded",
    [
        {"PolicyType": "inline", "PolicyArn": f"{HEAD}policy/p"},
        {"PolicyType": "all"},
        {"PolicyArn": f"{HEAD}user/somebody"},
        {"PolicyArn": "arn:aws:iam::*:policy/something"},
        {"PolicyArn": f"{HEAD}policy/a*b*"},
        {"InlinePolicyIdentifier": {"PolicyName": "p", "AttachmentType": "user",
                                    "AttachmentName": "*"}},
        {"InlinePolicyIdentifier": {"PolicyName": "p", "AttachmentType": "team",
                                    "AttachmentName": "a"}},
        {"InlinePolicyIdentifier": {"PolicyName": "p"}},
    ],
)  # fmt: skip
def test_exclusions_that_are_none(live: Live, excluded: dict[str, Any]) -> None:
    """[M]; a bare `*` fails the pattern of a name (recording A [O])."""
    name = live.role(allow("s3:*"))
    iam = unchecked(live)
    code, _ = refused(
        iam.simulate_principal_policy, PolicySourceArn=f"{HEAD}role/{name}",
        ActionNames=["s3:A"], PolicyExclusionList=[{"PolicyType": "scp"}, excluded],
    )  # fmt: skip
    assert code in ("InvalidInput", "ValidationError")


# --- context keys -------------------------------------------------------------------------------


def test_context_keys(live: Live) -> None:
    """Keys of conditions and variables; in a document of 2008 `${` is text (1.2 [O]); statements
    may be incomplete (recording A [O])."""
    iam = live.client("iam")
    old = json.dumps({"Version": "2008-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}",
         "Condition": {"StringLike": {"s3:prefix": "${aws:userid}"}}}]})  # fmt: skip
    new = old.replace("2008", "2012").replace("s3:prefix", "S3:Prefix")

    def keys(*texts: str) -> list[str]:
        found = iam.get_context_keys_for_custom_policy(PolicyInputList=list(texts))
        return list(found["ContextKeyNames"])

    assert keys(old) == ["s3:prefix"]
    assert keys(new) == ["S3:Prefix", "aws:userid", "aws:username"]
    assert keys(old, new) == ["aws:userid", "aws:username", "s3:prefix"]
    assert keys(GET) == []
    assert keys('{"Statement": {"Effect": "Allow", "Condition": {"Bool": {"aws:a": "true"}}}}') == [
        "aws:a"
    ]
    code, message = refused(iam.get_context_keys_for_custom_policy, PolicyInputList=[GET, "{"])
    assert code == "InvalidInput"
    assert message.startswith("Policy input list item 2 has invalid content: line 1, column 2")
    assert refused(iam.get_context_keys_for_custom_policy, PolicyInputList=[])[0] == "InvalidInput"


def test_context_keys_of_a_principal(live: Live) -> None:
    """Of what hangs on it, its groups and its boundary, and of what is given [M]."""
    iam = live.client("iam")
    name, _ = live.user(when("Bool", "aws:SecureTransport", "true"))
    group = f"group-of-{name}"
    iam.create_group(GroupName=group)
    iam.put_group_policy(
        GroupName=group, PolicyName="p",
        PolicyDocument=document(when("StringEquals", "aws:SourceVpc", "v")),
    )  # fmt: skip
    iam.add_user_to_group(GroupName=group, UserName=name)
    made = iam.create_policy(
        PolicyName=f"bound-{name}",
        PolicyDocument=document(when("StringEquals", "aws:RequestedRegion", "eu-west-1")),
    )
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=made["Policy"]["Arn"])
    more = document(when("StringEquals", "s3:prefix", "p"))
    found = iam.get_context_keys_for_principal_policy(
        PolicySourceArn=f"{HEAD}user/{name}", PolicyInputList=[more]
    )
    wanted = ["aws:RequestedRegion", "aws:SecureTransport", "aws:SourceVpc", "s3:prefix"]
    assert found["ContextKeyNames"] == wanted
    found = iam.get_context_keys_for_principal_policy(PolicySourceArn=f"{HEAD}group/{group}")
    assert found["ContextKeyNames"] == ["aws:SourceVpc"]


# --- who may ask --------------------------------------------------------------------------------


def test_who_may_ask(live: Live) -> None:
    """The operations need permissions like any other; whom they ask about is the resource."""
    name, keys = live.user()
    arn, other = f"{HEAD}user/{name}", live.role()
    mine = live.client("iam", keys)
    text = "not authorized to perform: iam:SimulatePrincipalPolicy on resource: "
    code, message = refused(
        mine.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["s3:A"]
    )
    assert (code, text + arn in message) == ("AccessDenied", True), message
    live.client("iam").put_user_policy(
        UserName=name, PolicyName="p",
        PolicyDocument=document(allow("iam:SimulatePrincipalPolicy", resource=arn)),
    )  # fmt: skip
    mine.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:A"])
    for call, params in (
        (mine.simulate_principal_policy, {"PolicySourceArn": f"{HEAD}role/{other}", "ActionNames": ["s3:A"]}),
        (mine.simulate_custom_policy, {"PolicyInputList": [GET], "ActionNames": ["s3:A"]}),
        (mine.get_context_keys_for_custom_policy, {"PolicyInputList": [GET]}),
        (mine.get_context_keys_for_principal_policy, {"PolicySourceArn": arn}),
    ):  # fmt: skip
        assert refused(call, **params)[0] == "AccessDenied"


def test_service_control_policies_of_the_live_account(live: Live) -> None:
    """A member account's SCPs are asked, level by level, and may be left out [M]."""
    org = live.client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    made = org.create_account(Email="dev@example.com", AccountName="dev")["CreateAccountStatus"]
    member = made["AccountId"]
    inside = live.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", RoleSessionName="admin"
    )["Credentials"]
    keys = Keys(inside["AccessKeyId"], inside["SecretAccessKey"], inside["SessionToken"])
    iam, arn = live.client("iam", keys), f"arn:aws:iam::{member}:user/theirs"
    iam.create_user(UserName="theirs")
    policy = document(allow("s3:*"))
    iam.put_user_policy(UserName="theirs", PolicyName="p", PolicyDocument=policy)

    def said(**more: Any) -> tuple[str, bool | None]:
        asked = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], **more}
        [found] = iam.simulate_principal_policy(**asked)["EvaluationResults"]
        detail = found.get("OrganizationsDecisionDetail", {})
        return found["EvalDecision"], detail.get("AllowedByOrganizations")

    assert said() == (A, True)
    scp = org.create_policy(Name="no-s3", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(deny("s3:*")))["Policy"]["PolicySummary"]  # fmt: skip
    org.attach_policy(PolicyId=scp["Id"], TargetId=root)
    assert said() == (E, False)
    assert said(PolicyExclusionList=[{"PolicyType": "scp"}]) == (A, None)
    # The management account is not bound (4.6).
    mine = f"{HEAD}role/{live.role(allow('s3:*'))}"
    assert principal(live, mine)["EvalDecision"] == A
