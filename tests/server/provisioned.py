"""One small project in each framework: a table, a bucket with a policy, a queue with its dead
letters, and a role that may put and send but not delete. Names are left to the deployment where the
framework has a way to."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

CODE = "def handler(event, context):\n    pass\n"
KEYS = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def statement(effect: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def attribute(name: str, of: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [name, of]}


GRANTED = [
    statement("Allow", "dynamodb:PutItem", attribute("Orders")),
    statement("Allow", "s3:*", {"Fn::Sub": "${Files.Arn}/*"}),
    statement("Allow", "sqs:SendMessage", attribute("Jobs")),
]
VARIABLES = {"TABLE": {"Ref": "Orders"}, "BUCKET": {"Ref": "Files"}, "QUEUE": {"Ref": "Jobs"}}


def things(role: Any = attribute("ApiRole")) -> dict[str, Any]:  # noqa: B008 - only read
    """The resources as CloudFormation has them; the bucket's policy denies `role` to delete."""
    deny = statement(
        "Deny", "s3:DeleteObject", {"Fn::Sub": "${Files.Arn}/*"}, Principal={"AWS": role}
    )
    redrive = {"deadLetterTargetArn": attribute("Dead"), "maxReceiveCount": 3}
    return {
        "Orders": {"Type": "AWS::DynamoDB::Table", "Properties": KEYS},
        "Files": {"Type": "AWS::S3::Bucket"},
        "FilesPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Files"}, "PolicyDocument": document(deny)},
        },
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": redrive}},
        "Dead": {"Type": "AWS::SQS::Queue"},
    }


def role() -> dict[str, Any]:
    service = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    own = {"PolicyName": "own", "PolicyDocument": document(*GRANTED)}
    properties = {"AssumeRolePolicyDocument": document(trust), "Policies": [own]}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def function(code: Any = "src") -> dict[str, Any]:
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": code,
        "Role": attribute("ApiRole"),
        "Environment": {"Variables": VARIABLES},
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def template() -> dict[str, Any]:
    return {"Resources": {**things(), "ApiRole": role(), "Api": function()}}


def cloudformation() -> dict[str, str]:
    return {"template.json": json.dumps(template(), indent=1), "src/app.py": CODE}


def sam() -> dict[str, str]:
    properties = {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "CodeUri": "src",
        "Environment": {"Variables": VARIABLES},
        "Policies": [document(*GRANTED)],
    }
    api = {"Type": "AWS::Serverless::Function", "Properties": properties}
    found = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {**things(), "Api": api}}
    return {"template.json": json.dumps(found, indent=1), "src/app.py": CODE}


def cdk() -> dict[str, str]:
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "Shop.template.json"},
    }
    return {
        "cdk.json": "{}",
        "cdk.out/manifest.json": json.dumps({"version": "36.0.0", "artifacts": {"Shop": stack}}),
        "cdk.out/Shop.template.json": json.dumps(template()),
        "cdk.out/src/app.py": CODE,
    }


def serverless() -> dict[str, str]:
    whole = {
        "service": "shop",
        "provider": {
            "name": "aws",
            "runtime": "python3.13",
            "environment": VARIABLES,
            "iam": {"role": {"statements": GRANTED}},
        },
        "functions": {"api": {"handler": "app.handler"}},
        "resources": {"Resources": things(attribute("IamRoleLambdaExecution"))},
    }
    return {"serverless.yml": json.dumps(whole, indent=1), "app.py": CODE}


