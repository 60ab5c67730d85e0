"""over-broad-grant: wildcards that nothing needs, and those that are right."""

from __future__ import annotations

import json

import pytest

from remit.core.finding import Confidence, Severity

from .support import (
    ANY_TABLE,
    LOG,
    TABLE,
    Wanted,
    allow,
    log_needs,
    need,
    policy,
    stage,
    world,
)

ID = "over-broad-grant"
ORDERS = ANY_TABLE + "orders"
GET = need("dynamodb:GetItem", TABLE + "orders", 7)
PUT = need("dynamodb:PutItem", TABLE + "orders", 8)
READ = need("s3:GetObject", "arn:aws:s3:::b/{data:key}", 9)
LIST = need("dynamodb:ListTables", "*", 10)
INVOKE = need("lambda:InvokeFunction", "arn:aws:lambda:{region}:{account}:function:{data:name}", 11)
PLACED = need("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", 7)
PLACED_INVOKE = need(
    "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:{data:name}", 11
)
POST = need(
    "execute-api:ManageConnections",
    "arn:aws:execute-api:eu-west-1:111122223333:{api id}/{stage}/POST/@connections/{data:id}",
    12,
)
SECRET = need(
    "secretsmanager:GetSecretValue",
    "arn:aws:secretsmanager:{region}:{account}:secret:app-{6:suffix}",
)


def test_a_wildcard_action() -> None:
    made = world(
        stage("dev", policy(allow("dynamodb:Batch*", "dynamodb:*Item", on=ORDERS)), GET, PUT)
    )
    (line,) = made.said(ID)
    assert line == (
        'warning dev policy-dev.json:8 <"dynamodb:*Item">: `dynamodb:*Item` allows 7 actions;'
        " 2 are needed: `dynamodb:GetItem` and `dynamodb:PutItem`"
    )
    (finding,) = made.findings(ID)
    assert json.loads(finding.patch) == allow(
        "dynamodb:Batch*", "dynamodb:GetItem", "dynamodb:PutItem", on=ORDERS
    )


def test_every_action() -> None:
    (line,) = world(stage("dev", policy(allow("*", on=ORDERS)), GET)).said(ID)
    assert line.endswith("`*` allows every action; 1 is needed: `dynamodb:GetItem`")


def test_a_wildcard_resource() -> None:
    document = policy(allow("dynamodb:GetItem", on=ANY_TABLE + "*"))
    made = world(stage("dev", document, GET, region="eu-west-1", account="111122223333"))
    assert made.said(ID) == [
        f'warning dev policy-dev.json:7 <"{ANY_TABLE}*">: `{ANY_TABLE}*` is wider than the needs'
        " that it serves: `arn:aws:dynamodb:eu-west-1:111122223333:table/orders`"
    ]
    (finding,) = made.findings(ID)
    assert json.loads(finding.patch) == allow(
        "dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    )


def test_open_data_needs_its_wildcard_and_no_more() -> None:
    made = world(stage("dev", policy(allow("s3:GetObject", on="arn:aws:s3:::*")), READ))
    (finding,) = made.findings(ID)
    assert finding.message == (
        "`arn:aws:s3:::*` is wider than the needs that it serves: `arn:aws:s3:::b/*`"
    )


def test_what_needs_a_star_keeps_it_in_a_statement_of_its_own() -> None:
    document = policy(allow("dynamodb:GetItem", "dynamodb:ListTables", on="*", Sid="Db"))
    (finding,) = world(stage("dev", document, GET, LIST)).findings(ID)
    assert finding.message.endswith("; only `dynamodb:ListTables` needs `*`")
    assert json.loads(finding.patch) == [
        allow("dynamodb:GetItem", on=ORDERS, Sid="Db"),
        allow("dynamodb:ListTables", on="*", Sid="Db1"),
    ]


def test_both_are_narrowed_together_and_actions_keep_to_their_resources() -> None:
    document = policy(allow("dynamodb:*", "s3:*", on="*"))
    other = need("dynamodb:PutItem", TABLE + "other", 8)
    found = world(stage("dev", document, GET, other, READ)).findings(ID)
    assert len(found) == 3
    assert len({one.patch for one in found}) == 1
    assert json.loads(found[0].patch) == [
        allow("dynamodb:GetItem", on=ORDERS),
        allow("dynamodb:PutItem", on=ANY_TABLE + "other"),
        allow("s3:GetObject", on="arn:aws:s3:::b/*"),
    ]


def test_the_suffix_of_a_secret_is_printed_in_its_width() -> None:
    made = world(stage("dev", policy(allow("secretsmanager:GetSecretValue", on="*")), SECRET))
    (finding,) = made.findings(ID)
    assert finding.message.endswith(": `arn:aws:secretsmanager:*:*:secret:app-??????`")


def test_any_identity_that_suffices_is_listed() -> None:
    sender = need(
        "ses:SendEmail",
        "arn:aws:ses:{region}:{account}:identity/me@example.com",
        alternatives=["arn:aws:ses:{region}:{account}:identity/example.com"],
    )
    (finding,) = world(stage("dev", policy(allow("ses:SendEmail", on="*")), sender)).findings(ID)
    assert json.loads(finding.patch) == allow(
        "ses:SendEmail",
        on=["arn:aws:ses:*:*:identity/example.com", "arn:aws:ses:*:*:identity/me@example.com"],
    )


@pytest.mark.parametrize(
    ("resource", "wanted", "severity"),
    [
        ("arn:aws:s3:::b/*", need("s3:GetObject", "arn:aws:s3:::b/key"), "note"),
        ("arn:aws:s3:::b*", READ, "warning"),
        (ANY_TABLE + "ord*", GET, "warning"),
        (
            "arn:aws:ssm:*:*:parameter/app/*",
            need("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/app/key"),
            "note",
        ),
    ],
)
def test_a_wildcard_below_one_name_is_a_note(resource: str, wanted: Wanted, severity: str) -> None:
    (finding,) = world(
        stage("dev", policy(allow(wanted.need.action, on=resource)), wanted)
    ).findings(ID)
    assert finding.severity == severity


def test_conditions_stay() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}}
    document = policy(allow("dynamodb:GetItem", on="*", Condition=condition))
    (finding,) = world(stage("dev", document, GET)).findings(ID)
    assert json.loads(finding.patch) == allow("dynamodb:GetItem", on=ORDERS, Condition=condition)


