"""docs/testing.md: its example prints what it says, and its report is the real one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.testing.test_plugin import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    _, code = next(block for block in BLOCKS if "from remit.testing" in block[1])
    exec(compile(code, "docs/testing.md", "exec"), {})  # noqa: S102  our own page
    assert capsys.readouterr().out == BLOCKS[-1][1]


def test_the_report() -> None:
    first, head, *wanted = BLOCKS[0][1].splitlines()
    assert first.startswith("$ pytest ")
    _, said = run(ROOT / "examples" / "orders-api", *first.split()[2:])
    assert head.strip("= ") in said
    assert "\n".join(wanted) in said


def test_every_option_is_on_the_page() -> None:
    source = (ROOT / "src/remit/testing/plugin.py").read_text()
    names = re.findall(r'^    \("(\w+)", "', source, re.MULTILINE)
    for name in (*names, "observe", "recording"):
        assert f"`--remit-{name}" in PAGE
