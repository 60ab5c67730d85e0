"""The report as SARIF 2.1.0: what GitHub code scanning and other viewers of findings read.

Standard: docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os, the numbers in comments are its
sections. What GitHub takes of it: docs.github.com, "SARIF support for code scanning".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

from remit import __version__
from remit.app.fingerprint import digest, fingerprint
from remit.core.finding import Confidence, Finding
from remit.core.span import Span
from remit.report.group import Group
from remit.report.outcome import NOTICES, Notice, Outcome, Part, Places, joined, said
from remit.report.rules import Rule

Json: TypeAlias = "str | int | float | Sequence[Json] | Mapping[str, Json] | None"

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"
FINGERPRINT = "remit/v1"
"""The key of our own fingerprint; its number changes when the way to make it does (3.27.17)."""

LINE_HASH = "primaryLocationLineHash"
"""The only fingerprint that GitHub compares. Its upload action computes it from the source line,
so that two findings of one rule on one line would be the same to it."""

_LINK = re.compile(r"\[([^\[\]]*)\]\(")

RANKS = {Confidence.CERTAIN: 100.0, Confidence.CONDITIONAL: 50.0}


def render(outcome: Outcome, places: Places) -> str:
    """The outcome as one SARIF log in ASCII, ending with a newline."""
    # Indentation would make the file half as large again, and take the slower encoder.
    return json.dumps(document(outcome, places), separators=(",", ":")) + "\n"


def document(outcome: Outcome, places: Places) -> dict[str, Json]:
    """The outcome as the value that `render` writes."""
    run: dict[str, Json] = {
        "tool": {"driver": _driver(outcome)},
        "columnKind": "unicodeCodePoints",  # 3.14.17: Span counts characters
        "newlineSequences": ["\r\n", "\n", "\r"],
        # 3.14.14: no `uri`, which would be this machine's; the viewer knows where it looks.
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The root of the repository, or of the project."}}
        },
        "invocations": [_invocation(outcome, places)],
        "results": _results(outcome, places),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


# -- the tool ----------------------------------------------------------------------------------


def _driver(outcome: Outcome) -> dict[str, Json]:
    return {
        "name": "remit",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in _all_rules(outcome)],
        "notifications": [
            {"id": kind, "shortDescription": {"text": text}} for kind, text in NOTICES.items()
        ],
    }


def _all_rules(outcome: Outcome) -> list[Rule]:
    """The rules given, and any that only a finding names."""
    given = {rule.id: rule for rule in outcome.rules}
    for finding in (*outcome.findings, *outcome.known):
        given.setdefault(finding.id, Rule(finding.id))
    return list(given.values())


def _rule(rule: Rule) -> dict[str, Json]:
    told: dict[str, Json] = {"id": rule.id, "shortDescription": {"text": rule.short or rule.id}}
    if rule.full:
        told["fullDescription"] = {"text": rule.full}
    if rule.page:
        told["help"] = {"text": rule.page, "markdown": rule.page}
    return told


def _invocation(outcome: Outcome, places: Places) -> dict[str, Json]:
    told: dict[str, Json] = {"executionSuccessful": outcome.complete}
    if outcome.notices:
        told["toolExecutionNotifications"] = [_notice(one, places) for one in outcome.notices]
    return told


def _notice(notice: Notice, places: Places) -> dict[str, Json]:
    told: dict[str, Json] = {
        "descriptor": {"id": notice.kind},
        "level": "note",
        "message": {"text": _plain(notice.message)},
    }
    if notice.span:
        told["locations"] = [_location(notice.span, places)]
    return told


# -- the results -------------------------------------------------------------------------------


def _results(outcome: Outcome, places: Places) -> list[Json]:
    index = {rule.id: number for number, rule in enumerate(_all_rules(outcome))}
    turns: Counter[object] = Counter()
    on_line: Counter[object] = Counter()
    results: list[Json] = []
    for group, is_new in joined(outcome):
        first = group.first
        told = _result(group, places)
        told["ruleIndex"] = index[first.id]
        told["partialFingerprints"] = _fingerprints(first, places, turns, on_line)
        if outcome.compared:
            told["baselineState"] = "new" if is_new else "unchanged"
        results.append(told)
    return results


def _result(group: Group, places: Places) -> dict[str, Json]:
    first = group.first
    parts = said(group)
    told: dict[str, Json] = {
        "ruleId": first.id,
        "level": first.severity.value,  # 3.27.10 has the same words
        "rank": RANKS[first.confidence],
        "message": {"text": _text(parts), "markdown": _markdown(parts)},
        "locations": [_location(first.span, places)],
        "properties": _properties(group),
    }
    related = dict.fromkeys(
        (one.span, one.note) for v in group.variants for one in v.finding.related
    )
    if related:
        told["relatedLocations"] = [
            {"id": number, **_location(span, places, note)}
            for number, (span, note) in enumerate(related, 1)
        ]
    if first.path:
        told["codeFlows"] = [_flow(first, places)]
    return told


def _properties(group: Group) -> dict[str, Json]:
    first = group.first
    told: dict[str, Json] = {"confidence": first.confidence.value}
    stages = [stage for variant in group.variants for stage in variant.stages if stage]
    resources = dict.fromkeys(v.finding.resource for v in group.variants if v.finding.resource)
    for name, value in (("stages", stages), ("action", first.action), ("resources", resources)):
        if value:
            told[name] = value if isinstance(value, str) else list(value)
    return told


def _fingerprints(
    finding: Finding, places: Places, turns: Counter[object], on_line: Counter[object]
) -> dict[str, Json]:
    """What the finding is known by in the next run, whatever stages it is true of then."""
    own = fingerprint(finding, places.lines)
    same = (own.id, own.file, own.function, own.action, own.source)
    line = (own.id, own.file, finding.span.line)
    value = digest(*same, turns[same])
    turns[same] += 1
    on_line[line] += 1
    return {FINGERPRINT: value, **({LINE_HASH: value} if on_line[line] > 1 else {})}


def _flow(finding: Finding, places: Places) -> dict[str, Json]:
    steps = [_location(frame.span, places, frame.function) for frame in finding.path]
    steps.append(_location(finding.span, places, finding.message))
    return {"threadFlows": [{"locations": [{"location": step} for step in steps]}]}


def _text(parts: Sequence[Part]) -> str:
    return _plain("\n".join(part.text for part in parts))


def _plain(text: str) -> str:
    """3.11.6: a viewer makes a link of `[a](b)`, which is also how code calls `table[key](x)`."""
    return _LINK.sub(r"\\[\1\\](", text) if "](" in text else text


def _markdown(parts: Sequence[Part]) -> str:
    return "\n\n".join(_fenced(part.text) if part.code else part.text for part in parts)


def _fenced(text: str) -> str:
    """`text` in a fence that is longer than any run of backticks in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


# -- places ------------------------------------------------------------------------------------


def _location(span: Span, places: Places, message: str = "") -> dict[str, Json]:
    told: dict[str, Json] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(places.path(span.file)), "uriBaseId": ROOT},
            "region": _region(span),
        }
    }
    if message:
        told["message"] = {"text": _plain(message)}
    return told


def _region(span: Span) -> dict[str, Json]:
    """GitHub wants a line for everything: what concerns a whole file is shown at its first."""
    if span == Span.whole(span.file):
        return {"startLine": 1}
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,  # 3.30.8: the column after the last character, as ours
    }


def uri(path: str) -> str:
    """`path` as a relative URI reference (RFC 3986): everything escaped that could be read as
    something else."""
    return quote(path, safe="/", errors="backslashreplace")
