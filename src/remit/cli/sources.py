"""The lines of a project's files, for excerpts in the report."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from remit.report.excerpt import Sources

LARGEST = 8 * 1024 * 1024
"""Of a larger file no excerpt is shown."""


def reader(root: Path) -> Sources:
    """A function that gives the lines of a file below `root`; None when it can't be read.

    Lines end as Python and the JSON parsers count them: at line feeds and carriage returns, not
    at the other separators that `str.splitlines` knows.
    """
    base = root.resolve()

    @cache
    def lines(file: str) -> list[str] | None:
        try:
            path = (base / file).resolve()
            if not path.is_relative_to(base) or not path.is_file():
                return None
            if path.stat().st_size > LARGEST:
                return None
            text = path.read_bytes().decode("utf-8-sig", errors="replace")
        except (OSError, ValueError, RuntimeError):  # unreadable, no such name, a circle of links
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    return lines
