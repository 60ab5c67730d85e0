"""The page of a review, in Markdown and HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from remit.app.model import CheckResult, StageSummary
from remit.app.review import Change, Review, Row, State
from remit.core.finding import Confidence, Finding, Severity
from remit.core.span import Span
from remit.report.review import markdown, page

WEIRD = "<b>`a|b`</b> & *x*"


def reviewed(name: str = "orders") -> Review:
    span = Span("app.py", 3, 1, 3, 5)
    error = Finding(
        "missing-permission", Severity.ERROR, Confidence.CERTAIN, name, span, f"`{name}` is denied"
    )
    result = CheckResult(name, "sam", (StageSummary(name, 1, 2, 1, 0, 1, 0),), (error,))
    rows = (
        Row("s3", "s3:GetObject", (State.GRANTED,)),
        Row("s3", "s3:PutObject", (State.MISSING,)),
        Row("sqs", "sqs:*", (State.UNUSED,)),
    )
    changes = (Change(name, "granted", True, "sqs:*", "*"),)
    return Review(result, rows, "v1.2", changes)


MARKDOWN = """\
# Who may do what in orders

sam: 1 stage, 1 error and 0 warnings.

| Stage | Functions | Needs | Denied | Cannot be told | Errors | Warnings |
| --- | --- | --- | --- | --- | --- | --- |
| `orders` | 1 | 2 | 1 | 0 | 1 | 0 |

## To mend before the release

`remit check` shows how to mend each of them.

| Stage | What | Where |
| --- | --- | --- |
| `orders` | `orders` is denied | `app.py:3` |

## Changes since v1.2

| Stage |  | Action | Resource |
| --- | --- | --- | --- |
| `orders` | + granted | `sqs:*` | `*` |

## Action by stage
"""


def test_markdown() -> None:
    text = markdown(reviewed())
    assert text.startswith(MARKDOWN)
    assert "### s3\n\n| Action | orders |\n| --- | --- |\n| `s3:GetObject` | ✓ |\n" in text
    assert "| `s3:PutObject` | ✗ missing |" in text
    assert "| `sqs:*` | ○ unused |" in text


class _Page(HTMLParser):
    """The tags that are open, and whether they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["orders", WEIRD, "<script>alert(1)</script>"])
def test_html_is_whole_and_text_stays_text(name: str) -> None:
    parser = _Page()
    parser.feed(page(reviewed(name)))
    assert parser.open == []
    assert not parser.seen & {"b", "script", "link", "img"}


def test_text_of_the_project_cannot_break_a_markdown_table() -> None:
    rows = [line for line in markdown(reviewed(WEIRD)).splitlines() if line.startswith("| `")]
    assert rows
    assert all(
        line.endswith(" |") and "<b>" not in line.replace("`` <b>", "").replace("`<b>", "")
        for line in rows
    )


def test_long_tables_are_cut_and_counted() -> None:
    many = tuple(Change("dev", "needed", True, f"s3:A{i}", "*") for i in range(300))
    text = markdown(Review(CheckResult("p", "sam"), (), "v1", many))
    assert "And 100 more." in text
    assert "Nothing is needed and nothing is granted." in text
