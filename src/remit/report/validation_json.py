"""What `remit validate` found, for programs: close to what Access Analyzer answers.

Lines start at 1, columns and offsets at 0, as there. `version` changes when a field changes its
meaning or goes away; new fields may come at any time.
Source: Access Analyzer API reference, ValidatePolicyFinding, Location, Span, PathElement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from remit.app.validate import Checked, Result
from remit.core.span import Span
from remit.syntax.codes import Level
from remit.syntax.nodes import Mapping, Node
from remit.syntax.nodes import Sequence as List
from remit.validate.model import Issue

VERSION = 1
_BREAK = re.compile(r"\r\n|\n|\r")
_PAGE = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
)
_ANCHOR = "#access-analyzer-reference-policy-checks-"
_TYPES = {
    Level.ERROR: ("ERROR", "error"),
    Level.SECURITY_WARNING: ("SECURITY_WARNING", "security-warning"),
    Level.WARNING: ("WARNING", "general-warning"),
    Level.SUGGESTION: ("SUGGESTION", "suggestion"),
}


def render(result: Result) -> str:
    """The result as one JSON object in ASCII, ending with a newline."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: Result) -> dict[str, Any]:
    """The result as the value that `render` writes."""
    counts = {_TYPES[level][0]: result.counts[level] for level in Level}
    return {
        "version": VERSION,
        "documents": [_document(one) for one in result.documents],
        "counts": counts,
    }


def _document(one: Checked) -> dict[str, Any]:
    starts = _starts(one.data) if one.issues else []
    return {
        "file": one.file,
        "policyType": None if one.type is None else one.type.value,
        "resourceType": one.resource_type,
        "inferredFrom": one.why or None,
        "findings": [_finding(issue, one.node, starts) for issue in one.issues],
    }


def _finding(issue: Issue, node: Node | None, starts: Sequence[int]) -> dict[str, Any]:
    return {
        "findingType": _TYPES[issue.level][0],
        "issueCode": issue.code,
        "findingDetails": issue.message,
        "learnMoreLink": _link(issue),
        "locations": [{"path": path(node, issue.span), "span": _span(issue.span, starts)}],
        "why": issue.check.why,
        "fix": issue.fix,
        "confidence": issue.confidence.value,
    }


def _link(issue: Issue) -> str | None:
    """AWS's page of the check; remit's own checks have none there."""
    if issue.check.is_own:
        return None
    return f"{_PAGE}{_ANCHOR}{_TYPES[issue.level][1]}-{issue.code.lower().replace('_', '-')}"


def _span(span: Span, starts: Sequence[int]) -> dict[str, Any]:
    return {
        "start": _position(span.line, span.column, starts),
        "end": _position(span.end_line, span.end_column, starts),
    }


def _position(line: int, column: int, starts: Sequence[int]) -> dict[str, int]:
    begin = starts[line - 1] if 0 < line <= len(starts) else 0
    return {"line": line, "column": column - 1, "offset": begin + column - 1}


def _starts(data: bytes) -> list[int]:
    """The offset in characters of each line's beginning, a byte order mark not counted."""
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return [0, *(found.end() for found in _BREAK.finditer(text))]


def path(node: Node | None, span: Span) -> list[dict[str, Any]]:
    """The way from the root to what stands at `span`: `{"value": KEY}` and `{"index": N}` steps;
    the last is `{"key": KEY}` where the key itself is meant."""
    steps: list[dict[str, Any]] = []
    while node is not None:
        if node.span == span:
            return steps
        step, node = _step(node, span)
        if step is None:
            return steps
        steps.append(step)
    return steps


def _step(node: Node, span: Span) -> tuple[dict[str, Any] | None, Node | None]:
    """One step towards `span`, and where it leads; None where there is none."""
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if _within(span, key.span):
                return {"key": key.text}, None
            if _within(span, value.span):
                return {"value": key.text}, value
    elif isinstance(node, List):
        for index, item in enumerate(node.items):
            if _within(span, item.span):
                return {"index": index}, item
    return None, None


def _within(inner: Span, outer: Span) -> bool:
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    return begins and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
