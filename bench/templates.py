"""Makes SAM projects and CloudFormation templates of any size.

Each function has a table, a queue and a bucket of its own, a shared layer, policies in three
styles, and code of one handler with a module beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Runtime: python3.12
    Tracing: Active
    Layers: [!Ref Shared]
    Environment: {Variables: {STAGE: !Ref Stage}}
Resources:
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}
"""
FUNCTION = Template("""\
  Table$n: {Type: AWS::Serverless::SimpleTable}
  Queue$n: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "jobs-$n-$${Stage}"}}
  Bucket$n: {Type: AWS::S3::Bucket}
  Worker$n:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/worker$n/
      Handler: app.handler
      Environment:
        Variables:
          TABLE: !Ref Table$n
          QUEUE: !Ref Queue$n
          BUCKET: !Ref Bucket$n
      Policies:
        - AWSLambdaBasicExecutionRole
        - DynamoDBCrudPolicy: {TableName: !Ref Table$n}
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt Queue$n.Arn
            - Effect: Allow
              Action: s3:GetObject
              Resource: !Sub "$${Bucket$n.Arn}/*"
      Events:
        Api: {Type: Api, Properties: {Path: "/work/$n/{id}", Method: post}}
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue$n.Arn}}
""")
HANDLER = """\
import os

import boto3
import store
from common import log

queue = boto3.client("sqs")


def handler(event, context):
    log("start")
    for record in event["Records"]:
        store.put(record["body"])
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="done")
    return store.load(event["key"])
"""
STORE = """\
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")


def put(body):
    table.put_item(Item={"id": body})


def load(key):
    return s3.get_object(Bucket=os.environ["BUCKET"], Key=key)["Body"].read()
"""
LAYER = 'def log(text):\n    print(f"{text}")\n'


def make_sam(root: Path, functions: int) -> None:
    """A SAM project with so many functions in the folder `root`."""
    body = "".join(FUNCTION.substitute(n=n) for n in range(functions))
    (root / "template.yaml").write_text(HEAD + body)
    (root / "layer" / "python").mkdir(parents=True)
    (root / "layer" / "python" / "common.py").write_text(LAYER)
    for n in range(functions):
        folder = root / "src" / f"worker{n}"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(HANDLER)
        (folder / "store.py").write_text(STORE)


def make_plain(root: Path, size: int) -> None:
    """A CloudFormation template of at least `size` bytes in the folder `root`."""
    resources: dict[str, object] = {}
    text, made = "", 0
    while len(text) < size:
        for n in range(made, made + 200):
            resources |= _plain(n)
        made += 200
        text = json.dumps({"Resources": resources}, indent=1)
    (root / "template.json").write_text(text)


def _plain(n: int) -> dict[str, object]:
    """A table, and a function with inline code and a role that may read it."""
    arn = {"Fn::GetAtt": [f"Table{n}", "Arn"]}
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": [arn, {"Fn::Join": ["/", [arn, "index", "*"]]}],
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        f"Table{n}": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        f"Role{n}": {
            "Type": "AWS::IAM::Role",
            "Properties": {"Policies": [{"PolicyName": "read", "PolicyDocument": document}]},
        },
        f"Worker{n}": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": [f"Role{n}", "Arn"]},
                "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
                "Environment": {"Variables": {"TABLE": {"Ref": f"Table{n}"}}},
            },
        },
    }
