"""What is not decided, and what else deliveries go through."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.server.between.test_by_policy import put, rule
from tests.server.between.world import ACCOUNT, World, let, name, worlds
from tests.server.live import allow, document, serving


def test_a_bucket_needs_nothing_for_event_bridge(world: World) -> None:
    """S3 User Guide, EventBridge; the rule behind it is decided."""
    s3, bucket, events = world.client("s3"), world.bucket(), world.client("events")
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url, queue = world.queue()
    own = name("rule")
    detail = {"bucket": {"name": [bucket]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    source = events.put_rule(Name=own, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=own, Targets=[{"Id": "1", "Arn": queue}])
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    world.open_queue(url, let("events.amazonaws.com", "sqs:SendMessage", queue, source=source))
    s3.put_object(Bucket=bucket, Key="b", Body=b"1")
    (event,) = world.messages(url)
    assert json.loads(event)["detail"]["object"]["key"] == "b"
    assert world.between() == [
        ("events.amazonaws.com", "sqs:SendMessage", False),
        ("events.amazonaws.com", "sqs:SendMessage", True),
    ]


@pytest.mark.parametrize("right", [True, False])
def test_new_buckets_told_to_a_function(world: World, right: bool) -> None:
    """moto tells of them past the rules' own way."""
    events, own, function = world.client("events"), name("rule"), world.function()
    pattern = {"source": ["aws.s3"], "detail": {"eventName": ["CreateBucket"]}}
    source = events.put_rule(Name=own, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=own, Targets=[{"Id": "1", "Arn": function}])
    if right:
        world.open_function(function, "events.amazonaws.com", SourceArn=source)
    world.bucket()
    assert len(world.invoked) == right
    assert ("events.amazonaws.com", "lambda:InvokeFunction", right) in world.between()
    events.remove_targets(Rule=own, Ids=["1"])


@pytest.mark.parametrize("granted", ["states:StartExecution", "states:StopExecution"])
def test_new_buckets_told_to_a_state_machine(world: World, granted: str) -> None:
    events, own, machines = world.client("events"), name("rule"), world.client("stepfunctions")
    machine = machines.create_state_machine(
        name=name("machine"),
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        roleArn=world.role("states.amazonaws.com"),
    )["stateMachineArn"]
    pattern = {"source": ["aws.s3"], "detail": {"eventName": ["CreateBucket"]}}
    events.put_rule(Name=own, EventPattern=json.dumps(pattern))
    role = world.role("events.amazonaws.com", allow(granted))
    events.put_targets(Rule=own, Targets=[{"Id": "1", "Arn": machine, "RoleArn": role}])
    world.bucket()
    right = granted == "states:StartExecution"
    assert len(machines.list_executions(stateMachineArn=machine)["executions"]) == right
    events.remove_targets(Rule=own, Ids=["1"])


def test_a_target_that_moto_lacks(world: World) -> None:
    source = rule(world, "arn:aws:batch:us-east-1:111122223333:job-queue/q")
    with pytest.raises(Exception, match="remit serve does not emulate this"):
        put(world, source)


def test_the_id_is_that_of_the_request(world: World) -> None:
    topic, sns = world.topic(), world.client("sns")
    _, queue = world.queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.publish(TopicArn=topic, Message="m")
    publish, delivery = world.heard.all[-2:]
    assert (publish.operation, delivery.principal) == ("Publish", "sns.amazonaws.com")
    assert publish.id == delivery.id


def sent(world: World) -> tuple[list[str], World]:
    topic, sns = world.topic(), world.client("sns")
    url, queue = world.queue()
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.publish(TopicArn=topic, Message="m")
    return world.messages(url), world


def test_learning_lets_everything_through() -> None:
    with worlds() as world:
        enforcer = world.live.built.enforcer
        application = world.live.built.application
        object.__setattr__(
            application, "enforcer", replace(enforcer, learn=lambda call, around: None)
        )
        messages, _ = sent(world)
        assert len(messages) == 1
        assert world.between() == [("sns.amazonaws.com", "sqs:SendMessage", False)]


def test_a_server_that_enforces_nothing() -> None:
    with serving(enforced=False) as live:
        sns, sqs = live.client("sns"), live.client("sqs")
        topic = sns.create_topic(Name="t")["TopicArn"]
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q")
        sns.publish(TopicArn=topic, Message="m")
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_motos_own_decorator_in_the_same_process() -> None:
    """The seams are there, and decide nothing outside of a request to remit."""
    import boto3
    from moto import mock_aws

    from remit.server.between.table import extend

    extend()
    with mock_aws():
        more: Any = {
            "region_name": "us-east-1",
            "aws_access_key_id": "a",
            "aws_secret_access_key": "b",
        }
        sns, sqs = boto3.client("sns", **more), boto3.client("sqs", **more)
        topic = sns.create_topic(Name="t")["TopicArn"]
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        queue = "arn:aws:sqs:us-east-1:123456789012:q"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        sns.publish(TopicArn=topic, Message="m")
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_a_policy_that_cannot_be_read_says_nothing(world: World) -> None:
    """One of several policies of log groups that is no policy hides none of the others."""
    from moto.logs.models import logs_backends

    logs, group = world.client("logs"), name("/aws/events/group")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    statement = let("events.amazonaws.com", "logs:*", f"{arn}:*")
    own = name("policy")
    logs.put_resource_policy(policyName=own, policyDocument=document(statement))
    held = logs_backends[ACCOUNT]["us-east-1"].put_resource_policy
    for text in ("", "[]", "{", '"x"', '{"Statement": 1}'):
        held("broken", text)
        put(world, rule(world, arn))
    held("broken", "{}")
    assert len(logs.describe_log_streams(logGroupName=group)["logStreams"]) == 5
