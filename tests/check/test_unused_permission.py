"""unused-permission: what nothing deployed needs. Silence counts as much as speech here."""

from __future__ import annotations

import json

import pytest

from remit.core.finding import Confidence, Severity
from remit.scan.model import Unattributed

from .support import (
    ANY_TABLE,
    LOG,
    TABLE,
    World,
    allow,
    at,
    deny,
    log_needs,
    need,
    policy,
    stage,
    world,
)

ID = "unused-permission"
ORDERS = ANY_TABLE + "orders"
GET = need("dynamodb:GetItem", TABLE + "orders")


def dev(*statements: dict[str, object]) -> World:
    """One stage whose code gets items of one table and reads objects of one bucket."""
    objects = need("s3:GetObject", "arn:aws:s3:::b/{data:key}", 8)
    upload = need("s3:PutObject", "arn:aws:s3:::b/{data:key}", 9)
    return world(stage("dev", policy(*statements), GET, objects, upload, *log_needs()))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            allow("dynamodb:GetItem", "dynamodb:DeleteItem", on=ORDERS),
            f'warning dev policy-dev.json:8 <"dynamodb:DeleteItem">:'
            f" nothing deployed uses `dynamodb:DeleteItem` on `{ORDERS}`",
        ),
        (
            allow("dynamodb:GetItem", "dynamodb:Scan", on=ORDERS),
            f'note dev policy-dev.json:8 <"dynamodb:Scan">:'
            f" nothing deployed uses `dynamodb:Scan` on `{ORDERS}`",
        ),
        (
            allow("s3:PutBucketPolicy", on="arn:aws:s3:::b"),
            'warning dev policy-dev.json:6 <"s3:PutBucketPolicy">:'
            " nothing deployed uses `s3:PutBucketPolicy` on `arn:aws:s3:::b`",
        ),
        (
            allow("dynamodb:Batch*", on=ORDERS),
            'warning dev policy-dev.json:6 <"dynamodb:Batch*">:'
            " nothing deployed uses `dynamodb:Batch*` (2 actions: `dynamodb:BatchGetItem` and"
            f" `dynamodb:BatchWriteItem`) on `{ORDERS}`",
        ),
        (
            allow("dynamodb:GetItem", on=[ORDERS, ANY_TABLE + "customers"]),
            f'note dev policy-dev.json:9 <"{ANY_TABLE}customers">:'
            f" nothing deployed uses `{ANY_TABLE}customers` with the actions of this statement",
        ),
        (
            allow("dynamodb:GetItem", on=ANY_TABLE + "customers"),
            'note dev policy-dev.json:6 <"dynamodb:GetItem">:'
            f" nothing deployed uses `dynamodb:GetItem` on `{ANY_TABLE}customers`",
        ),
        (
            allow("*", on=ANY_TABLE + "customers"),
            'warning dev policy-dev.json:6 <"*">:'
            f" nothing deployed uses `*` (every action) on `{ANY_TABLE}customers`",
        ),
    ],
)
def test_unused(statement: dict[str, object], expected: str) -> None:
    assert dev(statement).said(ID) == [expected]


def test_the_patch_takes_out_all_that_is_unused() -> None:
    statement = allow(
        "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:PutItem", on=ORDERS, Sid="Orders"
    )
    first, second = dev(statement).findings(ID)
    assert first.patch == second.patch
    assert json.loads(first.patch) == allow("dynamodb:GetItem", on=ORDERS, Sid="Orders")
    assert first.fix == "Replace the statement by this one."


def test_nothing_left_means_no_statement() -> None:
    (finding,) = dev(allow("sqs:SendMessage", on="arn:aws:sqs:*:*:q")).findings(ID)
    assert (finding.patch, finding.fix) == ("", "Remove the statement.")


def test_it_shows_the_call_that_uses_the_action_elsewhere() -> None:
    (finding,) = dev(allow("dynamodb:GetItem", on=ANY_TABLE + "order")).findings(ID)
    assert [(one.span.line, one.note) for one in finding.related] == [
        (7, f"this call needs it on `{TABLE}orders`")
    ]


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:GetItem", on=ORDERS),
        allow("dynamodb:getitem", on="*"),
        allow("s3:GetObject", on="arn:aws:s3:::b/public/*"),
        allow("s3:GetObject", on="arn:aws:s3:::${aws:PrincipalTag/bucket}/*"),
        LOG,
        allow("*", on="*"),
        deny("dynamodb:DeleteItem", on=ORDERS),
        allow("dynamodb:DeleteItem", on=ORDERS, Condition={"Nonsense": {"a": "b"}}),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": ORDERS},
        {"Effect": "Allow", "Action": "s3:*", "NotResource": ORDERS},
    ],
    ids=str,
)
def test_silent_where_a_need_can_use_it(statement: dict[str, object]) -> None:
    assert dev(statement).said(ID) == []


