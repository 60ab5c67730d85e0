"""A batch: a line in, a line out, whatever is in it; answers can be read back."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app import answers, cases
from remit.app.batch import Batch
from remit.app.decide import met
from remit.app.memo import STAND_IN, Memo
from remit.cli.batch import answers as batch_answers
from remit.core.decision import Decision, Determining, Layer, Verdict
from remit.syntax.source import MAX_SIZE

ALLOW_ALL = {"identity": [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]}
REQUEST = {
    "principal": "arn:aws:iam::111122223333:user/alice",
    "action": "s3:GetObject",
    "resource": "*",
}


def good(name: str, policies: Any = ALLOW_ALL) -> bytes:
    return json.dumps({"id": name, "request": REQUEST, "policies": policies}).encode()


GOOD = st.builds(good, st.text(max_size=5), st.sampled_from([ALLOW_ALL, {}, {"scp": [[]]}]))
MUTATED = st.builds(
    lambda line, at, put: line[: at % len(line)] + put + line[at % len(line) :],
    GOOD,
    st.integers(0, 400),
    st.sampled_from([b"", b'"', b"{", b"]", b",", b"\\", b"\xff", b"\r", b" ", b"0"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "request", "policies", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)
LINE = st.one_of(GOOD, MUTATED, st.binary(max_size=30), JSON.map(lambda v: json.dumps(v).encode()))
LINE = LINE.map(lambda line: line.replace(b"\n", b""))


@settings(max_examples=200)
@given(st.lists(LINE, max_size=12), st.booleans())
def test_a_batch_answers_line_for_line(lines: list[bytes], ended: bool) -> None:
    """Each line gets the answer that it gets alone, in order; the last may lack its end."""
    text = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    told = [answer.text for answer in batch_answers(io.BytesIO(text))]
    if not ended and lines and not lines[-1]:
        lines = lines[:-1]  # nothing after the last line end is no line
    alone = [Batch().answer(line, number).text for number, line in enumerate(lines, 1)]
    assert told == alone
    for one in told:
        assert one.isascii()
        assert "\n" not in one
        assert set(json.loads(one)) in (
            {"id", "decision", "determining"},
            {"id", "decision", "determining", "warnings"},
            {"id", "error", "where"},
        )


# Requests around policies that are known: most right, some wrong in every way that JSON has.
TEXTS = st.sampled_from(["a", "", "s3:GetObject", "é", "\ud800", REQUEST["principal"], STAND_IN])
LEAF = TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**400)
CONTEXT = st.dictionaries(
    st.sampled_from(["aws:TagKeys", "aws:tagkeys", "my:Key", "policies", ""]),
    LEAF | st.lists(LEAF | st.lists(LEAF, max_size=1), max_size=3),
    max_size=3,
)
RARE = st.integers(0, 9).map(lambda number: number == 0)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "principal": LEAF,
        "action": LEAF,
        "resourceAccount": LEAF | st.just("111122223333"),
        "context": CONTEXT | LEAF,
        "other": LEAF,
    },
)


@st.composite
def lines_with_known_policies(draw: st.DrawFn) -> str:
    request = {**REQUEST, "context": draw(CONTEXT)}
    if draw(RARE):
        request |= draw(MEMBERS)
    parts = [f'"request": {json.dumps(request)}', f'"policies": {json.dumps(ALLOW_ALL)}']
    if not draw(RARE):
        parts.append(f'"id": {json.dumps(draw(TEXTS if not draw(RARE) else LEAF))}')
    if draw(RARE):
        parts.append(draw(st.sampled_from(['"policies": {}', f'"id": {STAND_IN}', '"more": [{}]'])))
    line = "{" + ", ".join(draw(st.permutations(parts))) + "}"
    if draw(RARE):
        at = draw(st.integers(0, len(line)))
        put = draw(
            st.sampled_from(["", " ", "\t", "\r", '"', "[", "}", "0", ".5", STAND_IN, "NaN"])
        )
        line = line[:at] + put + line[at + draw(st.integers(0, 1)) :]
    return line


@settings(max_examples=400)
@given(lines_with_known_policies())
def test_known_policies_change_no_answer(line: str) -> None:
    """The quick way through a line gives the answer of the careful one, errors and all."""
    warm = Batch()
    warm.answer(good("first"), 1)
    data = line.encode("utf-8", "surrogatepass")
    assert warm.answer(data, 2) == Batch().answer(data, 2)


@pytest.mark.parametrize(
    "line",
    [
        good("b").replace(b'"policies": {', b'"policies": {}, "policies": {'),
        good("b").replace(b'"request"', b'"more": ' + b"[" * 200 + b"]" * 200 + b', "request"'),
        good("b").replace(b'"id"', b'"policies": -0.0e-0, "id"'),
        json.dumps({"id": "b", "more": {"policies": ALLOW_ALL}, "request": REQUEST, "policies": 0})
        .replace('"policies": 0', '"policies": -0.0e-0')
        .encode(),
        good("b") + b"5",
        good("b").replace(b'"resource": "*"', b'"resource": "*", "context": {"a": -0.0e-0}'),
        good("b").replace(b'"resource": "*"', b'"resource": "*", "context": {"a": ' + b"9" * 5000 + b"}"),
        good("b").replace(b'"resource": "*"', b'"resource": "*", "context": {"a": "' + b"9" * 70000 + b'"}'),
        json.dumps({"id": "b", "more": {"policies": ALLOW_ALL}, "request": REQUEST}).encode(),
        json.dumps(
            {"id": "b", "more": {"policies": ALLOW_ALL}, "request": REQUEST, "policies": {}}
        ).encode(),
    ],
)  # fmt: skip
def test_tricks_on_the_memo(line: bytes) -> None:
    warm = Batch()
    warm.answer(good("first"), 1)
    assert warm.answer(line, 2) == Batch().answer(line, 2)


def test_a_line_in_which_columns_mislead_is_not_remembered() -> None:
    batch = Batch()
    for line in (b"\r" + good("a"), b"\xef\xbb\xbf" + good("a"), good("a").replace(b"}", b"\r}")):
        assert batch.answer(line, 1).verdict is not None
    assert not batch._memo._compiled


def test_known_policies_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    load = cases.load

    def counting(data: bytes | str, file: str) -> Any:
        read.append(data)
        return load(data, file)

    monkeypatch.setattr(cases, "load", counting)
    batch = Batch()
    for name in "abc":
        for policies in (ALLOW_ALL, {}):
            assert batch.answer(good(name, policies), 1).verdict is not None
    assert len(read) == 2


def test_a_line_that_is_too_long_is_passed_over() -> None:
    long = b'{"id": "' + b"x" * (2 * MAX_SIZE) + b'"}'
    told = [json.loads(a.text) for a in batch_answers(io.BytesIO(long + b"\n" + good("next")))]
    assert told[0] == {
        "id": None,
        "error": f"the line is longer than {MAX_SIZE} bytes",
        "where": "1:1",
    }
    assert (told[1]["id"], told[1]["decision"]) == ("next", "allowed")
    assert len(told) == 2


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_longest_line(over: int, end: bytes) -> None:
    line = good("a")
    line += b" " * (MAX_SIZE + over - len(line)) + end
    (told,) = [json.loads(answer.text) for answer in batch_answers(io.BytesIO(line))]
    assert ("error" in told) is (over > 0)


DECISIONS = st.builds(
    Decision,
    st.sampled_from(Verdict),
    st.lists(
        st.builds(
            Determining,
            st.sampled_from(Layer),
            st.integers(0, 99),
            st.integers(0, 99),
            st.none() | st.text(max_size=5),
        ),
        max_size=4,
    ).map(tuple),
    st.lists(st.text(max_size=9), max_size=3).map(tuple),
)


@given(st.none() | st.text(), DECISIONS)
def test_an_answer_can_be_read_back(name: str | None, decision: Decision) -> None:
    read = json.loads(answers.decided(name, decision))
    determining = tuple(
        Determining(Layer(one["layer"]), one["policy"], one["statement"], one["sid"])
        for one in read["determining"]
    )
    again = Decision(Verdict(read["decision"]), determining, tuple(read.get("warnings", ())))
    assert (read["id"], again) == (name, decision)


@pytest.mark.parametrize(
    ("expected", "verdicts"),
    [
        (None, {"allowed", "explicitDeny", "implicitDeny"}),
        ("allowed", {"allowed"}),
        ("denied", {"explicitDeny", "implicitDeny"}),
    ],
)
def test_what_meets_an_expectation(expected: str | None, verdicts: set[str]) -> None:
    assert {str(verdict) for verdict in Verdict if met(verdict, expected)} == verdicts


def test_the_memo_is_bounded() -> None:
    """Many policy sets, one after the other: what was used last is kept, the rest forgotten."""
    batch = Batch()
    memo: Memo = batch._memo
    for number in range(300):
        policies = {"identity": [{"Id": f"{number}", "Statement": []}]}
        batch.answer(good(str(number), policies), number)
    assert len(memo._compiled) == 64
    assert memo._characters == sum(map(len, memo._compiled))
    big = {"identity": [{"Id": "x" * 400_000, "Statement": []}]}
    for number in range(9):
        big["identity"][0]["Id"] += "x"
        batch.answer(good("big", big), number)
    assert memo._characters <= 2 * 1024 * 1024
