"""Sids that a person can read: what is done and to what. Letters and digits only, and unique in
a policy (facts/iam.md 1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from remit.catalog import iam
from remit.core.arn import Arn
from remit.generate.grouping import ANY, Group
from remit.generate.resources import thing

LOGS = "WriteLogs"
_LONGEST = 64
_VERBS = (
    ("Read", {"Read", "List"}),
    ("Write", {"Write", "Tagging"}),
    ("Manage", {"Permissions management"}),
)


def sids(groups: Sequence[Group], taken: Iterable[str] = ()) -> list[str]:
    """One Sid for each group, different from each other and from `taken`."""
    used = set(taken)
    made = []
    for group in groups:
        name = sid(group)
        number = 1
        unique = name
        while unique in used:
            number += 1
            unique = f"{name}{number}"
        used.add(unique)
        made.append(unique)
    return made


def sid(group: Group) -> str:
    """`ReadWriteShopOrders` for what reads and writes the table `shop-orders`."""
    if group.resources == (ANY,):
        return "AnyResource"
    if all(re.fullmatch(r"arn:[^:]*:logs:\*:\*:\*", one) for one in group.resources):
        return LOGS
    done = _camel(group.actions[0].partition(":")[2]) if len(group.actions) == 1 else _verbs(group)
    only = _only_name(group)
    service = _camel(group.actions[0].partition(":")[0])
    return (done + only if only else service + done)[:_LONGEST]


def _verbs(group: Group) -> str:
    levels = {
        level
        for action in group.actions
        if (found := iam.action(action)) is not None
        for level in found.access
    }
    return "".join(verb for verb, own in _VERBS if levels & own) or "Use"


def _only_name(group: Group) -> str:
    """The name of the one thing that the statement is about; "" where there are several."""
    names = {_camel(_name(thing(resource))) for resource in group.resources}
    return names.pop() if len(names) == 1 else ""


def _name(resource: str) -> str:
    arn = Arn.parse(resource)
    return arn.resource.replace(":", "/").rstrip("/").rpartition("/")[2] if arn else ""


def _camel(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words)
