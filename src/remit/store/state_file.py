"""The state file: a SQLite database of sealed rows, written in whole or not at all.

It may hold a decision log as well (decision_log_sqlite.py): the header is the log's, the tables do
not know of each other. Row names are readable (`iam/111122223333/aws/users/ann`), contents are not.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.request import pathname2url

from remit.app.errors import InputError
from remit.store import sealing
from remit.store.decision_log_sqlite import APPLICATION
from remit.store.sealing import FORMAT, Broken, Seal, seal

LARGEST = 64 << 20
"""Bytes of a sealed row: neither written nor read beyond it."""
MOST = 2_000_000
"""Rows."""
BUSY = 10.0
"""Seconds to wait for the decision log, where it is in the same file."""
_HEAD = ""
_SCHEMA = f"""
    CREATE TABLE state_file (
        format INTEGER NOT NULL,
        salt BLOB NOT NULL,
        key_check BLOB NOT NULL,
        head BLOB NOT NULL
    );
    CREATE TABLE state_row (
        position INTEGER PRIMARY KEY,  -- a row that is written again keeps its own
        name TEXT NOT NULL UNIQUE,
        sealed BLOB NOT NULL
    );
    PRAGMA application_id = {APPLICATION};
"""
_PUT = (
    "INSERT INTO state_row (name, sealed) VALUES (?, ?)"
    " ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed"
)


class StateFile:
    """The state at `path`, opened with a key of 32 bytes; one that is not there is made.

    Holds a lock until it is closed: one server at a time. `rows` is what was in it, by name and in
    order. Raises InputError for whatever cannot be used, which is then left as it is.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = _locked(path)
        try:
            if not path.exists():
                _make(path, key)
            self._seal, sealed = self._read(key)
            self.rows = self._opened(sealed)
            self._tags = {name: sealing.tag(one) for name, one in sealed.items()}
            self._identity = _identity(path)
        except BaseException:
            self._lock.close()
            raise

    def write(self, changes: Mapping[str, str | None]) -> None:
        """Store new texts of rows, None for a row that goes, in one commit; when this returns they
        are on the disk. Raises OSError or sqlite3.Error, and then nothing was changed."""
        sealed = {
            name: None if text is None else self._seal.close(name, text)
            for name, text in changes.items()
        }
        tags = dict(self._tags)
        for name, one in sealed.items():
            if one is None:
                tags.pop(name, None)
                continue
            if len(one) > LARGEST:
                raise OSError(f"`{name}` is larger than {LARGEST} bytes")
            tags[name] = sealing.tag(one)
        if len(tags) > MOST:
            raise OSError(f"there are more than {MOST} rows")
        head = self._seal.close(_HEAD, sealing.head(tags.values()))
        try:
            self._commit(sealed, head)
        except BaseException:
            self._drop()  # SQLite may be at odds with the file: begin anew
            raise
        self._tags = tags

    def close(self) -> None:
        """End; another server may have it now."""
        self._drop()
        self._lock.close()

    def _commit(self, sealed: Mapping[str, bytes | None], head: bytes) -> None:
        if _identity(self._path) != self._identity:
            raise OSError(f"`{self._path}` was moved or removed")
        if self._connection is None:
            self._connection = _connection(self._path, "rw")
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        gone = [(name,) for name, one in sealed.items() if one is None]
        connection.executemany("DELETE FROM state_row WHERE name = ?", gone)
        there = [(name, one) for name, one in sealed.items() if one is not None]
        connection.executemany(_PUT, there)
        connection.execute("UPDATE state_file SET head = ?", (head,))
        connection.execute("COMMIT")

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()  # rolls back what is not committed

    # -- opening -------------------------------------------------------------------------------

    def _read(self, key: bytes) -> tuple[Seal, dict[str, bytes]]:
        """The seal and the rows, still sealed. Raises InputError."""
        try:
            with closing(_connection(self._path, "ro")) as connection:
                found = _seal(connection, self._path, key)
                return found, _rows(connection, self._path)
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise _unusable(self._path, error) from None

    def _opened(self, sealed: dict[str, bytes]) -> dict[str, str]:
        head = sealed.pop(_HEAD)
        try:
            rows = {name: self._seal.open(name, one) for name, one in sealed.items()}
            tags = map(sealing.tag, sealed.values())
            if self._seal.open(_HEAD, head) != sealing.head(tags):
                raise Broken("rows were removed, added, moved or put back to an earlier state")
        except Broken as error:
            raise _damaged(self._path, str(error)) from None
        return rows


