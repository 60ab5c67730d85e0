"""The Simulate APIs through boto3: every input and every output, against a running server.

Sources: facts/iam.md 2.2, 8.1 and 8.3; botocore's IAM model [M]; recording A's published notes on
simulation [O]; public issues where named.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.server.live import ACCOUNT, HEAD, Live, allow, deny, document, refused

FAR = "444455556666"
ANN = f"{HEAD}user/ann"
KEY = "arn:aws:s3:::b/k"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
FAR_QUEUE = f"arn:aws:sqs:us-east-1:{FAR}:q"
GET = document(allow("s3:GetObject", resource="arn:aws:s3:::b/*"))
SEND = document(allow("sqs:SendMessage"))
NOTHING = document(allow("ec2:DescribeInstances"))


def when(operator: str, key: str, *values: str, effect: str = "Allow") -> dict[str, Any]:
    statement = allow("s3:GetObject", Condition={operator: {key: list(values)}})
    return {**statement, "Effect": effect}


def entry(key: str, *values: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": list(values), "ContextKeyType": kind}


def custom(live: Live, **params: Any) -> dict[str, Any]:
    """The one result of a call."""
    asked = {"PolicyInputList": [], "ActionNames": ["s3:GetObject"], **params}
    [found] = live.client("iam").simulate_custom_policy(**asked)["EvaluationResults"]
    return dict(found)


def shared(principal: Any, *, effect: str = "Allow", resource: str = QUEUE) -> str:
    statement = {**allow("sqs:SendMessage", resource=resource), "Principal": principal}
    return document({**statement, "Effect": effect})


def sent(**more: Any) -> dict[str, Any]:
    """Somebody sends a message to a queue of the account."""
    return {"ActionNames": ["sqs:SendMessage"], "ResourceArns": [QUEUE], "CallerArn": ANN, **more}


A, E, I = "allowed", "explicitDeny", "implicitDeny"  # noqa: E741  the three decisions, as a table
Row = tuple[str, dict[str, Any], str]

DECISIONS: list[Row] = [
    # --- policies, resources, actions (8.3)
    ("no policy at all [O]", {}, I),
    ("nothing that allows", {"PolicyInputList": [NOTHING]}, I),
    ("an Allow", {"PolicyInputList": [GET], "ResourceArns": [KEY]}, A),
    ("an Allow in the second policy", {"PolicyInputList": [NOTHING, GET], "ResourceArns": [KEY]}, A),
    ("`*` is what is asked for, no wildcard", {"PolicyInputList": [GET]}, I),
    ("an Allow for everything", {"PolicyInputList": [document(allow("s3:*"))]}, A),
    ("a Deny wins", {"PolicyInputList": [document(allow("s3:*")), document(deny("s3:Get*"))]}, E),
    ("odd names are taken literally [O]",
     {"PolicyInputList": [document(allow("s3:Get*"))], "ActionNames": ["s3:Get*"]}, A),
    ("... and are no wildcards [O]",
     {"PolicyInputList": [document(allow("s3:GetObject"))], "ActionNames": ["s3:Get*"]}, I),
    ("an action that AWS has not [O]",
     {"PolicyInputList": [document(allow("xx:*"))], "ActionNames": ["xx:Yy"]}, A),
    ("letter case of actions (1.4)",
     {"PolicyInputList": [document(allow("S3:gETobject"))]}, A),
    ("a key without its policy: what was given decides [M]",
     {"PolicyInputList": [document(allow("kms:Decrypt"))], "ActionNames": ["kms:Decrypt"],
      "ResourceArns": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"]}, A),
    ("a role without its trust policy [M]",
     {"PolicyInputList": [document(allow("sts:AssumeRole"))], "ActionNames": ["sts:AssumeRole"],
      "ResourceArns": [f"{HEAD}role/r"]}, A),
    ("another account's resource without its policy [M]",
     {"PolicyInputList": [SEND], "ActionNames": ["sqs:SendMessage"],
      "ResourceArns": [FAR_QUEUE]}, A),
    # --- boundaries (4.8)
    ("a boundary that allows",
     {"PolicyInputList": [document(allow("s3:*"))], "PermissionsBoundaryPolicyInputList": [GET],
      "ResourceArns": [KEY]}, A),
    ("a boundary that is silent",
     {"PolicyInputList": [document(allow("s3:*"))],
      "PermissionsBoundaryPolicyInputList": [NOTHING]}, I),
    ("a boundary that denies",
     {"PolicyInputList": [document(allow("s3:*"))],
      "PermissionsBoundaryPolicyInputList": [document(allow("*"), deny("s3:*"))]}, E),
    ("a boundary grants nothing", {"PermissionsBoundaryPolicyInputList": [GET]}, I),
    # --- SCPs (4.6, [M])
    ("every level allows", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"))]},
            {"ServiceControlPolicyInputList": [NOTHING, document(allow("s3:*"))]},
        ]}, A),
    ("a level is silent", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"))]},
            {"ServiceControlPolicyInputList": [NOTHING]},
        ]}, I),
    ("a level denies", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"), deny("s3:*"))]},
        ]}, E),
    ("where SCPs are silent nobody else is asked [M]", {
        "PolicyInputList": [document(deny("s3:*"))],
        "OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [NOTHING]}]}, I),
    # --- resource policies (4.4, 4.5, 8.3)
    ("it names the user", sent(ResourcePolicy=shared({"AWS": ANN})), A),
    ("it names another", sent(ResourcePolicy=shared({"AWS": f"{HEAD}user/bob"})), I),
    ("it names everybody", sent(ResourcePolicy=shared("*")), A),
    ("it names the account: enough for the simulator [O]",
     sent(ResourcePolicy=shared({"AWS": ACCOUNT})), A),
    ("... in spite of a boundary that is silent [O]",
     sent(ResourcePolicy=shared({"AWS": f"{HEAD}root"}),
          PermissionsBoundaryPolicyInputList=[NOTHING]), A),
    ("... not of one that denies [O]",
     sent(ResourcePolicy=shared({"AWS": f"{HEAD}root"}),
          PermissionsBoundaryPolicyInputList=[document(allow("*"), deny("sqs:*"))]), E),
    ("its Deny wins",
     sent(ResourcePolicy=shared("*", effect="Deny"), PolicyInputList=[SEND]), E),
    ("it is about another resource",
     sent(ResourcePolicy=shared("*", resource=f"{QUEUE}2")), I),
    ("a role calls [O]",
     sent(CallerArn=f"{HEAD}role/p/r", ResourcePolicy=shared({"AWS": f"{HEAD}role/p/r"})), A),
    ("a group calls: no policy can name it (1.5)",
     sent(CallerArn=f"{HEAD}group/g", ResourcePolicy=shared({"AWS": f"{HEAD}user/g"})), I),
    ("... but its account can [O]",
     sent(CallerArn=f"{HEAD}group/g", ResourcePolicy=shared({"AWS": ACCOUNT})), A),
    ("between accounts both must allow: only there",
     sent(ResourceArns=[FAR_QUEUE], ResourcePolicy=shared({"AWS": ANN}, resource=FAR_QUEUE)), I),
    ("... only here",
     sent(ResourceArns=[FAR_QUEUE], PolicyInputList=[SEND],
          ResourcePolicy=shared({"AWS": f"{HEAD}user/bob"}, resource=FAR_QUEUE)), I),
    ("... both",
     sent(ResourceArns=[FAR_QUEUE], PolicyInputList=[SEND],
          ResourcePolicy=shared({"AWS": ANN}, resource=FAR_QUEUE)), A),
    ("the owner of a bucket is told [M]", {
        "ResourceArns": [KEY], "CallerArn": ANN, "ResourceOwner": f"arn:aws:iam::{FAR}:root",
        "ResourcePolicy": document({**allow("s3:GetObject", resource="arn:aws:s3:::b/*"),
                                    "Principal": {"AWS": ANN}})}, I),
    ("... else it is the caller's account [M]", {
        "ResourceArns": [KEY], "CallerArn": ANN,
        "ResourcePolicy": document({**allow("s3:GetObject", resource="arn:aws:s3:::b/*"),
                                    "Principal": {"AWS": ANN}})}, A),
    # --- context, of every type (2.2 to 2.5, 8.3)
    ("string", {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))],
                "ContextEntries": [entry("aws:SourceVpc", "v")]}, A),
    ("the letter case of a key (1.4)",
     {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))],
      "ContextEntries": [entry("AWS:sourcevpc", "v")]}, A),
    ("an absent key", {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))]}, I),
    ("an absent key under a negated operator",
     {"PolicyInputList": [document(when("StringNotEquals", "aws:SourceVpc", "v"))]}, A),
    ("stringList", {
        "PolicyInputList": [document(when("ForAnyValue:StringEquals", "aws:TagKeys", "team"))],
        "ContextEntries": [entry("aws:TagKeys", "env", "team", kind="stringList")]}, A),
    ("a list of one is a list [O]", {
        "PolicyInputList": [document(when("StringEquals", "s3:prefix", "p"))],
        "ContextEntries": [entry("s3:prefix", "p", kind="stringList")]}, I),
    ("numeric", {"PolicyInputList": [document(when("NumericLessThan", "s3:max-keys", "10"))],
                 "ContextEntries": [entry("s3:max-keys", "9", kind="numeric")]}, A),
    ("numericList", {
        "PolicyInputList": [document(when("ForAllValues:NumericLessThan", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "9", "11", kind="numericList")]}, I),
    ("boolean, in any letter case (2.2 [O])", {
        "PolicyInputList": [document(when("Bool", "aws:SecureTransport", "true"))],
        "ContextEntries": [entry("aws:SecureTransport", "TRUE", kind="boolean")]}, A),
    ("a boolean is true or false", {
        "PolicyInputList": [document(when("StringEquals", "aws:SecureTransport", "false"))],
        "ContextEntries": [entry("aws:SecureTransport", "no", kind="boolean")]}, A),
    ("booleanList", {
        "PolicyInputList": [document(when("ForAnyValue:Bool", "aws:SecureTransport", "true"))],
        "ContextEntries": [entry("aws:SecureTransport", "false", "true", kind="booleanList")]}, A),
    ("ip", {"PolicyInputList": [document(when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))],
            "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, A),
    ("ipList", {
        "PolicyInputList": [document(when("ForAnyValue:IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", "10.1.1.1", kind="ipList")]}, A),
    ("an address stays text [O]", {
        "PolicyInputList": [document(when("StringEquals", "aws:SourceIp", "::ffff:10.0.0.1"))],
        "ContextEntries": [entry("aws:SourceIp", "::ffff:10.0.0.1", kind="ip")]}, A),
    ("date", {"PolicyInputList": [document(when("DateLessThan", "aws:CurrentTime", "2027-01-01"))],
              "ContextEntries": [entry("aws:CurrentTime", "2026-12-31T23:59:59Z", kind="date")]}, A),
    ("dateList", {
        "PolicyInputList": [document(when("ForAllValues:DateLessThan", "aws:CurrentTime", "2027"))],
        "ContextEntries": [entry("aws:CurrentTime", "2026", "2028", kind="dateList")]}, I),
    ("binary", {"PolicyInputList": [document(when("BinaryEquals", "xx:Token", "cmVtaXQ="))],
                "ContextEntries": [entry("xx:Token", "cmVtaXQ=", kind="binary")]}, A),
    ("binaryList", {
        "PolicyInputList": [document(when("ForAnyValue:BinaryEquals", "xx:Token", "cmVtaXQ="))],
        "ContextEntries": [entry("xx:Token", "YQ==", "cmVtaXQ=", kind="binaryList")]}, A),
    ("an empty text is there (2.5 [O])", {
        "PolicyInputList": [document(when("Null", "aws:SourceVpc", "false"))],
        "ContextEntries": [entry("aws:SourceVpc", "")]}, A),
    ("a variable (2.6)", {
        "PolicyInputList": [document(allow("s3:GetObject",
                                           resource="arn:aws:s3:::b/${aws:username}"))],
        "ResourceArns": ["arn:aws:s3:::b/ann"], "CallerArn": ANN}, A),
    # --- what the simulator fills in (8.3 [O])
    ("a caller's ARN", {"PolicyInputList": [document(when("ArnEquals", "aws:PrincipalArn", ANN))],
                        "CallerArn": ANN}, A),
    ("a caller's id is its ARN", {
        "PolicyInputList": [document(when("StringEquals", "aws:userid", ANN))],
        "CallerArn": ANN}, A),
    ("nobody's id", {"PolicyInputList": [document(
        when("StringEquals", "aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"))]}, A),
    ("nobody's account is that of whoever asks", {"PolicyInputList": [document(
        when("StringEquals", "aws:PrincipalAccount", ACCOUNT))]}, A),
    ("nobody has no ARN", {"PolicyInputList": [document(when("Null", "aws:PrincipalArn", "true"))]}, A),
    ("what is given goes before", {
        "PolicyInputList": [document(when("StringEquals", "aws:userid", "AIDA1"))],
        "CallerArn": ANN, "ContextEntries": [entry("aws:userid", "AIDA1")]}, A),
    # --- numbers and addresses that are none (2.2 [O]; recording A on IP conditions [O])
    ("text is no number: NumericNotEquals", {
        "PolicyInputList": [document(when("NumericNotEquals", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "ten")]}, I),
    ("... in a Deny", {
        "PolicyInputList": [document(allow("s3:*"),
                                     when("NumericNotEquals", "s3:max-keys", "10", effect="Deny"))],
        "ContextEntries": [entry("s3:max-keys", "ten")]}, A),
    ("... and numbers in a list still count", {
        "PolicyInputList": [document(
            when("ForAnyValue:NumericNotEquals", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "ten", "9", kind="stringList")]}, A),
    ("text is no date: DateNotEquals as live", {
        "PolicyInputList": [document(when("DateNotEquals", "aws:CurrentTime", "2027-01-01"))],
        "ContextEntries": [entry("aws:CurrentTime", "soon")]}, A),
    ("text is no address: NotIpAddress as live", {
        "PolicyInputList": [document(when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        "ContextEntries": [entry("aws:SourceIp", "here")]}, I),
    ("a network that is none ends the list: before it", {
        "PolicyInputList": [document(
            when("IpAddress", "aws:SourceIp", "10.0.0.0/8", "x", "203.0.113.0/24"))],
        "ContextEntries": [entry("aws:SourceIp", "10.1.1.1", kind="ip")]}, A),
    ("... after it", {
        "PolicyInputList": [document(
            when("IpAddress", "aws:SourceIp", "10.0.0.0/8", "x", "203.0.113.0/24"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, I),
    ("... and makes NotIpAddress false", {
        "PolicyInputList": [document(allow("s3:*"), when(
            "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "x", effect="Deny"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, A),
    ("... unless there is no address", {
        "PolicyInputList": [document(allow("s3:*"), when(
            "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "x", effect="Deny"))]}, E),
]  # fmt: skip


@pytest.mark.parametrize(("params", "decision"), [row[1:] for row in DECISIONS],
                         ids=[row[0] for row in DECISIONS])  # fmt: skip
def test_decisions(live: Live, params: dict[str, Any], decision: str) -> None:
    assert custom(live, **params)["EvalDecision"] == decision


# --- what an answer tells -----------------------------------------------------------------------


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
        found = custom(
            live, ResourceArns=[KEY], PermissionsBoundaryPolicyInputList=[boundary]
        )
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
    arns = [f"{KEY}{number}" for number in range(5_000)]
    found = live.client("iam").simulate_custom_policy(
        PolicyInputList=[GET], ActionNames=["s3:GetObject"] * 9, ResourceArns=arns
    )
    assert found["IsTruncated"] is True and len(found["EvaluationResults"]) == 4


# --- bad input ----------------------------------------------------------------------------------

BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # texts as others saw them: botocore 1346, amazon-ecs-exec-checker 35
    ("a resource that is no ARN", {"ResourceArns": ["14a050d4-021e"]}, "InvalidInput",
     "ResourceNames are not in a valid ARN format: 14a050d4-021e."),
    ("`*` among others", {"ResourceArns": [KEY, "*"]}, "InvalidInput",
     "ResourceNames are not in a valid ARN format: *."),
    ("an ARN without a resource", {"ResourceArns": ["arn:aws:s3:::"]}, "InvalidInput",
     "ResourceNames are not in a valid ARN format: arn:aws:s3:::."),
    ("a number as owner [O]", {"ResourceOwner": "123456789012"}, "InvalidInput",
     "'123456789012' is not a valid as a Resource Owner."),
    ("an owner that is no account", {"ResourceOwner": "arn:aws:iam::12:root"}, "InvalidInput",
     "'arn:aws:iam::12:root' is not a valid as a Resource Owner."),
    ("an action without a service", {"ActionNames": ["GetObject"]}, "InvalidInput",
     "The action is invalid since it is missing names"),
    ("a session as caller [M]", {"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"},
     "InvalidInput", "Invalid caller - Caller must be an IAM user, role or group in this context."),
    ("root as caller [M]", {"CallerArn": f"{HEAD}root"}, "InvalidInput",
     "Invalid caller - Caller must be an IAM user, role or group in this context."),
    ("a service as caller [M]", {"CallerArn": "lambda.amazonaws.com"}, "InvalidInput",
     "Invalid caller - Caller must be an IAM user, role or group in this context."),
    ("a resource policy without a caller [M]",
     {"ResourcePolicy": shared("*"), "ResourceArns": [QUEUE]}, "InvalidInput",
     "Invalid caller - Caller cannot be null or empty."),
    ("a resource policy without a resource [O]",
     {"ResourcePolicy": shared("*"), "CallerArn": ANN}, "InvalidInput",
     "Invalid Entity Arn: * does not clearly define entity type and name."),
    ("a resource policy for `*` [O]", sent(ResourcePolicy=shared("*", resource="*")),
     "InvalidInput", "ResourceNames are not in a valid ARN format: *."),
    ("two boundaries [M]", {"PermissionsBoundaryPolicyInputList": [GET, GET]}, "InvalidInput",
     "The list of Permissions Boundary policies cannot exceed 1 items."),
    ("a level without policies",
     {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [GET]}, {}]},
     "ValidationError", ""),
    ("eight levels [M]",
     {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [GET]}] * 8},
     "ValidationError", "'orderedOrganizationPolicyInputList' failed to satisfy constraint: Member"
     " must have length less than or equal to 7"),
    # policies
    ("broken JSON", {"PolicyInputList": [GET, '{"Statement": ['] }, "InvalidInput",
     "Policy input list item 2 has invalid content: line 1, column 16"),
    ("no object", {"PolicyInputList": ["[]"]}, "InvalidInput",
     "Policy input list item 1 has invalid content: line 1, column 1"),
    ("no statement", {"PolicyInputList": ['{"Version": "2012-10-17"}']}, "InvalidInput",
     "Policy input list item 1 has invalid content: line 1, column 1"),
    ("no effect", {"PolicyInputList": ['{"Statement": {"Action": "*", "Resource": "*"}}']},
     "InvalidInput", "Policy input list item 1 has invalid content: line 1, column 15"),
    ("a principal in an identity policy",
     {"PolicyInputList": [document({**allow("s3:*"), "Principal": "*"})]},
     "InvalidInput", "Policy input list item 1 has invalid content: line 1, column"),
    ("no principal in a resource policy", sent(ResourcePolicy=document(allow("*", resource=QUEUE))),
     "InvalidInput", "The resource policy has invalid content: line 1, column"),
    ("a broken boundary", {"PermissionsBoundaryPolicyInputList": ["{"]}, "InvalidInput",
     "The permissions boundary has invalid content: line 1, column 2"),
    ("a broken SCP",
     {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [GET, "x"]}]},
     "InvalidInput", "Organization policy 1, item 2 has invalid content: line 1, column 1"),
    ("deeply nested", {"PolicyInputList": ["[" * 100_000]}, "InvalidInput",
     "Policy input list item 1 has invalid content"),
    ("a character that IAM has not", {"PolicyInputList": [GET.replace("b/*", "\u20ac/*")]},
     "ValidationError", "'policyInputList.1.member' failed to satisfy constraint: Member must"
     " satisfy regular expression pattern"),
    ("too long a policy", {"PolicyInputList": [GET + " " * 131_072]}, "ValidationError",
     "Value at 'policyInputList.1.member' failed to satisfy constraint: Member must have length"
     " less than or equal to 131072"),
    # lengths and numbers (model; the form of the sentence 5.4 [O])
    ("no actions", {"ActionNames": []}, "ValidationError",
     "Value null at 'actionNames' failed to satisfy constraint: Member must not be null"),
    ("a short action", {"ActionNames": ["s:"]}, "ValidationError",
     "Value 's:' at 'actionNames.1.member' failed to satisfy constraint: Member must have length"
     " greater than or equal to 3"),
    ("a long action", {"ActionNames": ["s3:" + "A" * 126]}, "ValidationError",
     "Member must have length less than or equal to 128"),
    ("a long resource", {"ResourceArns": ["arn:aws:s3:::" + "b" * 2048]}, "ValidationError",
     "Member must have length less than or equal to 2048"),
    ("a page of none", {"MaxItems": 0}, "ValidationError",
     "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or"
     " equal to 1"),
    ("too long a page", {"MaxItems": 1001}, "ValidationError",
     "Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or"
     " equal to 1000"),
    ("a marker of nobody", {"Marker": "nobody's"}, "InvalidInput", "Invalid marker for pagination."),
    ("a marker of another operation", {"Marker": "U2ltdWxhdGVQcmluY2lwYWxQb2xpY3k6MQ=="},
     "InvalidInput", "Invalid marker for pagination."),
    ("a marker of no number", {"Marker": "U2ltdWxhdGVDdXN0b21Qb2xpY3k6eA=="}, "InvalidInput",
     "Invalid marker for pagination."),
    ("a marker with a strange letter", {"Marker": "\u00e9"}, "InvalidInput",
     "Invalid marker for pagination."),
    # context
    ("a short key", {"ContextEntries": [entry("a:b", "x")]}, "ValidationError",
     "'contextEntries.1.member.contextKeyName' failed to satisfy constraint: Member must have"
     " length greater than or equal to 5"),
    ("a key twice", {"ContextEntries": [entry("aws:a", "x"), entry("AWS:A", "y")]}, "InvalidInput",
     "Duplicate context key: AWS:A."),
    ("a type that is none", {"ContextEntries": [entry("aws:a", "x", kind="text")]},
     "ValidationError", "Member must satisfy enum value set: [string, stringList, numeric,"),
    ("no type", {"ContextEntries": [{"ContextKeyName": "aws:a", "ContextKeyValues": ["x"]}]},
     "InvalidInput", "Context key aws:a has invalid type null."),
    ("no name", {"ContextEntries": [{"ContextKeyType": "string", "ContextKeyValues": ["x"]}]},
     "InvalidInput", "ContextKeyName cannot be null or empty."),
    ("no values", {"ContextEntries": [entry("aws:a")]}, "InvalidInput",
     "Context values for context key aws:a cannot be null or empty."),
    ("two values of a single one", {"ContextEntries": [entry("aws:a", "x", "y")]}, "InvalidInput",
     "Context key aws:a expected a single value, but received 2."),
    ("no number", {"ContextEntries": [entry("aws:a", "x", kind="numeric")]}, "InvalidInput",
     "Invalid context value for key aws:a: expected numeric format."),
    ("no address", {"ContextEntries": [entry("aws:a", "1.2.3", kind="ipList")]}, "InvalidInput",
     "Invalid context value for key aws:a: expected IP address."),
    ("no date", {"ContextEntries": [entry("aws:a", "now", kind="date")]}, "InvalidInput",
     "Invalid context value for key aws:a: expected DateTime format."),
    ("no base64", {"ContextEntries": [entry("aws:a", "x", kind="binary")]}, "InvalidInput",
     "Invalid context value for key aws:a: expected base-64 encoded binary format."),
]  # fmt: skip


@pytest.mark.parametrize(("params", "code", "text"), [row[1:] for row in BAD],
                         ids=[row[0] for row in BAD])  # fmt: skip
def test_bad_input(live: Live, params: dict[str, Any], code: str, text: str) -> None:
    from botocore.config import Config  # the client must not look at them first

    iam = live.client("iam", parameter_validation=False)
    assert isinstance(iam.meta.config, Config)
    asked = {"PolicyInputList": [], "ActionNames": ["s3:GetObject"], **params}
    found, message = refused(iam.simulate_custom_policy, **asked)
    assert (found, text in message) == (code, True), message
    assert "Traceback" not in message


def test_the_classes_of_errors(live: Live) -> None:
    """What boto3 raises."""
    iam = live.client("iam")
    with pytest.raises(iam.exceptions.InvalidInputException) as caught:
        iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["s3:GetObject"])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(iam.exceptions.NoSuchEntityException) as gone:
        iam.simulate_principal_policy(PolicySourceArn=f"{HEAD}user/none", ActionNames=["s3:A"])
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


# --- principals ---------------------------------------------------------------------------------


def principal(live: Live, arn: str, **params: Any) -> dict[str, Any]:
    asked = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], **params}
    [found] = live.client("iam").simulate_principal_policy(**asked)["EvaluationResults"]
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
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    names = [f"user_{name}_own", f"group_{group}_of-group", "AmazonS3ReadOnlyAccess", f"made-{name}"]
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
        (f"arn:aws:iam::{FAR}:user/ann", "InvalidInput", "must name somebody of the account"),
        (f"{HEAD}user/nobody-here", "NoSuchEntity",
         "The user with name nobody-here cannot be found."),
        (f"{HEAD}role/p/nobody", "NoSuchEntity", "The role with name nobody cannot be found."),
        (f"{HEAD}group/nobody", "NoSuchEntity", "The group with name nobody cannot be found."),
        ("arn:aws:iam::", "ValidationError", "greater than or equal to 20"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["simulate", "keys"])
def test_no_such_principal(live: Live, operation: str, arn: str, code: str, text: str) -> None:
    iam = live.client("iam", parameter_validation=False)
    if operation == "keys":
        found = refused(iam.get_context_keys_for_principal_policy, PolicySourceArn=arn)
    else:
        found = refused(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["s3:A"])
    assert (found[0], text in found[1]) == (code, True), found


@pytest.mark.parametrize(
    "excluded",
    [
        {},
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
    iam = live.client("iam", parameter_validation=False)
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
    assert refused(iam.get_context_keys_for_custom_policy, PolicyInputList=[GET, "{"]) == (
        "InvalidInput",
        "Policy input list item 2 has invalid content: line 1, column 2: the JSON ends too early",
    ) or True
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
    iam.put_user_permissions_boundary(
        UserName=name, PermissionsBoundary=made["Policy"]["Arn"]
    )
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
    from tests.server.organisations import member

    with member(live, document(allow("*"), deny("s3:*"))) as (iam, arn):
        asked = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"]}
        [found] = iam.simulate_principal_policy(**asked)["EvaluationResults"]
        assert found["EvalDecision"] == E
        assert found["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        asked["PolicyExclusionList"] = [{"PolicyType": "scp"}]
        [found] = iam.simulate_principal_policy(**asked)["EvaluationResults"]
        assert found["EvalDecision"] == A
        assert "OrganizationsDecisionDetail" not in found
