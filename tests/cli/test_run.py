"""`remit run` with real commands: what they are denied, their statuses, signals, and learning."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from remit import wiring
from remit.cli import child
from remit.cli.main import main

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "orders-api")
DELETE = "boto3.client('s3').delete_object(Bucket='shop-invoices-prod', Key='invoices/{}.pdf')"
GET = (
    "boto3.client('dynamodb').get_item(TableName='shop-orders-prod', Key={'order_id': {'S': '1'}})"
)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """moto's state is the process's."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    yield
    BackendDict.reset()


def python(*lines: str) -> list[str]:
    """A program that goes on after an error of AWS's."""
    body = ["import boto3, os, sys", "from botocore.exceptions import ClientError"]
    for line in lines:
        body += ["try:", f"    {line}", "except ClientError as error:", "    print(type(error).__name__)"]  # fmt: skip
    return [sys.executable, "-c", "\n".join(body)]


def run(*command: str, stage: str = "prod", flags: tuple[str, ...] = ()) -> int:
    return main(["run", "--project", EXAMPLE, "--stage", stage, *flags, "--", *command])


def test_a_denied_call_has_the_statement_of_check(capfd: pytest.CaptureFixture[str]) -> None:
    status = run(*python(DELETE.format(1), DELETE.format(2), GET))
    out, err = capfd.readouterr()
    assert status == 1
    assert out.split() == ["AccessDenied", "AccessDenied", "ResourceNotFoundException"]
    assert "denied: s3 DeleteObject needs `s3:DeleteObject` on" in err
    assert "1 more like it (2 times)" in err
    assert "2 calls were denied; 1 statement to add" in err
    assert "dynamodb" not in err
    said = " ".join(err.split())
    assert "because no identity-based policy allows the s3:DeleteObject action" in said
    assert "near: .chalice/policy-prod.json:32:9: has `s3:GetObject`" in said
    checked = wiring.check(Path(EXAMPLE), ("prod",))
    [finding] = [f for f in checked.findings if f.action == "s3:DeleteObject"]
    assert finding.patch
    assert " ".join(finding.patch.split()) in said
    assert f"code: {finding.span}" in said


