"""The example project, checked by the real command: exactly the hand-judged rows of EXPECTED.md."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from remit.cli.main import main

PROJECT = Path(__file__).parents[2] / "examples" / "orders-api"
ROW = re.compile(
    r"^\| *(?P<id>[\w:-]+) *\| *(?P<stage>\w+) *\| *(?P<file>\S+) *\| *(?P<line>\d+) *\|.*\| *`(?P<text>.*)` *\|$"
)


def expected() -> list[dict[str, str]]:
    rows = (PROJECT / "EXPECTED.md").read_text().splitlines()
    return [match.groupdict() for row in rows if (match := ROW.match(row))]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, object]]]:
    target = tmp_path_factory.mktemp("demo") / "report.json"
    assert main(["check", str(PROJECT), "--format", "json", "--output", str(target)]) == 1
    found: dict[str, list[dict[str, object]]] = json.loads(target.read_text())
    return found


def test_every_row_stands_on_the_line_that_it_quotes() -> None:
    for row in expected():
        line = (PROJECT / row["file"]).read_text().splitlines()[int(row["line"]) - 1]
        assert row["text"] in line, row


def test_the_report_is_the_table(report: dict[str, list[dict[str, object]]]) -> None:
    def rows(kind: str, name: str) -> Counter[tuple[object, ...]]:
        return Counter(
            (one[name], one["stage"], one["location"]["file"], one["location"]["line"])  # type: ignore[index]
            for one in report[kind]
        )

    wanted = Counter((r["id"], r["stage"], r["file"], int(r["line"])) for r in expected())
    assert rows("findings", "id") + rows("unresolved", "action") == wanted


def test_all_calls_were_followed(report: dict[str, object]) -> None:
    calls = report["stats"]["calls"]  # type: ignore[index]
    assert calls["found"] == calls["followed"] > 0
    assert report["unattributed"] == report["problems"] == []
