"""The key of a state file: from a file of its own, or from the environment. It is never stored with
what it seals, and never an argument of a command, which other users of the machine can read.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from remit.app.errors import InputError

VARIABLE = "REMIT_STATE_KEY"
BYTES = 32
_MODE = 0o600
_LONGEST = 4096
_FORM = "It must hold the base64 form of 32 bytes: `openssl rand -base64 32` makes one."


def state_key(file: Path | None, variable: str | None, make: bool) -> bytes:
    """The key: in `file`, else in the value of the environment's `variable`.

    With `make` a file that is not there is made, for nobody else to read. Raises InputError.
    """
    if file is None:
        if not variable:
            raise InputError(
                "`--state` keeps secrets, and has no key to encrypt them with",
                f"Name a file with `--state-key FILE` (it is made), or set `{VARIABLE}`.",
            )
        return _decoded(variable.encode("utf-8", "replace"), f"the environment's `{VARIABLE}`")
    try:
        if make and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            return _made(file)
        return _decoded(_content(file), f"`{file}`")
    except FileNotFoundError:
        raise InputError(
            f"there is no key at `{file}`",
            "What was sealed with it cannot be read without it: bring the file back.",
        ) from None
    except OSError as error:
        raise InputError(f"the key `{file}` can't be used: {error.strerror}") from None


def _made(file: Path) -> bytes:
    key = secrets.token_bytes(BYTES)
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(number, "wb") as opened:
        opened.write(base64.b64encode(key) + b"\n")
        opened.flush()
        os.fsync(number)
    return key


def _content(file: Path) -> bytes:
    if not stat.S_ISREG(file.stat().st_mode):  # to open a pipe would wait for its other end
        raise InputError(f"the key `{file}` is no plain file", f"Or set `{VARIABLE}`.")
    with file.open("rb") as opened:
        status = os.fstat(opened.fileno())
        if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
            raise InputError(
                f"others may read the key `{file}` (mode {stat.S_IMODE(status.st_mode):04o})",
                f"Run `chmod 600 {file}`, and make a new state if they did.",
            )
        return opened.read(_LONGEST)


def _decoded(text: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise InputError(f"{where} holds no key", _FORM)
    return key
