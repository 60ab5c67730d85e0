"""Services that call as themselves: the receiver's policy decides.

Sources: facts/iam.md 3.5 and 4.2; SNS Developer Guide, subscribe-sqs-queue-to-sns-topic; S3 User
Guide, grant-destinations-permissions-to-s3; EventBridge User Guide, eb-use-resource-based;
CloudWatch Logs User Guide, SubscriptionFilters; Secrets Manager User Guide,
rotating-secrets-required-permissions-function.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.between.world import ACCOUNT, REGION, World, let, name
from tests.server.live import allow, deny, document, refused

OTHER = "444455556666"
# How a policy narrows its statement, and whether the sender gets through.
CASES = [
    pytest.param({}, True, id="service"),
    pytest.param({"source": "{source}"}, True, id="source"),
    pytest.param({"source": "{source}-other"}, False, id="other-source"),
    pytest.param({"account": ACCOUNT}, True, id="account"),
    pytest.param({"account": OTHER}, False, id="other-account"),
]


def narrowed(condition: dict[str, str], source: str) -> dict[str, str]:
    return {key: value.format(source=source) for key, value in condition.items()}


def sns(world: World, kind: str) -> tuple[Any, str, Any]:
    """Topic to queue: how to open the queue, the topic's ARN, how to send."""
    client, topic = world.client("sns"), world.topic()
    return client, topic, lambda: client.publish(TopicArn=topic, Message=kind)


# --- SNS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "arrives"), CASES)
def test_topic_to_queue(world: World, condition: dict[str, str], arrives: bool) -> None:
    client, topic, publish = sns(world, "hello")
    url, queue = world.queue()
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    statement = let("sns.amazonaws.com", "sqs:SendMessage", queue, **narrowed(condition, topic))
    world.open_queue(url, statement)
    publish()
    assert len(world.messages(url)) == arrives
    assert world.between() == [("sns.amazonaws.com", "sqs:SendMessage", arrives)]


def test_queue_without_a_policy(world: World) -> None:
    client, topic, publish = sns(world, "hello")
    url, queue = world.queue()
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    publish()  # SNS answers all the same
    assert world.messages(url) == []
    assert world.why() == (
        "User: sns.amazonaws.com is not authorized to perform: sqs:sendmessage on resource:"
        f" {queue} because no resource-based policy allows the sqs:sendmessage action"
    )


def test_a_deny_of_the_queue(world: World) -> None:
    client, topic, publish = sns(world, "hello")
    url, queue = world.queue()
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    everybody = let("sns.amazonaws.com", "sqs:SendMessage", queue) | {"Principal": "*"}
    world.open_queue(
        url, everybody, deny("sqs:*", resource=queue, Principal="*", Condition=insecure)
    )
    publish()
    assert len(world.messages(url)) == 1
    theirs = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    world.open_queue(url, everybody, deny("sqs:*", resource=queue, Principal="*", Condition=theirs))
    publish()
    assert world.messages(url) == []


def test_filtered_messages_are_not_decided(world: World) -> None:
    client, topic, publish = sns(world, "hello")
    _, queue = world.queue()
    client.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"FilterPolicy": json.dumps({"kind": ["never"]})},
    )
    publish()
    assert world.between() == []


@pytest.mark.parametrize("right", [True, False])
def test_topic_to_function(world: World, right: bool) -> None:
    client, topic, publish = sns(world, "hello")
    function = world.function()
    world.open_function(
        function, "sns.amazonaws.com", SourceArn=topic if right else f"{topic}-other"
    )
    client.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    publish()
    assert len(world.invoked) == right
    assert world.between()[-1] == ("sns.amazonaws.com", "lambda:InvokeFunction", right)


# --- S3 -----------------------------------------------------------------------------------------

UNABLE = ("InvalidArgument", "Unable to validate the following destination configurations")


def notify(world: World, bucket: str, kind: str, receiver: str, **more: Any) -> None:
    one = {f"{kind}Arn": receiver, "Events": ["s3:ObjectCreated:*"]}
    world.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={_LISTS[kind]: [one]},
        **more,
    )


_LISTS = {
    "Queue": "QueueConfigurations",
    "Topic": "TopicConfigurations",
    "LambdaFunction": "LambdaFunctionConfigurations",
}


