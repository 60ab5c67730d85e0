"""SQS, SNS, EventBridge (rules, scheduler, pipes), Kinesis, Firehose, IoT data.

Sources: SQS Developer Guide, sqs-api-permissions-reference (batch calls use the single action);
SNS Developer Guide, sns-using-identity-based-policies; EventBridge User Guide,
eb-use-identity-based; Kinesis, controlling-access; IoT Core, iot-policy-actions.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, pass_role


def _one(action: str) -> tuple[Grant, ...]:
    return (Grant(action),)


_SQS = Family(
    rules={
        "SendMessageBatch": _one("sqs:SendMessage"),
        "DeleteMessageBatch": _one("sqs:DeleteMessage"),
        "ChangeMessageVisibilityBatch": _one("sqs:ChangeMessageVisibility"),
        # AWS's refusal names the account's queues though the reference lists no resource.
        "ListQueues": (
            Grant("sqs:ListQueues", ("*",), also=("arn:${Partition}:sqs:${Region}:${Account}:",)),
        ),
    },
    extras={
        "CreateQueue": (Grant("sqs:TagQueue", when="tags"),),
        "StartMessageMoveTask": tuple(
            Grant(f"sqs:{action}")
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        ),
    },
    fills={"QueueName": "QueueUrl|queue QueueName SourceArn TaskHandle"},
)

_TOPIC = ("topic",)
_NO_TOPIC = ("arn:${Partition}:sns:${Region}:${Account}:${X}",)


def _application(operation: str) -> tuple[Grant, ...]:
    """The reference lists no resource; AWS's examples name the application or endpoint."""
    fill = {"X": "PlatformApplicationArn EndpointArn !application"}
    return (Grant(f"sns:{operation}", ("*",), also=_NO_TOPIC, fill=fill),)


_SNS = Family(
    rules={
        # A text message to a phone number has no resource (sns-sms_publish-to-phone).
        "Publish": (
            Grant("sns:Publish", _TOPIC, unless="PhoneNumber"),
            Grant("sns:Publish", ("*",), when="PhoneNumber"),
        ),
        "PublishBatch": (Grant("sns:Publish", _TOPIC),),
        "ListTopics": (
            Grant("sns:ListTopics", ("*",), also=("arn:${Partition}:sns:${Region}:${Account}:*",)),
        ),
        **{
            name: _application(name)
            for name in (
                "CreatePlatformEndpoint",
                "DeleteEndpoint",
                "DeletePlatformApplication",
                "GetEndpointAttributes",
                "GetPlatformApplicationAttributes",
                "ListEndpointsByPlatformApplication",
                "SetEndpointAttributes",
                "SetPlatformApplicationAttributes",
            )
        },
    },
    extras={"CreateTopic": (Grant("sns:TagResource", _TOPIC, when="Tags"),)},
    fills={"TopicName": "TopicArn TargetArn SubscriptionArn ResourceArn Name"},
)

_BUS = ("event-bus",)
_RULE = ("rule-on-custom-event-bus", "rule-on-default-event-bus")
_RULE_OPERATIONS = (
    "DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "ListTargetsByRule", "PutRule",
    "PutTargets", "RemoveTargets",
)  # fmt: skip
_EVENTS = Family(
    rules={
        "PutEvents": (
            Grant(
                "events:PutEvents",
                _BUS,
                each="Entries[]",
                fill={"EventBusName": "EventBusName =default"},
            ),
        ),
        "ListRules": (
            Grant(
                "events:ListRules",
                ("*",),
                also=("arn:${Partition}:events:${Region}:${Account}:rule/*",),
            ),
        ),
    },
    extras={
        "PutRule": (pass_role("RoleArn", "events.amazonaws.com"),),
        "PutTargets": (pass_role("Targets[].RoleArn", "events.amazonaws.com"),),
    },
    types={
        **dict.fromkeys(_RULE_OPERATIONS, _RULE),
        **dict.fromkeys(
            ("CreateEventBus", "DeleteEventBus", "DescribeEventBus", "UpdateEventBus"), _BUS
        ),
        "CreateArchive": ("archive",),
        "CreateApiDestination": ("api-destination",),
        "DescribeApiDestination": ("api-destination",),
        "DescribeEventSource": ("event-source",),
        "StartReplay": ("replay",),
    },
    fills={
        "event-bus.EventBusName": "Name EventBusName =default",
        "rule-on-custom-event-bus.EventBusName": "EventBusName|custombus",
        "RuleName": "Rule Name",
        "ArchiveName": "ArchiveName",
        "ReplayName": "ReplayName",
        "ConnectionName": "Name",
        "ApiDestinationName": "Name",
        "EventSourceName": "Name",
    },
)

