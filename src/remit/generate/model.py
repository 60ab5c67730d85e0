"""What generating is given and yields: values only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from remit.core.need import Need
from remit.core.request import Value
from remit.core.span import Span
from remit.core.text import Hole
from remit.deploy.formats.model import Grant, Spelling

CODE, FRAMEWORK, LOGS = "code", "framework", "logs"
"""Where a need comes from: a call, what AWS does with the role by itself, the function's log."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One need that the policy must serve, and why.

    `by` is what needs it in a few words (`dynamodb.UpdateItem`), `place` where that stands.
    `condition` says on what the need hangs, "" when it is certain. `own_request` says that the
    code itself sends the request that AWS checks: neither AWS on its behalf, nor somebody else
    with a URL that it signed.
    """

    need: Need
    place: Span
    by: str
    origin: str = CODE
    condition: str = ""
    own_request: bool = True


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the policy will hold. None and empty where that is not known.

    `apis` are the deployed API ids by kind, `spelling` how the framework writes what only
    deployment knows. `known` and `absent` are context keys of every request that the role makes.
    """

    partition: str = "aws"
    region: str | None = None
    account: str | None = None
    apis: Mapping[str, str] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)
    known: Mapping[str, Value] = field(default_factory=dict)
    absent: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A wildcard in the policy: which hole of which need it stands for."""

    resource: str
    hole: Hole
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Written:
    """One statement with what it is for: for each action the needs that it serves, and the
    wildcards in it. `always` is False when all that it serves is conditional."""

    grant: Grant
    why: Mapping[str, tuple[Wanted, ...]]
    open: tuple[Open, ...] = ()

    @property
    def conditional(self) -> dict[str, str]:
        """The actions that are needed only sometimes, and when."""
        return {
            action: wanted[0].condition
            for action, wanted in self.why.items()
            if all(one.condition for one in wanted)
        }


@dataclass(frozen=True, slots=True)
class Unmet:
    """A need that the policy does not serve, and why not."""

    wanted: Wanted
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The smallest policy. `parts` cuts its statements into documents: one, the role's inline
    policy, or several managed ones when it is too large for that. `size` counts the whole.
    `split` says why there are several, "" for one."""

    statements: tuple[Written, ...]
    parts: tuple[tuple[Grant, ...], ...]
    size: int
    split: str = ""
    unmet: tuple[Unmet, ...] = ()
