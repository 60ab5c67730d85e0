"""The review as one page, in Markdown or HTML: what a person reads in two minutes.

Both are made from the same blocks: headings, sentences, tables. Text of the project is escaped
where it is printed.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from remit.app.review import Change, Review, Row, State
from remit.core.finding import Finding, Severity

MOST = 200
"""Rows of a table beyond which the rest is only counted."""

_MARKS = {
    State.GRANTED: "✓",
    State.MISSING: "✗ missing",
    State.OPEN: "? open",
    State.UNUSED: "○ unused",
    State.WIDE: "✓ pattern",
    State.ABSENT: "",
}
_LEGEND = (
    "✓ needed and granted; ✗ needed and denied; ? needed, cannot be told; ○ granted, nothing that"
    " was followed needs it; ✓ pattern: granted by a pattern of which some is needed."
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the page's title is of level 1."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph of remit's own words, in which backticks mark user text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; cells are texts, those of the columns in `code` are code."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    code: tuple[int, ...] = ()


Block: TypeAlias = Heading | Sentence | Table


def markdown(review: Review) -> str:
    """The page in GitHub's Markdown."""
    return "\n\n".join(map(_markdown, _blocks(review))) + "\n"


def page(review: Review) -> str:
    """The page in HTML: complete, without scripts and without anything from elsewhere."""
    title = html.escape(_title(review))
    body = "\n".join(map(_html, _blocks(review)))
    return f"{_HEAD.format(title=title)}\n{body}\n</main>\n</html>\n"


# --- what stands on the page --------------------------------------------------------------------


def _title(review: Review) -> str:
    return f"Who may do what in {review.result.project or 'this project'}"


def _blocks(review: Review) -> Iterator[Block]:
    yield Heading(1, _title(review))
    yield Sentence(_summary(review))
    yield _stages(review)
    yield from _urgent(review)
    if review.since:
        yield Heading(2, f"Changes since {review.since}")
        yield from _changed(review)
    yield Heading(2, "Action by stage")
    if not review.rows:
        yield Sentence("Nothing is needed and nothing is granted.")
        return
    yield Sentence(_LEGEND)
    yield from _by_service(review)


def _summary(review: Review) -> str:
    result = review.result
    found = [f for f in result.findings if f.severity is not Severity.NOTE]
    errors = sum(f.severity is Severity.ERROR for f in found)
    said = f"{_count(errors, 'error')} and {_count(len(found) - errors, 'warning')}"
    text = f"{result.framework or 'project'}: {_count(len(result.stages), 'stage')}, {said}."
    untold = len(result.unresolved) + len(result.unattributed) + len(result.problems)
    if untold:
        text += f" {_count(untold, 'thing')} could not be told: `remit check` lists them."
    return text


def _stages(review: Review) -> Table:
    head = ("Stage", "Functions", "Needs", "Denied", "Cannot be told", "Errors", "Warnings")
    rows = [
        (s.name, s.functions, s.needs, s.denied, s.unresolved, s.errors, s.warnings)
        for s in review.result.stages
    ]
    return Table(head, tuple(tuple(map(str, row)) for row in rows), (0,))


def _urgent(review: Review) -> Iterator[Block]:
    """What must be mended before the release."""
    errors = [f for f in review.result.findings if f.severity is Severity.ERROR]
    if not errors:
        return
    yield Heading(2, "To mend before the release")
    yield Sentence("`remit check` shows how to mend each of them.")
    rows = tuple((f.stage, f.message, _place(f)) for f in errors[:MOST])
    yield Table(("Stage", "What", "Where"), rows, (0, 2))
    yield from _rest(len(errors))


def _place(finding: Finding) -> str:
    return f"{finding.span.file}:{finding.span.line}"


def _changed(review: Review) -> Iterator[Block]:
    if review.changes is None:
        yield Sentence(f"The project could not be read there: {review.before}.")
    elif not review.changes:
        yield Sentence("The same is granted and needed as then.")
    else:
        rows = tuple(map(_change, review.changes[:MOST]))
        yield Table(("Stage", "", "Action", "Resource"), rows, (0, 2, 3))
        yield from _rest(len(review.changes))


def _change(change: Change) -> tuple[str, ...]:
    how = {
        ("granted", True): "+ granted",
        ("granted", False): "− no longer granted",
        ("needed", True): "+ needed",
        ("needed", False): "− no longer needed",
    }
    return change.stage, how[change.what, change.added], change.action, change.resource


def _by_service(review: Review) -> Iterator[Block]:
    names = tuple(stage.name for stage in review.result.stages)
    services: dict[str, list[Row]] = {}
    for row in review.rows[: 5 * MOST]:
        services.setdefault(row.service, []).append(row)
    for service, rows in services.items():
        yield Heading(3, service)
        cells = tuple((row.action, *(_MARKS[state] for state in row.states)) for row in rows)
        yield Table(("Action", *names), cells, (0,))
    yield from _rest(len(review.rows), 5 * MOST)


def _rest(count: int, most: int = MOST) -> Iterable[Block]:
    if count > most:
        yield Sentence(f"And {count - most} more.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


# --- Markdown -----------------------------------------------------------------------------------


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return "#" * block.level + " " + _plain(block.text)
    if isinstance(block, Sentence):
        return block.text
    lines = [block.head, tuple("---" for _ in block.head)]
    lines += [
        tuple(_code(cell) if index in block.code else _cell(cell) for index, cell in enumerate(row))
        for row in block.rows
    ]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _plain(text: str) -> str:
    """`text` on one line, with what Markdown or HTML would read as markup escaped."""
    line = " ".join(text.split())
    return "".join("\\" + c if c in "\\*_[]<>#|~" else c for c in line)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return f"`` {line} ``" if "`" in line else f"`{line}`" if line else ""


# --- HTML ---------------------------------------------------------------------------------------

_CLASSES = {"✗": "bad", "○": "idle", "?": "open", "✓": "good", "+": "good", "−": "idle"}

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --faint: #8888; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 0; }}
main {{ max-width: 72rem; margin: 0 auto; padding: 1.5rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.2rem; margin-top: 2rem; }} h3 {{ margin: 1.2rem 0 .3rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }}
th {{ font-weight: 600; }} td:first-child {{ white-space: nowrap; }}
code {{ font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }}
.bad {{ color: #c62828; font-weight: 600; }} .idle {{ color: #b26a00; }}
.open {{ color: #7b4fb5; }} .good {{ color: #2e7d32; }}
@media (prefers-color-scheme: dark) {{ .bad {{ color: #ff8a80; }} .idle {{ color: #ffb74d; }}
.open {{ color: #ce9eff; }} .good {{ color: #81c784; }} }}
@media print {{ main {{ padding: 0; max-width: none; }} }}
</style>
<main>"""


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Sentence):
        return f"<p>{_ticked(block.text)}</p>"
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in block.head)
    rows = "\n".join(_row(row, block.code) for row in block.rows)
    return f"<table>\n<tr>{head}</tr>\n{rows}\n</table>"


def _row(row: tuple[str, ...], code: tuple[int, ...]) -> str:
    return "<tr>" + "".join(_td(cell, index in code) for index, cell in enumerate(row)) + "</tr>"


def _td(cell: str, code: bool) -> str:
    if code:
        return f"<td><code>{html.escape(cell)}</code></td>"
    kind = _CLASSES.get(cell[:1])
    return f'<td class="{kind}">{_ticked(cell)}</td>' if kind else f"<td>{_ticked(cell)}</td>"


def _ticked(text: str) -> str:
    """Backticks as code."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))
