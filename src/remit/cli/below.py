"""How `remit run` hears of what its server does not see: tests with an emulator of their own.

remit's pytest plugin finds the run in one environment variable, and adds to a file of this run's.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from remit.app.running import Denied, Plan
from remit.app.within import VARIABLE, Within, read


@dataclass(slots=True)
class Below:
    """What the processes below the run are told, and what they have said when it has ended."""

    variables: dict[str, str]
    denied: list[Denied] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)


@contextmanager
def reporting(plan: Plan, arguments: Namespace, url: str) -> Iterator[Below]:
    """A report for the processes of the block; it is read at the block's end."""
    seeds = plan.seeds
    with tempfile.TemporaryDirectory(prefix="remit-run-") as folder:
        report = Path(folder, "report")
        report.touch(mode=0o600)
        told = Within(
            project=str(Path(arguments.project).absolute()),
            stage=plan.stage.name,
            endpoint=url,
            report=str(report),
            framework=arguments.framework,
            function=arguments.function,
            role=None if arguments.function else plan.role.name,
            learn=arguments.learn,
            known={"account": seeds.account, "region": seeds.region, "partition": "aws"},
        )
        found = Below({VARIABLE: str(told)})
        yield found
        with report.open(encoding="utf-8") as lines:
            found.denied, found.calls = read(lines)
