"""The report as JUnit XML, which GitLab, Jenkins and most CI systems show as tests.

There is no standard, only what its readers have in common: suites of cases, a case with a
`failure`, an `error` or a `skipped` in it. A stage is a suite; a rule that finds nothing there is
a case that passes, a finding that counts is one that fails, anything else is skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as Xml  # only writes: nothing is parsed

from remit.core.finding import Finding, Severity
from remit.core.span import Span
from remit.report.group import Group, Variant, by_place
from remit.report.outcome import Outcome, Places, said

NO_STAGE = "remit"
"""The suite of what has no stage."""
UNTOLD = "what could not be told"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
OUTCOMES = ("failure", "error", "skipped")

# XML 1.0, section 2.2: no other character may stand in a document, not even as a reference.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome, places: Places) -> str:
    """The outcome as an XML document in ASCII, ending with a newline."""
    top = Xml.Element("testsuites", name="remit")
    for suite in _suites(outcome, places):
        top.append(suite.closed())
    _count(top, list(top.iter("testcase")))
    Xml.indent(top)
    data: bytes = Xml.tostring(top, encoding="us-ascii")
    return f"{_DECLARATION}\n{data.decode('ascii')}\n"


class _Suite:
    """One `testsuite` while it is filled. Names of cases are made unique: readers drop doubles."""

    def __init__(self, name: str, places: Places) -> None:
        self.element = Xml.Element("testsuite", name=clean(name))
        self.places = places
        self.names: Counter[str] = Counter()

    def case(self, kind: str, name: str, span: Span | None = None) -> Xml.Element:
        """A new case; it passes until something is put into it."""
        name = clean(" ".join(name.split()))
        self.names[name] += 1
        if self.names[name] > 1:
            name = f"{name} ({self.names[name]})"
        case = Xml.SubElement(self.element, "testcase", name=name, classname=clean(kind))
        if span is not None:
            case.set("file", clean(self.places.path(span.file)))
            case.set("line", str(span.line))
        return case

    def closed(self) -> Xml.Element:
        """The element, with its counts."""
        _count(self.element, list(self.element))
        return self.element


def _suites(outcome: Outcome, places: Places) -> list[_Suite]:
    told = [(finding, False) for finding in outcome.findings]
    told += [(finding, True) for finding in outcome.known]
    named = [finding.stage for finding, _ in told]
    suites = [
        _stage(outcome, places, stage, [(f, known) for f, known in told if f.stage == stage])
        for stage in dict.fromkeys((*outcome.stages, *named)) or [""]
    ]
    if outcome.notices or not outcome.complete:
        suites.append(_untold(outcome, places))
    return suites


def _stage(
    outcome: Outcome, places: Places, stage: str, told: list[tuple[Finding, bool]]
) -> _Suite:
    suite = _Suite(stage or NO_STAGE, places)
    known = Counter(finding for finding, is_known in told if is_known)
    for group in by_place(finding for finding, _ in told):
        finding = group.first
        is_known = known[finding] > 0
        known[finding] -= is_known
        _finding(suite, finding, is_known)
    found = {finding.id for finding, _ in told}
    for rule in outcome.rules:
        if rule.id not in found:
            suite.case(rule.id, rule.id)
    return suite


def _finding(suite: _Suite, finding: Finding, is_known: bool) -> None:
    where = suite.places.path(finding.span.file)
    case = suite.case(finding.id, f"{finding.message} ({where})", finding.span)
    lead, *rest = (part.text for part in said(Group((Variant(finding, (finding.stage,)),))))
    if is_known or finding.severity is Severity.NOTE:
        why = "known: it is in the baseline" if is_known else "note"
        _put(case, "skipped", f"{why}: {lead}")
    else:
        place = f"{where}:{finding.span.line}:{finding.span.column}"
        text = "\n".join([f"{place}: {finding.severity.value}: {lead}", *rest])
        _put(case, "failure", lead, finding.severity.value, text)


def _untold(outcome: Outcome, places: Places) -> _Suite:
    suite = _Suite(UNTOLD, places)
    if not outcome.complete:
        what = "the module at which everything starts could not be read"
        _put(suite.case("blind", what), "error", f"{what}: no call was seen", "blind")
    for notice in outcome.notices:
        _put(suite.case(notice.kind, notice.message, notice.span), "skipped", notice.message)
    return suite


def _put(case: Xml.Element, what: str, message: str, kind: str = "", text: str = "") -> None:
    element = Xml.SubElement(case, what, message=clean(message))
    if kind:
        element.set("type", kind)
    if text:
        element.text = clean(text)


def _count(element: Xml.Element, cases: list[Xml.Element]) -> None:
    found = Counter(child.tag for case in cases for child in case)
    for name, tag in zip(("failures", "errors", "skipped"), OUTCOMES, strict=True):
        element.set(name, str(found[tag]))
    element.set("tests", str(len(cases)))


def clean(text: str) -> str:
    """`text` with the characters that XML cannot hold as escapes (`\\x1b`)."""
    return _ILLEGAL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