@pytest.mark.parametrize(("condition", "arrives"), CASES)
def test_bucket_to_queue(world: World, condition: dict[str, str], arrives: bool) -> None:
    bucket = world.bucket()
    url, queue = world.queue()
    source = narrowed(condition, f"arn:aws:s3:::{bucket}")
    world.open_queue(url, let("s3.amazonaws.com", "sqs:SendMessage", queue, **source))
    if not arrives:
        assert refused(notify, world, bucket, "Queue", queue) == UNABLE
        assert ("s3.amazonaws.com", "sqs:SendMessage", False) in world.between()
        return
    notify(world, bucket, "Queue", queue)
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    test, event = (json.loads(one) for one in world.messages(url))
    assert test["Event"] == "s3:TestEvent"
    assert event["Records"][0]["s3"]["object"]["key"] == "a"


def test_a_bucket_whose_queue_is_closed_later(world: World) -> None:
    bucket = world.bucket()
    url, queue = world.queue()
    world.open_queue(url, let("s3.amazonaws.com", "sqs:SendMessage", queue))
    notify(world, bucket, "Queue", queue)
    assert len(world.messages(url)) == 1  # the test event
    world.open_queue(url, let("sns.amazonaws.com", "sqs:SendMessage", queue))
    world.between()
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert world.messages(url) == []
    assert world.between() == [("s3.amazonaws.com", "sqs:SendMessage", False)]


def test_receivers_are_not_tried_when_the_caller_says_so(world: World) -> None:
    bucket = world.bucket()
    url, queue = world.queue()
    notify(world, bucket, "Queue", queue, SkipDestinationValidation=True)
    assert world.messages(url) == []  # and the test event is dropped


@pytest.mark.parametrize("right", [True, False])
def test_bucket_to_topic(world: World, right: bool) -> None:
    """The default policy of a topic is for its account's principals, not for S3."""
    bucket, topic = world.bucket(), world.topic()
    if not right:
        assert refused(notify, world, bucket, "Topic", topic) == UNABLE
        return
    world.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=document(
            let("s3.amazonaws.com", "sns:Publish", topic, source=f"arn:aws:s3:::{bucket}")
        ),
    )
    notify(world, bucket, "Topic", topic)
    url, queue = world.queue()
    world.open_queue(url, let("sns.amazonaws.com", "sqs:SendMessage", queue, source=topic))
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    world.between()
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert len(world.messages(url)) == 1
    assert world.between() == [
        ("s3.amazonaws.com", "sns:Publish", True),
        ("sns.amazonaws.com", "sqs:SendMessage", True),
    ]
    world.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=document(let("events.amazonaws.com", "sns:Publish", topic)),
    )
    world.client("s3").put_object(Bucket=bucket, Key="b", Body=b"1")
    assert world.messages(url) == []


@pytest.mark.parametrize("right", [True, False])
def test_bucket_to_function(world: World, right: bool) -> None:
    bucket, function = world.bucket(), world.function()
    named = bucket if right else f"{bucket}-other"
    world.open_function(
        function,
        "s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{named}",
        SourceAccount=ACCOUNT,
    )
    if not right:
        assert refused(notify, world, bucket, "LambdaFunction", function) == UNABLE
        return
    notify(world, bucket, "LambdaFunction", function)
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert len(world.invoked) == 1
    (statement,) = json.loads(world.client("lambda").get_policy(FunctionName=function)["Policy"])[
        "Statement"
    ]
    world.client("lambda").remove_permission(FunctionName=function, StatementId=statement["Sid"])
    world.client("s3").put_object(Bucket=bucket, Key="b", Body=b"1")
    assert len(world.invoked) == 1


def test_access_log(world: World) -> None:
    """S3 User Guide, enable-server-access-logging."""
    s3, bucket, target = world.client("s3"), world.bucket(), world.bucket()
    into = f"arn:aws:s3:::{target}/log/*"
    for source, arrives in ((f"arn:aws:s3:::{bucket}", True), ("arn:aws:s3:::other", False)):
        allowed = let("logging.s3.amazonaws.com", "s3:PutObject", into, source=source)
        s3.put_bucket_policy(Bucket=target, Policy=document(allowed))
        s3.put_bucket_logging(
            Bucket=bucket,
            BucketLoggingStatus={
                "LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "log/"}
            },
        )
        before = s3.list_objects_v2(Bucket=target)["KeyCount"]
        s3.list_objects_v2(Bucket=bucket)
        after = s3.list_objects_v2(Bucket=target)["KeyCount"]
        assert (after > before) == arrives


