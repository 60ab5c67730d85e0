"""stage-without-policy: the configuration names a policy file that is not there.

Nothing can be said about single calls then, so this one finding carries the whole policy.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.check import patch
from remit.check.arns import setting, written
from remit.check.denials import condition
from remit.check.model import LOGS, Facts, RoleFacts, StageFacts
from remit.check.wording import tick
from remit.core.finding import Confidence, Finding, Severity

ID = "stage-without-policy"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each role whose policy file is missing."""
    for stage in facts.stages:
        for role in stage.roles:
            if role.role.missing is not None:
                yield _finding(stage, role, role.role.missing)


def _finding(stage: StageFacts, role: RoleFacts, missing: str) -> Finding:
    file = role.role.file or missing
    return Finding(
        id=ID,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=stage.stage.name,
        span=role.role.span,
        message=f"there is no policy: {tick(file)} does not exist",
        why="The stage cannot be deployed: its role would have no permissions.",
        fix=f"Create {tick(file)} with this policy, which is what the code needs.",
        patch=_whole(stage, role),
    )


def _whole(stage: StageFacts, role: RoleFacts) -> str:
    given = setting(stage.stage, ())
    wanted: dict[str, list[str]] = {}
    for one in role.needed:
        if condition(one):
            continue
        log = one.origin == LOGS
        place = (
            f"arn:{given.partition}:logs:*:*:*"
            if log
            else written(one.need.resource, given, one.need.action)
        )
        wanted.setdefault(place, []).append(one.need.action)
    return patch.document(wanted)
