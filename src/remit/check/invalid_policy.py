"""invalid-policy: a policy file that AWS would not store.

The parser finds the faults; here they become findings of every stage that uses the file.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.check.grants import judged
from remit.check.model import Facts, StageFacts
from remit.core.finding import Confidence, Finding, Severity
from remit.core.remember import remembered
from remit.core.span import Problem
from remit.syntax.codes import Level, level

ID = "invalid-policy"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each fault and each stage with a role whose policy is in that file."""
    for stage in facts.stages:
        files = {role.role.file for role in stage.roles} - {None}
        for problem in facts.project.problems:
            if problem.code and problem.span.file in files:
                yield _finding(stage, problem)


def is_policy_problem(facts: Facts, problem: Problem) -> bool:
    """Whether `rule` reports this problem of the project as a finding."""
    return bool(problem.code) and problem.span.file in _files(facts)


@remembered(1)
def _files(facts: Facts) -> set[str | None]:
    return {role.role.file for stage in facts.stages for role in stage.roles}


_SEVERITY = {
    Level.ERROR: Severity.ERROR,
    Level.SECURITY_WARNING: Severity.WARNING,
    Level.WARNING: Severity.WARNING,
    Level.SUGGESTION: Severity.NOTE,
}


def _finding(stage: StageFacts, problem: Problem) -> Finding:
    weight = level(problem.code)
    return Finding(
        id=ID,
        severity=_SEVERITY[weight],
        confidence=Confidence.CERTAIN,
        stage=stage.stage.name,
        span=problem.span,
        message=problem.message,
        why=_refused(stage, problem) if weight is Level.ERROR else "",
        fix=problem.hint,
    )


def _refused(stage: StageFacts, problem: Problem) -> str:
    """A file that only lies beside an external role is never sent to AWS."""
    attached = any(
        role.role.file == problem.span.file and (judged(role) or not role.role.policies)
        for role in stage.roles
    )
    if attached:
        return "AWS refuses the whole policy, so the deployment fails."
    return "AWS would refuse the whole policy."
