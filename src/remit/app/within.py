"""What `remit run` and the processes that it starts tell each other.

Tests that use an emulator in their own process never reach the run's server, so remit's pytest
plugin decides their calls there. The run's words go down in one environment variable; what was
denied, and what was called, comes back as lines of a file that the run has made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from remit.app.running import Denied
from remit.core.request import Value

VARIABLE = "REMIT_RUN"


@dataclass(frozen=True, slots=True)
class Within:
    """The run that a process is part of.

    `endpoint` is the address of its server, `report` the file to add to, `learn` says that nothing
    is to be refused. `known` holds what the run has for the account, region and partition.
    """

    project: str
    stage: str
    endpoint: str
    report: str
    framework: str | None = None
    function: str | None = None
    role: str | None = None
    learn: bool = False
    known: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As the variable has it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Within | None:
        """What the variable says; None where it is not a run's."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError, RecursionError):
            return None


def denial(one: Denied) -> str:
    """The line of a denial."""
    return json.dumps({"denied": asdict(one)}) + "\n"


def call(recorded: str) -> str:
    """The line of a call, which is a line of a recording."""
    return json.dumps({"call": recorded}) + "\n"


def read(lines: Iterable[str]) -> tuple[list[Denied], list[str]]:
    """The denials of a report, and the lines of its recording, each once.

    A line that was not written to its end (the process was killed) is none.
    """
    denied: list[Denied] = []
    calls: dict[str, None] = {}
    for line in lines:
        try:
            found = json.loads(line)
            if "denied" in found:
                denied.append(Denied(**{**found["denied"], "context": _context(found["denied"])}))
            else:
                calls.setdefault(found["call"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return denied, [*calls]


def _context(told: Mapping[str, Mapping[str, str | list[str]]]) -> dict[str, Value]:
    return {
        key: value if isinstance(value, str) else tuple(value)
        for key, value in told["context"].items()
    }
