"""The policies that AWS manages: their documents, by name or ARN.

The data is in `data/managed_policies.zip`, which `tools/managed_policies.py` writes from the list
in the package moto (pinned in pyproject.toml; moto reads it from IAM itself): `index.json` holds
the origin, the date of the newest policy, and for each name its path, version and block;
`blocks/N.json` hold documents by name. Only the default version of each policy is there, as it is
in the partition `aws`. It is opened at the first question, and a question reads one block.
Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from remit.core.policy import Condition, Effect, Item, Policy, Statement
from remit.core.span import Span

DATA = Path(__file__).parent / "data" / "managed_policies.zip"
_PREFIX = "arn:aws:iam::aws:policy/"


def document(arn_or_name: str, span: Span | None = None) -> Policy | None:
    """The policy of that ARN, or of that name with or without its path; None when AWS has none.

    `span` is the place that names the policy: every part of the result stands there, so that what
    is said of it leads to where a person can change it. The policy's own name is its ARN.
    """
    name = _name(arn_or_name)
    if name is None:
        return None
    found = _block(_index()[name][2])[name]
    full = arn(name)
    return _policy(found, full, Span.whole(full) if span is None else span)


def names() -> tuple[str, ...]:
    """The names of all policies that are known here, sorted."""
    return tuple(_index())


def arn(name: str) -> str:
    """The ARN of the policy with that name. Raises KeyError when there is none."""
    return f"{_PREFIX}{_index()[name][0].lstrip('/')}{name}"


def _name(arn_or_name: str) -> str | None:
    """The bare name; None unless the path, where one is written, is the policy's own."""
    path, slash, name = arn_or_name.removeprefix(_PREFIX).rpartition("/")
    if name not in _index():
        return None
    exact = bool(slash) or arn_or_name.startswith(_PREFIX)
    return None if exact and f"/{path}{slash}" != _index()[name][0] else name


@cache
def _index() -> Mapping[str, tuple[str, str, int]]:
    """Path, default version and block of every policy."""
    found: dict[str, tuple[str, str, int]] = _load("index.json")["policies"]
    return found


@cache
def _block(number: int) -> Mapping[str, Any]:
    found: dict[str, Any] = _load(f"blocks/{number}.json")
    return found


def _load(member: str) -> Any:
    with ZipFile(DATA) as data:
        return json.loads(data.read(member))


# AWS has accepted these documents, so nothing in them is looked for that could be wrong: they hold
# the elements that are read here and no others (tests/catalog/test_managed.py compares each with
# what the policy parser makes of it).


def _policy(raw: Mapping[str, Any], name: str, span: Span) -> Policy:
    statements = tuple(
        _statement(index, one, span) for index, one in enumerate(_listed(raw["Statement"]))
    )
    return Policy(raw["Version"], statements, span, name, ready_made=True)


def _statement(index: int, raw: Mapping[str, Any], span: Span) -> Statement:
    resource = "NotResource" if "NotResource" in raw else "Resource"
    action = "NotAction" if "NotAction" in raw else "Action"
    return Statement(
        index,
        Item(raw["Sid"], span) if "Sid" in raw else None,
        Effect(raw["Effect"]),
        _items(raw[action], span),
        _items(raw[resource], span),
        span,
        not_action=action == "NotAction",
        not_resource=resource == "NotResource",
        conditions=tuple(_conditions(raw.get("Condition", {}), span)),
    )


def _conditions(raw: Mapping[str, Mapping[str, Any]], span: Span) -> Iterator[Condition]:
    for operator, tests in raw.items():
        for key, values in tests.items():
            yield Condition(Item(operator, span), Item(key, span), _items(values, span))


def _items(raw: object, span: Span) -> tuple[Item, ...]:
    return tuple(
        Item(one if isinstance(one, str) else json.dumps(one), span) for one in _listed(raw)
    )


def _listed(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]
