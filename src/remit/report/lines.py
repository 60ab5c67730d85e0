"""Pieces of text that all parts of the report are made of."""

from __future__ import annotations

from collections.abc import Sequence

from remit.core.call import Frame
from remit.report.terminal import Screen


def head(screen: Screen, label: str, style: str, message: str) -> list[str]:
    """`label: message`, wrapped with a hanging indent, the label in colour."""
    first, *rest = screen.wrap(f"{label}: {message}", screen.prose - 2)
    label = screen.clean(label)
    if first.startswith(label):
        first = screen.paint(style, label) + screen.paint("strong", first[len(label) :])
    return [first, *(f"  {screen.paint('strong', line)}" for line in rest)]


def indented(screen: Screen, text: str, indent: int) -> list[str]:
    """`text`, wrapped, with `indent` spaces before each line."""
    return [" " * indent + line for line in screen.wrap(text, screen.prose - indent)]


def paste(screen: Screen, patch: str, indent: int) -> list[str]:
    """Text to paste: never wrapped, so that it stays what it is."""
    pad = " " * indent
    return [
        f"{pad}{screen.paint('good', screen.clean(line.expandtabs(4)))}".rstrip()
        for line in patch.splitlines()
    ]


def path(screen: Screen, frames: Sequence[Frame]) -> str:
    """The way from an entry point to a call: the functions' names with arrows between them."""
    return f" {screen.glyphs.arrow} ".join(frame.function for frame in frames)


def some(number: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def gone(number: int) -> str:
    """What is said of `number` entries of a baseline that no finding fits any more."""
    entries = "1 entry fits" if number == 1 else f"{number} entries fit"
    return f"{entries} no finding any more: write the baseline anew with `--write-baseline`"
