"""`remit log` from the outside: the table at two widths, JSON, filters, following, errors."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from remit.cli.main import main
from remit.report.decisions import Decisions
from remit.report.terminal import Screen, cells
from remit.store.decision_log import connect
from tests.store.log_suite import DENIED, READ, ROOT, THREE, UNKNOWN, stored

SELF = [sys.executable, "-c", "from remit.cli.main import entry; entry()", "log"]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of three decisions, of a minute each until now, in its usual place."""
    path = tmp_path / ".remit/decisions.sqlite"
    now = time.time()
    with closing(connect(path)) as written:
        stored(*(written.put(replace(e, time=now - 3600 * (2 - i))) for i, e in enumerate(THREE)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REMIT_LOG", raising=False)
    return path


def table(width: int, whole: bool = False) -> list[str]:
    drawn = Decisions(Screen(width), whole, lambda at: datetime.fromtimestamp(at, UTC))
    return drawn.head() + [line for entry in THREE for line in drawn.lines(entry)]


# -- the table ---------------------------------------------------------------------------------


def test_80_columns() -> None:
    assert table(80) == [
        "TIME      VERDICT  ACTION             PRINCIPAL          RESOURCE",
        "2025-06-15 +00:00",
        "15:06:40  allowed  dynamodb:GetItem   …med-role/app/one  …122223333:table/orders",
        "15:07:40  denied   s3:PutObject       …med-role/app/one  …aws:s3:::logs/100%_!/a",
        "          explicit deny: scp p-home statement 0; permissionsBoundary edge",
        "          statement 1 `No`",
        "15:08:40  denied   s3:ListBucket      anonymous          arn:aws:s3:::Logs",
        "          the operation was not recognized",
    ]


def test_200_columns() -> None:
    lines = table(200)
    assert lines[1] == (
        "2025-06-15 15:06:40+00:00  allowed  0.042 ms    dynamodb:GetItem                      "
        "arn:aws:sts::111122223333:assumed-role/app/one    "
        "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    )
    assert lines[3].strip() == (
        "explicit deny: scp p-home statement 0; permissionsBoundary edge statement 1 `No`"
    )
    assert len(lines) == 6


@pytest.mark.parametrize("width", [1, 20, 40, 80, 119, 120, 200])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    """Where there is any room: a time, a verdict and three columns take 46 cells."""
    assert all(cells(line) <= max(width, 47) for line in table(width)) or width < 47


def test_a_new_day_and_a_new_offset_are_told() -> None:
    zone = [timezone(timedelta(hours=2)), timezone(timedelta(hours=1)), UTC]
    drawn = Decisions(Screen(80), False, lambda at: datetime.fromtimestamp(at, zone[0]))
    lines: list[str] = []
    for _ in range(3):
        lines += drawn.lines(READ)
        lines += drawn.lines(READ)
        zone.pop(0)
        if not zone:
            break
    days = [line for line in lines if line.startswith("2025")]
    assert days == ["2025-06-15 +02:00", "2025-06-15 +01:00", "2025-06-15 +00:00"]


def test_hostile_text_is_shown_as_text() -> None:
    evil = replace(READ, resource="\x1b[2J\u202e表" * 40, note="\r\nfake: allowed")
    for whole in (True, False):
        drawn = Decisions(Screen(80), whole, lambda at: datetime.fromtimestamp(at, UTC))
        text = "".join(drawn.lines(evil))
        assert text.isprintable()
        if not whole:
            assert all(cells(line) <= 80 for line in drawn.lines(evil))


def test_the_page_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/log.md: each command of its example, with what it prints."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's zone can't be set for a process")
    monkeypatch.setenv("TZ", "UTC0")
    time.tzset()
    monkeypatch.setenv("REMIT_LOG", str(tmp_path / "log"))
    with closing(connect(tmp_path / "log")) as written:
        stored(*map(written.put, THREE))
    page = (ROOT / "docs/log.md").read_text("utf-8")
    example = page.split("```console\n")[1].split("```")[0]
    for part in example.removeprefix("$ ").split("\n$ "):
        command, expected = part.split("\n", 1)
        assert main(shlex.split(command)[1:]) == 0
        assert capsys.readouterr().out.strip() == expected.strip()
    monkeypatch.undo()
    time.tzset()


# -- the verb ----------------------------------------------------------------------------------


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["log", "--format", "json", *arguments]) == 0
    return [json.loads(line)["requestId"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "123"),
        (["--denied"], "23"),
        (["--since", "90m"], "23"),
        (["--until", "90m"], "1"),
        (["--since", "90m", "--until", "30m"], "2"),
        (["--principal", "role/app"], "12"),
        (["--principal", "role/app*"], ""),
        (["--action", "getitem"], "1"),
        (["--action", "s3:*"], "23"),
        (["--resource", "logs"], "2"),
        (["--limit", "1"], "3"),
        (["--limit", "0"], ""),
        (["--principal", ""], "123"),
    ],
)
@pytest.mark.usefixtures("log")
def test_what_is_asked_for(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, *arguments) == [f"req-{one}" for one in expected]


