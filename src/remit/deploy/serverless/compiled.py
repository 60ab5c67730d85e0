"""The CloudFormation template that the framework would make of a service, as far as roles go.

Its own resources (functions, roles, event sources, what events create) and those of `resources`,
so that both can name each other; the CloudFormation reader does the rest.
Source: Serverless Framework, providers/aws/guide/resources: logical ids, `resources.Resources`,
`resources.extensions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from remit.core.span import Span
from remit.deploy.cloudformation.template import Template
from remit.deploy.serverless import generated
from remit.deploy.serverless.generated import destinations, events, source
from remit.deploy.serverless.making import keyed, mapping, merged, resource, text
from remit.deploy.serverless.roles import Made
from remit.deploy.serverless.service import (
    Declared,
    Service,
    at,
    is_null,
    is_set,
    items,
    normalized,
    text_of,
)
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import shown

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs")
_Entry = tuple[str, Span, Mapping]


def function_id(key: str) -> str:
    """The logical id of a function."""
    return f"{normalized(key)}LambdaFunction"


def template(service: Service, functions: Iterable[Declared], roles: Made) -> Template:
    """The template of the service in its stage."""
    span = service.document.span
    found: dict[str, tuple[Scalar, Node]] = {}
    entries = [
        *((name, roles.places[name], node) for name, node in roles.resources.items()),
        *(one for function in functions for one in _of_function(service, function, roles)),
        *_apis(functions, span),
    ]
    for name, place, node in entries:
        found.setdefault(name, (text(name, place), node))
    _add_written(service, found, frozenset(roles.resources))
    sections = {name: Mapping(_entries(service, name), span) for name in _SECTIONS}
    root = keyed({"Resources": Mapping(tuple(found.values()), span), **sections}, span)
    return Template(service.file, root)


def _of_function(service: Service, function: Declared, roles: Made) -> Iterator[_Entry]:
    """A function, its log group, the sources that it polls, where its results go."""
    span, name = function.span, function_id(function.key)
    vpc = function.get("vpc") or service.get("provider", "vpc")
    network = mapping(span, SubnetIds=_subnets(vpc, span))
    letters = function.get("onError")
    yield (
        name,
        span,
        resource(
            "AWS::Lambda::Function",
            span,
            FunctionName=function.full_name,
            Role=roles.of[function.key],
            Environment=mapping(span, Variables=_environment(service, function)),
            VpcConfig=network if generated.in_network(service, function) else None,
            TracingConfig=mapping(span, Mode="Active")
            if generated.is_traced(service, function)
            else None,
            DeadLetterConfig=mapping(span, TargetArn=letters) if letters is not None else None,
        ),
    )
    group = f"/aws/lambda/{function.full_name}"
    made = resource("AWS::Logs::LogGroup", span, LogGroupName=group)
    yield f"{normalized(function.key)}LogGroup", span, made
    for number, (arn, place) in enumerate(_polled(function), 1):
        made = resource(
            "AWS::Lambda::EventSourceMapping",
            place,
            EventSourceArn=arn,
            FunctionName=function.full_name,
        )
        yield f"{normalized(function.key)}EventSource{number}", place, made
    targets = destinations(service, function)
    if targets:
        config = {
            outcome[:1].upper() + outcome[1:]: mapping(span, Destination=source(target))
            for outcome, target in targets.items()
        }
        yield (
            f"{normalized(function.key)}LambdaEvConf",
            span,
            resource(
                "AWS::Lambda::EventInvokeConfig",
                span,
                FunctionName=function.full_name,
                DestinationConfig=keyed({**config}, span),
            ),
        )
    yield from _created(function)


def _subnets(vpc: Node | None, span: Span) -> Node:
    found = at(vpc, "subnetIds")
    return found if found is not None else Sequence((text("not known", span),), span)


def _environment(service: Service, function: Declared) -> Mapping:
    """The variables of the service and of the function, which wins; `null` unsets one.

    Source: guide/functions, "Environment Variables".
    """
    variables: dict[str, tuple[Scalar, Node]] = {}
    for section in (service.get("provider", "environment"), function.get("environment")):
        if isinstance(section, Mapping):
            variables |= {key.text: (key, node) for key, node in section.entries}
        elif section is not None and not is_null(section):
            what = f"the environment is {shown(text_of(section))}, which is not known here"
            service.say(section.span, what, "Tell its variables in `[tool.remit.values]`.")
    kept = ((key, _plain(node)) for key, node in variables.values() if not is_null(node))
    return Mapping(tuple(kept), function.span)


def _plain(node: Node) -> Node:
    """A boolean as CloudFormation hands it on."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return text(str(node.value).lower(), node.span)
    return node


