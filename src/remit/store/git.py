"""A project as it was at some commit, as a `Tree`: read through the `git` command.

Nothing is checked out. Links are not followed: a link is no file here.
"""

from __future__ import annotations

import subprocess
from bisect import bisect_left
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import IO

from remit.app.errors import InputError
from remit.core.span import Problem
from remit.store.files import NEVER_SOURCE, READ_LIMIT

_FILE = (b"100644", b"100755")


class GitTree:
    """The files below the folder `root` as they were at the commit `reference`.

    Used in a `with` block: one `git` process serves all reads. Raises InputError when `root` is in
    no repository, there is no such commit, or git is not installed.
    """

    def __init__(self, root: Path, reference: str) -> None:
        self._root = root
        commit = self._said(
            "rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"
        )
        if commit is None:
            inside = self._said("rev-parse", "--show-prefix")
            if inside is None:
                raise InputError(f"`{root}` is in no git repository", "leave `--since` out")
            what = f"there is no commit `{reference}` in the repository of `{root}`"
            raise InputError(what, "name a branch, a tag or a commit")
        self._objects = self._listed(commit.strip().decode())
        self._paths = sorted(self._objects)
        self._reader: subprocess.Popen[bytes] | None = None
        self.problems: tuple[Problem, ...] = ()

    def __enter__(self) -> GitTree:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.communicate()

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises FileNotFoundError, or OSError for one that is too large."""
        if path not in self._objects:
            raise FileNotFoundError(f"`{path}` is not there")
        ask, answer = self._pipes()
        ask.write(self._objects[path] + b"\n")
        ask.flush()
        size = int(answer.readline().split()[2])
        data = answer.read(size + 1)[:-1]  # git ends the content with a line feed
        if size > READ_LIMIT:
            limit = READ_LIMIT // (1024 * 1024)
            raise OSError(f"`{path}` is larger than {limit} MiB; it was not read")
        return data

    def exists(self, path: str) -> bool:
        """Whether a regular file was there."""
        return path in self._objects

    def files(self, folder: str = "", suffix: str = "") -> list[str]:
        """All files at or below `folder` whose names end with `suffix`, sorted."""
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        below = self._paths[bisect_left(self._paths, prefix) :]
        found = takewhile(lambda path: path.startswith(prefix), below)
        return [
            path
            for path in found
            if path.endswith(suffix)
            and NEVER_SOURCE.isdisjoint(path.removeprefix(prefix).split("/")[:-1])
        ]

    def _listed(self, commit: str) -> dict[str, bytes]:
        """Path below the root to object name, for regular files."""
        listed = self._said("ls-tree", "-r", "-z", commit, "--", ".") or b""
        found: dict[str, bytes] = {}
        for entry in listed.split(b"\0"):
            kind, _, path = entry.partition(b"\t")
            fields = kind.split()
            if len(fields) == 3 and fields[0] in _FILE:
                found[path.decode("utf-8", "surrogateescape")] = fields[2]
        return found

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "-C", str(self._root), "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        ask, answer = self._reader.stdin, self._reader.stdout
        if ask is None or answer is None:
            raise OSError("git gave no pipes")
        return ask, answer

    def _said(self, *arguments: str) -> bytes | None:
        """What git prints; None when it fails."""
        try:
            done = subprocess.run(
                ["git", "-C", str(self._root), *arguments], capture_output=True, check=False
            )
        except FileNotFoundError:
            raise InputError("the command `git` is not installed", "leave `--since` out") from None
        return done.stdout if done.returncode == 0 else None
