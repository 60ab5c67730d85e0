"""A state file and the server that it belongs to: what was kept comes back, or is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from remit.app.errors import InputError
from remit.server import kept_state
from remit.server.keeping import File, Keeping
from remit.server.kept_state import Kept
from remit.server.own import Own
from remit.server.sts_state import Codes


class StateFile(File, Protocol):
    """store/state_file.py: what it held when it was opened, by name and in order."""

    @property
    def rows(self) -> Mapping[str, str]:
        """The texts of its rows."""


def kept(file: StateFile, fresh: Own, codes: Codes) -> tuple[Keeping, Own]:
    """What keeps the state in `file`, and the keys in it, or in a new one `fresh`. Everything else
    in it is put into moto, which must be empty, and `codes`. Raises InputError."""
    rows = file.rows
    state = Kept(fresh.values(), codes.spent)
    if rows:
        of = account_of(rows)
        if of != fresh.account:
            raise InputError(
                f"the state is of account {of}, not of {fresh.account}",
                "Leave `--account` out, or name another file.",
            )
        state.restore(rows)
    try:
        own = Own.of(state.own)
    except ValueError as error:
        raise kept_state.strange(kept_state.OWN, str(error)) from None
    changes = state.changes()  # what comes back is as it was: nothing differs
    waiting = {name: text for name, text in changes.items() if rows.get(name) != text}
    return Keeping(state, file, waiting), own


def account_of(rows: Mapping[str, str]) -> str | None:
    """The account whose administrator's keys a state holds; None for one that is new. Raises
    InputError."""
    return kept_state.own(rows).get("account") if rows else None