def _polled(function: Declared) -> Iterator[tuple[Node, Span]]:
    for event in (*events(function, "sqs"), *events(function, "stream")):
        arn = source(event)
        # A consumer of its own is polled by other actions, which lambda_needs.py does not know.
        if arn is not None and not is_set(at(event, "consumer")):
            yield arn, event.span


def _created(function: Declared) -> Iterator[_Entry]:
    """What events create: a topic or a bucket that is given by its name.

    Source: events/sns, events/s3; the logical ids are those of guide/resources.
    """
    for event in events(function, "sns"):
        name = text_of(at(event, "topicName")) or text_of(event)
        if name and not name.startswith("arn:") and at(event, "arn") is None:
            made = resource("AWS::SNS::Topic", event.span, TopicName=name)
            yield f"SNSTopic{_letters(name)}", event.span, made
    for event in events(function, "s3"):
        name = text_of(at(event, "bucket")) or text_of(event)
        if name and "{" not in name and not is_set(at(event, "existing")):
            made = resource("AWS::S3::Bucket", event.span, BucketName=name)
            yield f"S3Bucket{_letters(name)}", event.span, made


def _letters(name: str) -> str:
    plain = re.sub(r"[^0-9A-Za-z]", "", name)
    return plain[:1].upper() + plain[1:]


def _apis(functions: Iterable[Declared], span: Span) -> Iterator[_Entry]:
    """What the framework makes once for all functions."""
    yield "ServerlessDeploymentBucket", span, resource("AWS::S3::Bucket", span)
    kinds = {
        "http": ("ApiGatewayRestApi", "AWS::ApiGateway::RestApi"),
        "httpApi": ("HttpApi", "AWS::ApiGatewayV2::Api"),
        "websocket": ("WebsocketsApi", "AWS::ApiGatewayV2::Api"),
    }
    used = [key for one in functions for event in items(one.get("events")) for key in _keys(event)]
    for key, (name, kind) in kinds.items():
        if key in used:
            yield name, span, resource(kind, span)


def _keys(event: Node) -> tuple[str, ...]:
    return event.keys if isinstance(event, Mapping) else (text_of(event),)


def _add_written(
    service: Service, found: dict[str, tuple[Scalar, Node]], roles: frozenset[str]
) -> None:
    """Adds `resources.Resources`, and what `extensions` change, over what the framework makes."""
    for section in ("Resources", "extensions"):
        for key, node in _entries(service, section):
            before = found.get(key.text)
            if before is None:
                found[key.text] = (key, node)
            elif key.text in roles:
                what = f"`resources` changes the role {shown(key.text)} that the framework makes"
                service.say(key.span, what, "remit reads the role as if it were not changed.")
            else:
                found[key.text] = (before[0], merged(before[1], node))


def _entries(service: Service, section: str) -> tuple[tuple[Scalar, Node], ...]:
    """The entries of a section of `resources`, which may be a list of parts."""
    for part in items(service.get("resources")):
        if not isinstance(part, Mapping):
            what = f"a part of `resources` is {shown(text_of(part))}, which is not known here"
            service.say(part.span, what, "What it holds is not checked.")
    return tuple(
        entry
        for part in items(service.get("resources"))
        if isinstance(found := at(part, section), Mapping)
        for entry in found.entries
    )
