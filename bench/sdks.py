"""`make peers`: the same conversation with `remit serve` through boto3, the AWS CLI and the AWS SDK
for JavaScript v3.

A user, a boundary and a role are made; the role is assumed without and with its external id; then
each client makes allowed and denied calls over every protocol. What each raised is printed and
compared with AWS's code (facts/iam.md 6.3; the error classes are the SDKs' own). Needs the network
once: the CLI and the SDK are kept under build/peers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.moto_suite.__main__ import HERE, serving
from bench.ways import compared

BUILD = HERE / "build" / "peers"
SCRIPTS = HERE / "bench" / "peers"
ACCOUNT = "123456789012"
EXTERNAL = "a-shared-secret"
PACKAGES = (
    *(f"client-{name}" for name in (
        "sts", "iam", "s3", "dynamodb", "sqs", "sns", "lambda", "ec2", "cloudwatch",
        "secrets-manager",
    )),
    "credential-providers", "lib-storage", "s3-request-presigner",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One call as all three clients make it. `code` is what AWS answers to one denied, None where
    the call is allowed; `command` its name in the AWS CLI; `form` the protocol AWS serves it in."""

    service: str
    operation: str
    params: Mapping[str, Any]
    form: str
    code: str | None = None
    names: str = ""


_TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_DENIED, _EXCEPTION = "AccessDenied", "AccessDeniedException"
_METRIC = {"Namespace": "shop", "MetricData": [{"MetricName": "sold", "Value": 1}]}
# Allowed: what the role's policy and its boundary both allow. Denied: one call of each service.
CALLS = (
    Call("sts", "GetCallerIdentity", {}, "query"),
    Call("iam", "GetUser", {"UserName": "worker"}, "query"),
    Call("iam", "DeleteUser", {"UserName": "worker"}, "query", _DENIED),
    Call("s3", "ListObjectsV2", {"Bucket": "remit-orders"}, "rest-xml"),
    Call("s3", "DeleteBucket", {"Bucket": "remit-orders"}, "rest-xml", _DENIED),
    Call("dynamodb", "GetItem", {"TableName": "orders", "Key": {"id": {"S": "1"}}}, "json 1.0"),
    Call("dynamodb", "DeleteTable", {"TableName": "orders"}, "json 1.0", _EXCEPTION),
    Call("sqs", "GetQueueUrl", {"QueueName": "work"}, "json 1.0"),
    Call("sqs", "ListQueues", {}, "json 1.0", _DENIED),
    Call("sns", "ListTopics", {}, "query"),
    Call("sns", "CreateTopic", {"Name": "news"}, "query", "AuthorizationError"),
    Call("lambda", "ListFunctions", {}, "rest-json"),
    Call("lambda", "GetFunction", {"FunctionName": "resize"}, "rest-json", _EXCEPTION),
    Call("ec2", "DescribeInstances", {}, "ec2"),
    Call("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "ec2", "UnauthorizedOperation"),
    Call("cloudwatch", "ListMetrics", {}, "cbor"),
    Call("cloudwatch", "PutMetricData", _METRIC, "cbor", _DENIED),
    Call("secretsmanager", "ListSecrets", {}, "json 1.1"),
    Call("secretsmanager", "CreateSecret", {"Name": "key"}, "json 1.1", _EXCEPTION),
)
_ALLOWED = [
    "iam:GetUser", "iam:DeleteUser", "s3:ListBucket", "dynamodb:GetItem", "sqs:GetQueueUrl",
    "sns:ListTopics", "lambda:ListFunctions", "ec2:DescribeInstances", "cloudwatch:ListMetrics",
    "secretsmanager:ListSecrets",
]  # fmt: skip


def main() -> int:
    """Hold the conversation three times; 1 where one of them was not AWS's."""
    clients = {"boto3": python, "aws cli": cli, "javascript": javascript}
    wrong = 0
    for name, client in clients.items():
        with serving() as exported:
            heard = conversation(client("talk"), os.environ | exported)
        print(f"\n{name}: {heard['version']}")
        for (call, expected), got in zip(expected_lines(), heard["lines"], strict=True):
            fits = got["code"] == expected
            wrong += not fits
            mark = "" if fits else f"   <-- expected {expected}"
            raised = f"{got['code']} ({got['class']})" if got["code"] else "answered"
            print(f"  {call:40}{raised}{mark}")
        wrong += compared(name, client("ways"))
    print(f"\n{wrong} answers were not AWS's" if wrong else "\nall as AWS answers")
    return 1 if wrong else 0


def conversation(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """What a client heard: its version and a line for every call."""
    asked = json.dumps(script())
    done = subprocess.run(
        command, input=asked, env=environment, text=True, stdout=subprocess.PIPE, check=True
    )
    heard: dict[str, Any] = json.loads(done.stdout)
    return heard


def script() -> dict[str, Any]:
    """The conversation as a value: what the administrator makes, how the role is assumed, what is
    called as the role."""
    user = f"arn:aws:iam::{ACCOUNT}:user/worker"
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/bound"
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": user},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL}},
    }
    deny = {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": _ALLOWED, "Resource": "*"}
    role = {
        "RoleName": "worker",
        "AssumeRolePolicyDocument": _document(trust),
        "PermissionsBoundary": boundary,
    }
    own = {"RoleName": "worker", "PolicyName": "own"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    made = [
        ("iam", "CreateUser", {"UserName": "worker"}),
        ("iam", "CreatePolicy", {"PolicyName": "bound", "PolicyDocument": _document(allow, deny)}),
        ("iam", "CreateRole", role),
        ("iam", "PutRolePolicy", {**own, "PolicyDocument": _document(everything)}),
        ("s3", "CreateBucket", {"Bucket": "remit-orders"}),
        ("dynamodb", "CreateTable", _TABLE),
        ("sqs", "CreateQueue", {"QueueName": "work"}),
    ]
    assumed = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/worker", "RoleSessionName": "work"}
    return {
        "made": made,
        "user": "worker",
        "assume": [assumed, {**assumed, "ExternalId": EXTERNAL}],
        "calls": [(one.service, one.operation, one.params) for one in CALLS],
    }


def expected_lines() -> list[tuple[str, str | None]]:
    """Every line of a conversation with AWS's code, None where it is answered."""
    made: list[tuple[str, str | None]] = [
        (f"{service} {operation}", None) for service, operation, _ in script()["made"]
    ]
    assumed = [("AssumeRole, no external id", _DENIED), ("AssumeRole, external id", None)]
    called = [(f"{one.service} {one.operation} [{one.form}]", one.code) for one in CALLS]
    return [*made, *assumed, *called]


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# --- the clients --------------------------------------------------------------------------------


def python(script: str) -> list[str]:
    """boto3 of this environment."""
    return [sys.executable, str(SCRIPTS / f"{script}_boto3.py")]


def cli(script: str) -> list[str]:
    """The AWS CLI in an environment of its own (it pins botocore)."""
    folder = BUILD / "cli"
    if not (folder / "bin" / "aws").exists():
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "awscli"]
        subprocess.run(pip, check=True)
    return [sys.executable, str(SCRIPTS / f"{script}_cli.py"), str(folder / "bin" / "aws")]


def javascript(script: str) -> list[str]:
    """The AWS SDK for JavaScript v3 under Node.js."""
    folder = BUILD / "javascript"
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / "node_modules" / "@aws-sdk" / name).exists() for name in PACKAGES):
        (folder / "package.json").write_text('{"private": true}')
        names = [f"@aws-sdk/{name}" for name in PACKAGES]
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", *names]
        subprocess.run(npm, cwd=folder, check=True)
    return ["node", str(SCRIPTS / f"{script}.mjs"), str(folder)]


if __name__ == "__main__":
    sys.exit(main())