# --- EventBridge --------------------------------------------------------------------------------


def rule(world: World, target: str, **more: Any) -> str:
    """A rule's ARN; it looks for the source of its own name."""
    events, own = world.client("events"), name("rule")
    arn = events.put_rule(Name=own, EventPattern=json.dumps({"source": [own]}))["RuleArn"]
    events.put_targets(Rule=own, Targets=[{"Id": "1", "Arn": target, **more}])
    return str(arn)


def put(world: World, arn: str) -> None:
    found = world.client("events").put_events(
        Entries=[
            {
                "Source": arn.rpartition("/")[2],
                "DetailType": "t",
                "Detail": json.dumps({"number": 1}),
            }
        ]
    )
    assert found["FailedEntryCount"] == 0  # whatever becomes of the event


@pytest.mark.parametrize(("condition", "arrives"), CASES)
def test_rule_to_queue(world: World, condition: dict[str, str], arrives: bool) -> None:
    url, queue = world.queue()
    arn = rule(world, queue)
    statement = let("events.amazonaws.com", "sqs:SendMessage", queue, **narrowed(condition, arn))
    world.open_queue(url, statement)
    put(world, arn)
    assert len(world.messages(url)) == arrives
    assert world.between() == [("events.amazonaws.com", "sqs:SendMessage", arrives)]


def test_what_a_rule_may_not_deliver_goes_to_its_dead_letter_queue(world: World) -> None:
    _, queue = world.queue()
    url, dead = world.queue()
    arn = rule(world, queue, DeadLetterConfig={"Arn": dead})
    world.open_queue(url, let("events.amazonaws.com", "sqs:SendMessage", dead, source=arn))
    put(world, arn)
    (event,) = world.messages(url)
    assert json.loads(event)["detail"] == {"number": 1}
    assert [allowed for _, _, allowed in world.between()] == [False, True]


@pytest.mark.parametrize("right", [True, False])
def test_rule_to_topic(world: World, right: bool) -> None:
    topic = world.topic()
    arn = rule(world, topic)
    if right:
        world.client("sns").set_topic_attributes(
            TopicArn=topic,
            AttributeName="Policy",
            AttributeValue=document(let("events.amazonaws.com", "sns:Publish", topic, source=arn)),
        )
    url, queue = world.queue()
    world.open_queue(url, let("sns.amazonaws.com", "sqs:SendMessage", queue))
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    put(world, arn)
    assert len(world.messages(url)) == right


@pytest.mark.parametrize("right", [True, False])
def test_rule_to_function(world: World, right: bool) -> None:
    function = world.function()
    arn = rule(world, function)
    source = arn if right else f"{arn}-other"
    world.open_function(function, "events.amazonaws.com", SourceArn=source)
    put(world, arn)
    assert [json.loads(one)["detail"] for one in world.invoked] == [{"number": 1}] * right
    assert world.between()[-1] == ("events.amazonaws.com", "lambda:InvokeFunction", right)


@pytest.mark.parametrize("right", [True, False])
def test_rule_to_log_group(world: World, right: bool) -> None:
    logs, group = world.client("logs"), name("/aws/events/group")
    logs.create_log_group(logGroupName=group)
    arn = rule(world, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}")
    into = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group if right else group + '-other'}:*"
    statement = let("events.amazonaws.com", "logs:CreateLogStream", into, source=arn)
    own = name("policy")
    logs.put_resource_policy(
        policyName=own,
        policyDocument=document(
            statement | {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}
        ),
    )
    put(world, arn)
    logs.delete_resource_policy(policyName=own)
    found = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert len(found) == right
    assert world.between()[-1][2] == right


def test_archives_need_nothing(world: World) -> None:
    events, own = world.client("events"), name("archive")
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    events.create_archive(ArchiveName=own, EventSourceArn=bus)
    events.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}])
    assert events.describe_archive(ArchiveName=own)["EventCount"] == 1
    events.delete_archive(ArchiveName=own)


# --- CloudWatch Logs ----------------------------------------------------------------------------

NOT_EXECUTED = (
    "InvalidParameterException",
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission"
    " to execute your function.",
)


