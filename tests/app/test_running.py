"""As whom a command runs, and what is said of its denials: without a server."""

from __future__ import annotations

import json

import pytest

from remit.app.errors import InputError
from remit.app.project import Asked
from remit.app.running import Denied, Plan, Told, plan, told
from remit.core.tree import MemoryTree

ALLOW = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:jobs"}
DENY = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:jobs-*"}
WHEN = {
    "Effect": "Allow",
    "Action": "sqs:DeleteMessage",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
}
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "Jobs": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        "Worker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Code": "src",
                "Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]},
                "Environment": {
                    "Variables": {
                        "MODE": "fast",
                        "PLACE": {"Fn::Sub": "at ${AWS::Region}"},
                        "TABLE": {"Ref": "Jobs"},
                    }
                },
            },
        },
        "WorkerRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                "Policies": [
                    {
                        "PolicyName": "own",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [ALLOW, DENY, WHEN],
                        },
                    }
                ],
            },
        },
    },
}
TREE = MemoryTree({"template.json": json.dumps(TEMPLATE, indent=1), "src/app.py": "def handler(e, c): pass\n"})  # fmt: skip
ASKED = Asked("template.json")
QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def planned() -> Plan:
    return plan(TREE, ASKED, function="Worker")


def of(action: str, resource: str, **context: str) -> Denied:
    named = {key.replace("_", ":"): value for key, value in context.items()}
    return Denied("sqs", action.partition(":")[2], action, resource, "why", named)


def only(*denied: Denied) -> Told:
    [found] = told(TREE, planned(), denied)
    return found


def test_the_environment_of_a_function() -> None:
    found = planned()
    assert found.environment == {"MODE": "fast", "PLACE": "at us-east-1"}
    assert any(note.startswith("`TABLE` is not set") for note in found.notes)


@pytest.mark.parametrize(
    ("function", "role", "said"),
    [("Nobody", None, "no such function: `Nobody`"), (None, "none", "no such role: `none`")],
)
def test_who_is_not_there(function: str | None, role: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan(TREE, ASKED, function, role)


def test_a_silent_policy() -> None:
    """The account stands for one that is not known: it must not end in a policy."""
    found = only(of("sqs:SendMessage", QUEUE + "other")).finding
    assert found is not None
    assert "lists `arn:aws:sqs:*:*:jobs`" in found.related[0].note
    assert QUEUE not in found.patch
    assert "other" in found.patch


def test_a_deny_statement() -> None:
    """Nothing to add helps: the place of the Deny is told."""
    found = only(of("sqs:SendMessage", QUEUE + "jobs-1")).finding
    assert found is not None
    assert (found.patch, found.related[0].note) == ("", "this statement denies it")
    assert found.related[0].span.file == "template.json"


@pytest.mark.parametrize(("region", "allowed"), [("us-east-1", False), ("eu-west-1", True)])
def test_conditions_are_asked_with_the_requests_own_context(region: str, allowed: bool) -> None:
    """Where the role's own policy allows it, no statement of it is blamed."""
    found = only(of("sqs:DeleteMessage", QUEUE + "x", aws_RequestedRegion=region)).finding
    assert (found is None) is allowed
    if found is not None:
        assert "asks `aws:RequestedRegion` for `eu-west-1`" in found.related[0].note


def test_a_call_of_which_no_permission_is_known() -> None:
    found = only(Denied("sqs", "Unheard", None, None, "why"))
    assert found.finding is None


def test_the_same_denial_is_told_once() -> None:
    one = of("sqs:SendMessage", QUEUE + "other")
    assert only(one, one, one).times == 3


def test_nothing_denied() -> None:
    assert told(TREE, planned(), ()) == ()
