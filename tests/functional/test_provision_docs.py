"""docs/provision.md: its example, run; its table, compared with the code."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
pytest.importorskip("samtranslator", reason="the extra `sam` is not installed")

from remit.app.provision.table import KINDS
from remit.cli.main import main
from remit.deploy.terraform.deployed import ROWS

PAGE = (Path(__file__).parents[2] / "docs" / "provision.md").read_text(encoding="utf-8")
FILES = re.findall(r"^`([a-z.]+)`:\n\n```[a-z]+\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
[(COMMAND, SHOWN)] = re.findall(r"```text\n\$ remit (.*)\n((?:.*\n)*?)```", PAGE)
[*ROWS_SHOWN] = re.findall(r"^\| `(AWS::[A-Za-z0-9:]+)` \| (.*?) \|", PAGE, re.MULTILINE)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """moto's state is the process's."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    yield
    BackendDict.reset()


def test_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every part between lines of three dots is printed, in this order."""
    assert [name for name, _ in FILES] == ["template.yaml", "script.py"]
    for name, text in FILES:
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    argv = [sys.executable if word == "python" else word for word in shlex.split(COMMAND)]
    assert main(argv) == 1
    printed = capfd.readouterr().err
    at = 0
    for part in SHOWN.split("...\n"):
        at = printed.index(part, at) + len(part)


def test_the_table() -> None:
    assert [name for name, _ in ROWS_SHOWN] == sorted(KINDS)
    for name, shown in ROWS_SHOWN:
        own = {terraform for terraform, row in ROWS.items() if row.type == name}
        listed = set(re.findall(r"`(aws_[a-z0-9_]+)`", shown))
        assert own == listed, name
