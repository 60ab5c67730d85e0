"""Ways to more privilege: opened and closed as the engine decides, not as strings compare."""

from __future__ import annotations

from typing import Any

import pytest

from remit.catalog import iam
from remit.validate.escalation import WAYS
from tests.validate.support import ACCOUNT, FAR, ROLE, allow, deny, document, run

CODE = "REMIT_PRIVILEGE_ESCALATION"


def ways(*statements: dict[str, Any], kind: str = "identity") -> list[str]:
    found = run(document(*statements), kind, least_privilege=True).issues
    return [one.message.partition("the holder can ")[2] for one in found if one.code == CODE]


ATTACH = "attach any policy to a user"
FUNCTION = "run code with any role in a function"
PASS = [allow("iam:PassRole", "*"), allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.what)
def test_each_way_is_open_with_its_actions_and_closed_without_one(way: Any) -> None:
    actions = sorted({action for action, _ in way.steps})
    assert way.what in ways(allow(actions, "*"))
    for missing in actions:
        rest = [action for action in actions if action != missing]
        assert not rest or way.what not in ways(allow(rest, "*"))
        assert way.what not in ways(allow(actions, "*"), deny(missing, "*"))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.what)
def test_the_steps_are_actions_that_there_are(way: Any) -> None:
    for action, _ in way.steps:
        found = iam.action(action)
        assert found is not None and found.full_name == action


@pytest.mark.parametrize(
    ("statements", "open_"),
    [
        ([allow("iam:AttachUserPolicy", "*")], True),
        ([allow("IAM:attach*", "*")], True),
        ([allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/*")], True),
        ([allow("iam:*", f"arn:aws:iam::{FAR}:user/*")], True),  # whatever the account is
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "iam:*", "NotResource": ROLE}], True),
        # one user is not any user
        ([allow("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/bob")], False),
        ([allow("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")], False),
        ([allow("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:role/*")], False),
        ([allow("iam:Get*", "*")], False),
        # a Deny closes, unless it is on another resource
        ([allow("*", "*"), deny("iam:*", "*")], False),
        ([allow("*", "*"), deny("iam:Attach*", "*")], False),
        ([allow("*", "*"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], False),
        ([allow("*", "*"), deny("iam:*", f"arn:aws:iam::{ACCOUNT}:user/bob")], True),
        # a condition that nothing says is met
        ([allow("iam:AttachUserPolicy", "*", Condition={"ArnEquals": {"iam:PolicyARN": ROLE}})], False),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], False),
    ],
)  # fmt: skip
def test_what_opens_and_closes_one_way(statements: list[dict[str, Any]], open_: bool) -> None:
    assert (ATTACH in ways(*statements)) is open_


def test_steps_may_be_granted_by_different_statements() -> None:
    assert FUNCTION in ways(*PASS)
    assert FUNCTION not in ways(*PASS, deny("lambda:InvokeFunction", "*"))
    only_app = allow("iam:PassRole", ROLE)
    assert FUNCTION not in ways(only_app, PASS[1])


@pytest.mark.parametrize("kind", ["boundary", "scp"])
def test_what_only_limits_opens_nothing(kind: str) -> None:
    assert ways(allow("*", "*"), kind=kind) == []


def test_nothing_is_said_unasked() -> None:
    assert CODE not in {one.code for one in run(document(allow("*", "*")), "identity").issues}