def terraform() -> dict[str, str]:
    main = """
        provider "aws" { region = "eu-west-1" }
        resource "random_id" "r" { byte_length = 4 }
        resource "aws_dynamodb_table" "orders" {
          name         = "orders-${random_id.r.hex}"
          billing_mode = "PAY_PER_REQUEST"
          hash_key     = "id"
          attribute {
            name = "id"
            type = "S"
          }
        }
        resource "aws_s3_bucket" "files" { bucket_prefix = "files-" }
        resource "aws_s3_bucket_policy" "files" {
          bucket = aws_s3_bucket.files.id
          policy = jsonencode({ Version = "2012-10-17", Statement = [{
            Effect = "Deny", Principal = { AWS = aws_iam_role.api.arn },
            Action = "s3:DeleteObject", Resource = "${aws_s3_bucket.files.arn}/*" }] })
        }
        resource "aws_sqs_queue" "jobs" {
          redrive_policy = jsonencode({
            deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
        }
        resource "aws_sqs_queue" "dead" { name_prefix = "dead-" }
        resource "aws_iam_role" "api" {
          assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
            Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" },
            Action = "sts:AssumeRole" }] })
        }
        resource "aws_iam_role_policy" "api" {
          role = aws_iam_role.api.id
          policy = jsonencode({ Version = "2012-10-17", Statement = [
            { Effect = "Allow", Action = "dynamodb:PutItem",
              Resource = aws_dynamodb_table.orders.arn },
            { Effect = "Allow", Action = "s3:*", Resource = "${aws_s3_bucket.files.arn}/*" },
            { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs.arn },
          ] })
        }
        resource "aws_lambda_function" "api" {
          function_name = "api"
          runtime       = "python3.13"
          handler       = "app.handler"
          filename      = "src.zip"
          role          = aws_iam_role.api.arn
          environment {
            variables = {
              TABLE  = aws_dynamodb_table.orders.name
              BUCKET = aws_s3_bucket.files.bucket
              QUEUE  = aws_sqs_queue.jobs.url
            }
          }
        }
    """
    return {"main.tf": dedent(main), "src/app.py": CODE}


def _named() -> dict[str, Any]:
    """The same with names that the project itself gives: its policies know no other."""
    found = things("arn:aws:iam::111122223333:role/api")
    for key, name, value in (
        ("Orders", "TableName", "orders"),
        ("Files", "BucketName", "files"),
        ("Jobs", "QueueName", "jobs"),
    ):
        found[key] = {**found[key], "Properties": {**found[key].get("Properties", {}), name: value}}
    return {"Resources": found}


_URL = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
_PLAIN = {"TABLE": "orders", "BUCKET": "files", "QUEUE": _URL}
_POLICY = document(
    statement("Allow", "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
    statement("Allow", "s3:*", "arn:aws:s3:::files/*"),
    statement("Allow", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs"),
)


def bare() -> dict[str, str]:
    settings = """
        resources = ["beside.json"]
        [stage.dev]
        account = "111122223333"
        region = "eu-west-1"
        [[role]]
        name = "api"
        policies = ["policy.json"]
        [[function]]
        name = "api"
        role = "api"
        entry = "app.py"
        handler = "handler"
    """
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in _PLAIN.items())
    return {
        "remit.toml": dedent(settings) + f"environment = {{{table}}}\n",
        "beside.json": json.dumps(_named()),
        "policy.json": json.dumps(_POLICY),
        "app.py": CODE,
    }


def chalice() -> dict[str, str]:
    config = {
        "version": "2.0",
        "app_name": "shop",
        "autogen_policy": False,
        "iam_policy_file": "policy.json",
        "environment_variables": _PLAIN,
        "stages": {"dev": {}},
    }
    settings = """
        resources = ["beside.json"]
        [stage.dev]
        account = "111122223333"
        region = "eu-west-1"
    """
    beside = json.dumps(_named()).replace("role/api", "role/shop-dev")
    app = "from chalice import Chalice\n\napp = Chalice(app_name='shop')\n"
    return {
        ".chalice/config.json": json.dumps(config),
        ".chalice/policy.json": json.dumps(_POLICY),
        "remit.toml": dedent(settings),
        "beside.json": beside,
        "app.py": app,
    }


PROJECTS = {
    "bare": bare,
    "cdk": cdk,
    "chalice": chalice,
    "cloudformation": cloudformation,
    "sam": sam,
    "serverless": serverless,
    "terraform": terraform,
}


def written(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
