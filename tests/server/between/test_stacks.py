"""CloudFormation: a stack's resources are made with its role's rights, or the caller's.

Sources: CloudFormation User Guide, using-iam-servicerole; CreateStack's OnFailure; facts/iam.md 3.5.
"""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.server.between.world import ACCOUNT, HEAD, REGION, World, name
from tests.server.live import allow, deny, refused

SERVICE = "cloudformation.amazonaws.com"
SQS = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"


def template(**resources: dict[str, Any]) -> str:
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


def a(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def queue_of(prefix: str) -> dict[str, Any]:
    return a("SQS::Queue", QueueName=name(prefix))


def caller(world: World, *statements: dict[str, Any]) -> World:
    """The same world, seen by a user with these rights and that to work with stacks."""
    _, keys = world.live.user(allow("cloudformation:*", "iam:PassRole"), *statements)
    found = replace(world, keys=keys)
    found.between()
    return found


def status(world: World, stack: str) -> tuple[str, list[str]]:
    """The stack's status, and the reasons of what failed."""
    client = world.live.client("cloudformation")
    told = client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [
        one["ResourceStatusReason"]
        for one in events
        if one["ResourceStatus"] == "CREATE_FAILED" and one["ResourceType"] != _STACK
    ]
    return told, failed


_STACK = "AWS::CloudFormation::Stack"


def test_made_with_the_callers_rights(world: World) -> None:
    me = caller(world, allow("sqs:CreateQueue", resource=f"{SQS}mine-*"))
    stack = name("stack")
    body = template(Queue=queue_of("mine"))
    me.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)
    assert status(world, stack) == ("CREATE_COMPLETE", [])
    decided = next(one for one in reversed(world.heard.all) if one.service == "sqs")
    assert decided.allowed
    assert decided.principal.startswith(f"{HEAD}user/user-")


def test_what_the_caller_may_not_make_is_taken_back(world: World) -> None:
    me = caller(world, allow("sqs:CreateQueue", resource=f"{SQS}mine-*"))
    stack, mine, other = name("stack"), queue_of("mine"), queue_of("other")
    body = template(A=mine, B={**other, "DependsOn": "A"})
    found = me.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)
    assert stack in found["StackId"]  # CreateStack answers; the stack fails
    told, (why,) = status(world, stack)
    assert told == "ROLLBACK_COMPLETE"
    denied = f"{SQS}{other['Properties']['QueueName']}"
    assert "is not authorized to perform: sqs:createqueue on resource: " + denied in why
    assert "because no identity-based policy allows the sqs:createqueue action" in why
    queues = world.client("sqs").list_queues().get("QueueUrls", [])
    assert not any(one.endswith(mine["Properties"]["QueueName"]) for one in queues)


@pytest.mark.parametrize(
    ("more", "expected", "kept"),
    [
        ({"DisableRollback": True}, "CREATE_FAILED", True),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", True),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", False),
    ],
)
def test_on_failure(world: World, more: dict[str, Any], expected: str, kept: bool) -> None:
    me = caller(world, allow("sqs:CreateQueue", resource=f"{SQS}mine-*"))
    mine = queue_of("mine")
    body = template(A=mine, B={**queue_of("other"), "DependsOn": "A"})
    found = me.client("cloudformation").create_stack(
        StackName=name("stack"), TemplateBody=body, **more
    )
    assert status(world, found["StackId"])[0] == expected
    queues = world.client("sqs").list_queues().get("QueueUrls", [])
    there = any(one.endswith(mine["Properties"]["QueueName"]) for one in queues)
    assert there == kept


@pytest.mark.parametrize("right", [True, False])
def test_made_with_the_role_of_the_stack(world: World, right: bool) -> None:
    """The caller's own rights do not count then, neither for nor against."""
    me = caller(world, deny("sqs:*") if right else allow("sqs:*"))
    granted = allow("sqs:*") if right else allow("sns:*")
    role, stack = world.role(SERVICE, granted), name("stack")
    me.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=template(Queue=queue_of("q")), RoleARN=role
    )
    assert status(world, stack)[0] == ("CREATE_COMPLETE" if right else "ROLLBACK_COMPLETE")
    session = f"assumed-role/{role.rpartition('/')[2]}/AWSCloudFormation"
    who, action, allowed = world.between()[-1]
    assert (who.endswith(session), action, allowed) == (True, "sqs:CreateQueue", right)


def test_a_role_that_does_not_trust_cloudformation(world: World) -> None:
    role = world.role("lambda.amazonaws.com", allow("sqs:*"))
    call = world.client("cloudformation").create_stack
    body = template(Queue=queue_of("q"))
    assert refused(call, StackName=name("stack"), TemplateBody=body, RoleARN=role) == (
        "ValidationError",
        f"Role {role} is invalid or cannot be assumed",
    )


