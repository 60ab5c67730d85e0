"""The example project's own tests: refused at exactly the places that `remit check` accuses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from remit.cli.main import main
from tests.testing.test_plugin import SOURCE, outcome, run

PROJECT = Path(__file__).parents[2] / "examples" / "orders-api"
DENIED = re.compile(
    r"^denied: (?P<action>\S+) on \S+\n\s+call\s+\S+\s+at\s+(?P<file>[^\s:]+):(?P<line>\d+),"
    r".*?^(?P<statement> +\{\n.*?^ +\})$",
    re.MULTILINE | re.DOTALL,
)
REPORTED = re.compile(
    r"^denied: .*?^  code: +(?P<file>[^\s:]+):(?P<line>\d+):.*?^(?P<statement> +\{\n.*?^ +\})$",
    re.MULTILINE | re.DOTALL,
)
Place = tuple[str, str, str, int]


def by_tests(said: str) -> set[Place]:
    """(action, resource, file, line) of what the run of tests was denied; the resource is that of
    the statement to add, for a test knows one key of the bucket only."""
    found = set()
    for match in DENIED.finditer(said):
        resource = json.loads(match["statement"])["Resource"]
        found.add((match["action"], resource, match["file"], int(match["line"])))
    return found


def by_run(said: str) -> set[Place]:
    """The same of what `remit run` reports at its end."""
    found = set()
    for match in REPORTED.finditer(said):
        statement = json.loads(match["statement"])
        place = match["file"], int(match["line"])
        found.add((statement["Action"], statement["Resource"], *place))
    return found


def by_check(stage: str, folder: Path) -> set[Place]:
    """The same of what `remit check` finds."""
    report = folder / "report.json"
    options = ["--stage", stage, "--format", "json", "--output", str(report)]
    assert main(["check", str(PROJECT), *options]) == 1
    return {
        (one["action"], one["resource"], one["location"]["file"], one["location"]["line"])
        for one in json.loads(report.read_text())["findings"]
        if one["id"] in ("missing-permission", "denied-at-import")
    }


def test_the_tests_pass_without_remit() -> None:
    status, said = run(PROJECT, "-p", "no:remit")
    assert (status, outcome(said)) == (0, "11 passed"), said


@pytest.mark.parametrize(("stage", "failed"), [("dev", 4), ("prod", 6)])
def test_static_and_dynamic_agree(stage: str, failed: int, tmp_path: Path) -> None:
    status, said = run(PROJECT, f"--remit-stage={stage}")
    assert (status, outcome(said)) == (1, f"{failed} failed, {11 - failed} passed"), said
    assert by_tests(said) == by_check(stage, tmp_path)
    assert len(by_tests(said)) == failed
    assert said.count("denied: ") == failed
    assert "1 need of the code that no test exercised:\n  dynamodb:Scan on" in said


@pytest.mark.parametrize(("stage", "failed"), [("dev", 4), ("prod", 6)])
def test_the_tests_fail_under_remit_run(stage: str, failed: int, tmp_path: Path) -> None:
    """`remit run -- pytest`: the tests use moto in their own process, which the run hears of."""
    main_of = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    pytest_of = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-c", main_of, "run", "--stage", stage, "--", *pytest_of],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, outcome(ended.stdout)) == (
        1,
        f"{failed} failed, {11 - failed} passed",
    ), ended.stdout + ended.stderr
    assert by_run(ended.stderr) == by_check(stage, tmp_path)
    assert f"{failed} calls were denied, {failed} different ones" in ended.stderr