def _seal(connection: sqlite3.Connection, path: Path, key: bytes) -> Seal:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if application != APPLICATION or "state_file" not in tables:
        what = "is a decision log, and holds no state" if "decision" in tables else "is no state"
        raise InputError(f"`{path}` {what}", "Name another file: one that is not there is made.")
    found = connection.execute("SELECT format FROM state_file").fetchone()
    if found is None or type(found[0]) is not int or found[0] < 1:
        raise _damaged(path, "its first table is not as it was written")
    if found[0] > FORMAT:
        raise InputError(
            f"`{path}` was written by a newer remit: format {found[0]}, this one knows up to"
            f" {FORMAT}",
            "Update remit, or name another file.",
        )
    salt, check = connection.execute("SELECT salt, key_check FROM state_file").fetchone()
    if not isinstance(salt, bytes) or not isinstance(check, bytes):
        raise _damaged(path, "its first table is not as it was written")
    made = seal(key, salt)
    if not hmac.compare_digest(made.check, check):
        raise InputError(
            f"the key is not the one that `{path}` was sealed with",
            "Give that key: with another one nothing in it can be read.",
        )
    return made


def _rows(connection: sqlite3.Connection, path: Path) -> dict[str, bytes]:
    """All sealed rows in order, after them the head."""
    for table in ("state_file", "state_row"):  # its index too: later writes go by it
        (found,) = connection.execute(f"PRAGMA integrity_check({table})").fetchone()
        if found != "ok":
            raise _damaged(path, found.splitlines()[0])
    number, longest = connection.execute(
        "SELECT count(*), max(length(sealed)) FROM state_row"
    ).fetchone()
    if number > MOST or (longest or 0) > LARGEST:
        raise _damaged(path, f"{number} rows, the longest of {longest} bytes, are too much")
    rows: dict[Any, Any] = dict(  # SQLite takes any type in any column
        connection.execute("SELECT name, sealed FROM state_row ORDER BY position")
    )
    (rows[_HEAD],) = connection.execute("SELECT head FROM state_file").fetchone()
    if not all(isinstance(n, str) and isinstance(one, bytes) for n, one in rows.items()):
        raise _damaged(path, "a row is not as it was written")
    return rows


# -- making ------------------------------------------------------------------------------------


def _make(path: Path, key: bytes) -> None:
    """Make an empty state under another name, and give it its own when it is whole: a crash leaves
    no half of one."""
    salt = secrets.token_bytes(16)
    made = seal(key, salt)
    head = made.close(_HEAD, sealing.head(()))
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_connection(draft, "rw")) as connection:
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            row = (FORMAT, salt, made.check, head)
            connection.execute("INSERT INTO state_file VALUES (?, ?, ?, ?)", row)
            connection.execute("PRAGMA journal_mode = WAL")
        draft.rename(path)
        _sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Bring a new name in a folder to the disk, where the system has a way to."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in autocommit; one thread opens it and another one closes it."""
    where = f"file:{pathname2url(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(
        where, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _locked(path: Path) -> sqlite3.Connection:
    """What holds the lock: an empty database beside the file, locked as SQLite does it everywhere.
    The system ends the lock with the process. (Not the file itself: its log is read meanwhile.)"""
    beside = path.with_name(path.name + ".lock")
    _folder(path)
    try:
        # Only a new one: to close a file once more would end the locks that this process has on it.
        with suppress(FileExistsError):
            os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        held = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
        held.execute("PRAGMA journal_mode = MEMORY")
        held.execute("BEGIN EXCLUSIVE")
    except OSError as error:
        raise InputError(f"`{beside}` can't be made: {error.strerror}") from None
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise InputError(
                f"another `remit serve` uses `{path}`", "Stop it, or name another file."
            ) from None
        raise InputError(f"`{beside}` can't be used: {error}", "Remove it.") from None
    return held


def _folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _unusable(path: Path, error: Exception) -> InputError:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return InputError(f"`{path}` is no state", "Name another file.")
    if isinstance(error, sqlite3.OperationalError) or not isinstance(error, sqlite3.Error):
        reason = getattr(error, "strerror", None) or str(error)
        hint = "Name a file in a folder where files can be made."
        return InputError(f"the state `{path}` can't be used: {reason}", hint)
    return _damaged(path, str(error))


def _damaged(path: Path, why: str) -> InputError:
    hint = "It was damaged or changed by somebody. Put a copy of it in its place, or name another."
    return InputError(f"the state `{path}` can't be trusted: {why}", hint)
