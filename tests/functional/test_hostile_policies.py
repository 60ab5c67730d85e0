"""Policies and requests made to hurt, through `remit decide --batch -`: an error that is clear or
the right verdict, never a traceback, never a wrong allow; and one bad line harms no other.

Sizes are such that work by the square of them, or backtracking, would not end. What the parser
alone must bear is in tests/syntax/test_hostile.py, single values in tests/engine/test_authorize.py.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from remit.cli.main import main
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.syntax.policy import parse_text
from tests.support import allow, deny, document

ROLE = "arn:aws:iam::111122223333:role/app"
S3 = "arn:aws:s3:::"
OBJECT = S3 + "b/x"
ALLOWED, DENIED, SILENT = "allowed", "explicitDeny", "implicitDeny"


def identity(*statements: Any) -> dict[str, Any]:
    return {"identity": [{"Version": "2012-10-17", "Statement": list(statements)}]}


def line(
    policies: dict[str, Any], resource: str = OBJECT, action: str = "s3:GetObject", **context: Any
) -> str:
    asked = {"principal": ROLE, "action": action, "resource": resource, "context": context}
    return json.dumps({"request": asked, "policies": policies})


def when(test: Any, effect: str = "Allow") -> dict[str, Any]:
    """Everything is allowed, or denied over an Allow, on a condition."""
    return allow(Condition=test) if effect == "Allow" else deny(Condition=test)


MANY = 10_000
WIDE = {f"k:{number}": "v" for number in range(20_000)}
DEEP: Any = "x"
for _ in range(80):
    DEEP = [DEEP]

VERDICTS: dict[str, tuple[str, str]] = {
    # size
    "10,000 statements, the last one allows": (
        line(identity(*[allow("s3:GetObject", f"arn:aws:s3:::b/{n}") for n in range(MANY)], allow())),
        ALLOWED,
    ),
    "10,000 statements, none allows": (
        line(identity(*[allow("s3:GetObject", f"arn:aws:s3:::b/{n}") for n in range(MANY)])),
        SILENT,
    ),
    "10,000 statements that begin with a wildcard": (
        line(identity(*[allow("*", f"*{n}?z*") for n in range(MANY)], deny("*", "*/x"))),
        DENIED,
    ),
    "a policy of 1 MB, one element": (
        line(identity(allow([f"s3:Get{n:060}" for n in range(16_000)]))),
        SILENT,
    ),
    "a policy of 1 MB, one resource": (
        line(identity(allow("*", ["arn:aws:s3:::" + "a" * 1_000_000, OBJECT]))),
        ALLOWED,
    ),
    "a policy of 1 MB, one value": (
        line(identity(when({"StringEquals": {"k:a": ["a" * 1_000_000, "b"]}})), **{"k:a": "b"}),
        ALLOWED,
    ),
    "20,000 context keys": (
        line(identity(when({"StringEquals": {"k:19999": "v", "k:0": "v"}})), **WIDE),
        ALLOWED,
    ),
    "20,000 context keys, 20,000 tested, one is missing": (
        line(identity(when({"StringEquals": WIDE | {"k:none": "v"}})), **WIDE),
        SILENT,
    ),
    "1,000 values of one key, one is not listed": (
        line(
            identity(when({"ForAllValues:StringEquals": {"k:a": [str(n) for n in range(1_000)]}})),
            **{"k:a": [str(n) for n in range(1, 1_001)]},
        ),
        SILENT,
    ),
    # wildcards
    "10,000 wildcards in a resource": (
        line(identity(allow("*", S3 + "a*" * MANY + "b")), resource=S3 + "a" * 50_000), SILENT,
    ),
    "10,000 wildcards in a resource, and it matches": (
        line(identity(allow("*", S3 + "*a" * MANY + "*b")), resource=S3 + "a" * 50_000 + "b"), ALLOWED,
    ),
    "10,000 single wildcards in one stretch": (
        line(identity(allow("*", S3 + "*" + "a?" * MANY + "b*")), resource=S3 + "a" * 50_000), SILENT,
    ),
    "10,000 wildcards in an action": (
        line(identity(allow("s3:" + "*a" * MANY + "b")), action="s3:" + "a" * 50_000), SILENT,
    ),
    "10,000 wildcards in a Deny's NotResource": (
        line(identity(allow(), {"Effect": "Deny", "Action": "*", "NotResource": S3 + "a*" * MANY + "b"}),
             resource="a" * 50_000), DENIED,
    ),
    "10,000 wildcards in StringLike": (
        line(identity(when({"StringLike": {"k:a": "*a" * MANY + "b"}})), **{"k:a": "a" * 50_000}),
        SILENT,
    ),
    "10,000 wildcards in ArnLike": (
        line(identity(when({"ArnLike": {"k:a": "arn:aws:s3:::" + "*a" * MANY + "b"}})),
             **{"k:a": "arn:aws:s3:::" + "a" * 50_000}), SILENT,
    ),
    # Put in where it is named, the value would make ten gigabytes.
    "a long value in 100,000 variables of a resource": (
        line(identity(allow("*", S3 + "${k:a}" * 100_000)), **{"k:a": "x" * 100_000}), SILENT,
    ),
    "a long value in 100,000 variables of a Deny's NotResource": (
        line(identity(allow(), {"Effect": "Deny", "Action": "*", "NotResource": S3 + "${k:a}" * 100_000}),
             **{"k:a": "x" * 100_000}), DENIED,
    ),
    "a long value in 100,000 variables of StringEquals": (
        line(identity(when({"StringEquals": {"k:a": "${k:a}" * 100_000}})),
             **{"k:a": "x" * 100_000}), SILENT,
    ),
    "a long value in 100,000 variables of a Deny's StringNotLike": (
        line(identity(allow(), when({"StringNotLike": {"k:a": "*${k:a}" * 100_000}}, "Deny")),
             **{"k:a": "x" * 100_000}), DENIED,
    ),
    # wrong shapes in a condition: an Allow never helps
    **{
        f"Allow when {test!r:.60}": (line(identity(when(test)), **{"k:a": "x"}), SILENT)
        for test in (
            {"k:a": {"StringEquals": "x"}},
            {"StringEquals": {"StringEquals": {"k:a": "x"}}},
            {"StringEquals": {"k:a": {"k:a": "x"}}},
            {"StringEquals": {"k:a": [["x"]]}},
            {"StringEquals": {"k:a": DEEP}},
            {"StringEquals": {"k:a": None}},
            {"StringEquals": {"k:a": [None, "x"]}},
            {"StringEquals": [{"k:a": "x"}]},
            {"StringEquals": "x"},
            {"ForAnyValue:ForAllValues:StringEquals": {"k:a": "x"}},
            {"StringEqualsIfExistsIfExists": {"k:a": "x"}},
            {"": {"k:a": "x"}},
            [{"StringEquals": {"k:a": "x"}}],
            "StringEquals",
            None,
        )
    },
    # a key that is there twice: which one counts is nobody's guess
    **{
        f"twice: {twice:.50}": (
            line(identity(allow(Mark=1))).replace('"Mark": 1', twice), SILENT,
        )
        for twice in (
            '"Effect": "Allow"',
            '"Action": "s3:*"',
            '"Resource": "*", "Sid": "a"',
            '"Condition": {}, "Condition": {"StringEquals": {"k:a": "x"}}',
            '"Condition": {"Null": {"k:a": "true"}, "Null": {"k:a": "false"}}',
            '"Condition": {"Null": {"k:a": "true", "k:a": "false"}}',
        )
    },
    # characters
    "NUL ends no text": (
        line(identity(allow("*", "arn:aws:s3:::b\x00")), resource="arn:aws:s3:::b\x00/x"), SILENT,
    ),
    "NUL is a character": (
        line(identity(allow("*", "arn:aws:s3:::b\x00/?")), resource="arn:aws:s3:::b\x00/\x00"),
        ALLOWED,
    ),
    "NUL in a value": (
        line(identity(when({"StringEquals": {"k:a": "x"}})), **{"k:a": "x\x00"}), SILENT,
    ),
    "a lone surrogate is itself only": (
        line(identity(when({"StringEquals": {"k:a": "\ud83d"}})), **{"k:a": "\ude00"}), SILENT,
    ),
    "two halves that the text holds apart are no pair of wildcards' making": (
        line(identity(allow("*", "arn:aws:s3:::b/\ud83d?")), resource="arn:aws:s3:::b/x"), SILENT,
    ),
    "a lone surrogate in base64": (
        line(identity(when({"BinaryEquals": {"k:a": "\ud800"}})), **{"k:a": "\ud800"}), SILENT,
    ),
    # numbers
    "1e400 is no infinity that equals others": (
        line(identity(when({"NumericEquals": {"k:a": "1e400"}})), **{"k:a": "1e401"}), SILENT,
    ),
    "1e400 without quotes is its text": (
        line(identity(when({"NumericLessThan": {"k:a": "MARK"}})), **{"k:a": "1"})
        .replace('"MARK"', "1e400"), ALLOWED,
    ),
    "1e400 in the request": (
        line(identity(when({"NumericLessThan": {"k:a": "5"}})), **{"k:a": "MARK"})
        .replace('"MARK"', "1e400"), SILENT,
    ),
    "an exponent beyond all bounds is no number": (
        line(identity(when({"NumericLessThan": {"k:a": "1" + "0" * 30}})),
             **{"k:a": "-1e" + "9" * 30}), SILENT,
    ),
    "NaN is no number": (
        line(identity(when({"NumericLessThanEquals": {"k:a": "NaN"}})), **{"k:a": "NaN"}), SILENT,
    ),
    # addresses: a zone belongs to a host, not to an address that AWS sees
    "a zone in the request": (
        line(identity(when({"IpAddress": {"aws:SourceIp": "fe80::/10"}})),
             **{"aws:SourceIp": "fe80::1%eth0"}), SILENT,
    ),
    "a zone in the policy": (
        line(identity(when({"IpAddress": {"aws:SourceIp": "fe80::1%eth0"}})),
             **{"aws:SourceIp": "fe80::1%eth0"}), SILENT,
    ),
    "a zone in the length": (
        line(identity(when({"IpAddress": {"aws:SourceIp": "fe80::/10%eth0"}})),
             **{"aws:SourceIp": "fe80::1"}), SILENT,
    ),
    # dates: four digits are a year (W3C profile of ISO 8601)
    "the year 10000 in the policy is no date": (
        line(identity(when({"DateLessThan": {"aws:CurrentTime": "10000-01-01T00:00:00Z"}})),
             **{"aws:CurrentTime": "2026-01-01T00:00:00Z"}), SILENT,
    ),
    "the year 10000 in the request is no date": (
        line(identity(when({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})),
             **{"aws:CurrentTime": "10000-01-01T00:00:00Z"}), SILENT,
    ),
    "seconds of the year 10000 are a date": (
        line(identity(when({"DateGreaterThan": {"aws:EpochTime": "9999-12-31T23:59:59Z"}})),
             **{"aws:EpochTime": "253402300800"}), ALLOWED,
    ),
    # policies that are none
    **{
        f"no policy: {json.dumps(policy):.40}": (line({"identity": [policy]}), SILENT)
        for policy in (
            {}, {"Statement": None}, {"Statement": [[allow()]]}, {"Statement": [None, "x", 1]},
            {"statement": allow()}, {"Statement": allow() | {"Effect": "allow"}},
            {"Statement": allow() | {"Effect": ["Allow"]}}, {"Statement": {"Statement": allow()}},
        )
    },
}  # fmt: skip

ERRORS: dict[str, tuple[str, str]] = {
    "nested too deep": ('{"policies": ' + "[" * 200 + "]" * 200 + "}", "deep"),
    "nested without end": ('{"policies": ' + '{"a":' * 100_000, "deep"),
    "a context value that is an object": (line({}, **{"k:a": {"a": "b"}}), "must be text"),
    "lists in a list": (line({}, **{"k:a": [["b"]]}), "must be text"),
    "null": (line({}, **{"k:a": None}), "must be text"),
    "the same key in two cases": (line({}, **{"k:a": "b", "K:A": "b"}), "case does not count"),
    "the request twice": (
        line(identity(allow())).replace('"policies"', '"request": {}, "policies"'),
        "written twice",
    ),
    "the layer twice": (
        line({"identity": [], "scp": []}).replace('"scp"', '"identity"'),
        "written twice",
    ),
    "a key of the context twice": (
        line({}, **{"k:a": "b", "k:b": "b"}).replace('"k:b"', '"k:a"'),
        "written twice",
    ),
    "NaN": (line(identity(allow()), **{"k:a": "MARK"}).replace('"MARK"', "NaN"), "NaN"),
    "NUL where JSON has none": ("\x00" + line(identity(allow())), "\\u0000"),
    "a number of 5,000 digits": (
        line(identity(allow()), **{"k:a": "MARK"}).replace('"MARK"', "9" * 5_000),
        "5000",
    ),
    "a principal of 1 MB": (line(identity(allow())).replace(ROLE, "a" * 1_000_000), "no principal"),
    "an action with a line feed": (line(identity(allow()), action="s3:Get\n"), "no action"),
}

SOUND = line(identity(allow()))


def told(lines: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> list[dict[str, Any]]:
    """The answers of `remit decide --batch -`, and nothing but answers."""
    stream = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    main(["decide", "--batch", "-"])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert printed.out.isascii()
    return [json.loads(one) for one in printed.out.splitlines()]


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_right(name: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    text, verdict = VERDICTS[name]
    found = told([text, SOUND, text], monkeypatch, capsys)
    assert [one.get("decision", one) for one in found] == [verdict, ALLOWED, verdict]
    assert all(len(warning) < 400 for warning in found[0].get("warnings", ()))


@pytest.mark.parametrize("name", ERRORS)
def test_the_error_is_clear(name: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    text, said = ERRORS[name]
    found = told([text, SOUND, text], monkeypatch, capsys)
    assert found[1]["decision"] == ALLOWED
    for answer in (found[0], found[2]):
        assert said in answer["error"]
        assert answer["error"].isprintable()
        assert len(answer["error"]) < 400


def test_a_batch_in_latin_1_is_refused_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    bad = SOUND.encode().replace(b"b/x", b"b/\xe4")
    stream = io.TextIOWrapper(io.BytesIO(bad + b"\n" + SOUND.encode() + b"\n" + bad))
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["decide", "--batch", "-"]) == 2
    found = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert [("0xe4" in one.get("error", ""), one.get("decision")) for one in found] == [
        (True, None), (False, ALLOWED), (True, None),
    ]  # fmt: skip


@pytest.mark.parametrize("twice", ["Version", "Statement"])
def test_a_document_with_two_of_one_element_grants_nothing(twice: str) -> None:
    """The library's way: the text of a file, and no case around it."""
    second = {"Version": '"2012-10-17"', "Statement": json.dumps([allow()])}[twice]
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow()]})
    policy, problems = parse_text(text[:-1] + f', "{twice}": {second}}}', "p.json")
    assert problems
    assert policy is not None
    assert authorize(Request(ROLE, "s3:GetObject", OBJECT), PolicySet([policy])).verdict == SILENT


def test_requests_that_all_differ_do_not_fill_the_memory() -> None:
    """Whoever asks chooses resources, values and sessions: what is remembered has a limit."""
    held = PolicySet([document(allow("s3:GetObject", "arn:aws:s3:::b/*"))])
    session = "arn:aws:sts::111122223333:assumed-role/app/"
    for number in range(MANY):
        asked = Request(f"{session}{number}", f"s3:A{number}", OBJECT, context={f"k:{number}": "v"})
        assert authorize(asked, held).verdict == SILENT
    assert len(held.memory.levels) < MANY
    assert len(held.memory.decisions) < MANY
