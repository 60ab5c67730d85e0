"""unknown-action: names that AWS does not have."""

from __future__ import annotations

import json

import pytest

from .support import ANY_TABLE, TABLE, allow, deny, need, policy, stage, world

ID = "unknown-action"


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            "dynamodb:UpdateItems",
            "AWS has no action `dynamodb:UpdateItems` (as of 2026-10-27);"
            " the nearest is `dynamodb:UpdateItem`",
        ),
        (
            "dynamo:GetItem",
            "AWS has no service `dynamo` (as of 2026-10-27); the nearest is `dynamodb:GetItem`",
        ),
        (
            "dynamo:*",
            "AWS has no service `dynamo` (as of 2026-10-27); the nearest is `dynamodb:*`",
        ),
        (  # an operation's name; what it needs has another (S3 User Guide, using-with-s3-policy-actions)
            "s3:ListObjects",
            "AWS has no action `s3:ListObjects` (as of 2026-10-27); the nearest is `s3:ListBucket`",
        ),
        (
            "s3:HeadBucket",
            "AWS has no action `s3:HeadBucket` (as of 2026-10-27); the nearest is `s3:ListBucket`",
        ),
        ("s3:Xyzzy*", "AWS has no action `s3:Xyzzy*` (as of 2026-10-27)"),
        ("nosuch:*", "AWS has no service `nosuch` (as of 2026-10-27)"),
    ],
)
def test_unknown(action: str, message: str) -> None:
    made = world(stage("dev", policy(allow(action, on=ANY_TABLE + "x"))))
    assert made.said(ID) == [f'warning dev policy-dev.json:6 <"{action}">: {message}']


def test_the_mended_statement_and_the_call_that_suffers() -> None:
    document = policy(allow("dynamodb:UpdateItems", "dynamodb:GetItem", on=ANY_TABLE + "x"))
    made = world(stage("dev", document, need("dynamodb:UpdateItem", TABLE + "x", 9)))
    (finding,) = made.findings(ID)
    assert finding.why == "The entry grants nothing."
    assert finding.fix == "Write `dynamodb:UpdateItem`."
    assert json.loads(finding.patch) == allow(
        "dynamodb:UpdateItem", "dynamodb:GetItem", on=ANY_TABLE + "x"
    )
    assert [one.span.line for one in finding.related] == [9]


def test_in_a_deny_it_is_worse() -> None:
    (finding,) = world(stage("dev", policy(deny("s3:DeleteObjekt")))).findings(ID)
    assert finding.why == "The entry denies nothing: what it was meant to stop stays allowed."


@pytest.mark.parametrize(
    "action", ["*", "*:*", "dynamodb:*", "dynamodb:Get*", "DYNAMODB:getitem", "s3:Get?bject"]
)
def test_silent(action: str) -> None:
    assert world(stage("dev", policy(allow(action)))).said(ID) == []


@pytest.mark.parametrize("action", ["GetItem", "dynamodb:", "a:b:c"])
def test_what_has_the_wrong_form_is_for_invalid_policy(action: str) -> None:
    assert world(stage("dev", policy(allow(action)))).said(ID) == []
