"""The answer line of the case format: one JSON object, in ASCII, without its line end."""

from __future__ import annotations

import json

from remit.app.requests import Name
from remit.core.decision import Decision


def decided(name: Name, decision: Decision) -> str:
    """The answer to the case whose `id` is `name`. `warnings` is there when there are any."""
    answer: dict[str, object] = {
        "id": name,
        "decision": decision.verdict,
        "determining": [
            {
                "layer": one.layer,
                "policy": one.policy,
                "statement": one.statement,
                "sid": one.sid,
            }
            for one in decision.determining
        ],
    }
    if decision.warnings:
        answer["warnings"] = decision.warnings
    return json.dumps(answer)


def refused(name: Name, error: str, where: str) -> str:
    """The answer to a line that cannot be decided."""
    return json.dumps({"id": name, "error": error, "where": where})
