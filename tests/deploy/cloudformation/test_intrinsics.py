"""Each intrinsic function as its page describes it, and what it is when something is not known.

Source: AWS CloudFormation Template Reference, intrinsic-function-reference.
"""

from __future__ import annotations

import pytest

from remit.deploy.model import Told
from remit.syntax.nodes import plain
from tests.deploy.cloudformation.support import stack

HEAD = """
Parameters:
  Stage: {Type: String, Default: prod}
  Bare: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
  Latest: {Type: "AWS::SSM::Parameter::Value<String>", Default: /ami/latest}
Mappings:
  Sizes: {prod: {Size: large}, dev: {Size: small}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [Condition: IsProd]
  Either: !Or [!Condition IsDev, !Condition IsProd]
  Both: !And [!Condition IsDev, !Condition IsProd]
  Open: !Equals [!Ref Bare, x]
  OpenOrProd: !Or [!Condition Open, !Condition IsProd]
  OpenAndDev: !And [!Condition Open, !Condition IsDev]
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {}}
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "orders-${Stage}"}}
  Queue: {Type: AWS::SQS::Queue}
  Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Bucket: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: login}}
  Key: {Type: AWS::KMS::Key}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: reader, Path: /team/}}
  Odd: {Type: AWS::Odd::Thing}
  AFunctionWithAnUncommonlyLongLogicalId: {Type: AWS::Lambda::Function}
  Gone: {Type: AWS::SQS::Queue, Condition: IsDev}
Outputs:
  X: {Value: VALUE}
"""
NAME = "{stack name}-Table-{Table id}"
TABLE = f"arn:aws:dynamodb:{{region}}:{{account}}:table/{NAME}"

# (the expression, what it gives)
CASES = [
    ("!Ref Stage", "prod"),
    ("!Ref Bare", "{Bare}"),
    ("!Ref Zones", ["a", "b"]),
    ("!Ref Latest", "{Latest}"),
    ("!Ref Table", NAME),
    ("!Ref Named", "orders-prod"),
    ("!GetAtt Table.Arn", TABLE),
    ("!GetAtt [Table, Arn]", TABLE),
    ("!GetAtt Table.StreamArn", TABLE + "/stream/{Table stream label}"),
    ("!Ref Queue", "https://sqs.{region}.amazonaws.com/{account}/{stack name}-Queue-{Queue id}"),
    ("!GetAtt Fifo.QueueName", "{stack name}-Fifo-{Fifo id}.fifo"),
    ("!GetAtt Bucket.Arn", "arn:aws:s3:::{stack name}-bucket-{Bucket id}"),
    ("!Ref Topic", "arn:aws:sns:{region}:{account}:news"),
    ("!GetAtt Topic.TopicName", "news"),
    ("!Ref Secret", "arn:aws:secretsmanager:{region}:{account}:secret:login-{Secret suffix}"),
    ("!Ref Key", "{Key id}"),
    ("!GetAtt Role.Arn", "arn:aws:iam::{account}:role/team/reader"),
    ("!Ref Odd", "{Odd}"),
    ("!GetAtt Odd.Endpoint", "{Odd Endpoint}"),
    # A name of 64 characters may be cut: only its beginning is sure.
    (
        "!Ref AFunctionWithAnUncommonlyLongLogicalId",
        "{stack name}-AFunctionWithAnUncom{AFunctionWithAnUncommonlyLongLogicalId id}",
    ),
    ("!Ref AWS::Region", "{region}"),
    ("!Ref AWS::Partition", "aws"),
    ("!Ref AWS::StackName", "{stack name}"),
    ("!Ref AWS::NoValue", None),
    ("!Sub 'a-${Stage}-${Table.Arn}-${!Stage}'", f"a-prod-{TABLE}-${{Stage}}"),
    ("!Sub ['${A}-${AWS::Region}', {A: !Ref Stage}]", "prod-{region}"),
    ("!Join ['-', [a, !Ref Stage, !Ref Bare]]", "a-prod-{Bare}"),
    ("!Join [',', !Ref Zones]", "a,b"),
    ("!Select [1, !Ref Zones]", "b"),
    ("!Select [9, !Ref Zones]", "{a list 9}"),
    ("!Split ['/', 'a/b']", ["a", "b"]),
    ("!Select [5, !Split [':', !GetAtt Table.Arn]]", "table/" + NAME),
    # What a parameter holds may be split anywhere.
    ("!Select [1, !Split [':', !Ref Bare]]", "{parts of Bare 1}"),
    ("!Select [0, !Split ['-', !Ref AWS::StackName]]", "{parts of stack name 0}"),
    ("!If [IsProd, yes, no]", True),
    ("!If [IsDev, a, b]", "b"),
    ("!If [Either, a, b]", "a"),
    ("!If [Both, a, b]", "b"),
    ("!If [Open, a, b]", "{a or b by Open}"),
    ("!If [Open, a, a]", "a"),
    ("!If [OpenOrProd, a, b]", "a"),
    ("!If [OpenAndDev, a, b]", "b"),
    ("[a, !If [IsDev, b, !Ref AWS::NoValue]]", ["a"]),
    ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
    ("!FindInMap [Sizes, !Ref Stage, Size]", "large"),
    ("!FindInMap [Sizes, !Ref Bare, Size]", "{Sizes Bare Size}"),
    ("!FindInMap [Sizes, x, Size, {DefaultValue: tiny}]", "tiny"),
    ("!ImportValue net-Vpc", "{import net-Vpc}"),
    ("!Base64 abc", "YWJj"),
    ("Fn::Length: [1, 2]", "2"),
    ("Fn::ToJsonString: {a: 1}", '{"a": 1}'),
    ("!GetAZs ''", "{availability zones}"),
    ("!Cidr [10.0.0.0/16, 2]", "{Cidr}"),
    ("'{{resolve:ssm:/prod/key:1}}-x'", "{ssm prod key 1}-x"),
    ("Fn::Transform: {Name: AWS::Include}", "{transform AWS Include}"),
    ("!Unheard [a]", "{Unheard}"),
    ("!Ref Missing", "{Missing}"),
    ("!GetAtt Missing.Arn", "{Missing Arn}"),
]


