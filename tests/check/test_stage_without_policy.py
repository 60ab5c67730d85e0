"""stage-without-policy: the file that the configuration names is not there."""

from __future__ import annotations

import json

from .support import ANY_TABLE, LOG, TABLE, allow, log_needs, need, policy, stage, world

ID = "stage-without-policy"


def test_one_finding_with_the_whole_policy() -> None:
    wanted = [
        need("dynamodb:GetItem", TABLE + "orders", 7),
        need("dynamodb:PutItem", TABLE + "orders", 8),
        need("dynamodb:PutItem", TABLE + "orders", 9),
        need("s3:GetObject", "arn:aws:s3:::b/{data:key}", 10),
        need("kms:Decrypt", "arn:aws:kms:{region}:{account}:key/{data:k}", condition="`K` is set"),
        *log_needs(),
    ]
    made = world(stage("dev", None, *wanted, missing=".chalice/policy-dev.json", file=None))
    assert made.said(ID) == [
        "error dev config.json:2 <config.json>:"
        " there is no policy: `policy-dev.json` does not exist"
    ]
    (finding,) = made.findings(ID)
    assert json.loads(finding.patch) == {
        "Version": "2012-10-17",
        "Statement": [
            allow("dynamodb:GetItem", "dynamodb:PutItem", on=ANY_TABLE + "orders"),
            LOG,
            allow("s3:GetObject", on="arn:aws:s3:::b/*"),
        ],
    }
    assert {one.id for one in [finding]} == {ID}
    assert made.said("missing-permission") == []
    assert made.said("no-log-permission") == []


def test_resources_with_the_same_actions_share_a_statement() -> None:
    wanted = [need("dynamodb:GetItem", TABLE + name) for name in ("b", "a")]
    (finding,) = world(stage("dev", None, *wanted, missing="p.json")).findings(ID)
    assert json.loads(finding.patch)["Statement"] == [
        allow("dynamodb:GetItem", on=[ANY_TABLE + "a", ANY_TABLE + "b"])
    ]


def test_silent_with_a_policy() -> None:
    assert world(stage("dev", policy(LOG))).said(ID) == []
    assert world(stage("dev", None, unknown="elsewhere")).said(ID) == []
