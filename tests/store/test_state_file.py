"""The state file: what was written is there, and whatever somebody did to it is seen."""

from __future__ import annotations

import base64
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="the extra `serve` is not installed")

from remit.app.decision_log import Filter
from remit.app.errors import InputError
from remit.store.decision_log import connect
from remit.store.state_file import StateFile
from remit.store.state_key import state_key

KEY = bytes(range(32))
FIRST = {"iam/1/users/ann": '{"secret": "s3cr3t-one"}', "b": "two", "c": "three"}


@contextmanager
def opened(path: Path, key: bytes = KEY) -> Iterator[StateFile]:
    with closing(StateFile(path, key)) as file:
        yield file


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A state with three rows."""
    path = tmp_path / "state"
    with opened(path) as file:
        file.write(FIRST)
    return path


def refused(path: Path, key: bytes = KEY) -> str:
    """What is said of the file, which is left as it is."""
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        StateFile(path, key)
    assert path.read_bytes() == before
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message.replace(str(path), "FILE")


# -- what was written is there -----------------------------------------------------------------


def test_rows_come_back_in_their_order(place: Path) -> None:
    with opened(place) as file:
        assert list(file.rows.items()) == list(FIRST.items())
        file.write({"b": None, "c": "new", "d": "four"})
        file.write({"b": "again"})
    with opened(place) as file:
        wanted = {
            "iam/1/users/ann": FIRST["iam/1/users/ann"],
            "c": "new",
            "d": "four",
            "b": "again",
        }
        assert list(file.rows.items()) == list(wanted.items())


def test_the_same_text_is_sealed_anew(place: Path) -> None:
    with opened(place) as file:
        (before,) = _sealed(place, "b")
        file.write({"b": "two"})
        (after,) = _sealed(place, "b")
    assert before != after


def test_contents_and_keys_are_not_in_the_file(place: Path) -> None:
    for name in (place, place.with_name("state.lock")):
        content = name.read_bytes()
        for secret in (b"s3cr3t-one", b"three", KEY, KEY.hex().encode(), base64.b64encode(KEY)):
            assert secret not in content
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_decision_log_has_room_in_it(place: Path) -> None:
    with closing(connect(place)) as log, opened(place) as file:
        file.write({"e": "five"})
        assert list(log.query(Filter())) == []
    with opened(place) as file:
        assert file.rows["e"] == "five"


def test_a_state_without_decisions_is_no_log(place: Path) -> None:
    with pytest.raises(InputError) as caught:
        connect(place, create=False)
    assert caught.value.message == f"there are no decisions in `{place}`"


def test_one_server_at_a_time(place: Path) -> None:
    with opened(place):
        assert refused(place) == "another `remit serve` uses `FILE`"
        code = (
            "import sys; from pathlib import Path; from remit.store.state_file import StateFile\n"
        )
        code += "StateFile(Path(sys.argv[1]), bytes(range(32)))"
        other = subprocess.run(
            [sys.executable, "-c", code, str(place)], capture_output=True, text=True, check=False
        )
        assert "another `remit serve` uses" in other.stderr
    with opened(place):
        pass


# -- what somebody did to it -------------------------------------------------------------------


def _change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for one in statements:
            connection.execute(one)


def _sealed(path: Path, name: str) -> tuple[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        found: tuple[bytes] = connection.execute(
            "SELECT sealed FROM state_row WHERE name = ?", (name,)
        ).fetchone()
        return found


_MOVED = "rows were removed, added, moved or put back to an earlier state"
_CHANGES = {
    "another key": (("UPDATE state_file SET key_check = x'00'",), "the key is not the one that"),
    "another salt": (("UPDATE state_file SET salt = x'00'",), "the key is not the one that"),
    "no salt": (("UPDATE state_file SET salt = 1",), "its first table is not as it was written"),
    "a newer format": (
        ("UPDATE state_file SET format = 2",),
        "was written by a newer remit: format 2",
    ),
    "no format": (("UPDATE state_file SET format = 'x'",), "its first table is not as"),
    "format 0": (("UPDATE state_file SET format = 0",), "its first table is not as"),
    "no first row": (("DELETE FROM state_file",), "its first table is not as"),
    "a row less": (("DELETE FROM state_row WHERE name = 'b'",), _MOVED),
    "the last row less": (("DELETE FROM state_row WHERE name = 'c'",), _MOVED),
    "no rows": (("DELETE FROM state_row",), _MOVED),
    "another order": (("UPDATE state_row SET position = 9 WHERE name = 'b'",), _MOVED),
    "another name": (
        ("UPDATE state_row SET name = 'x' WHERE name = 'b'",),
        "the row `x` is not as",
    ),
    "swapped": (
        (
            "UPDATE state_row SET name = 'x' WHERE name = 'b'",
            "UPDATE state_row SET name = 'b' WHERE name = 'c'",
            "UPDATE state_row SET name = 'c' WHERE name = 'x'",
        ),
        "the row `c` is not as",
    ),
    "one more": (
        ("INSERT INTO state_row (name, sealed) SELECT 'x', sealed FROM state_row LIMIT 1",),
        "the row `x` is not as",
    ),
    "a short row": (("UPDATE state_row SET sealed = x'0102' WHERE name = 'b'",), "the row `b` is"),
    "no bytes": (("UPDATE state_row SET sealed = 'two' WHERE name = 'b'",), "a row is not as"),
    "no head": (("UPDATE state_file SET head = x''",), "the row `` is not as"),
    "no rows' table": (("DROP TABLE state_row",), "no such table"),
    "no table": (("DROP TABLE state_file",), "is no state"),
    "another program's": (("PRAGMA application_id = 7",), "is no state"),
}


@pytest.mark.parametrize(("statements", "said"), _CHANGES.values(), ids=_CHANGES)
def test_what_was_changed_is_said(place: Path, statements: tuple[str, ...], said: str) -> None:
    _change(place, *statements)
    assert said in refused(place)


def test_a_row_cannot_be_put_back(place: Path) -> None:
    (before,) = _sealed(place, "b")
    with opened(place) as file:
        file.write({"b": "fewer rights"})
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE state_row SET sealed = ? WHERE name = 'b'", (before,))
    assert _MOVED in refused(place)


def test_a_row_of_another_file_does_not_fit(place: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other") as file:
        file.write(FIRST)
    (row,) = _sealed(tmp_path / "other", "b")
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE state_row SET sealed = ? WHERE name = 'b'", (row,))
    assert "the row `b` is not as it was written" in refused(place)


@pytest.mark.parametrize("table", ["state_row", "state_file"])
def test_every_byte_of_what_is_sealed_counts(place: Path, table: str) -> None:
    column = "sealed" if table == "state_row" else "head"
    dice = random.Random(7)  # noqa: S311  the same in every run
    with closing(sqlite3.connect(place)) as connection:
        found = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()  # noqa: S608  names of this test
    copy = place.with_name("copy")
    for rowid, sealed in found:
        for index in dice.sample(range(len(sealed)), 12):
            shutil.copy(place, copy)
            changed = bytearray(sealed)
            changed[index] ^= 1 << dice.randrange(8)
            with closing(sqlite3.connect(copy)) as connection, connection:
                sql = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608  the same
                connection.execute(sql, (bytes(changed), rowid))
            assert "can't be trusted: the row" in refused(copy)


def test_any_bytes_changed_are_refused_or_do_no_harm(place: Path) -> None:
    """Wherever in the file: what is opened is what was written."""
    content, dice = place.read_bytes(), random.Random(11)  # noqa: S311  the same
    copy = place.with_name("copy")
    for _ in range(150):
        changed = bytearray(content)
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        copy.write_bytes(changed)
        try:
            with opened(copy) as file:
                assert file.rows == FIRST
        except InputError:
            continue


@pytest.mark.parametrize("part", [0.0, 0.02, 0.3, 0.6, 0.99])
def test_a_truncated_file_is_refused(place: Path, part: float) -> None:
    content = place.read_bytes()
    place.write_bytes(content[: int(len(content) * part)])
    assert refused(place)


def _text(path: Path) -> None:
    path.write_text("# a shopping list\n" * 100)


def _database(path: Path) -> None:
    _change(path, "CREATE TABLE list (what TEXT)")


def _log(path: Path) -> None:
    connect(path).close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_text, "`FILE` is no state"),
        (_database, "`FILE` is no state"),
        (_log, "`FILE` is a decision log, and holds no state"),
    ],
)
def test_another_programs_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "file")
    assert refused(tmp_path / "file") == said


def test_a_wrong_key_is_said(place: Path) -> None:
    assert refused(place, bytes(32)) == "the key is not the one that `FILE` was sealed with"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        StateFile(tmp_path, KEY)


# -- the disk ----------------------------------------------------------------------------------


def _full(connection: sqlite3.Connection) -> None:
    """SQLite's own limit: it says `database or disk is full`, as a disk does."""
    connection.execute("PRAGMA max_page_count = 1")


