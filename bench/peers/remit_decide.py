"""remit: a compiled policy set, requests as they come; the whole decision is made each time."""

from __future__ import annotations

from typing import Any

from loop import serve

from bench.documents import policy_set, request
from remit.core.decision import Verdict
from remit.engine.authorize import authorize

ALLOWED = Verdict.ALLOWED


def load(policies: dict[str, Any], requests: list[dict[str, Any]]) -> Any:
    compiled = policy_set(policies)
    return (lambda asked: authorize(asked, compiled).verdict is ALLOWED), list(
        map(request, requests)
    )


serve(load)