def test_direct_calls_only(world: World) -> None:
    """What CloudFormation does for the caller is told apart by aws:CalledVia (facts 3.5)."""
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": SERVICE}}
    me = caller(world, allow("sqs:CreateQueue", Condition=via))
    stack = name("stack")
    me.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=template(Queue=queue_of("q"))
    )
    assert status(world, stack)[0] == "CREATE_COMPLETE"
    assert refused(me.client("sqs").create_queue, QueueName=name("q"))[0] == "AccessDenied"


def test_roles_of_the_stack_itself_are_seen(world: World) -> None:
    """A function's role is made a moment before the function reads with it."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    reading = {"Version": "2012-10-17", "Statement": [allow("sqs:*")]}
    body = template(
        Queue=queue_of("q"),
        Role=a(
            "IAM::Role",
            AssumeRolePolicyDocument=trust,
            Policies=[{"PolicyName": "own", "PolicyDocument": reading}],
        ),
        Function=a(
            "Lambda::Function",
            Code={"ZipFile": "def h(e, c): pass"},
            Handler="index.h",
            Runtime="python3.12",
            Role={"Fn::GetAtt": ["Role", "Arn"]},
        ),
        Mapping=a(
            "Lambda::EventSourceMapping",
            FunctionName={"Ref": "Function"},
            EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]},
        ),
    )
    stack = name("stack")
    world.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
    )
    assert status(world, stack)[0] == "CREATE_COMPLETE"


def test_an_update_that_is_denied(world: World) -> None:
    me = caller(world, allow("sqs:CreateQueue", resource=f"{SQS}mine-*"))
    client, stack, mine = me.client("cloudformation"), name("stack"), queue_of("mine")
    client.create_stack(StackName=stack, TemplateBody=template(A=mine))
    client.update_stack(StackName=stack, TemplateBody=template(A=mine, B=queue_of("other")))
    assert status(world, stack)[0] == "UPDATE_ROLLBACK_COMPLETE"
    found = client.describe_stack_resources(StackName=stack)["StackResources"]
    assert [one["LogicalResourceId"] for one in found] == ["A"]
    client.update_stack(StackName=stack, TemplateBody=template(A=mine, B=queue_of("mine")))
    assert status(world, stack)[0] == "UPDATE_COMPLETE"


@pytest.mark.parametrize("right", [True, False])
def test_change_sets(world: World, right: bool) -> None:
    me = caller(world, allow("sqs:CreateQueue", resource=f"{SQS}mine-*"))
    client, stack = me.client("cloudformation"), name("stack")
    client.create_change_set(
        StackName=stack,
        ChangeSetName="c",
        ChangeSetType="CREATE",
        TemplateBody=template(Queue=queue_of("mine" if right else "other")),
    )
    client.execute_change_set(StackName=stack, ChangeSetName="c")
    assert status(world, stack)[0] == ("CREATE_COMPLETE" if right else "ROLLBACK_COMPLETE")


# --- the table ----------------------------------------------------------------------------------

ANY = {"Version": "2012-10-17", "Statement": []}
ROLE = f"{HEAD}role/r"
# Type, properties, and the permissions that making it asks for.
MADE: list[tuple[str, dict[str, Any], set[str]]] = [
    ("DynamoDB::Table", {}, {f"dynamodb:CreateTable arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/@"}),
    ("ECR::Repository", {}, {f"ecr:CreateRepository arn:aws:ecr:{REGION}:{ACCOUNT}:repository/@"}),
    (
        "Events::Rule",
        {"Targets": [{"Id": "1", "Arn": "arn:aws:sns:us-east-1:1:t", "RoleArn": ROLE}]},
        {
            f"events:PutRule arn:aws:events:{REGION}:{ACCOUNT}:rule/@",
            f"events:PutTargets arn:aws:events:{REGION}:{ACCOUNT}:rule/@",
            f"iam:PassRole {ROLE}",
        },
    ),
    (
        "IAM::Role",
        {
            "Policies": [{"PolicyName": "x"}],
            "ManagedPolicyArns": [f"{HEAD}policy/y"],
        },
        {
            f"iam:CreateRole {HEAD}role/@",
            f"iam:PutRolePolicy {HEAD}role/@",
            f"iam:AttachRolePolicy {HEAD}role/@",
        },
    ),
    ("IAM::ManagedPolicy", {}, {f"iam:CreatePolicy {HEAD}policy/@"}),
    ("IAM::Policy", {"Roles": ["r"]}, {f"iam:PutRolePolicy {HEAD}role/r"}),
    ("KMS::Key", {}, {"kms:CreateKey *"}),
    ("Kinesis::Stream", {}, {f"kinesis:CreateStream arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/@"}),
    (
        "Lambda::Function",
        {"Role": ROLE},
        {
            f"lambda:CreateFunction arn:aws:lambda:{REGION}:{ACCOUNT}:function:@",
            f"iam:PassRole {ROLE}",
        },
    ),
    (
        "Lambda::Permission",
        {"FunctionName": "f"},
        {f"lambda:AddPermission arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"},
    ),
    ("Logs::LogGroup", {}, {f"logs:CreateLogGroup arn:aws:logs:{REGION}:{ACCOUNT}:log-group:@"}),
    ("S3::Bucket", {}, {"s3:CreateBucket arn:aws:s3:::@"}),
    ("S3::BucketPolicy", {"Bucket": "b"}, {"s3:PutBucketPolicy arn:aws:s3:::b"}),
    ("SNS::Topic", {}, {f"sns:CreateTopic arn:aws:sns:{REGION}:{ACCOUNT}:@"}),
    (
        "SNS::TopicPolicy",
        {"Topics": [f"arn:aws:sns:{REGION}:{ACCOUNT}:t"]},
        {f"sns:SetTopicAttributes arn:aws:sns:{REGION}:{ACCOUNT}:t"},
    ),
    ("SQS::Queue", {}, {f"sqs:CreateQueue {SQS}@"}),
    (
        "SQS::QueuePolicy",
        {"Queues": [f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"]},
        {f"sqs:SetQueueAttributes {SQS}q"},
    ),
    ("SSM::Parameter", {}, {f"ssm:PutParameter arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/@"}),
    (
        "SecretsManager::Secret",
        {},
        {f"secretsmanager:CreateSecret arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:@-*"},
    ),
    (
        "StepFunctions::StateMachine",
        {"RoleArn": ROLE},
        {
            f"states:CreateStateMachine arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:@",
            f"iam:PassRole {ROLE}",
        },
    ),
    ("CloudWatch::Alarm", {}, set()),
]


@pytest.mark.parametrize(("kind", "properties", "expected"), MADE, ids=[row[0] for row in MADE])
def test_what_making_a_resource_asks_for(
    world: World, kind: str, properties: dict[str, Any], expected: set[str]
) -> None:
    from remit.app.authenticate import of_key
    from remit.server.between.stacks import _deliveries

    built = world.live.built
    who = of_key(built.state.account(ACCOUNT), built.administrator)
    now: Any = SimpleNamespace(caller=who)
    found = {
        f"{one.action} {one.resource}"
        for delivery in _deliveries(now, ROLE, REGION, f"AWS::{kind}", "@", properties)
        for one in delivery.asked
    }
    assert found == expected


def test_every_operation_of_the_table_is_known() -> None:
    """To botocore, and to the catalog."""
    from remit.catalog.models import service_model
    from remit.server.between.stack_calls import TYPES, calls

    full = {
        "Policies": [{"PolicyName": "x"}],
        "ManagedPolicyArns": ["y"],
        "Roles": ["r"],
        "Users": ["u"],
        "Groups": ["g"],
        "Targets": [{"Id": "1"}],
        "Queues": ["q"],
        "Topics": ["t"],
    }
    for kind in TYPES:
        found = list(calls(kind, "name", full))
        assert found
        for service, operation, parameters in found:
            model = service_model(service)
            assert model is not None, service
            assert set(parameters) <= set(model.members(operation)), (kind, operation)


IN_YAML = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {role}
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: "sts:AssumeRole"}}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{{Effect: Allow, Action: "s3:GetObject", Resource: "*"}}]
  Queue: {{Type: "AWS::SQS::Queue", Properties: {{QueueName: {queue}}}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: 2012-10-17
        Statement: [{{Effect: Allow, Principal: {{AWS: "*"}}, Action: "kms:*", Resource: "*"}}]
"""


def test_a_version_without_quotes(world: World) -> None:
    """YAML takes it for a date; the account must stay readable."""
    role, queue = name("role"), name("queue")
    client = world.live.client("cloudformation")
    client.create_stack(
        StackName=name("stack"),
        TemplateBody=IN_YAML.format(role=role, queue=queue),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    world.live.client("iam").get_role(RoleName=role)
    found = world.live.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    world.live.client("sqs").send_message(QueueUrl=found, MessageBody="one")
    keys = world.live.client("kms").list_keys()["Keys"]
    assert [world.live.client("kms").describe_key(KeyId=one["KeyId"]) for one in keys]
    world.live.client("sts").get_caller_identity()