def _half_way(connection: sqlite3.Connection) -> None:
    """A fault in the middle of a transaction."""
    connection.set_authorizer(
        lambda what, *_: sqlite3.SQLITE_DENY if what == sqlite3.SQLITE_UPDATE else sqlite3.SQLITE_OK
    )


@pytest.mark.parametrize("fail", [_full, _half_way])
def test_a_fault_changes_nothing_and_later_writes_work(
    place: Path, fail: Callable[[sqlite3.Connection], None]
) -> None:
    with opened(place) as file:
        file.write({"b": "kept"})
        assert file._connection is not None
        fail(file._connection)
        with pytest.raises(sqlite3.DatabaseError, match=r"full|prohibited|not authorized"):
            file.write({"b": "lost", "e": "x" * 1_000_000})
        file.write({"d": "later"})
    with opened(place) as file:
        assert file.rows == {**FIRST, "b": "kept", "d": "later"}


def test_what_would_not_be_read_is_not_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remit.store.state_file.LARGEST", 1000)
    with opened(place) as file:
        with pytest.raises(OSError, match="`b` is larger than 1000 bytes"):
            file.write({"b": "x" * 1000, "c": "lost"})
        file.write({"b": "x" * 900})
        monkeypatch.setattr("remit.store.state_file.MOST", 3)
        with pytest.raises(OSError, match="more than 3 rows"):
            file.write({"d": "four"})
        file.write({"d": "four", "c": None})
    with opened(place) as file:
        assert [*file.rows] == ["iam/1/users/ann", "b", "d"]
    monkeypatch.setattr("remit.store.state_file.MOST", 2)
    assert "3 rows, the longest of 928 bytes, are too much" in refused(place)


