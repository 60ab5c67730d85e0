"""A place in a file, drawn: its line with a number, and the span underlined.

  --> app.py:31:9
31 │ table.update_item(Key=key)
   │ ^^^^^^^^^^^^^^^^^^^^^^^^^^ note
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from remit.core.span import Span
from remit.report.terminal import TAB, Screen, cells

Sources = Callable[[str], list[str] | None]
"""A file's lines without their ends, or None when it is not at hand."""

WHOLE = 6
"""A span of up to so many lines is shown whole; of a longer one, the first and the last lines."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a place is marked: what leads to it, what underlines it, in which colour."""

    lead: str
    under: str
    style: str


RELATED = Mark(":::", "-", "frame")


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a line as shown: the text, and where in it the span is, in cells."""

    text: str
    start: int
    length: int


def gutter(spans: Sequence[Span]) -> int:
    """The cells that the largest line number among `spans` takes."""
    return max((len(str(span.end_line)) for span in spans), default=1)


def place(span: Span) -> str:
    """`file:line:column`, or the file alone where it is meant as a whole."""
    return span.file if span == Span.whole(span.file) else str(span)


def draw(
    screen: Screen, sources: Sources, span: Span, mark: Mark, numbers: int, note: str = ""
) -> list[str]:
    """The lines that show `span`. `numbers` is the width of the column of line numbers.

    Where the file is not at hand, is shorter than `span` says, or is meant as a whole, only the
    location and the note are given.
    """
    pad = " " * numbers
    head = f"{pad}{screen.paint('frame', mark.lead)} {screen.clean(place(span))}"
    lines = None if span == Span.whole(span.file) else sources(span.file)
    if lines is None or not 1 <= span.line <= span.end_line <= len(lines):
        return [head, *_beneath(screen, note, numbers)]
    if span.line == span.end_line:
        return [head, *_one_line(screen, lines[span.line - 1], span, mark, numbers, note)]
    return [head, *_many_lines(screen, lines, span, mark, numbers, note)]


def blank(screen: Screen, width: int) -> str:
    """The gutter of a line without a number."""
    return screen.paint("frame", f"{'':>{width}} {screen.glyphs.bar}")


def _one_line(
    screen: Screen, line: str, span: Span, mark: Mark, numbers: int, note: str
) -> list[str]:
    room = max(screen.width - numbers - 3, 20)
    seen = cut(screen, line, span.column - 1, span.end_column - 1, room)
    under = screen.paint(mark.style, mark.under * seen.length)
    shown = f"{_number(screen, span.line, numbers)} {seen.text}"
    below = f"{blank(screen, numbers)} {' ' * seen.start}{under}"
    said = screen.clean(note)
    if not note or seen.start + seen.length + 1 + cells(said) <= room:
        return [shown, f"{below} {screen.paint(mark.style, said)}".rstrip()]
    indent = max(min(seen.start, room - cells(said)), 0)
    return [shown, below, *_beneath(screen, note, numbers, mark.style, indent)]


def _many_lines(
    screen: Screen, lines: list[str], span: Span, mark: Mark, numbers: int, note: str
) -> list[str]:
    room = max(screen.width - numbers - 5, 20)
    side = screen.paint(mark.style, ">")
    wanted = list(range(span.line, span.end_line + 1))
    if len(wanted) > WHOLE:
        wanted = [*wanted[:3], 0, wanted[-1]]
    drawn = []
    for number in wanted:
        if number:
            text = cut(screen, lines[number - 1], 0, 0, room).text
            drawn.append(f"{_number(screen, number, numbers)} {side} {text}".rstrip())
        else:
            drawn.append(f"{blank(screen, numbers)} {side} {screen.glyphs.more}")
    return [*drawn, *_beneath(screen, note, numbers, mark.style)]


def cut(screen: Screen, line: str, start: int, end: int, room: int) -> Cut:
    """The stretch of `line` that fits `room` cells, with the characters from `start` to `end`
    (exclusive) in it as far as they fit. What is left out shows as an ellipsis.

    Looks at a bounded number of characters: a line of megabytes costs no more than a short one.
    """
    more = screen.glyphs.more
    start = min(max(start, 0), len(line))
    end = max(end, start + 1)
    first = 0 if _fits(screen, line, end, room) else max(start - room // 4, 0)
    shown = [_shown(screen, char) for char in line[first : first + 4 * room]]
    head = more if first else ""
    kept = _fitting(shown, room - len(head))
    tail = more if first + kept < len(line) else ""
    if tail:
        kept = _fitting(shown, room - len(head) - len(tail))
    text = head + "".join(shown[:kept]) + tail
    before = len(head) + sum(map(cells, shown[: start - first]))
    inside = sum(map(cells, shown[start - first : min(end - first, kept)]))
    return Cut(text.rstrip(), before, max(inside, 1))


def _fits(screen: Screen, line: str, end: int, room: int) -> bool:
    """Whether the first `end` characters can be shown, and an ellipsis if there are more."""
    if end > 4 * room:
        return False
    used = sum(cells(_shown(screen, char)) for char in line[:end])
    return used + (len(screen.glyphs.more) if end < len(line) else 0) <= room


def _shown(screen: Screen, char: str) -> str:
    return TAB if char == "\t" else screen.visible(char)


def _fitting(shown: list[str], room: int) -> int:
    used = 0
    for index, piece in enumerate(shown):
        used += cells(piece)
        if used > room:
            return index
    return len(shown)


def _number(screen: Screen, number: int, width: int) -> str:
    return screen.paint("frame", f"{number:>{width}} {screen.glyphs.bar}")


def _beneath(
    screen: Screen, note: str, numbers: int, style: str = "frame", indent: int = 0
) -> list[str]:
    if not note:
        return []
    lines = screen.wrap(note, screen.prose - numbers - 3) if indent == 0 else [screen.clean(note)]
    bar = blank(screen, numbers) + " " * (indent + 1)
    return [f"{bar}{screen.paint(style, line)}" for line in lines]
