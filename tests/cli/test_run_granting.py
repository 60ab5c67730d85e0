"""`remit run --grant-on-denial` with real commands: rounds, questions at a terminal, what comes out."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from remit import wiring
from remit.app.errors import InputError
from remit.app.running import Denied
from remit.cli import granting, question
from remit.cli.main import main
from remit.core.decision import Layer
from remit.report.terminal import Screen
from tests.cli.test_run import DELETE, EXAMPLE, ROOT, python

SEND = (
    "boto3.client('sqs').send_message(MessageBody='x',"
    " QueueUrl='https://sqs.eu-west-1.amazonaws.com/444455556666/jobs')"
)
ASSUME = (
    "boto3.client('sts').assume_role(RoleArn='arn:aws:iam::444455556666:role/nobody',"
    " RoleSessionName='me')"
)
FLAGS = ("run", "--project", EXAMPLE, "--stage", "prod", "--grant-on-denial")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """moto's state is the process's."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    yield
    BackendDict.reset()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person says, in order; the questions are taken as asked at a terminal."""
    given: list[str] = []

    def choose(text: str, allowed: dict[str, str], otherwise: str) -> str:
        if not given:
            raise EOFError
        said = given.pop(0)
        if said == "^C":
            raise KeyboardInterrupt
        return allowed[said] if said else otherwise

    monkeypatch.setattr(question, "at_terminal", lambda: True)
    monkeypatch.setattr(question, "choose", choose)
    return given


def before(text: str) -> list[list[str]]:
    """The actions of the policy that was printed, its statements in order."""
    found = json.loads(text[text.index("{") :])["Statement"]
    return [s["Action"] if isinstance(s["Action"], list) else [s["Action"]] for s in found]


class Role:
    """A role without a server: what was granted to it, and what it is denied."""

    def __init__(self) -> None:
        self.granted: list[str] = []
        self.runs = 0

    def may(self, role: str) -> None:
        assert role == "orders-api-prod"

    def put(self, role: str, name: str, document: str) -> None:
        self.granted = [s["Action"] for s in json.loads(document)["Statement"]]

    def remove(self, role: str, name: str) -> None:
        self.granted = ["removed"]

    def once(self, besides: str) -> tuple[int, list[Denied]]:
        assert [
            s["Action"] for s in json.loads(besides or "{}").get("Statement", [])
        ] == self.granted
        self.runs += 1
        denied = [
            Denied(
                "s3", "DeleteObject", "s3:DeleteObject", "arn:aws:s3:::b/k", "why", {}, IDENTITY
            ),
            Denied("sqs", "SendMessage", "sqs:SendMessage", "*", "why", {}, IDENTITY),
            Denied("sqs", "PurgeQueue", "sqs:PurgeQueue", "*", "why", {}, (Layer.SCP,)),
        ]
        return 0, [one for one in denied if one.action not in self.granted]


IDENTITY = (Layer.IDENTITY,)
DELETES, SENDS = "s3:DeleteObject", "sqs:SendMessage"
# (the answers, the runs, what was agreed to). A policy that is silent can be asked about, the SCP
# never; what was declined is not asked about again; after `quit`, Ctrl-C and Ctrl-D no run follows.
ROUNDS: list[tuple[list[str], int, list[str]]] = [
    (["y", "y"], 2, [DELETES, SENDS]),
    (["a"], 2, [DELETES, SENDS]),
    (["y", "n"], 2, [DELETES]),
    (["n", "all"], 2, [SENDS]),
    (["", ""], 1, []),
    (["n", "q"], 1, []),
    (["y", "q"], 1, [DELETES]),
    (["y", "^C"], 1, [DELETES]),
    ([], 1, []),
]


@pytest.mark.parametrize("row", ROUNDS, ids=lambda row: "-".join(row[0]) or "end")
def test_rounds(
    row: tuple[list[str], int, list[str]], answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said, runs, actions = row
    answers += said
    role, plan = Role(), wiring.running(Path(EXAMPLE), "prod", None)
    rounds = granting.Rounds(plan, Path(EXAMPLE), role, False, Screen())  # type: ignore[arg-type]  # all that is used of one
    assert rounds.run(role.once) == 1  # the SCP denies to the end
    assert (role.runs, [one.action for one in rounds.agreed]) == (runs, actions)
    assert role.granted == (["removed"] if runs > 1 else [])
    granting.deliver(rounds, None)
    out, err = capsys.readouterr()
    assert (before(out) if actions else out) == ([[one] for one in actions] or "")
    assert ("`.chalice/policy-prod.json`. The project was not changed." in err) is bool(actions)
    assert ("stopped before" in err) is (runs == 1 and bool(actions))
    assert "A service control policy does not allow it" in err
    assert not answers


def test_a_server_that_goes_away_takes_nothing_along(
    answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    class Gone(Role):
        def put(self, role: str, name: str, document: str) -> None:
            raise InputError("no server answers")

        def remove(self, role: str, name: str) -> None:
            raise InputError("no server answers")

    answers.append("a")
    plan = wiring.running(Path(EXAMPLE), "prod", None)
    role = Gone()
    rounds = granting.Rounds(plan, Path(EXAMPLE), role, False, Screen())  # type: ignore[arg-type]  # as above
    with pytest.raises(InputError):
        rounds.run(role.once)
    granting.deliver(rounds, None)
    assert before(capsys.readouterr().out) == [[DELETES], [SENDS]]


def test_real_rounds(answers: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """What is agreed to counts in the next run, and no file of the project is touched."""
    answers.append("a")
    project = {p: p.read_bytes() for p in Path(EXAMPLE).rglob("*") if p.is_file()}
    assert main([*FLAGS, "--", *python(DELETE.format(1), SEND)]) == 0
    out, err = capfd.readouterr()
    printed = out[: out.index("{")].split()
    assert printed == ["AccessDenied", "ClientError", "NoSuchBucket", "QueueDoesNotExist"]
    assert before(out) == [["s3:DeleteObject"], ["sqs:SendMessage"]]
    assert "nothing was denied this time" in err
    assert {p: p.read_bytes() for p in project} == project


def test_what_no_statement_can_grant_is_not_asked_about(
    answers: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A Deny, and a trust policy; the next run shows what the first denial hid."""
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    file = project / ".chalice" / "policy-prod.json"
    policy = json.loads(file.read_text())
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    file.write_text(json.dumps({**policy, "Statement": [*policy["Statement"], deny]}))
    command = python(SEND, ASSUME)
    assert main([*("run", "--project", str(project), *FLAGS[3:]), "--", *command]) == 1
    said = " ".join(capfd.readouterr().err.split())
    assert "Narrow or remove that Deny: it wins over every Allow." in said
    assert "The role's trust policy (if there is such a role) does not allow it" in said
    assert "add: to role" not in said