def test_a_file_that_was_moved_is_not_written(place: Path) -> None:
    with opened(place) as file:
        place.rename(place.with_name("moved"))
        with pytest.raises(OSError, match="was moved or removed"):
            file.write({"b": "lost"})
        place.with_name("moved").rename(place)
        file.write({"b": "later"})
    with opened(place) as file:
        assert file.rows["b"] == "later"


def test_no_half_of_a_file_is_left_where_it_cannot_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("")
    with pytest.raises(InputError):
        StateFile(folder / "state", KEY)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


# -- the key -----------------------------------------------------------------------------------

TEXT = base64.b64encode(KEY).decode()


def test_a_key_is_made_for_nobody_else_to_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "key"
    made = state_key(file, None, make=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert state_key(file, None, make=True) == state_key(file, TEXT, make=False) == made
    assert len(made) == 32 and made != state_key(tmp_path / "other", None, make=True)


def test_a_key_may_come_from_the_environment() -> None:
    assert state_key(None, f" {TEXT}\n", make=True) == KEY


@pytest.mark.parametrize("variable", ["", "x", TEXT[:-4], TEXT + "AAAA", TEXT + "é", "a" * 64])
def test_a_key_that_is_none_is_not_shown(variable: str) -> None:
    with pytest.raises(InputError) as caught:
        state_key(None, variable, make=True)
    assert "REMIT_STATE_KEY" in caught.value.message + caught.value.hint
    assert (
        not variable or variable not in caught.value.message + caught.value.hint or variable == "x"
    )


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o601])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key"
    state_key(file, None, make=True)
    file.chmod(mode)
    with pytest.raises(InputError) as caught:
        state_key(file, None, make=False)
    assert f"(mode {mode:04o})" in caught.value.message
    assert "chmod 600" in caught.value.hint


def test_what_is_no_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch(0o600)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("empty", "none", ".", "pipe"):
        with pytest.raises(InputError):
            state_key(tmp_path / name, None, make=False)
