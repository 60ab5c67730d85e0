"""Run all trials, or those that are named: `python -m bench.faults [NAME ...]`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

from bench.faults import clocks, connections, decisions, signatures
from bench.faults.target import PATIENCE, Trial, held, serving

TRIALS: Mapping[float, Sequence[Trial]] = {
    PATIENCE: (
        signatures.replayed, signatures.malformed, signatures.changed, connections.truncated,
        connections.noise, connections.smuggling, connections.floods, connections.huge_bodies,
        connections.many_bodies, connections.never_reading, connections.drips,
    ),
    60.0: (connections.crowded,),
}  # fmt: skip
# These end or starve the server, or its database: each starts its own.
ALONE = (
    clocks.set_back, decisions.killed, decisions.killed_with_postgres, decisions.disk_full,
    decisions.postgres_gone,
)  # fmt: skip


def main(names: list[str]) -> int:
    """The exit status: 1 where a claim did not hold."""
    failed = []
    for patience, trials in TRIALS.items():
        wanted = [one for one in trials if not names or one.__name__ in names]
        if wanted:
            with serving(patience=patience) as target:
                failed += [one.__name__ for one in wanted if not asyncio.run(held(one, target))]
    failed += [one.__name__ for one in ALONE if (not names or one.__name__ in names) and not one()]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
