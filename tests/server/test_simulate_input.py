"""What SimulateCustomPolicy refuses, and in which words.

Sources: facts/iam.md 2.2, 8.1 and 8.3; botocore's IAM model [M]; recording A's published notes on
simulation [O]; public issues where named.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, Live, allow, document, refused
from tests.server.simulating import (
    ANN,
    GET,
    KEY,
    QUEUE,
    entry,
    sent,
    shared,
    unchecked,
)

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
     {"OrderedOrganizationPolicyInputList": [
         {"ServiceControlPolicyInputList": [GET]}, {"ServiceControlPolicyInputList": []}]},
     "InvalidInput",
     "Organization policy at index 2 must contain at least one service control policy"),
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
    asked = {"PolicyInputList": [], "ActionNames": ["s3:GetObject"], **params}
    found, message = refused(unchecked(live).simulate_custom_policy, **asked)
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
