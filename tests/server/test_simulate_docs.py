"""The example of docs/simulate.md, run against a server."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import boto3
import pytest

from tests.server.live import ACCOUNT, REGION, Live

PAGE = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text("utf-8")
[PROGRAM] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
[PRINTED] = re.findall(r"^prints\n\n```text\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_tells_the_truth(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": live.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": live.administrator.id,
        "AWS_SECRET_ACCESS_KEY": live.administrator.secret,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    said = io.StringIO()
    program = PROGRAM.replace("123456789012", ACCOUNT)
    with redirect_stdout(said):
        exec(compile(program, "docs/simulate.md", "exec"), {})  # noqa: S102 - our own page
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert said.getvalue() == PRINTED
