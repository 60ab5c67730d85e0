"""Resource policies of a stack: on which resource each is, and what it says.

Source: CloudFormation Template Reference, the page of each type named in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.cloudformation.policies import Documents, at
from remit.deploy.cloudformation.roles import title
from remit.deploy.cloudformation.stack import Stack, listed
from remit.deploy.cloudformation.template import Resource
from remit.deploy.model import Attached
from remit.syntax.nodes import Mapping, Node

# A resource of its own: the property that names what it is on, the policy's, the kind it is on.
_SEPARATE = {
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument", "AWS::S3::Bucket"),
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument", "AWS::SQS::Queue"),
    "AWS::SQS::QueueInlinePolicy": ("Queue", "PolicyDocument", "AWS::SQS::Queue"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument", "AWS::SNS::Topic"),
    "AWS::SNS::TopicInlinePolicy": ("TopicArn", "PolicyDocument", "AWS::SNS::Topic"),
    "AWS::SecretsManager::ResourcePolicy": (
        "SecretId",
        "ResourcePolicy",
        "AWS::SecretsManager::Secret",
    ),
    "AWS::Events::EventBusPolicy": ("EventBusName", "Statement", "AWS::Events::EventBus"),
    "AWS::Kinesis::ResourcePolicy": ("ResourceArn", "ResourcePolicy", "AWS::Kinesis::Stream"),
}
# A property of the resource itself; a dot leads into an object.
_WITHIN = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::DynamoDB::Table": "ResourcePolicy.PolicyDocument",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::OpenSearchService::Domain": "AccessPolicies",
    "AWS::Elasticsearch::Domain": "AccessPolicies",
    "AWS::ApiGateway::RestApi": "Policy",
}
_PERMISSION = "AWS::Lambda::Permission"


def attached(stack: Stack, documents: Documents) -> Iterator[Attached]:
    """Every resource policy of the stack."""
    for resource in stack.of_type(*_SEPARATE):
        named, where, kind = _SEPARATE[resource.type]
        node = resource.properties.get(where)
        if node is None:
            continue
        if where == "Statement":
            node = _document(stack, resource, node)
        for one in listed(stack, resource.properties.get(named)):
            yield from _one(stack, documents, resource, node, kind, _arn(stack, one.text, kind))
    for resource in stack.of_type(*_WITHIN):
        found: Node | None = resource.properties
        for step in _WITHIN[resource.type].split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        if found is not None:
            arn = stack.arn(resource) or _api(stack, resource)
            yield from _one(stack, documents, resource, found, resource.type, arn)
    for resource in stack.of_type(_PERMISSION):
        arn = _arn(
            stack, stack.text(resource.properties.get("FunctionName")), "AWS::Lambda::Function"
        )
        document = at(_permission(stack, resource, arn), resource.key.span)
        yield from _one(stack, documents, resource, document, "AWS::Lambda::Function", arn)


def _one(
    stack: Stack, documents: Documents, resource: Resource, node: Node, kind: str, arn: str
) -> Iterator[Attached]:
    policy = documents.read(stack, node, title(stack, resource), "resource")
    if policy is None:
        return
    text = stack.names.text(arn)
    whole = text if isinstance(text, Text) else Text.of(text)
    symbols = stack.names.symbols()
    yield Attached(whole, kind, replace(policy, symbols=symbols), _span(node, resource))


def _span(node: Node, resource: Resource) -> Span:
    return node.span if node.span.file == resource.key.span.file else resource.key.span


def _document(stack: Stack, resource: Resource, statement: Node) -> Node:
    """An event bus's policy has one statement and its id beside it."""
    span = statement.span
    version = at({"Version": "2012-10-17"}, span)
    assert isinstance(version, Mapping)  # noqa: S101 - an object was written
    key = replace(version.entries[0][0], value="Statement", text="Statement")
    return Mapping((*version.entries, (key, statement)), span)


def _api(stack: Stack, resource: Resource) -> str:
    names = stack.names
    where = f"{names.region}:{names.account}:{stack.title(resource)}"
    return f"arn:{names.partition}:execute-api:{where}/*"


# What stands before a name in the ARN, where a property may hold a name or a URL.
_NAMED = {
    "AWS::SQS::Queue": "sqs:{region}:{account}:",
    "AWS::SNS::Topic": "sns:{region}:{account}:",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:",
    "AWS::S3::Bucket": "s3:::",
}


def _arn(stack: Stack, named: str, kind: str) -> str:
    """The ARN of what a name, a URL or an ARN stands for."""
    if named.startswith("arn:") or kind not in _NAMED:
        return named
    names = stack.names
    before = _NAMED[kind].format(region=names.region, account=names.account)
    return f"arn:{names.partition}:{before}{named.rpartition('/')[2]}"


def _permission(stack: Stack, resource: Resource, arn: str) -> dict[str, object]:
    """The statement that Lambda's AddPermission makes (Lambda API Reference, AddPermission)."""
    of = {key.text: stack.text(node) for key, node in resource.properties.entries}
    who = of.get("Principal", "")
    kind = "Service" if "." in who and not who.startswith("arn:") else "AWS"
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": "*" if who == "*" else {kind: who},
        "Action": of.get("Action", ""),
        "Resource": arn,
    }
    tests: dict[str, dict[str, str]] = {}
    for name, (operator, key) in _TESTS.items():
        if of.get(name):
            tests.setdefault(operator, {})[key] = of[name]
    if tests:
        statement["Condition"] = tests
    return {"Version": "2012-10-17", "Statement": [statement]}


_TESTS = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
}
