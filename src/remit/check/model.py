"""What the rules are given: every need of every role, judged, stage by stage.

Filling these values is the use case's work (`app/`); the rules only read them.
"""

from __future__ import annotations

from dataclasses import dataclass

from remit.core.call import Call
from remit.core.need import Need
from remit.core.span import Problem
from remit.deploy.model import Project, Role, Stage
from remit.explain.model import Judgement
from remit.scan.model import Scan

CODE, FRAMEWORK, LOGS = "code", "framework", "logs"
"""Where a need comes from: a call, what the framework sets up (event sources, tracing), and the
function's own log."""


@dataclass(frozen=True, slots=True)
class Needed:
    """One need and how the role stands to it.

    `call` is None for what the framework needs; `function` is the deployed function that needs
    it, "" when all do. `origin` is one of `CODE`, `FRAMEWORK` and `LOGS`.
    """

    need: Need
    call: Call | None
    function: str
    judgement: Judgement
    origin: str = CODE


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A role, the functions that run as it and everything that these need."""

    role: Role
    functions: tuple[str, ...]
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One stage. `complete` is False when something in it was not followed (a call that could not
    be attributed, a lost file, an operation without a known permission), so that "nothing uses
    it" cannot be said for sure. `gaps` names such things where `scan` does not hold them already.
    """

    stage: Stage
    roles: tuple[RoleFacts, ...]
    scan: tuple[Scan, ...]
    complete: bool = True
    gaps: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A project with all its stages: drift and shared policy files can only be seen on all of
    them, so a wish to see one stage is a filter on the findings, not on the facts."""

    project: Project
    stages: tuple[StageFacts, ...]
