"""`make bench`: how long `remit` takes and what it needs, beside peers in the same run.

Peers: `ast.parse` of every file (the least that any reader of Python does) and pyflakes (the
fastest linter written in Python), on the same tree.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from bench import agree, decide, decision_log, plans, wild
from bench.measure import Cost, Machine, machine
from bench.projects import make
from bench.templates import make_plain, make_sam

SMALL, LARGE = 40, 1000
PLAN = 20
MANY = 1_960
SIZES = (SMALL, 250, 500, LARGE)

LOADS = "import json, sys; json.load(open(sys.argv[1]))"
REMIT = ["-c", "from remit.cli.main import entry; entry()"]
PARSE = """\
import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    ast.parse(path.read_bytes())
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """What was asked for: seconds of wall time and MB; None where nothing was."""

    wall: float | None = None
    memory: float | None = None

    def verdict(self, cost: Cost) -> str:
        """`met`, or what was missed."""
        missed = [
            f"missed: {limit:g} {unit}"
            for limit, value, unit in (
                (self.wall, cost.wall, "s"),
                (self.memory, cost.memory, "MB"),
            )
            if limit is not None and value > limit
        ]
        return ", ".join(missed) or ("met" if self.wall or self.memory else "")


GOALS = {SMALL: Goal(1.5, 200), LARGE: Goal(10)}
HELP = Goal(0.2)


def main() -> int:
    """Measure everything and print one table."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':34}{'wall s':>8}{'best':>8}{'cpu s':>8}{'MB':>7}  goal")
    with machine() as here, tempfile.TemporaryDirectory() as folder:
        _row("remit --help", here.typical([*REMIT, "--help"], 7), HELP)
        _plan(here, Path(folder) / "plan")
        _many(here, Path(folder) / "many")
        _templates(here, Path(folder))
        checks = {size: _size(here, Path(folder) / str(size), size) for size in SIZES}
    for smaller, larger in pairwise(SIZES[1:]):
        ratio = checks[larger].cpu / checks[smaller].cpu
        print(f"{smaller} -> {larger} files: {ratio:.2f} times the CPU time (linear: 2.00)")
    return 0


def _templates(here: Machine, folder: Path) -> None:
    """SAM and CloudFormation: what 50 functions take, and a template of 1 MB."""
    for name, make_it, goal in (
        ("SAM, 50 functions", partial(make_sam, functions=50), Goal(3)),
        ("CloudFormation, 1 MB", partial(make_plain, size=1_000_000), Goal(20)),
    ):
        place = folder / name.partition(",")[0]
        place.mkdir()
        make_it(place)
        cost = here.typical([*REMIT, "check", str(place)], 3, (0, 1))
        _row(f"remit check, {name}", cost, goal)


def _size(here: Machine, folder: Path, files: int) -> Cost:
    """One row for remit and one for each peer, on a project of that many files."""
    folder.mkdir()
    make(folder, files)
    check = here.typical([*REMIT, "check", str(folder)], 7 if files == SMALL else 5, (1,))
    _row(f"remit check, {files} files, 2 stages", check, GOALS.get(files, Goal()))
    peers = {
        "ast.parse of all files": here.typical(["-c", PARSE, str(folder)], 3),
        "pyflakes": here.typical(["-m", "pyflakes", str(folder)], 3, (0, 1)),
    }
    for name, cost in peers.items():
        _row(
            f"  {name}", cost, Goal(), f"remit takes {check.cpu / cost.cpu:.1f} times its CPU time"
        )
    return check


def _plan(here: Machine, folder: Path) -> None:
    """A Terraform plan that consists mostly of other things than functions."""
    path = plans.make(folder, PLAN * plans.MEGABYTE)
    size = path.stat().st_size // plans.MEGABYTE
    check = here.typical([*REMIT, "check", str(folder)], 3)
    _row(f"remit check, a plan of {size} MB", check, Goal(5, 500))
    _loaded(here, path, check)


def _many(here: Machine, folder: Path) -> None:
    """A Terraform plan of functions, each with a role of its own, and half as many: a growth of
    more than 2 is a search that should be a look-up."""
    costs = []
    for count in (MANY // 2, MANY):
        path = plans.functions(folder / str(count), count)
        costs.append(here.typical([*REMIT, "check", str(path.parent)], 3))
        _row(f"remit check, plan, {count} functions", costs[-1], Goal())
    _loaded(here, path, costs[-1])
    ratio = costs[1].cpu / costs[0].cpu
    print(f"{MANY // 2} -> {MANY} functions: {ratio:.2f} times the CPU time (linear: 2.00)")


def _loaded(here: Machine, path: Path, check: Cost) -> None:
    peer = here.typical(["-c", LOADS, str(path)], 3)
    note = f"remit takes {check.cpu / peer.cpu:.1f} times its CPU time"
    _row("  json.load of the plan", peer, Goal(), note)


def _row(name: str, cost: Cost, goal: Goal, note: str = "") -> None:
    shown = note or goal.verdict(cost)
    print(
        f"{name:34}{cost.wall:8.2f}{cost.best:8.2f}{cost.cpu:8.2f}{cost.memory:7.0f}  {shown}",
        flush=True,
    )


def _decide() -> int:
    return decide.main(sys.argv[2:])


def _agree() -> int:
    return agree.main(sys.argv[2:])


def _validate() -> int:
    from bench import validate  # imports moto, which only this part needs

    return validate.main()


PARTS = {"check": main, "decide": _decide, "decision_log": decision_log.main, "validate": _validate}
ONLY_WHEN_NAMED = {"agree": _agree, "wild": wild.main}  # they take many minutes


def parts() -> int:
    """Run the part that is named, or all."""
    every = PARTS | ONLY_WHEN_NAMED
    named = sys.argv[1:2]
    if named and named[0] not in every:
        print(f"`{named[0]}` is no part: expected one of {', '.join(every)}")
        return 2
    return max(every[name]() for name in named or PARTS)


if __name__ == "__main__":
    sys.exit(parts())
