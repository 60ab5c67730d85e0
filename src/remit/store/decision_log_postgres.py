"""The decision log in a PostgreSQL database, which several servers may share (`remit[postgres]`).

Rows are numbered in the order in which they become visible, so that who follows misses none: the
number is drawn while an advisory lock is held, which PostgreSQL frees after the commit.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from remit.app.decision_log import Keep
from remit.app.errors import InputError
from remit.store.log_rows import DENIED, LISTED, Query, Row

LOCK = 0x72656D6C  # "reml": the advisory lock of those who write

MIGRATIONS = (
    f"""
    CREATE TABLE decision (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        number bigint NOT NULL,  -- of the group it was written in
        time bigint NOT NULL,
        request_id text NOT NULL,
        principal text NOT NULL,
        action text NOT NULL,
        resource text NOT NULL,
        verdict text NOT NULL,
        causes text NOT NULL,
        latency bigint NOT NULL,
        service text NOT NULL,
        operation text NOT NULL,
        note text NOT NULL
    );
    CREATE INDEX decision_time ON decision (time);
    CREATE INDEX decision_denied ON decision (id) WHERE {DENIED};
    CREATE TABLE version (schema integer NOT NULL);
    INSERT INTO version VALUES (0);
    """,  # noqa: S608  only names of this program
)
"""What leads from each version of the schema to the next; `version` counts those done."""

_LOCK_AND_LAST = b"SELECT pg_advisory_xact_lock(%s), (SELECT max(id) FROM decision)"

_PATIENCE = {
    "connect_timeout": "5",  # seconds; the others so that a server that vanished is noticed
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds
}
_OURS = {"client_encoding": "utf8", "application_name": "remit"}

_STATEMENT = "10s"
"""A statement of the writer that takes longer has failed: callers must not hang on a lock."""

_SETTINGS = f"""
    SET search_path = remit;
    SET statement_timeout = '{_STATEMENT}';
    SET client_min_messages = error;
"""

_COPY = f"COPY decision (number, {LISTED}) FROM STDIN".encode()
"""Up to three times as fast as one INSERT of all rows."""


class PostgresDatabase:
    """The schema `remit` in the database at `url`; with `create` it is made or brought up to date.

    See Database for what each method promises. Raises InputError when the database can't be
    reached or holds no log. No message shows more of `url` than host, port and database.
    """

    def __init__(self, url: str, create: bool) -> None:
        self._shown = _shown(url)
        self._where = make_conninfo("", **{**_PATIENCE, **conninfo_to_dict(url), **_OURS})
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        with self._reading() as connection:
            _check_encoding(connection, self._shown)
            if create:
                _migrate(connection, self._shown)
            else:
                _version(connection, self._shown, must=True)
        self._before = 0  # a row that was there before the group that may be tried again

    # -- writing -------------------------------------------------------------------------------

    def write(self, number: int, rows: list[Row], again: bool) -> None:
        """See Database."""
        connection = self._writing()
        with connection.transaction():
            newest = connection.execute(_LOCK_AND_LAST, (LOCK,)).fetchone() or (None, None)
            if not again:
                self._before = newest[1] or 0
            elif self._holds(connection, number):
                return
            with connection.cursor().copy(_COPY) as copy:
                for row in rows:
                    copy.write_row((number, *row))

    def tidy(self, keep: Keep, at_once: int) -> None:
        """See Database. Numbers have gaps where writing failed: then fewer entries are kept."""
        connection = self._writing()
        if keep.entries is not None:
            connection.execute(
                "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE id <= "
                "(SELECT max(id) FROM decision) - %s ORDER BY id LIMIT %s)",
                (keep.entries, at_once),
            )
        if keep.age is not None:
            connection.execute(
                "DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE time < "
                "(SELECT time FROM decision ORDER BY id DESC LIMIT 1) - %s ORDER BY time LIMIT %s)",
                (round(keep.age * 1_000_000), at_once),
            )

    def drop(self) -> None:
        """See Database."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _writing(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = self._open()
            # Whoever wants more than `on` (a replica's word) has set it; less is not durable.
            (durable,) = self._connection.execute("SHOW synchronous_commit").fetchone() or ("",)
            if durable in ("off", "local"):
                self._connection.execute("SET synchronous_commit = on")
        return self._connection

    def _holds(self, connection: psycopg.Connection[tuple[Any, ...]], number: int) -> bool:
        """Whether the commit of the group `number`, which failed, was a commit all the same."""
        found = connection.execute(
            "SELECT 1 FROM decision WHERE id > %s AND number = %s LIMIT 1", (self._before, number)
        )
        return found.fetchone() is not None

    # -- reading -------------------------------------------------------------------------------

    def last(self) -> int:
        """See Database."""
        with self._reading() as connection:
            (newest,) = connection.execute("SELECT max(id) FROM decision").fetchone() or (0,)
        return int(newest or 0)

    def read(self, query: Query) -> Generator[tuple[Any, ...], None, None]:
        """See Database. A cursor of the server's: rows come in portions."""
        with self._reading() as connection:
            connection.execute("SET statement_timeout = 0")
            with connection.transaction(), connection.cursor("log") as cursor:
                cursor.itersize = 1000
                cursor.execute(query.sql.replace("?", "%s").encode(), query.arguments)
                yield from cursor

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with self._open() as connection:
                yield connection
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise InputError(f"the decision log `{self._shown}` can't be used: {reason}") from error

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = psycopg.connect(self._where, autocommit=True)
        try:
            connection.execute(_SETTINGS)
        except psycopg.Error:
            connection.close()
            raise
        return connection


