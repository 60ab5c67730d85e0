"""What is called for which resource, in which order, and what is said of the rest: without AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.local import Local
from remit.app.provision import policies, texts
from remit.app.provision.making import make, planned
from remit.app.provision.model import Made, Provisioned, Refused
from remit.app.provision.of import Of
from remit.app.provision.parameters import Unfit, fitted
from remit.app.provision.table import ELSEWHERE, KINDS
from remit.app.seeding import NOBODY, of_stage
from remit.catalog.models import service_model
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import MemoryTree
from remit.deploy.cloudformation import read
from remit.deploy.model import Resource, Stage, Tellings

KNOWN = {"account": "123456789012", "region": "eu-west-1", "partition": "aws"}
ARN = "arn:aws:{}:eu-west-1:123456789012:{}"


class Emulator:
    """Remembers calls and answers what it is told to."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(
        self, service: str, operation: str, parameters: dict[str, Any], region: str
    ) -> Mapping[str, Any]:
        self.calls.append((f"{service} {operation}", parameters))
        answer = self.answers.get(operation, {})
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Mapping)
        return answer


def stage(body: str, **values: str) -> Stage:
    text = "Resources:\n" + "\n".join(f"  {line}" for line in body.strip("\n").splitlines())
    found = read(MemoryTree({"shop/template.yaml": text}), "shop/template.yaml", Tellings(values))
    return found.stages[0]


def made(body: str, answers: Mapping[str, Any] | None = None) -> tuple[Provisioned, Emulator]:
    emulator = Emulator(answers)
    return make(stage(body), "shop", KNOWN, emulator), emulator


def calls(body: str, answers: Mapping[str, Any] | None = None) -> list[tuple[str, dict[str, Any]]]:
    found, emulator = made(body, answers)
    assert found.notes == ()
    return emulator.calls


