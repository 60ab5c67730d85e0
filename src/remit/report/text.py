"""The report for people.

Findings first, each with its source and its remedy; then what could not be told, what could not
be followed, what could not be read; the table by stage and one closing line at the end, where a
terminal leaves the eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.app.model import CheckResult
from remit.core.finding import Severity, Unresolved
from remit.core.span import Span
from remit.report.excerpt import Sources, place
from remit.report.findings import findings
from remit.report.group import Gap, Group, count, gaps, groups
from remit.report.lines import gone, head, indented, paste, path, some
from remit.report.terminal import Screen, cells

LISTED = 20
"""Of what could not be followed, so many are listed; the JSON report has all."""


def render(
    result: CheckResult, sources: Sources, width: int, colour: bool, encoding: str = "utf-8"
) -> str:
    """The whole report, ending with a newline.

    `sources` gives a file's lines (see `excerpt.Sources`), `width` is the terminal's columns,
    `encoding` what the reader's end can show: characters outside it are escaped, and without box
    characters the drawing is ASCII.
    """
    screen = Screen(max(width, 40), colour, encoding)
    joined = groups(result.findings)
    sections = [
        *findings(screen, sources, joined),
        *(_gap(screen, gap) for gap in gaps(result.unresolved)),
        _unattributed(screen, result),
        _problems(screen, result),
        _silenced(screen, result),
        _baseline(screen, result),
        _closing(screen, result, joined),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


# --- what could not be told


def _gap(screen: Screen, gap: Gap) -> list[str]:
    # What configuration can fill is a value with a name; anything else is said in words.
    what = f"`{gap.hole}` is not known" if gap.fills else gap.hole or "nothing certain is known"
    lines = head(screen, "cannot tell", "unknown", what)
    for need, stages in gap.needs:
        lines += _open_need(screen, need, stages)
    if gap.fills:
        where = "to settle it, add below `[tool.remit]` in `pyproject.toml`:"
        lines.append(f"  {screen.paint('frame', '=')} {where}")
    for fill in gap.fills:
        lines += paste(screen, fill, 6)
    return lines


def _open_need(screen: Screen, need: Unresolved, stages: Sequence[str]) -> list[str]:
    lines = [f"  {screen.paint('frame', '-->')} {screen.clean(place(need.span))}"]
    # A role whose policies are not known leaves open whatever it is needed for.
    said = "every need" if need.action == "*" else f"{need.action} on {need.resource}"
    lines += indented(screen, f"{said} ({', '.join(stages)})", 6)
    if need.path:
        lines += indented(screen, f"path: {path(screen, need.path)}", 6)
    return lines


def _unattributed(screen: Screen, result: CheckResult) -> list[str]:
    if not result.unattributed:
        return []
    calls = some(len(result.unattributed), "call")
    lines = head(screen, "not followed", "unknown", f"{calls} of the SDK could not be attributed")
    rows = [(item.span, f"`{item.what}`: {item.why}") for item in result.unattributed]
    return lines + _listing(screen, rows)


def _problems(screen: Screen, result: CheckResult) -> list[str]:
    if not result.problems:
        return []
    parts = some(len(result.problems), "part")
    lines = head(screen, "not read", "unknown", f"{parts} of the project could not be used")
    rows = [
        (problem.span, f"{problem.message.rstrip('.')}. {problem.hint}".rstrip())
        for problem in result.problems
    ]
    return lines + _listing(screen, rows)


def _silenced(screen: Screen, result: CheckResult) -> list[str]:
    if not result.silenced:
        return []
    found = some(len(result.silenced), "finding")
    lines = head(screen, "silenced", "faint", f"{found}, by `[[tool.remit.ignore]]`")
    rows = [
        (item.finding.span, f"{item.finding.id} in {item.finding.stage}: {item.reason}")
        for item in result.silenced
    ]
    return lines + _listing(screen, rows)


def _baseline(screen: Screen, result: CheckResult) -> list[str]:
    if result.baseline is None:
        return []
    known, absent = len(result.baseline.known), len(result.baseline.absent)
    said = f"{some(known, 'known finding')} in `{result.baseline.file}`"
    more = f"; {gone(absent)}" if absent else ""
    return head(screen, "baseline", "faint", said + more)


def _listing(screen: Screen, rows: Sequence[tuple[Span, str]]) -> list[str]:
    lines = []
    for span, text in rows[:LISTED]:
        lines.append(f"  {screen.paint('frame', '-->')} {screen.clean(place(span))}")
        lines += indented(screen, text, 6)
    if len(rows) > LISTED:
        lines.append(f"  and {len(rows) - LISTED} more: `--format json` lists all")
    return lines


# --- the end


def _closing(screen: Screen, result: CheckResult, joined: Sequence[Group]) -> list[str]:
    if not joined and not result.open and not (result.baseline and result.baseline.known):
        return [_all_well(screen, result)]
    verdict = screen.wrap(_verdict(result, joined), screen.prose)
    return [*_table(screen, result), *(screen.paint("strong", line) for line in verdict)]


def _all_well(screen: Screen, result: CheckResult) -> str:
    stats = result.stats
    seen = f"{some(stats.entries, 'entry point')} in {some(stats.files, 'file')}"
    stages = some(len(result.stages), "stage")
    if not stats.calls_found:
        said = f"Nothing to mend: no call of AWS is made from {seen} ({stages} checked)."
        return "\n".join(screen.wrap(said, screen.prose))
    what = f"{some(stats.calls_followed, 'call')} of AWS from {seen}"
    need = "needs" if stats.calls_followed == 1 else "need"
    said = f"Nothing to mend: {what} {need} {some(stats.needs, 'permission')} in {stages}"
    granted = "every one is granted"
    if stats.needs_allowed != stats.needs:  # the findings about the others are silenced
        granted = f"{stats.needs_allowed} are granted and {stats.needs_denied} denied"
    lines = screen.wrap(f"{said}, and {granted}.", screen.prose)
    return "\n".join(screen.paint("good", line) for line in lines)


def _verdict(result: CheckResult, joined: Sequence[Group]) -> str:
    stats = result.stats
    found = [
        some(count(joined, severity), severity)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        if count(joined, severity)
    ]
    none = "no new finding" if result.baseline else "no finding"
    parts = [f"{', '.join(found) or none} in {some(len(result.stages), 'stage')}"]
    parts.append(f"{some(stats.calls_followed, 'call')} followed of {stats.calls_found}")
    if stats.calls_foreign:
        parts.append(f"{stats.calls_foreign} with keys or an endpoint of their own")
    if result.unresolved:
        parts.append(f"{some(stats.needs_unresolved, 'need')} cannot be told")
    if stats.files_lost:
        parts.append(f"{some(stats.files_lost, 'file')} could not be read")
    return "; ".join(parts)


_COLUMNS = ("functions", "needs", "denied", "cannot tell", "errors", "warnings")


def _table(screen: Screen, result: CheckResult) -> list[str]:
    """The table by stage and a line of space, or nothing where there are no stages."""
    titles = ["stage", *_COLUMNS]
    rows = [
        [screen.clean(s.name)]
        + [str(n) for n in (s.functions, s.needs, s.denied, s.unresolved, s.errors, s.warnings)]
        for s in result.stages
    ]
    if not rows:
        return []
    widths = [max(cells(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    lines = [_row(titles, widths), screen.glyphs.line * (sum(widths) + 2 * (len(widths) - 1))]
    lines[0] = screen.paint("strong", lines[0])
    return [*lines, *(_row(row, widths) for row in rows), ""]


def _row(texts: Sequence[str], widths: Iterable[int]) -> str:
    first, *others = zip(texts, widths, strict=True)
    name = first[0] + " " * (first[1] - cells(first[0]))
    return "  ".join([name, *(f"{text:>{width}}" for text, width in others)])
