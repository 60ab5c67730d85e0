"""Every case in tests/cases, decided. Each names the rule it was judged by."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from remit.engine.authorize import authorize
from tests.support import cases, policy_set, request

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    decision = authorize(request(case["request"]), policy_set(case["policies"]))
    assert decision.verdict == case["expect"], case["source"]
    for warning in case.get("warnings", ()):
        assert any(warning in said for said in decision.warnings), decision.warnings
    if "determining" in case:
        named = [[d.layer, d.policy, d.statement] for d in decision.determining]
        assert named == case["determining"]


def test_the_table_is_whole() -> None:
    assert len(CASES) >= 250
    assert not [name for name, count in Counter(c["id"] for c in CASES).items() if count > 1]
    assert all(case["source"] for case in CASES)
