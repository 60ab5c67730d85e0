"""Statements as JSON text to paste into a policy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from remit.core.policy import Item, Statement

Json: TypeAlias = "str | list[Json] | dict[str, Json]"


def grant(actions: Iterable[str], resources: Iterable[str]) -> str:
    """An Allow statement for `actions` on `resources`, sorted, as pretty JSON."""
    return _pretty(_allow(actions, resources))


def document(grants: Mapping[str, Iterable[str]]) -> str:
    """A whole policy from a mapping of resource to actions.

    Resources that need the same actions share a statement.
    """
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in sorted(grants.items()):
        by_actions.setdefault(tuple(sorted(set(actions))), []).append(resource)
    statements: list[Json] = [
        _allow(actions, resources) for actions, resources in sorted(by_actions.items())
    ]
    return _pretty({"Version": "2012-10-17", "Statement": statements})


def rewritten(statement: Statement, changes: Mapping[Item, Sequence[str]]) -> str:
    """`statement` with some of its items replaced by others (by nothing: removed).

    Everything else stays as the author wrote it. Returns "" when no action or resource is left.
    """
    kept_actions = _replaced(statement.actions, changes)
    kept_resources = _replaced(statement.resources or (), changes)
    if not kept_actions or (statement.resources and not kept_resources):
        return ""
    return _pretty(as_json(statement, kept_actions, kept_resources))


def several(statements: Sequence[dict[str, Json]]) -> str:
    """One statement as an object, several as a list of objects."""
    return _pretty(statements[0] if len(statements) == 1 else list(statements))


def as_json(
    statement: Statement, actions: Sequence[str], resources: Sequence[str], sid: str = ""
) -> dict[str, Json]:
    """`statement` with other actions and resources. `sid` is added to its own Sid."""
    made: dict[str, Json] = {}
    if statement.sid is not None:
        made["Sid"] = statement.sid.value + sid
    made["Effect"] = statement.effect.value
    made["NotAction" if statement.not_action else "Action"] = _one_or_many(actions)
    if statement.resources is not None:
        made["NotResource" if statement.not_resource else "Resource"] = _one_or_many(resources)
    conditions: dict[str, Json] = {}
    for test in statement.conditions:
        block = conditions.setdefault(test.operator.value, {})
        if isinstance(block, dict):
            block[test.key.value] = _one_or_many([value.value for value in test.values])
    if conditions:
        made["Condition"] = conditions
    return made


def _allow(actions: Iterable[str], resources: Iterable[str]) -> dict[str, Json]:
    return {
        "Effect": "Allow",
        "Action": _one_or_many(sorted(set(actions))),
        "Resource": _one_or_many(sorted(set(resources))),
    }


def _replaced(items: Sequence[Item], changes: Mapping[Item, Sequence[str]]) -> list[str]:
    values = [value for item in items for value in changes.get(item, (item.value,))]
    return list(dict.fromkeys(values))


def _one_or_many(values: Sequence[str]) -> Json:
    return values[0] if len(values) == 1 else list(values)


def _pretty(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
