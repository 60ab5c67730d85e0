"""What is called for Terraform's resources, from sources and from a plan: without AWS.

The arguments are those of the AWS provider's documentation, a page for each type; the parameters
those of the API References.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from remit.app.provision.making import make
from remit.app.provision.model import Provisioned
from remit.core.tree import MemoryTree
from remit.deploy.model import Tellings
from remit.deploy.terraform import read

KNOWN = {"account": "123456789012", "region": "eu-west-1", "partition": "aws"}
PROVIDER = 'provider "aws" { region = "eu-west-1" }\n'
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:"


class Emulator:
    """Remembers calls, with their regions, and answers what it is told to."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.regions: list[str] = []

    def __call__(
        self, service: str, operation: str, parameters: dict[str, Any], region: str
    ) -> Mapping[str, Any]:
        self.calls.append((f"{service} {operation}", parameters))
        self.regions.append(region)
        found = self.answers.get(operation, {})
        assert isinstance(found, Mapping)
        return found


def made(
    text: str, answers: Mapping[str, Any] | None = None, file: str = "main.tf"
) -> tuple[Provisioned, Emulator]:
    source = PROVIDER + text if file == "main.tf" else text
    [stage] = read(MemoryTree({file: source}), file, Tellings()).stages
    emulator = Emulator(answers)
    return make(stage, "shop", KNOWN, emulator), emulator


