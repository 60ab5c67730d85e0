"""`remit serve` with another patience than its own, and a clock that can be put on or back.

    python -m bench.faults.server PATIENCE [flags of `remit serve`]

With SIGUSR1 the process reads from the file that REMIT_FAULTS_CLOCK names by how many seconds its
clock is wrong: all of Python's, not only the port of remit.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

CLOCK = "REMIT_FAULTS_CLOCK"
_true, _wrong = time.time, [0.0]


def _now() -> float:
    return _true() + _wrong[0]


def _set(*_: object) -> None:
    _wrong[0] = float(Path(os.environ[CLOCK]).read_text())


def main(patience: str, flags: list[str]) -> int:
    """Serve until it is stopped."""
    time.time = _now  # before anything of remit holds the true one
    signal.signal(signal.SIGUSR1, _set)
    from remit.cli.main import main as remit
    from remit.server import run

    run.build = partial(run.build, patience=float(patience))
    return remit(["serve", *flags])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
