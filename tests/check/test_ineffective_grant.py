"""ineffective-grant: what no resource, or no action, of its own statement can match."""

from __future__ import annotations

import json

import pytest

from remit.catalog import iam
from remit.check import ineffective_grant

from .support import ANY_TABLE, TABLE, allow, deny, need, policy, stage, world

ID = "ineffective-grant"
BUCKET = "arn:aws:s3:::b/*"
SENDER = "arn:aws:ses:{region}:{account}:identity/me@example.com"


def test_the_case_of_the_mail_in_the_bucket_statement() -> None:
    """The incident: `ses:SendEmail` was added to a statement that lists no SES resource."""
    document = policy(allow("s3:GetObject", "ses:SendEmail", on=BUCKET))
    made = world(stage("dev", document, need("ses:SendEmail", SENDER, 20)))
    assert made.said(ID) == [
        'warning dev policy-dev.json:8 <"ses:SendEmail">: `ses:SendEmail` can match no resource of'
        " its statement (`arn:aws:s3:::b/*`): it takes"
        " `arn:aws:ses:${Region}:${Account}:identity/${IdentityName}`"
    ]
    (finding,) = made.findings(ID)
    assert finding.why == "It grants nothing, so the call that needs `ses:SendEmail` is denied."
    assert [one.span.line for one in finding.related] == [20]
    assert json.loads(finding.patch) == allow(
        "ses:SendEmail", on="arn:aws:ses:*:*:identity/me@example.com"
    )


def test_without_a_call_it_is_taken_out() -> None:
    document = policy(allow("s3:GetObject", "kms:Decrypt", on=BUCKET, Sid="Read"))
    (finding,) = world(stage("dev", document)).findings(ID)
    assert finding.action == "kms:Decrypt"
    assert finding.why == "This part of the statement grants nothing."
    assert json.loads(finding.patch) == allow("s3:GetObject", on=BUCKET, Sid="Read")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            allow("ses:SendEmail", on="arn:aws:ssm:eu-west-1:111122223333:parameter/x"),
            ["`ses:SendEmail` can match no resource"],
        ),
        (allow("kms:*", on=BUCKET), ["`kms:*` can match no resource"]),
        (
            allow("ssm:GetParameter", on="arn:aws:ssm:eu-west-1::parameter/x"),
            ["`arn:aws:ssm:eu-west-1::parameter/x` matches nothing: its account is empty"],
        ),
        (
            allow("dynamodb:GetItem", on="arn:aws:dynamodb:::table/x"),
            ["`arn:aws:dynamodb:::table/x` matches nothing: its region and account are empty"],
        ),
        (
            allow("s3:GetObject", on="arn:aws:s3:eu-west-1:111122223333:b/*"),
            [
                "`arn:aws:s3:eu-west-1:111122223333:b/*` matches nothing:"
                " ARNs of this kind have no region and account"
            ],
        ),
        (
            allow("dynamodb:GetItem", on=[ANY_TABLE + "x", BUCKET]),
            ["no action of this statement can match `arn:aws:s3:::b/*`"],
        ),
        (
            allow("s3:GetObject", on=["arn:aws:s3:::b", BUCKET]),
            ["no action of this statement can match `arn:aws:s3:::b`"],
        ),
        (allow("s3:ListBucket", on=BUCKET), ["`s3:ListBucket` can match no resource"]),
    ],
)
def test_without_effect(statement: dict[str, object], expected: list[str]) -> None:
    found = world(stage("dev", policy(statement))).findings(ID)
    assert len(found) == len(expected)
    for finding, start in zip(found, expected, strict=True):
        assert finding.message.startswith(start)


def test_an_empty_account_is_filled_in() -> None:
    document = policy(allow("ssm:GetParameter", on="arn:aws:ssm:eu-west-1::parameter/x"))
    wanted = need("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/x", 4)
    made = world(stage("dev", document, wanted, account="111122223333"))
    (finding,) = made.findings(ID)
    assert made.under(finding.span) == '"arn:aws:ssm:eu-west-1::parameter/x"'
    assert finding.fix == "Write `arn:aws:ssm:eu-west-1:111122223333:parameter/x`."
    assert [one.span.line for one in finding.related] == [4]


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:GetObject", "s3:ListBucket", on=["arn:aws:s3:::b", BUCKET]),
        allow("s3:*", on=["arn:aws:s3:::b", BUCKET]),
        allow("s3:ListAllMyBuckets", on="arn:aws:s3:::*"),
        allow("ses:SendEmail", on="*"),
        allow("*", on=BUCKET),
        allow("dynamodb:ListTables", "dynamodb:GetItem", on="*"),
        allow("dynamodb:*", on=ANY_TABLE + "x"),
        allow("dynamodb:Query", on=[ANY_TABLE + "x", ANY_TABLE + "x/index/*"]),
        allow("ssm:GetParameter", on="arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/app}/*"),
        allow("s3:GetObject", on="arn:aws:s3:::${aws:username}/*"),
        allow("sqs:SendMessage", on="arn:aws:sqs:*:*:*"),
        allow("logs:PutLogEvents", "logs:CreateLogGroup", on="arn:aws:logs:*:*:*"),
        allow("secretsmanager:GetSecretValue", on="arn:aws:secretsmanager:*:*:secret:app-??????"),
        allow("nosuch:Action", on=BUCKET),
        allow("dynamodb:UpdateItems", on=ANY_TABLE + "x"),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": BUCKET},
        {"Effect": "Allow", "Action": "ses:SendEmail", "NotResource": BUCKET},
        deny("ses:SendEmail", on=BUCKET),
    ],
    ids=str,
)
def test_silent(statement: dict[str, object]) -> None:
    assert world(stage("dev", policy(statement))).said(ID) == []


def test_silent_where_the_catalog_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam, "action_fits_resource", lambda action, resource: None)
    assert ineffective_grant.fits.__wrapped__("ses:SendEmail", BUCKET)


def test_silent_where_the_policy_is_not_written_by_people() -> None:
    document = policy(allow("ses:SendEmail", on=BUCKET))
    assert world(stage("dev", document, generated=True)).said(ID) == []
    assert world(stage("dev", document, unknown="elsewhere")).said(ID) == []


def test_a_grant_that_works_elsewhere_is_still_idle_here() -> None:
    document = policy(
        allow("dynamodb:GetItem", on=ANY_TABLE + "x"), allow("dynamodb:GetItem", on=BUCKET)
    )
    made = world(stage("dev", document, need("dynamodb:GetItem", TABLE + "x")))
    (finding,) = made.findings(ID)
    assert finding.why == "This part of the statement grants nothing."