def test_what_was_not_followed_may_need_it() -> None:
    made = world(stage("dev", policy(allow("dynamodb:*", on=ORDERS)), GET, complete=False))
    (finding,) = made.findings(ID)
    assert (finding.severity, finding.confidence) == (Severity.NOTE, Confidence.CONDITIONAL)
    assert finding.message.endswith("; but not all code was followed")


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (allow("dynamodb:GetItem", on=ORDERS), [GET]),
        (allow("dynamodb:GetItem", on="arn:aws:dynamodb:*:*:table/orders"), [GET]),
        (allow("dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:*:table/orders"), [GET]),
        (allow("s3:GetObject", on="arn:aws:s3:::b/*"), [READ]),
        (allow("dynamodb:ListTables", on="*"), [LIST]),
        (
            allow("dynamodb:GetItem", on=ANY_TABLE + "*"),
            [need("dynamodb:GetItem", TABLE + "{env:T}")],
        ),
        (
            allow("dynamodb:GetItem", on=ANY_TABLE + "ord*"),
            [need("dynamodb:GetItem", TABLE + "{data:t}")],
        ),
        (allow("s3:GetObject", on="arn:aws:s3:::b/*"), [need("s3:GetObject", "{code:arn}")]),
        (allow("s3:GetObject", on="*"), [need("s3:GetObject", "{code:arn}")]),
        (allow("s3:GetObject", on="arn:aws:s3:::${aws:username}/*"), [READ]),
        (
            allow("dynamodb:Batch*Item", on=ORDERS),
            [
                need("dynamodb:BatchGetItem", TABLE + "orders"),
                need("dynamodb:BatchWriteItem", TABLE + "orders"),
            ],
        ),
        (allow("lambda:InvokeFunction", on="*"), [INVOKE]),
        (allow("lambda:InvokeFunction", on="arn:aws:lambda:*:*:*"), [INVOKE]),
        (
            allow("secretsmanager:GetSecretValue", on="arn:aws:secretsmanager:*:*:secret:app-*"),
            [SECRET],
        ),
        (allow("dynamodb:GetItem", on="arn:aws:dynamodb:*:*:table/orders"), [PLACED]),
        (allow("lambda:InvokeFunction", on="*"), [PLACED_INVOKE]),
        (
            allow("execute-api:ManageConnections", on="arn:*:execute-api:*:*:*/@connections/*"),
            [POST],
        ),
        (
            allow("ssm:GetParameter", on="arn:aws:ssm:eu-west-1::parameter/app/*"),
            [need("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/app/key")],
        ),
        (LOG, log_needs()),
        (allow("logs:PutLogEvents", on="*"), log_needs()),
        (allow("logs:PutLogEvents", on="arn:*:logs:*:*:*"), log_needs()),
        (allow("xray:*", on="*"), [need("xray:PutTraceSegments", "*", origin="framework")]),
        (
            allow(
                "secretsmanager:GetSecretValue", on="arn:aws:secretsmanager:*:*:secret:app-??????"
            ),
            [SECRET],
        ),
        (allow("dynamodb:*", on=ANY_TABLE + "unused"), [GET]),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, [GET]),
        ({"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}, [GET]),
    ],
    ids=str,
)
def test_silent(statement: dict[str, object], wanted: list[Wanted]) -> None:
    assert world(stage("dev", policy(statement), *wanted)).said(ID) == []


def test_a_file_that_two_stages_share_serves_both() -> None:
    document = policy(allow("dynamodb:*Item", on=[ANY_TABLE + "dev", ANY_TABLE + "prod"]))
    made = world(
        stage("dev", document, need("dynamodb:GetItem", TABLE + "dev"), file="p.json"),
        stage("prod", document, need("dynamodb:PutItem", TABLE + "prod"), file="p.json"),
    )
    for finding in made.findings(ID):
        assert finding.message.endswith("2 are needed: `dynamodb:GetItem` and `dynamodb:PutItem`")


def test_silent_for_roles_that_people_did_not_write() -> None:
    document = policy(allow("dynamodb:*", on="*"))
    assert world(stage("dev", document, GET, generated=True)).said(ID) == []
    assert world(stage("dev", document, GET, unknown="elsewhere")).said(ID) == []