CASES: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        """
resource "aws_dynamodb_table" "t" {
  name           = "orders"
  read_capacity  = 5
  hash_key       = "id"
  range_key      = "at"
  stream_enabled = true
  stream_view_type = "NEW_IMAGE"
  dynamic "attribute" {
    for_each = { id = "S", at = "N" }
    content {
      name = attribute.key
      type = attribute.value
    }
  }
  global_secondary_index {
    name            = "by-at"
    hash_key        = "at"
    projection_type = "INCLUDE"
    non_key_attributes = ["id"]
  }
  local_secondary_index {
    name            = "local"
    range_key       = "at"
    projection_type = "ALL"
  }
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
  point_in_time_recovery { enabled = true }
  tags = { team = "shop" }
}
""",
        [
            (
                "dynamodb CreateTable",
                {
                    "TableName": "orders",
                    "AttributeDefinitions": [
                        {"AttributeName": "at", "AttributeType": "N"},
                        {"AttributeName": "id", "AttributeType": "S"},
                    ],
                    "KeySchema": [
                        {"AttributeName": "id", "KeyType": "HASH"},
                        {"AttributeName": "at", "KeyType": "RANGE"},
                    ],
                    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 1},
                    "GlobalSecondaryIndexes": [
                        {
                            "IndexName": "by-at",
                            "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
                            "Projection": {
                                "ProjectionType": "INCLUDE",
                                "NonKeyAttributes": ["id"],
                            },
                            "ProvisionedThroughput": {
                                "ReadCapacityUnits": 1,
                                "WriteCapacityUnits": 1,
                            },
                        }
                    ],
                    "LocalSecondaryIndexes": [
                        {
                            "IndexName": "local",
                            "KeySchema": [
                                {"AttributeName": "id", "KeyType": "HASH"},
                                {"AttributeName": "at", "KeyType": "RANGE"},
                            ],
                            "Projection": {"ProjectionType": "ALL"},
                        }
                    ],
                    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                    "Tags": [{"Key": "team", "Value": "shop"}],
                },
            ),
            (
                "dynamodb UpdateTimeToLive",
                {
                    "TableName": "orders",
                    "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
                },
            ),
            (
                "dynamodb UpdateContinuousBackups",
                {
                    "TableName": "orders",
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            ),
        ],
    ),
    (
        """
resource "aws_s3_bucket" "b" {
  bucket              = "files"
  object_lock_enabled = true
}
resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.b.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_cors_configuration" "b" {
  bucket = aws_s3_bucket.b.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    max_age_seconds = 9
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = "files"
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}
resource "aws_s3_bucket_public_access_block" "b" {
  bucket            = aws_s3_bucket.b.id
  block_public_acls = true
}
""",
        [
            (
                "s3 CreateBucket",
                {
                    "Bucket": "files",
                    "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
                    "ObjectLockEnabledForBucket": True,
                },
            ),
            (
                "s3 PutBucketVersioning",
                {"Bucket": "files", "VersioningConfiguration": {"Status": "Enabled"}},
            ),
            (
                "s3 PutBucketCors",
                {
                    "Bucket": "files",
                    "CORSConfiguration": {
                        "CORSRules": [
                            {
                                "AllowedMethods": ["GET"],
                                "AllowedOrigins": ["*"],
                                "MaxAgeSeconds": 9,
                            }
                        ]
                    },
                },
            ),
            (
                "s3 PutBucketEncryption",
                {
                    "Bucket": "files",
                    "ServerSideEncryptionConfiguration": {
                        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                    },
                },
            ),
            (
                "s3 PutPublicAccessBlock",
                {"Bucket": "files", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
            ),
        ],
    ),
    (
        """
resource "aws_sqs_queue" "q" {
  name                       = "jobs"
  visibility_timeout_seconds = 60
  content_based_deduplication = false
}
resource "aws_sqs_queue_redrive_policy" "q" {
  queue_url      = aws_sqs_queue.q.id
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.jobs_dead.arn, maxReceiveCount = 2 })
}
resource "aws_sqs_queue" "jobs_dead" { name = "jobs-dead" }
resource "aws_ssm_parameter" "p" {
  name  = "/shop/x"
  type  = "SecureString"
  value = aws_sqs_queue.q.url
}
resource "aws_cloudwatch_log_group" "l" {
  name              = "/shop"
  retention_in_days = 0
}
""",
        [
            ("sqs CreateQueue", {"QueueName": "jobs-dead"}),
            (
                "sqs CreateQueue",
                {
                    "QueueName": "jobs",
                    "Attributes": {
                        "VisibilityTimeout": "60",
                        "RedrivePolicy": f'{{"deadLetterTargetArn":"{QUEUE}jobs-dead",'
                        '"maxReceiveCount":2}',
                    },
                },
            ),
            (
                "ssm PutParameter",
                {
                    "Name": "/shop/x",
                    "Type": "SecureString",
                    "Value": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
                },
            ),
            ("logs CreateLogGroup", {"logGroupName": "/shop"}),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_calls_of_resources(text: str, expected: list[tuple[str, dict[str, Any]]]) -> None:
    found, emulator = made(text)
    assert found.notes == ()
    assert emulator.calls == expected


def test_random_parts_and_ids_of_aws() -> None:
    text = """
resource "random_id" "r" { byte_length = 4 }
resource "random_password" "p" { length = 8 }
resource "aws_sns_topic" "a" { name = "a-${random_id.r.hex}" }
resource "aws_sns_topic" "b" { name = "b-${random_id.r.hex}" }
resource "aws_secretsmanager_secret" "s" { kms_key_id = aws_kms_key.k.arn }
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = random_password.p.result
}
resource "aws_kms_key" "k" {}
"""
    answer = {"CreateKey": {"KeyMetadata": {"KeyId": "7-7"}}}
    found, emulator = made(text, answer)
    assert found.notes == ()
    names = [params["Name"] for name, params in emulator.calls if name == "sns CreateTopic"]
    assert names[0].removeprefix("a-") == names[1].removeprefix("b-")
    asked = next(params for name, params in emulator.calls if name.endswith("CreateSecret"))
    assert asked["KmsKeyId"] == "arn:aws:kms:eu-west-1:123456789012:key/7-7"
    assert asked["SecretString"].isdigit()
    assert asked["Name"].startswith("terraform-")


def test_another_provider_is_another_region() -> None:
    text = """
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
resource "aws_sns_topic" "here" { name = "here" }
resource "aws_sns_topic" "there" {
  provider = aws.us
  name     = "there"
}
"""
    found, emulator = made(text)
    assert emulator.regions == ["eu-west-1", "us-east-1"]
    assert [one.arn.split(":")[3] for one in found.made] == ["eu-west-1", "us-east-1"]


NOTES = [
    (
        'variable "name" {}\nresource "aws_sqs_queue" "q" { name = var.name }',
        "AWS::SQS::Queue `aws_sqs_queue.q` (main.tf:3): it hangs on `var.name`, which is not known"
        " here: tell it in the settings, `[tool.remit.values]`",
    ),
    (
        'resource "aws_sqs_queue" "q" {\n name = "q"\n replica_of = "x"\n lifecycle {}\n}',
        "AWS::SQS::Queue `aws_sqs_queue.q` (main.tf:2): not taken over: `replica_of`",
    ),
    (
        'resource "aws_sfn_activity" "a" { name = "a" }\n'
        'resource "aws_sfn_activity" "b" { name = "b" }',
        "aws_sfn_activity `aws_sfn_activity.a` and 1 more (main.tf:2): remit makes none of this"
        " type",
    ),
    (
        'variable "on" {}\nresource "aws_sqs_queue" "q" {\n count = var.on\n name = "q"\n}',
        "AWS::SQS::Queue `aws_sqs_queue.q` (main.tf:3): made, though it hangs on `var.on`",
    ),
]


@pytest.mark.parametrize(("text", "expected"), NOTES)
def test_what_is_not_made_is_told(text: str, expected: str) -> None:
    found, _ = made(text)
    assert [str(note) for note in found.notes] == [expected]


def test_a_plan_gives_what_its_sources_give() -> None:
    """Internals, json-format: a plan lists every attribute, null or empty where nothing is said;
    what AWS will choose is among the unknown."""
    values = {
        "name": "jobs",
        "name_prefix": None,
        "fifo_queue": False,
        "content_based_deduplication": False,
        "delay_seconds": 0,
        "kms_master_key_id": "",
        "visibility_timeout_seconds": 30,
        "redrive_policy": None,
        "tags": None,
    }
    unknown = {"arn": True, "id": True, "url": True, "sqs_managed_sse_enabled": True}
    one = {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q"}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**one, "values": values}]}},
        "resource_changes": [{**one, "change": {"actions": ["create"], "after_unknown": unknown}}],
        "configuration": {
            "root_module": {
                "resources": [{**one, "expressions": {"name": {"constant_value": "jobs"}}}]
            }
        },
    }
    found, emulator = made(json.dumps(plan), file="tfplan.json")
    assert found.notes == ()
    attributes = {"DelaySeconds": "0", "VisibilityTimeout": "30"}
    assert emulator.calls == [("sqs CreateQueue", {"QueueName": "jobs", "Attributes": attributes})]
