"""EventBridge: a rule to its targets.

Sources: EventBridge User Guide, eb-use-resource-based (queues, topics, functions and log groups are
reached by their own policies, which name events.amazonaws.com with the rule as aws:SourceArn),
eb-events-iam-roles (everything else takes a role, the target's or the rule's), eb-rule-dlq (what
is denied goes to the target's dead-letter queue at once). PutEvents answers 200 whatever becomes
of it.

moto delivers to queues, log groups, buses, archives and, when told to, over HTTP; at any other
target it fails. What it lacks in one line is added here (`_DELIVER`), so that an event that may
arrive does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from remit.account.model import AccessKey
from remit.app.authenticate import of_key
from remit.app.between import Delivery
from remit.app.permit import Asked
from remit.core.arn import Arn
from remit.server.between.seams import Function, Seam, Stand
from remit.server.between.sending import Sending

_EVENTS = ("events.amazonaws.com",)
# Reached by their own policies, without a role.
_BY_POLICY: Mapping[str, tuple[str, ...]] = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
}
# Reached with a role. Without one nobody lets EventBridge in but the receiver's own policy.
_BY_ROLE: Mapping[str, str] = {
    "kinesis": "kinesis:PutRecord",
    "firehose": "firehose:PutRecord",
    "states": "states:StartExecution",
    "api-destination": "events:InvokeApiDestination",
    "event-bus": "events:PutEvents",
}


def _send(
    now: Sending, moto: Function, rule: Any, original_event: Any, transform_input: bool = True
) -> None:
    if not rule.event_pattern.matches_event(original_event):
        return
    for target in list(rule.targets):
        arn = Arn.parse(str(target["Arn"]))
        delivery = _to(now, rule, target, arn, original_event) if arn is not None else None
        if arn is None or delivery is None:  # an archive, or what moto will say it lacks
            moto(Stand(rule, targets=[target]), original_event, transform_input)
        elif not now.permits(delivery):
            _bury(now, rule, target, original_event)
        elif arn.service in _DELIVER:
            body = _body(target, original_event, transform=transform_input)
            _DELIVER[arn.service](rule, arn, body)
        else:
            one = Stand(rule, targets=[target], account_id=arn.account, region_name=arn.region)
            moto(one, original_event, transform_input)


def _to(
    now: Sending, rule: Any, target: Mapping[str, Any], arn: Arn, event: Mapping[str, Any]
) -> Delivery | None:
    """The call that a target is; None where there is none to decide."""
    kind = arn.resource.partition("/")[0] if arn.service == "events" else arn.service
    if kind in _BY_POLICY:
        resource = str(arn)
        if kind == "logs":  # a stream of its own for each event
            resource = f"{resource.removesuffix(':*')}:log-stream:{event['id']}"
        asked = tuple(Asked(action, resource) for action in _BY_POLICY[kind])
        return Delivery(_EVENTS, rule.account_id, arn.region, asked, rule.arn)
    if kind not in _BY_ROLE:
        return None
    resource = _bus(rule, arn) if kind == "event-bus" else str(arn)
    asked = (Asked(_BY_ROLE[kind], resource),)
    role = str(target.get("RoleArn") or rule.role_arn or "")
    caller = None
    if kind == "event-bus" and not role:
        # As the account itself: its own buses take what comes from it, another account's bus must
        # name it (PutPermission; EventBridge User Guide, eb-event-bus-perms).
        account = now.office.state.account(rule.account_id)
        caller = of_key(account, AccessKey("", "", rule.account_id, None))
    name = rule.name[:64]
    return Delivery(_EVENTS, rule.account_id, arn.region, asked, rule.arn, role, name, caller)


def _bus(rule: Any, arn: Arn) -> str:
    owner = arn.account or rule.account_id
    return f"arn:{arn.partition}:events:{arn.region}:{owner}:{arn.resource}"


def _bury(now: Sending, rule: Any, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    """To the target's dead-letter queue, if it has one that lets EventBridge in."""
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    arn = Arn.parse(str(queue)) if queue else None
    if arn is None:
        return
    asked = (Asked("sqs:SendMessage", str(arn)),)
    if now.permits(Delivery(_EVENTS, rule.account_id, arn.region, asked, rule.arn)):
        _to_queue(rule, arn, json.dumps(event))


