"""The statement that comes nearest to granting a need, and what it lacks, in words for people.

What may live here: ranking Allow statements and the sentences. Only asked for a need that no Allow
statement takes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Item, Policy
from remit.core.request import Value
from remit.core.text import Text
from remit.engine.statement import Rule
from remit.explain.model import NearMiss, Source
from remit.explain.open import Known, any_fits, for_some, holds, wide

_COMPARED = 200  # characters of a name that are compared; longer ones are not told apart

Miss = tuple[tuple[int, int, int], str, Item | None, str]
"""(rank, how near, order of writing), element, item, what is lacking. The least is nearest."""


def nearest(
    policies: Sequence[Policy], rules: Sequence[Rule], need: Need, known: Known
) -> NearMiss | None:
    """The nearest statement, None when no Allow has anything to do with the need's service."""
    found = [
        (miss, rule)
        for order, rule in enumerate(rules)
        if not rule.deny
        for miss in _misses(rule, need, known, order)
    ]
    if not found:
        return None
    (_, element, item, lacks), rule = min(found, key=lambda pair: pair[0][0])
    return NearMiss(Source(policies[rule.policy], rule.source), element, item, lacks)


def _misses(rule: Rule, need: Need, known: Known, order: int) -> Iterator[Miss]:
    if not rule.names(need.action.lower()):
        item, away = action_entry(rule, need.action)
        if item is not None:
            has = "its NotAction leaves out" if rule.source.not_action else "has"
            lacks = f"{has} `{item.value}`; the call needs `{need.action}`"
            reached = _reaches(rule, need.resource, known)
            yield (2 if reached else 3, away, order), "Action", item, lacks
    elif not _reaches(rule, need.resource, known):
        service = _service(str(need.resource))
        same = any(_service(target.item.value) == service for target in rule.targets)
        item, lacks = resource_lacks(rule, need.resource)
        # A wildcard that happens to take in the action is no sign that this grant was meant: a
        # statement about the very resource, which lacks the action, is nearer.
        meant = any(entry.item.value.lower() == need.action.lower() for entry in rule.actions)
        near = (1, 0) if meant else (2, _COMPARED)
        yield (near[0], near[1] + (not same), order), "Resource", item, lacks
    elif not rule.grants:
        reason = rule.warnings[0] if rule.warnings else "it is not understood"
        yield (0, 1, order), "Statement", None, f"it would grant this, but {reason}"
    else:
        item, lacks = _condition(rule, known)
        yield (0, 0, order), "Condition", item, lacks


def _reaches(rule: Rule, resource: Text, known: Known) -> bool:
    if rule.source.resources is None:
        return True
    patterns = (wide(target, known) for target in rule.targets)
    return any_fits(patterns, resource, for_some) is not rule.source.not_resource


# --- conditions ---------------------------------------------------------------------------------


def _condition(rule: Rule, known: Known) -> tuple[Item | None, str]:
    for check, condition in zip(rule.checks, rule.source.conditions, strict=True):
        if holds(check, known) is not False:
            continue
        if check.warnings:
            return condition.operator, f"its condition cannot be understood: {check.warnings[0]}"
        key = condition.key.value
        wanted = _list([item.value for item in condition.values])
        seen = known.values.get(check.key)
        has = "the call does not carry it" if seen is None else f"the call has {_shown(seen)}"
        return condition.key, f"`{condition.operator.value}` asks `{key}` for {wanted}; {has}"
    return None, "a condition of it does not hold"


def _shown(value: Value) -> str:
    return f"`{value}`" if isinstance(value, str) else _list(list(value))


def _list(values: list[str]) -> str:
    shown = ", ".join(f"`{value}`" for value in values[:3]) or "nothing"
    return shown + (f" and {len(values) - 3} more" if len(values) > 3 else "")


# --- actions ------------------------------------------------------------------------------------


def action_entry(rule: Rule, action: str) -> tuple[Item | None, int]:
    """The entry of the same service whose name is nearest, and how far it is."""
    prefix, _, name = action.lower().partition(":")
    best: tuple[Item | None, int] = (None, 0)
    for entry in rule.actions:
        service, _, listed = entry.item.value.lower().partition(":")
        if service != prefix:
            continue
        away = 0 if rule.source.not_action else _distance(listed[:_COMPARED], name[:_COMPARED])
        if best[0] is None or away < best[1]:
            best = entry.item, away
    return best


