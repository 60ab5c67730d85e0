"""The types that are made, and those of which there is nothing to make here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from remit.app.provision import messages, others, secrets, storage
from remit.app.provision.model import Step
from remit.app.provision.of import Of


@dataclass(frozen=True, slots=True)
class Kind:
    """How resources of a type are made. `word` is what people call one. `not_here` says why one of
    them is not made, "" where it is. `url`: `Ref` gives an address."""

    make: Callable[[Of], Iterator[Step]]
    word: str
    not_here: Callable[[Of], str] | None = None
    url: bool = False


KINDS: Mapping[str, Kind] = {
    "AWS::Cognito::IdentityPool": Kind(others.identity_pool, "identity pool"),
    "AWS::Cognito::UserPool": Kind(others.user_pool, "user pool"),
    "AWS::Cognito::UserPoolClient": Kind(others.user_pool_client, "user pool client"),
    "AWS::DynamoDB::GlobalTable": Kind(storage.global_table, "table"),
    "AWS::DynamoDB::Table": Kind(storage.table, "table"),
    "AWS::ECR::Repository": Kind(storage.repository, "repository"),
    "AWS::Events::EventBus": Kind(messages.bus, "event bus"),
    "AWS::KMS::Alias": Kind(secrets.alias, "alias"),
    "AWS::KMS::Key": Kind(secrets.key, "key"),
    "AWS::Kinesis::Stream": Kind(messages.stream, "stream"),
    "AWS::Logs::LogGroup": Kind(others.log_group, "log group"),
    "AWS::S3::Bucket": Kind(storage.bucket, "bucket"),
    "AWS::SNS::Subscription": Kind(messages.subscription, "subscription", messages.only_queues),
    "AWS::SNS::Topic": Kind(messages.topic, "topic"),
    "AWS::SQS::Queue": Kind(messages.queue, "queue", url=True),
    "AWS::SSM::Parameter": Kind(secrets.parameter, "parameter"),
    "AWS::SecretsManager::Secret": Kind(secrets.secret, "secret"),
}

ELSEWHERE = frozenset(
    {
        # Roles and their policies: app/seeding.py makes them, and tells what it cannot.
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::RolePolicy",
        # Resource policies: policies.py puts them.
        "AWS::Events::EventBusPolicy",
        "AWS::Kinesis::ResourcePolicy",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicInlinePolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueueInlinePolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::ResourcePolicy",
        # Notes of a tool, and stacks, whose resources are listed themselves.
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::Stack",
    }
)

UNKNOWN = "remit makes none of this type"
NOT_MADE: Mapping[str, str] = {
    "AWS::ApiGateway": "no API runs here",
    "AWS::ApiGatewayV2": "no API runs here",
    "Custom": "the code behind it does not run here",
    "aws_api": "no API runs here",
    "aws_apigatewayv2": "no API runs here",
    "aws_lambda": "no function runs here: its code runs where you run it",
    "AWS::Lambda": "no function runs here: its code runs where you run it",
}
"""Why there is nothing to make of a service's types."""