def _body(target: Mapping[str, Any], event: Any, *, transform: bool) -> str:
    """What the target gets."""
    from moto.events.utils import EventTemplateParser

    if "Input" in target:
        return str(target["Input"])
    transformer = target.get("InputTransformer", {})
    if not transform or not transformer:
        return json.dumps(event)
    return json.dumps(
        EventTemplateParser.parse(
            input_template=transformer.get("InputTemplate"),
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=event,
        )
    )


# --- what moto does not deliver -----------------------------------------------------------------


def _to_queue(rule: Any, arn: Arn, body: str) -> None:
    from moto.sqs.models import sqs_backends

    backend = sqs_backends[arn.account][arn.region]
    if arn.resource in backend.queues:
        backend.send_message(queue_name=arn.resource, message_body=body)


def _to_topic(rule: Any, arn: Arn, body: str) -> None:
    from moto.sns.models import sns_backends

    backend = sns_backends[arn.account][arn.region]
    if str(arn) in backend.topics:
        backend.publish(body, str(arn))


def _to_function(rule: Any, arn: Arn, body: str) -> None:
    from moto.awslambda.utils import get_backend

    try:
        function = get_backend(arn.account, arn.region).get_function(str(arn))
    except Exception:  # moto's kinds of error for a function that is not there
        return
    function.invoke(body, {}, {})


def _to_stream(rule: Any, arn: Arn, body: str) -> None:
    from base64 import b64encode

    from moto.kinesis.models import kinesis_backends

    stream = kinesis_backends[arn.account][arn.region].streams.get(arn.resource.partition("/")[2])
    if stream is not None:
        stream.put_record(rule.name, "", b64encode(body.encode()).decode())


def _to_firehose(rule: Any, arn: Arn, body: str) -> None:
    from moto.firehose.models import firehose_backends

    backend = firehose_backends[arn.account][arn.region]
    name = arn.resource.partition("/")[2]
    if name in backend.delivery_streams:
        backend.put_record(name, {"Data": body.encode()})


def _to_machine(rule: Any, arn: Arn, body: str) -> None:
    from moto.stepfunctions.models import stepfunctions_backends

    backend = stepfunctions_backends[arn.account][arn.region]
    if any(one.arn == str(arn) for one in backend.state_machines):
        backend.start_execution(str(arn), "", body)


_DELIVER: Mapping[str, Callable[[Any, Arn, str], None]] = {
    "sns": _to_topic,
    "lambda": _to_function,
    "kinesis": _to_stream,
    "firehose": _to_firehose,
    "states": _to_machine,
}


# --- events of S3's own -------------------------------------------------------------------------


def _invoke(now: Sending, moto: Function, account_id: str, fn_arn: str, event: Any) -> None:
    """moto tells functions of new buckets past `send_to_targets`, and without saying which rule it
    was: the first that has the target and may reach it."""
    if _some_rule(now, account_id, fn_arn, event):
        moto(account_id, fn_arn=fn_arn, event=event)


def _start(
    now: Sending, moto: Function, account_id: str, region: str, sfn_arn: str, event: Any
) -> None:
    if _some_rule(now, account_id, sfn_arn, event):
        moto(account_id, region=region, sfn_arn=sfn_arn, event=event)


def _some_rule(now: Sending, account: str, receiver: str, event: Mapping[str, Any]) -> bool:
    from moto.events.models import events_backends

    arn = Arn.parse(receiver)
    rules = (
        (rule, target)
        for backend in dict.values(events_backends[account])
        for bus in backend.event_buses.values()
        for rule in bus.rules.values()
        for target in rule.targets
        if target.get("Arn") == receiver
    )
    for rule, target in rules:
        delivery = _to(now, rule, target, arn, event) if arn is not None else None
        if delivery is not None and now.permits(delivery):
            return True
    return False


SEAMS = (
    Seam(
        "moto.events.models",
        "Rule.send_to_targets",
        ("self", "original_event", "transform_input"),
        _send,
    ),
    Seam(
        "moto.events.notifications",
        "_invoke_lambda",
        ("account_id", "fn_arn", "event"),
        _invoke,
    ),
    Seam(
        "moto.events.notifications",
        "_start_sfn_execution",
        ("account_id", "region", "sfn_arn", "event"),
        _start,
    ),
)
