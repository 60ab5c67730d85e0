"""Where the report goes: standard output, or a file that is replaced in one step."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from remit.app.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def target(name: str, option: str = "--output") -> Path:
    """The file that `option` means. Raises InputError when it can't be written, so that nobody
    waits for a check whose result is then lost.
    """
    from pathlib import Path  # 5 ms that only a report in a file costs

    path = Path(name)
    try:
        path = path.resolve()  # through links: the file is replaced, not the link to it
        if not path.parent.is_dir():
            raise InputError(f"no folder for `{option} {name}`", f"make `{path.parent}` first")
        if path.exists() and not path.is_file():
            raise InputError(f"`{option} {name}` is not a regular file", "name another file")
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"cannot use `{option} {name}`: {_reason(error)}") from error
    return path


def save(path: Path, text: str) -> None:
    """Write `text` to `path`: a reader sees the old content or the new, never a part.

    Raises InputError when that fails; then nothing has changed.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            with draft.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write `{path}`: {_reason(error)}") from error


def show(text: str) -> bool:
    """Print `text`. A reader that has gone away (`| head`) is no error: False says that it has.

    Raises InputError when standard output can't take it (a full disk).
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
        return False
    except OSError as error:
        _drop_the_rest()
        raise InputError(f"cannot print the report: {_reason(error)}") from error
    return True


def _drop_the_rest() -> None:
    """What is still in the buffer would fail once more when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
