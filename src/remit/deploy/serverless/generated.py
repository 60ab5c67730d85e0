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

from remit.core.span import Span
from remit.deploy.serverless.making import statement, sub, text
from remit.deploy.serverless.service import Declared, Service, at, is_set, items, text_of
from remit.syntax.nodes import Node, Scalar, Sequence

_HERE = "arn:${{AWS::Partition}}:{}:${{AWS::Region}}:${{AWS::AccountId}}"
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

    statements: list[Node] = field(default_factory=list)

    def allow(self, span: Span, actions: Iterable[str], resources: Iterable[Node | None]) -> None:
        """Adds one statement; none without actions and resources."""
        listed, what = tuple(actions), [one for one in resources if one is not None]
        if listed and what:
            self.statements.append(statement(span, listed, what))


def statements(service: Service, kind: str, functions: Iterable[Declared], span: Span) -> Sequence:
    """What the framework adds to a role of `kind` because of `functions`. `span` is the role's."""
    made = _Made()
    functions = tuple(functions)
    if kind == SHARED:
        _shared_logs(service, functions, span, made)
    for function in functions:
        for add in _ADDS[kind]:
            add(service, function, made)
    return Sequence(tuple(made.statements), span)


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
    prefix = f"{service.name}-{service.deployed_as}"
    groups = [f"/aws/lambda/{prefix}*"]
    for function in functions:
        group = text_of(function.get("logs", "logGroup"))
        if group or not function.full_name.startswith(prefix):
            groups.append(group or f"/aws/lambda/{function.full_name}")
    distinct = dict.fromkeys(groups)
    made.allow(span, _GROUP, [_log_arn(f"{group}:*", span) for group in distinct])
    made.allow(span, _EVENTS, [_log_arn(f"{group}:*:*", span) for group in distinct])


def _own_logs(service: Service, function: Declared, made: _Made) -> None:
    group = (
        text_of(function.get("logs", "logGroup"))
        or text_of(service.get("provider", "logs", "lambda", "logGroup"))
        or f"/aws/lambda/{function.full_name}"
    )
    arn = _log_arn(f"{group}:*:*", function.span)
    made.allow(function.span, (*_GROUP[:2], *_EVENTS), [arn])


def _log_arn(group: str, span: Span) -> Node:
    return sub(f"{_HERE.format('logs')}:log-group:{group}", span)


def _streams(_service: Service, function: Declared, made: _Made) -> None:
    """events/streams: a consumer of its own takes other actions."""
    for event in events(function, "stream"):
        arn, consumer = source(event), at(event, "consumer")
        kind = stream_kind(event)
        if kind == "kinesis" and is_set(consumer):
            named = consumer if text_of(consumer) not in ("", "true") else text("*", event.span)
            made.allow(event.span, _CONSUMED, [arn])
            made.allow(event.span, ("kinesis:SubscribeToShard",), [named])
        else:
            made.allow(event.span, _STREAM.get(kind, ()), [arn])
        failed = at(event, "destinations", "onFailure")
        target = text_of(at(failed, "type")) or _target(text_of(failed))
        if target == "sns":
            made.allow(event.span, ("sns:Publish",), [source(failed)])
        elif failed is not None:
            made.allow(event.span, ("sqs:ListQueues", "sqs:SendMessage"), [source(failed)])


def stream_kind(event: Node) -> str:
    """`dynamodb` or `kinesis`, which an ARN that is no plain text does not show."""
    told = text_of(at(event, "type"))
    return told or ("dynamodb" if ":dynamodb:" in text_of(source(event)) else "kinesis")


def _queues(_service: Service, function: Declared, made: _Made) -> None:
    """events/sqs."""
    for event in events(function, "sqs"):
        made.allow(event.span, _QUEUE, [source(event)])


