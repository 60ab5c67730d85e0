"""CloudWatch Logs: a log group's subscription filters, and exports to buckets.

Sources: CloudWatch Logs User Guide, SubscriptionFilters (a function's policy names
logs.amazonaws.com with the log group as aws:SourceArn; streams take the filter's role, with
kinesis:PutRecord or firehose:PutRecord, whose trust policy may ask for aws:SourceArn) and
S3ExportTasksConsole (the bucket's policy lets logs.REGION.amazonaws.com read its list and write).
Logs tries a receiver when the filter is made; what is denied later is not tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.between import Delivery
from remit.app.permit import Asked
from remit.server.between.seams import Function, Seam
from remit.server.between.sending import Sending

_BY_ROLE: Mapping[str, str] = {"kinesis": "kinesis:PutRecord", "firehose": "firehose:PutRecord"}
# What PutSubscriptionFilter answers. moto words a function and a stream that are not there so.
_REFUSED: Mapping[str, str] = {
    "lambda": (
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs"
        " permission to execute your function."
    ),
    "kinesis": (
        "Could not deliver test message to specified Kinesis stream. Check if the given kinesis"
        " stream is in ACTIVE state. "
    ),
    "firehose": (
        "Could not deliver test message to specified Firehose stream. Check if the given Firehose"
        " stream is in ACTIVE state."
    ),
}
_CALL_FAILED = (
    "{} call on the given bucket failed. Please check if CloudWatch Logs has been granted"
    " permission to perform this operation."
)


def _names(region: str) -> tuple[str, ...]:
    return ("logs.amazonaws.com", f"logs.{region}.amazonaws.com")


def _source(account: str, region: str, group: str) -> str:
    return f"arn:aws:logs:{region}:{account}:log-group:{group}:*"


def _to(account: str, region: str, group: str, receiver: str, role: str | None) -> Delivery | None:
    """The call to a receiver; None where there is none to decide: moto can send to a log group,
    which AWS has no such filter for."""
    service = receiver.split(":")[2] if receiver.count(":") >= 5 else ""
    names, source = _names(region), _source(account, region, group)
    if service == "lambda":
        asked = (Asked("lambda:InvokeFunction", receiver),)
        return Delivery(names, account, region, asked, source)
    if service not in _BY_ROLE:
        return None
    asked = (Asked(_BY_ROLE[service], receiver),)
    return Delivery(names, account, region, asked, source, role or "", "CloudWatchLogs")


def _send(
    now: Sending,
    moto: Function,
    stream: Any,
    service: str,
    destination_arn: str,
    filter_name: str,
    log_events: Any,
) -> None:
    group = stream.log_group
    held = group.subscription_filters.get(filter_name)
    role = None if held is None else held.role_arn
    delivery = _to(stream.account_id, stream.region, group.name, destination_arn, role)
    if delivery is None or now.permits(delivery):
        moto(stream, service, destination_arn, filter_name, log_events)


def _put_filter(
    now: Sending,
    moto: Function,
    backend: Any,
    log_group_name: str,
    filter_name: str,
    filter_pattern: str,
    destination_arn: str,
    role_arn: str,
) -> None:
    account, region = backend.account_id, backend.region_name
    delivery = _to(account, region, log_group_name, destination_arn, role_arn)
    there = log_group_name in backend.groups
    if there and delivery is not None and not now.permits(delivery):
        raise _refused(_REFUSED[destination_arn.split(":")[2]])
    moto(backend, log_group_name, filter_name, filter_pattern, destination_arn, role_arn)


def _export(now: Sending, moto: Function, backend: Any, **task: Any) -> Any:
    bucket, group = task["destination"], task["logGroupName"]
    account, region = backend.account_id, backend.region_name
    if group in backend.groups and _is_bucket(backend, bucket):
        key = f"{task['destinationPrefix'] or 'exportedlogs'}/aws-logs-write-test"
        for asked in (
            Asked("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
            Asked("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}"),
        ):
            source = _source(account, region, group)
            if not now.permits(Delivery(_names(region), account, region, (asked,), source)):
                raise _refused(_CALL_FAILED.format(asked.action.partition(":")[2]))
    return moto(backend, **task)


def _is_bucket(backend: Any, name: str) -> bool:
    from moto.s3.models import s3_backends

    return name in s3_backends[backend.account_id][backend.partition].buckets


def _refused(text: str) -> Exception:
    from moto.logs.exceptions import InvalidParameterException

    return InvalidParameterException(text)


_LOGS = "moto.logs.models"
SEAMS = (
    Seam(
        _LOGS,
        "LogStream._send_log_events",
        ("self", "service", "destination_arn", "filter_name", "log_events"),
        _send,
    ),
    Seam(
        _LOGS,
        "LogsBackend.put_subscription_filter",
        (
            "self",
            "log_group_name",
            "filter_name",
            "filter_pattern",
            "destination_arn",
            "role_arn",
        ),
        _put_filter,
    ),
    Seam(
        _LOGS,
        "LogsBackend.create_export_task",
        (
            "self",
            "taskName",
            "logGroupName",
            "destination",
            "destinationPrefix",
            "fromTime",
            "to",
        ),
        _export,
    ),
)
