"""From single permissions to the fewest statements that grant exactly these.

Every statement speaks of one service (what takes no resource shares one statement), and grants
each of its actions on each of its resources: either all of that is needed, or it is nothing that
AWS could check (`s3:GetObject` on a bucket). No step widens what is granted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from remit.catalog import iam
from remit.core.pattern import Pattern
from remit.deploy.formats.model import Conditions
from remit.generate.resources import thing

ANY = "*"


@dataclass(frozen=True, slots=True)
class Pair:
    """One permission: an action on a resource, under conditions."""

    action: str
    resource: str
    conditions: Conditions = ()

    @property
    def service(self) -> str:
        """The action's prefix."""
        return self.action.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes a statement: each action on each resource."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = ()


def grouped(pairs: Iterable[Pair]) -> list[Group]:
    """The statements that grant `pairs` and nothing else, in a stable order."""
    kept = distinct(pairs)
    anywhere = [one for one in kept if one.resource == ANY and not one.conditions]
    made = []
    for sort in sorted({_sort(one) for one in kept if one not in anywhere}):
        own = [one for one in kept if one not in anywhere and _sort(one) == sort]
        made += _joined(_fewest(own), own)
    made.sort(key=lambda one: (one.actions[0].partition(":")[0], one.resources, one.actions))
    if anywhere:
        made.append(Group(tuple(sorted({one.action for one in anywhere})), (ANY,)))
    return made


def distinct(pairs: Iterable[Pair]) -> list[Pair]:
    """`pairs` without those that another one grants as well."""
    by_action: dict[str, list[Pair]] = {}
    for one in dict.fromkeys(pairs):
        by_action.setdefault(one.action, []).append(one)
    kept = []
    for found in by_action.values():
        wide = [one for one in found if set(one.resource) & set("*?")]
        free = {one.resource for one in found if not one.conditions}
        for one in found:
            same = one.conditions and one.resource in free
            if not same and not any(_grants(other, one) for other in wide if other != one):
                kept.append(one)
    return kept


def _grants(one: Pair, other: Pair) -> bool:
    """Whether `one` grants all that `other` does. Of two that are equal the first one counts."""
    if one.conditions and one.conditions != other.conditions:
        return False
    wide, narrow = Pattern.parse(one.resource), Pattern.parse(other.resource)
    if not wide.covers(narrow):
        return False
    same = narrow.covers(wide) and one.conditions == other.conditions
    return not same or one.resource < other.resource


def _sort(pair: Pair) -> tuple[str, Conditions]:
    return pair.service, pair.conditions


def _fewest(pairs: list[Pair]) -> list[Group]:
    """By resource, as people write them; by action where that takes fewer statements."""
    by_resource = _split(pairs, lambda one: one.resource, lambda one: one.action)
    by_action = _split(pairs, lambda one: one.action, lambda one: one.resource)
    conditions = pairs[0].conditions
    if len(by_resource) <= len(by_action):
        return [Group(shared, keys, conditions) for shared, keys in by_resource]
    return [Group(keys, shared, conditions) for shared, keys in by_action]


def _split(
    pairs: list[Pair], key: Callable[[Pair], str], value: Callable[[Pair], str]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(values, the keys that have exactly these)."""
    values: dict[str, set[str]] = {}
    for one in pairs:
        values.setdefault(key(one), set()).add(value(one))
    keys: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(values):
        keys.setdefault(tuple(sorted(values[name])), []).append(name)
    return [(shared, tuple(names)) for shared, names in keys.items()]


def _joined(groups: list[Group], pairs: Collection[Pair]) -> list[Group]:
    """Groups about the same things as one, where that grants nothing more."""
    wanted = {(one.action, one.resource) for one in pairs}
    made: list[Group] = []
    for group in groups:
        for index, other in enumerate(made):
            both = _together(group, other)
            if _things(group) == _things(other) and exact(both.actions, both.resources, wanted):
                made[index] = both
                break
        else:
            made.append(group)
    return made


def _together(one: Group, other: Group) -> Group:
    return Group(
        tuple(sorted({*one.actions, *other.actions})),
        tuple(sorted({*one.resources, *other.resources})),
        one.conditions,
    )


def _things(group: Group) -> set[str]:
    return {thing(resource) for resource in group.resources}


def exact(
    actions: Iterable[str], resources: Collection[str], wanted: Collection[tuple[str, str]]
) -> bool:
    """Whether each action on each resource is wanted, or is nothing that AWS could check."""
    return all(
        (action, resource) in wanted or idle(action, resource)
        for action in actions
        for resource in resources
    )


def idle(action: str, resource: str) -> bool:
    """Whether the action certainly acts on no such resource."""
    return iam.action_fits_resource(action, resource) is False


def pairs_of(group: Group) -> Iterator[Pair]:
    """Every permission that the statement lists."""
    for action in group.actions:
        for resource in group.resources:
            yield Pair(action, resource, group.conditions)
