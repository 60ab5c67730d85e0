"""Services that take on a role first: its trust policy must let them in, its policies decide.

Sources: facts/iam.md 4.4, 4.6, 4.8 and 4.11; Lambda Developer Guide, services-sqs-configure and
with-kinesis; EventBridge User Guide, eb-events-iam-roles; Firehose Developer Guide,
controlling-access; CloudWatch Logs User Guide, SubscriptionFilters.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.server.between.test_by_policy import notify, put, rule
from tests.server.between.world import ACCOUNT, REGION, World, let, name
from tests.server.live import Keys, allow, deny, document, refused

READ = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
SHARDS = ("GetRecords", "GetShardIterator", "DescribeStream")
LAMBDA, FIREHOSE = "lambda.amazonaws.com", "firehose.amazonaws.com"


def mapped(world: World, function: str, source: str, **more: Any) -> str:
    made = world.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=source, **more
    )
    return str(made["UUID"])


# --- event source mappings ----------------------------------------------------------------------


@pytest.mark.parametrize("missing", [*READ, None])
def test_queue_to_function(world: World, missing: str | None) -> None:
    url, queue = world.queue()
    granted = [one for one in READ if one != missing]
    function = world.function(world.role(LAMBDA, allow(*granted, resource=queue)))
    if missing is not None:
        code, message = refused(mapped, world, function, queue)
        assert code == "InvalidParameterValueException"
        action = missing.partition(":")[2]
        text = "The function execution role does not have permissions to call"
        assert message == f"{text} {action} on SQS"
        return
    mapped(world, function, queue)
    world.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    assert [json.loads(one)["Records"][0]["body"] for one in world.invoked] == ["hello"]
    assert world.messages(url) == []


def test_who_reads(world: World) -> None:
    """The session is the role's, under the function's name; the trust policy is asked first."""
    _, queue = world.queue()
    role = world.role(LAMBDA, allow(*READ, resource=queue))
    function = world.function(role)
    world.between()
    mapped(world, function, queue)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}"
    assert world.between() == [
        (LAMBDA, "sts:AssumeRole", True),
        (f"{session}/{function.rpartition(':')[2]}", "sqs:GetQueueAttributes", True),
    ]


def test_a_role_that_loses_the_queue(world: World) -> None:
    """The message stays where it is, unread, until the role may read again."""
    url, queue = world.queue(VisibilityTimeout="0")
    role = world.role(LAMBDA, allow(*READ, resource=queue))
    mapped(world, world.function(role), queue)
    world.grant(role, allow(*READ, resource=f"{queue}-other"))
    world.client("sqs").send_message(QueueUrl=url, MessageBody="one")
    assert world.invoked == []
    assert world.why().endswith(
        "because no identity-based policy allows the sqs:receivemessage action"
    )
    held = world.client("sqs").receive_message(
        QueueUrl=url, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert [one["Attributes"]["ApproximateReceiveCount"] for one in held] == ["1"]
    world.grant(role, allow(*READ, resource=queue))
    world.client("sqs").send_message(QueueUrl=url, MessageBody="two")
    assert len(world.invoked) == 2


def test_a_mapping_that_is_off_is_not_decided(world: World) -> None:
    url, queue = world.queue()
    role = world.role(LAMBDA, allow(*READ, resource=queue))
    mapping = mapped(world, world.function(role), queue)
    world.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    world.between()
    world.client("sqs").send_message(QueueUrl=url, MessageBody="one")
    assert (world.invoked, world.between()) == ([], [])


ROLES = [
    pytest.param({"service": "edgelambda.amazonaws.com"}, id="trust of another service"),
    pytest.param(
        {"when": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}, id="trust of another"
    ),
    pytest.param({"PermissionsBoundary": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}, id="edge"),
]


@pytest.mark.parametrize("more", ROLES)
def test_roles_that_do_not_reach(world: World, more: dict[str, Any]) -> None:
    _, queue = world.queue()
    more = dict(more)
    role = world.role(more.pop("service", LAMBDA), allow("sqs:*"), **more)
    function = world.function(role)
    code, _ = refused(mapped, world, function, queue)
    assert code == "InvalidParameterValueException"
    assert world.between()[-1][2] is False


@pytest.mark.parametrize("denied", [*SHARDS, None])
def test_stream_to_function(world: World, denied: str | None) -> None:
    stream, arn = world.stream()
    statements = [allow("kinesis:*", resource=arn)]
    if denied is not None:
        statements.append(deny(f"kinesis:{denied}"))
    function = world.function(world.role(LAMBDA, *statements))
    where = {"StartingPosition": "LATEST"}
    if denied is not None:
        code, message = refused(mapped, world, function, arn, **where)
        assert code == "InvalidParameterValueException"
        assert message.startswith(f"Cannot access stream {arn}. Please ensure the role can perform")
        return
    mapped(world, function, arn, **where)
    world.client("kinesis").put_record(StreamName=stream, Data=b"hello", PartitionKey="k")
    (event,) = world.invoked
    data = json.loads(event)["Records"][0]["kinesis"]["data"]
    assert base64.b64decode(data) == b"hello"


def test_a_stream_whose_reader_is_denied_later(world: World) -> None:
    stream, arn = world.stream()
    role = world.role(LAMBDA, allow("kinesis:*"))
    mapped(world, world.function(role), arn, StartingPosition="LATEST")
    world.grant(role, allow("kinesis:Describe*"))
    world.client("kinesis").put_record(StreamName=stream, Data=b"hello", PartitionKey="k")
    assert world.invoked == []
    assert world.between()[-1][1:] == ("kinesis:GetRecords", False)


@pytest.mark.parametrize("right", [True, False])
def test_table_to_function(world: World, right: bool) -> None:
    dynamodb, own = world.client("dynamodb"), name("table")
    made = dynamodb.create_table(
        TableName=own,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    stream = made["TableDescription"]["LatestStreamArn"]
    role = world.role(LAMBDA, allow("dynamodb:*", resource=stream))
    mapped(world, world.function(role), stream, StartingPosition="LATEST")
    if not right:
        world.grant(role, allow("dynamodb:*", resource=made["TableDescription"]["TableArn"]))
    dynamodb.put_item(TableName=own, Item={"id": {"S": "1"}})
    assert len(world.invoked) == right
    assert world.between()[-1][2] == right


@pytest.mark.parametrize("right", [True, False])
def test_log_of_a_function(world: World, right: bool) -> None:
    """Lambda Developer Guide, lambda-intro-execution-role."""
    from moto.awslambda.models import LambdaFunction

    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    role = world.role(LAMBDA)
    if right:
        iam = world.client("iam")
        iam.attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=basic)
    function = world.function(role)
    stub = LambdaFunction._invoke_lambda

    def speaking(self: Any, event: Any) -> tuple[str, bool, str]:
        self.logs_backend.ensure_log_group(self.logs_group_name)
        self.save_logs("hello")
        return stub(self, event)

    LambdaFunction._invoke_lambda = speaking  # as docker would
    try:
        world.client("lambda").invoke(FunctionName=function)
    finally:
        LambdaFunction._invoke_lambda = stub
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    found = world.client("logs").filter_log_events(logGroupName=group)["events"]
    assert [one["message"] for one in found] == ["hello"] * right


# --- EventBridge --------------------------------------------------------------------------------

EVENTS = "events.amazonaws.com"


@pytest.mark.parametrize("granted", ["kinesis:PutRecord", "kinesis:PutRecords", None])
def test_rule_to_stream(world: World, granted: str | None) -> None:
    stream, arn = world.stream()
    role = world.role(EVENTS, allow(granted or "s3:*", resource="*"))
    source = rule(world, arn, RoleArn=role)
    put(world, source)
    kinesis = world.client("kinesis")
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    at = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=at)["Records"]
    right = granted == "kinesis:PutRecord"
    assert [json.loads(one["Data"])["detail"] for one in records] == [{"number": 1}] * right
    assert world.between()[:1] == [(EVENTS, "sts:AssumeRole", True)]


def test_a_rule_without_a_role(world: World) -> None:
    _, arn = world.stream()
    put(world, rule(world, arn))
    assert world.between() == [(EVENTS, "kinesis:PutRecord", False)]


@pytest.mark.parametrize("right", [True, False])
def test_rule_to_state_machine(world: World, right: bool) -> None:
    machines = world.client("stepfunctions")
    own = name("machine")
    machine = machines.create_state_machine(
        name=own,
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        roleArn=world.role("states.amazonaws.com"),
    )["stateMachineArn"]
    role = world.role(EVENTS, allow("states:StartExecution", resource=machine))
    source = rule(world, machine, RoleArn=role)
    if not right:
        world.grant(role, allow("states:StartExecution", resource=f"{machine}-other"))
    put(world, source)
    assert len(machines.list_executions(stateMachineArn=machine)["executions"]) == right


@pytest.mark.parametrize("source", ["{rule}", "{rule}-other"])
def test_trust_of_one_rule(world: World, source: str) -> None:
    """The role is for one rule only (confused deputy)."""
    _, arn = world.stream()
    role = world.role(EVENTS, allow("kinesis:*"))
    made = rule(world, arn, RoleArn=role)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnEquals": {"aws:SourceArn": source.format(rule=made)}},
    }
    world.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=document(trust)
    )
    put(world, made)
    assert world.between()[0] == (EVENTS, "sts:AssumeRole", source == "{rule}")
    if source != "{rule}":
        assert world.why() == (
            f"User: {EVENTS} is not authorized to perform: sts:AssumeRole on resource: {role}"
        )


def bus(world: World, **target: Any) -> tuple[str, str]:
    """The URL of a queue behind another bus, and the ARN of a rule that sends to that bus."""
    events, own = world.client("events"), name("bus")
    arn = events.create_event_bus(Name=own)["EventBusArn"]
    url, queue = world.queue()
    world.open_queue(url, let(EVENTS, "sqs:SendMessage", queue))
    source = rule(world, arn, **target)
    pattern = json.dumps({"source": [source.rpartition("/")[2]]})
    inner = name("rule")
    events.put_rule(Name=inner, EventBusName=own, EventPattern=pattern)
    events.put_targets(Rule=inner, EventBusName=own, Targets=[{"Id": "1", "Arn": queue}])
    return url, source


@pytest.mark.parametrize("granted", ["events:PutEvents", "events:PutRule"])
def test_rule_to_bus_with_a_role(world: World, granted: str) -> None:
    url, source = bus(world, RoleArn=world.role(EVENTS, allow(granted)))
    put(world, source)
    assert len(world.messages(url)) == (granted == "events:PutEvents")


def test_rule_to_bus_of_the_same_account(world: World) -> None:
    url, source = bus(world)
    put(world, source)
    assert len(world.messages(url)) == 1


# --- Firehose and Logs --------------------------------------------------------------------------


def delivery(world: World, bucket: str, role: str) -> tuple[str, str]:
    """Name and ARN of a delivery stream."""
    own = name("delivery")
    made = world.client("firehose").create_delivery_stream(
        DeliveryStreamName=own,
        ExtendedS3DestinationConfiguration={
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "RoleARN": role,
            "Prefix": "in/",
        },
    )
    return own, str(made["DeliveryStreamARN"])


@pytest.mark.parametrize(
    ("resource", "external", "arrives"),
    [
        ("arn:aws:s3:::{bucket}/in/*", ACCOUNT, True),
        ("arn:aws:s3:::{bucket}", ACCOUNT, False),
        ("arn:aws:s3:::{bucket}/*", "444455556666", False),
    ],
)
def test_firehose_to_bucket(world: World, resource: str, external: str, arrives: bool) -> None:
    bucket = world.bucket()
    granted = allow("s3:PutObject", resource=resource.format(bucket=bucket))
    role = world.role(FIREHOSE, granted, when={"StringEquals": {"sts:ExternalId": ACCOUNT}})
    own, _ = delivery(world, bucket, role)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": FIREHOSE},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external}},
    }
    world.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=document(trust)
    )
    answer = world.client("firehose").put_record(DeliveryStreamName=own, Record={"Data": b"x"})
    assert answer["RecordId"]
    found = world.client("s3").list_objects_v2(Bucket=bucket)
    assert found["KeyCount"] == arrives
    assert world.between()[-1][2] == arrives


def test_a_bucket_that_refuses(world: World) -> None:
    """A Deny of the bucket's policy counts for the role as for everybody."""
    bucket = world.bucket()
    own, _ = delivery(world, bucket, world.role(FIREHOSE, allow("s3:*")))
    objects = f"arn:aws:s3:::{bucket}/*"
    closed = deny("s3:PutObject", resource=objects, Principal="*")
    world.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(closed))
    world.client("firehose").put_record(DeliveryStreamName=own, Record={"Data": b"x"})
    assert world.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert world.why().endswith("with an explicit deny in a resource-based policy")


