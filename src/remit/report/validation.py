"""What `remit validate` found, for people: each issue with its line, then one closing line."""

from __future__ import annotations

from collections.abc import Iterator

from remit.app.validate import Checked, Result
from remit.core.finding import Confidence
from remit.report.excerpt import Mark, Sources, draw, gutter
from remit.report.lines import head, some
from remit.report.terminal import Screen
from remit.syntax.codes import Level
from remit.validate.model import Issue

_STYLES = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "error",
    Level.WARNING: "warning",
    Level.SUGGESTION: "note",
}
_WORDS = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "security warning",
    Level.WARNING: "warning",
    Level.SUGGESTION: "suggestion",
}


def render(
    result: Result, sources: Sources, width: int, colour: bool, encoding: str = "utf-8"
) -> str:
    """The whole report, ending with a newline. The arguments are those of `text.render`."""
    screen = Screen(max(width, 40), colour, encoding)
    sections = [
        *(_issue(screen, sources, issue) for one in result.documents for issue in one.issues),
        list(_closing(screen, result)),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _issue(screen: Screen, sources: Sources, issue: Issue) -> list[str]:
    style = _STYLES[issue.level]
    lines = head(screen, f"{_WORDS[issue.level]}[{issue.code}]", style, issue.message)
    numbers = gutter([issue.span])
    lines += draw(screen, sources, issue.span, Mark("-->", "^", style), numbers)
    notes = [("why", issue.check.why), ("fix", issue.fix)]
    if issue.confidence is Confidence.CONDITIONAL:
        notes.append(
            ("sure", "not quite: AWS, or you, may know more than the document and remit's catalog")
        )
    for name, text in notes:
        if text:
            first, *rest = screen.wrap(text[0].upper() + text[1:], screen.prose - numbers - 9)
            lines.append(f"{' ' * numbers} = {name + ':':<5} {first}")
            lines += [f"{' ' * (numbers + 9)}{line}" for line in rest]
    return lines


def _closing(screen: Screen, result: Result) -> Iterator[str]:
    """What each document was taken for, where that was inferred; then the sum."""
    inferred = [one for one in result.documents if one.why]
    for one in inferred[:_LISTED]:
        yield from screen.wrap(
            f"{one.file}: checked as {_kind(one)}, since {one.why}", screen.prose
        )
    if len(inferred) > _LISTED:
        yield f"and {len(inferred) - _LISTED} more, whose types were inferred likewise"
    counted = [some(result.counts[level], _WORDS[level]) for level in Level if result.counts[level]]
    said = ", ".join(counted) or "nothing wrong"
    yield f"{some(len(result.documents), 'document')}: {said}"


_LISTED = 10


def _kind(one: Checked) -> str:
    named = f" of an {one.resource_type}" if one.resource_type else ""
    return f"`{one.type}` policy{named}"
