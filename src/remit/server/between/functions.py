"""Lambda: what it reads for a function from queues and streams, and the function's own log.

Sources: Lambda Developer Guide, services-sqs-configure, with-kinesis and services-dynamodb-
eventsourcemapping (the function's execution role reads; the function's policy is not asked), and
lambda-intro-execution-role (AWSLambdaBasicExecutionRole: a function without it logs nothing).
CreateEventSourceMapping refuses a role that may not read. `List*` of everything, which the pages
name too, is not asked for: roles without it work (docs/between.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from remit.app.between import Delivery, Step
from remit.app.permit import Asked
from remit.server.between.seams import Function, Seam
from remit.server.between.sending import Sending

_STREAM = ("GetRecords", "GetShardIterator", "DescribeStream")
_READING: Mapping[str, tuple[str, ...]] = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "kinesis": _STREAM,
    "dynamodb": _STREAM,
}
_REFUSED: Mapping[str, str] = {
    "sqs": "The function execution role does not have permissions to call {} on SQS",
    "kinesis": (
        "Cannot access stream {}. Please ensure the role can perform the GetRecords,"
        " GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in"
        " IAM."
    ),
    "dynamodb": (
        "Cannot access stream {}. Please ensure the role can perform the GetRecords,"
        " GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM."
    ),
}
_LAMBDA = ("lambda.amazonaws.com",)


def _as_role(function: Any, *asked: Asked) -> Delivery:
    """As the function's execution role. lambda:SourceFunctionArn belongs to the function's own
    calls, and is not there in these."""
    account, region = function.account_id, function.region
    name = function.function_name
    return Delivery(_LAMBDA, account, region, asked, function.function_arn, function.role, name)


# --- event source mappings ----------------------------------------------------------------------


def _reading(function: Any, source: str) -> Delivery | None:
    """Reading from a queue or stream; None for a source of another kind."""
    service = source.split(":")[2] if source.count(":") >= 5 else ""
    actions = _READING.get(service)
    if actions is None:
        return None
    return _as_role(function, *(Asked(f"{service}:{action}", source) for action in actions))


def _function(account: str, region: str, name: str) -> Any:
    """A function; None where there is none."""
    from moto.awslambda.utils import get_backend

    try:
        return get_backend(account, region).get_function(name)
    except Exception:  # moto's kinds of error for a function that is not there
        return None


def _create_mapping(now: Sending, moto: Function, backend: Any, spec: Any) -> Any:
    source = str(spec.get("EventSourceArn") or "")
    name = str(spec.get("FunctionName") or "")
    function = _function(backend.account_id, backend.region_name, name) if name else None
    delivery = _reading(function, source) if function is not None else None
    denied = now.denial(delivery) if delivery is not None else None
    if denied is not None:
        raise _refused(denied, source)
    return moto(backend, spec)


def _refused(denied: Step, source: str) -> Exception:
    from moto.awslambda.exceptions import InvalidParameterValueException

    service, told = source.split(":")[2], source
    action = "" if denied.found.request is None else denied.found.request.action
    if service == "sqs":  # a role that cannot be taken on fails at the first call
        told = action.removeprefix("sqs:") if action.startswith("sqs:") else _READING[service][0]
    return InvalidParameterValueException(_REFUSED[service].format(told))


_CLOSED: ContextVar[frozenset[str]] = ContextVar("remit_closed_mappings", default=frozenset())
"""Mappings that may not read in what is being done now."""
_HELD = "lambda_event_source_mappings"


class Open:
    """The mappings of a queue, table or stream, without those that may not read now."""

    def __get__(self, holder: Any, kind: Any = None) -> Any:
        if holder is None:
            return self
        held = holder.__dict__[_HELD]
        closed = _CLOSED.get()
        if not closed:
            return held
        return {arn: one for arn, one in held.items() if one.uuid not in closed}

    def __set__(self, holder: Any, held: Any) -> None:
        holder.__dict__[_HELD] = held


@contextmanager
def _only_readers(now: Sending, holder: Any) -> Iterator[None]:
    closed = set()
    for mapping in list(getattr(holder, _HELD).values()):
        if not mapping.enabled:
            closed.add(mapping.uuid)
            continue
        account, region = holder.account_id, mapping.function_arn.split(":")[3]
        function = _function(account, region, mapping.function_arn)
        delivery = None
        if function is not None:
            delivery = _reading(function, mapping.event_source_arn)
        if delivery is not None and not now.permits(delivery):
            closed.add(mapping.uuid)
    token = _CLOSED.set(frozenset(closed))
    try:
        yield
    finally:
        _CLOSED.reset(token)


def _into_queue(now: Sending, moto: Function, queue: Any, message: Any) -> None:
    with _only_readers(now, queue):
        moto(queue, message)


def _into_shard(now: Sending, moto: Function, shard: Any, old: Any, new: Any) -> None:
    with _only_readers(now, shard.table):
        moto(shard, old, new)


def _into_stream(now: Sending, moto: Function, stream: Any, *args: Any, **more: Any) -> Any:
    with _only_readers(now, stream):
        return moto(stream, *args, **more)


def hold_mappings() -> None:
    """Teach queues, tables and streams to hide mappings. May be called again."""
    from moto.dynamodb.models.table import Table
    from moto.kinesis.models import Stream
    from moto.sqs.models import Queue

    for kind in (Queue, Table, Stream):
        if not isinstance(kind.__dict__.get(_HELD), Open):
            setattr(kind, _HELD, Open())


# --- the function's log -------------------------------------------------------------------------


def _save_logs(now: Sending, moto: Function, function: Any, output: str) -> None:
    group = f"log-group:{function.logs_group_name}"
    head = f"arn:aws:logs:{function.region}:{function.account_id}:{group}"
    stream = f"{head}:log-stream:{now.id}"
    asked = (Asked("logs:CreateLogStream", stream), Asked("logs:PutLogEvents", stream))
    if now.permits(_as_role(function, *asked)):
        moto(function, output)


SEAMS = (
    Seam(
        "moto.awslambda.models",
        "LambdaBackend.create_event_source_mapping",
        ("self", "spec"),
        _create_mapping,
    ),
    Seam("moto.sqs.models", "Queue.add_message", ("self", "message"), _into_queue),
    Seam("moto.dynamodb.models.table", "StreamShard.add", ("self", "old", "new"), _into_shard),
    Seam(
        "moto.kinesis.models",
        "Stream.put_record",
        ("self", "partition_key", "explicit_hash_key", "data"),
        _into_stream,
    ),
    Seam("moto.awslambda.models", "LambdaFunction.save_logs", ("self", "output"), _save_logs),
)
