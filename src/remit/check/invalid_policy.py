"""invalid-policy: a policy file that AWS would not store.

The parser finds the faults; here they become findings of every stage that uses the file.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.check.model import Facts
from remit.check.wording import tick
from remit.core.finding import Confidence, Finding, Severity
from remit.core.span import Problem

ID = "invalid-policy"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each fault and each stage with a role whose policy is in that file."""
    for stage in facts.stages:
        files = {role.role.file for role in stage.roles} - {None}
        for problem in facts.project.problems:
            if problem.code and problem.span.file in files:
                yield _finding(stage.stage.name, problem)


def is_policy_problem(facts: Facts, problem: Problem) -> bool:
    """Whether `rule` reports this problem of the project as a finding."""
    return bool(problem.code) and any(
        role.role.file == problem.span.file for stage in facts.stages for role in stage.roles
    )


def _finding(stage: str, problem: Problem) -> Finding:
    return Finding(
        id=ID,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=stage,
        span=problem.span,
        message=problem.message,
        why=f"AWS refuses the whole policy: the deployment of stage {tick(stage)} fails.",
        fix=problem.hint,
    )
