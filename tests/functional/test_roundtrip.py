"""Generate, put in place, check again: small projects of every framework (`bench/roundtrip.py`).

Each calls AWS with a grant that is too narrow, too wide or missing; the generated policy must serve
every need and nothing else.
"""

from __future__ import annotations

import json

import pytest

from bench.roundtrip import trip
from remit.core.finding import Severity
from remit.core.tree import MemoryTree
from remit.deploy.locate import find

PYTHON = """
import json, os, boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")
def handler(event, context):
    table.put_item(Item={"id": event["id"]})
    s3.get_object(Bucket="reports", Key=event["key"])
    boto3.client("secretsmanager").get_secret_value(SecretId="app/key")
"""
NODE = """
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");
exports.handler = async (event) => {
  await new DynamoDBClient({}).send(new PutItemCommand({
    TableName: process.env.TABLE, Item: { id: { S: event.id } } }));
  await new S3Client({}).send(new GetObjectCommand({ Bucket: "reports", Key: event.key }));
};
"""
WIDE = {"Effect": "Allow", "Action": ["dynamodb:*", "sqs:SendMessage"], "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [WIDE]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
KEY = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": KEY}


def _sam(runtime: str) -> str:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": runtime,
            "Handler": "app.handler",
            "CodeUri": "src/",
            "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}},
            "Policies": [{"Statement": [WIDE]}],
            "Events": {
                "Jobs": {
                    "Type": "SQS",
                    "Properties": {"Queue": {"Fn::GetAtt": ["Jobs", "Arn"]}},
                }
            },
        },
    }
    resources = {"Fn": function, "Orders": TABLE, "Jobs": {"Type": "AWS::SQS::Queue"}}
    transform = "AWS::Serverless-2016-10-31"
    return json.dumps({"Transform": transform, "Resources": resources})


def _cloudformation(*, code: object) -> dict[str, object]:
    role = {
        "AssumeRolePolicyDocument": TRUST,
        "Policies": [{"PolicyName": "p", "PolicyDocument": DOCUMENT}],
    }
    function = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Code": code,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}},
    }
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Fn": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Orders": TABLE,
        }
    }


CDK = {
    "manifest.json": {
        "version": "36.0.0",
        "artifacts": {
            "Shop.assets": {
                "type": "cdk:asset-manifest",
                "properties": {"file": "Shop.assets.json"},
            },
            "Shop": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {"templateFile": "Shop.template.json"},
            },
        },
    },
    "Shop.assets.json": {
        "files": {
            "abc": {
                "source": {"path": "asset.abc", "packaging": "zip"},
                "destinations": {"current": {"bucketName": "assets", "objectKey": "abc.zip"}},
            }
        }
    },
    "Shop.template.json": _cloudformation(code={"S3Bucket": "assets", "S3Key": "abc.zip"}),
}
SERVERLESS = """
service: shop
provider:
  name: aws
  runtime: python3.12
  environment: {TABLE: {Ref: Orders}}
  iam:
    role:
      statements:
        - {Effect: Allow, Action: ["dynamodb:*", "sqs:SendMessage"], Resource: "*"}
functions:
  main:
    handler: app.handler
resources:
  Resources:
    Orders: ORDERS
""".replace("ORDERS", json.dumps(TABLE))
TERRAFORM = """
resource "aws_dynamodb_table" "orders" { name = "orders" }
resource "aws_iam_role" "fn" { assume_role_policy = jsonencode(TRUST) }
resource "aws_iam_role_policy" "fn" {
  role   = aws_iam_role.fn.id
  policy = jsonencode(DOCUMENT)
}
data "archive_file" "src" {
  type        = "zip"
  source_dir  = "src"
  output_path = "src.zip"
}
resource "aws_lambda_function" "fn" {
  function_name = "fn"
  role          = aws_iam_role.fn.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = data.archive_file.src.output_path
  environment { variables = { TABLE = aws_dynamodb_table.orders.name } }
}
""".replace("TRUST", json.dumps(TRUST)).replace("DOCUMENT", json.dumps(DOCUMENT))
BARE = """
[[role]]
name = "job"
policies = ["policy.json"]
[[function]]
name = "job"
role = "job"
entry = "src/app.py"
handler = "handler"
environment = {TABLE = "orders"}
"""
CHALICE = {
    "version": "2.0",
    "app_name": "shop",
    "autogen_policy": False,
    "environment_variables": {"TABLE": "orders"},
    "stages": {"dev": {"iam_policy_file": "policy-dev.json"}},
}
VIEW = PYTHON.replace(
    "def handler(event, context):",
    "from chalice import Chalice\napp = Chalice(app_name='shop')\n"
    "@app.lambda_function()\ndef handler(event, context):",
)

PROJECTS = {
    "chalice": {
        ".chalice/config.json": json.dumps(CHALICE),
        ".chalice/policy-dev.json": json.dumps(DOCUMENT),
        "app.py": VIEW,
    },
    "sam": {"template.json": _sam("python3.12"), "src/app.py": PYTHON},
    "sam with JavaScript": {"template.json": _sam("nodejs20.x"), "src/app.js": NODE},
    "cloudformation": {
        "template.json": json.dumps(_cloudformation(code={"ZipFile": PYTHON})),
    },
    "cdk": {
        **{f"cdk.out/{name}": json.dumps(content) for name, content in CDK.items()},
        "cdk.out/asset.abc/index.py": PYTHON,
    },
    "serverless": {"serverless.yml": SERVERLESS, "app.py": PYTHON},
    "terraform": {"main.tf": TERRAFORM, "src/app.py": PYTHON},
    "bare": {"remit.toml": BARE, "policy.json": json.dumps(DOCUMENT), "src/app.py": PYTHON},
}


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_generated_is_just_what_is_needed(name: str) -> None:
    tree = MemoryTree({path: text.encode() for path, text in PROJECTS[name].items()})
    [found, *_] = find(tree)
    assert found.framework == name.split()[0]
    made = trip(tree, found)
    assert made.before.stats.calls_followed >= 2
    assert any(one.severity is not Severity.NOTE for one in made.before.findings)
    assert (made.left, made.unmet) == ((), ())
