"""The report for people.

Findings first, each with its source and its remedy; then what could not be told, what could not
be followed, what could not be read; the table by stage and one closing line at the end, where a
terminal leaves the eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from remit.app.model import CheckResult
from remit.core.call import Frame
from remit.core.finding import Confidence, Finding, Severity, Unresolved
from remit.core.span import Span
from remit.report.excerpt import RELATED, Mark, Sources, blank, draw, gutter, place
from remit.report.group import Gap, Group, Variant, count, gaps, groups
from remit.report.terminal import Screen, cells

LABEL = 8
"""The cells of the column of labels ("stages: ")."""

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
        *_findings(screen, sources, joined),
        *(_gap(screen, gap) for gap in gaps(result.unresolved)),
        _unattributed(screen, result),
        _problems(screen, result),
        _silenced(screen, result),
        _closing(screen, result, joined),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


# --- findings


def _findings(screen: Screen, sources: Sources, joined: Sequence[Group]) -> Iterator[list[str]]:
    told = ""  # the reason given last: findings of one rule often share it
    for group in joined:
        yield _finding(screen, sources, group, told)
        told = group.first.why


def _finding(screen: Screen, sources: Sources, group: Group, told: str) -> list[str]:
    first = group.variants[0]
    finding = first.finding
    numbers = gutter([span for v in group.variants for span in _spans(v.finding)])
    lines = _head(screen, _label(finding), finding.severity, finding.message)
    lines += draw(screen, sources, finding.span, _mark(finding), numbers)
    lines += _related(screen, sources, finding, numbers)
    lines.append(blank(screen, numbers))
    label = "stage" if len(first.stages) == 1 else "stages"
    lines += _fact(screen, numbers, label, ", ".join(first.stages))
    lines += _fact(screen, numbers, "path", _path(screen, finding.path))
    lines += _fact(screen, numbers, "why", finding.why if finding.why != told else "")
    lines += _fix(screen, numbers, finding)
    for variant in group.variants[1:]:
        lines += _also(screen, sources, variant, finding, numbers)
    return lines


def _also(
    screen: Screen, sources: Sources, variant: Variant, first: Finding, numbers: int
) -> list[str]:
    """What the finding says of further stages, as far as it differs from the first."""
    finding = variant.finding
    label = f"also in {', '.join(variant.stages)}"
    if finding.message == first.message:
        lines = _fact(screen, numbers, label, f"at {place(finding.span)}")
    else:
        lines = [blank(screen, numbers), *_fact(screen, numbers, label, finding.message)]
        if finding.span != first.span:
            lines += draw(screen, sources, finding.span, _mark(finding), numbers)
        lines += _related(screen, sources, finding, numbers, _spans(first))
    if finding.path != first.path:
        lines += _fact(screen, numbers, "path", _path(screen, finding.path))
    if finding.why != first.why:
        lines += _fact(screen, numbers, "why", finding.why)
    if (finding.fix, finding.patch) != (first.fix, first.patch):
        lines += _fix(screen, numbers, finding)
    return lines


def _related(
    screen: Screen,
    sources: Sources,
    finding: Finding,
    numbers: int,
    shown: Sequence[Span] = (),
) -> list[str]:
    lines = []
    for related in finding.related:
        if related.span not in shown:
            lines += draw(screen, sources, related.span, RELATED, numbers, related.note)
    return lines


def _fix(screen: Screen, numbers: int, finding: Finding) -> list[str]:
    lines = _fact(screen, numbers, "fix", finding.fix)
    return lines + _paste(screen, finding.patch, numbers + LABEL + 3)


def _fact(screen: Screen, numbers: int, label: str, text: str) -> list[str]:
    """A labelled line beneath the excerpts: where it holds, how it is reached, the remedy."""
    if not text:
        return []
    name = screen.clean(label) + ":"
    short = cells(name) < LABEL
    first, *rest = screen.wrap(text if short else f"{name} {text}", screen.prose - numbers - 11)
    said = first if short else first[len(name) :]
    pad = " " * (numbers + 1)
    lead = f"{pad}{screen.paint('frame', '=')} {screen.paint('strong', name)}"
    gap = " " * (LABEL - cells(name)) if short else ""
    return [lead + gap + said, *(f"{pad}  {'':{LABEL}}{line}" for line in rest)]


def _label(finding: Finding) -> str:
    sure = finding.confidence is Confidence.CERTAIN
    return f"{finding.severity}[{finding.id}]" + ("" if sure else " (conditional)")


def _mark(finding: Finding) -> Mark:
    return Mark("-->", "^", finding.severity)


def _path(screen: Screen, path: Sequence[Frame]) -> str:
    return f" {screen.glyphs.arrow} ".join(frame.function for frame in path)


def _paste(screen: Screen, patch: str, indent: int) -> list[str]:
    """Text to paste: never wrapped, so that it stays what it is."""
    pad = " " * indent
    return [
        f"{pad}{screen.paint('good', screen.clean(line.expandtabs(4)))}".rstrip()
        for line in patch.splitlines()
    ]


def _spans(finding: Finding) -> list[Span]:
    return [finding.span, *(related.span for related in finding.related)]


# --- what could not be told


def _gap(screen: Screen, gap: Gap) -> list[str]:
    lines = _head(screen, "cannot tell", "unknown", f"`{gap.hole}` is not known")
    for need, stages in gap.needs:
        lines += _open_need(screen, need, stages)
    if gap.fill:
        lines.append("  = to settle it, add to `pyproject.toml`:")
        lines += _paste(screen, gap.fill, 6)
    return lines


def _open_need(screen: Screen, need: Unresolved, stages: Sequence[str]) -> list[str]:
    lines = [f"  {screen.paint('frame', '-->')} {screen.clean(place(need.span))}"]
    said = f"{need.action} on {need.resource} ({', '.join(stages)})"
    lines += _indented(screen, said, 6)
    if need.path:
        lines += _indented(screen, f"path: {_path(screen, need.path)}", 6)
    return lines


def _unattributed(screen: Screen, result: CheckResult) -> list[str]:
    if not result.unattributed:
        return []
    some = _some(len(result.unattributed), "call")
    lines = _head(screen, "not followed", "unknown", f"{some} of the SDK could not be attributed")
    rows = [(item.span, f"`{item.what}`: {item.why}") for item in result.unattributed]
    return lines + _listing(screen, rows)


def _problems(screen: Screen, result: CheckResult) -> list[str]:
    if not result.problems:
        return []
    some = _some(len(result.problems), "part")
    lines = _head(screen, "not read", "unknown", f"{some} of the project could not be used")
    rows = [
        (problem.span, f"{problem.message.rstrip('.')}. {problem.hint}".rstrip())
        for problem in result.problems
    ]
    return lines + _listing(screen, rows)


def _silenced(screen: Screen, result: CheckResult) -> list[str]:
    if not result.silenced:
        return []
    some = _some(len(result.silenced), "finding")
    lines = _head(screen, "silenced", "faint", f"{some}, by `[[tool.remit.ignore]]`")
    rows = [
        (item.finding.span, f"{item.finding.id} in {item.finding.stage}: {item.reason}")
        for item in result.silenced
    ]
    return lines + _listing(screen, rows)


def _listing(screen: Screen, rows: Sequence[tuple[Span, str]]) -> list[str]:
    lines = []
    for span, text in rows[:LISTED]:
        lines.append(f"  {screen.paint('frame', '-->')} {screen.clean(place(span))}")
        lines += _indented(screen, text, 6)
    if len(rows) > LISTED:
        lines.append(f"  and {len(rows) - LISTED} more: `--format json` lists all")
    return lines


# --- the end


def _closing(screen: Screen, result: CheckResult, joined: Sequence[Group]) -> list[str]:
    if not joined and not result.open:
        return [_all_well(screen, result)]
    verdict = screen.wrap(_verdict(result, joined), screen.prose)
    return [*_table(screen, result), *(screen.paint("strong", line) for line in verdict)]


def _all_well(screen: Screen, result: CheckResult) -> str:
    stats = result.stats
    seen = f"{_some(stats.entries, 'entry point')} in {_some(stats.files, 'file')}"
    stages = _some(len(result.stages), "stage")
    if not stats.calls_found:
        said = f"Nothing to mend: no call of AWS is made from {seen} ({stages} checked)."
        return "\n".join(screen.wrap(said, screen.prose))
    what = f"{_some(stats.calls_followed, 'call')} of AWS from {seen}"
    said = f"Nothing to mend: {what} need {_some(stats.needs, 'permission')} in {stages}"
    granted = "every one is granted"
    if stats.needs_allowed != stats.needs:  # the findings about the others are silenced
        granted = f"{stats.needs_allowed} are granted and {stats.needs_denied} denied"
    lines = screen.wrap(f"{said}, and {granted}.", screen.prose)
    return "\n".join(screen.paint("good", line) for line in lines)


def _verdict(result: CheckResult, joined: Sequence[Group]) -> str:
    stats = result.stats
    found = [
        _some(count(joined, severity), severity)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        if count(joined, severity)
    ]
    parts = [f"{', '.join(found) or 'no finding'} in {_some(len(result.stages), 'stage')}"]
    parts.append(f"{_some(stats.calls_followed, 'call')} followed of {stats.calls_found}")
    if result.unresolved:
        parts.append(f"{_some(stats.needs_unresolved, 'need')} cannot be told")
    if stats.files_lost:
        parts.append(f"{_some(stats.files_lost, 'file')} could not be read")
    return "; ".join(parts)


_COLUMNS = ("functions", "needs", "denied", "cannot tell", "errors", "warnings")


def _table(screen: Screen, result: CheckResult) -> list[str]:
    """The table by stage and a line of space, or nothing where there are no stages."""
    head = ["stage", *_COLUMNS]
    rows = [
        [screen.clean(s.name)]
        + [str(n) for n in (s.functions, s.needs, s.denied, s.unresolved, s.errors, s.warnings)]
        for s in result.stages
    ]
    if not rows:
        return []
    widths = [max(cells(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [_row(head, widths), screen.glyphs.line * (sum(widths) + 2 * (len(widths) - 1))]
    lines[0] = screen.paint("strong", lines[0])
    return [*lines, *(_row(row, widths) for row in rows), ""]


def _row(texts: Sequence[str], widths: Iterable[int]) -> str:
    first, *others = zip(texts, widths, strict=True)
    name = first[0] + " " * (first[1] - cells(first[0]))
    return "  ".join([name, *(f"{text:>{width}}" for text, width in others)])


# --- small things


def _head(screen: Screen, label: str, style: str, message: str) -> list[str]:
    """`label: message`, wrapped with a hanging indent, the label in colour."""
    first, *rest = screen.wrap(f"{label}: {message}", screen.prose - 2)
    label = screen.clean(label)
    if first.startswith(label):
        first = screen.paint(style, label) + screen.paint("strong", first[len(label) :])
    return [first, *(f"  {screen.paint('strong', line)}" for line in rest)]


def _indented(screen: Screen, text: str, indent: int) -> list[str]:
    return [" " * indent + line for line in screen.wrap(text, screen.prose - indent)]


def _some(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