@pytest.mark.parametrize("right", [True, False])
def test_log_group_to_stream(world: World, right: bool) -> None:
    _, arn = world.stream()
    group, logs = world.group(), world.client("logs")
    when = {"StringLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}}
    granted = allow("kinesis:PutRecord", resource=arn if right else f"{arn}-other")
    role = world.role("logs.amazonaws.com", granted, when=when)

    def subscribe() -> None:
        logs.put_subscription_filter(
            logGroupName=group,
            filterName="f",
            filterPattern="",
            destinationArn=arn,
            roleArn=role,
        )

    if not right:
        code, message = refused(subscribe)
        assert code == "InvalidParameterException"
        assert message.startswith("Could not deliver test message to specified Kinesis stream.")
        return
    subscribe()
    world.between()
    world.log(group)
    assert [one[1:] for one in world.between()] == [
        ("sts:AssumeRole", True),
        ("kinesis:PutRecord", True),
    ]


@pytest.mark.parametrize("right", [True, False])
def test_log_group_to_firehose_to_bucket(world: World, right: bool) -> None:
    """Two roles on the way; the second may lose its right after the filter was made."""
    bucket, group = world.bucket(), world.group()
    role = world.role(FIREHOSE, allow("s3:PutObject"))
    _, arn = delivery(world, bucket, role)
    world.client("logs").put_subscription_filter(
        logGroupName=group,
        filterName="f",
        filterPattern="",
        destinationArn=arn,
        roleArn=world.role("logs.amazonaws.com", allow("firehose:PutRecord", resource=arn)),
    )
    if not right:
        world.grant(role, allow("s3:GetObject"))
    world.log(group)
    assert world.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == right


# --- organisations ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def member(shared: World) -> World:
    """A world in a member account, whose SCP and RCP the tests set."""
    org = shared.client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        org.enable_policy_type(RootId=root, PolicyType=kind)
    made = org.create_account(Email="a@example.com", AccountName="member")
    account = made["CreateAccountStatus"]["AccountId"]
    found = shared.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
        RoleSessionName="work",
    )["Credentials"]
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return World(shared.live, shared.heard, shared.invoked, keys, account)