def planned_properties(kind: str) -> tuple[str, ...]:
    """The properties that a type's row asks for."""
    asked: list[str] = []

    class Asked(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.append(name)
            return default

    one = Resource(kind, "r", Span.whole("f"), Asked(), Text.of("r"))
    list(KINDS[kind].make(Of(one)))
    return tuple(asked)


KEY = """
  KeySchema: [{AttributeName: id, KeyType: HASH}]
  AttributeDefinitions: [{AttributeName: id, AttributeType: S}]"""
KEY_MADE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
CASES: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    # CloudFormation Template Reference, AWS::DynamoDB::Table; DynamoDB API Reference, CreateTable.
    (
        f"""
T:
 Type: AWS::DynamoDB::Table
 Properties:{KEY}
  TableName: orders
  ProvisionedThroughput: {{ReadCapacityUnits: "5", WriteCapacityUnits: 1}}
  StreamSpecification: {{StreamViewType: KEYS_ONLY}}
  SSESpecification: {{SSEEnabled: true}}
  TimeToLiveSpecification: {{AttributeName: ttl, Enabled: true}}
  PointInTimeRecoverySpecification: {{PointInTimeRecoveryEnabled: true}}
  Tags: [{{Key: team, Value: shop}}]
""",
        [
            (
                "dynamodb CreateTable",
                {
                    "TableName": "orders",
                    **KEY_MADE,
                    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 1},
                    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
                    "SSESpecification": {"Enabled": True},
                    "Tags": [{"Key": "team", "Value": "shop"}],
                },
            ),
            (
                "dynamodb UpdateTimeToLive",
                {
                    "TableName": "orders",
                    "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
                },
            ),
            (
                "dynamodb UpdateContinuousBackups",
                {
                    "TableName": "orders",
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            ),
        ],
    ),
    # A lifetime that is switched off is none; S3 takes no place for us-east-1 only.
    (
        f"""
T:
 Type: AWS::DynamoDB::Table
 Properties:{KEY}
  TableName: orders
  BillingMode: PAY_PER_REQUEST
  TimeToLiveSpecification: {{AttributeName: ttl, Enabled: false}}
B:
 Type: AWS::S3::Bucket
 Properties:
  BucketName: files
  VersioningConfiguration: {{Status: Enabled}}
  CorsConfiguration:
   CorsRules: [{{AllowedMethods: [GET], AllowedOrigins: ["*"], MaxAge: 5, ExposedHeaders: [etag]}}]
  Tags: [{{Key: a, Value: b}}]
""",
        [
            (
                "dynamodb CreateTable",
                {"TableName": "orders", **KEY_MADE, "BillingMode": "PAY_PER_REQUEST"},
            ),
            (
                "s3 CreateBucket",
                {
                    "Bucket": "files",
                    "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
                },
            ),
            (
                "s3 PutBucketVersioning",
                {"Bucket": "files", "VersioningConfiguration": {"Status": "Enabled"}},
            ),
            (
                "s3 PutBucketTagging",
                {"Bucket": "files", "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}},
            ),
            (
                "s3 PutBucketCors",
                {
                    "Bucket": "files",
                    "CORSConfiguration": {
                        "CORSRules": [
                            {
                                "AllowedMethods": ["GET"],
                                "AllowedOrigins": ["*"],
                                "MaxAgeSeconds": 5,
                                "ExposeHeaders": ["etag"],
                            }
                        ]
                    },
                },
            ),
        ],
    ),
    # The dead letters come first, whatever the order; SQS API Reference, CreateQueue: attributes
    # are text, the redrive policy is JSON, FifoQueue is given only where it is true.
    (
        """
Q:
 Type: AWS::SQS::Queue
 Properties:
  QueueName: jobs
  VisibilityTimeout: 30
  FifoQueue: false
  RedrivePolicy: {deadLetterTargetArn: !GetAtt D.Arn, maxReceiveCount: 3}
D: {Type: AWS::SQS::Queue, Properties: {QueueName: dead, Tags: [{Key: a, Value: b}]}}
""",
        [
            ("sqs CreateQueue", {"QueueName": "dead", "tags": {"a": "b"}}),
            (
                "sqs CreateQueue",
                {
                    "QueueName": "jobs",
                    "Attributes": {
                        "VisibilityTimeout": "30",
                        "RedrivePolicy": '{"deadLetterTargetArn": "'
                        + ARN.format("sqs", "dead")
                        + '", "maxReceiveCount": "3"}',
                    },
                },
            ),
        ],
    ),
    (
        """
S:
 Type: AWS::SNS::Subscription
 Properties:
  TopicArn: !Ref T
  Protocol: sqs
  Endpoint: !GetAtt Q.Arn
  FilterPolicy: {kind: [order]}
  RawMessageDelivery: true
T: {Type: AWS::SNS::Topic, Properties: {TopicName: news.fifo, FifoTopic: true}}
Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q.fifo, FifoQueue: true}}
""",
        [
            ("sns CreateTopic", {"Name": "news.fifo", "Attributes": {"FifoTopic": "true"}}),
            ("sqs CreateQueue", {"QueueName": "q.fifo", "Attributes": {"FifoQueue": "true"}}),
            (
                "sns Subscribe",
                {
                    "TopicArn": ARN.format("sns", "news.fifo"),
                    "Protocol": "sqs",
                    "Endpoint": ARN.format("sqs", "q.fifo"),
                    "Attributes": {
                        "FilterPolicy": '{"kind": ["order"]}',
                        "RawMessageDelivery": "true",
                    },
                },
            ),
        ],
    ),
    (
        """
K:
 Type: AWS::Kinesis::Stream
 Properties: {Name: s, RetentionPeriodHours: 48, Tags: [{Key: a, Value: b}]}
L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /l, RetentionInDays: 3}}
B: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
R: {Type: AWS::ECR::Repository, Properties: {RepositoryName: r, ImageTagMutability: IMMUTABLE}}
P: {Type: AWS::SSM::Parameter, Properties: {Name: /p, Type: String, Value: 7}}
""",
        [
            ("kinesis CreateStream", {"StreamName": "s", "ShardCount": 1}),
            (
                "kinesis IncreaseStreamRetentionPeriod",
                {"StreamName": "s", "RetentionPeriodHours": 48},
            ),
            ("kinesis AddTagsToStream", {"StreamName": "s", "Tags": {"a": "b"}}),
            ("logs CreateLogGroup", {"logGroupName": "/l"}),
            ("logs PutRetentionPolicy", {"logGroupName": "/l", "retentionInDays": 3}),
            ("events CreateEventBus", {"Name": "shop"}),
            ("ecr CreateRepository", {"repositoryName": "r", "imageTagMutability": "IMMUTABLE"}),
            ("ssm PutParameter", {"Name": "/p", "Type": "String", "Value": "7"}),
        ],
    ),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_the_calls_of_resources(body: str, expected: list[tuple[str, dict[str, Any]]]) -> None:
    assert calls(body) == expected


def test_what_the_answer_gives_is_used() -> None:
    """The key's id is AWS's choice: whoever names it comes after it and gets that one."""
    body = """
A: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/a, TargetKeyId: !Ref K}}
T: {Type: AWS::SNS::Topic, Properties: {TopicName: t, KmsMasterKeyId: !GetAtt K.Arn}}
K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {}}}
"""
    found, emulator = made(body, {"CreateKey": {"KeyMetadata": {"KeyId": "0f-1"}}})
    assert emulator.calls == [
        ("kms CreateKey", {}),
        ("kms CreateAlias", {"AliasName": "alias/a", "TargetKeyId": "0f-1"}),
        (
            "sns CreateTopic",
            {"Name": "t", "Attributes": {"KmsMasterKeyId": ARN.format("kms", "key/0f-1")}},
        ),
    ]
    assert found.local.values["K id"] == "0f-1"
    assert [(one.name, one.title, one.generated) for one in found.made] == [
        ("K", "0f-1", True),
        ("A", "", False),
        ("T", "t", False),
    ]


def test_generated_names_are_the_same_in_each_run_and_fit() -> None:
    body = """
ABucketWithAVeryLongLogicalNameIndeed: {Type: AWS::S3::Bucket}
Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: v}}
"""
    first, second = ([one.title for one in made(body)[0].made] for _ in range(2))
    assert first == second
    bucket, queue, parameter = first
    # S3 User Guide, bucketnamingrules: 3 to 63 of lower case letters, digits, hyphens, dots.
    assert len(bucket) <= 63
    assert bucket == bucket.lower()
    assert bucket.startswith("shop-default-abucketwithaverylong")
    assert queue.startswith("shop-default-Q-")
    assert queue.endswith(".fifo")
    assert parameter.startswith("p-")
    other = make(stage(body), "other", KNOWN, Emulator())
    assert not {one.title for one in other.made} & set(first)


NOTES = [
    (
        "T: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Ref Name}}",
        "AWS::DynamoDB::Table `T` (shop/template.yaml:2): it hangs on `Name`, which is not known"
        " here: tell it in the settings, `[tool.remit.values]`",
    ),
    (
        "B: {Type: AWS::S3::Bucket, Properties: {BucketName: b, LifecycleConfiguration: {}}}",
        "AWS::S3::Bucket `B` (shop/template.yaml:2): not taken over: `LifecycleConfiguration`",
    ),
    (
        "S: {Type: AWS::StepFunctions::StateMachine}\nT: {Type: AWS::StepFunctions::Activity}",
        "AWS::StepFunctions::StateMachine, Activity `S` and 1 more (shop/template.yaml:2):"
        " remit makes none of this type",
    ),
    (
        "F: {Type: AWS::Lambda::Function}",
        "AWS::Lambda::Function `F` (shop/template.yaml:2): no function runs here: its code runs"
        " where you run it",
    ),
    (
        "S: {Type: AWS::SNS::Subscription, Properties: {Protocol: email, Endpoint: a}}",
        "AWS::SNS::Subscription `S` (shop/template.yaml:2): nothing is sent to `email` from here:"
        " only queues are subscribed",
    ),
    (
        "L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: l, RetentionInDays: x}}",
        "AWS::Logs::LogGroup `L` (shop/template.yaml:2): PutRetentionPolicy: `retentionInDays`"
        " must be a number",
    ),
    (
        "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q, KmsMasterKeyId: !Ref Key}}",
        "AWS::SQS::Queue `Q` (shop/template.yaml:2): made without `KmsMasterKeyId`: it hangs on"
        " `Key`, which is not known here: tell it in the settings, `[tool.remit.values]`",
    ),
    (
        "T: {Type: AWS::SNS::Topic, Properties: {TopicName: t, Tags: [{Key: a, Value: !Ref V}]}}",
        "AWS::SNS::Topic `T` (shop/template.yaml:2): made without `Tags`: it hangs on `V`, which"
        " is not known here: tell it in the settings, `[tool.remit.values]`",
    ),
]


@pytest.mark.parametrize(("body", "expected"), NOTES)
def test_what_is_not_made_is_told(body: str, expected: str) -> None:
    found, _ = made(body)
    assert [str(note) for note in found.notes] == [expected]


def test_what_hangs_on_what_was_refused_says_so_and_the_rest_is_made() -> None:
    body = """
K: {Type: AWS::KMS::Key}
A: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/a, TargetKeyId: !Ref K}}
Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
"""
    found, _ = made(body, {"CreateKey": Refused("Limit", "too many")})
    assert [note.why for note in found.notes] == [
        "CreateKey was refused: Limit: too many",
        "it hangs on `K id`, which was not made",
    ]
    assert [one.name for one in found.made] == ["Q"]
    assert "K id" not in found.local.values


def test_a_generated_name_is_not_told_where_it_was_refused() -> None:
    found, _ = made("Q: {Type: AWS::SQS::Queue}", {"CreateQueue": Refused("No", "")})
    assert found.made == ()
    assert "Q id" not in found.local.values


def test_a_told_value_fills_a_name() -> None:
    of = stage("T: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}", Name="jobs")
    emulator = Emulator()
    make(of, "shop", KNOWN, emulator)
    assert emulator.calls == [("sqs CreateQueue", {"QueueName": "jobs"})]


def test_secrets_are_nowhere_shown() -> None:
    """Secrets Manager API Reference, GetRandomPassword. What the call answers, and what a secret's
    error says, is kept back."""
    body = """
S:
 Type: AWS::SecretsManager::Secret
 Properties:
  Name: db
  GenerateSecretString:
   SecretStringTemplate: '{"user": "me"}'
   GenerateStringKey: password
   PasswordLength: 12
   ExcludeCharacters: "#"
"""
    answers = {"GetRandomPassword": {"RandomPassword": "hunter2"}}
    arn = {"CreateSecret": {"ARN": ARN.format("secretsmanager", "secret:db-AbCdEf")}}
    found, emulator = made(body, {**answers, **arn})
    assert emulator.calls == [
        ("secretsmanager GetRandomPassword", {"PasswordLength": 12, "ExcludeCharacters": '#"\\'}),
        (
            "secretsmanager CreateSecret",
            {"Name": "db", "SecretString": '{"user": "me", "password": "hunter2"}'},
        ),
    ]
    assert "hunter2" not in repr(found)
    assert found.made[0].arn.endswith("db-AbCdEf")
    refused = {**answers, "CreateSecret": Refused("Bad", "the value hunter2 is no good")}
    found, _ = made(body, refused)
    assert [note.why for note in found.notes] == ["CreateSecret was refused: Bad"]


def test_a_longer_name_is_another() -> None:
    body = """
Z:
 Type: AWS::SQS::Queue
 Properties: {QueueName: z, RedrivePolicy: {deadLetterTargetArn: !GetAtt B.Arn}}
A: {Type: AWS::SQS::Queue, Properties: {QueueName: a}}
B: {Type: AWS::SQS::Queue, Properties: {QueueName: a-b}}
"""
    order, _ = planned(stage(body))
    assert [one.resource.name for one in order] == ["B", "Z", "A"]


def test_a_circle_ends() -> None:
    body = """
A: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt B.Arn}}}
B: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt A.Arn}}}
"""
    order, _ = planned(stage(body))
    assert {one.resource.name for one in order} == {"A", "B"}


def test_the_table_and_botocore_agree() -> None:
    """Each type of the table has operations that there are."""
    for name in KINDS:
        assert name not in ELSEWHERE
        order, notes = planned(stage(f"X: {{Type: {name}, Properties: {{Protocol: sqs}}}}"))
        assert [one.resource.type for one in order] == [name], notes
        for step in order[0].steps:
            model = service_model(step.service)
            assert model is not None
            assert set(step.parameters) <= set(model.members(step.operation))


VALUES = st.recursive(
    st.sampled_from(
        ["", "x", "true", 7, None, {"Ref": "Q"}, {"Ref": "No"}, {"Fn::GetAtt": ["Q", "Arn"]}]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Key", "Status", "Enabled", "Rules"]), inner, max_size=2)
    ),
    max_leaves=4,
)
NAMES = sorted({name for kind in KINDS for name in planned_properties(kind)})


@given(
    kind=st.sampled_from(sorted(KINDS)),
    properties=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
)
@settings(max_examples=50, deadline=None)
def test_a_broken_property_is_a_note_and_the_rest_is_made(
    kind: str, properties: dict[str, Any]
) -> None:
    resources = {"R": {"Type": kind, "Properties": properties}, "Q": {"Type": "AWS::SQS::Queue"}}
    text = json.dumps({"Resources": resources})
    [of] = read(MemoryTree({"template.json": text}), "template.json", Tellings()).stages
    found = make(of, "shop", KNOWN, Emulator())
    assert "Q" in {one.name for one in found.made}
    assert all(str(note) for note in found.notes)


# --- policies -----------------------------------------------------------------------------------

POLICY = """
Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
P:
 Type: AWS::SQS::QueuePolicy
 Properties:
  Queues: [!Ref Q]
  PolicyDocument:
   Statement:
   - {Effect: %s, Principal: {AWS: !Ref Who}, Action: "sqs:*", Resource: !GetAtt Q.Arn}
"""


@pytest.mark.parametrize(
    ("effect", "principal", "said"),
    [
        ("Allow", NOBODY, "in force, but the principal `{Who}` is nobody here"),
        ("Deny", "*", "in force, but `{Who}` in `P` is `*` here"),
    ],
)
def test_a_principal_that_is_not_known_gets_nothing(effect: str, principal: str, said: str) -> None:
    of, emulator = stage(POLICY % effect), Emulator()
    found = make(of, "shop", KNOWN, emulator)
    notes = list(policies.put(of, found, {**found.local.values, **KNOWN}, {}, emulator))
    name, asked = emulator.calls[-1]
    assert name == "sqs SetQueueAttributes"
    assert f'"Principal": {{"AWS": ["{principal}"]}}' in asked["Attributes"]["Policy"]
    assert [note.why for note in notes] == [said]


def test_a_policy_names_the_role_as_it_is_made() -> None:
    body = POLICY % "Allow"
    body = body.replace("!Ref Who", "!GetAtt R.Arn").replace("\nQ:", f"\n{ROLE}Q:", 1)
    of, emulator = stage(body), Emulator()
    found = make(of, "shop", KNOWN, emulator)
    seeds = of_stage(of, [], "123456789012", "eu-west-1", found.local, "shop")
    assert list(policies.put(of, found, seeds.known, seeds.local.whole, emulator)) == []
    arn = "arn:aws:iam::123456789012:role/R"
    assert f'"AWS": ["{arn}"]' in emulator.calls[-1][1]["Attributes"]["Policy"]
    assert seeds.roles[0].name == "R"


ROLE = """R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn}}
"""


def test_a_policy_of_what_is_not_there_is_told() -> None:
    body = (POLICY % "Allow").replace("!Ref Q]", "other]")
    of, emulator = stage(body), Emulator()
    found = make(of, "shop", KNOWN, emulator)
    [note] = policies.put(of, found, KNOWN, {}, emulator)
    assert str(note) == (
        "policy of AWS::SQS::Queue `P` (shop/template.yaml:8): what it is attached to was not made"
    )


# --- texts and parameters -----------------------------------------------------------------------

SYMBOL = Hole(HoleKind.ASSIGNED, "a id")


@given(before=st.text(max_size=6), after=st.text(max_size=6), value=st.text(min_size=1, max_size=6))
@settings(max_examples=60)
def test_a_value_that_was_filled_in_is_read_off(before: str, after: str, value: str) -> None:
    text = Text.of(before, SYMBOL, after)
    actual = texts.filled(text, {"a id": value})
    assert texts.read_off(text, actual, {}) == {"a id": value}


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        (Text.of("a", SYMBOL), "b1"),
        (Text.of("a", SYMBOL), "a"),
        (Text.of(SYMBOL, "-", Hole(HoleKind.ASSIGNED, "other")), "1-2"),
        (Text.of("aa", SYMBOL, "aa"), "aaa"),
        (Text.of("a"), "a"),
    ],
)
def test_what_cannot_be_read_off_is_not_guessed(text: Text, actual: str) -> None:
    assert texts.read_off(text, actual, {}) == {}


