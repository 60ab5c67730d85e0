"""What Lambda does with a function's role: pages of the AWS Lambda Developer Guide."""

from __future__ import annotations

import pytest

from remit.core.call import Place
from remit.core.text import HoleKind
from remit.deploy.lambda_needs import LOGS, logs, needs, network, tracing

PLACE = Place("aws", "eu-west-1", "111122223333")
STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("kind", "source", "resource", "required", "listed"),
    [
        # services-sqs-configure
        (
            "on_sqs_message",
            "orders",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
            set(),
        ),
        (
            "on_sqs_message",
            "arn:aws:sqs:us-east-1:444455556666:theirs",
            "arn:aws:sqs:us-east-1:444455556666:theirs",
            {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
            set(),
        ),
        # services-kinesis-create
        (
            "on_kinesis_record",
            "clicks",
            "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks",
            {"kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"},
            {"kinesis:DescribeStreamSummary", "kinesis:ListShards"},
        ),
        # services-dynamodb-eventsourcemapping
        (
            "on_dynamodb_record",
            STREAM,
            STREAM,
            {"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"},
            {"dynamodb:ListStreams"},
        ),
    ],
)
def test_pollers(
    kind: str, source: str, resource: str, required: set[str], listed: set[str]
) -> None:
    found = needs(kind, source, PLACE)
    assert {n.action for n in found if n.condition is None} == required
    assert {n.action for n in found if n.condition is not None} == listed
    assert {str(n.resource) for n in found if n.condition is None} == {resource}


@pytest.mark.parametrize("kind", ["route", "schedule", "on_s3_event", "on_ws_message", "nonsense"])
def test_what_aws_pushes_needs_nothing(kind: str) -> None:
    assert needs(kind, "x", PLACE) == ()


def test_a_source_that_is_not_plain_stays_open() -> None:
    for need in needs("on_sqs_message", None, Place()):
        assert str(need.resource) == "arn:aws:sqs:{region}:{account}:{the queue's name}"
        kinds = [hole.kind for hole in need.resource.holes]
        assert kinds == [HoleKind.ASSIGNED, HoleKind.ASSIGNED, HoleKind.CODE]


def test_list_streams_has_no_resource() -> None:
    """Service Authorization Reference, DynamoDB."""
    [need] = [n for n in needs("on_dynamodb_record", STREAM, PLACE) if n.condition]
    assert (need.resource.literal, need.resource_type) == ("*", None)


def test_logs() -> None:
    """lambda-intro-execution-role; monitoring-cloudwatchlogs."""
    found = logs("app-dev", PLACE)
    assert tuple(n.action for n in found) == LOGS
    assert {str(n.resource) for n in found} == {
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/app-dev:log-stream:{the log stream}"
    }
    assert all(hole.kind is HoleKind.ASSIGNED for n in found for hole in n.resource.holes)


def test_vpc_and_tracing() -> None:
    """configuration-vpc; services-xray."""
    assert [n.action for n in network(PLACE)] == [
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
    ]
    assert {n.resource.literal for n in tracing()} == {"*"}
