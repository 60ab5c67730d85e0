"""S3: a bucket's notifications to queues, topics and functions, and its access log.

Sources: S3 User Guide, grant-destinations-permissions-to-s3 (the receiver's policy names
s3.amazonaws.com, with aws:SourceArn and aws:SourceAccount; EventBridge needs none) and
enable-server-access-logging (logging.s3.amazonaws.com). S3 tries a receiver when it is configured
and refuses one that it cannot reach (S3 API Reference, PutBucketNotificationConfiguration).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remit.app.between import Delivery
from remit.app.permit import Asked
from remit.server.between.seams import Function, Seam
from remit.server.between.sending import Sending

# What is configured: moto's name for the list, that of the ARN in it, and the action asked for.
_CONFIGURED: Mapping[str, tuple[str, str]] = {
    "TopicConfiguration": ("Topic", "sns:Publish"),
    "QueueConfiguration": ("Queue", "sqs:SendMessage"),
    "CloudFunctionConfiguration": ("CloudFunction", "lambda:InvokeFunction"),
}
_SKIP = "x-amz-skip-destination-validation"


def _to(account: str, bucket: str, action: str, receiver: str) -> Delivery:
    region = receiver.split(":")[3] if receiver.count(":") >= 5 else ""
    asked = (Asked(action, receiver),)
    return Delivery(("s3.amazonaws.com",), account, region, asked, bucket)


def _bucket(event: Any) -> str:
    """The ARN of the bucket that an event, or a test event, is about."""
    if "Records" in event:
        return str(event["Records"][0]["s3"]["bucket"]["arn"])
    return f"arn:aws:s3:::{event['Bucket']}"


def _queue(account: str, bucket: str, region: str, name: str) -> str:
    """The ARN of a queue that a bucket notifies: moto passes on region and name only, and it may be
    of another account. Queues of one name in two accounts are not told apart."""
    from moto.s3.models import s3_backends

    held: Any = s3_backends[account]["aws"].buckets[bucket.rpartition(":")[2]]
    for one in held.notification_configuration.queue:
        parts = str(one.arn).split(":")
        if (parts[3], parts[-1]) == (region, name):
            return str(one.arn)
    return f"arn:aws:sqs:{region}:{account}:{name}"


def _send_to_queue(
    now: Sending, moto: Function, account_id: str, event_body: Any, queue_name: str, region: str
) -> None:
    bucket = _bucket(event_body)
    queue = _queue(account_id, bucket, region, queue_name)
    if now.permits(_to(account_id, bucket, "sqs:SendMessage", queue)):
        moto(queue.split(":")[4], event_body, queue_name, region)


def _send_to_topic(
    now: Sending, moto: Function, account_id: str, event_body: Any, topic_arn: str, region: str
) -> None:
    if now.permits(_to(account_id, _bucket(event_body), "sns:Publish", topic_arn)):
        moto(account_id, event_body, topic_arn, region)


def _invoke(
    now: Sending, moto: Function, account_id: str, event_body: Any, fn_arn: str, region: str
) -> None:
    if now.permits(_to(account_id, _bucket(event_body), "lambda:InvokeFunction", fn_arn)):
        moto(fn_arn.split(":")[4], event_body, fn_arn, region)


def _configure(now: Sending, moto: Function, bucket: Any, configuration: Any) -> None:
    """Every receiver must be open to S3, unless the caller said not to look."""
    skip = (now.request.header(_SKIP) or "").lower() == "true"
    if not skip:
        for action, receiver in _receivers(configuration or {}, bucket.region_name):
            if not now.permits(_to(bucket.account_id, bucket.arn, action, receiver)):
                raise _unable()
    moto(bucket, configuration)


def _receivers(configuration: Mapping[str, Any], region: str) -> Iterator[tuple[str, str]]:
    """Action and ARN of each receiver that S3 tries; those of other regions it refuses at once."""
    for name, (member, action) in _CONFIGURED.items():
        for one in configuration.get(name) or ():
            receiver = str(one[member])
            if receiver.split(":")[3:4] == [region]:
                yield action, receiver


def _unable() -> Exception:
    from moto.s3.exceptions import S3ClientError

    text = "Unable to validate the following destination configurations"
    return S3ClientError("InvalidArgument", text)


def _log_access(now: Sending, moto: Function, backend: Any, request: Any, bucket_name: str) -> None:
    bucket = backend.buckets.get(bucket_name)
    if bucket is None or not bucket.logging:
        return
    target = backend.buckets.get(bucket.logging.get("TargetBucket"))
    if target is not None and not bucket._log_permissions_enabled_acl(target):
        key = f"{bucket.logging.get('TargetPrefix') or ''}{now.id}"
        asked = (Asked("s3:PutObject", f"{target.arn}/{key}"),)
        services = ("logging.s3.amazonaws.com",)
        account, region = bucket.account_id, bucket.region_name
        if not now.permits(Delivery(services, account, region, asked, bucket.arn)):
            return
    moto(backend, request, bucket_name)


_NOTIFICATIONS = "moto.s3.notifications"
SEAMS = (
    Seam(
        _NOTIFICATIONS,
        "_send_sqs_message",
        ("account_id", "event_body", "queue_name", "region_name"),
        _send_to_queue,
    ),
    Seam(
        _NOTIFICATIONS,
        "_send_sns_message",
        ("account_id", "event_body", "topic_arn", "region_name"),
        _send_to_topic,
    ),
    Seam(
        _NOTIFICATIONS,
        "_invoke_awslambda",
        ("account_id", "event_body", "fn_arn", "region_name"),
        _invoke,
    ),
    Seam(
        "moto.s3.models",
        "FakeBucket.set_notification_configuration",
        ("self", "notification_config"),
        _configure,
    ),
    Seam(
        "moto.s3.models",
        "S3Backend.log_incoming_request",
        ("self", "request", "bucket_name"),
        _log_access,
    ),
)