def _shown(url: str) -> str:
    """`url` without user, password and parameters. Raises InputError when it is none."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        raise InputError(
            "what was given for the decision log is no PostgreSQL URL",
            "Write `postgresql://USER@HOST:PORT/DATABASE`; a `@`, `/` or `:` in a name as %40, "
            "%2F, %3A. Better keep the password in ~/.pgpass or PGPASSWORD.",
        ) from None
    port = f":{given['port']}" if given.get("port") else ""
    return f"postgresql://{given.get('host', '')}{port}/{given.get('dbname', '')}"


def _migrate(connection: psycopg.Connection[tuple[Any, ...]], shown: str) -> None:
    with connection.transaction():  # of two that start at once, one makes the schema
        connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        if connection.execute("SELECT to_regnamespace('remit')").fetchone() == (None,):
            connection.execute("CREATE SCHEMA remit")
        done = _version(connection, shown, must=False)
        for script in MIGRATIONS[done:]:
            connection.execute(script.encode())
        connection.execute("UPDATE version SET schema = %s", (len(MIGRATIONS),))


def _version(connection: psycopg.Connection[tuple[Any, ...]], shown: str, must: bool) -> int:
    """The version of the schema, 0 where there is none and none `must` be. Raises InputError."""
    if connection.execute("SELECT to_regclass('remit.version')").fetchone() == (None,):
        if must:
            raise InputError(
                f"there is no decision log at `{shown}`",
                "Name the database that `remit serve` writes to with `--log URL`.",
            )
        return 0
    (version,) = connection.execute("SELECT schema FROM version").fetchone() or (0,)
    if version > len(MIGRATIONS):
        raise InputError(
            f"the decision log `{shown}` was written by a newer remit: schema {version}, this "
            f"one knows up to {len(MIGRATIONS)}",
            "Update remit, or name another database.",
        )
    return int(version)


def _check_encoding(connection: psycopg.Connection[tuple[Any, ...]], shown: str) -> None:
    """One entry in a script that the database can't hold would stop all that come after it."""
    (encoding,) = connection.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise InputError(
            f"the database at `{shown}` has the encoding {encoding}",
            "Make one for the log with `CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0`.",
        )