def test_who_runs_and_with_what(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The stage's variables, the role's keys over whatever the laptop has set."""
    monkeypatch.setenv("AWS_PROFILE", "private")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.example")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPRIVATE")
    monkeypatch.setenv("STAGE", "laptop")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    monkeypatch.setenv("UNTOUCHED", "yes")
    shown = "print(boto3.client('sts').get_caller_identity()['Arn'])"
    names = "print(os.environ['STAGE'], os.environ['AWS_DEFAULT_REGION'], os.environ['UNTOUCHED'])"
    assert run(*python(shown, names)) == 0
    arn, rest = capfd.readouterr().out.splitlines()
    assert arn.startswith("arn:aws:sts::444455556666:assumed-role/orders-api-prod/remit-run-")
    assert rest == "prod eu-west-1 yes"


@pytest.mark.parametrize(
    ("code", "status"),
    [("", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)],
)
def test_the_status_is_the_commands(code: str, status: int) -> None:
    assert run(sys.executable, "-c", code) == status


def test_its_own_failure_wins_over_denials(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(*python(DELETE.format(1), "sys.exit(5)")) == 5
    assert "1 call was denied" in capfd.readouterr().err


def test_arguments_are_handed_on_as_they_are(capfd: pytest.CaptureFixture[str]) -> None:
    show = "import sys; print(sys.argv[1:])"
    run(sys.executable, "-c", show, "$HOME", "a b", "--", "--stage", "*")
    assert capfd.readouterr().out.strip() == "['$HOME', 'a b', '--', '--stage', '*']"


UNUSABLE = [
    (["run", "--project", EXAMPLE, "--stage", "prd", "--", "true"], "has no stage `prd`"),
    (
        ["run", "--project", EXAMPLE, "--stage", "staging", "--", "true"],
        "policy-staging.json` is not",
    ),
    (["run", "--project", EXAMPLE, "--role", "none", "--", "true"], "no such role: `none`"),
    (["run", "--project", "/nonexistent", "--", "true"], "does not exist"),
    (["run", "--project", EXAMPLE, "--port", "1", "--", "true"], "go together"),
    (["run", "--project", EXAMPLE, "--output", "x", "--", "true"], "needs `--learn`"),
    (["run", "--project", EXAMPLE], "required: CMD"),
]


@pytest.mark.parametrize(("argv", "said"), UNUSABLE)
def test_what_cannot_be_used(argv: list[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert said in capfd.readouterr().err


def test_commands_that_cannot_be_started(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "plain"
    plain.write_text("no program")
    assert run("no-such-command-of-anybody") == 127
    assert "there is no command `no-such-command-of-anybody`" in capfd.readouterr().err
    assert run(str(plain)) == 126
    assert "cannot run" in capfd.readouterr().err


# --- learning -----------------------------------------------------------------------------------


def test_what_was_learned_is_enough(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Learn a policy, deploy it, run again: nothing is denied, and nothing else is granted."""
    project = tmp_path / "project"
    shutil.copytree(EXAMPLE, project)
    policy, calls = tmp_path / "policy.json", tmp_path / "calls.jsonl"
    work = python(DELETE.format(1), GET, "boto3.client('sqs', 'eu-central-1').list_queues()")
    start = ["run", "--project", str(project), "--stage", "prod"]
    learn = [*start, "--learn", "--output", str(policy), "--recording", str(calls), "--"]
    assert main([*learn, *work]) == 0
    out, err = capfd.readouterr()
    assert out.split() == ["NoSuchBucket", "ResourceNotFoundException"]
    assert "the smallest policy for 3 different calls" in err
    services = [json.loads(line)["service"] for line in calls.read_text().splitlines()]
    assert services == ["s3", "dynamodb", "sqs"]
    made = json.loads(policy.read_text())
    actions = {s["Action"] for s in made["Statement"] if isinstance(s["Action"], str)}
    assert actions == {"s3:DeleteObject", "dynamodb:GetItem", "sqs:ListQueues"}
    shutil.copy(policy, project / ".chalice" / "policy-prod.json")
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    assert main([*start, "--", *work]) == 0
    capfd.readouterr()
    assert main([*start, "--", *work, DELETE.format(2)]) == 0
    assert main([*start, "--", *python(DELETE.format(2))]) == 1


def test_a_stage_without_a_policy_can_learn_one(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(*python(GET), stage="staging", flags=("--learn",)) == 0
    out = capfd.readouterr().out
    assert "dynamodb:GetItem" in out[out.index("{") :]


# --- signals ------------------------------------------------------------------------------------

# Says that it is there, waits for a signal, and tidies up when it comes.
_WAITS = (
    "import signal, sys\n"
    "def told(number, frame):\n"
    "    print('tidied', flush=True); sys.exit(3)\n"
    "signal.signal(signal.SIG{}, told)\n"
    "print('there', flush=True)\n"
    "while True: signal.pause()\n"
)


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_signal_reaches_the_command(name: str) -> None:
    """remit waits until the command has tidied up, and ends with its status."""
    command = [sys.executable, "-c", _WAITS.format(name)]
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    remit = [sys.executable, "-c", code, "run", "--project", EXAMPLE, "--stage", "prod", "--"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [*remit, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(getattr(signal, f"SIG{name}"))
        out, err = process.communicate(timeout=60)
    assert (out, process.returncode) == ("tidied\n", 3)
    assert "Traceback" not in err


def test_ctrl_c_at_a_terminal_reaches_the_command_once() -> None:
    """The terminal sends it to all that is in the foreground: it is not sent a second time."""
    pty = pytest.importorskip("pty")
    counts = (
        "import signal, sys\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('there', flush=True)\n"
        "sys.stdin.readline()\n"
        "print('seen', len(seen), flush=True)\n"
    )
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    number, terminal = pty.fork()
    if number == 0:
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        argv = ["run", "--project", EXAMPLE, "--stage", "prod", "--", sys.executable, "-c", counts]
        os.execv(sys.executable, [sys.executable, "-c", code, *argv])  # noqa: S606  a fixed program
    text = ""
    while "there" not in text:
        text += os.read(terminal, 1000).decode()
    os.write(terminal, b"\x03")
    os.write(terminal, b"\n")
    while not re.search(r"seen \d+\r\n", text):
        text += os.read(terminal, 1000).decode()
    _, status = os.waitpid(number, 0)
    os.close(terminal)
    assert "seen 1" in text
    assert os.waitstatus_to_exitcode(status) == 0


# --- a server that runs already -----------------------------------------------------------------


def test_a_server_that_runs_already(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its state is there, denials are told by the session, and `remit credentials` asks it too."""
    token = tmp_path / "token"
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    flags = ["--project", EXAMPLE, "--stage", "prod", "--port", "0", "--token-file", str(token)]
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", *flags, "--role", "orders-api-prod"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as server:
        try:
            assert server.stdout is not None
            line = ""
            while not line.startswith("export AWS_ENDPOINT_URL="):
                line = server.stdout.readline()
            port = line.strip().rpartition(":")[2]
            assert token.stat().st_mode & 0o777 == 0o600
            there = ("--port", port, "--token-file", str(token))
            assert run(*python(DELETE.format(1)), flags=there) == 1
            assert "1 call was denied; 1 statement to add" in capfd.readouterr().err
            assert run(*python(GET), flags=there) == 0  # the other run's denials are its own
            capfd.readouterr()
            assert main(["credentials", *there]) == 0
            found = json.loads(capfd.readouterr().out)
            assert found["Version"] == 1
            assert found.keys() == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}  # fmt: skip
            assert main(["credentials", *there, "--role", "none"]) == 2
            assert "there is no role `none`" in capfd.readouterr().err
            token.write_text("wrong")
            assert main(["credentials", *there]) == 2
            assert "wrong authorization token" in capfd.readouterr().err
        finally:
            server.terminate()
    assert main(["credentials", *there]) == 2
    assert "no server answers" in capfd.readouterr().err


def test_variables_that_would_lead_astray_are_taken_out() -> None:
    own = {
        "AWS_PROFILE": "x",
        "AWS_ENDPOINT_URL_S3": "https://example",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "f",
        "NO_PROXY": "corp",
        "PATH": "/bin",
        "AWS_ENDPOINT_URL": "https://real",
    }
    made = child.environment(own, {"TABLE": "t"}, {"AWS_ACCESS_KEY_ID": "k"}, "http://here")
    assert made == {
        "NO_PROXY": "corp,127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PATH": "/bin",
        "TABLE": "t",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_ENDPOINT_URL": "http://here",
    }


@pytest.mark.parametrize(
    ("number", "terminal", "sent"),
    [
        (signal.SIGINT, True, []),
        (signal.SIGINT, False, [signal.SIGINT]),
        (signal.SIGTERM, True, [signal.SIGTERM]),
    ],
)
def test_what_the_terminal_sends_is_not_sent_again(
    number: int, terminal: bool, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Process:
        def __init__(self) -> None:
            self.got: list[int] = []

        def send_signal(self, number: int) -> None:
            self.got.append(number)

    monkeypatch.setattr(child, "_at_terminal", lambda: terminal)
    early, late, process = child._Started(), child._Started(), Process()
    early.signalled(number, None)  # before the command is there
    early.of(process)  # type: ignore[arg-type]  # all that is used of one
    assert process.got == sent
    late.of(process)  # type: ignore[arg-type]  # the same
    late.signalled(number, None)
    assert process.got == sent * 2
