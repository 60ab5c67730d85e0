"""Runs a command in a process of its own and says what it cost: wall time, CPU time, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall time, seconds of CPU time (user and system), and peak memory in MB.

    `best` is the wall time of the fastest of several runs: what it takes when the machine has
    nothing else to do.
    """

    wall: float
    cpu: float
    memory: float
    best: float


class Machine:
    """Runs this interpreter with compiled files kept in a folder of its own, as after an
    installation; every run is a fresh process."""

    def __init__(self, compiled: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        path = os.environ.get("PYTHONPATH", "")
        self._environment = {**kept, "PYTHONPYCACHEPREFIX": compiled, "PYTHONPATH": path}

    def run(self, arguments: Sequence[str], statuses: Sequence[int] = (0,)) -> Cost:
        """One run of `python ARGUMENTS`. Raises RuntimeError when it ends otherwise than asked."""
        with tempfile.TemporaryFile() as said:
            started = time.perf_counter()
            child = subprocess.Popen(
                [sys.executable, *arguments], stdout=said, stderr=said, env=self._environment
            )
            _, status, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - started
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode not in statuses:
                said.seek(0)
                raise RuntimeError(said.read()[-2000:].decode("utf-8", "replace"))
        unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB on Linux
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6, wall)

    def typical(self, arguments: Sequence[str], runs: int, statuses: Sequence[int] = (0,)) -> Cost:
        """The median of several runs, after one that is not counted (it compiles); the least CPU
        time, which others on the machine disturb least."""
        self.run(arguments, statuses)
        costs = [self.run(arguments, statuses) for _ in range(runs)]
        return Cost(
            median(one.wall for one in costs),
            min(one.cpu for one in costs),
            max(one.memory for one in costs),
            min(one.wall for one in costs),
        )


@contextmanager
def machine() -> Iterator[Machine]:
    """A machine whose compiled files are thrown away at the end."""
    with tempfile.TemporaryDirectory() as folder:
        yield Machine(folder)
