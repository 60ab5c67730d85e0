"""Fingerprints: what changes them and what does not (docs/pipelines.md promises it)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.app.fingerprint import MOST_LINES, digest, fingerprint
from remit.core.finding import Confidence, Finding, Severity
from remit.core.span import Span
from tests.report.orders import masked, missing, on

BASE = Finding(
    id="missing-permission",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    stage="dev",
    span=Span("app.py", 2, 5, 4, 2),
    message="denied",
)
CALL = ["", "x = put(Key={'id': id},", "    Item=item,", ")", ""]


def source(*lines: str, span: Span = BASE.span, **more: object) -> str:
    finding = replace(BASE, span=span, **more)
    return fingerprint(finding, lambda _: lines).source


def test_all_of_it() -> None:
    told = fingerprint(missing("dev"), lambda _: None)
    assert (told.file, told.id, told.stage, told.function, told.action, told.resource) == (
        "chalicelib/repository.py",
        "missing-permission",
        "dev",
        "Orders.save",
        "dynamodb:UpdateItem",
        "arn:aws:dynamodb:{region}:{account}:table/orders-dev",
    )
    assert told.severity == "error"
    assert told.loose == replace(told, source="")
    assert fingerprint(masked("dev"), lambda _: None).loose is None


def test_the_digest_is_for_ever() -> None:
    """Baselines in people's repositories hold it. By another hand: `sha256sum` of `["a", 1]`."""
    assert digest("a", 1) == "2657442bb4a48d62"


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (["", "", "", *CALL[1:]], Span("app.py", 4, 5, 6, 2)),  # moved
        (["", "x = put(", "  Key={'id': id},", " Item=item)"], Span("app.py", 2, 5, 4, 12)),
        (["", 'x = put(Key={"id": id}, Item=item)'], Span("app.py", 2, 5, 2, 35)),
        (["", "return put(Key={'id':id}, Item=item,)+1"], Span("app.py", 2, 8, 2, 38)),
        (["", "\tx =\tput(Key={'id': id},", "\f    Item=item,", "\t)"], Span("app.py", 2, 6, 4, 3)),
    ],
)
def test_what_formatters_do_changes_nothing(lines: list[str], span: Span) -> None:
    assert source(*lines, span=span) == source(*CALL)


def test_what_the_code_says_does() -> None:
    assert source("", "x = put(Key={'id': no},", "    Item=item,", ")") != source(*CALL)


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ((), BASE.span),  # the file is shorter than the span says
        (("", "a"), BASE.span),
        (CALL, Span.whole("app.py")),
        (CALL, on("app.py", 1, 1, 1)),  # an empty line
    ],
)
def test_without_a_source_the_message_stands_in(lines: list[str], span: Span) -> None:
    told = source(*lines, span=span)
    assert told == digest("denied")
    assert told != source(*lines, span=span, message="other")


def test_with_a_source_the_message_does_not_matter() -> None:
    """A new version of remit may say the same in other words."""
    assert source(*CALL, message="other") == source(*CALL)


def test_a_span_of_a_megabyte_is_not_read_to_its_end() -> None:
    lines = [f"line {number}" for number in range(50_000)]
    span = Span("app.py", 1, 1, 50_000, 3)
    changed = [*lines[:MOST_LINES], "other", *lines[MOST_LINES + 1 :]]
    assert source(*lines, span=span) == source(*changed, span=span)
