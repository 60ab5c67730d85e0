"""`remit decide --batch`: lines in, one answer line each, in order, in constant memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from remit.app.batch import Answer, Batch
from remit.app.decide import met
from remit.app.errors import InputError
from remit.cli.exits import Exit
from remit.cli.output import show
from remit.syntax.source import MAX_SIZE


def run(name: str, expected: str | None) -> int:
    """Answer every line of the file `name` (`-`: standard input); returns the exit status.

    Each answer is written out at once, so that a program can ask, read, and ask again. Raises
    InputError when the file can't be read.
    """
    lost = unmet = count = 0
    with _opened(name) as stream:
        for answer in answers(stream):
            count += 1
            lost += answer.verdict is None
            unmet += answer.verdict is not None and not met(answer.verdict, expected)
            if not show(answer.text + "\n"):
                break
    if lost:
        print(f"remit: {lost} of {count} lines could not be decided", file=sys.stderr)  # noqa: T201
        return Exit.UNUSABLE
    return Exit.FINDINGS if unmet else Exit.OK


def answers(stream: BinaryIO) -> Iterator[Answer]:
    """The answer to each line. One that is too long is passed over, not kept."""
    batch = Batch()
    number = 0
    while line := stream.readline(MAX_SIZE + 2):
        number += 1
        if len(line) <= MAX_SIZE + 1 and (line.endswith(b"\n") or len(line) <= MAX_SIZE):
            yield batch.answer(line.removesuffix(b"\n"), number)
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_SIZE)
        yield batch.refuse(f"the line is longer than {MAX_SIZE} bytes", f"{number}:1")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115  closed below; only opening is guarded
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read `{name}`: {reason}") from None
    with stream:
        yield stream
