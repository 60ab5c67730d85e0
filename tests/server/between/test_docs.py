"""docs/between.md says what the server does."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.server.between.world import World

PAGE = (Path(__file__).parents[3] / "docs" / "between.md").read_text("utf-8")


def test_the_example(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    program = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    for variable, value in {
        "AWS_ENDPOINT_URL": world.live.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": world.live.administrator.id,
        "AWS_SECRET_ACCESS_KEY": world.live.administrator.secret,
    }.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(program, "docs/between.md", "exec"), {})  # noqa: S102 - our own page
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert said.getvalue() == "False\n"
    denied = world.heard.all[-2]  # the last is the look into the queue
    told = re.search(r"^The log has\n\n    (.*)$", PAGE, re.MULTILINE)
    assert told is not None
    assert told[1].replace("123456789012", "111122223333").split() == [
        denied.principal,
        denied.request.action,
        denied.request.resource,
        denied.decision.verdict,
    ]


def test_every_action_that_is_asked_for_is_on_the_page() -> None:
    """Of services as themselves and as roles; what a stack makes is told by type."""
    from remit.server.between import functions, log_groups, rules, topics

    asked = {
        *topics._ACTIONS.values(),
        *(action for actions in rules._BY_POLICY.values() for action in actions),
        *rules._BY_ROLE.values(),
        *log_groups._BY_ROLE.values(),
        *(f"sqs:{action}" for action in functions._READING["sqs"]),
        *functions._STREAM,
    }
    assert {action for action in asked if f"`{action}`" not in PAGE} == set()
