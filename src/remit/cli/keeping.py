"""What `remit serve --state` keeps: opening it, and keeping it until the end."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from remit.app.errors import InputError

if TYPE_CHECKING:
    from remit.server.run import Built
    from remit.store.state_file import StateFile


def opened(arguments: Namespace, ends: ExitStack) -> StateFile | None:
    """The state that was asked for, which `ends` closes. Raises InputError."""
    if arguments.state is None:
        return None
    from remit import wiring
    from remit.store.state_key import VARIABLE

    key = Path(arguments.state_key) if arguments.state_key is not None else None
    file = wiring.state_file(Path(arguments.state), key, os.environ.pop(VARIABLE, None))
    ends.callback(file.close)
    return file


def account(file: StateFile | None) -> str | None:
    """The account that a state is of."""
    from remit.server.restoring import account_of

    return None if file is None else account_of(file.rows)


def begun(built: Built, ends: ExitStack) -> None:
    """Keep what was made at the start, and at the end what changed last. Raises InputError."""
    if built.keeping is None:
        return
    ends.callback(built.keeping.close)
    why = built.keeping.save().result()
    if why is not None:
        raise InputError(f"the state can't be written: {why}")
