"""What a simulation is made of, and what comes of it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from remit.core.decision import Verdict
from remit.core.policy import Policy
from remit.core.request import Value

# As they are on the wire; the model's enumeration (`user`, `resource`, ...) is not what AWS sends
# (8.3 [O]). They are also the keys of EvalDecisionDetails.
IAM_POLICY = "IAM Policy"
RESOURCE_POLICY = "Resource Policy"
BOUNDARY_POLICY = "Permissions Boundary Policy"


class Position(NamedTuple):
    """A place in a policy's text; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """A policy of a simulation. `id` and `kind` are what the answer calls it; `places` are where
    each of its statements begins and ends."""

    id: str
    kind: str
    policy: Policy
    places: tuple[tuple[Position, Position], ...] = ()


class Matched(NamedTuple):
    """A statement that determined a decision."""

    source: Source
    statement: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is asked of every action and resource.

    `account` is that of whoever asks; `caller` the ARN of the user, group or role that is to make
    the calls, None where nobody was named; `owner` the account of resources whose ARN names none.
    `boundary`, `resource` and `scp` are None where there is none of it; `scp` has one sequence for
    each level, root first. `context` are the keys that were given.
    """

    account: str
    policies: tuple[Source, ...] = ()
    boundary: Source | None = None
    resource: Source | None = None
    scp: tuple[tuple[Policy, ...], ...] | None = None
    caller: str | None = None
    owner: str | None = None
    context: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision of one action on one resource.

    `missing` are context keys that policies look at and nobody gave. `boundary` and `organizations`
    say whether the permissions boundary and the SCPs allow it, None where there are none; `details`
    what each kind of policy says, None in one account.
    """

    verdict: Verdict
    matched: tuple[Matched, ...] = ()
    missing: tuple[str, ...] = ()
    boundary: bool | None = None
    organizations: bool | None = None
    details: Mapping[str, Verdict] | None = None
