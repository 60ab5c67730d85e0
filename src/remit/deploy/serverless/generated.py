"""What the framework itself puts into the roles that it makes.

Source: Serverless Framework, providers/aws/guide/iam ("The Default IAM Role", "Auto-Added
Permissions for Per-Function Roles"), the pages of the events, and where these are silent the
framework's versions 3.38 and 4.9 and serverless-iam-roles-per-function 3.2.

The three kinds of roles differ: the service's own role (`SHARED`), the role of one function made
by version 4 (`OWN`), and that made by the plugin serverless-iam-roles-per-function (`PLUGIN`),
which knows logs, streams, queues and `onError` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from remit.core.policy import Effect, Item, Policy, Statement
from remit.core.span import Span
from remit.deploy.serverless.service import Declared, Service, at, is_set, items, text_of
from remit.syntax.nodes import Mapping, Node, Scalar

SHARED, OWN, PLUGIN = "shared", "own", "plugin"
VPC = "service-role/AWSLambdaVPCAccessExecutionRole"
"""The managed policy that a role gets whose function is in a VPC."""

_GROUP = ("logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource")
_EVENTS = ("logs:PutLogEvents",)
_NETWORK = (
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs",
    "ec2:DeleteNetworkInterface", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
)  # fmt: skip
_STREAM = {
    kind: tuple(
        f"{kind}:{name}"
        for name in ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")
    )
    for kind in ("dynamodb", "kinesis")
}
_CONSUMED = tuple(
    f"kinesis:{name}"
    for name in ("GetRecords", "GetShardIterator", "DescribeStreamSummary", "ListShards")
)
_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_TARGETS = {
    "function": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "eventBus": "events:PutEvents",
}
_IN_ARN = (
    (":function:", "function"),
    (":sqs:", "sqs"),
    (":sns:", "sns"),
    (":event-bus/", "eventBus"),
)
_SECRETS = (
    "saslPlainAuth", "saslScram256Auth", "saslScram512Auth", "clientCertificateTlsAuth",
    "serverRootCaCertificate",
)  # fmt: skip


@dataclass(slots=True)
class _Made:
    """The statements so far."""

    statements: list[Statement] = field(default_factory=list)

    def allow(self, span: Span, actions: Iterable[str], resources: Iterable[str]) -> None:
        """Adds one statement; none without resources."""
        what = tuple(Item(one, span) for one in resources if one)
        if what:
            listed = tuple(Item(one, span) for one in actions)
            self.statements.append(
                Statement(len(self.statements), None, Effect.ALLOW, listed, what, span)
            )


def policy(service: Service, kind: str, functions: Iterable[Declared], span: Span) -> Policy:
    """What the framework adds to a role of `kind` because of `functions`. `span` is the role's."""
    made = _Made()
    functions = tuple(functions)
    if kind == SHARED:
        _shared_logs(service, functions, span, made)
    for function in functions:
        for add in _ADDS[kind]:
            add(service, function, made)
    name = "what the Serverless Framework adds"
    return Policy("2012-10-17", tuple(made.statements), span, name, made=True)


def in_network(service: Service, function: Declared) -> bool:
    """Whether the function is in a VPC: by its own setting, which `null` unsets, or the service's.

    Source: providers/aws/guide/functions, "VPC Configuration".
    """
    if "vpc" in function.settings.keys:
        return is_set(function.get("vpc"))
    return is_set(service.get("provider", "vpc"))


def is_traced(service: Service, function: Declared) -> bool:
    """Whether X-Ray tracing is on: providers/aws/guide/functions, "AWS X-Ray Tracing"."""
    own = function.get("tracing")
    return is_set(own if is_set(own) else service.get("provider", "tracing", "lambda"))


def _shared_logs(
    service: Service, functions: tuple[Declared, ...], span: Span, made: _Made
) -> None:
    """One prefix for all functions named by the framework, a group for each other one.

    `disableLogs` adds a Deny on `logs:PutLogEvents`: it is meant, so it is no fault to tell of.
    """
    prefix = f"{service.name}-{service.stage}"
    groups = [f"/aws/lambda/{prefix}*"]
    for function in functions:
        group = text_of(function.get("logs", "logGroup"))
        if group or not function.full_name.startswith(prefix):
            groups.append(group or f"/aws/lambda/{function.full_name}")
    arns = [service.arn("logs", f"log-group:{group}") for group in dict.fromkeys(groups)]
    made.allow(span, _GROUP, [f"{arn}:*" for arn in arns])
    made.allow(span, _EVENTS, [f"{arn}:*:*" for arn in arns])


def _own_logs(service: Service, function: Declared, made: _Made) -> None:
    group = (
        text_of(function.get("logs", "logGroup"))
        or text_of(service.get("provider", "logs", "lambda", "logGroup"))
        or f"/aws/lambda/{function.full_name}"
    )
    arn = service.arn("logs", f"log-group:{group}:*:*")
    made.allow(function.span, (*_GROUP[:2], *_EVENTS), [arn])


def _streams(service: Service, function: Declared, made: _Made) -> None:
    """events/streams: a consumer of its own takes other actions."""
    for event in events(function, "stream"):
        arn = source(event)
        kind = text_of(at(event, "type")) or ("dynamodb" if ":dynamodb:" in arn else "kinesis")
        if kind == "kinesis" and is_set(at(event, "consumer")):
            made.allow(event.span, _CONSUMED, [arn])
            consumer = text_of(at(event, "consumer"))
            made.allow(event.span, ("kinesis:SubscribeToShard",), [consumer.replace("true", "*")])
        else:
            made.allow(event.span, _STREAM.get(kind, ()), [arn])
        failed = at(event, "destinations", "onFailure")
        target = text_of(at(failed, "type")) or _target(text_of(failed))
        if target == "sns":
            made.allow(event.span, ("sns:Publish",), [source(failed)])
        elif failed is not None:
            made.allow(event.span, ("sqs:ListQueues", "sqs:SendMessage"), [source(failed)])


