"""What a policy's items can match, seen as generously as AWS could see it.

Used to tell whether a grant serves a need. A policy variable counts as `*` here: what it stands
for is known only in production, and an accusation must hold for every value.
"""

from __future__ import annotations

from functools import cache

from remit.catalog import iam
from remit.check.arns import Setting, written
from remit.core.arn import Arn
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Item, Policy
from remit.core.text import Text


def expand(action: str) -> tuple[str, ...]:
    """The actions that an action item stands for; empty for `*`, which stands for all there are
    (reading the whole catalog for it would cost more than the check)."""
    return () if action.strip("*:") == "" else iam.expand(action)


def names(item: Item, action: str) -> bool:
    """Whether the action item matches `action`. Letter case does not count (facts/iam.md 1.4)."""
    return iam.glob(item.value.lower(), action.lower())


def reaches(policy: Policy, item: Item, need: Need) -> bool:
    """Whether the resource item can match the need's resource, or one that does as well."""
    pattern = resource(item.value, policy.has_variables)
    return any(
        Pattern.from_text(text).meets(pattern) is not None and not _lacks_part(item.value, text)
        for text in (need.resource, *need.alternatives)
    )


@cache
def _lacks_part(item: str, text: Text) -> bool:
    """Whether the item's region or account is empty where the resource has one.

    An account that is not known yet is not empty; as a pattern alone it could be.
    """
    arn, needed = Arn.parse(item), Arn.parse(written(text, Setting()))
    if arn is None or needed is None:
        return False
    return bool((needed.region and not arn.region) or (needed.account and not arn.account))


@cache
def resource(value: str, variables: bool) -> Pattern:
    """The pattern of a resource item, its variables widened to `*`."""
    return Pattern.parse(widened(value) if variables else value)


def widened(value: str) -> str:
    """`value` with `*` in place of every `${...}`; the escapes `${*}`, `${?}`, `${$}` as well."""
    pieces: list[str] = []
    rest = value
    while rest:
        literal, opened, after = rest.partition("${")
        _, closed, tail = after.partition("}")
        if not opened or not closed:
            pieces.append(rest)
            break
        pieces += [literal, "*"]
        rest = tail
    return "".join(pieces)


def strictly_within(narrow: str, wide: str) -> bool:
    """Whether `narrow` matches less than `wide` and nothing else."""
    small, big = Pattern.parse(narrow), Pattern.parse(wide)
    return big.covers(small) and not small.covers(big)


def is_open(value: str) -> bool:
    """Whether the item is a pattern and not one name."""
    return "*" in value or "?" in value
