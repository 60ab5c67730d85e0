"""Annotations: the commands to the letter, and back through the runner's way of reading them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.finding import Severity
from remit.core.span import Span
from remit.report.github import render
from remit.report.outcome import Outcome, Places
from tests.report.orders import masked, missing
from tests.report.pipelines import HERE, NOTHING, ORDERS, WEIRD, at, compared, many, outcome

# The escapes of a property, as the runner undoes them: `%25` last (actions/runner,
# ActionCommand.cs). In the message, `:` and `,` stay as they are.
_UNDO = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


def undone(text: str) -> str:
    for escaped, char in _UNDO:
        text = text.replace(escaped, char)
    return text


def read(line: str) -> tuple[str, dict[str, str], str]:
    """(level, properties, message) as the runner takes a line apart."""
    assert line.startswith("::")
    head, message = line[2:].split("::", 1)
    level, _, given = head.partition(" ")
    pairs = (pair.split("=", 1) for pair in given.split(","))
    return level, {name: undone(value) for name, value in pairs}, undone(message)


def lines(told: Outcome, places: Places = HERE, encoding: str = "utf-8") -> list[str]:
    text = render(told, places, encoding)
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_an_annotation_to_the_letter() -> None:
    assert lines(outcome(masked("dev")), Places("services/orders")) == [
        "::warning file=services/orders/app.py,line=15,endLine=15,col=16,"
        "title=masked-failure (conditional)::`update_order` answers HTTP 200 when it fails."
        "%0AStage: dev."
        "%0APath: PUT /orders/{id} → update_order."
        "%0AChalice sends a plain dict as the body of a response with status 200: clients and "
        "alarms see a success."
        '%0AReturn `Response(body={"message": "failed"}, status_code=500)`, or let the exception '
        "pass: Chalice answers 500 itself.",
        "remit: 0 errors, 1 warning, 0 notes",
    ]


def test_errors_come_first_and_everything_is_told() -> None:
    told = [read(line) for line in lines(ORDERS)[:-1]]
    assert [(level, place["title"]) for level, place, _ in told] == [
        ("error", "missing-permission (certain)"),
        ("error", "ineffective-grant (certain)"),
        ("error", "ineffective-grant (certain)"),
        ("warning", "masked-failure (conditional)"),
        ("notice", "cannot-tell"),
        ("notice", "cannot-tell"),
        ("notice", "not-followed"),
        ("notice", "not-read"),
    ]
    assert lines(ORDERS)[-1] == "remit: 3 errors, 1 warning, 0 notes; 4 remarks"
    # A column holds only on one line.
    assert "col" not in told[0][1]
    assert told[0][1] | {"title": ""} == {
        "file": "chalicelib/repository.py",
        "line": "6",
        "endLine": "9",
        "title": "",
    }


def test_a_note_is_a_notice() -> None:
    told = lines(outcome(replace(missing("dev"), severity=Severity.NOTE)))
    assert read(told[0])[0] == "notice"


def test_nothing_found() -> None:
    assert lines(NOTHING) == ["remit: 0 errors, 0 warnings, 0 notes"]


def test_what_the_baseline_knows_is_not_annotated() -> None:
    told = lines(compared())
    assert [read(line)[1]["title"] for line in told[:3]] == [
        "missing-permission (certain)",
        "ineffective-grant (certain)",
        "masked-failure (conditional)",
    ]
    assert read(told[1])[1]["file"] == ".chalice/policy-prod.json"
    level, place, message = read(told[-2])
    assert (level, place) == ("notice", {"title": "baseline"})
    assert message.startswith("`.remit-baseline.json`: 1 entry fits no finding any more")
    assert told[-1] == "remit: 2 errors, 1 warning, 0 notes; 3 in the baseline; 5 remarks"


def test_the_file_as_a_whole() -> None:
    told = lines(outcome(replace(masked("dev"), span=Span.whole("app.py"))))
    assert told[0].startswith("::warning file=app.py,line=1,endLine=1,title=")


@pytest.mark.parametrize("path", WEIRD, ids=ascii)
def test_paths(path: str) -> None:
    told = lines(outcome(at(path)))
    assert len(told) == 2
    assert read(told[0])[1]["file"] == path.replace("\udc80", "\\udc80")


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["utf-8", "ascii", "cp932"]))
@settings(max_examples=200)
def test_no_text_breaks_out_of_its_line(text: str, encoding: str) -> None:
    finding = replace(at(f"a{text}"), message=text, id=text, patch=text)
    told = lines(outcome(finding), encoding=encoding)
    assert len(told) == 2
    told[0].encode(encoding)
    level, place, _ = read(told[0])
    assert (level, set(place)) == ("error", {"file", "line", "endLine", "col", "title"})
    if encoding == "utf-8":
        assert place["file"] == f"a{text}"


def test_a_message_says_what_was_meant() -> None:
    odd = "50%, 100%25, a:b\n::error::not a command \x1b[31m"
    _, _, message = read(lines(outcome(replace(missing("dev"), message=odd)))[0])
    assert message.startswith("50%, 100%25, a:b\n::error::not a command \\x1b[31m.\nStage: dev.")


def test_ten_thousand_findings() -> None:
    assert len(lines(many(10_000))) == 10_001
