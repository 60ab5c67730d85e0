"""The decision log in PostgreSQL: the suite of all logs, and what can happen to a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest

psycopg = pytest.importorskip("psycopg", reason="needs `pip install 'remit[postgres]'`")

from remit.app.decision_log import Filter  # noqa: E402  after what may skip the module
from remit.app.errors import InputError  # noqa: E402
from remit.store.decision_log import connect  # noqa: E402
from tests.store.log_suite import (  # noqa: E402
    READ,
    LogSuite,
    filled,
    grouped,
    ids,
    numbered,
    stored,
)
from tests.store.postgres_cluster import Cluster, NotInstalledError, cluster  # noqa: E402

__all__ = ["filled"]

_names = count()


LOCK = 0x72656D6C  # as in remit.store.decision_log_postgres: writers of every version agree on it


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    try:
        with cluster() as running:
            yield running
    except NotInstalledError as reason:
        assert not os.environ.get("CI"), reason  # .ci/run installs it
        pytest.skip(str(reason))


@pytest.fixture
def place(server: Cluster) -> str:
    """A database of the test's own."""
    name = f"log{next(_names)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
    return server.url(name)


class TestPostgres(LogSuite):
    def age(self, place: str) -> None:
        with psycopg.connect(place) as connection:
            connection.execute("UPDATE remit.version SET schema = 99")


def test_a_commit_waits_for_the_disk(place: str) -> None:
    """https://www.postgresql.org/docs/current/runtime-config-wal.html: `off` does not wait."""
    from remit.store.decision_log_postgres import PostgresDatabase

    with psycopg.connect(place, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = PostgresDatabase(place, create=True)
    assert database._writing().execute("SHOW synchronous_commit").fetchone() == ("on",)
    database.drop()


def test_a_number_is_drawn_while_the_lock_is_held(place: str) -> None:
    """Else a smaller number could become visible later than a larger one, and be missed."""
    drawn = "SELECT coalesce(max(id), 0), (SELECT is_called FROM decision_id_seq) FROM decision"
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with closing(grouped(place)) as log, psycopg.connect(place, autocommit=True) as other:
        other.execute("SET search_path = remit")
        with other.transaction():
            other.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            ticket = log.put(READ)
            while other.execute(waiting).fetchone() == (0,):
                assert not ticket.done()
            assert other.execute(drawn).fetchone() == (0, False)
        assert stored(ticket) == [True]
        assert other.execute(drawn).fetchone() == (1, True)


def test_gone_and_back(server: Cluster, place: str) -> None:
    with closing(grouped(place, limit=50)) as log:
        before, during, beyond, after = (numbered(25, start) for start in (0, 100, 200, 300))
        assert all(stored(*map(log.put, before)))
        server.kill()
        try:
            assert not any(stored(*map(log.put, [*during, *during])))  # answered, not hung
            while log.status().lost < 10:
                assert not any(stored(*map(log.put, beyond)))
            assert log.status().failing
            lost, waiting = log.status().lost, log.status().waiting
            with pytest.raises(InputError, match="can't be used: connection"):
                list(log.query(Filter()))
        finally:
            server.start()
        assert log.flush(60)
        assert all(stored(*map(log.put, after)))
        found = ids(log.query(Filter()))
        assert found[:25] == [one.request_id for one in before]
        assert found[-25:] == [one.request_id for one in after]
        assert len(found) == 25 + waiting + 25
        assert (log.status().failing, log.status().lost) == (None, lost)


def test_a_connection_that_is_cut_is_made_again(server: Cluster, place: str) -> None:
    with closing(grouped(place)) as log:
        assert stored(log.put(READ)) == [True]
        with psycopg.connect(server.url("postgres"), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (place.split("/")[3].split("?")[0],),
            )
        ticket = log.put(READ)
        ticket.result(30)
        assert log.flush(30)
        assert list(log.query(Filter())) == [READ, READ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hunter2@127.0.0.1:1/db", "`postgresql://127.0.0.1:1/db` can't be used"),
        ("postgres://u:hunter2@127.0.0.1:1/db?password=hunter2", "Connection refused"),
        ("postgresql://u:hunter2@h:port/db", "can't be used"),
        ("postgresql://u:hunter2@[h/db", "no PostgreSQL URL"),
        ("postgresql://h/db?hunter2=1", "no PostgreSQL URL"),
        ("postgresql://h/db%00", "no PostgreSQL URL"),
    ],
)
def test_places_that_are_none_and_no_password_in_what_is_said(url: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        connect(url)
    assert said in told.value.message
    assert "hunter2" not in told.value.message + told.value.hint


def test_a_database_that_can_not_hold_every_text(server: Cluster) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(InputError, match="has the encoding LATIN1"):
        connect(server.url("latin"))
