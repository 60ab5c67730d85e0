"""The report as workflow commands of GitHub Actions, which become annotations on the lines.

Form and escapes: docs.github.com, "Workflow commands for GitHub Actions", and `command.ts` of
github.com/actions/toolkit. A run shows ten annotations of each level for a step, so errors come
first; the log has all of them.
"""

from __future__ import annotations

from remit.core.finding import Severity
from remit.core.span import Span
from remit.report.group import Group, count
from remit.report.lines import some
from remit.report.outcome import Outcome, Places, joined, said
from remit.report.terminal import Screen

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(outcome: Outcome, places: Places, encoding: str = "utf-8") -> str:
    """One command a line for what is new, then for what could not be told; a closing line."""
    screen = Screen(encoding=encoding)
    new = [group for group, is_new in joined(outcome) if is_new]
    lines = []
    for group in new:
        first = group.first
        title = f"{first.id} ({first.confidence.value})"
        text = "\n".join(part.text for part in said(group))
        lines.append(_command(screen, LEVELS[first.severity], title, text, first.span, places))
    for notice in outcome.notices:
        lines.append(_command(screen, "notice", notice.kind, notice.message, notice.span, places))
    return "\n".join([*lines, _closing(outcome, new)]) + "\n"


def _command(
    screen: Screen, level: str, title: str, text: str, span: Span | None, places: Places
) -> str:
    told = _place(span, places) if span else {}
    properties = ",".join(
        f"{name}={_encodable(value, screen).translate(_PROPERTY)}"
        for name, value in {**told, "title": title}.items()
    )
    message = "\n".join(screen.clean(line) for line in text.split("\n"))
    return f"::{level} {properties}::{message.translate(_DATA)}"


def _place(span: Span, places: Places) -> dict[str, str]:
    """A column holds only for what begins and ends on one line; GitHub drops it otherwise."""
    told = {"file": places.path(span.file), "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line and span != Span.whole(span.file):
        told["col"] = str(span.column)
    return told


def _encodable(text: str, screen: Screen) -> str:
    """A path must stay what it is: only what cannot be written at all is escaped."""
    return text.encode(screen.encoding, "backslashreplace").decode(screen.encoding)


def _closing(outcome: Outcome, new: list[Group]) -> str:
    counts = [some(count(new, severity), severity) for severity in LEVELS]
    known = f"; {len(outcome.known)} in the baseline" if outcome.compared else ""
    untold = f"; {some(len(outcome.notices), 'remark')}" if outcome.notices else ""
    return f"remit: {', '.join(counts)}{known}{untold}"
