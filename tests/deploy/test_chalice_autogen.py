"""What Chalice's policy generator grants at most: chalice/analyzer.py and policy.py, 1.33.

Each source was also given to Chalice's own generator; `granted` is what that answered, so the
bound must hold it. `refused` is what it must not hold: there a denial is certain.
"""

from __future__ import annotations

import pytest

from remit.core.span import Span
from remit.deploy.chalice_autogen import MARKS, policy, visible

SPAN = Span.whole(".chalice/config.json")
LOGS = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}


def bound(source: str, *marks: str) -> set[str]:
    found = policy(source.encode(), frozenset(marks), "generated", SPAN)
    assert found is not None
    return {action.value for s in found.statements for action in s.actions}


@pytest.mark.parametrize(
    ("source", "granted", "refused"),
    [
        (
            "import boto3\nc = boto3.client('dynamodb')\nc.update_item()",
            {"dynamodb:UpdateItem"},
            {"dynamodb:PutItem"},
        ),
        (
            "import boto3\nt = boto3.resource('dynamodb').Table('x')\nt.update_item()",
            set(),
            {"dynamodb:UpdateItem"},
        ),
        ("from boto3 import client\nclient('s3').get_object()", set(), {"s3:GetObject"}),
        (
            "import boto3\nn = 's3'\nc = boto3.client(n)\nc.list_objects_v2()\nc.upload_file()",
            {"s3:ListBucket", "s3:PutObject", "s3:AbortMultipartUpload"},
            {"s3:ListObjectsV2"},
        ),
        (
            "import boto3\nmake = boto3.client\nq = make('sqs')\nq.send_message_batch()",
            {"sqs:SendMessage"},
            {"sqs:SendMessageBatch"},
        ),
        ("import boto3\nboto3.client('sesv2').send_email()", set(), {"ses:SendEmail"}),
        ("import boto3\nboto3.client('glue').get_job()", set(), {"glue:GetJob"}),
        (
            "import boto3\nboto3.client('stepfunctions').start_execution()",
            {"states:StartExecution"},
            set(),
        ),
        (
            "import boto3\nboto3.client('s3').get_paginator('list_objects')",
            set(),
            {"s3:ListBucket"},
        ),
        ("x = 1", set(), {"s3:GetObject"}),
    ],
)
def test_actions(source: str, granted: set[str], refused: set[str]) -> None:
    found = bound(source)
    assert granted <= found
    assert not refused & found
    assert found >= LOGS, "always added"


@pytest.mark.parametrize(
    ("mark", "actions"),
    [
        ("on_sqs_message", {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}),
        ("on_kinesis_record", {"kinesis:GetRecords", "kinesis:ListStreams"}),
        ("on_dynamodb_record", {"dynamodb:GetRecords", "dynamodb:ListStreams"}),
        ("on_ws_message", {"execute-api:ManageConnections"}),
        ("vpc", {"ec2:CreateNetworkInterface", "ec2:DetachNetworkInterface"}),
        ("xray", {"xray:PutTraceSegments"}),
    ],
)
def test_what_comes_with_handlers_and_settings(mark: str, actions: set[str]) -> None:
    """chalice/deploy/deployer.py, `LambdaEventSourcePolicyInjector`, `WebsocketPolicyInjector`."""
    assert bound("", mark) >= actions | LOGS
    assert bound("") == LOGS
    assert mark in MARKS or mark in {"vpc", "xray"}


@pytest.mark.parametrize("source", [b"def", b"\xff", b"\x00", b"print 'two'", b"(" * 5000])
def test_source_that_does_not_parse(source: bytes) -> None:
    assert policy(source, frozenset(), "generated", SPAN) is None


@pytest.mark.parametrize(
    ("via", "service", "operation", "expected"),
    [
        ("client", "dynamodb", "UpdateItem", True),
        ("resource", "dynamodb", "UpdateItem", False),
        ("client", "bedrock-runtime", "Converse", False),
        ("client", "sesv2", "SendEmail", False),
        ("client", "s3", "NoSuchThing", False),
        ("transfer", "s3", "PutObject", None),
    ],
)
def test_visible(via: str, service: str, operation: str, expected: bool | None) -> None:
    assert visible(via, service, operation) is expected
