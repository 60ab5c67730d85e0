"""Scan a few JavaScript files given as text, and say what was found in one line a call."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from remit.core.call import Call
from remit.core.text import Hole, Text
from remit.core.tree import MemoryTree
from remit.scan.javascript import Library, scan
from remit.scan.model import Scan

HEAD = """\
import { DynamoDBClient, PutItemCommand, GetItemCommand, QueryCommand, paginateQuery,
  waitUntilTableExists, DynamoDB, ReturnValue } from "@aws-sdk/client-dynamodb";
import * as lib from "@aws-sdk/lib-dynamodb";
import { S3Client, S3, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { SQSClient, SendMessageCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
const db = new DynamoDBClient({}); const s3 = new S3Client({}); const sqs = new SQSClient({});
const put = (Key, Bucket = "b") => s3.send(new PutObjectCommand({ Bucket, Key }));
"""


def scanned(
    files: str | Mapping[str, str | bytes],
    environment: Mapping[str, str | Text] | None = None,
    *,
    entry: str = "app",
    handler: str = "handler",
    values: Mapping[str, str] | None = None,
) -> Scan:
    """Scan `files`; a single text is `app.mjs`."""
    if isinstance(files, str):
        files = {"app.mjs": files}
    tree = MemoryTree(
        {path: dedent(one) if isinstance(one, str) else one for path, one in files.items()}
    )
    return scan(Library(tree), entry, handler, environment or {}, function="F", values=values)


def in_handler(body: str, before: str = "", head: str = HEAD) -> str:
    """A module whose handler has the given body."""
    return (
        f"{head}{dedent(before)}\nexport const handler = async (event, context) => {{\n"
        f"{dedent(body)}\n}};\n"
    )


def shown(call: Call) -> str:
    """`s3.PutObject Bucket=b Key=k`: the operation and the parameters that name resources."""
    named = [f"{key}={text(value)}" for key, value in call.params.items() if key in _NAMES]
    return " ".join([f"{call.service}.{call.operation}", *sorted(named)])


def calls(found: Scan) -> list[str]:
    """What `shown` says of every call, sorted, each once."""
    return sorted({shown(located.call) for located in found.calls})


_NAMES = frozenset(
    "Bucket Key TableName IndexName QueueUrl QueueName TopicArn SecretId Name Names Source"
    " FunctionName UserPoolId CopySource RequestItems Prefix ConnectionId RoleArn stateMachineArn"
    " ReturnValues".split()
)


def text(value: object) -> str:
    if isinstance(value, (Text, Hole)):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    return str(value)