@pytest.mark.parametrize(
    "statement",
    [
        allow("ses:SendEmail", on=ORDERS),
        allow("dynamodb:UpdateItems", on=ORDERS),
        allow("dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1::table/orders"),
        allow("dynamodb:*", on=ORDERS),
    ],
    ids=["ineffective", "unknown", "empty account", "over-broad"],
)
def test_silent_where_another_rule_speaks(statement: dict[str, object]) -> None:
    assert dev(statement).said(ID) == []


@pytest.mark.parametrize("origin", ["framework", "logs"])
def test_what_the_framework_needs_counts(origin: str) -> None:
    wanted = need("sqs:ReceiveMessage", "arn:aws:sqs:{region}:{account}:jobs", origin=origin)
    document = policy(allow("sqs:ReceiveMessage", on="arn:aws:sqs:*:*:jobs"))
    assert world(stage("dev", document, wanted)).said(ID) == []


@pytest.mark.parametrize(
    "resource", [TABLE + "{env:TABLE}", TABLE + "{data:name}", "{code:arn}", TABLE + "ord{code:x}"]
)
def test_an_open_resource_may_be_this_one(resource: str) -> None:
    made = world(
        stage(
            "dev", policy(allow("dynamodb:GetItem", on=ORDERS)), need("dynamodb:GetItem", resource)
        )
    )
    assert made.said(ID) == []


def test_a_conditional_need_counts() -> None:
    wanted = need("dynamodb:GetItem", TABLE + "orders", hangs_on=["env:X"])
    made = world(stage("dev", policy(allow("dynamodb:GetItem", on=ORDERS)), wanted))
    assert made.said(ID) == []


def test_any_of_several_resources_counts() -> None:
    wanted = need(
        "ses:SendEmail",
        "arn:aws:ses:{region}:{account}:identity/me@example.com",
        alternatives=["arn:aws:ses:{region}:{account}:identity/example.com"],
    )
    document = policy(allow("ses:SendEmail", on="arn:aws:ses:*:*:identity/example.com"))
    assert world(stage("dev", document, wanted)).said(ID) == []


def test_a_file_that_two_stages_share_is_used_by_either() -> None:
    document = policy(
        allow("dynamodb:GetItem", on=[ANY_TABLE + "dev", ANY_TABLE + "prod", ANY_TABLE + "old"])
    )
    made = world(
        stage("dev", document, need("dynamodb:GetItem", TABLE + "dev"), file="policy.json"),
        stage("prod", document, need("dynamodb:GetItem", TABLE + "prod"), file="policy.json"),
    )
    assert {made.under(one.span) for one in made.findings(ID)} == {f'"{ANY_TABLE}old"'}


def test_what_was_not_followed_may_use_it() -> None:
    lost = Unattributed(at(40), "client.delete(...)", "the client is not known")
    made = world(
        stage(
            "dev",
            policy(allow("dynamodb:DeleteItem", on=ORDERS)),
            unattributed=[lost],
            complete=False,
        )
    )
    assert made.said(ID) == [
        'note? dev policy-dev.json:6 <"dynamodb:DeleteItem">:'
        f" nothing deployed uses `dynamodb:DeleteItem` on `{ORDERS}`;"
        " but the call `client.delete(...)` at `app.py:40:5` was not followed"
    ]


@pytest.mark.parametrize(
    ("action", "resource", "reason"),
    [
        ("kms:Decrypt", "arn:aws:kms:*:*:key/k", "may be encrypted with this key"),
        ("xray:PutTraceSegments", "*", "the X-Ray daemon uses it when tracing is on"),
        ("s3:ListBucket", "arn:aws:s3:::b", "without it S3 answers 403 instead of 404"),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::b/*", "an upload in parts that fails"),
        ("es:ESHttpPost", "arn:aws:es:*:*:domain/d/*", "used by signed HTTP requests"),
        ("rds-db:connect", "arn:aws:rds-db:*:*:dbuser:*/u", "used by signed HTTP requests"),
        ("ec2:CreateNetworkInterface", "*", "Lambda needs it when the function is put into a VPC"),
    ],
)
def test_a_use_may_be_out_of_sight(action: str, resource: str, reason: str) -> None:
    (finding,) = dev(allow(action, on=resource)).findings(ID)
    assert (finding.severity, finding.confidence) == (Severity.NOTE, Confidence.CONDITIONAL)
    assert reason in finding.message


def test_listing_a_bucket_that_nobody_reads_is_just_unused() -> None:
    (finding,) = dev(allow("s3:ListBucket", on="arn:aws:s3:::other")).findings(ID)
    assert finding.confidence is Confidence.CERTAIN


def test_silent_for_roles_that_people_did_not_write() -> None:
    document = policy(allow("dynamodb:DeleteItem", on=ORDERS))
    assert world(stage("dev", document, generated=True)).said(ID) == []
    assert world(stage("dev", document, unknown="elsewhere")).said(ID) == []
