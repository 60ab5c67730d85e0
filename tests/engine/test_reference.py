"""The engine and a plain second reading of the fact sheet agree, on cases and on made-up sets.
`python -m tests.engine.agree 1000000` compares more."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.engine.agree import compared
from tests.engine.reference import decide
from tests.support import CASES


@pytest.mark.parametrize("seed", range(4))
def test_they_agree(seed: int) -> None:
    told = Counter[str]()
    for made, found, expected in compared(1000, seed):
        assert found == expected, made
        told[found] += 1
    assert all(told[verdict] > 80 for verdict in ("allowed", "explicitDeny", "implicitDeny"))


@pytest.mark.parametrize(
    "name", ["cross-account", "decision-table", "not-principal", "organisation"]
)
def test_the_reference_is_right_about_the_cases(name: str) -> None:
    """So it is not the engine's own opinion that the engine is compared with."""
    for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        assert decide(case) == case["expect"], case["id"]
