"""What a terminal can show: colours, glyphs, the cells that a text takes, safe text, wrapping.

Written here rather than taken from a library: drawing a report needs these few functions, and a
terminal library takes longer to import than most projects take to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from unicodedata import category, combining, east_asian_width

PROSE = 100
"""Sentences are not set wider than this: longer lines are hard to read."""

TAB = "    "

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "unknown": "1;35",
    "frame": "34",
    "strong": "1",
    "faint": "2",
    "good": "32",
}

# What Python calls not printable must not reach a terminal: controls, invisible formatting
# (bidirectional overrides among them), lone surrogates, line ends that only Unicode knows,
# characters without a known width. Exempt: the wide and narrow spaces, and
_JOINERS = frozenset("\u200c\u200d")  # parts of ordinary writing: Persian, Indic scripts, emoji


@dataclass(frozen=True)
class Glyphs:
    """The few characters outside ASCII that a report is drawn with."""

    bar: str = "│"
    more: str = "…"
    arrow: str = "→"
    line: str = "─"


FANCY = Glyphs()
PLAIN = Glyphs(bar="|", more="...", arrow="->", line="-")


@dataclass(frozen=True)
class Screen:
    """Where a report is shown: its columns, whether it has colour, and what it can encode."""

    width: int = 80
    colour: bool = False
    encoding: str = "utf-8"

    @cached_property
    def glyphs(self) -> Glyphs:
        """The box characters, or their ASCII stand-ins where these cannot be encoded."""
        return FANCY if _can_encode("│…→─", self.encoding) else PLAIN

    @property
    def prose(self) -> int:
        """The width for sentences."""
        return min(self.width, PROSE)

    def paint(self, style: str, text: str) -> str:
        """`text` in the colour of `style`, which ends with it."""
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self.colour and text else text

    def clean(self, text: str) -> str:
        """`text` with everything escaped that would steer the terminal or cannot be encoded."""
        if text.isascii() and text.isprintable():
            return text
        return "".join(map(self.visible, text))

    def visible(self, char: str) -> str:
        """One character as it may be shown."""
        known = char.isprintable() or category(char) == "Zs" or char in _JOINERS
        if known and _can_encode(char, self.encoding):
            return char
        return char.encode("unicode_escape").decode("ascii")

    def wrap(self, text: str, width: int) -> list[str]:
        """`text`, cleaned, in lines of at most `width` cells; a longer word has its own line."""
        return list(_lines(self.clean(" ".join(text.split())), max(width, 1)))


def cells(text: str) -> int:
    """The number of terminal cells that `text` takes (Unicode Annex 11: wide ones take two)."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(char: str) -> int:
    if combining(char) or category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and cells(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line
