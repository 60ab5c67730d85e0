"""`remit log --port`: what a running server remembers is what its log holds."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from botocore.exceptions import ClientError

from remit.app.decision_notes import Notes
from remit.cli.main import main
from remit.server import metadata
from remit.server.run import build, running
from remit.wiring import decision_log
from tests.cli.test_log import SELF
from tests.server.live import ACCOUNT, REGION, Keys, Live, allow

TOKEN = "an-agreed-token"


@dataclass(frozen=True)
class Site:
    live: Live
    user: Keys
    log: Path
    flags: list[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with a log, and some decisions of each kind."""
    from moto.core.base_backend import BackendDict

    from remit.server.settings import Settings

    BackendDict.reset()
    folder = tmp_path_factory.mktemp("log")
    (folder / "token").write_text(TOKEN)
    with closing(decision_log(folder / "log.sqlite")) as log:
        # The log keeps microseconds, a clock tells more.
        clock = lambda: round(time.time(), 3)  # noqa: E731
        built = build(Settings(region=REGION, account=ACCOUNT), log=Notes(log), clock=clock)
        built, _ = metadata.with_metadata(built, metadata.Delivery(TOKEN))
        keys = [Keys(one.id, one.secret) for one in (built.administrator, built.root)]
        with running(built) as url:
            live = Live(url, built, *keys)
            _, user = live.user(allow("sqs:*"))
            live.client("sqs", user).create_queue(QueueName="jobs")
            for key in ("a", "b", "A"):
                with suppress(ClientError):
                    live.client("s3", user).get_object(Bucket="data", Key=key)
            live.client("sts", user).get_caller_identity()
            flags = ["--port", url.rpartition(":")[2], "--token-file", str(folder / "token")]
            yield Site(live, user, folder / "log.sqlite", flags)
    BackendDict.reset()


FILTERS = [
    [],
    ["--denied"],
    ["--limit", "2"],
    ["--limit", "0"],
    ["--denied", "--limit", "1"],
    ["--action", "getobject"],
    ["--action", "SQS:*"],
    ["--resource", "data/a"],
    ["--resource", "arn:aws:s3:::data/?"],
    ["--principal", "user/user-"],
    ["--principal", "USER/USER-"],
    ["--since", "1h"],
    ["--until", "1h"],
    ["--format", "text"],
    ["--format", "text", "--denied"],
]


@pytest.mark.parametrize("flags", FILTERS, ids=" ".join)
def test_the_same_as_in_the_log(
    flags: list[str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--format" not in flags:
        flags = [*flags, "--format", "json"]
    assert main(["log", "--log", str(site.log), *flags]) == 0
    there = capsys.readouterr().out
    assert main(["log", *site.flags, *flags]) == 0
    assert capsys.readouterr().out == there


def test_some_is_there(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", *site.flags, "--denied", "--format", "json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["resource"][-1] for one in found] == ["a", "b", "A"]
    assert {one["decision"] for one in found} == {"implicitDeny"}


def test_more_than_one_portion(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["log", *site.flags])
    whole = capsys.readouterr().out
    monkeypatch.setattr(metadata, "_PORTION", 2)
    main(["log", *site.flags])
    assert capsys.readouterr().out == whole


UNUSABLE = [
    (["--port", "1"], "go together"),
    (["--token-file", "x"], "go together"),
    (["--port", "1", "--token-file", "/nonexistent"], "cannot read"),
    (["--port", "99999", "--token-file", "{}"], "is no port"),
    (["--port", "1", "--token-file", "{}"], "no server answers"),
    (["--port", "1", "--token-file", "{}", "--log", "x"], "do not go together"),
]


@pytest.mark.parametrize(("flags", "said"), UNUSABLE)
def test_what_cannot_be_used(
    flags: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    assert main(["log", *(flag.format(token) for flag in flags)]) == 2
    assert said in capsys.readouterr().err


def test_a_wrong_token(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = tmp_path / "token"
    token.write_text("wrong")
    assert main(["log", *site.flags[:2], "--token-file", str(token)]) == 2
    assert "wrong authorization token" in capsys.readouterr().err


def test_following(site: Site) -> None:
    """What is decided meanwhile is shown, once."""
    flags = [*site.flags, "--follow", "--denied", "--format", "json"]
    with subprocess.Popen([*SELF, *flags], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = [json.loads(process.stdout.readline())["resource"][-1] for _ in range(3)]
        with pytest.raises(ClientError):
            site.live.client("s3", site.user).get_object(Bucket="data", Key="new")
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert first == ["a", "b", "A"]
    assert json.loads(line)["resource"] == "arn:aws:s3:::data/new"
    assert rest == ""
    assert process.returncode == 0


def test_serve_says_how_to_look(tmp_path: Path) -> None:
    token = tmp_path / "the token"
    argv = [*SELF[:-1], "serve", "--port", "0", "--token-file", str(token)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:  # fmt: skip
        assert server.stderr is not None
        deadline = time.monotonic() + 60
        line = server.stderr.readline()
        while "decisions" not in line and time.monotonic() < deadline:
            line = server.stderr.readline()
        [command] = line.partition("`remit ")[2].split("`")[:1]

        found = subprocess.run(
            [*SELF[:-1], *shlex.split(command.removesuffix(" --follow"))],
            capture_output=True,
            text=True,
            check=False,
        )
        server.terminate()
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == ["TIME", "VERDICT", "TOOK", "ACTION", "PRINCIPAL", "RESOURCE"]
