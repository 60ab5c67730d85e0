"""`remit explain` from the outside: flags, answers, exit status, and its page."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.explain import read_message, told
from remit.cli.main import main
from remit.report import explanation, explanation_json
from tests.explain.test_message import DECODED, MESSAGES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explain.md").read_text("utf-8")

APP = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/t"
REQUEST = ["--principal", APP, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::orders/1"]
READ = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
TABLES = READ.replace("s3:Get*", "dynamodb:GetItem")
BIG = """\
Version: '2012-10-17'
Statement:
  - {Effect: Allow, Action: '*', Resource: '*'}
  - {Sid: NoBig, Effect: Deny, Action: 'ec2:*', Resource: '*',
     Condition: {StringEquals: {'ec2:InstanceType': [p2.xlarge, p3.xlarge]}}}
"""
SILENT = MESSAGES["6.1 implicit"][0]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"read.json": READ, "tables.json": TABLES, "big.yaml": BIG, "bad.json": "{"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explain(*arguments: str) -> int:
    return main(["explain", *arguments])


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--identity", "read.json"], 0),
        (["--identity", "tables.json"], 0),
        (["--identity", "read.json", "--expect", "allowed"], 0),
        (["--identity", "read.json", "--expect", "denied"], 1),
        (["--identity", "tables.json", "--expect", "denied"], 0),
        (["--identity", "tables.json", "--expect", "allowed", "--format", "json"], 1),
    ],
)
def test_the_exit_status(capsys, arguments: list[str], status: int) -> None:
    assert explain(*REQUEST, *arguments) == status
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "missing: --principal, --action, --resource"),
        ([*REQUEST, "--identity", "none.json"], "cannot read `none.json`"),
        ([*REQUEST, "--identity", "bad.json"], "bad.json:1:2"),
        ([*REQUEST[:2], "--action", "x", "--resource", "*"], "is no action"),
        (["--message", "hello"], "there is no denial of AWS's in it"),
        (["--message", SILENT, "--expect", "denied"], "a message alone decides nothing"),
        (["--message", "Access Denied", "--identity", "read.json"], "the message does not tell"),
        (
            ["--message", MESSAGES["API Gateway, resource policy"][0], "--identity", "read.json"],
            "missing: --resource",
        ),
        (["--batch", "x"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_explained(capsys, arguments: list[str], said: str) -> None:
    assert explain(*arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def answer(capsys, *arguments: str) -> dict[str, Any]:
    assert explain(*arguments, "--format", "json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_message_gives_the_request(capsys) -> None:
    found = answer(capsys, "--message", SILENT, "--identity", "read.json")
    assert found["decision"] == "implicitDeny"
    assert found["sentence"] == SILENT
    assert found["message"]["policyType"] == "identity-based policy"
    assert found["flips"][0]["changes"][0]["add"] == {
        "Effect": "Allow",
        "Action": "dynamodb:GetItem",
        "Resource": TABLE,
    }


def test_a_flag_says_otherwise(capsys) -> None:
    found = answer(
        capsys, "--message", SILENT, "--identity", "read.json", "--action", "dynamodb:PutItem"
    )
    assert found["action"] == "dynamodb:PutItem"


def test_policies_that_allow_what_was_denied(capsys) -> None:
    assert explain("--message", SILENT, "--identity", "tables.json") == 0
    assert "the policies given allow it" in " ".join(capsys.readouterr().out.split())


def test_a_decoded_message_brings_its_context(capsys) -> None:
    text = json.dumps({"DecodedMessage": json.dumps(DECODED)})
    found = answer(capsys, "--message", text, "--identity", "big.yaml")
    assert found["decision"] == "explicitDeny"
    assert found["determining"][0]["sid"] == "NoBig"
    assert found["message"]["statements"] == ["NoBig"]
    again = answer(
        capsys,
        *("--message", text, "--identity", "big.yaml"),
        *("--context", "EC2:instancetype=t3.small"),
    )
    assert again["decision"] == "allowed"
    again = answer(
        capsys,
        *("--message", text, "--identity", "big.yaml"),
        *("--context", "EC2:instancetype=p3.xlarge"),
    )
    assert again["decision"] == "explicitDeny"


def test_standard_input(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(SILENT.encode() + b"\n\xff"))
    monkeypatch.setattr(sys, "stdin", stream)
    assert explain("--message", "-") == 0
    assert "no identity-based policy allows it" in capsys.readouterr().out


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_told(name: str) -> None:
    message = read_message(MESSAGES[name][0])
    assert message is not None
    for width in (40, 80, 200):
        text = explanation.render(told(message), lambda _: None, width, False)
        assert text.startswith("The message says\n")
        assert message.advice.sentences[0].split()[0] in text
    assert set(json.loads(explanation_json.render(told(message)))) == {"message"}


ADVICE = {
    "6.1 implicit": ("no identity-based policy allows it", True),
    "6.1 bare": ("the message does not say which kind of policy denied it", False),
    "6.1 explicit": ("a Deny statement in a permissions boundary applies", False),
    "6.1 KMS through S3": ("KMS does not say which", False),
    "5.4 web identity": ("the role trust policy does not let the caller in", False),
    "API Gateway, resource policy": ("the message does not say in which kind of policy", False),
}


@pytest.mark.parametrize("name", ADVICE)
def test_what_a_message_alone_says(name: str) -> None:
    said, statement = ADVICE[name]
    message = read_message(MESSAGES[name][0])
    assert message is not None
    assert said in message.advice.sentences[0]
    assert bool(message.advice.statement) is statement


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_message_is_told(resource: str, more: str) -> None:
    """Hostile text in a message neither breaks the report nor reaches the terminal raw."""
    text = SILENT.replace(TABLE, resource) + more
    message = read_message(text)
    if message is not None:
        shown = explanation.render(told(message), lambda _: None, 80, False)
        assert "\x1b" not in shown
        explanation_json.render(told(message))


# --- the page


def test_the_options_of_the_page_are_the_options() -> None:
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert {"--message", "--expect", "--format"} <= named


def test_the_examples_of_the_page(capsys, here: Path) -> None:
    """Its files are written as it shows them, its commands answer as it says."""
    for name, text in re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        (here / name).write_text(text, "utf-8")
    consoles = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(consoles) == 3
    for command, said in consoles:
        program, *arguments = shlex.split(command)
        assert program == "remit"
        assert main(arguments) == 0, command
        assert capsys.readouterr().out == said


def test_the_keys_of_the_page_are_the_keys(capsys) -> None:
    found = answer(capsys, "--message", SILENT, "--identity", "read.json")
    table = PAGE.partition("## For programs")[2]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == set(found)
