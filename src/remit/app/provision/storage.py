"""Tables, buckets and repositories: from CloudFormation's properties to calls.

Source: CloudFormation Template Reference, the page of each type; DynamoDB, S3 and ECR API
References.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.app.provision.model import Step
from remit.app.provision.of import Of, said, within, without_nothing
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.model import Data

_TABLE = (
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
    "TableClass",
    "DeletionProtectionEnabled",
)


def table(of: Of) -> Iterator[Step]:
    """AWS::DynamoDB::Table. A policy of it is put like all others (policies.py)."""
    of.get("ResourcePolicy")
    encrypted = of.renamed(SSESpecification="SSESpecification")
    stream = of.get("StreamSpecification")
    yield Step(
        "dynamodb",
        "CreateTable",
        without_nothing(
            {
                "TableName": of.title,
                **of.same(*_TABLE),
                "StreamSpecification": _stream(stream),
                "SSESpecification": _encryption(encrypted.get("SSESpecification")),
                "Tags": of.tags(),
            }
        ),
        {
            "TableDescription.TableArn": of.attribute("Arn"),
            "TableDescription.LatestStreamArn": of.attribute("StreamArn"),
        },
    )
    yield from _of_table(of)


def global_table(of: Of) -> Iterator[Step]:
    """AWS::DynamoDB::GlobalTable: the one of this region, on demand. Each replica has tags and a
    policy of its own, which are left out."""
    for name in (
        "Replicas",
        "WriteProvisionedThroughputSettings",
        "WriteOnDemandThroughputSettings",
    ):
        of.get(name)
    of.get("BillingMode")
    same = of.same(*(n for n in _TABLE if n not in ("BillingMode", "ProvisionedThroughput")))
    yield Step(
        "dynamodb",
        "CreateTable",
        without_nothing(
            {
                "TableName": of.title,
                **same,
                "BillingMode": "PAY_PER_REQUEST",
                "StreamSpecification": _stream(of.get("StreamSpecification")),
            }
        ),
        {"TableDescription.LatestStreamArn": of.attribute("StreamArn")},
    )
    yield from _of_table(of)


def _of_table(of: Of) -> Iterator[Step]:
    lifetime = of.get("TimeToLiveSpecification")
    if said(within(lifetime, "Enabled")):
        yield Step(
            "dynamodb",
            "UpdateTimeToLive",
            {"TableName": of.title, "TimeToLiveSpecification": lifetime},
        )
    if of.is_set("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"):
        recovery = of.get("PointInTimeRecoverySpecification")
        yield Step(
            "dynamodb",
            "UpdateContinuousBackups",
            {"TableName": of.title, "PointInTimeRecoverySpecification": recovery},
        )


def _stream(value: Data) -> Data:
    kind = within(value, "StreamViewType")
    return None if kind is None else {"StreamEnabled": True, "StreamViewType": kind}


def _encryption(value: Data) -> Data:
    if not said(within(value, "SSEEnabled")):
        return None
    return without_nothing(
        {
            "Enabled": True,
            "SSEType": within(value, "SSEType"),
            "KMSMasterKeyId": within(value, "KMSMasterKeyId"),
        }
    )


# --- S3 -----------------------------------------------------------------------------------------


def bucket(of: Of) -> Iterator[Step]:
    """AWS::S3::Bucket."""
    name = of.title
    region = Text.of(Hole(HoleKind.ASSIGNED, "region"))
    yield Step(
        "s3",
        "CreateBucket",
        {
            "Bucket": name,
            # S3 takes none for us-east-1: making.py leaves it out there.
            "CreateBucketConfiguration": {"LocationConstraint": region},
            **of.renamed(ObjectLockEnabled="ObjectLockEnabledForBucket"),
        },
    )
    status = of.get("VersioningConfiguration", "Status")
    if status is not None:
        yield _put("Versioning", name, VersioningConfiguration={"Status": status})
    if of.pairs():
        yield _put("Tagging", name, Tagging={"TagSet": of.tags()})
    rules = [_cors(rule) for rule in of.objects("CorsConfiguration", "CorsRules")]
    if rules:
        yield _put("Cors", name, CORSConfiguration={"CORSRules": rules})
    rules = [
        _rule(rule) for rule in of.objects("BucketEncryption", "ServerSideEncryptionConfiguration")
    ]
    if rules:
        yield _put("Encryption", name, ServerSideEncryptionConfiguration={"Rules": rules})
    public = of.get("PublicAccessBlockConfiguration")
    if public is not None:
        yield Step(
            "s3",
            "PutPublicAccessBlock",
            {"Bucket": name, "PublicAccessBlockConfiguration": public},
        )
    ownership = of.get("OwnershipControls")
    if ownership is not None:
        yield _put("OwnershipControls", name, OwnershipControls=ownership)


def _put(what: str, name: Text, **parameters: Data) -> Step:
    return Step("s3", f"PutBucket{what}", {"Bucket": name, **parameters})


def _cors(rule: Mapping[str, Data]) -> Data:
    names = {"ExposedHeaders": "ExposeHeaders", "Id": "ID", "MaxAge": "MaxAgeSeconds"}
    return {names.get(key, key): value for key, value in rule.items()}


def _rule(rule: Mapping[str, Data]) -> Data:
    default = rule.get("ServerSideEncryptionByDefault")
    return without_nothing(
        {
            "ApplyServerSideEncryptionByDefault": default,
            "BucketKeyEnabled": rule.get("BucketKeyEnabled"),
        }
    )


# --- ECR ----------------------------------------------------------------------------------------


def repository(of: Of) -> Iterator[Step]:
    """AWS::ECR::Repository."""
    of.get("RepositoryPolicyText")
    yield Step(
        "ecr",
        "CreateRepository",
        without_nothing(
            {
                "repositoryName": of.title,
                **of.renamed(ImageTagMutability="imageTagMutability"),
                "tags": of.tags(),
            }
        ),
    )
