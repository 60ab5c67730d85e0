"""Looking actions up, expanding patterns, guessing names, and what an action can match."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import iam, overlap


def test_an_action_is_found_in_any_letter_case() -> None:
    found = iam.action("DYNAMODB:updateITEM")
    assert found is not None
    assert found.full_name == "dynamodb:UpdateItem"


@pytest.mark.parametrize(
    "name", ["", ":", "dynamodb", "dynamodb:", "nosuch:Get", "s3:../x", "s3:*"]
)
def test_what_is_no_action_is_none(name: str) -> None:
    assert iam.action(name) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("dynamodb:UpdateItem", ("dynamodb:UpdateItem",)),
        ("DynamoDB:updateitem", ("dynamodb:UpdateItem",)),
        ("dynamodb:Update*Item", ("dynamodb:UpdateItem",)),
        ("ssm:GetParameter?", ("ssm:GetParameters",)),
        ("sqs:*Queue", ("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:PurgeQueue", "sqs:TagQueue",
                        "sqs:UntagQueue")),
        ("sqs:NoSuch", ()),
        ("nosuch:*", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_expand(pattern: str, expected: tuple[str, ...]) -> None:
    assert iam.expand(pattern) == expected


def test_expand_of_a_star_is_everything() -> None:
    assert len(iam.expand("*")) == sum(len(iam.actions(name)) for name in iam.services())
    assert iam.expand("*") == iam.expand("*:*")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dynamodb:UpdateItems", "dynamodb:UpdateItem"),
        ("ssm:GetParamter", "ssm:GetParameter"),
        ("dynamodbb:UpdateItm", "dynamodb:UpdateItem"),
        ("s3:ListObjects", None),
        ("s3:ListBuckets", "s3:ListBucket"),
        ("sesv2:SendEmail", "ses:SendEmail"),
        ("stepfunctions:StartExecution", "states:StartExecution"),
        ("lambda:Invoke", None),
        ("x", None),
        ("", None),
    ],
)
def test_nearest_action(written: str, meant: str | None) -> None:
    found = iam.nearest_action(written)
    if meant is None:
        assert found is None or iam.action(found) is not None
    else:
        assert found == meant


S3, DDB = "arn:aws:s3:::", "arn:aws:dynamodb:us-east-1:111122223333:"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
LOGS = "arn:aws:logs:us-east-1:111122223333:log-group:"
SSM = "arn:aws:ssm:us-east-1:111122223333:"

FITS: list[tuple[str, str, bool | None]] = [
    # The issue's own incidents: the action stands beside resources of another service.
    ("ses:SendEmail", f"{S3}bucket/*", False),
    ("ses:SendEmail", "arn:aws:ses:us-east-1:111122223333:identity/example.com", True),
    ("ses:SendEmail", "*", True),
    ("kms:Decrypt", f"{S3}bucket", False),
    ("kms:Decrypt", KEY, True),
    # alias-authorization: an alias's ARN never grants use of its key.
    ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:alias/a", False),
    ("kms:CreateAlias", "arn:aws:kms:us-east-1:111122223333:alias/a", True),
    # S3 User Guide, s3-arn-format: a bucket has neither region nor account.
    ("s3:ListBucket", f"{S3}b", True),
    ("s3:ListBucket", f"{S3}b/*", False),
    ("s3:ListBucket", f"{S3}b*", True),
    ("s3:ListBucket", f"{S3}*", True),
    ("s3:ListBucket", "arn:aws:s3:us-east-1:111122223333:b", False),
    ("s3:ListBucket", "arn:aws:s3:us-east-1:111122223333:accesspoint/ap", True),
    ("s3:GetObject", f"{S3}b", False),
    ("s3:GetObject", f"{S3}b/*", True),
    ("s3:GetObject", f"{S3}b*", True),
    ("s3:GetObject", f"{S3}b/k?y", True),
    ("s3:GetObject", "arn:aws-cn:s3:::b/k", True),
    ("s3:GetObject", "arn:*:s3:::b/k", True),
    ("s3:ListAllMyBuckets", f"{S3}*", True),
    ("s3:ListAllMyBuckets", f"{S3}b", False),
    # An account or a region that the format demands.
    ("dynamodb:GetItem", f"{DDB}table/orders", True),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1::table/orders", False),
    ("dynamodb:GetItem", "arn:aws:dynamodb::111122223333:table/orders", False),
    ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/orders", True),
    ("dynamodb:GetItem", "arn:aws:dynamodb:*", True),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:${aws:PrincipalAccount}:table/o", True),
    ("dynamodb:GetItem", f"{DDB}table/orders/index/*", False),
    ("dynamodb:Query", f"{DDB}table/orders/index/*", True),
    ("dynamodb:GetItem", f"{DDB}orders", False),
    ("dynamodb:GetItem", f"{DDB}table/${{aws:userid}}", True),
    ("dynamodb:GetRecords", f"{DDB}table/orders", False),
    ("dynamodb:GetRecords", f"{DDB}table/orders/stream/*", True),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:1234:table/orders", False),
    # Actions without resources.
    ("ec2:DescribeInstances", "arn:aws:ec2:us-east-1:111122223333:instance/*", False),
    ("ec2:DescribeInstances", "*", True),
    ("ec2:DescribeInstances", "**", True),
    ("dynamodb:ListTables", f"{DDB}table/*", True),  # AWS's refusals name that ARN
    ("dynamodb:ListTables", f"{DDB}table/orders", False),
    ("cloudwatch:DescribeInsightRules", "arn:aws:cloudwatch:*:*:*", False),
    ("cloudwatch:PutMetricData", "arn:aws:cloudwatch:*:*:*", True),  # may name a dataset
    ("sns:ListTopics", "arn:aws:sns:us-east-1:111122223333:*", True),
    ("secretsmanager:ListSecrets", "arn:aws:secretsmanager:*:*:secret:*", False),
    ("kms:ListKeys", KEY, False),
    # Formats with text of any kind behind a name.
    ("logs:PutLogEvents", f"{LOGS}/aws/lambda/f:*", True),
    ("logs:PutLogEvents", f"{LOGS}/aws/lambda/f:log-stream:s", True),
    ("logs:CreateLogGroup", "arn:aws:logs:*:*:*", True),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:f", True),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:f:*", True),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:layer:l", False),
    ("secretsmanager:GetSecretValue",
     "arn:aws:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf", True),
    ("ssm:GetParameter", f"{SSM}parameter/a/b", True),
    ("ssm:GetParameter", f"{SSM}a/b", False),
    ("ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/aws/service/ami*", True),
    ("ssm:SendCommand", "arn:aws:ssm:us-east-1::document/AWS-RunShellScript", True),
    ("ssm:SendCommand", "arn:aws:ec2:us-east-1:111122223333:instance/*", True),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q", True),
    ("sqs:SendMessage", "https://sqs.us-east-1.amazonaws.com/111122223333/q", False),
    ("sns:Publish", "arn:aws:sns:us-east-1:111122223333:t", True),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/path/r", True),
    ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", True),
    ("iam:PassRole", "arn:aws:iam:us-east-1:111122223333:role/r", False),
    ("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/ami-1", True),
    ("execute-api:ManageConnections",
     "arn:aws:execute-api:us-east-1:111122223333:abc/prod/POST/@connections/*", True),
    ("execute-api:ManageConnections",
     "arn:aws:execute-api:us-east-1:111122223333:*/@connections/*", True),
    ("apigateway:POST", "arn:aws:apigateway:us-east-1::/restapis/a/resources/b", True),
    ("apigateway:POST", f"{S3}b", False),
    ("states:StartExecution", "arn:aws:states:us-east-1:111122223333:execution:m:*", False),
    ("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1::foundation-model/*", True),
    ("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.claude-3", True),
    ("cognito-idp:AdminGetUser",
     "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_x", True),
    # What the reference does not know.
    ("nosuch:DoIt", f"{S3}b", None),
    ("s3:NoSuch", f"{S3}b", None),
    ("s3:Get*", f"{S3}b", None),
]  # fmt: skip


@pytest.mark.parametrize(("action", "pattern", "expected"), FITS)
def test_action_fits_resource(action: str, pattern: str, expected: bool | None) -> None:
    assert iam.action_fits_resource(action, pattern) is expected


_TEXT = st.text("ab:/*?", max_size=8)


@given(_TEXT, st.text("ab:/", max_size=8))
def test_glob_is_the_usual_wildcard_match(pattern: str, text: str) -> None:
    translated = re.compile(fnmatch.translate(pattern))
    assert iam.glob(pattern, text) is (translated.match(text) is not None)


@settings(max_examples=200)
@given(st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_patterns_meet_a_literal_exactly_when_they_match_it(pattern: str, literal: str) -> None:
    assert overlap.meet(pattern, literal) is iam.glob(pattern, literal)


@given(st.text("ab:/", min_size=1, max_size=6), st.text("ab:/", max_size=6))
def test_what_matches_a_filled_format_meets_the_format(name: str, rest: str) -> None:
    arn = f"arn:aws:x:us-east-1:111122223333:kind/{name}/{rest}"
    assert overlap.meet(arn, "arn:${Partition}:x:${Region}:${Account}:kind/${Name}/${Rest}")


def test_long_patterns_take_no_long_walk() -> None:
    pattern = "arn:aws:s3:::" + "*a" * 2000
    assert iam.action_fits_resource("s3:GetObject", pattern) is True
