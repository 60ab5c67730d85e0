"""All seams at once."""

from __future__ import annotations

from remit.server.between import buckets, functions, log_groups, others, rules, topics
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
    """Put all decisions in place. May be called again. Raises seams.Moved."""
    install(SEAMS)
    functions.hold_mappings()
