"""JUnit XML, read back by `junitparser` as a CI system would, and by the standard library.

No package ships a schema of it: there is no one schema that its readers agree on.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from remit.core.finding import Severity
from remit.report.junit import NO_STAGE, UNTOLD, clean, render
from remit.report.outcome import Outcome, Places
from tests.report.orders import missing, on
from tests.report.pipelines import HERE, NOTHING, ORDERS, WEIRD, at, compared, many, outcome

KINDS = {Failure: "failure", Error: "error", Skipped: "skipped"}


def read(told: Outcome, places: Places = HERE) -> JUnitXml:
    return JUnitXml.fromstring(render(told, places).encode())


def shown(told: Outcome) -> list[tuple[str, str, str]]:
    """(suite, class, what became of it) of every case."""
    return [
        (suite.name, case.classname, KINDS[type(case.result[0])] if case.result else "passed")
        for suite in read(told)
        for case in suite
    ]


def test_a_stage_is_a_suite_and_a_rule_a_case() -> None:
    assert shown(ORDERS) == [
        *(
            (stage, *case)
            for stage in ("dev", "prod")
            for case in [
                ("missing-permission", "failure"),
                ("ineffective-grant", "failure"),
                ("masked-failure", "failure"),
                ("over-broad-grant", "passed"),
            ]
        ),
        (UNTOLD, "cannot-tell", "skipped"),
        (UNTOLD, "cannot-tell", "skipped"),
        (UNTOLD, "not-followed", "skipped"),
        (UNTOLD, "not-read", "skipped"),
    ]
    report = read(ORDERS)
    assert (report.tests, report.failures, report.errors, report.skipped) == (12, 6, 0, 4)
    assert [(s.tests, s.failures, s.skipped) for s in report] == [(4, 3, 0), (4, 3, 0), (4, 0, 4)]


def test_a_failure_in_full() -> None:
    case = next(iter(next(iter(read(outcome(missing("dev")), Places("services/orders"))))))
    place = "services/orders/chalicelib/repository.py"
    denied = (
        "`dynamodb:UpdateItem` on table `orders-dev` is denied: no statement of role "
        "`orders-api-dev` allows it"
    )
    assert case.name == f"{denied} ({place})"
    assert (case._elem.get("file"), case._elem.get("line")) == (place, "6")
    (failure,) = case.result
    assert (failure.type, failure.message) == ("error", f"{denied}.")
    assert failure.text == (
        f"{place}:6:16: error: {denied}.\n"
        "Stage: dev.\n"
        "Path: PUT /orders/{id} → update_order → Orders.save.\n"
        "The call raises AccessDeniedException on every request that reaches it.\n"
        "Add this statement to `.chalice/policy-dev.json`:\n"
        f"{missing('dev').patch}"
    )


def test_names_do_not_change_with_lines_and_no_two_are_alike() -> None:
    double = replace(missing("dev"), span=on("chalicelib/repository.py", 60, 1, 9))
    names = [case.name for case in next(iter(read(outcome(missing("dev"), double))))][:2]
    assert names[1] == f"{names[0]} (2)"
    assert not any(char.isdigit() for char in names[0])


def test_only_what_counts_fails() -> None:
    note = replace(missing("dev"), severity=Severity.NOTE)
    assert ("dev", "missing-permission", "skipped") in shown(outcome(note))
    told = shown(compared())
    assert {what for suite, _, what in told if suite == "dev"} == {"skipped", "passed"}
    assert ("prod", "missing-permission", "failure") in told
    assert (UNTOLD, "baseline", "skipped") in told


def test_the_same_finding_known_once_and_new_once() -> None:
    told = shown(outcome(missing("dev"), known=(missing("dev"),)))
    assert [
        what for suite, rule, what in told if (suite, rule) == ("dev", "missing-permission")
    ] == [
        "skipped",
        "failure",
    ]


def test_nothing_found() -> None:
    assert shown(NOTHING) == [
        (NO_STAGE, "missing-permission", "passed"),
        (NO_STAGE, "over-broad-grant", "passed"),
    ]
    assert read(Outcome(())).tests == 0


def test_nothing_seen_is_an_error() -> None:
    assert shown(replace(NOTHING, complete=False))[-1] == (UNTOLD, "blind", "error")


@pytest.mark.parametrize("path", WEIRD, ids=ascii)
def test_paths(path: str) -> None:
    report = Xml.fromstring(render(outcome(at(path)), HERE).encode())  # noqa: S314  our own text
    case = report.find("testsuite/testcase")
    assert case is not None
    assert case.get("file") == clean(path)


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=200)
def test_any_text_is_well_formed(text: str) -> None:
    finding = replace(missing("dev"), message=text, why=text, patch=text, stage=text, id=text)
    data = render(outcome(finding), HERE)
    assert data.isascii()
    report = Xml.fromstring(data.encode())  # noqa: S314  our own text
    assert len(list(report.iter("failure"))) == 1


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31m\x00", "\\x1b[31m\\x00"),
        ("\udc80\ufffe\uffff", "\\udc80\\ufffe\\uffff"),
        ("é注😀\x85", "é注😀\x85"),
    ],
)
def test_what_xml_cannot_hold_is_escaped(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_ten_thousand_findings() -> None:
    assert read(many(10_000)).failures == 10_000
