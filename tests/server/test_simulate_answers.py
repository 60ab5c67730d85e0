"""What an answer of SimulateCustomPolicy tells, and its pages.

Sources: facts/iam.md 2.2, 8.1 and 8.3; botocore's IAM model [M]; recording A's published notes on
simulation [O]; public issues where named.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, Live, allow, deny, document
from tests.server.simulating import (
    ANN,
    FAR_QUEUE,
    GET,
    KEY,
    NOTHING,
    QUEUE,
    SEND,
    A,
    I,
    custom,
    entry,
    sent,
    shared,
    when,
)


def test_a_whole_answer(live: Live) -> None:
    """One result for an action whatever the number of resources, with the strictest decision; each
    resource's own beside it [M]."""
    text = document(allow("s3:GetObject"), deny("s3:*", resource="arn:aws:s3:::b/secret/*"))
    secret = "arn:aws:s3:::b/secret/k"
    found = custom(live, PolicyInputList=[text], ResourceArns=[KEY, secret])
    end = text.index("}, {") + 1
    first = {
        "SourcePolicyId": "PolicyInputList.1",
        "SourcePolicyType": "IAM Policy",
        "StartPosition": {"Line": 1, "Column": text.index("[{") + 2},
        "EndPosition": {"Line": 1, "Column": end + 1},
    }
    second = first | {
        "StartPosition": {"Line": 1, "Column": end + 1},
        "EndPosition": {"Line": 1, "Column": len(text) - 1},
    }
    assert found == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
        "EvalDecision": "explicitDeny",
        "MatchedStatements": [second],
        "MissingContextValues": [],
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [
            {
                "EvalResourceName": KEY,
                "EvalResourceDecision": "allowed",
                "MatchedStatements": [first],
                "MissingContextValues": [],
            },
            {
                "EvalResourceName": secret,
                "EvalResourceDecision": "explicitDeny",
                "MatchedStatements": [second],
                "MissingContextValues": [],
            },
        ],
    }


