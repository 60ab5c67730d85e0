"""Which decision log a place means: a file is SQLite's, a URL PostgreSQL's."""

from __future__ import annotations

from pathlib import Path

from remit.app.decision_log import DecisionLog, Keep
from remit.app.errors import InputError
from remit.store.log_grouped import Database, GroupedLog

_POSTGRES = ("postgresql://", "postgres://")


def connect(place: str | Path, *, create: bool = True, keep: Keep | None = None) -> DecisionLog:
    """The log at `place`, a path or a URL; with `create` one is made where there is none.

    Nothing is written and no thread started before the first entry comes. Raises InputError when
    the place is none, can't be used, or holds something else.
    """
    return GroupedLog(_database(place, create), keep or Keep())


def _database(place: str | Path, create: bool) -> Database:
    if isinstance(place, str) and place.startswith(_POSTGRES):
        return _postgres(place, create)
    if isinstance(place, str) and "://" in place:
        scheme = place.split("://", maxsplit=1)[0]
        raise InputError(
            f"no decision log is kept at a URL that begins with `{scheme}://`",
            "Name a file, or a URL that begins with `postgresql://`.",
        )
    from remit.store.decision_log_sqlite import SqliteDatabase

    return SqliteDatabase(Path(place), create)


def _postgres(url: str, create: bool) -> Database:
    try:
        from remit.store.decision_log_postgres import PostgresDatabase
    except ImportError:
        raise InputError(
            "a decision log in PostgreSQL needs a library that is not installed",
            "Run `pip install 'remit[postgres]'`.",
        ) from None
    return PostgresDatabase(url, create)