def _dead_letters(_service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "Dead Letter Queue (DLQ)": a topic, given by its ARN."""
    target = function.get("onError")
    if isinstance(target, Scalar):
        made.allow(target.span, ("sns:Publish",), [target])


def _tracing(service: Service, function: Declared, made: _Made) -> None:
    if is_traced(service, function):
        actions = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
        made.allow(function.span, actions, [text("*", function.span)])


def _key(service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "KMS Keys"; `awsKmsKeyArn` in version 1 and 2."""
    for name in ("kmsKeyArn", "awsKmsKeyArn"):
        old = service.get("service", name)
        key = function.get(name) or service.get("provider", name) or old
        if isinstance(key, Scalar):
            made.allow(key.span, ("kms:Decrypt",), [key])


def _files(_service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "EFS Configuration"."""
    settings = function.get("fileSystemConfig")
    if settings is not None:
        prefix = "s3files" if text_of(at(settings, "type")) == "s3files" else "elasticfilesystem"
        actions = (f"{prefix}:ClientMount", f"{prefix}:ClientWrite")
        made.allow(settings.span, actions, [at(settings, "arn")])


def _sockets(_service: Service, function: Declared, made: _Made) -> None:
    """events/websocket: "permissions for the functions to post to connections"."""
    for event in events(function, "websocket"):
        arn = sub("arn:${AWS::Partition}:execute-api:*:*:*/@connections/*", event.span)
        made.allow(event.span, ("execute-api:ManageConnections",), [arn])
        return


def _brokers(_service: Service, function: Declared, made: _Made) -> None:
    """events/activemq, events/rabbitmq."""
    for event in (*events(function, "activemq"), *events(function, "rabbitmq")):
        made.allow(event.span, ("secretsmanager:GetSecretValue",), [at(event, "basicAuthArn")])
        made.allow(event.span, ("mq:DescribeBroker",), [at(event, "arn")])
        made.allow(event.span, _NETWORK, [text("*", event.span)])


def _clusters(_service: Service, function: Declared, made: _Made) -> None:
    """events/kafka, events/msk."""
    for event in events(function, "kafka"):
        settings = at(event, "accessConfigurations")
        secrets = [one for name in _SECRETS for one in items(at(settings, name))]
        made.allow(event.span, ("secretsmanager:GetSecretValue",), secrets)
        if at(settings, "vpcSubnet") is not None:
            made.allow(event.span, _NETWORK, [text("*", event.span)])
    for event in events(function, "msk"):
        actions = ("kafka:DescribeCluster", "kafka:GetBootstrapBrokers")
        made.allow(event.span, actions, [at(event, "arn")])
        made.allow(event.span, _NETWORK, [text("*", event.span)])


def _edge(_service: Service, function: Declared, made: _Made) -> None:
    """events/cloudfront: logs are written in every region."""
    for event in events(function, "cloudFront"):
        everywhere = sub("arn:${AWS::Partition}:logs:*:*:*", event.span)
        made.allow(event.span, (*_GROUP, *_EVENTS), [everywhere])


def _scheduler(_service: Service, function: Declared, made: _Made) -> None:
    """events/schedule, `method: scheduler`: the scheduler takes the function's own role."""
    for event in events(function, "schedule"):
        if text_of(at(event, "method")) == "scheduler":
            name = f"{_HERE.format('lambda')}:function:{function.full_name}"
            arns = [sub(name, event.span), sub(f"{name}:*", event.span)]
            made.allow(event.span, ("lambda:InvokeFunction",), arns)


def _destinations(service: Service, function: Declared, made: _Made) -> None:
    """providers/aws/guide/functions, "Destinations": a function, an ARN, or type and ARN."""
    for target in destinations(service, function).values():
        kind = text_of(at(target, "type")) or _target(text_of(target)) or "function"
        action = _TARGETS.get(kind)
        made.allow(target.span, (action,) if action else (), [source(target)])


def destinations(service: Service, function: Declared) -> dict[str, Node]:
    """The targets of `onSuccess` and `onFailure`; the name of a function as its ARN."""
    names = {one.key: one.full_name for one in service.functions()}
    found: dict[str, Node] = {}
    for outcome in ("onSuccess", "onFailure"):
        target = function.get("destinations", outcome)
        if target is not None:
            name = names.get(text_of(target))
            arn = f"{_HERE.format('lambda')}:function:{name}"
            found[outcome] = sub(arn, target.span) if name else target
    return found


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


def source(event: Node | None) -> Node | None:
    """The ARN that an event or a destination names: itself, or its `arn`."""
    named = at(event, "arn")
    return event if named is None else named


def _target(arn: str) -> str:
    return next((kind for mark, kind in _IN_ARN if mark in arn), "")
