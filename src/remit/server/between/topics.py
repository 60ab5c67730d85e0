"""SNS: a topic to the queues and functions that are subscribed to it; SES to its topics.

Sources: SNS Developer Guide, subscribe-sqs-queue-to-sns-topic and lambda-console (the queue's and
the function's policy name sns.amazonaws.com); sns-access-policy-use-cases for SES. Endpoints over
HTTP need no permission. A denied delivery is dropped, and Publish answers 200
(sns-message-delivery-retries: an error of permissions is not retried).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.between import Delivery
from remit.app.permit import Asked
from remit.server.between.seams import Function, Seam, Stand
from remit.server.between.sending import Sending

_ACTIONS: Mapping[str, str] = {"sqs": "sqs:SendMessage", "lambda": "lambda:InvokeFunction"}


def _publish(
    now: Sending,
    moto: Function,
    subscription: Any,
    message: str,
    message_id: str,
    *rest: Any,
    message_attributes: Any = None,
    **more: Any,
) -> None:
    action = _ACTIONS.get(subscription.protocol)
    matcher = subscription._filter_policy_matcher
    wanted = matcher is None or matcher.matches(message_attributes, message)
    if action is not None and wanted and not now.permits(_to(subscription, action)):
        return
    there = subscription
    if action is not None:
        there = Stand(subscription, account_id=subscription.endpoint.split(":")[4])
    moto(there, message, message_id, *rest, message_attributes=message_attributes, **more)


def _to(subscription: Any, action: str) -> Delivery:
    topic = subscription.topic
    return Delivery(
        ("sns.amazonaws.com",),
        topic.account_id,
        subscription.endpoint.split(":")[3],
        (Asked(action, subscription.endpoint),),
        topic.arn,
    )


def _feedback(now: Sending, moto: Function, ses: Any, source: str, destinations: Any) -> None:
    """SES tells a topic of what was delivered, bounced or complained about.

    The page shows a policy by aws:SourceOwner; aws:SourceAccount and the identity's ARN are what
    services send today. All are there.
    """
    domain = str(source).rpartition("@")[2]
    kind = ses.__type_of_message__(destinations)
    topic = ses.sns_topics.get(domain, {}).get(kind) if kind is not None else None
    if topic is not None and not now.permits(_of_ses(ses, domain, topic)):
        return
    moto(ses, source, destinations)


def _of_ses(ses: Any, domain: str, topic: str) -> Delivery:
    identity = f"arn:aws:ses:{ses.region_name}:{ses.account_id}:identity/{domain}"
    return Delivery(
        ("ses.amazonaws.com",),
        ses.account_id,
        ses.region_name,
        (Asked("sns:Publish", topic),),
        identity,
        keys={"aws:SourceOwner": ses.account_id},
    )


SEAMS = (
    Seam(
        "moto.sns.models",
        "Subscription.publish",
        (
            "self",
            "message",
            "message_id",
            "subject",
            "message_attributes",
            "group_id",
            "deduplication_id",
            "message_structure",
        ),
        _publish,
    ),
    Seam(
        "moto.ses.models",
        "SESBackend.__process_sns_feedback__",
        ("self", "source", "destinations"),
        _feedback,
    ),
)
