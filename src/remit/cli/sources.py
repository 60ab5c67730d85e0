"""A project's files as reports show them: their lines, and their paths in the repository."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from remit.report.excerpt import Sources
from remit.store.files import shown

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


def prefix(root: Path) -> str:
    """Where the folder `root` is in the git repository around it, with forward slashes.

    Empty where it is the repository's root and where there is no repository. `.git` is a folder,
    or a file in a worktree and in a submodule (git: gitrepository-layout).
    """
    base = Path(os.path.realpath(root))
    for folder in (base, *base.parents):
        if (folder / ".git").exists():
            return "" if folder == base else shown(base.relative_to(folder).as_posix())
    return ""
