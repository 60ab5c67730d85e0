"""A tree of files to read: the port through which readers and scanners see a project.

Paths are relative to the tree's root, with forward slashes and no `..`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import takewhile
from typing import Protocol

from remit.core.span import Problem


class Tree(Protocol):
    """Read-only files below one root."""

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises FileNotFoundError, or OSError with a reason for people."""
        ...

    def exists(self, path: str) -> bool:
        """Whether a regular file is there."""
        ...

    def files(self, folder: str = "", suffix: str = "") -> list[str]:
        """All files at or below `folder` whose names end with `suffix`, sorted.

        Links are followed inside the root only and each folder is entered once.
        """
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be listed so far: links that lead out, folders that can't be read."""
        ...


class MemoryTree:
    """A tree held in a mapping from path to content. For tests and for programs."""

    def __init__(self, contents: Mapping[str, str | bytes]) -> None:
        self._contents = {
            path: text.encode() if isinstance(text, str) else text
            for path, text in contents.items()
        }
        self._paths = sorted(self._contents)
        self.problems: tuple[Problem, ...] = ()

    def read(self, path: str) -> bytes:
        """The bytes under `path`."""
        if path not in self._contents:
            raise FileNotFoundError(path)
        return self._contents[path]

    def exists(self, path: str) -> bool:
        """Whether `path` is a key."""
        return path in self._contents

    def files(self, folder: str = "", suffix: str = "") -> list[str]:
        """Keys below `folder`."""
        prefix = folder.rstrip("/") + "/" if folder else ""
        below = self._paths[bisect_left(self._paths, prefix) :]
        return [p for p in takewhile(lambda p: p.startswith(prefix), below) if p.endswith(suffix)]


class Overlay:
    """A tree with some more files in it: sources that stand inside a template."""

    def __init__(self, tree: Tree, contents: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._more = MemoryTree(contents)

    def read(self, path: str) -> bytes:
        """The added file of that path, else the tree's."""
        return self._more.read(path) if self._more.exists(path) else self._tree.read(path)

    def exists(self, path: str) -> bool:
        """Whether either has it."""
        return self._more.exists(path) or self._tree.exists(path)

    def files(self, folder: str = "", suffix: str = "") -> list[str]:
        """The files of both."""
        both = {*self._tree.files(folder, suffix), *self._more.files(folder, suffix)}
        return sorted(both)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The tree's."""
        return self._tree.problems
