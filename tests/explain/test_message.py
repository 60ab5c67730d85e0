"""Pasted denials: every variant of facts/iam.md section 6, each judged by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.request import Request
from remit.explain.denied import Denied, Form
from remit.explain.message import parse
from remit.explain.wording import EXPLICIT, IMPLICIT, NAMED_BY_ARN, Cause, PolicyType, denial

SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/t"
BASE = f"User: {SESSION} is not authorized to perform: dynamodb:GetItem on resource: {TABLE}"
IDENTITY = "because no identity-based policy allows the dynamodb:GetItem action"
SCP = "arn:aws:organizations::444455556666:policy/o-abcd/service_control_policy/p-efgh"
RUNNING = f"User: {SESSION} is not authorized to perform: ec2:RunInstances"
KMS = f"User: {SESSION} is not authorized to perform: kms:GenerateDataKey"


def read(**more: Any) -> dict[str, Any]:
    return {"principal": SESSION, "action": "dynamodb:GetItem", "resource": TABLE} | more


SILENT = {"form": Form.CLAUSE, "policy_type": PolicyType.IDENTITY, "explicit": False}
XML = "<ErrorResponse xmlns='x'><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{}</Message></Error><RequestId>r</RequestId></ErrorResponse>"

MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "6.1 bare": (BASE, read(form=Form.SENTENCE)),
    "6.1 implicit": (f"{BASE} {IDENTITY}", read(**SILENT)),
    "6.1 explicit": (
        f"{BASE} with an explicit deny in a permissions boundary",
        read(form=Form.CLAUSE, policy_type=PolicyType.BOUNDARY, explicit=True),
    ),
    "6.1 the page's other spelling": (
        f"{BASE} with an explicit deny in a sessions policy",
        read(form=Form.CLAUSE, policy_type=PolicyType.SESSION, explicit=True),
    ),
    "6.1 endpoint and SCP": (
        f"{BASE} with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        read(form=Form.CLAUSE, policy_type=PolicyType.ENDPOINT_BY_SCP, explicit=True),
    ),
    "6.1 with the policy's ARN": (
        f"{BASE} with an explicit deny in a service control policy: {SCP}",
        read(form=Form.CLAUSE, policy_type=PolicyType.SCP, explicit=True, policy_arn=SCP),
    ),
    "botocore": (
        f"An error occurred (AccessDeniedException) when calling the GetItem operation: {BASE} {IDENTITY}",
        read(**SILENT, code="AccessDeniedException", operation="GetItem"),
    ),
    "botocore at the end of a traceback": (
        f"botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation: {BASE} {IDENTITY}\n",
        read(**SILENT, code="AccessDeniedException", operation="GetItem"),
    ),
    "two blanks before the principal (fuzzing)": (
        f"{BASE} {IDENTITY}".replace("User: ", "User:  "),
        read(**SILENT),
    ),
    "no action (fuzzing)": (
        "User: is not authorized to perform:  on this resource with an explicit deny",
        {"form": Form.CLAUSE, "principal": "User:", "explicit": True},
    ),
    "broken into lines": (
        f"An error occurred (AccessDeniedException) when calling the GetItem operation:\n  User: {SESSION}\n  is not authorized to perform:\n    dynamodb:GetItem on resource: {TABLE}\n  {IDENTITY}",
        read(**SILENT, code="AccessDeniedException", operation="GetItem"),
    ),
    "SDK for Java": (
        f"{BASE} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException; Request ID: X)",
        read(form=Form.SENTENCE, code="AccessDenied"),
    ),
    "SDK for Go": (
        f"AccessDeniedException: {BASE} {IDENTITY}\n\tstatus code: 400, request id: x",
        read(**SILENT, code="AccessDenied"),
    ),
    "a full stop": (f"{BASE} {IDENTITY}.", read(**SILENT)),
    "6.1 S3 with quotes": (
        f'User: {SESSION} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/a k" because no resource-based policy allows the s3:GetObject action',
        {
            "form": Form.CLAUSE,
            "principal": SESSION,
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/a k",
            "policy_type": PolicyType.RESOURCE,
            "explicit": False,
        },
    ),
    "S3 out of a log with escapes": (
        f'User: {SESSION} is not authorized to perform: s3:GetObject on resource: \\"arn:aws:s3:::b/k\\" with an explicit deny in a resource-based policy',
        {
            "form": Form.CLAUSE,
            "principal": SESSION,
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/k",
            "policy_type": PolicyType.RESOURCE,
            "explicit": True,
        },
    ),
    "6.1 no resource": (
        f"User: {SESSION} is not authorized to perform: iam:ListUsers because no identity-based policy allows the iam:ListUsers action",
        {**SILENT, "principal": SESSION, "action": "iam:ListUsers"},
    ),
    "6.1 plain S3": (
        "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        {"form": Form.PLAIN, "code": "AccessDenied", "operation": "GetObject"},
    ),
    "S3 to a HEAD request": (
        "An error occurred (403) when calling the HeadObject operation: Forbidden",
        {"form": Form.PLAIN, "code": "403", "operation": "HeadObject"},
    ),
    "only the words": ("Access Denied", {"form": Form.PLAIN}),
    "6.1 KMS through S3": (
        f"{KMS} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        {
            "form": Form.KMS,
            "principal": SESSION,
            "action": "kms:GenerateDataKey",
            "policy_type": PolicyType.RESOURCE,
        },
    ),
    "KMS, by ciphertext": (
        f"{KMS} on the resource associated with this ciphertext because no identity-based policy allows the kms:GenerateDataKey action",
        {**SILENT, "principal": SESSION, "action": "kms:GenerateDataKey"},
    ),
    "6.2 EC2, only the blob": (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: aZ_9-x",
        {
            "form": Form.PLAIN,
            "code": "UnauthorizedOperation",
            "operation": "RunInstances",
            "encoded": "aZ_9-x",
        },
    ),
    "6.2 EC2, with a sentence": (
        f"You are not authorized to perform this operation. {RUNNING} on resource: arn:aws:ec2:us-east-2:111122223333:instance/* with an explicit deny in a service control policy. Encoded authorization failure message: g4oZ...",
        {
            "form": Form.CLAUSE,
            "principal": SESSION,
            "action": "ec2:RunInstances",
            "resource": "arn:aws:ec2:us-east-2:111122223333:instance/*",
            "policy_type": PolicyType.SCP,
            "explicit": True,
            "encoded": "g4oZ",
        },
    ),
    "6.2 EC2, neither": ("You are not authorized to perform this operation.", {"form": Form.PLAIN}),
    "6.3 awsQuery": (XML.format(BASE), read(form=Form.SENTENCE, code="AccessDenied")),
    "6.3 ec2Query": (
        f"<?xml version='1.0'?><Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation. {RUNNING} because no identity-based policy allows the ec2:RunInstances action</Message></Error></Errors><RequestID>r</RequestID></Response>",
        {
            **SILENT,
            "principal": SESSION,
            "action": "ec2:RunInstances",
            "code": "UnauthorizedOperation",
        },
    ),
    "6.3 json 1.0": (
        json.dumps(
            {
                "__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException",
                "message": f"{BASE} {IDENTITY}",
            }
        ),
        read(**SILENT, code="AccessDeniedException"),
    ),
    "6.3 json 1.1": (
        json.dumps({"__type": "AccessDeniedException", "message": BASE}),
        read(form=Form.SENTENCE, code="AccessDeniedException"),
    ),
    "6.3 rest-json": (json.dumps({"Message": BASE}), read(form=Form.SENTENCE)),
    "6.3 rest-xml of S3": (
        '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>r</RequestId><HostId>h</HostId></Error>',
        {"form": Form.PLAIN, "code": "AccessDenied"},
    ),
    "6.3 rest-xml of S3, enhanced": (
        f"<Error><Code>AccessDenied</Code><Message>User: {SESSION} is not authorized to perform: s3:GetObject on resource: &quot;arn:aws:s3:::b/a&amp;b&quot; because no identity-based policy allows the s3:GetObject action</Message></Error>",
        {
            **SILENT,
            "principal": SESSION,
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/a&b",
            "code": "AccessDenied",
        },
    ),
    "a CloudTrail record": (
        json.dumps({"errorCode": "AccessDenied", "errorMessage": BASE, "eventName": "GetItem"}),
        read(form=Form.SENTENCE, code="AccessDenied"),
    ),
    "5.4 web identity": (
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        {
            "form": Form.PLAIN,
            "action": "sts:AssumeRoleWithWebIdentity",
            "policy_type": PolicyType.TRUST,
            "code": "AccessDenied",
            "operation": "AssumeRoleWithWebIdentity",
        },
    ),
    "API Gateway, authorizer's policy": (
        '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
        {
            "form": Form.GATEWAY,
            "action": "execute-api:Invoke",
            "policy_type": PolicyType.IDENTITY,
            "explicit": True,
        },
    ),
    "API Gateway, older": (
        '{"Message":"User is not authorized to access this resource"}',
        {"form": Form.GATEWAY, "action": "execute-api:Invoke"},
    ),
    "API Gateway, resource policy": (
        '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333:api/dev/GET/x with an explicit deny"}',
        {
            "form": Form.CLAUSE,
            "principal": "anonymous",
            "action": "execute-api:Invoke",
            "resource": "arn:aws:execute-api:us-east-1:********3333:api/dev/GET/x",
            "explicit": True,
        },
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name: str) -> None:
    text, expected = MESSAGES[name]
    assert parse(text) == Denied(**expected)


DECODED = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {"items": [{"statementId": "NoBig", "effect": "DENY"}]},
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AIDAX", "arn": SESSION},
        "action": "ec2:RunInstances",
        "resource": "arn:aws:ec2:us-east-1:111122223333:instance/*",
        "conditions": {
            "items": [
                {"key": "ec2:InstanceType", "values": {"items": [{"value": "p2.xlarge"}]}},
                {"key": "aws:TagKeys", "values": {"items": [{"value": "a"}, {"value": "b"}]}},
            ]
        },
    },
}


@pytest.mark.parametrize(
    "text", [json.dumps(DECODED), json.dumps({"DecodedMessage": json.dumps(DECODED)})]
)
def test_decoded(text: str) -> None:
    # facts/iam.md 5.4, last paragraph (STS API Reference, DecodeAuthorizationMessage).
    assert parse(text) == Denied(
        Form.DECODED,
        SESSION,
        "ec2:RunInstances",
        "arn:aws:ec2:us-east-1:111122223333:instance/*",
        explicit=True,
        context={"ec2:InstanceType": "p2.xlarge", "aws:TagKeys": ("a", "b")},
        statements=("NoBig",),
    )


def test_a_clause_in_the_name_of_an_object_is_its_name() -> None:
    key = "arn:aws:s3:::b/x because no identity-based policy allows the s3:GetObject action"
    cause = Cause(PolicyType.IDENTITY, explicit=False)
    found = parse(denial(Request(SESSION, "s3:GetObject", key), cause))
    assert found is not None
    assert (found.resource, found.policy_type) == (key, PolicyType.IDENTITY)


def test_an_account_that_is_hidden_is_known_to_be() -> None:
    hidden = parse(MESSAGES["API Gateway, resource policy"][0])
    shown = parse(BASE)
    assert hidden is not None and hidden.masked
    assert shown is not None and not shown.masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "An error occurred (ResourceNotFoundException) when calling the GetItem operation: Requested resource not found",
        "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
        "{",
        "[" * 100_000,
        "{" * 100_000,
        '{"a":' * 100_000,
        '{"Message": 1}',
        '{"context": {}, "allowed": true, "x":',
        "<Message>",
        "\ud800",
    ],
    ids=range(12),
)
def test_no_denial(text: str) -> None:
    assert parse(text) is None


tokens = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
arns = st.builds("arn:aws:sts::111122223333:assumed-role/{}/{}".format, tokens, tokens)
actions = st.builds("{}:{}".format, st.sampled_from(["s3", "dynamodb", "ec2", "sts"]), tokens)
# An S3 key may hold spaces, quotes, and whatever else somebody thought of.
hostile = st.sampled_from(
    ["", " ", '"', " because no identity-based policy allows the s3:x action", " (Service: ", "é"]
)
keys = st.lists(st.one_of(tokens, hostile), min_size=1, max_size=4).map("".join)
causes = st.one_of(
    st.builds(Cause, st.sampled_from(sorted(IMPLICIT)), st.just(False)),
    st.builds(Cause, st.sampled_from(sorted(EXPLICIT)), st.just(True)),
    st.builds(Cause, st.sampled_from(sorted(NAMED_BY_ARN)), st.just(True), st.just(SCP)),
)


@settings(max_examples=150)
@given(arns, actions, keys, causes, st.sampled_from(["", "aZ_9-x"]))
def test_what_is_written_is_read(
    principal: str, action: str, key: str, cause: Cause, encoded: str
) -> None:
    quoted = action.startswith("s3:")
    resource = f"arn:aws:s3:::b/{key if quoted else key.replace(' ', '')}x"
    found = parse(denial(Request(principal, action, resource), cause, encoded))
    assert found is not None
    assert (found.principal, found.action, found.resource) == (principal, action, resource)
    assert (found.policy_type, found.explicit) == (cause.policy_type, cause.explicit)
    assert found.policy_arn == cause.arn
    assert found.encoded == (encoded if action.startswith("ec2:") else "")


@settings(max_examples=100)
@given(
    st.lists(
        st.one_of(st.text(max_size=10), st.sampled_from([m for m, _ in MESSAGES.values()])),
        max_size=3,
    ).map("".join),
    st.integers(0, 400),
)
def test_any_text_is_answered(text: str, cut: int) -> None:
    parse(text)
    parse(text[cut:])
