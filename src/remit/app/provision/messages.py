"""Queues, topics, subscriptions, streams and event buses: from properties to calls.

Source: CloudFormation Template Reference, the page of each type; SQS, SNS, Kinesis and EventBridge
API References.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.app.provision.model import Step
from remit.app.provision.of import Of, without_nothing
from remit.deploy.model import Data

_QUEUE = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def queue(of: Of) -> Iterator[Step]:
    """AWS::SQS::Queue."""
    attributes = _fifo(of, "FifoQueue", of.same(*_QUEUE))
    yield Step(
        "sqs",
        "CreateQueue",
        without_nothing({"QueueName": of.title, "Attributes": attributes, "tags": of.pairs()}),
    )


def _fifo(of: Of, name: str, attributes: dict[str, Data]) -> dict[str, Data]:
    """The attributes with that one where it is true: a standard queue or topic has none that is
    about order (SQS API Reference, CreateQueue)."""
    if of.is_set(name):
        return {**attributes, name: "true"}
    return {key: value for key, value in attributes.items() if key not in _ONLY_FIFO}


_ONLY_FIFO = frozenset(
    {
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "FifoThroughputLimit",
        "FifoThroughputScope",
    }
)
_TOPIC = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)


def topic(of: Of) -> Iterator[Step]:
    """AWS::SNS::Topic, with the queues among its subscriptions."""
    attributes = _fifo(of, "FifoTopic", of.same(*_TOPIC))
    yield Step(
        "sns",
        "CreateTopic",
        without_nothing({"Name": of.title, "Attributes": attributes, "Tags": of.tags()}),
    )
    for one in of.objects("Subscription"):
        if one.get("Protocol") == "sqs":
            yield _subscribe(of.attribute("Ref"), one.get("Endpoint"), {})


_SUBSCRIPTION = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


def subscription(of: Of) -> Iterator[Step]:
    """AWS::SNS::Subscription of a queue: nothing is sent to anywhere else from here."""
    if of.get("Protocol") == "sqs":
        yield _subscribe(of.get("TopicArn"), of.get("Endpoint"), of.same(*_SUBSCRIPTION))


def _subscribe(arn: Data, endpoint: Data, attributes: dict[str, Data]) -> Step:
    given = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": endpoint, "Attributes": attributes}
    return Step("sns", "Subscribe", without_nothing(given))


def stream(of: Of) -> Iterator[Step]:
    """AWS::Kinesis::Stream."""
    on_demand = of.get("StreamModeDetails", "StreamMode") == "ON_DEMAND"
    shards = None if on_demand else of.get("ShardCount") or "1"
    yield Step(
        "kinesis",
        "CreateStream",
        without_nothing(
            {"StreamName": of.title, "ShardCount": shards, **of.same("StreamModeDetails")}
        ),
    )
    hours = of.get("RetentionPeriodHours")
    if hours not in (None, "24", 24):
        settings = {"StreamName": of.title, "RetentionPeriodHours": hours}
        yield Step("kinesis", "IncreaseStreamRetentionPeriod", settings)
    if of.pairs():
        yield Step("kinesis", "AddTagsToStream", {"StreamName": of.title, "Tags": of.pairs()})


def bus(of: Of) -> Iterator[Step]:
    """AWS::Events::EventBus."""
    of.get("Name")
    yield Step("events", "CreateEventBus", without_nothing({"Name": of.title, "Tags": of.tags()}))


def only_queues(of: Of) -> str:
    """Why a subscription is not made, "" where it is."""
    protocol = of.get("Protocol")
    if protocol == "sqs":
        return ""
    return f"nothing is sent to `{protocol}` from here: only queues are subscribed"
