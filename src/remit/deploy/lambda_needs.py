"""What AWS Lambda itself does with a function's role: write logs, poll a queue or a stream.

No call in the code shows these needs. Sources are named at each table; the pages are those of the
AWS Lambda Developer Guide. A need that the guide lists and that functions are known to run
without carries a condition: nobody is accused for its lack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from remit.core.arn import Arn
from remit.core.call import Place
from remit.core.need import Need
from remit.core.text import Hole, HoleKind, Text

LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
"""lambda-intro-execution-role, AWSLambdaBasicExecutionRole: without them no log is written."""

_LISTED = "Lambda's guide lists it; pollers are known to run without it"


@dataclass(frozen=True, slots=True)
class _Source:
    """A kind of event source: which actions its poller takes, on which resource.

    `listed` are those of the guide without which pollers run all the same. `named` is the ARN's
    resource part for a source that is given by name.
    """

    service: str
    type: str
    required: tuple[str, ...]
    listed: tuple[str, ...]
    named: str


_SOURCES = {
    # services-sqs-configure, "Configuring permissions": all three.
    "on_sqs_message": _Source(
        "sqs", "queue", ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"), (), "{name}"
    ),
    # with-kinesis, services-kinesis-create: the guide adds DescribeStreamSummary and ListShards,
    # for which the poller falls back to DescribeStream (Chalice's own policy lacks both), and
    # SubscribeToShard, which only an enhanced fan-out consumer calls; Chalice makes none.
    "on_kinesis_record": _Source(
        "kinesis",
        "stream",
        ("GetRecords", "GetShardIterator", "DescribeStream"),
        ("DescribeStreamSummary", "ListShards"),
        "stream/{name}",
    ),
    # with-ddb, services-dynamodb-eventsourcemapping. ListStreams has no resource; roles that grant
    # it on the stream alone, which is no grant, are in use.
    "on_dynamodb_record": _Source(
        "dynamodb",
        "stream",
        ("GetRecords", "GetShardIterator", "DescribeStream"),
        ("ListStreams",),
        "table/{name}/stream/*",
    ),
}
_WITHOUT_RESOURCE = frozenset({"dynamodb:ListStreams"})


def needs(kind: str, source: str | Text | None, place: Place) -> tuple[Need, ...]:
    """What the poller of an event handler needs from the function's role.

    `kind` is Chalice's name of the event (`on_sqs_message`), `source` the queue's or stream's name
    or ARN, None when it is not said plainly; a `Text` is an ARN. Handlers to which AWS pushes
    events (routes, schedules, websockets, S3, SNS) need nothing.
    """
    found = _SOURCES.get(kind)
    if found is None:
        return ()
    resource = _resource(found, source, place)
    return tuple(
        _need(f"{found.service}:{name}", resource, found.type, condition)
        for names, condition in ((found.required, None), (found.listed, _LISTED))
        for name in names
    )


def logs(function: str | Text | None, place: Place) -> tuple[Need, ...]:
    """What writing a function's log needs. `function` is its full name in AWS, None if unknown.

    The log group is `/aws/lambda/<function>` (monitoring-cloudwatchlogs); its streams are AWS's to
    name. AWS names the stream in all three requests, an empty one where none is meant, so a policy
    on `log-group:NAME:*` covers them (Service Authorization Reference, CloudWatch Logs: log-stream;
    catalog/rules/operations.py). On the group by itself, creating is believed too.
    """
    name = function if function is not None else _open("the function's name")
    group = _arn(place, "logs", Text.of("log-group:/aws/lambda/", name))
    stream = Text.of(group, ":log-stream:", _assigned("the log stream"))
    bare = Text.of(group, ":log-stream:")
    others = {LOGS[0]: (bare, group), LOGS[1]: (bare, group), LOGS[2]: ()}
    return tuple(Need(action, stream, "log-stream", alternatives=others[action]) for action in LOGS)


def network(place: Place) -> tuple[Need, ...]:
    """What a function in a VPC needs: configuration-vpc, "Required IAM permissions"."""
    interface = Text.of("network-interface/", _assigned("the network interface"))
    on_interface = ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface")
    return (
        *(Need(a, _arn(place, "ec2", interface), "network-interface") for a in on_interface),
        Need("ec2:DescribeNetworkInterfaces", Text.of("*")),
    )


def tracing() -> tuple[Need, ...]:
    """What active X-Ray tracing needs: services-xray, "Execution role permissions"."""
    actions = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
    return tuple(Need(action, Text.of("*")) for action in actions)


# invocation-async-retain-records, "Adding permissions": what each kind of target takes.
_TARGETS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}


def sends(target: Text) -> tuple[Need, ...]:
    """What a dead letter queue or a destination needs: sending to the resource with that ARN.

    Of an ARN that is not known it is any of these.
    """
    service = service_of(target)
    if service in _TARGETS:
        return (Need(_TARGETS[service], target, _TARGET_TYPES[service]),)
    if service is not None:
        return ()
    return tuple(
        Need(action, target, _TARGET_TYPES[one], f"{UNSEEN} of the service `{one}`")
        for one, action in _TARGETS.items()
    )


def polls(source: Text, place: Place) -> tuple[Need, ...]:
    """What the poller of an event source with that ARN needs; of one not known, any of these."""
    service = service_of(source)
    kinds = {found.service: kind for kind, found in _SOURCES.items()}
    if service is not None:
        return needs(kinds[service], source, place) if service in kinds else ()
    return tuple(
        replace(need, condition=f"{UNSEEN} of the service `{one}`")
        for one, kind in kinds.items()
        for need in needs(kind, source, place)
    )


UNSEEN = "the ARN, which is not known here, is"
"""How the condition of a need begins that hangs on what an ARN names."""


def service_of(arn: Text) -> str | None:
    """The service that an ARN names; None where that part is not known."""
    first = arn.parts[0] if arn.parts else ""
    parts = first.split(":") if isinstance(first, str) else []
    return parts[2] if len(parts) > 3 else None


_TARGET_TYPES = {"sqs": "queue", "sns": "topic", "lambda": "function", "events": "event-bus"}


def _resource(kind: _Source, source: str | Text | None, place: Place) -> Text:
    if isinstance(source, Text):
        return source
    if source is not None and Arn.parse(source) is not None:
        return Text.of(source)
    before, _, after = kind.named.partition("{name}")
    name = source if source is not None else _open(f"the {kind.type}'s name")
    label: tuple[str | Hole, ...] = (after,)
    if after.endswith("*"):
        label = (after.removesuffix("*"), _assigned("the stream's label"))
    return _arn(place, kind.service, Text.of(before, name, *label))


def _need(action: str, resource: Text, kind: str, condition: str | None) -> Need:
    if action in _WITHOUT_RESOURCE:
        return Need(action, Text.of("*"), condition=condition)
    return Need(action, resource, kind, condition)


def _arn(place: Place, service: str, resource: Text) -> Text:
    region = place.region or _assigned("region")
    account = place.account or _assigned("account")
    return Text.of(f"arn:{place.partition}:{service}:", region, ":", account, ":", resource)


def _assigned(name: str) -> Hole:
    return Hole(HoleKind.ASSIGNED, name)


def _open(name: str) -> Hole:
    return Hole(HoleKind.CODE, name)
