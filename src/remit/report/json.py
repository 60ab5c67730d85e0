"""The report for programs: a stable format, described in docs/json.md and docs/check.schema.json.

`version` changes when a field changes its meaning or goes away; new fields may come at any time.
"""
# The name shadows the standard library's only for code inside `remit.report`, where every import
# is absolute.

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

from remit.app.model import CheckResult, Compared, Silenced, StageSummary, Stats
from remit.core.call import Frame
from remit.core.finding import Finding, Unresolved
from remit.core.span import Problem, Span
from remit.scan.model import Unattributed

VERSION = 1

Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json] | None"


def render(result: CheckResult) -> str:
    """The result as one JSON object in ASCII, ending with a newline."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: CheckResult) -> dict[str, Json]:
    """The result as the value that `render` writes."""
    told: dict[str, Json] = {
        "version": VERSION,
        "project": result.project,
        "framework": result.framework,
        "findings": [_finding(finding) for finding in result.findings],
        "unresolved": [_unresolved(need) for need in result.unresolved],
        "silenced": [_silenced(item) for item in result.silenced],
        "problems": [_problem(problem) for problem in result.problems],
        "unattributed": [_unattributed(call) for call in result.unattributed],
        "stages": [_stage(stage) for stage in result.stages],
        "stats": _stats(result.stats),
    }
    if result.baseline is not None:
        told["baseline"] = _baseline(result.baseline)
    return told


def _baseline(baseline: Compared) -> dict[str, Json]:
    return {
        "file": baseline.file,
        "known": [_finding(finding) for finding in baseline.known],
        "absent": [asdict(entry) for entry in baseline.absent],
    }


def _finding(finding: Finding) -> dict[str, Json]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "stage": finding.stage,
        "action": finding.action,
        "resource": finding.resource,
        "location": _location(finding.span),
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "patch": finding.patch,
        "path": _path(finding.path),
        "related": [
            {"location": _location(related.span), "note": related.note}
            for related in finding.related
        ],
    }


def _unresolved(need: Unresolved) -> dict[str, Json]:
    return {
        "stage": need.stage,
        "action": need.action,
        "resource": need.resource,
        "location": _location(need.span),
        "hole": need.hole,
        "fill": need.fill,
        "path": _path(need.path),
    }


def _silenced(item: Silenced) -> dict[str, Json]:
    return {"reason": item.reason, "finding": _finding(item.finding)}


def _problem(problem: Problem) -> dict[str, Json]:
    return {
        "location": _location(problem.span),
        "message": problem.message,
        "hint": problem.hint,
    }


def _unattributed(call: Unattributed) -> dict[str, Json]:
    return {"location": _location(call.span), "what": call.what, "why": call.why}


def _stage(stage: StageSummary) -> dict[str, Json]:
    return {
        "name": stage.name,
        "functions": stage.functions,
        "needs": stage.needs,
        "denied": stage.denied,
        "unresolved": stage.unresolved,
        "errors": stage.errors,
        "warnings": stage.warnings,
    }


def _stats(stats: Stats) -> dict[str, Json]:
    return {
        "calls": {
            "found": stats.calls_found,
            "followed": stats.calls_followed,
            "unattributed": stats.calls_unattributed,
            "foreign": stats.calls_foreign,
        },
        "needs": {
            "total": stats.needs,
            "allowed": stats.needs_allowed,
            "denied": stats.needs_denied,
            "unresolved": stats.needs_unresolved,
        },
        "files": {"read": stats.files, "lost": stats.files_lost},
        "entries": stats.entries,
    }


def _path(path: tuple[Frame, ...]) -> list[Json]:
    return [{"function": frame.function, "location": _location(frame.span)} for frame in path]


def _location(span: Span) -> dict[str, Json]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
