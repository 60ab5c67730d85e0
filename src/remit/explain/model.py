"""What judging an open request yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remit.core.policy import Item, Policy, Statement
from remit.core.text import Hole


class Standing(StrEnum):
    """How a need stands against the policies of a role."""

    ALLOWED = "allowed"
    """Whatever the holes stand for, AWS allows it."""
    DENIED = "denied"
    """Whatever the holes stand for, AWS denies it."""
    UNKNOWN = "unknown"
    """It hangs on a hole or on a context key that is not known."""


@dataclass(frozen=True, slots=True)
class Source:
    """A statement and the policy it stands in."""

    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The statement that comes nearest to granting, and what it lacks.

    `element` is `Action`, `Resource` or `Condition`; `item` the nearest entry of it, if any;
    `lacks` is a sentence ("its resources are all of S3; none is a DynamoDB table").
    """

    source: Source
    element: str
    item: Item | None
    lacks: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The standing of one need.

    `explicit` is set when a Deny statement decides; `statements` are those that determine the
    standing. For UNKNOWN, `holes` and `keys` (context keys) are what is in the way.
    """

    standing: Standing
    explicit: bool = False
    statements: tuple[Source, ...] = ()
    nearest: NearMiss | None = None
    holes: tuple[Hole, ...] = ()
    keys: tuple[str, ...] = ()
