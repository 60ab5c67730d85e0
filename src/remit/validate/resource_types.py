"""Types of resources with a policy of their own: whose actions and ARNs it may name, its size.

Sources: S3 User Guide, bucket-policies (20 KB) and access-points-restrictions-limitations; SQS
Developer Guide, quotas-policies; DynamoDB API, PutResourcePolicy (20 KB); Secrets Manager API,
PutResourcePolicy (20,480); ECR API, SetRepositoryPolicy (10,240); EFS API, PutFileSystemPolicy
(20,000); KMS Developer Guide, resource-limits (32 KB); Lambda Developer Guide,
gettingstarted-limits (20 KB); API Gateway Developer Guide, limits (8,192).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.core.pattern import Pattern
from remit.core.policy import Statement


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`prefix` is the service of its actions, `arn` what its resources look like, `types` the
    reference's names for these, `quota` the characters of its policy (None: not known).

    `strict`: Access Analyzer knows the type, so foreign actions and ARNs are errors there.
    `bare`: its policy may leave `Resource` out.
    """

    name: str
    prefix: str
    arn: str
    types: tuple[str, ...] = ()
    quota: int | None = None
    strict: bool = False
    bare: bool = False


_KB = 1024
_ALL = (
    ResourceType(
        "AWS::S3::Bucket", "s3", "arn:*:s3:::*", ("bucket", "object"), 20 * _KB, strict=True
    ),
    ResourceType(
        "AWS::S3::AccessPoint",
        "s3",
        "arn:*:s3:*:*:accesspoint/*",
        ("accesspoint", "accesspointobject", "object"),
        20 * _KB,
        strict=True,
    ),
    ResourceType(
        "AWS::S3::MultiRegionAccessPoint", "s3", "arn:*:s3::*:accesspoint/*", (), 20 * _KB
    ),
    ResourceType(
        "AWS::S3ObjectLambda::AccessPoint", "s3-object-lambda", "arn:*:s3-object-lambda:*:*:*"
    ),
    ResourceType(
        "AWS::DynamoDB::Table", "dynamodb", "arn:*:dynamodb:*:*:table/*", (), 20 * _KB, strict=True
    ),
    ResourceType("AWS::SQS::Queue", "sqs", "arn:*:sqs:*:*:*", (), 8_192),
    ResourceType("AWS::SNS::Topic", "sns", "arn:*:sns:*:*:*"),
    ResourceType("AWS::KMS::Key", "kms", "arn:*:kms:*:*:key/*", (), 32 * _KB),
    ResourceType("AWS::Lambda::Function", "lambda", "arn:*:lambda:*:*:function:*", (), 20 * _KB),
    ResourceType(
        "AWS::SecretsManager::Secret",
        "secretsmanager",
        "arn:*:secretsmanager:*:*:secret:*",
        (),
        20_480,
    ),
    ResourceType(
        "AWS::ECR::Repository", "ecr", "arn:*:ecr:*:*:repository/*", (), 10_240, bare=True
    ),
    ResourceType(
        "AWS::EFS::FileSystem",
        "elasticfilesystem",
        "arn:*:elasticfilesystem:*:*:file-system/*",
        (),
        20_000,
        bare=True,
    ),
    ResourceType("AWS::Events::EventBus", "events", "arn:*:events:*:*:event-bus/*", (), 10_240),
    ResourceType("AWS::Kinesis::Stream", "kinesis", "arn:*:kinesis:*:*:stream/*"),
    ResourceType("AWS::Backup::BackupVault", "backup", "arn:*:backup:*:*:backup-vault:*"),
    ResourceType("AWS::OpenSearchService::Domain", "es", "arn:*:es:*:*:domain/*"),
    ResourceType("AWS::Logs::ResourcePolicy", "logs", "arn:*:logs:*:*:*", (), 5_120),
)

RESOURCE_TYPES = {one.name: one for one in _ALL}
TRUST = "AWS::IAM::AssumeRolePolicyDocument"
API = "AWS::ApiGateway::RestApi"


def guess(statements: Sequence[Statement]) -> str | None:
    """The type whose actions and ARNs these are; None where several or none fit."""
    prefixes = {item.value.lower().partition(":")[0] for one in statements for item in one.actions}
    arns = {item.value for one in statements for item in one.resources or () if item.value != "*"}
    fitting = [one for one in _ALL if prefixes == {one.prefix}]
    if arns:
        fitting = [one for one in fitting if all(_fits(one, arn) for arn in arns)]
    return fitting[0].name if len(fitting) == 1 else None


def _fits(kind: ResourceType, arn: str) -> bool:
    return Pattern.parse(kind.arn).covers(Pattern.parse(arn))