def test_parameters_fit_the_model() -> None:
    left: list[str] = []
    data = {"Bucket": "b", "VersioningConfiguration": {"Status": "Enabled", "Unknown": "1"}}
    assert fitted("s3", "PutBucketVersioning", data, left) == {
        "Bucket": "b",
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    assert left == ["VersioningConfiguration.Unknown"]
    for value, what in (({"StreamName": "s", "ShardCount": "x"}, "`ShardCount` must be a number"),):
        with pytest.raises(Unfit, match=what):
            fitted("kinesis", "CreateStream", value, [])
    with pytest.raises(Unfit, match="must be true or false"):
        fitted("kms", "CreateKey", {"MultiRegion": "perhaps"}, [])
    with pytest.raises(Unfit, match="must be an object"):
        fitted("sqs", "CreateQueue", {"Attributes": "x"}, [])


def test_local_values_are_told_as_they_are() -> None:
    from remit.cli.provisioning import read as read_local
    from remit.cli.provisioning import say, written

    local = Local({"a": "1"}, {"{a}": "1"}, ("https://q",))
    found = Provisioned(local, (Made("AWS::KMS::Alias", "a", "x"), Made("AWS::KMS::Alias", "b", "y", generated=True)))  # fmt: skip
    assert read_local(json.loads(written(found))) == local
    assert read_local({}) is None
    lines: list[str] = []
    say(found, lines.append)
    assert lines == ["made 2 aliases", "alias b: y"]