_SCHEDULER = Family(
    extras={
        name: (pass_role("Target.RoleArn", "scheduler.amazonaws.com"),)
        for name in ("CreateSchedule", "UpdateSchedule")
    },
    fills={
        "schedule.GroupName": "GroupName =default",
        "ScheduleName": "Name",
        "schedule-group.GroupName": "Name ResourceArn GroupName",
    },
)

_PIPES = Family(
    extras={
        name: (pass_role("RoleArn", "pipes.amazonaws.com"),)
        for name in ("CreatePipe", "UpdatePipe")
    },
)

_STREAM = "StreamName StreamARN ResourceARN"
_ON_STREAM = ("arn:${Partition}:kinesis:${Region}:${Account}:stream/${StreamName}",)


def _also_stream(operation: str) -> tuple[Grant, ...]:
    """The reference lists no resource for these; a grant on the stream is believed as well."""
    return (Grant(f"kinesis:{operation}", ("*",), also=_ON_STREAM),)


_KINESIS = Family(
    rules={
        # A shard iterator holds its stream, and the code does not see which.
        "GetRecords": (
            Grant("kinesis:GetRecords", ("stream",), fill={"StreamName": "StreamARN !stream"}),
        ),
        "ListShards": (
            Grant("kinesis:ListShards", ("stream",), fill={"StreamName": f"{_STREAM} !stream"}),
        ),
        "ListStreams": (
            Grant(
                "kinesis:ListStreams",
                ("*",),
                also=("arn:${Partition}:kinesis:${Region}:${Account}:stream/*",),
            ),
        ),
        **{
            name: _also_stream(name)
            for name in (
                "DisableEnhancedMonitoring",
                "EnableEnhancedMonitoring",
                "UpdateShardCount",
                "UpdateStreamMode",
            )
        },
    },
    types={"StartStreamEncryption": ("stream",), "StopStreamEncryption": ("stream",)},
    unmapped=dict.fromkeys(
        (
            "AcknowledgeDeadLetterQueueRecords",
            "AcknowledgeQueueRecords",
            "CreateQueue",
            "DeleteQueue",
            "DescribeQueue",
            "ListQueues",
            "ReceiveDeadLetterQueueRecords",
            "ReceiveQueueRecords",
            "RestoreDeadLetterQueueRecords",
            "UpdateDeadLetterQueueRecordsVisibility",
            "UpdateQueue",
            "UpdateQueueRecordsVisibility",
        ),
        NEWER,
    ),
    fills={
        "stream.StreamName": _STREAM,
        "StreamName": _STREAM,
        "consumer.StreamType": "ConsumerARN !stream",
        "consumer.StreamName": "ConsumerARN StreamARN|last",
        "consumer.ConsumerName": "ConsumerARN ConsumerName",
        "consumer.ConsumerCreationTimpstamp": "ConsumerARN !creation_time",
    },
)

_DELIVERY_ROLES = (
    "S3DestinationConfiguration.RoleARN",
    "ExtendedS3DestinationConfiguration.RoleARN",
    "KinesisStreamSourceConfiguration.RoleARN",
    "RedshiftDestinationConfiguration.RoleARN",
    "ElasticsearchDestinationConfiguration.RoleARN",
    "AmazonopensearchserviceDestinationConfiguration.RoleARN",
    "HttpEndpointDestinationConfiguration.RoleARN",
)
_FIREHOSE = Family(
    rules={
        "ListDeliveryStreams": (
            Grant(
                "firehose:ListDeliveryStreams",
                ("*",),
                also=("arn:${Partition}:firehose:${Region}:${Account}:deliverystream/*",),
            ),
        ),
    },
    extras={
        "CreateDeliveryStream": tuple(
            pass_role(role, "firehose.amazonaws.com") for role in _DELIVERY_ROLES
        ),
    },
    fills={"DeliveryStreamName": "DeliveryStreamName"},
)

# IoT Core, iot-policy-actions: publishing is checked on the topic, shadows on the thing.
_IOT_DATA = Family(
    rules={
        "Publish": (Grant("iot:Publish", ("topic",), fill={"TopicName": "topic"}),),
        "DeleteThingShadow": (Grant("iot:DeleteThingShadow", ("thing",)),),
        "GetThingShadow": (Grant("iot:GetThingShadow", ("thing",)),),
        "UpdateThingShadow": (Grant("iot:UpdateThingShadow", ("thing",)),),
    },
    fills={"ThingName": "thingName", "TopicName": "topic"},
)

FAMILIES = {
    "events": _EVENTS,
    "firehose": _FIREHOSE,
    "iot-data": _IOT_DATA,
    "kinesis": _KINESIS,
    "pipes": _PIPES,
    "scheduler": _SCHEDULER,
    "sns": _SNS,
    "sqs": _SQS,
}
