"""The example of docs/run.md, run."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from remit.cli import question
from remit.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
[(COMMAND, SHOWN), (GRANTING, ASKED)] = re.findall(r"```text\n\$ remit (.*)\n((?:.*\n)*?)```", PAGE)
DELETES = (
    "import boto3\n"
    "s3 = boto3.client('s3')\n"
    "try: s3.delete_object(Bucket='shop-invoices-prod', Key='invoices/1.pdf')\n"
    "except s3.exceptions.ClientError as error: print(error)"
)


def test_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every part between lines of three dots is printed, in this order."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    argv = [sys.executable if word == "python" else word for word in shlex.split(COMMAND)]
    assert main(argv) == 1
    printed = capfd.readouterr().err
    at = 0
    for part in SHOWN.split("...\n"):
        at = printed.index(part, at) + len(part)


def test_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As above, with a command that is denied just that."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)

    def typed(text: str, answers: Mapping[str, str], otherwise: str) -> str:
        sys.stderr.write(f"{text}y\n")
        return answers["y"]

    monkeypatch.setattr(question, "at_terminal", lambda: True)
    monkeypatch.setattr(question, "choose", typed)
    monkeypatch.setattr(sys, "stdout", sys.stderr)  # one screen, as at a terminal
    argv = shlex.split(GRANTING)
    assert main([*argv[: argv.index("--") + 1], sys.executable, "-c", DELETES]) == 0
    printed, at = capfd.readouterr().err, 0
    for part in ASKED.split("...\n"):
        at = printed.index(part, at) + len(part)


@pytest.mark.parametrize("verb", ["run", "credentials"])
def test_every_option_has_its_place_on_the_page(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([verb, "--help"])
    options = set(re.findall(r"--[a-z]+[a-z-]*", capsys.readouterr().out)) - {
        "--help",
        "--framework",
    }
    assert {one for one in options if one not in PAGE} == set()
