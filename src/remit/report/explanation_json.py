"""An explanation for programs: one JSON object. Its keys: docs/explain.md."""

from __future__ import annotations

import json
from typing import Any

from remit.app.explain import Explained, Told
from remit.core.decision import Determining
from remit.core.span import Span
from remit.explain.causes import LayerCause, Stance, Step
from remit.explain.change import Change
from remit.explain.explanation import Explanation
from remit.explain.flip import Flip
from remit.explain.words import sentence


def render(explained: Explained) -> str:
    """The whole object, in ASCII, ending with a newline."""
    found = explained.explanation
    body: dict[str, Any] = {} if found is None else _explanation(found)
    if explained.told is not None:
        body["message"] = _told(explained.told)
    if found is not None:
        body["warnings"] = list(explained.warnings)
    return json.dumps(body, indent=2) + "\n"


def _told(told: Told) -> dict[str, Any]:
    denied = told.denied
    return {
        "form": denied.form,
        "principal": denied.principal,
        "action": denied.action,
        "resource": denied.resource,
        "policyType": denied.policy_type,
        "explicit": denied.explicit,
        "policyArn": denied.policy_arn,
        "code": denied.code,
        "operation": denied.operation,
        "context": dict(denied.context),
        "statements": list(denied.statements),
        "advice": list(told.advice.sentences),
        "neededStatement": json.loads(told.advice.statement) if told.advice.statement else None,
        "command": told.advice.command or None,
    }


def _explanation(found: Explanation) -> dict[str, Any]:
    trace = found.trace
    return {
        "decision": trace.decision.verdict,
        "action": trace.action,
        "determining": [_determining(one) for one in trace.decision.determining],
        "blocking": list(trace.blocking),
        "rule": trace.rule or None,
        "sentence": found.sentence,
        "layers": [_layer(cause) for cause in trace.layers],
        "near": [
            {**_step(near.step), "failed": near.said, "at": _place(near.span)}
            for near in found.near
        ],
        "moreNear": found.more_near,
        "absent": [{**_step(one.step), "holds": one.said} for one in found.absent],
        "flips": [_flip(flip) for flip in found.flips],
        "hinge": None
        if found.hinge is None
        else {
            "layer": found.hinge.layer,
            "independent": found.hinge.each,
            "flip": None if found.hinge.flip is None else _flip(found.hinge.flip),
        },
        "keys": _keys(found),
    }


def _determining(named: Determining) -> dict[str, Any]:
    return {
        "layer": named.layer,
        "policy": named.policy,
        "statement": named.statement,
        "sid": named.sid,
    }


def _layer(cause: LayerCause) -> dict[str, Any]:
    denies = cause.stance is Stance.DENIES
    return {
        "layer": cause.layer,
        "stance": cause.stance,
        "because": cause.because or None,
        "statements": [_step(step) for step in cause.applying(denies=denies)],
        "levels": [level.allows for level in cause.levels],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        **_determining(step.named),
        "effect": step.statement.effect,
        "place": _place(step.statement.span),
    }


def _place(span: Span) -> str:
    return str(span)


def _flip(flip: Flip) -> dict[str, Any]:
    return {"decision": flip.verdict, "changes": [_change(change) for change in flip.changes]}


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "layer": change.layer,
        "level": change.level,
        "policy": change.policy,
        "statement": None if change.statement is None else change.statement.index,
        "element": change.element or None,
        "operator": change.operator or None,
        "key": change.key or None,
        "value": change.value,
        "add": json.loads(change.text) if change.text else None,
        "said": sentence(change),
    }


def _keys(found: Explanation) -> dict[str, Any]:
    keys = found.keys
    return {
        "single": [
            {
                "key": one.key,
                "answers": [
                    {"value": given.value, "decision": given.verdict} for given in one.answers
                ],
            }
            for one in keys.single
        ],
        "skipped": keys.skipped,
        "together": None
        if keys.together is None
        else {"values": dict(keys.together), "decision": keys.verdict},
    }
