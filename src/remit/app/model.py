"""What the use case `check` is given and yields: values only.

`app/check.py` fills them, `report/` prints them, `cli/` maps them to an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from remit.app.errors import InputError as InputError
from remit.app.fingerprint import Fingerprint
from remit.core.finding import Finding, Severity, Unresolved
from remit.core.span import Problem
from remit.scan.model import Unattributed


class Progress(Protocol):
    """Is told how far the work is: `done` of `total` steps, and what comes now.

    `total` may grow while the work goes on. Must be cheap and must not raise.
    """

    def __call__(self, done: int, total: int, what: str, /) -> None:
        """Take note."""
        ...


def silent(_done: int, _total: int, _what: str, /) -> None:
    """The `Progress` that tells nobody."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How much was seen, over all stages.

    A call is counted once, however many stages and paths it is on. `calls_found` is the sum of
    `calls_followed` (service and operation known), `calls_unattributed` (they are not) and
    `calls_foreign` (made with keys of its own or against a local endpoint: not the role's).
    A need is one permission that one call requires in one stage; `needs` is the sum of the
    allowed, the denied and the unresolved ones. `files_lost` could not be read or parsed.
    """

    calls_found: int = 0
    calls_followed: int = 0
    calls_unattributed: int = 0
    calls_foreign: int = 0
    files: int = 0
    files_lost: int = 0
    entries: int = 0
    needs: int = 0
    needs_allowed: int = 0
    needs_denied: int = 0
    needs_unresolved: int = 0


@dataclass(frozen=True, slots=True)
class StageSummary:
    """One row of the table by stage. `needs` counts all, `denied` and `unresolved` parts of it."""

    name: str
    functions: int = 0
    needs: int = 0
    denied: int = 0
    unresolved: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that the project's configuration silences, and the reason given there."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What a baseline knew already: `known` findings, and the `absent` ones, entries of `file`
    that no finding fits any more."""

    file: str
    known: tuple[Finding, ...] = ()
    absent: tuple[Fingerprint, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything that `remit check` has to say.

    `findings` holds one for each stage it is true of; a report for people may join them.
    `silenced` findings are not in `findings`, nor are those that the `baseline` knows (None where
    there is no baseline). `stages` are those that were checked, in order.
    `blind` says that the module at which everything starts could not be read: no call was seen.
    """

    project: str
    framework: str
    stages: tuple[StageSummary, ...] = ()
    findings: tuple[Finding, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    problems: tuple[Problem, ...] = ()
    unattributed: tuple[Unattributed, ...] = ()
    stats: Stats = Stats()
    blind: bool = False
    baseline: Compared | None = None

    @property
    def wrong(self) -> bool:
        """Whether anything was found that must be mended: notes do not count."""
        return any(finding.severity is not Severity.NOTE for finding in self.findings)

    @property
    def open(self) -> bool:
        """Whether anything could not be told: a need, a call, or a file that was lost."""
        return bool(self.unresolved or self.unattributed or self.problems)
