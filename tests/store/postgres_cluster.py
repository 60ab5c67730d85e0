"""A PostgreSQL server of the tests' own: in a folder that is thrown away, on a socket in it, and
without a network address. Nothing of it outlives the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


class NotInstalledError(Exception):
    """There is no PostgreSQL here; says what to do."""


class Cluster:
    """A server with its data in `folder`, which can be stopped and started again."""

    def __init__(self, folder: Path, programs: Path, user: str | None, fsync: str) -> None:
        self._folder = folder
        self._programs = programs
        self._user = user
        self._options = f"-k {folder} -c listen_addresses='' -c fsync={fsync}"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def make(self) -> None:
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", self._options)

    def kill(self) -> None:
        """End it as a crash does: without a checkpoint, every connection cut."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", "data")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else (),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
            stderr=subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)}: status {done.returncode}")


@contextmanager
def cluster(fsync: str = "off") -> Iterator[Cluster]:
    """A running server. Raises NotInstalledError where none is installed.

    No test cuts the power: what a killed server has written is there without `fsync`.
    """
    programs, user = _programs(), _user()
    folder = Path(tempfile.mkdtemp(prefix="remit-pg-"))  # short: a socket's path has 107 bytes
    if user is not None:
        shutil.chown(folder, user, user)
    made = Cluster(folder, programs, user, fsync)
    try:
        made.make()
        yield made
    finally:
        if (folder / "data/postmaster.pid").exists():
            made.kill()
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where `initdb` is: on the PATH, or where Debian keeps it."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise NotInstalledError(
            "no PostgreSQL here: `apt-get install postgresql`, or `initdb` on PATH"
        )
    return found[-1].parent


def _user() -> str | None:
    """Whom it runs as: root may not, and Debian's package makes a user for it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise NotInstalledError(
            "PostgreSQL does not run as root, and there is no user postgres"
        ) from None
