"""Recordings: one call a line; what is none is told with its line, and the rest counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.app.wanted import recorded
from remit.core.call import Call, Place
from remit.core.span import Problem, Span
from remit.usage.recording import LONGEST, read, write

HERE = Place("aws", "eu-west-1", "111122223333")


def line(service: str, operation: str, **params: object) -> bytes:
    return json.dumps({"service": service, "operation": operation, "params": params}).encode()


def resources(*lines: bytes) -> list[str]:
    made = recorded(read(lines, "calls.jsonl"), HERE)
    return [f"{one.need.action} {one.need.resource}" for one in made.wanted]


@pytest.mark.parametrize(
    ("given_line", "message"),
    [
        (b"{", "the line is not JSON"),
        (b"\xff{}", "the line is not JSON"),
        (b"[1]", "the line is no JSON object"),
        (b'{"operation": "GetItem"}', "`service` must be a text"),
        (b'{"service": "s3", "operation": 1}', "`operation` must be a text"),
        (b'{"service": "s3", "operation": "GetObject", "params": []}', "`params` must be an object of at most 50 levels"),
        (b'{"service": "s3", "operation": "GetObject", "region": 1}', "`region` must be a text"),
        (b"[" * 100_000, "the line is not JSON"),
        (b" " * (LONGEST + 1) + b"x", f"the line is longer than {LONGEST} bytes"),
    ],
)  # fmt: skip
def test_bad_lines(given_line: bytes, message: str) -> None:
    good = line("s3", "ListBuckets")
    first, problem, last = read([good, given_line, b"\n", good], "calls.jsonl")
    assert isinstance(first, Call) and isinstance(last, Call)
    assert isinstance(problem, Problem)
    assert (problem.message, problem.span.file, problem.span.line) == (message, "calls.jsonl", 2)


@given(st.binary(max_size=60))
def test_no_line_is_a_traceback(data: bytes) -> None:
    for one in read([data], "calls.jsonl"):
        assert isinstance(one, Problem)


def test_calls_are_counted_and_needed_once() -> None:
    one = line("dynamodb", "UpdateItem", TableName="orders", Key={"id": {"S": "1"}})
    other = b'{"service": "sqs", "operation": "ListQueues", "region": "us-east-1"}'
    made = recorded(read([one, one, other, b"nonsense"], "calls.jsonl"), HERE)
    assert (made.calls, len(made.lost)) == (3, 1)
    assert [str(found.need.resource) for found in made.wanted] == [
        "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
        "*",
    ]
    assert made.wanted[0].place.line == 1


def test_several_keys_of_a_bucket_are_data() -> None:
    assert resources(line("s3", "GetObject", Bucket="b", Key="in/1.txt")) == [
        "s3:GetObject arn:aws:s3:::b/in/1.txt"
    ]
    several = [line("s3", "GetObject", Bucket="b", Key=f"in/2026/{n}.txt") for n in range(3)]
    assert resources(*several, line("s3", "GetObject", Bucket="c", Key="x")) == [
        "s3:GetObject arn:aws:s3:::b/in/2026/{one of 3 recorded keys}",
        "s3:GetObject arn:aws:s3:::c/x",
    ]
    apart = [line("s3", "PutObject", Bucket="b", Key=key) for key in ("in/1", "inner/2", "x")]
    assert resources(*apart)[0].endswith("arn:aws:s3:::b/{one of 3 recorded keys}")


def test_operations_without_known_permission_are_told() -> None:
    made = recorded(read([line("s3", "FlyToTheMoon")], "calls.jsonl"), HERE)
    assert made.wanted == [] and list(made.unmapped) == ["s3.FlyToTheMoon"]


def test_a_call_that_was_written_is_read_as_it_was() -> None:
    """Bytes are left out, times are text: nothing depends on either."""
    params = {"Bucket": "b", "Body": b"\x00", "When": datetime(2026, 1, 2, tzinfo=UTC), "N": [1, {"x": None}]}  # fmt: skip
    call = Call("s3", "PutObject", params, Span.whole("x"), region="eu-west-1")
    [found] = read([write(call).encode()], "x")
    assert isinstance(found, Call)
    assert (found.service, found.operation, found.region) == ("s3", "PutObject", "eu-west-1")
    expected = {"Bucket": "b", "Body": "", "When": "2026-01-02T00:00:00+00:00", "N": [1, {"x": None}]}  # fmt: skip
    assert found.params == expected