# Published answers: the AWS CLI's example of simulate-principal-policy (19 to 9:10), listings of
# AdministratorAccess in public notes (3:17 to 8:6) and of AmazonS3ReadOnlyAccess with tabs.
PLACES: list[tuple[str, str, list[list[int]]]] = [
    ("four spaces",
     '{\n    "Version": "2012-10-17",\n    "Statement": [\n        {\n            "Effect": "Allow",\n'
     '            "Action": "s3:*",\n            "Resource": "*",\n            "Sid": "A"\n        }\n    ]\n}',
     [[3, 19, 9, 10]]),
    ("two spaces",
     '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow",\n      "Action": "*",\n'
     '      "Resource": "*"\n    }\n  ]\n}', [[3, 17, 8, 6]]),
    ("tabs",
     '{\n\t"Version": "2012-10-17",\n\t"Statement": [\n\t\t{\n\t\t\t"Effect": "Allow",\n\t\t\t"Action": "*",\n'
     '\t\t\t"Resource": "*"\n\t\t}\n\t]\n}', [[3, 16, 8, 4]]),
    ("one line", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
     [[1, 38, 1, 84]]),
    ("one statement, no list [O]",
     '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
     [[1, 38, 1, 83]]),
    ("two statements: the second begins behind the first [O]",
     '{"Statement": [\n  {"Effect":"Allow","Action":"*","Resource":"*"},\n'
     '  {"Effect":"Allow","Action":"s3:*","Resource":"*"}\n]}', [[1, 16, 2, 49], [2, 49, 3, 52]]),
    ("Windows' line ends",
     '{"Statement": [\r\n{"Effect":"Allow","Action":"*","Resource":"*"}\r\n]}', [[1, 16, 2, 47]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places"), [row[1:] for row in PLACES],
                         ids=[row[0] for row in PLACES])  # fmt: skip
def test_where_statements_stand(live: Live, text: str, places: list[list[int]]) -> None:
    matched = custom(live, PolicyInputList=[text])["MatchedStatements"]
    found = [
        [one[end][part] for end in ("StartPosition", "EndPosition") for part in ("Line", "Column")]
        for one in matched
    ]
    assert found == places


def test_who_matched(live: Live) -> None:
    """Identity policies and resource policies by what they are called in the call; a boundary only
    where it denies (recording A [O]); SCPs never [M]."""

    def said(**params: Any) -> list[tuple[str, str]]:
        matched = custom(live, **sent(**params))["MatchedStatements"]
        return [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in matched]

    both = {"PolicyInputList": [NOTHING, SEND], "ResourcePolicy": shared({"AWS": ANN})}
    everything = document(allow("*"))
    assert sorted(said(**both)) == [
        ("PolicyInputList.2", "IAM Policy"),
        ("ResourcePolicy", "Resource Policy"),
    ]
    # Only the resource's: its Allow is enough, the identity side is silent.
    assert said(ResourcePolicy=shared({"AWS": ACCOUNT})) == [("ResourcePolicy", "Resource Policy")]
    bounded = {**both, "PermissionsBoundaryPolicyInputList": [everything]}
    assert len(said(**bounded)) == 2
    bounded["PermissionsBoundaryPolicyInputList"] = [document(allow("*"), deny("sqs:*"))]
    assert said(**bounded) == [
        ("PermissionsBoundaryPolicyInputList.1", "Permissions Boundary Policy")
    ]
    levels = [{"ServiceControlPolicyInputList": [document(allow("*"), deny("sqs:*"))]}]
    assert said(**both, OrderedOrganizationPolicyInputList=levels) == []
    levels = [{"ServiceControlPolicyInputList": [everything]}]
    assert len(said(**both, OrderedOrganizationPolicyInputList=levels)) == 2
    # No Allow that did not decide.
    assert said(PolicyInputList=[SEND], PermissionsBoundaryPolicyInputList=[NOTHING]) == []


@pytest.mark.parametrize(
    ("policy", "details", "decision"),
    [
        ({"AWS": ANN}, {"IAM Policy": A, "Resource Policy": A}, A),
        ({"AWS": f"{HEAD}user/bob"}, {"IAM Policy": A, "Resource Policy": I}, I),
    ],
)
def test_details_between_accounts(
    live: Live, policy: Any, details: dict[str, str], decision: str
) -> None:
    """What each kind of policy says, in two accounts only [M]; its keys as on the wire (8.3 [O])."""
    asked = sent(
        PolicyInputList=[SEND],
        ResourceArns=[FAR_QUEUE],
        ResourcePolicy=shared(policy, resource=FAR_QUEUE),
    )
    found = custom(live, **asked)
    assert (found["EvalDecisionDetails"], found["EvalDecision"]) == (details, decision)
    [specific] = found["ResourceSpecificResults"]
    assert specific["EvalDecisionDetails"] == details
    bounded = custom(live, **asked, PermissionsBoundaryPolicyInputList=[NOTHING])
    assert bounded["EvalDecisionDetails"] == details | {"Permissions Boundary Policy": I}
    assert bounded["EvalDecision"] == I


def test_details_in_one_account(live: Live) -> None:
    """There and empty where resources are named, absent where they are not [M]."""
    assert custom(live, ResourceArns=[KEY])["EvalDecisionDetails"] == {}
    assert "EvalDecisionDetails" not in custom(live)
    found = custom(live, ResourceArns=[KEY])["ResourceSpecificResults"][0]
    assert "EvalDecisionDetails" not in found


def test_boundaries_and_organizations_are_told_where_there_are_some(live: Live) -> None:
    plain = custom(live, PolicyInputList=[GET], ResourceArns=[KEY])
    told = {"PermissionsBoundaryDecisionDetail", "OrganizationsDecisionDetail"}
    assert not told & plain.keys()
    for boundary, allowed in ((GET, True), (NOTHING, False), (document(deny("s3:*")), False)):
        found = custom(live, ResourceArns=[KEY], PermissionsBoundaryPolicyInputList=[boundary])
        detail = {"AllowedByPermissionsBoundary": allowed}
        assert found["PermissionsBoundaryDecisionDetail"] == detail
        [specific] = found["ResourceSpecificResults"]
        assert specific["PermissionsBoundaryDecisionDetail"] == detail
    for scp, allowed in ((GET, True), (NOTHING, False)):
        levels = [{"ServiceControlPolicyInputList": [scp]}]
        found = custom(live, ResourceArns=[KEY], OrderedOrganizationPolicyInputList=levels)
        assert found["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": allowed}
    # Where an SCP denies, the simulation ends [M].
    asked: dict[str, Any] = {
        "OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [NOTHING]}],
        "PermissionsBoundaryPolicyInputList": [GET],
        "PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))],
    }
    found = custom(live, **asked)
    assert "PermissionsBoundaryDecisionDetail" not in found
    assert found["MissingContextValues"] == []


def test_missing_keys(live: Live) -> None:
    """Those of all statements, also about other actions (boto/boto3 issue 3111), of variables too,
    when the answer is an implicit deny; not what the simulator filled in by itself (recording A
    [O]); none of SCPs (aws/aws-cli issue 10525)."""
    text = document(
        allow("s3:ListBucket", Condition={"StringLike": {"aws:PrincipalTag/team": "s3"}}),
        allow("s3:GetObject", resource="arn:aws:s3:::b/${aws:username}"),
        when("StringEquals", "aws:SourceVpc", "${aws:SourceVpce}"),
        when("StringEquals", "AWS:sourcevpc", "v"),
    )
    wanted = ["aws:PrincipalTag/team", "aws:SourceVpc", "aws:SourceVpce", "aws:username"]
    assert custom(live, PolicyInputList=[text])["MissingContextValues"] == wanted
    by_caller = custom(live, PolicyInputList=[text], CallerArn=ANN)
    assert by_caller["MissingContextValues"] == wanted
    found = custom(
        live,
        PolicyInputList=[text],
        PermissionsBoundaryPolicyInputList=[document(when("Bool", "aws:SecureTransport", "true"))],
        ContextEntries=[entry("AWS:SOURCEVPC", "v")],
        ResourceArns=[KEY, f"{KEY}2"],
        OrderedOrganizationPolicyInputList=[
            {"ServiceControlPolicyInputList": [
                document(when("StringNotEquals", "aws:RequestedRegion", "x"))]}
        ],
    )  # fmt: skip
    wanted = ["aws:PrincipalTag/team", "aws:SecureTransport", "aws:SourceVpce", "aws:username"]
    assert found["MissingContextValues"] == wanted
    assert [one["MissingContextValues"] for one in found["ResourceSpecificResults"]] == [wanted] * 2
    allowed = custom(live, PolicyInputList=[text, document(allow("s3:GetObject"))])
    assert allowed["MissingContextValues"] == []
    denied = custom(live, PolicyInputList=[text, document(deny("s3:GetObject"))])
    assert denied["MissingContextValues"] == []


@pytest.mark.parametrize(
    ("action", "resources", "name"),
    [
        ("s3:GetObject", None, "*"),
        ("s3:GetObject", ["*"], "*"),
        ("s3:GetObject", [KEY], KEY),
        ("s3:ListAllMyBuckets", [KEY, "arn:aws:s3:::c"], "*"),
        ("sqs:SendMessage", [QUEUE, FAR_QUEUE],
         "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"),
        ("xx:Yy", [KEY, QUEUE], "*"),
        ("sqs:SendMessage", [QUEUE, KEY], None),
    ],
)  # fmt: skip
def test_the_name_of_the_resource(
    live: Live, action: str, resources: list[str] | None, name: str | None
) -> None:
    """A single one as it is; of several the form of their type [M]; none where that is not told."""
    more = {} if resources is None else {"ResourceArns": resources}
    found = custom(live, ActionNames=[action], **more)
    assert found.get("EvalResourceName") == name
    assert ("ResourceSpecificResults" in found) is (resources not in (None, ["*"]))


@pytest.mark.parametrize(
    "option",
    [
        "EC2-VPC-InstanceStore",
        "EC2-VPC-InstanceStore-Subnet",
        "EC2-VPC-EBS",
        "EC2-VPC-EBS-Subnet",
        "EC2-Classic-EBS",
    ],
)
def test_a_handling_option_changes_no_decision(live: Live, option: str) -> None:
    """AWS takes incomplete sets of resources too, and names beyond its page (8.3; recording A)."""
    arns = [f"arn:aws:ec2:us-east-1:{ACCOUNT}:{kind}" for kind in ("instance/*", "subnet/s-1")]
    asked = {
        "PolicyInputList": [document(allow("ec2:RunInstances", resource=arns[0]))],
        "ActionNames": ["ec2:RunInstances"],
        "ResourceArns": arns,
    }
    assert custom(live, **asked, ResourceHandlingOption=option) == custom(live, **asked)


# --- pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 1, 2, 3, 7, 1000])
def test_pages_count_actions(live: Live, size: int | None) -> None:
    """Paging counts actions, in their order, duplicates too (8.3 [O]); 100 in a page unless told."""
    actions = [f"s3:A{number}" for number in range(6)] + ["s3:A0"]
    pages = live.client("iam").get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[GET], ActionNames=actions, ResourceArns=[KEY, f"{KEY}2"],
        PaginationConfig={} if size is None else {"PageSize": size},
    )  # fmt: skip
    found = [page for page in pages if page["EvaluationResults"]]
    names = [one["EvalActionName"] for page in found for one in page["EvaluationResults"]]
    assert names == actions
    assert len(found) == -(-len(actions) // (size or 100))
    assert [page["IsTruncated"] for page in found] == [True] * (len(found) - 1) + [False]
    assert ["Marker" in page for page in found] == [page["IsTruncated"] for page in found]


def test_a_hundred_in_a_page(live: Live) -> None:
    actions = [f"s3:A{number}" for number in range(101)]
    iam = live.client("iam")
    first = iam.simulate_custom_policy(PolicyInputList=[], ActionNames=actions)
    assert (len(first["EvaluationResults"]), first["IsTruncated"]) == (100, True)
    # A marker goes on by number, whatever is asked for then (recording A [O]).
    rest = iam.simulate_custom_policy(
        PolicyInputList=[GET], ActionNames=actions[::-1], Marker=first["Marker"], MaxItems=5
    )
    assert [one["EvalActionName"] for one in rest["EvaluationResults"]] == ["s3:A0"]
    assert rest["IsTruncated"] is False
    beyond = iam.simulate_custom_policy(
        PolicyInputList=[], ActionNames=["s3:A0"], Marker=first["Marker"]
    )
    assert (beyond["EvaluationResults"], beyond["IsTruncated"]) == ([], False)


def test_many_resources_make_a_page_short(live: Live) -> None:
    """IAM might return fewer results, even when there are more [M]."""
    arns = [f"{KEY}{number}" for number in range(1_000)]
    found = live.client("iam").simulate_custom_policy(
        PolicyInputList=[GET], ActionNames=["s3:GetObject"] * 9, ResourceArns=arns
    )
    assert found["IsTruncated"] is True and len(found["EvaluationResults"]) == 5