def attached(world: World, member: World, kind: str, statement: dict[str, Any]) -> Any:
    """Attach a policy to the member account; gives what takes it away."""
    org = world.client("organizations")
    policy = org.create_policy(
        Content=document(statement), Description="", Name=name("policy"), Type=kind
    )["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=policy, TargetId=member.account)
    return lambda: org.detach_policy(PolicyId=policy, TargetId=member.account)


def test_scp_binds_the_role(world: World, member: World) -> None:
    _, queue = member.queue()
    function = member.function(member.role(LAMBDA, allow("sqs:*")))
    closed = deny("sqs:ReceiveMessage")
    detach = attached(world, member, "SERVICE_CONTROL_POLICY", closed)
    code, _ = refused(mapped, member, function, queue)
    detach()
    assert code == "InvalidParameterValueException"
    assert "with an explicit deny in a service control policy" in world.why()
    mapped(member, function, queue)


def test_rcp_binds_the_service(world: World, member: World) -> None:
    """Who sends is not of the organisation's accounts, but the queue is (facts 4.7)."""
    topic, sns = member.topic(), member.client("sns")
    url, queue = member.queue()
    member.open_queue(url, let("sns.amazonaws.com", "sqs:SendMessage", queue))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    outside = {"StringNotEquals": {"aws:SourceAccount": "444455556666"}}
    closed = deny("sqs:SendMessage", Principal="*", Condition=outside)
    detach = attached(world, member, "RESOURCE_CONTROL_POLICY", closed)
    sns.publish(TopicArn=topic, Message="one")
    detach()
    assert member.messages(url) == []
    sns.publish(TopicArn=topic, Message="two")
    assert len(member.messages(url)) == 1
    assert [allowed for _, _, allowed in member.between() if _ == "sqs:SendMessage"][-2:] == [
        False,
        True,
    ]


@pytest.mark.parametrize("opened", [False, True])
def test_bus_of_another_account(world: World, member: World, opened: bool) -> None:
    """Its policy must let the sender's account in (EventBridge User Guide, eb-event-bus-perms)."""
    events, own = member.client("events"), name("bus")
    arn = events.create_event_bus(Name=own)["EventBusArn"]
    if opened:
        events.put_permission(
            EventBusName=own, Action="events:PutEvents", Principal=ACCOUNT, StatementId="s"
        )
    url, queue = member.queue()
    member.open_queue(url, let(EVENTS, "sqs:SendMessage", queue))
    source = rule(world, arn)
    inner, pattern = name("rule"), json.dumps({"source": [source.rpartition("/")[2]]})
    events.put_rule(Name=inner, EventBusName=own, EventPattern=pattern)
    events.put_targets(Rule=inner, EventBusName=own, Targets=[{"Id": "1", "Arn": queue}])
    put(world, source)
    assert len(member.messages(url)) == opened


@pytest.mark.parametrize("kind", ["SNS", "S3", "EventBridge"])
@pytest.mark.parametrize("opened", [False, True])
def test_queue_of_another_account(world: World, member: World, kind: str, opened: bool) -> None:
    """The receiver's policy alone decides, in whatever account it is (facts 4.2)."""
    url, queue = member.queue()
    services = {"SNS": "sns", "S3": "s3", "EventBridge": "events"}
    theirs = f"{services[kind]}.amazonaws.com"
    ours = {"StringEquals": {"aws:SourceAccount": ACCOUNT if opened else "444455556666"}}
    member.open_queue(url, let(theirs, "sqs:SendMessage", queue) | {"Condition": ours})
    if kind == "SNS":
        topic = world.topic()
        world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        world.client("sns").publish(TopicArn=topic, Message="m")
    elif kind == "EventBridge":
        put(world, rule(world, queue))
    else:
        bucket = world.bucket()
        notify(world, bucket, "Queue", queue, SkipDestinationValidation=True)
        world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert len(member.messages(url)) == (opened + (opened and kind == "S3"))  # and a test event
    assert world.between()[-1] == (theirs, "sqs:SendMessage", opened)
