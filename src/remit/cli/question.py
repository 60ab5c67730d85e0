"""Asking a person at the terminal, between runs of a command that uses the same terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

_LONGEST = 4096


def at_terminal() -> bool:
    """Whether somebody can be asked: standard input is a terminal."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # it is closed
        return False


def choose(text: str, answers: Mapping[str, str], otherwise: str) -> str:
    """The value of the answer that is given to `text`, `otherwise` for an empty one; what is no
    answer is asked again. Raises EOFError where there will be none (Ctrl-D), and KeyboardInterrupt.

    Read a line at a time and past Python's buffer: what is typed further is the command's.
    """
    while True:
        sys.stderr.write(text)
        sys.stderr.flush()
        line = os.read(sys.stdin.fileno(), _LONGEST)
        if not line:
            raise EOFError
        said = line.decode("utf-8", "replace").strip().lower()
        found = answers.get(said) if said else otherwise
        if found is not None:
            return found
        *others, last = dict.fromkeys(answers.values())
        sys.stderr.write(f"Answer {', '.join(others)} or {last}.\n")


@contextmanager
def kept() -> Iterator[None]:
    """The terminal's modes after the block as they were before, whatever a command left."""
    try:
        import termios
    except ImportError:
        yield  # a system without such modes
        return
    modes: list[Any] | None = None
    with suppress(termios.error, OSError, ValueError, AttributeError):
        modes = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        with suppress(termios.error, OSError, ValueError):
            if modes is not None and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp():
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, modes)


def forget_typed() -> None:
    """Throw away what was typed while a command ran: it was no answer to a later question."""
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import termios

        with suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
