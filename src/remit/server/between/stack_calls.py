"""CloudFormation: with which calls a resource is made, by its type.

What may live here: one table of the types of which the API operation is certain, with the
parameters on which its permissions hang. A type that is not here is made without being decided, and
so are the calls that CloudFormation makes besides (waiting, reading, tagging): docs/between.md.

Source: CloudFormation Template Reference, the types' pages; each type's `handlers` in its schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Call: TypeAlias = tuple[str, str, dict[str, Any]]
"""Service and operation, as botocore names them, and parameters."""
Properties: TypeAlias = Mapping[str, Any]

# Type to `service Operation`, then the parameters: `Parameter=Property`, where `@` is the name that
# the resource gets. A property that is not set is no parameter.
_TYPES: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "dynamodb CreateTable TableName=@",
    "AWS::EC2::SecurityGroup": "ec2 CreateSecurityGroup VpcId=VpcId",
    "AWS::EC2::Subnet": "ec2 CreateSubnet VpcId=VpcId",
    "AWS::EC2::VPC": "ec2 CreateVpc",
    "AWS::ECR::Repository": "ecr CreateRepository repositoryName=@",
    "AWS::Events::EventBus": "events CreateEventBus Name=@",
    "AWS::Events::Rule": "events PutRule Name=@ EventBusName=EventBusName RoleArn=RoleArn",
    "AWS::IAM::Group": "iam CreateGroup GroupName=@ Path=Path",
    "AWS::IAM::InstanceProfile": "iam CreateInstanceProfile InstanceProfileName=@ Path=Path",
    "AWS::IAM::ManagedPolicy": "iam CreatePolicy PolicyName=@ Path=Path",
    "AWS::IAM::Role": (
        "iam CreateRole RoleName=@ Path=Path PermissionsBoundary=PermissionsBoundary"
    ),
    "AWS::IAM::User": (
        "iam CreateUser UserName=@ Path=Path PermissionsBoundary=PermissionsBoundary"
    ),
    "AWS::KMS::Key": "kms CreateKey",
    "AWS::Kinesis::Stream": "kinesis CreateStream StreamName=@",
    "AWS::Lambda::EventSourceMapping": (
        "lambda CreateEventSourceMapping FunctionName=FunctionName EventSourceArn=EventSourceArn"
    ),
    "AWS::Lambda::Function": "lambda CreateFunction FunctionName=@ Role=Role Code=Code",
    "AWS::Lambda::Permission": (
        "lambda AddPermission FunctionName=FunctionName Principal=Principal Action=Action"
    ),
    "AWS::Logs::LogGroup": "logs CreateLogGroup logGroupName=@",
    "AWS::S3::Bucket": "s3 CreateBucket Bucket=@",
    "AWS::S3::BucketPolicy": "s3 PutBucketPolicy Bucket=Bucket",
    "AWS::SNS::Subscription": (
        "sns Subscribe TopicArn=TopicArn Protocol=Protocol Endpoint=Endpoint"
    ),
    "AWS::SNS::Topic": "sns CreateTopic Name=@",
    "AWS::SQS::Queue": "sqs CreateQueue QueueName=@",
    "AWS::SSM::Parameter": "ssm PutParameter Name=@ Type=Type",
    "AWS::SecretsManager::Secret": "secretsmanager CreateSecret Name=@",
    "AWS::StepFunctions::StateMachine": ("stepfunctions CreateStateMachine name=@ roleArn=RoleArn"),
}


def calls(kind: str, name: str, properties: Properties) -> Iterator[Call]:
    """The calls that make a resource of that type, as far as they are known. `name` is what it
    gets."""
    written = _TYPES.get(kind)
    if written is not None:
        service, operation, *parameters = written.split()
        yield service, operation, _filled(parameters, name, properties)
    more = _MORE.get(kind)
    if more is not None:
        yield from more(name, properties)


def _filled(parameters: list[str], name: str, properties: Properties) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in parameters:
        target, _, source = parameter.partition("=")
        value = name if source == "@" else properties.get(source)
        if value is not None:
            found[target] = value
    return found


# --- types that take several calls ----------------------------------------------------------------


def _policies(holder: str) -> Callable[[str, Properties], Iterator[Call]]:
    """Policies of a role, user or group, inline and attached."""

    def found(name: str, properties: Properties) -> Iterator[Call]:
        for policy in _list(properties.get("Policies")):
            named = str(policy.get("PolicyName", "")) if isinstance(policy, dict) else ""
            yield "iam", f"Put{holder}Policy", {f"{holder}Name": name, "PolicyName": named}
        for arn in _list(properties.get("ManagedPolicyArns")):
            yield "iam", f"Attach{holder}Policy", {f"{holder}Name": name, "PolicyArn": str(arn)}

    return found


def _holders(operation: str, own: str) -> Callable[[str, Properties], Iterator[Call]]:
    """A policy that names the roles, users and groups that get it."""

    def found(name: str, properties: Properties) -> Iterator[Call]:
        for holder in ("Role", "User", "Group"):
            for one in _list(properties.get(f"{holder}s")):
                named = operation.format(holder)
                yield "iam", named, {f"{holder}Name": str(one), own: name}

    return found


def _targets(name: str, properties: Properties) -> Iterator[Call]:
    targets = _list(properties.get("Targets"))
    if targets:
        bus = properties.get("EventBusName")
        more = {} if bus is None else {"EventBusName": bus}
        yield "events", "PutTargets", {"Rule": name, "Targets": targets, **more}


def _profile(name: str, properties: Properties) -> Iterator[Call]:
    for role in _list(properties.get("Roles")):
        named = {"InstanceProfileName": name, "RoleName": str(role)}
        yield "iam", "AddRoleToInstanceProfile", named


def _queue_policy(name: str, properties: Properties) -> Iterator[Call]:
    for url in _list(properties.get("Queues")):
        yield "sqs", "SetQueueAttributes", {"QueueUrl": str(url), "Attributes": {}}


def _topic_policy(name: str, properties: Properties) -> Iterator[Call]:
    for arn in _list(properties.get("Topics")):
        yield "sns", "SetTopicAttributes", {"TopicArn": str(arn), "AttributeName": "Policy"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


_MORE: Mapping[str, Callable[[str, Properties], Iterator[Call]]] = {
    "AWS::Events::Rule": _targets,
    "AWS::IAM::Group": _policies("Group"),
    "AWS::IAM::InstanceProfile": _profile,
    "AWS::IAM::Policy": _holders("Put{}Policy", "PolicyName"),
    "AWS::IAM::Role": _policies("Role"),
    "AWS::IAM::User": _policies("User"),
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SQS::QueuePolicy": _queue_policy,
}
TYPES = frozenset({*_TYPES, *_MORE})
"""The types that are decided."""
