"""The decision log in a SQLite file: write-ahead log, every commit synced, readers at any time.

A commit is durable when the write-ahead log is synced: synchronous=FULL,
https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import pathname2url

from remit.app.decision_log import Keep
from remit.app.errors import InputError
from remit.store.log_rows import COLUMNS, DENIED, LISTED, Query, Row

APPLICATION = 0x72656D6C  # "reml", in the file's header: another program's file is refused

MIGRATIONS = (
    f"""
    CREATE TABLE decision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: who follows depends on it
        number INTEGER NOT NULL,  -- of the group it was written in
        time INTEGER NOT NULL,
        request_id TEXT NOT NULL,
        principal TEXT NOT NULL,
        action TEXT NOT NULL,
        resource TEXT NOT NULL,
        verdict TEXT NOT NULL,
        causes TEXT NOT NULL,
        latency INTEGER NOT NULL,
        service TEXT NOT NULL,
        operation TEXT NOT NULL,
        note TEXT NOT NULL
    );
    CREATE INDEX decision_time ON decision (time);
    CREATE INDEX decision_denied ON decision (id) WHERE {DENIED};
    """,
)
"""What leads from each version of the schema to the next; `user_version` counts those done."""

BUSY = 5.0
"""Seconds to wait for another process that writes into the same file."""

# SQLite runs a statement without Python's global lock and must get that back at its end, which
# takes up to 5 ms while another thread computes. So a group is few statements with many rows each.
_SIZES = (256, 64, 16, 4, 1)


def _insert(rows: int) -> str:
    places = f"(?{', ?' * len(COLUMNS)})"
    return f"INSERT INTO decision (number, {LISTED}) VALUES {', '.join([places] * rows)}"  # noqa: S608  only names of this program


_INSERTS = {size: _insert(size) for size in _SIZES}


class SqliteDatabase:
    """The file at `path`; with `create` it is made, or its schema brought up to date.

    See Database for what each method promises. Raises InputError when the file is not there, can't
    be opened, or is no decision log.
    """

    def __init__(self, path: Path, create: bool) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        if create:
            self._create()
        elif not path.is_file():
            raise InputError(
                f"there is no decision log at `{path}`",
                "Name the file that `remit serve` writes with `--log FILE`.",
            )
        with self._reading() as connection:
            if not _check(connection, path):  # the state of a server that logs elsewhere
                raise InputError(f"there are no decisions in `{path}`", "Name the server's log.")
        self._newest = self.last()  # of the rows that are there when a group is begun, or older
        self._before = 0  # `_newest` when the group was begun that may be tried again

    def _create(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open("rwc")) as connection:
                _migrate(connection, self._path)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    # -- writing -------------------------------------------------------------------------------

    def write(self, number: int, rows: list[Row], again: bool) -> None:
        """See Database."""
        connection = self._writing()
        if not again:
            self._before = self._newest
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not (again and self._holds(connection, number)):
                _insert_all(connection, number, rows)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._newest = self._before + len(rows)  # or more, where others write too

    def tidy(self, keep: Keep, at_once: int) -> None:
        """See Database. Space becomes free inside the file, which does not shrink."""
        connection = self._writing()
        if keep.entries is not None:
            connection.execute(
                "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE id <= "
                "(SELECT max(id) FROM decision) - ? ORDER BY id LIMIT ?)",
                (keep.entries, at_once),
            )
        if keep.age is not None:
            connection.execute(
                "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE time < "
                "(SELECT time FROM decision ORDER BY id DESC LIMIT 1) - ? ORDER BY time LIMIT ?)",
                (round(keep.age * 1_000_000), at_once),
            )

    def drop(self) -> None:
        """See Database."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _writing(self) -> sqlite3.Connection:
        """The writer's connection. What is written to a file that was removed or moved away is
        lost or astray, and SQLite does not tell: then a new file is begun."""
        if self._connection is None or self._identity() != self._opened:
            self._settle()
            self.drop()
            self._create()
            self._connection = self._open("rw")
            self._opened = self._identity()
        return self._connection

    def _settle(self) -> None:
        """Bring what is still in the write-ahead log into the file, wherever that is now: the log
        keeps its old name, and SQLite does not look for it under the file's new one."""
        if self._connection is not None:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _holds(self, connection: sqlite3.Connection, number: int) -> bool:
        """Whether the commit of the group `number`, which failed, was a commit all the same."""
        found = connection.execute(
            "SELECT 1 FROM decision WHERE id > ? AND number = ? LIMIT 1", (self._before, number)
        )
        return found.fetchone() is not None

    # -- reading -------------------------------------------------------------------------------

    def last(self) -> int:
        """See Database."""
        with self._reading() as connection:
            (newest,) = connection.execute("SELECT max(id) FROM decision").fetchone()
        return int(newest or 0)

    def read(self, query: Query) -> Generator[tuple[Any, ...], None, None]:
        """See Database."""
        with self._reading() as connection:
            connection.execute("PRAGMA case_sensitive_like = ON")
            yield from connection.execute(query.sql, query.arguments)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._open("ro")) as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    # -- both ----------------------------------------------------------------------------------

    def _open(self, mode: str) -> sqlite3.Connection:
        """A connection in autocommit. `drop` may be called by another thread than `write`."""
        where = f"file:{pathname2url(str(self._path.absolute()))}?mode={mode}"
        connection = sqlite3.connect(
            where, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _unusable(self, error: Exception) -> InputError:
        if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
            return _no_log(self._path)
        reason = getattr(error, "strerror", None) or str(error)
        return InputError(f"the decision log `{self._path}` can't be used: {reason}")


def _insert_all(connection: sqlite3.Connection, number: int, rows: list[Row]) -> None:
    done = 0
    for size in _SIZES:
        while len(rows) - done >= size:
            part = rows[done : done + size]
            values = [value for one in part for value in (number, *one)]
            connection.execute(_INSERTS[size], values)
            done += size


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date. Raises InputError for a file that is no log of this remit's."""
    if _version(connection, path) == len(MIGRATIONS):
        return  # nothing is changed, and of what is none of ours nothing either
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")  # of two that start at once, one makes the schema
    version = _version(connection, path)
    for script in MIGRATIONS[version:]:
        for statement in script.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the schema, 0 in a new file."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return _check(connection, path) if tables else 0


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the schema. Raises InputError when this remit does not know it."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise _no_log(path)
    if version > len(MIGRATIONS):
        raise InputError(
            f"`{path}` was written by a newer remit: schema {version}, this one knows up to "
            f"{len(MIGRATIONS)}",
            "Update remit, or name another file.",
        )
    return int(version)


def _no_log(path: Path) -> InputError:
    return InputError(f"`{path}` is no decision log", "Name the file that `remit serve` writes.")
