"""Policies on resources: of buckets, queues, topics, keys, secrets, repositories, APIs, functions.

Source: the AWS provider's documentation, a page for each type in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.core.policy import Policy
from remit.core.text import Text
from remit.deploy.model import Attached
from remit.deploy.terraform import places
from remit.deploy.terraform.policies import policy
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Fault, Value
from remit.syntax import nodes
from remit.syntax.policy import parse


@dataclass(frozen=True, slots=True)
class _Holder:
    """A resource type with a policy: `on` is the argument that names what it is attached to (empty:
    the resource itself), of Terraform type `type` and CloudFormation type `kind`; `by` are the
    attributes of that by which it may be named."""

    on: str
    type: str
    kind: str
    by: tuple[str, ...] = ("arn", "id")


_HOLDERS = {
    "aws_api_gateway_rest_api": _Holder("", "aws_api_gateway_rest_api", "AWS::ApiGateway::RestApi"),
    "aws_api_gateway_rest_api_policy": _Holder(
        "rest_api_id", "aws_api_gateway_rest_api", "AWS::ApiGateway::RestApi"
    ),
    "aws_dynamodb_resource_policy": _Holder(
        "resource_arn", "aws_dynamodb_table", "AWS::DynamoDB::Table"
    ),
    "aws_ecr_repository_policy": _Holder(
        "repository", "aws_ecr_repository", "AWS::ECR::Repository", ("name",)
    ),
    "aws_kms_key": _Holder("", "aws_kms_key", "AWS::KMS::Key"),
    "aws_kms_key_policy": _Holder("key_id", "aws_kms_key", "AWS::KMS::Key"),
    "aws_s3_bucket": _Holder("", "aws_s3_bucket", "AWS::S3::Bucket"),
    "aws_s3_bucket_policy": _Holder("bucket", "aws_s3_bucket", "AWS::S3::Bucket", ("id",)),
    "aws_secretsmanager_secret_policy": _Holder(
        "secret_arn", "aws_secretsmanager_secret", "AWS::SecretsManager::Secret"
    ),
    "aws_sns_topic": _Holder("", "aws_sns_topic", "AWS::SNS::Topic"),
    "aws_sns_topic_policy": _Holder("arn", "aws_sns_topic", "AWS::SNS::Topic"),
    "aws_sqs_queue": _Holder("", "aws_sqs_queue", "AWS::SQS::Queue"),
    "aws_sqs_queue_policy": _Holder("queue_url", "aws_sqs_queue", "AWS::SQS::Queue", ("id", "arn")),
}


def attached(resources: Resources, run: Run) -> Iterator[Attached]:
    """Every policy on a resource that can be told."""
    for kind, holder in _HOLDERS.items():
        for one in resources.of(kind):
            value = one.get("policy")
            if value.data in (None, ""):
                continue
            found = policy(value, run, one.address, "resource")
            if isinstance(found, Policy):
                yield Attached(_resource(one, holder, resources, run), holder.kind, found, one.span)
    for one in resources.of("aws_lambda_permission"):
        made = _permission(one, resources, run)
        if made is not None:
            yield made


def _resource(one: Instance, holder: _Holder, resources: Resources, run: Run) -> Text:
    """The ARN of what the policy is attached to, a symbol where it is not known."""
    named = one.get(holder.on) if holder.on else None
    target = one if named is None else resources.meant(named, holder.type, *holder.by)
    try:
        if target is not None:
            return target.attribute("arn", one.span).text or Text.of(run.setting(one.address))
    except Fault as fault:
        run.fault(fault)
    text = None if named is None else named.text
    if text is not None and str(text).startswith("arn:"):
        return text
    if text is not None and holder.type == "aws_s3_bucket":
        return Text.of(f"arn:{run.partition}:s3:::", text)
    return Text.of(run.setting(f"{one.address} resource"))


def _permission(one: Instance, resources: Resources, run: Run) -> Attached | None:
    """`aws_lambda_permission` as the statement that AWS adds to the function's policy.

    Source: Lambda API reference, AddPermission; the statement it stores (Lambda Developer Guide,
    access-control-resource-based).
    """
    function = one.get("function_name")
    target = resources.meant(function, "aws_lambda_function", "arn", "function_name")
    try:
        arn = None if target is None else target.attribute("arn", one.span).text
    except Fault:
        arn = None
    text = function.text
    if arn is None and text is not None and str(text).startswith("arn:"):
        arn = text
    if arn is None:
        return None
    parsed, _ = parse(_statement(one, arn), one.address, "resource")
    return None if parsed is None else Attached(arn, "AWS::Lambda::Function", parsed, one.span)


def _statement(one: Instance, arn: Text) -> nodes.Node:
    principal = one.get("principal")
    service = (principal.literal or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))
    star = principal.literal == "*"
    who: Value = Value({"Service" if service else "AWS": principal}, principal.span)
    statement: dict[str, Value] = {
        "Effect": Value("Allow", one.span),
        "Principal": principal if star else who,
        "Action": one.get("action"),
        "Resource": Value(
            arn if arn.literal is None else arn.literal, one.get("function_name").span
        ),
    }
    tests: dict[str, Value] = {}
    for name, operator, key in _CONDITIONS:
        value = one.get(name)
        if value.data is not None:
            inner = tests.get(operator)
            before = inner.data if inner is not None and isinstance(inner.data, dict) else {}
            tests[operator] = Value({**before, key: value}, value.span)
    if tests:
        statement["Condition"] = Value(tests, one.span)
    whole = {
        "Version": Value("2012-10-17", one.span),
        "Statement": Value((Value(statement, one.span),), one.span),
    }
    return places.node(Value(whole, one.span))


_CONDITIONS = (
    ("source_arn", "ArnLike", "AWS:SourceArn"),
    ("source_account", "StringEquals", "AWS:SourceAccount"),
    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
)
