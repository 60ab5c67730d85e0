"""SAM projects of any number of functions: each with code, a role and a table of its own, a module
that all share, and the mistakes that grown templates have (a denied action, an unused grant, a
wildcard), so that every rule has work."""

from __future__ import annotations

from pathlib import Path

_HEAD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage:
    Type: String
    Default: dev
Globals:
  Function:
    Runtime: python3.12
    Environment:
      Variables:
        STAGE: !Ref Stage
Resources:
  Archive:
    Type: AWS::S3::Bucket
  Jobs:
    Type: AWS::SQS::Queue
"""
_ONE = """\
  Table{n}:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "orders-{n}-${{Stage}}"
  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: f{n}.handler
      Environment:
        Variables:
          TABLE: !Ref Table{n}
          BUCKET: !Ref Archive
          QUEUE: !Ref Jobs
      Policies:
        - {ready}:
            TableName: !Ref Table{n}
        - Statement:
            - Effect: Allow
              Action: [s3:PutObject, s3:DeleteObject]
              Resource: !Sub "${{Archive.Arn}}/{folder}"
            - Effect: Allow
              Action: {queue}
              Resource: !GetAtt Jobs.Arn
      Events:
        Api:
          Type: Api
          Properties:
            Path: /orders/{n}
            Method: post
"""
_SHARED = """\
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")
sqs = boto3.client("sqs")


def keep(folder, key, body):
    s3.put_object(Bucket=os.environ["BUCKET"], Key=f"{folder}/{key}", Body=body)


def send(body):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=body)
"""
_CODE = """\
import json

import shared


def handler(event, context):
    body = json.loads(event["body"])
    found = shared.table.get_item(Key={{"id": body["id"]}}).get("Item")
    if found is None:
        shared.table.put_item(Item=body)
    shared.keep("{n}", body["id"], event["body"])
    try:
        shared.send(event["body"])
    except Exception:
        pass
    return {{"statusCode": 200, "body": "{n}"}}
"""


def make(folder: Path, functions: int) -> None:
    """Write a template with so many functions, and their code, into `folder`."""
    source = folder / "src"
    source.mkdir(parents=True)
    (source / "shared.py").write_text(_SHARED)
    parts = [_HEAD]
    for n in range(functions):
        (source / f"f{n}.py").write_text(_CODE.format(n=n))
        parts.append(
            _ONE.format(
                n=n,
                ready="DynamoDBReadPolicy" if n % 5 == 0 else "DynamoDBCrudPolicy",
                folder="*" if n % 3 == 0 else f"{n}/*",
                queue="sqs:ReceiveMessage" if n % 7 == 0 else "sqs:SendMessage",
            )
        )
    (folder / "template.yaml").write_text("".join(parts))
