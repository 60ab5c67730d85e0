"""The decision log in a SQLite file: the suite of all logs, and what can happen to a file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from remit.app.decision_log import Filter
from remit.app.errors import InputError
from remit.store.decision_log import connect
from tests.store.log_suite import DENIED, READ, ROOT, LogSuite, filled, stored

__all__ = ["filled"]


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "new folder" / "50% #1?.sqlite")  # what a URI would read otherwise


class TestSqlite(LogSuite):
    def age(self, place: str) -> None:
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("PRAGMA user_version = 99")


def test_every_commit_is_synced(place: str) -> None:
    """https://www.sqlite.org/pragma.html#pragma_synchronous: FULL (2) syncs the log at a commit."""
    from remit.store.decision_log_sqlite import SqliteDatabase

    connection = SqliteDatabase(Path(place), create=True)._writing()
    with closing(connection):
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("content", [b"Dear diary", b"x" * 5000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "diary"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"diary` is no decision log"):
        connect(path, create=create)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_another_programs_database_is_left_as_it_is(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE decision (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"shop.sqlite` is no decision log"):
        connect(path, create=create)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["folder", "file/below"])
def test_places_where_no_file_can_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=rf"{name}` can't be used: \w+"):
        connect(tmp_path / name)


@pytest.mark.parametrize("name", ["mysql://u:secret@h/db", "http://h", "s3://bucket/key"])
def test_other_urls(name: str) -> None:
    with pytest.raises(InputError, match="no decision log is kept at a URL") as told:
        connect(name)
    assert "secret" not in str(told.value)


def test_a_file_that_is_moved_away_is_followed_by_a_new_one(tmp_path: Path) -> None:
    path, old = tmp_path / "log", tmp_path / "log.1"
    with closing(connect(path)) as log:
        assert stored(log.put(READ)) == [True]
        path.rename(old)
        assert stored(log.put(DENIED)) == [True]
    with closing(connect(path, create=False)) as new, closing(connect(old, create=False)) as before:
        assert list(new.query(Filter())) == [DENIED]
        assert list(before.query(Filter())) == [READ]


def test_a_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "deep/log"
    with closing(connect(path)) as log:
        assert stored(log.put(READ)) == [True]
        for one in path.parent.iterdir():
            one.unlink()
        path.parent.rmdir()
        assert stored(log.put(DENIED)) == [True]
        assert list(log.query(Filter())) == [DENIED]


FULL_DISK = """\
import resource, sys
from pathlib import Path
from remit.app.decision_log import Filter
from tests.store.log_suite import grouped, numbered, stored

place, limit = sys.argv[1], 1_000
log = grouped(place, limit=limit)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))

acknowledged, refused, entries = set(), set(), iter(numbered(20_000))

def put(count):
    group = [next(entries) for _ in range(count)]
    for entry, there in zip(group, stored(*map(log.put, group))):  # none of them hangs
        (acknowledged if there else refused).add(entry.request_id)

# A failed group may go through when it is tried again: closing the connection empties the
# write-ahead log. In the end nothing does.
while log.status().waiting < limit or log.status().lost < 10:
    put(100)
assert "disk" in log.status().failing or "I/O" in log.status().failing, log.status()
found = {one.request_id for one in log.query(Filter())}  # it can still be read
assert acknowledged and acknowledged <= found
lost = log.status().lost

resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
assert log.flush(30) and log.status().failing is None, log.status()
put(1)
found = [one.request_id for one in log.query(Filter())]
assert acknowledged <= set(found) <= acknowledged | refused
assert len(found) == len(set(found)) == len(acknowledged) + len(refused) - lost
assert log.status().lost == lost
log.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit for files is POSIX's")
def test_disk_full_and_free_again(place: str) -> None:
    """A limit for the size of files stands for the disk: writing beyond it fails (setrlimit(2))."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, place], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
