"""`remit validate` from the outside: flags, exit status, both formats, bad input of every kind."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.cli.main import main
from remit.report.validation_json import path
from remit.syntax.codes import Level
from remit.syntax.document import load
from tests.validate.cases import ROWS
from tests.validate.support import allow, document, run

SELF = [sys.executable, "-c", "from remit.cli.main import entry; entry()", "validate"]
GOOD = json.dumps(document(allow()))
SUGGESTED = json.dumps(document(allow(Sid="")))
WARNED = json.dumps({"Statement": allow()})
WRONG = json.dumps(document(allow("s3:GetObjekt")))
SECURITY = json.dumps(document(allow("iam:PassRole", "*")))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "good": GOOD,
        "suggested": SUGGESTED,
        "warned": WARNED,
        "wrong": WRONG,
        "security": SECURITY,
    }.items():
        (tmp_path / f"{name}.json").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("files", "status"),
    [
        (["good"], 0),
        (["suggested"], 0),
        (["good", "suggested"], 0),
        (["warned"], 1),
        (["security"], 1),
        (["wrong"], 1),
        (["good", "wrong"], 1),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_exit_status(files: list[str], status: int, form: str) -> None:
    assert main(["validate", *(f"{name}.json" for name in files), "--format", form]) == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: FILE"),
        (["missing.json"], "cannot read `missing.json`: No such file or directory"),
        (["."], "cannot read `.`: Is a directory"),
        (["good.json", "\0"], "cannot read `"),
        (["-", "-"], "`-` is given twice"),
        (["good.json", "--type", "bucket"], "invalid choice"),
        (["good.json", "--account", "1"], "`1` is no account id"),
        (["good.json", "--account", "١١١١٢٢٢٢٣٣٣٣"], "is no account id"),
        (["good.json", "--authorization", "iam"], "invalid choice"),
    ],
)
def test_bad_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert main(["validate", "-", "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)["documents"][0]
    assert (answer["file"], answer["findings"][0]["issueCode"]) == ("<stdin>", "INVALID_ACTION")


def test_yaml_is_read_like_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "p.yaml").write_text(
        "Version: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Action: s3:GetObjekt\n    Resource: '*'\n",
        "utf-8",
    )
    assert main(["validate", "p.yaml"]) == 1
    out = capsys.readouterr().out
    assert " --> p.yaml:4:13\n4 │     Action: s3:GetObjekt\n  │             ^^^^^^^^^^^^\n" in out


def test_flags_reach_the_checks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = document(allow("s3:GetObject", "arn:aws:s3:::b/*", Principal={"AWS": "111122223333"}))
    (here / "p.json").write_text(json.dumps(raw), "utf-8")

    def first(*flags: str) -> tuple[str, str | None, list[str]]:
        main(["validate", "p.json", "--format", "json", *flags])
        one = json.loads(capsys.readouterr().out)["documents"][0]
        return one["policyType"], one["resourceType"], [x["issueCode"] for x in one["findings"]]

    assert first() == ("resource", "AWS::S3::Bucket", [])
    assert first("--type", "identity") == ("identity", None, ["UNSUPPORTED_PRINCIPAL"])
    assert first("--resource-type", "AWS::DynamoDB::Table")[2] == [
        "UNSUPPORTED_ACTION_IN_POLICY",
        "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    ]


# --- bad input: a finding with a place or a sentence, never a traceback

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty.json": (b"", "JSON_SYNTAX_ERROR"),
    "nothing.yaml": (b"\n\n", "JSON_SYNTAX_ERROR"),
    "cut.json": (b'{"Version": "2012-10-17", "Statement": [', "JSON_SYNTAX_ERROR"),
    "comment.json": (b"// x\n{}", "JSON_SYNTAX_ERROR"),
    "nul.json": (b'{"Version": "2012\x00-10-17"}', "JSON_SYNTAX_ERROR"),
    "nul.yaml": (b"Version: \x00", "REMIT_YAML_SYNTAX_ERROR"),
    "tab.yaml": (b"Version:\n\t- x", "REMIT_YAML_SYNTAX_ERROR"),
    "latin.json": (b'{"Version": "\xe4"}', "REMIT_UNREADABLE"),
    "utf16.json": ("{}".encode("utf-16"), "REMIT_UNREADABLE"),
    "bomb.yaml": (BOMB.encode(), "REMIT_UNREADABLE"),
    "deep.json": (b"[" * 100_000, "REMIT_UNREADABLE"),
    "cyclic.yaml": (b"a: &a [*a]", "REMIT_YAML_SYNTAX_ERROR"),
    "huge.json": (b'{"Version": "' + b"x" * (5 * 1024 * 1024) + b'"}', "REMIT_UNREADABLE"),
    "twice.json": (b'{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "REMIT_DUPLICATE_KEY"),
    "list.json": (b"[]", "DATA_TYPE_MISMATCH"),
    "number.json": (b"7", "DATA_TYPE_MISMATCH"),
    "null.json": (b'{"Version": null, "Statement": null}', "DATA_TYPE_MISMATCH"),
    "tags.yaml": (b"Version: '2012-10-17'\nStatement: !Ref X", "DATA_TYPE_MISMATCH"),
    "surrogate.json": (b'{"Version": "2012-10-17", "Statement": {"Sid": "\\ud800"}}', "REMIT_INVALID_CHARACTER"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("form", ["text", "json"])
def test_bad_input(name: str, form: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, code = HOSTILE[name]
    (here / name).write_bytes(data)
    assert main(["validate", name, "good.json", "--format", form]) == 1
    out, err = capsys.readouterr()
    assert code in out and err == "" and "Traceback" not in out
    if form == "json":
        documents = json.loads(out)["documents"]
        assert documents[1] == {
            "file": "good.json",
            "policyType": "identity",
            "resourceType": None,
            "inferredFrom": "no statement names a principal",
            "findings": [],
        }


def test_a_process_of_its_own(here: Path) -> None:
    done = subprocess.run([*SELF, "wrong.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("error[INVALID_ACTION]: ")


def test_terminal_controls_do_not_get_through(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = document(allow("s3:\x1b[31mGet"))
    (here / "p.json").write_text(json.dumps(raw), "utf-8")
    assert main(["validate", "p.json"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_many_entries_end_soon() -> None:
    """No work by the square of the entries: 1,000 patterns in one list."""
    actions = [f"s3:Get{'x' * (n % 7)}{n}*" for n in range(1_000)]
    resources = [f"arn:aws:s3:::b{n}/*/{'a*' * 20}" for n in range(1_000)]
    found = run(document(allow(actions, resources)), "identity", least_privilege=True)
    assert len(found.issues) >= 1_000


# --- places in JSON


def test_offsets_and_paths_lead_to_the_same_text() -> None:
    raw = json.dumps(document(allow(["s3:GetObject", "s3:GetObjekt"])), indent=2)
    issue = next(one for one in run(raw, "identity").issues if one.code == "INVALID_ACTION")
    steps = path(load(raw, "policy.json"), issue.span)
    assert steps == [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1}]
    value: Any = json.loads(raw)
    for step in steps:
        value = value[next(iter(step.values()))]
    assert value == "s3:GetObjekt"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_offsets_count_characters(
    ends: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document(allow(["s3:GetObjekt"], Sid="ä")), indent=2, ensure_ascii=False)
    text = text.replace("\n", ends)
    (here / "p.json").write_bytes(("\ufeff" + text).encode("utf-8"))
    main(["validate", "p.json", "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["documents"][0]["findings"]
    span = next(f for f in findings if f["issueCode"] == "INVALID_ACTION")["locations"][0]["span"]
    assert text[span["start"]["offset"] : span["end"]["offset"]] == '"s3:GetObjekt"'


# --- whatever the document

TEXTS = st.sampled_from(
    ["", "*", "Allow", "Deny", "s3:Get*", "iam:PassRole", "sts:AssumeRole", "arn:aws:s3:::b", "arn:::::",
     "arn:aws:iam::1:role/${aws:username}", "${", "execute-api:/*", "aws:SourceIp", "aws:TagKeys", "x:y:z",
     "ForAllValues:StringLike", "NullIfExists", "10.0.0.0/33", "2012-10-17", "\ud800", "\x00", "é" * 40]
)  # fmt: skip
KEYS = st.sampled_from(
    ["Version", "Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal",
     "Condition", "Sid", "Id", "AWS", "Service", "Federated", "StringLike", "IpAddress", "Bool", "aws:SourceIp"]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(
    VALUES,
    st.sampled_from(
        ["identity", "resource", "trust", "scp", "rcp", "vpc-endpoint", "api-gateway", None]
    ),
)
def test_never_raises_and_places_are_inside(raw: Any, kind: str | None) -> None:
    text = json.dumps(raw, indent=1)
    lines = text.count("\n") + 1
    for issue in run(text, kind, least_privilege=True).issues:
        assert 1 <= issue.span.line <= issue.span.end_line <= lines
        assert issue.message and issue.level in Level


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ROWS), st.sampled_from(["compact", "spread"]))
def test_what_is_found_hangs_on_the_meaning_alone(row: Any, form: str) -> None:
    """White space changes places, never findings."""
    _, raw, kind, asked, expected = row
    text = (
        json.dumps(raw, separators=(",", ":")) if form == "compact" else json.dumps(raw, indent=7)
    )
    assert sorted({one.code for one in run(text, kind, **asked).issues}) == expected