def _queues(_service: Service, function: Declared, made: _Made) -> None:
    """events/sqs."""
    for event in events(function, "sqs"):
        made.allow(event.span, _QUEUE, [source(event)])


def _dead_letters(_service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "Dead Letter Queue (DLQ)": a topic, given by its ARN."""
    target = function.get("onError")
    if target is not None:
        made.allow(target.span, ("sns:Publish",), [text_of(target)])


def _tracing(service: Service, function: Declared, made: _Made) -> None:
    if is_traced(service, function):
        made.allow(function.span, ("xray:PutTraceSegments", "xray:PutTelemetryRecords"), ["*"])


def _key(service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "KMS Keys"; `awsKmsKeyArn` in version 1 and 2."""
    for name in ("kmsKeyArn", "awsKmsKeyArn"):
        old = service.get("service", name)
        key = function.get(name) or service.get("provider", name) or old
        if isinstance(key, Scalar):
            made.allow(key.span, ("kms:Decrypt",), [text_of(key)])


def _files(_service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "EFS Configuration"."""
    settings = function.get("fileSystemConfig")
    if settings is not None:
        prefix = "s3files" if text_of(at(settings, "type")) == "s3files" else "elasticfilesystem"
        actions = (f"{prefix}:ClientMount", f"{prefix}:ClientWrite")
        made.allow(settings.span, actions, [text_of(at(settings, "arn"))])


def _sockets(service: Service, function: Declared, made: _Made) -> None:
    """events/websocket: "permissions for the functions to post to connections"."""
    for event in events(function, "websocket"):
        arn = f"arn:{service.place.partition}:execute-api:*:*:*/@connections/*"
        made.allow(event.span, ("execute-api:ManageConnections",), [arn])
        return


def _brokers(_service: Service, function: Declared, made: _Made) -> None:
    """events/activemq, events/rabbitmq."""
    for event in (*events(function, "activemq"), *events(function, "rabbitmq")):
        made.allow(event.span, ("secretsmanager:GetSecretValue",), [_text(event, "basicAuthArn")])
        made.allow(event.span, ("mq:DescribeBroker",), [_text(event, "arn")])
        made.allow(event.span, _NETWORK, ["*"])


def _clusters(_service: Service, function: Declared, made: _Made) -> None:
    """events/kafka, events/msk."""
    for event in events(function, "kafka"):
        settings = at(event, "accessConfigurations")
        secrets = [text_of(one) for name in _SECRETS for one in items(at(settings, name))]
        made.allow(event.span, ("secretsmanager:GetSecretValue",), secrets)
        if at(settings, "vpcSubnet") is not None:
            made.allow(event.span, _NETWORK, ["*"])
    for event in events(function, "msk"):
        actions = ("kafka:DescribeCluster", "kafka:GetBootstrapBrokers")
        made.allow(event.span, actions, [_text(event, "arn")])
        made.allow(event.span, _NETWORK, ["*"])


def _edge(service: Service, function: Declared, made: _Made) -> None:
    """events/cloudfront: logs are written in every region."""
    for event in events(function, "cloudFront"):
        everywhere = f"arn:{service.place.partition}:logs:*:*:*"
        made.allow(event.span, (*_GROUP, *_EVENTS), [everywhere])


def _scheduler(service: Service, function: Declared, made: _Made) -> None:
    """events/schedule, `method: scheduler`: the scheduler takes the function's own role."""
    for event in events(function, "schedule"):
        if text_of(at(event, "method")) == "scheduler":
            arn = service.arn("lambda", f"function:{function.full_name}")
            made.allow(event.span, ("lambda:InvokeFunction",), [arn, f"{arn}:*"])


def _destinations(service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "Destinations": a function, an ARN, or type and ARN."""
    names = {one.key: one.full_name for one in service.functions()}
    for name in ("onSuccess", "onFailure"):
        target = function.get("destinations", name)
        if target is None:
            continue
        kind = text_of(at(target, "type")) or _target(text_of(target)) or "function"
        arn = source(target)
        if arn in names:
            arn = service.arn("lambda", f"function:{names[arn]}")
        action = _TARGETS.get(kind)
        made.allow(target.span, (action,) if action else (), [arn])


_Add = Callable[[Service, Declared, _Made], None]
_ADDS: dict[str, tuple[_Add, ...]] = {
    SHARED: (
        _streams, _queues, _dead_letters, _tracing, _key, _files, _sockets, _brokers, _clusters,
        _edge, _scheduler, _destinations,
    ),
    OWN: (
        _own_logs, _streams, _queues, _dead_letters, _tracing, _key, _files, _sockets, _brokers,
        _clusters, _edge, _scheduler, _destinations,
    ),
    PLUGIN: (_own_logs, _streams, _queues, _dead_letters),
}  # fmt: skip


def events(function: Declared, kind: str) -> list[Node]:
    """The settings of the function's events of a kind: a text, or an object with `arn`."""
    found = (at(event, kind) for event in items(function.get("events")))
    return [event for event in found if event is not None]


def source(event: Node | None) -> str:
    """The ARN that an event or a destination names: itself, or its `arn`."""
    return text_of(at(event, "arn")) if isinstance(event, Mapping) else text_of(event)


def _text(event: Node, name: str) -> str:
    return text_of(at(event, name))


def _target(arn: str) -> str:
    return next((kind for mark, kind in _IN_ARN if mark in arn), "")
