"""Policies as JSON: what IAM stores, what Chalice reads from `.chalice/policy-<stage>.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

from remit.deploy.formats.model import Grant, Spelling

Json: TypeAlias = "str | list[Json] | dict[str, Json]"


def statement(grant: Grant, spelling: Spelling) -> str:
    """One statement, indented by two."""
    return json.dumps(value(grant, spelling), indent=2, ensure_ascii=False)


def document(grants: Sequence[Grant], spelling: Spelling, name: str = "") -> str:
    """A whole policy. `name` has no place in it."""
    return json.dumps(policy(grants, spelling), indent=2, ensure_ascii=False) + "\n"


def documents(parts: Sequence[Sequence[Grant]], spelling: Spelling, name: str = "") -> str:
    """Several policies, as a list of documents."""
    made = [policy(grants, spelling) for grants in parts]
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def policy(grants: Sequence[Grant], spelling: Spelling) -> dict[str, Json]:
    """A policy as a plain value."""
    return {"Version": "2012-10-17", "Statement": [value(one, spelling) for one in grants]}


def value(grant: Grant, spelling: Spelling) -> dict[str, Json]:
    """A statement as a plain value; symbols, which JSON cannot spell, are `*`."""
    made: dict[str, Json] = {"Sid": grant.sid} if grant.sid else {}
    made["Effect"] = "Allow"
    made["Action"] = _one_or_many(grant.actions)
    opened = dict.fromkeys(spelling.opened(one) for one in grant.resources)
    made["Resource"] = _one_or_many(tuple(opened))
    if grant.conditions:
        made["Condition"] = conditions(grant, spelling)
    return made


def conditions(grant: Grant, spelling: Spelling) -> dict[str, Json]:
    """The condition block; a value that becomes a pattern with its symbols is matched as one."""
    made: dict[str, dict[str, Json]] = {}
    for operator, key, values in grant.conditions:
        opened = tuple(spelling.opened(one) for one in values)
        like = operator.replace("StringEquals", "StringLike") if opened != values else operator
        made.setdefault(like, {})[key] = _one_or_many(opened)
    return dict(made)


def size(grants: Sequence[Grant]) -> int:
    """The characters that IAM counts: white space is not (facts/iam.md 1.8, reference_iam-quotas).

    Symbols count as they stand; what they become in a deployment is not known.
    """
    text = json.dumps(policy(grants, Spelling()), separators=(",", ":"), ensure_ascii=False)
    return sum(not character.isspace() for character in text)


def _one_or_many(values: Sequence[str]) -> Json:
    return values[0] if len(values) == 1 else list(values)
