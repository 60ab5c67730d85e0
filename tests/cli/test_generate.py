"""`remit generate` from the outside: what is printed, what is written, and the exit status."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from remit.cli.main import main
from tests.functional.project import APP, CONFIG, POLICY, snapshot, view, write

ALLOWS = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/k"}
TWO_STAGES = json.dumps(
    {
        "version": "2.0",
        "app_name": "demo",
        "autogen_policy": False,
        "stages": {"dev": {}, "prod": {}},
    }
)


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return write(tmp_path / "demo", {})


def generate(project: Path, *flags: str) -> int:
    return main(["generate", str(project), *flags])


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=4)


def actions(text: str) -> list[str]:
    found = []
    for one in json.loads(text)["Statement"]:
        held = one["Action"]
        found += held if isinstance(held, list) else [held]
    return found


# --- printing


def test_the_policy_is_all_that_is_printed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(project)
    assert generate(project) == 0
    out, err = capsys.readouterr()
    assert actions(out) == [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:DeleteObject",
    ]
    assert json.loads(out)["Statement"][1] == {"Sid": "DeleteObjectB", **ALLOWS}
    assert err == ""
    assert snapshot(project) == before


@pytest.mark.parametrize(
    "name", ["chalice", "sam", "cloudformation", "serverless", "terraform", "text", "json"]
)
def test_formats(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert generate(project, "--format", name) == 0
    assert "s3:DeleteObject" in capsys.readouterr().out


def test_output(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate(project, "--output", str(tmp_path / "p.json")) == 0
    assert "s3:DeleteObject" in actions((tmp_path / "p.json").read_text())
    assert capsys.readouterr().out == ""


def test_the_report_says_why_and_what_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "boto3.client('s3').get_object(Bucket=os.environ['BUCKET'], Key='k')\ngetattr(boto3, x)('y').go()"
    project = write(tmp_path, {APP: view(code)})
    assert generate(project, "--format", "text") == 0
    out = capsys.readouterr().out
    assert "    s3:GetObject  app.py:6\n" in out
    assert (
        "`BUCKET` (not set) in `arn:aws:s3:::*/k`; fill it below `[tool.remit]`: stage.dev.values.BUCKET"
        in out
    )
    assert generate(project, "--format", "json") == 0
    [found] = json.loads(capsys.readouterr().out)["policies"]
    assert [one["hole"] for one in found["wildcards"]] == ["BUCKET"]
    assert generate(project) == 0
    assert capsys.readouterr().err.startswith("remit: 1 wildcards")


def test_what_is_not_followed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "boto3.client('s3').list_buckets()\nboto3.client(app.current_request.method).put_object(Bucket='b', Key='k')"
    project = write(tmp_path, {APP: view(code)})
    assert generate(project, "--format", "text") == 0
    assert "Not covered: nothing is known of what it needs\n  app.py:7" in capsys.readouterr().out
    assert generate(project, "--strict") == 3


@pytest.mark.parametrize(
    ("flags", "status", "message"),
    [
        ([], 2, "2 roles have policies of their own"),
        (["--stage", "dev"], 0, ""),
        (["--role", "demo-prod-*"], 0, ""),
        (["--role", "x"], 2, "no such role: `x`"),
        (["--function", "x"], 2, "no such function: `x`"),
        (["--function", "api_handler", "--stage", "prod"], 0, ""),
        (["--stage", "x"], 2, "the project has no stage `x`"),
        (["--prune"], 2, "`--prune` needs a policy"),
        (["--base", "x", "--write"], 2, "`--base` does not go with `--write`"),
        (["--base", "nowhere.json"], 2, "cannot read `nowhere.json`"),
        (["--recording", "nowhere.jsonl"], 2, "cannot read `nowhere.jsonl`"),
        (["--format", "text"], 0, ""),
    ],
)
def test_which_role(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], status: int, message: str
) -> None:
    project = write(tmp_path, {CONFIG: TWO_STAGES})
    assert generate(project, *flags) == status
    assert message in capsys.readouterr().err


# --- writing


def test_write_shows_the_diff_and_keeps_all_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / POLICY
    text = policy(
        {"Sid": "Mine", "Effect": "Allow", "Action": "logs:*", "Resource": "*"},
        {"Sid": "Old", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": "*"},
    )
    file.write_text(text)
    file.chmod(0o640)
    assert generate(project, "--write", "--yes") == 0
    out = capsys.readouterr().out
    assert (
        "+++ b/.chalice/policy-dev.json" in out
        and '+            "Action": "s3:DeleteObject",' in out
    )
    assert (
        "Kept although nothing is known to use it (see `--prune`)" in out and "sns:Publish" in out
    )
    after = file.read_text()
    assert after.startswith(text[: text.rindex("}\n    ]") + 1])  # all that was there, as it was
    assert [one["Sid"] for one in json.loads(after)["Statement"]] == [
        "Mine",
        "Old",
        "DeleteObjectB",
    ]
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".p")] == []
    assert generate(project, "--write") == 0  # nothing to change: nobody is asked
    assert "nothing to change" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "written"),
    [("y\n", True), ("yes\n", True), ("n\n", False), ("\n", False), ("", False)],
)
def test_a_person_is_asked(
    project: Path, monkeypatch: pytest.MonkeyPatch, answer: str, written: bool
) -> None:
    before = (project / POLICY).read_text()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert generate(project, "--write") == 0
    assert ((project / POLICY).read_text() != before) is written


def test_without_a_person_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(project)
    assert generate(project, "--write") == 2
    out, err = capsys.readouterr()
    assert "+" in out and "not written" in out and "give `--yes`" in err
    assert snapshot(project) == before


@pytest.mark.parametrize("there", [True, False])
def test_what_somebody_changed_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    project = write(tmp_path, {} if there else {POLICY: None})

    def agreed(*_: object) -> bool:
        (project / POLICY).write_text("{}")
        return True

    monkeypatch.setattr("remit.cli.generate._agreed", agreed)
    assert generate(project, "--write") == 2
    assert "meanwhile" in capsys.readouterr().err
    assert (project / POLICY).read_text() == "{}"


def test_a_key_with_more_entries_is_not_a_constant_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = """t = boto3.resource('dynamodb').Table('t')
t.get_item(Key={'id': 'site'})
t.delete_item(Key={'id': 'site', **app.current_request.json_body})"""
    project = write(tmp_path, {APP: view(code)})
    assert generate(project, "--conditions") == 0
    found = {
        one["Action"]: one.get("Condition")
        for one in json.loads(capsys.readouterr().out)["Statement"]
        if isinstance(one["Action"], str)
    }
    https = {"Bool": {"aws:SecureTransport": "true"}}
    site = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "site"}}
    assert found == {"dynamodb:GetItem": {**site, **https}, "dynamodb:DeleteItem": https}


def test_a_policy_file_that_is_not_there_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = write(tmp_path, {POLICY: None})
    assert generate(project, "--write", "--yes") == 0
    assert "--- /dev/null" in capsys.readouterr().out
    assert main(["check", str(project)]) == 0
    assert "s3:DeleteObject" in actions((project / POLICY).read_text())


def test_a_file_of_two_stages_is_written_for_both(tmp_path: Path) -> None:
    config = {
        "version": "2.0",
        "app_name": "demo",
        "autogen_policy": False,
        "iam_policy_file": "shared.json",
        "stages": {n: {"environment_variables": {"B": n}} for n in ("dev", "prod")},
    }
    code = "boto3.client('s3').get_object(Bucket=os.environ['B'], Key='k')"
    shared = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": ["arn:aws:s3:::dev/k", "arn:aws:s3:::old/k"],
    }
    logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:*:*:*",
    }
    project = write(
        tmp_path,
        {
            CONFIG: json.dumps(config),
            ".chalice/shared.json": policy(shared, logs),
            POLICY: None,
            APP: view(code),
        },
    )
    assert generate(project, "--stage", "dev", "--write", "--yes", "--prune") == 0
    made = json.loads((project / ".chalice/shared.json").read_text())["Statement"]
    assert made[0]["Resource"] == ["arn:aws:s3:::dev/k", "arn:aws:s3:::prod/k"]
    assert main(["check", str(project)]) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "the document ends inside the object"),
        ("[]", "a policy must be an object"),
        (b"\xff\xfe", "is not UTF-8"),
        ('{"Statement": "x"}', "`Statement` must be a list"),
        ("[" * 5000, "nested"),
    ],
)  # fmt: skip
def test_a_broken_policy_file_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, message: str
) -> None:
    project = write(tmp_path, {POLICY: content})
    before = snapshot(project)
    assert generate(project, "--write", "--yes") == 2
    err = capsys.readouterr().err
    assert message in err and "policy-dev.json" in err and "Traceback" not in err
    assert snapshot(project) == before
    assert generate(project) == 0  # printing does not depend on the present policy


def test_a_role_that_is_made_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = {
        "version": "2.0",
        "app_name": "demo",
        "manage_iam_role": False,
        "iam_role_arn": "arn:aws:iam::111122223333:role/x",
        "stages": {"dev": {}},
    }
    project = write(tmp_path, {CONFIG: json.dumps(config)})
    assert generate(project, "--write", "--yes") == 2
    assert "nothing to write for role" in capsys.readouterr().err
    assert generate(project) == 0


def test_a_policy_that_the_framework_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {"version": "2.0", "app_name": "demo", "stages": {"dev": {}}}
    project = write(tmp_path, {CONFIG: json.dumps(config), POLICY: None})
    assert generate(project, "--write", "--yes") == 2
    assert "the framework makes this policy" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_stays_a_link(project: Path) -> None:
    file = project / POLICY
    file.rename(project / "real.json")
    file.symlink_to(project / "real.json")
    assert generate(project, "--write", "--yes") == 0
    assert file.is_symlink() and "s3:DeleteObject" in actions((project / "real.json").read_text())


# --- a base


def test_base_is_extended_and_printed(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tmp_path / "base.json"
    base.write_text(
        policy(
            {
                "Effect": "Allow",
                "Action": ["s3:DeleteObject", "s3:GetObject"],
                "Resource": "arn:aws:s3:::b/*",
            }
        )
    )
    before = snapshot(project)
    assert generate(project, "--base", str(base)) == 0
    out, err = capsys.readouterr()
    assert actions(out)[:2] == ["s3:DeleteObject", "s3:GetObject"] and "logs:PutLogEvents" in out
    assert "nothing deployed uses `s3:GetObject`" in err
    assert generate(project, "--base", str(base), "--prune") == 0
    assert actions(capsys.readouterr().out)[:1] == ["s3:DeleteObject"]
    assert snapshot(project) == before


def test_a_deny_stands_against_it(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tmp_path / "base.json"
    base.write_text(policy({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}))
    assert generate(project, "--base", str(base)) == 1
    out, err = capsys.readouterr()
    assert "a Deny statement refuses it" in err
    assert "s3:DeleteObject" not in out


# --- a recording


def test_a_recording_without_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(
        '{"service": "sqs", "operation": "SendMessage", "params": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}, "region": "eu-west-1"}\nnonsense\n'
    )
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "--recording", "calls.jsonl"]) == 0
    out, err = capsys.readouterr()
    [statement] = json.loads(out)["Statement"]
    assert (statement["Sid"], statement["Resource"]) == (
        "SendMessageJobs",
        "arn:aws:sqs:eu-west-1:111122223333:jobs",
    )
    assert "1 lines hold no call; calls.jsonl:2:1: the line is not JSON" in err
    assert main(["generate", "--recording", "calls.jsonl", "--strict"]) == 3
    assert main(["generate", "--recording", "calls.jsonl", "--write"]) == 2


def test_a_recording_in_a_project(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text('{"service": "sns", "operation": "ListTopics"}\n')
    assert generate(project, "--recording", str(file)) == 0
    found = actions(capsys.readouterr().out)
    assert found == [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:ListTopics",
    ]