def test_a_second_need_comes_to_light_in_the_second_run(
    answers: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """A command that ends at its first error is asked about one statement a run."""
    steps = (
        "import boto3\ntry: "
        + DELETE.format(1)
        + ("\nexcept boto3.client('s3').exceptions.NoSuchBucket: pass\n" + SEND)
    )
    answers += ["y", "y"]
    assert main([*FLAGS, "--", sys.executable, "-c", steps]) == 1  # no such queue: its own status
    out, err = capfd.readouterr()
    assert err.count("running the command again") == 2
    assert before(out) == [["s3:DeleteObject"], ["sqs:SendMessage"]]


def test_yes_agrees_to_everything_and_comes_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(granting, "MOST", 3)
    output = tmp_path / "policy.json"
    always_new = (
        "import boto3, uuid\nboto3.client('s3').delete_object(Bucket=str(uuid.uuid4()), Key='k')"
    )
    flags = [*FLAGS, "--yes", "--output", str(output), "--"]
    assert main([*flags, sys.executable, "-c", always_new]) == 1
    out, err = capfd.readouterr()
    assert "stopped after 3 runs" in err
    assert out == ""
    [statement] = json.loads(output.read_text())["Statement"]
    assert len(statement["Resource"]) == 3


UNUSABLE = [
    (["--grant-on-denial"], "standard input is no terminal"),
    (["--yes"], "`--yes` needs `--grant-on-denial`"),
    (["--learn", "--grant-on-denial"], "do not go together"),
    (["--learn", "--port", "1", "--token-file", "x"], "a server of its own"),
    (["--output", "x"], "`--output` needs `--learn` or `--grant-on-denial`"),
    (["--recording", "x", "--grant-on-denial", "--yes"], "`--recording` needs `--learn`"),
]


@pytest.mark.parametrize(("flags", "said"), UNUSABLE)
def test_flags_that_cannot_be(
    flags: list[str], said: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question, "at_terminal", lambda: False)
    assert main(["run", "--project", EXAMPLE, *flags, "--", "true"]) == 2
    assert said in capfd.readouterr().err


# --- a server that runs already -----------------------------------------------------------------


def test_a_running_server_asks_for_keys_that_may(
    answers: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The token does not do: a program that runs as a role may know it. With the administrator's
    keys the role is changed for the time of the runs, and is then as the project has it."""
    from remit.server.metadata import Delivery, with_metadata
    from remit.server.run import build, running
    from remit.server.seed import plant
    from remit.server.settings import Settings

    seeds = wiring.seeds(Path(EXAMPLE), "prod", None, None, None)
    built = build(Settings(region=seeds.region, account=seeds.account))
    plant(built.state, seeds.account, seeds.roles)
    built, _ = with_metadata(built, Delivery("the-token"))
    token = tmp_path / "token"
    token.write_text("the-token")
    administrator = built.administrator
    with running(built) as url:
        there = ("--port", url.rpartition(":")[2], "--token-file", str(token))
        command = ("--", *python(DELETE.format(1)))
        monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
        assert main([*FLAGS, *there, *command]) == 2
        assert (
            "export the administrator's keys that `remit serve` printed" in capfd.readouterr().err
        )
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-somewhere-else")
        assert main([*FLAGS, *there, *command]) == 2
        err = capfd.readouterr().err
        assert "The security token included in the request is invalid" in err
        assert "denied" not in err  # told before the command was run
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", administrator.id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", administrator.secret)
        answers.append("y")
        assert main([*FLAGS, *there, *command]) == 0
        out, err = capfd.readouterr()
        assert out.split()[:2] == ["AccessDenied", "NoSuchBucket"]
        assert "nothing was denied this time" in err
        assert main([*FLAGS, *there, *command]) == 1  # as it was
        role = built.state.account(seeds.account).roles["orders-api-prod"]
        assert {document.name for document in role.inline} == {"remit-0"}


# --- at a terminal ------------------------------------------------------------------------------


class Terminal:
    """remit at a pseudo-terminal of so many columns."""

    def __init__(self, columns: int, *argv: str) -> None:
        pty = pytest.importorskip("pty")
        import fcntl
        import struct
        import termios

        code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
        self.number, self.terminal = pty.fork()
        if self.number == 0:
            os.environ.update(PYTHONPATH=str(ROOT / "src"), NO_COLOR="1", TERM="xterm")
            size = struct.pack("HHHH", 24, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execv(sys.executable, [sys.executable, "-c", code, *argv])  # noqa: S606  a fixed program
        self.text = ""

    def until(self, wanted: str) -> str:
        """What is shown until `wanted`, and that."""
        start = len(self.text)
        deadline = time.monotonic() + 60
        while wanted not in self.text[start:]:
            ready, _, _ = select.select([self.terminal], [], [], deadline - time.monotonic())
            assert ready, f"nothing more than {self.text[start:]!r}"
            self.text += os.read(self.terminal, 65_536).decode().replace("\r\n", "\n")
        return self.text[start:]

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def end(self) -> int:
        try:
            while piece := os.read(self.terminal, 65_536):
                self.text += piece.decode().replace("\r\n", "\n")
        except OSError:  # nobody holds the other end any more
            pass
        _, status = os.waitpid(self.number, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


READS = "print('said', sys.stdin.readline().strip())"


@pytest.mark.parametrize("columns", [80, 200])
def test_the_terminal_is_the_commands_and_then_the_questions(columns: int) -> None:
    """The command reads from it in both runs, though it leaves it without echo; what is typed
    while it runs and not read is no answer."""
    mute = "__import__('termios').tcsetattr(0, 0, [0, 0, 0, 0, 0, 0, [b'\\0'] * 32])"
    command = python("print('ready', flush=True)", READS, DELETE.format(1), mute)
    remit = Terminal(columns, *FLAGS, "--", *command)
    remit.until("ready")
    remit.type("first\ny\ny\n")
    shown = remit.until("quit] ")
    assert "said first" in shown
    lines = [line for line in shown.splitlines() if " " in line.strip()]  # an ARN is not cut
    widest = min(columns, 100)  # sentences are not set wider (report/terminal.py)
    assert widest - 20 < max(map(len, lines)) <= widest
    assert "Grant this in the local server? [y/N/all/quit] " in shown
    assert "running the command again" not in shown  # the other lines were the command's
    remit.type("x\n")
    assert "Answer yes, no, all or quit." in remit.until("quit] ")
    remit.type("y\n")
    remit.until("ready")
    remit.type("second\n")
    assert remit.end() == 0
    assert "said second" in remit.text
    assert '"Action": "s3:DeleteObject"' in remit.text


def test_ctrl_c_at_the_question_ends_with_what_was_agreed_to() -> None:
    remit = Terminal(80, *FLAGS, "--", *python(DELETE.format(1), SEND))
    remit.until("(1 of 2)? [y/N/all/quit] ")
    remit.type("y\n")
    remit.until("(2 of 2)? [y/N/all/quit] ")
    remit.type("\x03")
    assert remit.end() == 1
    assert "Traceback" not in remit.text
    end = remit.text[remit.text.index("were denied") :]
    assert re.search(r"agreed to 1 statement for role `orders-api-prod`", end)
    assert "s3:DeleteObject" in end
    assert "sqs:SendMessage" not in end
