"""The content of an encoded authorization message, as STS decodes it.

Source: facts/iam.md 5.4 (the JSON that DecodeAuthorizationMessage gives).
"""

from __future__ import annotations

import json
from typing import Any

from remit.app.authenticate import Caller
from remit.app.permit import Permitted
from remit.core.decision import Determining, Verdict
from remit.core.policy import Statement
from remit.engine.policyset import PolicySet
from remit.explain.causes import documents

_MOST = 10
"""Statements and values that are told: the message must fit into an answer."""


def decoded_message(found: Permitted, caller: Caller) -> str:
    """The JSON text of a denial."""
    request, decision = found.request, found.decision
    if request is None or decision is None:
        return "{}"
    explicit = decision.verdict is Verdict.EXPLICIT_DENY
    named = decision.determining if explicit and found.policies is not None else ()
    conditions = [
        {"key": key, "values": _items({"value": one} for one in _listed(value))}
        for key, value in sorted(request.context.items())
    ]
    content = {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": _items(_matched(one, found.policies) for one in named[:_MOST]),
        "failures": {"items": []},
        "context": {
            "principal": {"id": caller.user_id, "arn": caller.principal},
            "action": request.action,
            "resource": request.resource,
            "conditions": {"items": conditions},
        },
    }
    return json.dumps(content, separators=(",", ":"))


def _matched(named: Determining, policies: PolicySet | None) -> dict[str, Any]:
    if policies is None:
        return {}
    statement = documents(policies, named.layer)[named.policy].statements[named.statement]
    return {
        "statementId": named.sid or "",
        "effect": statement.effect.upper(),
        "principals": _items(()),
        "principalGroups": _items(()),
        "actions": _items({"value": item.value} for item in statement.actions[:_MOST]),
        "resources": _items({"value": item.value} for item in (statement.resources or ())[:_MOST]),
        "conditions": _items(_condition(statement)),
    }


def _condition(statement: Statement) -> list[dict[str, Any]]:
    return [
        {"key": one.key.value, "values": _items({"value": item.value} for item in one.values)}
        for one in statement.conditions[:_MOST]
    ]


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value[:_MOST]


def _items(values: Any) -> dict[str, Any]:
    return {"items": list(values)}
