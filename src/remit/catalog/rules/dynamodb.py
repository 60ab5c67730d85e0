"""DynamoDB and its streams.

Sources: DynamoDB Developer Guide, transaction-apis ("IAM"), ql-iam (PartiQL), using-identity-
based-policies (indexes: `table/T/index/I`), backuprestore_IAM, S3DataExport; Service
Authorization Reference, list_amazondynamodb.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant

_INDEX_OR_TABLE = ("index", "table")


def _entry(kind: str, action: str) -> Grant:
    """One entry of a transaction: each needs the action of its single operation."""
    path = f"TransactItems[].{kind}"
    return Grant(f"dynamodb:{action}", ("table",), each=path, when=path, ask=True)


_STATEMENT = {
    "TableName": "Statement|table",
    "index.IndexName": "Statement|index",
}
_VERBS = (("SELECT", "Select"), ("INSERT", "Insert"), ("UPDATE", "Update"), ("DELETE", "Delete"))


def _partiql(each: str) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            f"dynamodb:PartiQL{name}",
            _INDEX_OR_TABLE if name == "Select" else ("table",),
            each=each,
            when=f"Statement~{word}",
            fill=_STATEMENT,
            ask=True,
        )
        for word, name in _VERBS
    )


# What a restore does to its target is checked against the caller (backuprestore_IAM).
_RESTORE = tuple(
    Grant(f"dynamodb:{action}", ("table",), fill={"TableName": "TargetTableName"})
    for action in (
        "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem",
    )
)  # fmt: skip
_EXPORT_OBJECT = ("arn:${Partition}:s3:::${BucketName}/${ObjectName}",)

_DYNAMODB = Family(
    rules={
        "TransactWriteItems": (
            _entry("Put", "PutItem"),
            _entry("Update", "UpdateItem"),
            _entry("Delete", "DeleteItem"),
            _entry("ConditionCheck", "ConditionCheckItem"),
        ),
        "TransactGetItems": (_entry("Get", "GetItem"),),
        "ExecuteStatement": _partiql(""),
        "BatchExecuteStatement": _partiql("Statements[]"),
        "ExecuteTransaction": _partiql("TransactStatements[]"),
        **{
            name: (
                Grant(
                    f"dynamodb:{name}", ("table",), fill={"TableName": "TableName RequestItems{}"}
                ),
            )
            for name in ("BatchGetItem", "BatchWriteItem")
            # `TableName` is no parameter of theirs: it stands for a key that is known in part, and
            # is asked first, since such a key is a mere hole in `RequestItems`.
        },
        # AWS's refusal names `table/*` though the reference lists no resource.
        "ListTables": (
            Grant(
                "dynamodb:ListTables",
                ("*",),
                also=("arn:${Partition}:dynamodb:${Region}:${Account}:table/*",),
            ),
        ),
        "RestoreTableFromBackup": (
            Grant("dynamodb:RestoreTableFromBackup", ("backup",)),
            *_RESTORE,
        ),
        "RestoreTableToPointInTime": (
            Grant(
                "dynamodb:RestoreTableToPointInTime",
                ("table",),
                fill={"TableName": "SourceTableName SourceTableArn"},
            ),
            *_RESTORE,
        ),
        "ImportTable": (
            Grant(
                "dynamodb:ImportTable",
                ("table",),
                fill={"TableName": "TableCreationParameters.TableName"},
            ),
        ),
    },
    extras={
        "ExportTableToPointInTime": tuple(
            Grant(
                f"s3:{action}",
                arns=_EXPORT_OBJECT,
                when="S3Bucket",
                fill={"BucketName": "S3Bucket", "ObjectName": "!export_object"},
            )
            for action in ("AbortMultipartUpload", "PutObject", "PutObjectAcl")
        ),
    },
    unmapped=dict.fromkeys(
        ("CancelBulkOperation", "DescribeBulkOperation", "ListBulkOperations", "StartBulkPutItems"),
        NEWER,
    ),
    types=dict.fromkeys(
        ("Query", "Scan", "DescribeContributorInsights", "UpdateContributorInsights"),
        _INDEX_OR_TABLE,
    ),
    fills={
        "TableName": "TableName TableArn ResourceArn",
        "backup.TableName": "BackupArn",
        "BackupName": "BackupArn",
        "export.TableName": "ExportArn",
        "ExportName": "ExportArn",
        "import.TableName": "ImportArn",
        "ImportName": "ImportArn",
        "stream.TableName": "StreamArn ResourceArn",
        "StreamLabel": "StreamArn ResourceArn",
    },
    # specifying-conditions: the partition keys that the request names. A key of one attribute is
    # the partition key; of two, the call does not show which is which.
    context={"dynamodb:LeadingKeys": "Key().S Key()*"},
)

_STREAMS = Family(
    # A shard iterator holds its stream, and the code does not see which.
    rules={
        "GetRecords": (
            Grant(
                "dynamodb:GetRecords",
                ("stream",),
                fill={"TableName": "!table", "StreamLabel": "!stream_label"},
            ),
        ),
        "ListStreams": (
            Grant(
                "dynamodb:ListStreams",
                ("*",),
                also=("arn:${Partition}:dynamodb:${Region}:${Account}:table/${T}/stream/*",),
                fill={"T": "TableName =*"},
            ),
        ),
    },
    fills={"TableName": "StreamArn", "StreamLabel": "StreamArn"},
)

FAMILIES = {"dynamodb": _DYNAMODB, "dynamodbstreams": _STREAMS}
