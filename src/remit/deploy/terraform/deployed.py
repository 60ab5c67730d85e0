"""Resources beside functions and roles, in CloudFormation's terms: one row a resource type.

Source: the AWS provider's documentation, a page for each type; what an argument is called in
CloudFormation is on the page of the type there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.text import Text
from remit.deploy.model import Data, Resource
from remit.deploy.terraform import conversions
from remit.deploy.terraform.conversions import Arguments
from remit.deploy.terraform.resource_types import TYPES
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources
from remit.deploy.terraform.values import Fault

_Convert: TypeAlias = Callable[[Arguments], dict[str, Data]]


@dataclass(frozen=True, slots=True)
class Row:
    """One type. `title` is the attribute that is its name or id, `names` leads from arguments to
    properties of the same value, `convert` makes the others. `more` are attributes that the
    project may name, by CloudFormation's names for them."""

    type: str
    title: str = "name"
    names: Mapping[str, str] = field(default_factory=dict)
    convert: _Convert = conversions.nothing
    more: Mapping[str, str] = field(default_factory=dict)


ROWS: Mapping[str, Row] = {
    "aws_cloudwatch_event_bus": Row("AWS::Events::EventBus"),
    "aws_cloudwatch_log_group": Row(
        "AWS::Logs::LogGroup", names={"kms_key_id": "KmsKeyId"}, convert=conversions.log_group
    ),
    "aws_cognito_identity_pool": Row(
        "AWS::Cognito::IdentityPool",
        "id",
        {
            "identity_pool_name": "IdentityPoolName",
            "allow_unauthenticated_identities": "AllowUnauthenticatedIdentities",
        },
    ),
    "aws_cognito_user_pool": Row(
        "AWS::Cognito::UserPool",
        "id",
        {
            "name": "UserPoolName",
            "alias_attributes": "AliasAttributes",
            "auto_verified_attributes": "AutoVerifiedAttributes",
            "mfa_configuration": "MfaConfiguration",
            "username_attributes": "UsernameAttributes",
        },
        conversions.user_pool,
    ),
    "aws_cognito_user_pool_client": Row(
        "AWS::Cognito::UserPoolClient",
        "id",
        {
            "name": "ClientName",
            "allowed_oauth_flows": "AllowedOAuthFlows",
            "allowed_oauth_flows_user_pool_client": "AllowedOAuthFlowsUserPoolClient",
            "allowed_oauth_scopes": "AllowedOAuthScopes",
            "callback_urls": "CallbackURLs",
            "explicit_auth_flows": "ExplicitAuthFlows",
            "generate_secret": "GenerateSecret",
            "logout_urls": "LogoutURLs",
            "supported_identity_providers": "SupportedIdentityProviders",
            "user_pool_id": "UserPoolId",
        },
    ),
    "aws_dynamodb_table": Row(
        "AWS::DynamoDB::Table",
        names={
            "billing_mode": "BillingMode",
            "table_class": "TableClass",
            "deletion_protection_enabled": "DeletionProtectionEnabled",
        },
        convert=conversions.table,
        more={"StreamArn": "stream_arn"},
    ),
    "aws_ecr_repository": Row(
        "AWS::ECR::Repository", names={"image_tag_mutability": "ImageTagMutability"}
    ),
    "aws_kinesis_stream": Row(
        "AWS::Kinesis::Stream",
        names={"shard_count": "ShardCount", "retention_period": "RetentionPeriodHours"},
        convert=conversions.stream,
    ),
    "aws_kms_alias": Row(
        "AWS::KMS::Alias", names={"name": "AliasName", "target_key_id": "TargetKeyId"}
    ),
    "aws_kms_key": Row(
        "AWS::KMS::Key",
        "key_id",
        {
            "description": "Description",
            "key_usage": "KeyUsage",
            "customer_master_key_spec": "KeySpec",
            "enable_key_rotation": "EnableKeyRotation",
            "multi_region": "MultiRegion",
        },
    ),
    "aws_s3_bucket": Row("AWS::S3::Bucket", "bucket", convert=conversions.bucket),
    "aws_secretsmanager_secret": Row(
        "AWS::SecretsManager::Secret",
        names={"description": "Description", "kms_key_id": "KmsKeyId"},
        convert=conversions.secret,
    ),
    "aws_sns_topic": Row(
        "AWS::SNS::Topic",
        names={
            "display_name": "DisplayName",
            "fifo_topic": "FifoTopic",
            "content_based_deduplication": "ContentBasedDeduplication",
            "kms_master_key_id": "KmsMasterKeyId",
        },
        more={"Ref": "arn"},
    ),
    "aws_sns_topic_subscription": Row(
        "AWS::SNS::Subscription",
        "",
        {
            "topic_arn": "TopicArn",
            "protocol": "Protocol",
            "endpoint": "Endpoint",
            "filter_policy": "FilterPolicy",
            "filter_policy_scope": "FilterPolicyScope",
            "raw_message_delivery": "RawMessageDelivery",
            "redrive_policy": "RedrivePolicy",
        },
    ),
    "aws_sqs_queue": Row(
        "AWS::SQS::Queue",
        names={
            "content_based_deduplication": "ContentBasedDeduplication",
            "deduplication_scope": "DeduplicationScope",
            "delay_seconds": "DelaySeconds",
            "fifo_queue": "FifoQueue",
            "fifo_throughput_limit": "FifoThroughputLimit",
            "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
            "kms_master_key_id": "KmsMasterKeyId",
            "max_message_size": "MaximumMessageSize",
            "message_retention_seconds": "MessageRetentionPeriod",
            "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
            "redrive_allow_policy": "RedriveAllowPolicy",
            "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
            "visibility_timeout_seconds": "VisibilityTimeout",
        },
        convert=conversions.queue,
        more={"Ref": "url"},
    ),
    "aws_ssm_parameter": Row(
        "AWS::SSM::Parameter",
        names={
            "type": "Type",
            "description": "Description",
            "allowed_pattern": "AllowedPattern",
            "tier": "Tier",
            "data_type": "DataType",
        },
        convert=conversions.parameter,
    ),
}
"""By Terraform type."""

