"""A folder on disk as a `Tree`: what is source is listed and read, nothing is ever written.

Links are followed inside the root only; what could not be entered is said in `problems`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from remit.core.span import Problem, Span

READ_LIMIT = 8 * 1024 * 1024
"""Bytes. A larger file is data or generated; parsing it would cost seconds and memory."""
PLAN_LIMIT = 64 * 1024 * 1024
"""The same for JSON: Terraform's plans are that large, and no other reader takes so much."""

_TOOLS = """
.aws-sam .direnv .eggs .git .hg .idea .mypy_cache .nox .pytest_cache .ruff_cache .serverless .svn
.terraform .tox .venv .vscode __pycache__ bower_components cdk.out node_modules site-packages venv
"""
NEVER_SOURCE = frozenset(_TOOLS.split())
"""Folders that hold tools, caches, or installed packages: never what a project deploys.

A virtual environment of any other name gives itself away by its `pyvenv.cfg` (PEP 405)."""


class FolderTree:
    """The files below `root`. `problems` grows while the tree is walked; each is told once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = os.path.realpath(root)
        self._walked: dict[str, list[str]] = {}
        self._found: dict[Problem, None] = {}
        # Names that can't be listed, with the reason: a problem only for who asks for such files.
        self._unlisted: dict[str, dict[str, Problem]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be listed so far: links that lead out, folders that can't be read."""
        return tuple(self._found)

    def read(self, path: str) -> bytes:
        """The file's bytes.

        Raises FileNotFoundError when no regular file is there, OSError with a reason for people
        when it is too large, not readable, or leads out of the root.
        """
        full = Path(self._inside(path))
        try:
            status = full.stat()
            if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait forever
                raise FileNotFoundError
            limit = PLAN_LIMIT if path.endswith(".json") else READ_LIMIT
            data = full.read_bytes() if status.st_size <= limit else None
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"`{shown(path)}` is not there") from None
        except OSError as error:
            raise OSError(f"`{shown(path)}` can't be read: {_reason(error)}") from None
        if data is None:
            raise OSError(f"`{shown(path)}` is larger than {limit // 1024**2} MiB; it was not read")
        return data

    def exists(self, path: str) -> bool:
        """Whether a regular file is there, inside the root."""
        try:
            return Path(self._inside(path)).is_file()
        except OSError:
            return False

    def files(self, folder: str = "", suffix: str = "") -> list[str]:
        """All files at or below `folder` whose names end with `suffix`, sorted."""
        folder = folder.strip("/")
        if folder not in self._walked:
            self._unlisted[folder] = {}
            self._walked[folder] = sorted(self._walk(folder))
        for name, problem in self._unlisted[folder].items():
            if name.endswith(suffix):
                self._found.setdefault(problem)
        return [path for path in self._walked[folder] if path.endswith(suffix)]

    def _inside(self, path: str) -> str:
        """The real path. Raises OSError when `path` is no path or leads out of the root."""
        parts = path.split("/")
        if "\0" in path or path.startswith("/") or ".." in parts or shown(path) != path:
            raise FileNotFoundError(f"`{shown(path)}` is no path below the root")
        full = os.path.realpath(f"{self._base}/{path}")
        if not self._holds(full):
            raise OSError(f"`{shown(path)}` is a link that leads out of the project")
        return full

    def _holds(self, full: str) -> bool:
        return full == self._base or full.startswith(self._base.rstrip(os.sep) + os.sep)

    def _walk(self, folder: str) -> Iterator[str]:
        try:
            start = self._inside(folder)
        except OSError:
            return
        if _kind(start) != "folder":
            return
        # Real folders come first: a file has its own name where it has one, a link's otherwise.
        entered: set[str] = set()
        real, links = [(folder, start)], list[tuple[str, str]]()
        while real or links:
            name, full = real.pop() if real else links.pop()
            if full in entered:
                continue
            entered.add(full)
            for entry in self._entries(name, full):
                path = f"{name}/{entry.name}" if name else entry.name
                target = self._target(folder, path, entry)
                if target is None:
                    continue
                if not entry.is_dir():
                    yield path
                elif entry.name not in NEVER_SOURCE:
                    (links if entry.is_symlink() else real).append((path, target))

    def _entries(self, name: str, full: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(full) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            what = f"the folder can't be read: {_reason(error)}"
            self._found.setdefault(_problem(name or ".", what, "Allow reading it."))
            return []
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            return []
        return entries

    def _target(self, folder: str, path: str, entry: os.DirEntry[str]) -> str | None:
        """Where `entry` really is; None when it is not to be listed, with the reason noted."""
        if shown(entry.name) != entry.name:
            self._leave_out(folder, path, "the name is not UTF-8; it was not read", "Rename it.")
            return None
        if not entry.is_symlink():
            return entry.path if entry.is_dir() or entry.is_file() else None
        target = os.path.realpath(entry.path)
        kind = _kind(target)
        if kind is None:
            if not entry.name.startswith(".#"):  # Emacs marks an open file by such a link
                self._leave_out(folder, path, "the link leads nowhere", "Mend or remove the link.")
        elif self._holds(target):
            return target
        elif entry.name not in NEVER_SOURCE:
            what = "the link leads out of the project; it was not followed"
            hint = "Check a copy of the project that holds the files themselves."
            if kind == "folder":  # any file may be in there
                self._found.setdefault(_problem(path, what, hint))
            else:
                self._leave_out(folder, path, what, hint)
        return None

    def _leave_out(self, folder: str, path: str, what: str, hint: str) -> None:
        self._unlisted[folder][path] = _problem(path, what, hint)


def _kind(target: str) -> str | None:
    try:
        mode = Path(target).stat().st_mode
    except OSError:
        return None
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else None


def shown(path: str) -> str:
    """`path` as it can be printed: a byte that is no UTF-8 becomes `\\udcff` or its like."""
    return path.encode("utf-8", "backslashreplace").decode()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(Span.whole(shown(path)), message, hint)
