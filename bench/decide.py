"""`python -m bench decide`: how long a decision takes, beside peers in one interleaved run.

Every contender runs in a process of its own and keeps its policies loaded; they are timed in
turns, so that a busy moment of the machine falls on all of them; the medians are compared.
`python -m bench decide remit` leaves the peers out; `--peers FOLDER` keeps their installations.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.contenders import PEERS, REMIT, Runner, Unavailable, running
from bench.decide_costs import costs
from bench.decide_kinds import kinds
from bench.workload import WORKLOADS

SIZES = (1, 10, 100, 1000)
ROUNDS = 7
SECONDS = 0.15

# How many times the fastest peer, and iam-simulate where layers are decided.
GOALS = {"W": (3, 12, 50, 400), "layers": (5, 25, 250, 2500)}
ADVERSARIAL = ("wildcards first", "values only")
MOST_US = 10.0

Times = dict[str, dict[str, float]]
"""Microseconds a request: by contender, by workload (`W 100`)."""


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print the tables."""
    alone = "remit" in arguments
    kept = arguments[list(arguments).index("--peers") + 1] if "--peers" in arguments else None
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}; microseconds of CPU time a decision, "
        f"median of {ROUNDS} rounds"
    )
    with ExitStack() as stack:
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        contenders = _contenders(stack, folder, alone)
        times = _measured(contenders)
    _print_table("W", times)
    _print_table("layers", times)
    _print_adversarial(times)
    kinds()
    costs()
    return 0


def _contenders(stack: ExitStack, folder: Path, alone: bool) -> list[Runner]:
    found = []
    for contender in (REMIT, *(() if alone else PEERS)):
        try:
            place = folder / contender.name
            found.append(stack.enter_context(running(contender, place)))
        except Unavailable as reason:
            print(f"skipped: {contender.name}: {reason}")
    return found


def _measured(contenders: Sequence[Runner]) -> Times:
    """All sizes in each round too: machines change their speed within minutes."""
    times: Times = {}
    names = [(workload, size) for workload in ("W", "layers") for size in SIZES]
    names += [(workload, SIZES[-1]) for workload in ADVERSARIAL]
    taking = {name: _loaded(contenders, *name) for name in names}
    rounds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, runners in taking.items():
            for runner in runners:
                key = _name(*name)
                rounds[runner.contender.name, key].append(runner.time(key, SECONDS))
    for (contender, key), measured in rounds.items():
        times.setdefault(contender, {})[key] = median(measured)
    return times


def _loaded(contenders: Sequence[Runner], workload: str, size: int) -> list[Runner]:
    """The contenders that can take part; a verdict that differs from remit's is told."""
    name, right, taking = _name(workload, size), None, list[Runner]()
    policies, requests = WORKLOADS[workload](size)
    for runner in contenders:
        peer = runner.contender.package is not None
        if peer and (workload in ADVERSARIAL or (workload != "W" and not runner.contender.layers)):
            continue
        try:
            answers = runner.load(name, policies, requests)
        except Unavailable as reason:
            print(f"skipped: {runner.contender.name} on {name}: {reason}")
            continue
        taking.append(runner)
        right = answers if right is None else right
        wrong = sum(one is not two for one, two in zip(answers, right, strict=True))
        if wrong:
            print(f"{runner.contender.name} on {name}: {wrong} of {len(right)} verdicts differ")
    return taking


def _name(workload: str, size: int) -> str:
    return f"{workload} {size}"


def _print_table(workload: str, times: Times) -> None:
    unsaid = {peer.name: peer.unsaid for peer in PEERS}
    print(f"\n{workload:14}" + "".join(f"{f'n = {size}':>12}" for size in SIZES))
    rows = {name: [by.get(f"{workload} {s}") for s in SIZES] for name, by in times.items()}
    for name, row in rows.items():
        if any(row):
            figures = "".join("           -" if us is None else f"{us:12.2f}" for us in row)
            left = f"   cannot: {unsaid[name]}" if unsaid.get(name) else ""
            print(f"{name:14}{figures}{left}")
    ours = rows[REMIT.name]
    others = [row for name, row in rows.items() if name != REMIT.name]
    for index, (size, goal) in enumerate(zip(SIZES, GOALS[workload], strict=True)):
        best = min((us for row in others if (us := row[index]) is not None), default=None)
        us = ours[index]
        if best is not None and us is not None:
            met = "met" if best / us >= goal else "MISSED"
            print(f"n = {size}: {best / us:.1f} times the fastest peer (goal {goal}: {met})")
    if ours[0] and ours[-1]:
        print(f"n = {SIZES[-1]} costs {ours[-1] / ours[0]:.2f} times n = 1 (goal 1.5)")


def _print_adversarial(times: Times) -> None:
    print(f"\nwritten to defeat an index, n = {SIZES[-1]} (goal {MOST_US:g})")
    for workload in ADVERSARIAL:
        print(f"{workload:24}{times[REMIT.name][f'{workload} {SIZES[-1]}']:12.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
