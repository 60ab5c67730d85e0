"""The policies of a project, validated by `remit check`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remit.app.check import check
from remit.app.model import CheckResult
from remit.core.finding import Confidence, Severity
from remit.core.tree import MemoryTree

TEST = {"ForAllValues:StringEquals": {"aws:PrincipalTag/team": "blue"}}
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:*"}

CHALICE = {
    ".chalice/config.json": json.dumps(
        {
            "version": "2.0",
            "app_name": "a",
            "autogen_policy": False,
            "stages": {"dev": {}, "prod": {}},
        }
    ),
    "app.py": "from chalice import Chalice\napp = Chalice(app_name='a')\n",
}

TEMPLATE = """
Parameters:
  Worker: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "iam:PassRole", Resource: RESOURCE}
"""


def told(result: CheckResult) -> list[tuple[str, int, str]]:
    return [
        (one.stage, one.span.line, one.message.rpartition("(")[2].rstrip(")"))
        for one in result.findings
        if one.id == "policy-validation"
    ]


def chalice(*statements: dict[str, Any]) -> MemoryTree:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=1)
    files = {f".chalice/policy-{stage}.json": policy for stage in ("dev", "prod")}
    return MemoryTree(CHALICE | files)


def test_every_stage_that_holds_the_policy() -> None:
    result = check(chalice(LOGS | {"Condition": TEST}))
    assert told(result) == [
        ("dev", 9, "FORALLVALUES_WITH_SINGLE_VALUED_KEY"),
        ("prod", 9, "FORALLVALUES_WITH_SINGLE_VALUED_KEY"),
    ]
    assert {f.severity for f in result.findings if f.id == "policy-validation"} == {
        Severity.WARNING
    }


def test_what_another_rule_tells_is_told_once() -> None:
    result = check(chalice(LOGS, {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}))
    assert told(result) == []
    assert "unknown-action" in {one.id for one in result.findings}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ('"*"', ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
        ("!Ref Worker", []),
        ('!Sub "arn:aws:iam::${AWS::AccountId}:role/${Worker}"', []),
        ('!Sub "arn:aws:iam::${AWS::AccountId}:role/*"', ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
        ('!Sub "${Worker}"', []),
    ],
)
def test_in_a_template(resource: str, expected: list[str]) -> None:
    result = check(MemoryTree({"template.yaml": TEMPLATE.replace("RESOURCE", resource)}))
    assert [code for _, _, code in told(result)] == expected


def test_it_can_be_silenced() -> None:
    ignore = '[[ignore]]\nfinding = "policy-validation"\nreason = "the deployer needs it"\n'
    tree = chalice(LOGS | {"Condition": TEST})
    files = {name: tree.read(name) for name in tree.files()}
    result = check(MemoryTree(files | {"remit.toml": ignore}))
    assert told(result) == []
    assert len(result.silenced) == 2


def test_what_rests_on_a_listed_type_alone_accuses_nobody() -> None:
    test = {"StringEquals": {"events:source": "shop"}}
    put = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*", "Condition": test}
    [first, _] = [f for f in check(chalice(LOGS, put)).findings if "MISSING_QUALIFIER" in f.message]
    assert (first.severity, first.confidence) == (Severity.NOTE, Confidence.CONDITIONAL)
