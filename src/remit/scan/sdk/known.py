"""What a response holds is data, with few exceptions: values that follow from the request.

One table of them. Each entry is fixed by AWS's own documentation: a queue's URL and ARN, a
topic's and a table's ARN are built from their names; a listing returns only what begins with the
given prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from remit.core.call import Param
from remit.core.text import Hole, HoleKind, Text
from remit.scan.sdk.objects import Connection

ACCOUNT = Hole(HoleKind.ASSIGNED, "account")
REGION = Hole(HoleKind.ASSIGNED, "region")
PARTITION = Hole(HoleKind.ASSIGNED, "partition")

Piece: TypeAlias = "str | Hole | Text"
Rule: TypeAlias = Callable[[Connection, Mapping[str, Param]], "Piece | None"]


def known(
    connection: Connection, operation: str, path: tuple[str, ...], params: Mapping[str, Param]
) -> Piece | None:
    """The value at `path` of a response when it follows from the request, else None.

    Responses to foreign clients (another account's, a local stand-in's) are never derived.
    """
    rule = _RULES.get((connection.service, operation, ".".join(path)))
    return None if rule is None or connection.foreign else rule(connection, params)


def region_of(connection: Connection) -> Piece:
    """The client's region; a hole that the deployment fills where the program names none."""
    return REGION if connection.region is None else connection.region


def _piece(params: Mapping[str, Param], name: str) -> Piece | None:
    value = params.get(name)
    return value if isinstance(value, str | Hole | Text) else None


# A region names its partition. Source: IAM User Guide, reference-arns ("Partition").
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"))


def _partition(connection: Connection) -> Piece:
    region = Text.of(region_of(connection)).literal
    if region is None or region.startswith(("us-iso", "eu-iso")):
        return PARTITION
    return next((name for prefix, name in _PARTITIONS if region.startswith(prefix)), "aws")


def _arn(connection: Connection, service: str, resource: Piece, account: Piece = ACCOUNT) -> Text:
    start = ("arn:", _partition(connection), f":{service}:", region_of(connection), ":")
    return Text.of(*start, account, ":", resource)


def _queue_url(connection: Connection, params: Mapping[str, Param]) -> Text | None:
    """Source: Amazon SQS Developer Guide, sqs-queue-message-identifiers ("Queue URL")."""
    name = _piece(params, "QueueName")
    owner = _piece(params, "QueueOwnerAWSAccountId") or ACCOUNT
    return None if name is None else _url(connection, owner, name)


def _url(connection: Connection, owner: Piece, name: Piece) -> Text:
    return Text.of("https://sqs.", region_of(connection), ".amazonaws.com/", owner, "/", name)


def _listed_queue_url(connection: Connection, params: Mapping[str, Param]) -> Text | None:
    """Source: Amazon SQS API Reference, ListQueues, `QueueNamePrefix`."""
    prefix = _piece(params, "QueueNamePrefix")
    if prefix is None:
        return None
    return _url(connection, ACCOUNT, Text.of(prefix, Hole(HoleKind.DATA, "rest of a queue's name")))


def _queue_arn(connection: Connection, params: Mapping[str, Param]) -> Text | None:
    """The ARN names the account and the queue, the last two segments of the URL."""
    url = _piece(params, "QueueUrl")
    if url is None:
        return None
    segments = _split(Text.of(url), "/")
    if len(segments) < 5:  # not "https:", "", host, account, name: the URL is not known so far
        return None
    return _arn(connection, "sqs", segments[-1], segments[-2])


def _split(text: Text, separator: str) -> list[Text]:
    """Like `str.split`; a hole never counts as holding the separator."""
    segments: list[list[str | Hole]] = [[]]
    for part in text.parts:
        if isinstance(part, Hole):
            segments[-1].append(part)
            continue
        first, *others = part.split(separator)
        segments[-1].append(first)
        segments.extend([other] for other in others)
    return [Text.of(*segment) for segment in segments]


def _topic_arn(connection: Connection, params: Mapping[str, Param]) -> Text | None:
    """Source: Service Authorization Reference, Amazon SNS, resource type `topic`."""
    name = _piece(params, "Name")
    return None if name is None else _arn(connection, "sns", name)


def _table_arn(connection: Connection, params: Mapping[str, Param]) -> Piece | None:
    """Source: Service Authorization Reference, Amazon DynamoDB, resource type `table`.

    `TableName` takes an ARN as well (DynamoDB API Reference, DescribeTable).
    """
    name = _piece(params, "TableName")
    if name is None or str(name).startswith("arn:"):
        return name
    return _arn(connection, "dynamodb", Text.of("table/", name))


def _listed_key(_: Connection, params: Mapping[str, Param]) -> Text | None:
    """A listing returns only keys that begin with `Prefix` (S3 API Reference, ListObjectsV2).

    With `EncodingType` the program gets encoded keys.
    """
    prefix = _piece(params, "Prefix")
    if prefix is None or "EncodingType" in params:
        return None
    return Text.of(prefix, Hole(HoleKind.DATA, "rest of an object's key"))


def _own_account(*_: object) -> Hole:
    return ACCOUNT


def _own_arn(connection: Connection, _: Mapping[str, Param]) -> Text:
    """In a function: the assumed-role session (STS API Reference, GetCallerIdentity)."""
    role, session = (Hole(HoleKind.ASSIGNED, name) for name in ("role", "session"))
    start = ("arn:", _partition(connection), ":sts::", ACCOUNT)
    return Text.of(*start, ":assumed-role/", role, "/", session)


_RULES: dict[tuple[str, str, str], Rule] = {
    ("sqs", "GetQueueUrl", "QueueUrl"): _queue_url,
    ("sqs", "CreateQueue", "QueueUrl"): _queue_url,
    ("sqs", "ListQueues", "QueueUrls.[]"): _listed_queue_url,
    ("sqs", "GetQueueAttributes", "Attributes.QueueArn"): _queue_arn,
    ("sns", "CreateTopic", "TopicArn"): _topic_arn,
    ("dynamodb", "CreateTable", "TableDescription.TableArn"): _table_arn,
    ("dynamodb", "DescribeTable", "Table.TableArn"): _table_arn,
    ("dynamodb", "UpdateTable", "TableDescription.TableArn"): _table_arn,
    ("s3", "ListObjects", "Contents.[].Key"): _listed_key,
    ("s3", "ListObjectsV2", "Contents.[].Key"): _listed_key,
    ("s3", "ListObjectVersions", "Versions.[].Key"): _listed_key,
    ("s3", "ListObjectVersions", "DeleteMarkers.[].Key"): _listed_key,
    ("sts", "GetCallerIdentity", "Account"): _own_account,
    ("sts", "GetCallerIdentity", "Arn"): _own_arn,
}
