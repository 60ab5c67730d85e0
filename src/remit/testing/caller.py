"""Who makes a call: the innermost line of code that is not a library's.

What may live here: walking the stack, and telling libraries, test code and other code apart.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from types import FrameType

from remit.core.span import Span

TEST_FILES = ("test_*.py", "*_test.py", "conftest.py")
"""pytest's own patterns, and its files of fixtures."""
_TEST_FOLDERS = frozenset({"test", "tests"})
_PACKAGES = frozenset({"site-packages", "dist-packages"})
_OWN = str(Path(__file__).resolve().parents[1]) + os.sep
_STANDARD = tuple(
    os.path.realpath(path) + os.sep
    for name in ("stdlib", "platstdlib")
    if (path := sysconfig.get_paths().get(name))
)
_TRANSFER, _EMULATOR = "s3transfer.", "moto."


def find() -> tuple[str, int] | None:
    """File and line of the code that makes the call which this thread is in.

    S3's transfers run in threads of their own, in which no such code is: then it is the code that
    waits for the transfer, if there is one only. None where there is none.
    """
    found = _first(sys._getframe(1))
    return found if found is not None else _waiting()


def by_emulator() -> bool:
    """Whether the call is made by a thread of moto's (a state machine's steps)."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if _module(frame).startswith(_EMULATOR):
            return True
        frame = frame.f_back
    return False


def _first(frame: FrameType | None) -> tuple[str, int] | None:
    while frame is not None:
        if not _is_library(frame.f_code.co_filename):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def _waiting() -> tuple[str, int] | None:
    """The code of another thread that has called S3's transfer and is still in it."""
    own, found = threading.get_ident(), set()
    for thread, frame in sys._current_frames().items():
        if thread != own and _transfers(frame) and (place := _first(frame)) is not None:
            found.add(place)
    return found.pop() if len(found) == 1 else None


def _transfers(frame: FrameType | None) -> bool:
    """Whether the thread is in a transfer, before any code that is not a library's."""
    while frame is not None and _is_library(frame.f_code.co_filename):
        if _module(frame).startswith(_TRANSFER):
            return True
        frame = frame.f_back
    return False


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


@lru_cache(maxsize=4096)
def _is_library(file: str) -> bool:
    """Whether the file is Python's, a package's, or remit's."""
    if file.startswith("<"):
        return file.startswith("<frozen ")
    if not _PACKAGES.isdisjoint(Path(file).parts):
        return True
    return os.path.realpath(file).startswith((_OWN, *_STANDARD))


@lru_cache(maxsize=4096)
def below(file: str, root: str | None) -> str | None:
    """The path of `file` from `root` on, with forward slashes; None when it is not below it."""
    if root is None:
        return None
    full = os.path.realpath(file)
    prefix = root.rstrip(os.sep) + os.sep
    return full[len(prefix) :].replace(os.sep, "/") if full.startswith(prefix) else None


@lru_cache(maxsize=4096)
def is_test(file: str, root: str | None, patterns: tuple[str, ...] = TEST_FILES) -> bool:
    """Whether the file is a test's: by its name, or by a folder `tests` below `root`.

    Of a file that is not below it only the folder that it stands in counts: a project may well
    stand in somebody's folder of that name.
    """
    inner = below(file, root)
    path = Path(inner or file)
    if any(fnmatch(path.name, pattern) for pattern in patterns):
        return True
    folders = path.parts[:-1] if inner is not None else (path.parent.name,)
    return not _TEST_FOLDERS.isdisjoint(folders)


def span(file: str, line: int, root: str | None) -> Span:
    """The place as remit writes it: from the project's root on, where the file is below it."""
    return Span(below(file, root) or file, line, 1, line, 1)
