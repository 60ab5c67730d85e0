"""Outcomes as the members of an answer, by botocore's names, and their pages.

Source: botocore's IAM model, EvaluationResult [M]; facts/iam.md 8.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from remit.app import paging
from remit.app.simulator.decide import Simulator
from remit.app.simulator.errors import BAD_MARKER, invalid
from remit.app.simulator.model import Matched, Outcome, Position
from remit.catalog import iam, overlap
from remit.core.decision import Verdict

Members = dict[str, Any]
EVERYTHING = "*"
_PAGE = 100
_DECISIONS = 5_000
"""Decisions in one page: IAM too may answer with fewer items than asked for, and a marker [M]."""
_STRICTNESS = (Verdict.ALLOWED, Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY)


def page(
    simulator: Simulator, operation: str, params: Mapping[str, Any], resources: Sequence[str]
) -> Members:
    """The results of one page of actions: paging counts these (8.3 [O]). Raises SimulationError."""
    actions: list[str] = params["ActionNames"]
    start = _start(operation, params.get("Marker"))
    most = max(1, _DECISIONS // len(resources))
    end = start + min(params.get("MaxItems", _PAGE), most)
    results = [_result(simulator, action, resources) for action in actions[start:end]]
    more = end < len(actions)
    found: Members = {"EvaluationResults": results, "IsTruncated": more}
    return found | ({"Marker": paging.marker(operation, end)} if more else {})


def _start(operation: str, marker: str | None) -> int:
    """Where a page begins. AWS takes a marker for other actions, too (recording A [O])."""
    number = 0 if marker is None else paging.number(operation, marker)
    if number is None:
        raise invalid(BAD_MARKER)
    return number


# --- one action ---------------------------------------------------------------------------------


def _result(simulator: Simulator, action: str, resources: Sequence[str]) -> Members:
    """One result for an action, whatever the number of resources [M]: the strictest of them."""
    outcomes = [simulator.decide(action, resource) for resource in resources]
    named = list(resources) != [EVERYTHING]
    verdict = _strictest(one.verdict for one in outcomes)
    matched = [m for one in outcomes if one.verdict is verdict for m in one.matched]
    if verdict is Verdict.IMPLICIT_DENY:
        matched = []
    found: Members = {"EvalActionName": action}
    name = _name(action, resources)
    if name is not None:
        found["EvalResourceName"] = name
    found |= {
        "EvalDecision": verdict.value,
        "MatchedStatements": _statements(matched),
        "MissingContextValues": _distinct(key for one in outcomes for key in one.missing),
    }
    organizations = _all(one.organizations for one in outcomes)
    if organizations is not None:
        found["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": organizations}
    found |= _boundary(_all(one.boundary for one in outcomes))
    details = _details(outcomes)
    if named or details:  # there, and empty, in one account where resources are named [M]
        found["EvalDecisionDetails"] = details
    if named:
        pairs = zip(resources, outcomes, strict=True)
        found["ResourceSpecificResults"] = [_specific(name, one) for name, one in pairs]
    return found


def _specific(resource: str, outcome: Outcome) -> Members:
    found: Members = {
        "EvalResourceName": resource,
        "EvalResourceDecision": outcome.verdict.value,
        "MatchedStatements": _statements(outcome.matched),
        "MissingContextValues": list(outcome.missing),
    }
    if outcome.details is not None:
        found["EvalDecisionDetails"] = {k: v.value for k, v in outcome.details.items()}
    return found | _boundary(outcome.boundary)


def _name(action: str, resources: Sequence[str]) -> str | None:
    """A single resource is named as it is; of several AWS tells the form of their type, or `*` for
    an action without any [M]. None where it cannot be told which type is meant."""
    if len(resources) == 1:
        return resources[0]
    known = iam.action(action)
    if known is None or not known.resource_types:
        return EVERYTHING
    types = iam.resource_types(known.service)
    forms = [arn for name, _ in known.resource_types if name in types for arn in types[name].arns]
    fitting = [one for one in forms if all(overlap.meet(resource, one) for resource in resources)]
    return fitting[0] if len(fitting) == 1 else None


def _statements(matched: Iterable[Matched]) -> list[Members]:
    """Each once: one may have decided for several resources."""
    return [
        {
            "SourcePolicyId": one.source.id,
            "SourcePolicyType": one.source.kind,
            **_places(one),
        }
        for one in _each_once(matched, lambda one: (id(one.source), one.statement))
    ]


def _places(matched: Matched) -> Members:
    places = matched.source.places
    if matched.statement >= len(places):
        return {}
    start, end = places[matched.statement]
    return {"StartPosition": _position(start), "EndPosition": _position(end)}


def _position(place: Position) -> Members:
    return {"Line": place.line, "Column": place.column}


def _boundary(allowed: bool | None) -> Members:
    if allowed is None:
        return {}
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": allowed}}


# --- several resources --------------------------------------------------------------------------


def _strictest(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=_STRICTNESS.index)


def _details(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """The strictest of each kind of policy [M]."""
    found: dict[str, list[Verdict]] = {}
    for one in outcomes:
        for name, verdict in (one.details or {}).items():
            found.setdefault(name, []).append(verdict)
    return {name: _strictest(verdicts).value for name, verdicts in found.items()}


def _all(told: Iterable[bool | None]) -> bool | None:
    known = [one for one in told if one is not None]
    return all(known) if known else None


def _distinct(keys: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(keys))


def _each_once(matched: Iterable[Matched], key: Callable[[Matched], object]) -> list[Matched]:
    return list({key(one): one for one in matched}.values())
