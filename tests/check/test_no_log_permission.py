"""no-log-permission: why CloudWatch stayed empty."""

from __future__ import annotations

import json

import pytest

from .support import LOG, allow, deny, log_needs, need, policy, stage, world

ID = "no-log-permission"
OTHER = allow("s3:GetObject", on="arn:aws:s3:::b/*")
ALL_THREE = "`logs:CreateLogGroup`, `logs:CreateLogStream` and `logs:PutLogEvents` are denied"


def test_a_policy_without_logs() -> None:
    made = world(stage("dev", policy(OTHER), *log_needs()))
    assert made.said(ID) == [
        f"warning dev policy-dev.json:1 <>: the role may not write the log: {ALL_THREE}"
    ]
    (finding,) = made.findings(ID)
    assert finding.why == ("The function runs, but CloudWatch stays empty: errors leave no trace.")
    assert json.loads(finding.patch) == LOG
    assert made.said("missing-permission") == []


@pytest.mark.parametrize(
    ("statement", "severity", "missing"),
    [
        (
            allow("logs:CreateLogStream", "logs:PutLogEvents", on="arn:aws:logs:*:*:*"),
            "note",
            "`logs:CreateLogGroup` is denied",
        ),
        (
            allow("logs:CreateLogGroup", "logs:CreateLogStream", on="arn:aws:logs:*:*:*"),
            "warning",
            "`logs:PutLogEvents` is denied",
        ),
        (
            allow("logs:*", on="arn:aws:logs:*:*:log-group:/aws/lambda/app-prod*"),
            "warning",
            ALL_THREE,
        ),
    ],
    ids=["the group may exist", "no events", "the sibling's group"],
)
def test_in_part(statement: dict[str, object], severity: str, missing: str) -> None:
    (line,) = world(stage("dev", policy(statement), *log_needs())).said(ID)
    assert line == (
        f"{severity} dev policy-dev.json:1 <>: the role may not write the log: {missing}"
    )


def test_a_deny_is_not_mended_by_an_allow() -> None:
    (finding,) = world(stage("dev", policy(LOG, deny("logs:*")), *log_needs())).findings(ID)
    assert finding.patch == ""
    assert finding.related[0].note == "this statement denies it"


@pytest.mark.parametrize(
    "statement", [LOG, allow("logs:*"), allow("*")], ids=["chalice", "logs", "all"]
)
def test_silent_when_granted(statement: dict[str, object]) -> None:
    assert world(stage("dev", policy(statement), *log_needs())).said(ID) == []


def test_silent_without_a_known_policy_and_without_log_needs() -> None:
    assert world(stage("dev", None, *log_needs(), unknown="elsewhere")).said(ID) == []
    assert world(stage("dev", None, *log_needs(), missing="policy-dev.json")).said(ID) == []
    assert (
        world(stage("dev", policy(OTHER), need("s3:GetObject", "arn:aws:s3:::b/k"))).said(ID) == []
    )