_WITHIN = frozenset(
    {
        "aws_s3_bucket_cors_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_secretsmanager_secret_version",
        "aws_sqs_queue_redrive_policy",
    }
)
"""Types whose arguments are properties of another resource: conversions.py takes them there."""

_POLICIES = (
    "aws_dynamodb_resource_policy",
    "aws_ecr_repository_policy",
    "aws_iam_",
    "aws_kms_key_policy",
    "aws_lambda_permission",
    "aws_s3_bucket_policy",
    "aws_secretsmanager_secret_policy",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
)
"""How types begin that are roles and policies: roles.py and attached.py read them."""


def deployed(resources: Resources) -> tuple[Resource, ...]:
    """All resources of a stage but roles and policies."""
    found = (
        one
        for type_, instances in resources.managed.items()
        if type_.startswith("aws_") and type_ not in _WITHIN and not type_.startswith(_POLICIES)
        for one in instances
    )
    return tuple(_resource(one, resources) for one in found)


def _resource(one: Instance, resources: Resources) -> Resource:
    row = ROWS.get(one.type)
    if row is None:
        row, properties = Row(one.type, "id"), {}
    else:
        arguments = Arguments(one, resources)
        properties = dict(_properties(arguments, row))
    attributes = dict(_attributes(one, row))
    title = _attribute(one, row.title) if row.title else None
    if one.type == "aws_ssm_parameter":  # its ARN has one slash less than its name
        title = one.get("name").text or title
    name, span = one.address, one.span
    return Resource(row.type, name, span, properties, title or Text.of(), attributes, one.open)


def _properties(arguments: Arguments, row: Row) -> Iterator[tuple[str, Data]]:
    for name, to in row.names.items():
        value = arguments.get(name)
        if value not in (None, ""):  # a plan has empty texts for what is not said
            yield to, value
    yield from row.convert(arguments).items()
    tags = arguments.get("tags")
    if tags is not None:
        yield "Tags", tags
    for name in arguments.unread(row.title):
        yield name, None


def _attributes(one: Instance, row: Row) -> Iterator[tuple[str, Text]]:
    names = {"Arn": "arn", **row.more} if one.type in TYPES else row.more
    for to, name in names.items():
        found = _attribute(one, name)
        if found is not None and (found.literal or found.holes):
            yield to, found


def _attribute(one: Instance, name: str) -> Text | None:
    try:
        return one.attribute(name, one.span).text
    except Fault:
        return None