@pytest.mark.parametrize(("written", "expected"), CASES)
def test_what_an_expression_gives(written: str, expected: object) -> None:
    found = stack(
        HEAD.replace("VALUE", f"{{{written}}}" if written.startswith("Fn::") else written)
    )
    value = found.value(found.template.section("Outputs").get("X")).get("Value")  # type: ignore[union-attr]
    assert (None if value is None else plain(value)) == expected


TOLD = [
    (Told("111122223333", "eu-west-1"), "!GetAtt Named.Arn", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-prod"),
    (Told(region="cn-north-1"), "!GetAtt Bucket.Arn", "arn:aws-cn:s3:::{stack name}-bucket-{Bucket id}"),
    (Told(values={"Bare": "x"}), "!If [Open, a, b]", "a"),
    (Told(values={"Stage": "dev"}), "!Ref Named", "orders-dev"),
    (Told(values={"stack name": "shop"}), "!Ref Table", "shop-Table-{Table id}"),
    (Told(values={"stack name": "Shop"}), "!GetAtt Bucket.Arn", "arn:aws:s3:::shop-bucket-{Bucket id}"),
    (Told(values={"import net-Vpc": "vpc-1"}), "!ImportValue net-Vpc", "vpc-1"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "written", "expected"), TOLD)
def test_what_is_told_takes_the_place_of_symbols(told: Told, written: str, expected: str) -> None:
    found = stack(HEAD.replace("VALUE", written), told)
    assert found.text(found.template.section("Outputs").get("X").get("Value")) == expected  # type: ignore[union-attr]


def test_a_resource_whose_condition_is_false_is_not_there() -> None:
    found = stack(HEAD)
    assert "Gone" not in found.resources
    assert "Table" in found.resources


def test_a_value_stands_where_it_is_named() -> None:
    found = stack(HEAD.replace("VALUE", "!Ref Table"))
    node = found.template.section("Outputs").get("X").get("Value")  # type: ignore[union-attr]
    value = found.value(node)
    assert value is not None
    assert node is not None
    assert value.span == node.span


# (what is wrong, the template, a piece of the problem's message)
CIRCLES = [
    (
        "a name made of itself",
        "A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}",
        "`A` leads back",
    ),
    (
        "two names made of each other",
        "A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}\n"
        "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}",
        "leads back to itself",
    ),
]


@pytest.mark.parametrize(("_what", "body", "message"), CIRCLES)
def test_circles_end(_what: str, body: str, message: str) -> None:
    found = stack(f"Resources:\n  {body}\nOutputs:\n  X: {{Value: !Ref A}}\n")
    for resource in found.resources.values():
        found.title(resource)
    assert any(message in one.message for one in found.problems)


def test_conditions_in_a_circle_are_not_known() -> None:
    found = stack(
        "Conditions:\n  A: !Not [Condition: B]\n  B: !Not [Condition: A]\n"
        "Resources:\n  Q: {Type: AWS::SQS::Queue, Condition: A}\n"
    )
    assert "Q" in found.resources
    assert any("leads back" in one.message for one in found.problems)


def test_a_text_that_doubles_and_doubles_is_cut_off() -> None:
    body = "\n".join(
        f"  B{n}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub '${{B{n + 1}}}${{B{n + 1}}}'}}}}"
        for n in range(40)
    )
    found = stack(
        f"Resources:\n{body}\n  B40: {{Type: AWS::S3::Bucket, Properties: {{BucketName: ab}}}}"
    )
    title = found.title(found.resources["B0"])
    assert len(title) < 60_000
    assert any("more than 51200 characters" in one.message for one in found.problems)