def _distance(one: str, two: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        above, row = row, [i]
        for j, right in enumerate(two, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right)))
    return row[-1]


# --- resources ----------------------------------------------------------------------------------


def resource_lacks(rule: Rule, resource: Text) -> tuple[Item | None, str]:
    """The entry that comes nearest to the resource, and what sets it apart."""
    if rule.source.not_resource:
        return None, f"its NotResource leaves out `{resource}`"
    items = [target.item for target in rule.targets] or list(rule.source.resources or ())
    if not items:
        return None, "it lists no resource"
    needed = str(resource)
    best = max(items, key=lambda item: _likeness(item.value, needed))
    if needed == "*":
        return best, f"lists `{best.value}`; the action has no resources of its own and needs `*`"
    services = sorted({service for item in items if (service := _service(item.value))})
    if services and _service(needed) not in services:
        listed = " and ".join(f"`{service}`" for service in services)
        return best, f"its resources are all of {listed}; the call needs `{needed}`"
    return best, _why(best.value, resource)


def _why(listed: str, resource: Text) -> str:
    """What sets the nearest entry apart from what the call needs: the first reason that fits."""
    needed = resource.literal
    if needed is not None and Pattern.parse(listed.lower()).matches(needed.lower()):
        return f"lists `{listed}`, in other letter case; the call needs `{needed}`"
    for mend, sentence in _MENDS:
        mended = mend(listed)
        if mended is not None and Pattern.parse(mended).fits(resource, for_some):
            return sentence.format(listed=listed, mended=mended, needed=resource)
    return f"lists `{listed}`; the call needs `{resource}`"


def _segment(index: int) -> Callable[[str], str | None]:
    """`*` for an empty segment of an ARN."""

    def mend(listed: str) -> str | None:
        parts = listed.split(":", 5)
        if len(parts) < 6 or parts[index]:
            return None
        return ":".join([*parts[:index], "*", *parts[index + 1 :]])

    return mend


def _both(listed: str) -> str | None:
    once = _segment(3)(listed)
    return None if once is None else _segment(4)(once)


def _named(index: int) -> Callable[[str], str | None]:
    """Nothing for a segment of an ARN that is named."""

    def mend(listed: str) -> str | None:
        parts = listed.split(":", 5)
        if len(parts) < 6 or not parts[index]:
            return None
        return ":".join([*parts[:index], "", *parts[index + 1 :]])

    return mend


# How an entry may be mended, and what to say when that is enough.
_MENDS: tuple[tuple[Callable[[str], str | None], str], ...] = (
    (
        lambda listed: f"{listed}/index/*" if ":table/" in listed else None,
        "lists `{listed}` but not its indexes, `{mended}`; the call needs `{needed}`",
    ),
    (
        lambda listed: None if listed.endswith("*") else listed.rstrip("/") + "/*",
        "lists `{listed}` but not what is in it, `{mended}`; the call needs `{needed}`",
    ),
    (
        lambda listed: listed[:-2] if listed.endswith("/*") else None,
        "lists what is in `{mended}` but not itself; the call needs `{needed}`",
    ),
    (
        _segment(4),
        "the account in `{listed}` is empty, so it matches nothing; the call needs `{needed}`",
    ),
    (
        _segment(3),
        "the region in `{listed}` is empty, so it matches nothing; the call needs `{needed}`",
    ),
    (
        _both,
        "region and account in `{listed}` are empty, so it matches nothing; "
        "the call needs `{needed}`",
    ),
    (
        _named(4),
        "`{listed}` names an account where such an ARN has none; the call needs `{needed}`",
    ),
    (_named(3), "`{listed}` names a region where such an ARN has none; the call needs `{needed}`"),
)


def _service(arn: str) -> str:
    parts = arn.split(":", 3)
    return parts[2] if len(parts) > 2 and parts[0] == "arn" else ""


def _likeness(listed: str, needed: str) -> tuple[int, int]:
    """How many segments are the same, then how many characters at either end are."""
    one, two = listed.split(":", 5), needed.split(":", 5)
    same = sum(left == right for left, right in zip(one, two, strict=False))
    short = min(len(one[-1]), len(two[-1]))
    ahead = next((i for i in range(short) if one[-1][i] != two[-1][i]), short)
    behind = next((i for i in range(short - ahead) if one[-1][-1 - i] != two[-1][-1 - i]), 0)
    return same, ahead + behind
