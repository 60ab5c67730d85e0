"""The examples of docs/generate.md, run."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest

from remit.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "generate.md").read_text(encoding="utf-8")
RUNS = re.findall(r"```text\n\$ remit (.*)\n((?:.*\n)*?)```", PAGE)
CALLS = re.findall(r"```jsonl\n((?:.*\n)*?)```", PAGE)


@pytest.mark.parametrize(("command", "expected"), RUNS, ids=[one[0] for one in RUNS])
def test_the_examples_of_the_page(
    command: str,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is printed is what the page shows, up to a line of three dots."""
    if "examples" in command:
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "calls.jsonl").write_text(CALLS[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    main(command.split())
    shown = expected.removesuffix("...\n")
    printed = capsys.readouterr().out
    assert printed == shown if shown == expected else printed.startswith(shown)


def test_there_are_examples() -> None:
    assert len(RUNS) == 2 and len(CALLS) == 1


def test_every_option_has_its_place_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["generate", "--help"])
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help", "--framework"}
    assert {one for one in options if one not in PAGE} == set()
