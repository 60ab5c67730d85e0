"""Encoded authorization messages: written when EC2 and its like deny, read by
DecodeAuthorizationMessage.

The message is a box that only this master key opens.
Source: facts/iam.md 5.4 and 6.2 (STS API Reference, DecodeAuthorizationMessage).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from remit.app.sts.permission import require
from remit.app.sts.ports import Call, Means
from remit.app.sts.session import Result
from remit.core.decision import Decision, Determining, Verdict
from remit.core.policy import Statement
from remit.core.request import Request
from remit.credentials import messages
from remit.credentials.keys import Entropy
from remit.engine.policyset import PolicySet
from remit.explain.causes import documents

_ACTION = "sts:DecodeAuthorizationMessage"


def decode_authorization_message(call: Call, params: dict[str, Any], means: Means) -> Result:
    """What an encoded message says. Raises AuthError."""
    require(_ACTION, "*", call, means)
    return {"DecodedMessage": messages.decode(params["EncodedMessage"], means.master)}


def encode(
    request: Request,
    policies: PolicySet,
    decision: Decision,
    user_id: str,
    means: tuple[bytes, Entropy],
) -> str:
    """The encoded message of a denial. `user_id` is that of who was denied, `means` the master key
    and randomness.

    A message has at most 10,240 characters: where the request's context or the statements make it
    longer, those are left out.
    """
    master, entropy = means
    for context, matched in ((True, True), (True, False), (False, False)):
        content = document(request, policies, decision, user_id, context=context, matched=matched)
        message = messages.encode(json.dumps(content, separators=(",", ":")), master, entropy)
        if len(message) <= messages.LONGEST:
            break
    return message


def document(
    request: Request,
    policies: PolicySet,
    decision: Decision,
    user_id: str,
    *,
    context: bool = True,
    matched: bool = True,
) -> dict[str, Any]:
    """What a decoded message says, in AWS's form (5.4)."""
    found = decision.determining if matched else ()
    keys = request.context if context else {}
    return {
        "allowed": decision.allowed,
        "explicitDeny": decision.verdict is Verdict.EXPLICIT_DENY,
        "matchedStatements": _items(_statement(one, policies) for one in found),
        "failures": _items(()),
        "context": {
            "principal": {"id": user_id, "arn": request.principal},
            "action": request.action,
            "resource": request.resource,
            "conditions": _items(
                {"key": key, "values": _values((value,) if isinstance(value, str) else value)}
                for key, value in keys.items()
            ),
        },
    }


def _statement(named: Determining, policies: PolicySet) -> dict[str, Any]:
    statement = documents(policies, named.layer)[named.policy].statements[named.statement]
    principals = statement.principals.entries if statement.principals is not None else ()
    return {
        "statementId": named.sid or "",
        "effect": statement.effect.upper(),
        "principals": _values(item.value for _, item in principals),
        "principalGroups": _items(()),
        "actions": _values(item.value for item in statement.actions),
        "resources": _values(item.value for item in statement.resources or ()),
        "conditions": _items(_conditions(statement)),
    }


def _conditions(statement: Statement) -> Iterable[dict[str, Any]]:
    for one in statement.conditions:
        yield {"key": one.key.value, "values": _values(item.value for item in one.values)}


def _values(values: Iterable[str]) -> dict[str, Any]:
    return _items({"value": value} for value in values)


def _items(items: Iterable[object]) -> dict[str, Any]:
    """AWS writes lists as `{"items": [...]}`."""
    return {"items": list(items)}