def test_which_log(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = log.with_name("other")
    with closing(connect(other)) as written:
        stored(written.put(replace(READ, request_id="other")))
    monkeypatch.setenv("REMIT_LOG", str(other))
    assert shown(capsys) == ["other"]
    assert shown(capsys, "--log", str(log)) == ["req-1", "req-2", "req-3"]


@pytest.mark.usefixtures("log")
def test_to_a_file_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--resource", "table/orders"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["TIME", "VERDICT", "TOOK", "ACTION", "PRINCIPAL", "RESOURCE"]
    assert row.split()[2:] == ["allowed", "0.042", "ms", READ.action, READ.principal, READ.resource]
    assert datetime.fromisoformat(" ".join(row.split()[:2])).tzinfo is not None


@pytest.mark.usefixtures("log")
def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--format", "json", "--limit", "2"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert datetime.fromisoformat(first.pop("time")).tzinfo is not None
    assert first == {
        "requestId": "req-2",
        "principal": DENIED.principal,
        "action": "s3:PutObject",
        "resource": DENIED.resource,
        "decision": "explicitDeny",
        "determining": [
            {"layer": "scp", "policy": "p-home", "statement": 0, "sid": None},
            {"layer": "permissionsBoundary", "policy": "edge", "statement": 1, "sid": "No"},
        ],
        "latencyMs": 0.042,
        "service": "s3",
        "operation": "PutObject",
        "note": "",
    }
    assert second["note"] == UNKNOWN.note


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--log", "nowhere"], "there is no decision log at `nowhere`"),
        (["--log", "."], "there is no decision log at `.`"),
        (["--log", "notes.txt"], "`notes.txt` is no decision log"),
        (["--log", "mysql://u:p@h/d"], "begins with `mysql://`"),
        (["--since", "1x"], "`--since`: `1x` is no time: write one as `30s`"),
        (["--until", ""], "`--until`: `` is no time"),
        (["--limit", "-3"], "`--limit`: `-3` is no number"),
        (["--limit", "1e3"], "`--limit`: `1e3` is no number"),
        (["--follow", "--until", "1h"], "`--follow` does not go with `--until`"),
    ],
)
def test_bad_usage(
    arguments: list[str], said: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (log.parents[1] / "notes.txt").write_text("x" * 2000)
    assert main(["log", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "fault of remit" not in err


def test_following_until_ctrl_c(log: Path) -> None:
    command = [*SELF, "--log", str(log), "--follow", "--denied", "--format", "json", "--limit", "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["requestId"] == "req-3"
        with closing(connect(log)) as written:
            stored(written.put(READ), written.put(replace(DENIED, request_id="new")))
        assert json.loads(child.stdout.readline())["requestId"] == "new"
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == child.stderr.read() == ""
    assert child.returncode == 0


def test_a_reader_that_goes_away(log: Path) -> None:
    """`remit log --follow | head -1` ends when there is something to show that nobody reads."""
    with subprocess.Popen(
        [*SELF, "--log", str(log), "--follow"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        with closing(connect(log)) as written:
            while child.poll() is None:
                stored(written.put(READ))
        assert child.stderr.read() == ""
    assert child.returncode == 0
