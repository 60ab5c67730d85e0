"""Findings drawn for people: what is wrong, where, on which path, why it matters, the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remit.core.finding import Confidence, Finding
from remit.core.span import Span
from remit.report.excerpt import RELATED, Mark, Sources, blank, draw, gutter, place
from remit.report.group import Group, Variant
from remit.report.lines import head, paste, path
from remit.report.terminal import Screen, cells

LABEL = 8
"""The cells of the column of labels ("stages: ")."""

EXCERPTS = 3
"""So many of a finding's related places are shown with their source."""


def findings(screen: Screen, sources: Sources, joined: Sequence[Group]) -> Iterator[list[str]]:
    """The lines of each group, in the order given."""
    before: Finding | None = None
    for group in joined:
        yield _finding(screen, sources, group, before)
        before = group.first


def _finding(screen: Screen, sources: Sources, group: Group, before: Finding | None) -> list[str]:
    """One group. What the finding `before` said just now (findings of one rule often share a
    reason, and those about one statement its mended form) is not said again.
    """
    first = group.variants[0]
    finding = first.finding
    numbers = gutter([span for v in group.variants for span in _spans(v.finding)])
    lines = head(screen, _label(finding), finding.severity, finding.message)
    lines += draw(screen, sources, finding.span, _mark(finding), numbers)
    lines += _related(screen, sources, finding, numbers)
    lines.append(blank(screen, numbers))
    label = "stage" if len(first.stages) == 1 else "stages"
    lines += _fact(screen, numbers, label, ", ".join(first.stages))
    lines += _fact(screen, numbers, "path", path(screen, finding.path))
    if before is None or finding.why != before.why:
        lines += _fact(screen, numbers, "why", finding.why)
    if before is not None and finding.patch and _remedy(finding) == _remedy(before):
        lines += _fact(screen, numbers, "fix", "the same as above")
    else:
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
        lines += _fact(screen, numbers, "path", path(screen, finding.path))
    if finding.why != first.why:
        lines += _fact(screen, numbers, "why", finding.why)
    if _remedy(finding) != _remedy(first):
        lines += _fix(screen, numbers, finding)
    return lines


def _related(
    screen: Screen,
    sources: Sources,
    finding: Finding,
    numbers: int,
    shown: Sequence[Span] = (),
) -> list[str]:
    """The related places that were not shown yet; after the first few, the location alone."""
    lines = []
    fresh = [related for related in finding.related if related.span not in shown]
    for index, related in enumerate(fresh):
        seen = sources if index < EXCERPTS else _no_source
        lines += draw(screen, seen, related.span, RELATED, numbers, related.note)
    return lines


def _no_source(_file: str) -> None:
    return None


def _fix(screen: Screen, numbers: int, finding: Finding) -> list[str]:
    lines = _fact(screen, numbers, "fix", finding.fix)
    return lines + paste(screen, finding.patch, numbers + LABEL + 3)


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


def _remedy(finding: Finding) -> tuple[str, str]:
    return finding.fix, finding.patch


def _spans(finding: Finding) -> list[Span]:
    return [finding.span, *(related.span for related in finding.related)]