@pytest.mark.parametrize(
    ("service", "source", "arrives"),
    [
        ("logs.amazonaws.com", "{group}:*", True),
        (f"logs.{REGION}.amazonaws.com", "{group}:*", True),
        ("logs.eu-west-1.amazonaws.com", "{group}:*", False),
        ("logs.amazonaws.com", "{group}-other:*", False),
        ("events.amazonaws.com", "{group}:*", False),
    ],
)
def test_log_group_to_function(world: World, service: str, source: str, arrives: bool) -> None:
    group, function = world.group(), world.function()
    head = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
    world.open_function(function, service, SourceArn=head + source.format(group=group))

    def subscribe() -> None:
        world.client("logs").put_subscription_filter(
            logGroupName=group, filterName="f", filterPattern="", destinationArn=function
        )

    if not arrives:
        assert refused(subscribe) == NOT_EXECUTED
        return
    subscribe()
    world.log(group)
    assert len(world.invoked) == 1


@pytest.mark.parametrize("missing", ["GetBucketAcl", "PutObject", None])
def test_export_to_a_bucket(world: World, missing: str | None) -> None:
    """CloudWatch Logs User Guide, S3ExportTasksConsole."""
    s3, group, bucket = world.client("s3"), world.group(), world.bucket()
    source = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
    service = f"logs.{REGION}.amazonaws.com"
    resources = {"GetBucketAcl": f"arn:aws:s3:::{bucket}", "PutObject": f"arn:aws:s3:::{bucket}/*"}
    statements = [
        let(service, f"s3:{action}", resource, source=source)
        for action, resource in resources.items()
        if action != missing
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=document(*statements))
    task = {"logGroupName": group, "fromTime": 0, "to": 1, "destination": bucket}
    export = world.client("logs").create_export_task
    if missing is None:
        assert export(**task)["taskId"]
        return
    assert refused(export, **task) == (
        "InvalidParameterException",
        f"{missing} call on the given bucket failed. Please check if CloudWatch Logs has been"
        " granted permission to perform this operation.",
    )


# --- others -------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", [None, ACCOUNT, OTHER])
def test_rotation(world: World, account: str | None) -> None:
    secrets, function = world.client("secretsmanager"), world.function()
    more = {} if account is None else {"SourceAccount": account}
    world.open_function(function, "secretsmanager.amazonaws.com", **more)
    secret = secrets.create_secret(Name=name("secret"), SecretString="s")["ARN"]

    def rotate() -> None:
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function)

    if account == OTHER:
        code, message = refused(rotate)
        assert code == "AccessDeniedException"
        assert "grants access to the principal secretsmanager.amazonaws.com" in message
        return
    rotate()
    assert len(world.invoked) == 4


@pytest.mark.parametrize("right", [True, False])
def test_feedback_of_ses(world: World, right: bool) -> None:
    """SNS Developer Guide, sns-access-policy-use-cases: a policy by aws:SourceOwner."""
    ses, topic = world.client("ses"), world.topic()
    ses.verify_domain_identity(Domain="example.com")
    ses.set_identity_notification_topic(
        Identity="example.com", NotificationType="Bounce", SnsTopic=topic
    )
    owner = {"StringEquals": {"aws:SourceOwner": ACCOUNT if right else OTHER}}
    statement = let("ses.amazonaws.com", "sns:Publish", topic) | {"Condition": owner}
    world.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=document(statement)
    )
    url, queue = world.queue()
    world.open_queue(url, let("sns.amazonaws.com", "sqs:SendMessage", queue))
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    ses.send_email(
        Source="a@example.com",
        Destination={"ToAddresses": ["bounce@simulator.amazonses.com"]},
        Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
    )
    assert len(world.messages(url)) == right


@pytest.mark.parametrize("right", [True, False])
def test_secrets_read_as_parameters(world: World, right: bool) -> None:
    """Systems Manager User Guide, integration-ps-secretsmanager: with the caller's own rights."""
    own = name("secret")
    secret = world.client("secretsmanager").create_secret(Name=own, SecretString="s")["ARN"]
    more = [allow("secretsmanager:GetSecretValue", resource=secret)] if right else []
    _, keys = world.live.user(allow("ssm:GetParameter"), *more)
    parameter = f"/aws/reference/secretsmanager/{own}"

    def read() -> Any:
        ssm = world.live.client("ssm", keys)
        return ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]

    if right:
        assert read() == "s"
        return
    code, message = refused(read)
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in message
