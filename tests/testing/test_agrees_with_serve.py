"""The same denied calls under remit.testing and against `remit serve`: one error, whoever refuses.

Both take code and status from enforce/denials.py and the sentence from explain/wording.py; here it
is boto3 that compares what comes out, in each of its protocols.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from remit.testing import enforce
from tests.server.live import ACCOUNT, HEAD, REGION, Keys, Live, serving
from tests.testing.support import policy  # its clients' credentials: conftest.py

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/work"
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
ALLOW = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": ["s3:PutObject", "dynamodb:PutItem", "ec2:RunInstances"], "Resource": "*"}  # fmt: skip
METRIC = {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1}]}
MAIL = {
    "Source": "a@b.example",
    "Destination": {"ToAddresses": ["c@d.example"]},
    "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
}

# (protocol as botocore speaks it, service, method, parameters)
CALLS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("query", "iam", "create_user", {"UserName": "eve"}),
    ("query", "sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "Message": "x"}),
    ("query", "ses", "send_email", MAIL),
    ("query", "cloudformation", "list_stacks", {}),
    ("ec2", "ec2", "describe_instances", {}),
    ("json", "dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "1"}}}),
    ("json", "dynamodb", "put_item", {"TableName": "t", "Item": {"id": {"S": "1"}}}),  # by a Deny
    ("json", "ssm", "get_parameter", {"Name": "/a"}),
    ("json", "cloudwatch", "put_metric_data", METRIC),
    ("json", "kms", "list_keys", {}),
    ("json", "logs", "create_log_group", {"logGroupName": "g"}),
    ("json", "sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": "x"}),  # once query
    ("json", "sqs", "list_queues", {}),
    ("rest-json", "lambda", "invoke", {"FunctionName": "f"}),
    ("rest-json", "lambda", "list_functions", {}),
    ("rest-xml", "s3", "get_object", {"Bucket": "data", "Key": "a/b"}),
    ("rest-xml", "s3", "put_object", {"Bucket": "data", "Key": "k", "Body": b"x"}),  # by a Deny
    ("rest-xml", "s3", "head_object", {"Bucket": "data", "Key": "k"}),
    ("rest-xml", "route53", "list_hosted_zones", {}),
    ("rest-xml", "cloudfront", "list_distributions", {}),
    ("smithy-rpc-v2-cbor", "cloudwatch", "put_metric_data", METRIC),  # once query
]  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Iterator[tuple[Live, Keys]]:
    """A server with the role, and keys of a session of it."""
    with serving() as live:
        iam = live.client("iam")
        trusted = {"AWS": f"{HEAD}user/remit-administrator"}
        trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(policy(trust)))
        document = json.dumps(policy(ALLOW, DENY))
        iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document)
        yield live, live.session("app")


def raised(call: Any, params: dict[str, Any]) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value


def told(error: ClientError) -> tuple[str, str, str, int]:
    """Class, code, message and status; without what only a server can seal."""
    response = error.response
    message = response["Error"]["Message"].partition(". Encoded authorization failure message")[0]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return type(error).__name__, response["Error"]["Code"], message, status


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row[1]}.{row[2]}")
def test_one_error_whoever_refuses(
    row: tuple[str, str, str, dict[str, Any]],
    session: tuple[Live, Keys],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    protocol, service, method, params = row
    live, keys = session
    # Of several that a service speaks botocore takes the first of these.
    spoken = "botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS"
    monkeypatch.setattr(spoken, (protocol, "json", "query", "ec2", "rest-json", "rest-xml"))
    there, here = live.client(service, keys), boto3.client(service, region_name=REGION)
    assert {one.meta.service_model.resolved_protocol for one in (here, there)} == {protocol}
    served = raised(getattr(there, method), params)
    with enforce(policies=[policy(ALLOW, DENY)], principal=SESSION):
        mocked = raised(getattr(here, method), params)
    assert told(mocked) == told(served)


def test_every_protocol_is_there() -> None:
    from remit.enforce import denials

    assert {row[0] for row in CALLS} == {*denials._FORMS}
