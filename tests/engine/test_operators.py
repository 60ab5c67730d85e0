"""The table of operators: mutating any entry turns a case red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from remit.engine import operators
from remit.engine.authorize import authorize
from remit.engine.condition import Quantifier
from remit.engine.operators import OPERATORS, Misread, Operator
from tests.support import cases, policy_set, request

Mutation = Callable[[Operator], Operator]


def _kind(**change: Any) -> Mutation:
    return lambda entry: replace(entry, kind=replace(entry.kind, **change))


def _other_misread(entry: Operator) -> Operator:
    other = Misread.SKIPPED if entry.kind.misread is Misread.FIRES else Misread.FIRES
    return replace(entry, kind=replace(entry.kind, misread=other))


MUTATIONS: dict[str, Mutation] = {
    "comparison turned round": lambda e: replace(e, matches=lambda a, b: not e.matches(a, b)),
    "always matches": lambda e: replace(e, matches=lambda *_: True),
    "never matches": lambda e: replace(e, matches=lambda *_: False),
    "negation flipped": lambda e: replace(e, negated=not e.negated),
    "variables flipped": lambda e: replace(e, kind=replace(e.kind, variables=not e.kind.variables)),
    "exacting flipped": lambda e: replace(e, kind=replace(e.kind, exacting=not e.kind.exacting)),
    "misread swapped": _other_misread,
    "reads no policy value": _kind(listed=lambda _: None),
    "reads no request value": _kind(seen=lambda _: None),
}

# What cannot show: text is always read, so what follows from unread text is never asked for; and
# an unread request value makes a positive operator false, exacting or not.
_TEXT = {name for name in OPERATORS if name.startswith("String")}
_POSITIVE = {name for name, entry in OPERATORS.items() if not entry.negated}
EQUIVALENT = {
    "exacting flipped": _TEXT | _POSITIVE,
    "misread swapped": _TEXT,
    "reads no request value": {"Null"},
}


@cache
def _cases_of(name: str) -> list[dict[str, Any]]:
    def uses(case: dict[str, Any]) -> bool:
        text = str(case["policies"])
        return any(
            f"'{prefix.value}{name}{suffix}'" in text
            for prefix in Quantifier
            for suffix in ("", "IfExists")
        )

    return [case for case in cases() if uses(case)]


def _all_pass(name: str) -> bool:
    return all(
        authorize(request(case["request"]), policy_set(case["policies"])).verdict == case["expect"]
        for case in _cases_of(name)
    )


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_has_cases(name: str) -> None:
    assert len(_cases_of(name)) >= 6
    assert _all_pass(name)


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", OPERATORS)
def test_a_mutated_entry_fails_a_case(
    name: str, mutation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in EQUIVALENT.get(mutation, ()):
        return
    monkeypatch.setitem(operators.OPERATORS, name, MUTATIONS[mutation](OPERATORS[name]))  # type: ignore[arg-type]
    assert not _all_pass(name), f"{name}: {mutation} goes unnoticed"


def test_the_table_holds_every_operator_of_the_documentation() -> None:
    # IAM User Guide, reference_policies_elements_condition_operators; facts/iam.md 2.2
    assert len(OPERATORS) == 27
    assert all(name == entry.name for name, entry in OPERATORS.items())
