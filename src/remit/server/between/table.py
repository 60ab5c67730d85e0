"""All seams at once."""

from __future__ import annotations

from remit.server.between import buckets, functions, log_groups, others, rules, stacks, topics
from remit.server.between.seams import Seam, install

SEAMS: tuple[Seam, ...] = (
    *topics.SEAMS,
    *buckets.SEAMS,
    *rules.SEAMS,
    *log_groups.SEAMS,
    *functions.SEAMS,
    *others.SEAMS,
)


def extend() -> None:
    """Put all decisions in place but those of `extend_stacks`. May be called again. Raises
    seams.Moved."""
    install(SEAMS)
    functions.hold_mappings()


def extend_stacks() -> None:
    """CloudFormation's: only a server that is asked for stacks loads it, with every service that it
    makes resources of."""
    install(stacks.SEAMS)
