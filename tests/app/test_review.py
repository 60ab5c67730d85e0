"""The review: a table of action by stage, and what changed since an earlier state."""

from __future__ import annotations

import json

from remit.app.project import Asked
from remit.app.review import Change, Review, State, review
from remit.core.tree import MemoryTree

APP = """
import os, boto3
from chalice import Chalice
app = Chalice(app_name="shop")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
@app.route("/")
def index():
    return table.get_item(Key={"id": "1"})
@app.route("/", methods=["POST"])
def add():
    return table.put_item(Item={"id": "1"})
"""
CONFIG = {
    "version": "2.0",
    "app_name": "shop",
    "autogen_policy": False,
    "stages": {
        "dev": {"environment_variables": {"TABLE": "orders-dev"}},
        "prod": {"environment_variables": {"TABLE": "orders"}},
    },
}
LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


def tree(dev: list[str], prod: list[str] | None) -> MemoryTree:
    files = {".chalice/config.json": json.dumps(CONFIG), "app.py": APP}
    for stage, actions in (("dev", dev), ("prod", prod)):
        if actions is not None:
            table = f"arn:aws:dynamodb:*:*:table/orders{'-dev' if stage == 'dev' else ''}"
            statements = [
                {"Effect": "Allow", "Action": actions, "Resource": table},
                {"Effect": "Allow", "Action": LOGS, "Resource": "arn:aws:logs:*:*:*"},
            ]
            text = json.dumps({"Version": "2012-10-17", "Statement": statements})
            files[f".chalice/policy-{stage}.json"] = text
    return MemoryTree(files)


def table(found: Review) -> dict[str, tuple[State, ...]]:
    return {row.action: row.states for row in found.rows if row.service == "dynamodb"}


def test_action_by_stage() -> None:
    found = review(tree(["dynamodb:*", "dynamodb:scan"], ["dynamodb:GetItem"]), Asked())
    assert table(found) == {
        "dynamodb:GetItem": (State.GRANTED, State.GRANTED),
        "dynamodb:PutItem": (State.GRANTED, State.MISSING),
        "dynamodb:Scan": (State.UNUSED, State.ABSENT),
        "dynamodb:*": (State.WIDE, State.ABSENT),
    }
    assert found.changes is None


def test_a_stage_without_policy_lacks_everything() -> None:
    found = review(tree(["dynamodb:GetItem"], None), Asked())
    assert table(found)["dynamodb:GetItem"] == (State.GRANTED, State.MISSING)
    assert table(found)["dynamodb:PutItem"] == (State.MISSING, State.MISSING)


def test_only_the_stages_that_are_wanted() -> None:
    found = review(tree(["dynamodb:GetItem"], ["dynamodb:GetItem"]), Asked(stages=("prod",)))
    assert table(found)["dynamodb:GetItem"] == (State.GRANTED,)


def test_what_changed() -> None:
    now, then = tree(["dynamodb:GetItem"], ["dynamodb:GetItem"]), tree(["dynamodb:*"], None)
    found = review(now, Asked(), earlier=then, since="v1")
    dev = "arn:aws:dynamodb:*:*:table/orders-dev"
    assert found.changes is not None
    assert [one for one in found.changes if one.stage == "dev"] == [
        Change("dev", "granted", False, "dynamodb:*", dev),
        Change("dev", "granted", True, "dynamodb:GetItem", dev),
    ]
    assert all(one.added and one.what == "granted" for one in found.changes if one.stage == "prod")
    assert review(now, Asked(), earlier=now, since="v1").changes == ()


def test_an_earlier_state_that_cannot_be_read() -> None:
    now = tree(["dynamodb:GetItem"], None)
    found = review(now, Asked(), earlier=MemoryTree({}), since="v1")
    assert (found.changes, found.since) == (None, "v1")
    assert found.before.startswith("no project that remit reads")
