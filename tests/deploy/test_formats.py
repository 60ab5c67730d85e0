"""Writers of policies: what each format looks like, and that all of them say the same."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.deploy.formats import FORMATS, Grant, Spelling
from remit.deploy.formats import yaml as writer
from remit.deploy.formats.terraform import identifier, quoted

TABLE = "arn:aws:dynamodb:{region}:{account}:table/{stack name}-Orders-{Orders id}"
SAM = Spelling(
    {
        "{region}": "${AWS::Region}",
        "{account}": "${AWS::AccountId}",
        "{stack name}": "${AWS::StackName}",
        "{Bucket}": "${Bucket}",
        TABLE: "${Orders.Arn}",
    }
)
TERRAFORM = Spelling({"{var bucket}": "${var.bucket}", TABLE: "${aws_dynamodb_table.orders.arn}"})
READ = Grant("ReadOrders", ("dynamodb:GetItem", "dynamodb:Query"), (TABLE, TABLE + "/index/*"))
PUT = Grant(
    "PutJobs",
    ("sqs:SendMessage",),
    ("arn:aws:sqs:{region}:{account}:jobs",),
    (("Bool", "aws:SecureTransport", ("true",)), ("StringEquals", "kms:ViaService", ("sqs.{region}.amazonaws.com",))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "spelling", "grants", "expected"),
    [
        (
            "sam",
            SAM,
            [READ, PUT],
            """\
            Policies:
              - Version: "2012-10-17"
                Statement:
                  - Sid: ReadOrders
                    Effect: Allow
                    Action:
                      - dynamodb:GetItem
                      - dynamodb:Query
                    Resource:
                      - !GetAtt Orders.Arn
                      - !Sub "${Orders.Arn}/index/*"
                  - Sid: PutJobs
                    Effect: Allow
                    Action: sqs:SendMessage
                    Resource: !Sub "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs"
                    Condition:
                      Bool:
                        aws:SecureTransport: "true"
                      StringEquals:
                        kms:ViaService: !Sub "sqs.${AWS::Region}.amazonaws.com"
            """,
        ),
        (
            "cloudformation",
            SAM,
            [Grant("", ("s3:GetObject",), ("arn:aws:s3:::{Bucket}/${x}", "*"))],
            """\
            Policies:
              - PolicyName: orders-dev
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Action: s3:GetObject
                      Resource:
                        - !Sub "arn:aws:s3:::${Bucket}/${!x}"
                        - "*"
            """,
        ),
        (
            "serverless",
            SAM,
            [Grant("Get", ("s3:GetObject",), ("arn:aws:s3:::b/*",))],
            """\
            provider:
              iam:
                role:
                  statements:
                    - Sid: Get
                      Effect: Allow
                      Action: s3:GetObject
                      Resource: arn:aws:s3:::b/*
            """,
        ),
        (
            "terraform",
            TERRAFORM,
            [READ, Grant("Get", ("s3:GetObject",), ("arn:aws:s3:::{var bucket}/${x}",), (("Bool", "aws:SecureTransport", ("true",)),))],
            """\
            data "aws_iam_policy_document" "orders_dev" {
              statement {
                sid       = "ReadOrders"
                actions   = [
                  "dynamodb:GetItem",
                  "dynamodb:Query",
                ]
                resources = [
                  aws_dynamodb_table.orders.arn,
                  "${aws_dynamodb_table.orders.arn}/index/*",
                ]
              }

              statement {
                sid       = "Get"
                actions   = ["s3:GetObject"]
                resources = ["arn:aws:s3:::${var.bucket}/&{x}"]

                condition {
                  test     = "Bool"
                  variable = "aws:SecureTransport"
                  values   = ["true"]
                }
              }
            }

            resource "aws_iam_role_policy" "orders_dev" {
              name   = "orders_dev"
              role   = aws_iam_role.REPLACE_ME.id
              policy = data.aws_iam_policy_document.orders_dev.json
            }
            """,
        ),
        (
            "chalice",
            SAM,
            [PUT],
            """\
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Sid": "PutJobs",
                  "Effect": "Allow",
                  "Action": "sqs:SendMessage",
                  "Resource": "arn:aws:sqs:*:*:jobs",
                  "Condition": {
                    "Bool": {
                      "aws:SecureTransport": "true"
                    },
                    "StringLike": {
                      "kms:ViaService": "sqs.*.amazonaws.com"
                    }
                  }
                }
              ]
            }
            """,
        ),
    ],
)  # fmt: skip
def test_documents(name: str, spelling: Spelling, grants: list[Grant], expected: str) -> None:
    assert FORMATS[name].document(grants, spelling, "orders-dev") == dedent(expected)


def test_an_arn_is_not_spelled_inside_a_longer_name() -> None:
    assert SAM.pieces(TABLE + "-archive")[0] != ("${Orders.Arn}", True)
    assert SAM.pieces(TABLE)[0] == ("${Orders.Arn}", True)
    assert SAM.opened(TABLE) == "arn:aws:dynamodb:*:*:table/*-Orders-*"


TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(["on", "No", "1", "1e3", "2012-10-17", "a: b", "a #b", "*x", "&x", "!Sub", "-", "~", "a:", "{x}", "${x}", "%{x}"]),
)  # fmt: skip
GRANTS = st.lists(
    st.builds(
        Grant,
        st.just("Sid"),
        st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
        st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple),
        st.lists(
            st.tuples(st.sampled_from(["Bool", "StringLike"]), TEXTS, st.tuples(TEXTS)),
            max_size=2,
            unique_by=lambda one: one[:2],
        ).map(tuple),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(GRANTS)
def test_yaml_says_what_json_says(grants: list[Grant]) -> None:
    wanted = json.loads(FORMATS["policy"].document(grants, Spelling(), ""))
    read: Any = yaml.safe_load(FORMATS["sam"].document(grants, Spelling(), ""))
    assert read["Policies"] == [wanted]
    read = yaml.safe_load(FORMATS["serverless"].document(grants, Spelling(), ""))
    assert read["provider"]["iam"]["role"]["statements"] == wanted["Statement"]
    read = yaml.safe_load(FORMATS["cloudformation"].document(grants, Spelling(), "a"))
    assert read["Policies"][0]["PolicyDocument"] == wanted


def test_several_managed_policies() -> None:
    parts = [[READ], [PUT]]
    sam = FORMATS["sam"].documents
    terraform = FORMATS["terraform"].documents
    policy = FORMATS["policy"].documents
    assert sam and terraform and policy
    assert [line for line in sam(parts, SAM, "orders-dev").splitlines() if "Policy" in line] == [
        "  OrdersDevPolicy1:",
        "    Type: AWS::IAM::ManagedPolicy",
        "      PolicyDocument:",
        "  OrdersDevPolicy2:",
        "    Type: AWS::IAM::ManagedPolicy",
        "      PolicyDocument:",
    ]
    assert (
        terraform(parts, TERRAFORM, "orders").count('resource "aws_iam_role_policy_attachment"')
        == 2
    )
    assert len(json.loads(policy(parts, SAM, ""))) == 2
    assert FORMATS["chalice"].documents is None  # one file, one inline policy


@pytest.mark.parametrize(
    ("name", "expected"), [("a-b.c", "a_b_c"), ("1x", "policy_1x"), ("", "policy"), ("é", "policy")]
)
def test_terraform_names(name: str, expected: str) -> None:
    assert identifier(name) == expected


def test_terraform_strings() -> None:
    assert quoted('a"b\\${x}%{y}', Spelling()) == '"a\\"b\\\\&{x}%%{y}"'


def test_yaml_statement() -> None:
    assert writer.statement(Grant("A", ("a:b",), ("*",)), Spelling()) == (
        '- Sid: A\n  Effect: Allow\n  Action: a:b\n  Resource: "*"'
    )
