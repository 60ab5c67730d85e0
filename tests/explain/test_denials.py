"""The cases that say which sentence AWS prints (facts/iam.md 6.1), from request and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remit.explain.explanation import explain
from tests.support import cases, policy_set, request

DENIALS = [case for case in cases() if "message" in case]


def test_there_is_one_for_each_row() -> None:
    assert len(DENIALS) == 15


@pytest.mark.parametrize("case", DENIALS, ids=[case["id"] for case in DENIALS])
def test_the_sentence(case: Mapping[str, Any]) -> None:
    found = explain(request(case["request"]), policy_set(case["policies"]))
    assert found.trace.decision.verdict == case["expect"]
    assert found.sentence == case["message"]
