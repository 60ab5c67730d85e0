"""How much fits into a role: one inline policy, else several managed ones, else a refusal.

Source: facts/iam.md 1.8 (IAM User Guide, reference_iam-quotas); white space does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from remit.deploy.formats import iam_json
from remit.deploy.formats.model import Grant

INLINE = 10_240
"""Characters of all inline policies of a role together."""
MANAGED = 6_144
"""Characters of one managed policy."""
PER_ROLE = 10
"""Managed policies on a role: the older default, which every account has at least."""


class TooLargeError(ValueError):
    """No way to give a role that much. The text says the figures."""


def parts(grants: Sequence[Grant]) -> tuple[tuple[Grant, ...], ...]:
    """The statements in as few documents as the quotas ask for, in their order.

    Raises TooLargeError.
    """
    whole = iam_json.size(grants)
    if whole <= INLINE:
        return (tuple(grants),)
    made: list[list[Grant]] = []
    for grant in (piece for one in grants for piece in _pieces(one)):
        fits = next((p for p in made if iam_json.size([*p, grant]) <= MANAGED), None)
        if fits is None:
            made.append([grant])
        else:
            fits.append(grant)
    if len(made) > PER_ROLE:
        raise TooLargeError(
            f"the policy has {whole:,} characters without white space: an inline policy of a role"
            f" may have {INLINE:,}, and it takes {len(made)} managed policies of {MANAGED:,} where"
            f" a role may have {PER_ROLE}"
        )
    return tuple(tuple(one) for one in made)


def _pieces(grant: Grant, number: int = 0) -> Iterator[Grant]:
    """The statement, in as many halves as it takes to fit into one managed policy."""
    if iam_json.size([grant]) <= MANAGED:
        yield grant
        return
    whole = len(grant.resources), len(grant.actions)
    if max(whole) == 1:
        raise TooLargeError(f"one statement alone is larger than a managed policy of {MANAGED:,}")
    if whole[0] > 1:
        middle = whole[0] // 2
        halves = (grant.resources[:middle], grant.resources[middle:])
        cut = [replace(grant, resources=half) for half in halves]
    else:
        middle = whole[1] // 2
        cut = [
            replace(grant, actions=half)
            for half in (grant.actions[:middle], grant.actions[middle:])
        ]
    for suffix, half in zip(("a", "b"), cut, strict=True):
        yield from _pieces(replace(half, sid=grant.sid + suffix))
