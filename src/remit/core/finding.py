"""What a check tells a person: severity, confidence and place are separate axes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remit.core.call import Frame
from remit.core.span import Span


class Severity(StrEnum):
    """How much it hurts."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(StrEnum):
    """How sure it is. What cannot be told at all is an `Unresolved`, not a finding."""

    CERTAIN = "certain"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that helps to understand a finding, and what is to be seen there."""

    span: Span
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `id` names the rule (`missing-permission`), `span` is the one primary location. `message` is
    one sentence; `why` says what it leads to; `fix` what to do, and `patch` the JSON statement
    (or other text) to paste, if there is one. `path` leads from the entry point to the call.
    `block` is the statement around it, where a report for people may tell of all its parts at once.
    """

    id: str
    severity: Severity
    confidence: Confidence
    stage: str
    span: Span
    message: str
    why: str = ""
    fix: str = ""
    patch: str = ""
    action: str | None = None
    resource: str | None = None
    path: tuple[Frame, ...] = ()
    related: tuple[Related, ...] = ()
    block: Span | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A need about which nothing certain can be said, with the hole that is in the way.

    `hole` names what is not known, `fill` is the line of configuration that fills it
    (empty where none can).
    """

    stage: str
    span: Span
    action: str
    resource: str
    hole: str
    fill: str = ""
    path: tuple[Frame, ...] = ()
