"""All rules of `remit check`. One rule is one file; a rule is a function from facts to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from remit.check import (
    denied_at_import,
    ineffective_grant,
    invalid_policy,
    masked_failure,
    missing_permission,
    no_log_permission,
    over_broad_grant,
    sibling_resource,
    stage_drift,
    stage_without_policy,
    unknown_action,
    unused_permission,
)
from remit.check.language import in_language
from remit.check.model import Facts
from remit.check.unresolved import unresolved
from remit.core.finding import Finding, Severity

__all__ = ["RULES", "run", "unresolved"]

Rule: TypeAlias = Callable[[Facts], Iterable[Finding]]

RULES: tuple[tuple[str, Rule], ...] = (
    (invalid_policy.ID, invalid_policy.rule),
    (stage_without_policy.ID, stage_without_policy.rule),
    (denied_at_import.ID, denied_at_import.rule),
    (missing_permission.ID, missing_permission.rule),
    (stage_drift.ID, stage_drift.rule),
    (sibling_resource.ID, sibling_resource.rule),
    (masked_failure.ID, masked_failure.rule),
    (unknown_action.ID, unknown_action.rule),
    (ineffective_grant.ID, ineffective_grant.rule),
    (no_log_permission.ID, no_log_permission.rule),
    (over_broad_grant.ID, over_broad_grant.rule),
    (unused_permission.ID, unused_permission.rule),
)
"""(id, rule), the gravest first."""


def is_local(stage: str) -> bool:
    """Whether a stage is by its name one that `chalice local` runs on a laptop."""
    return stage.lower().startswith("local")


def _for_a_laptop(finding: Finding) -> Finding:
    """What such a stage lacks hurts only if it is deployed all the same."""
    only = f"It matters only if `{finding.stage}` is deployed and not just run by `chalice local`."
    return replace(finding, severity=Severity.NOTE, why=f"{finding.why} {only}".lstrip())


def run(facts: Facts) -> list[Finding]:
    """The findings of all rules: by stage in the project's order, then by place and rule.

    What two roles of a stage share is reported once.
    """
    stages = {stage.stage.name: index for index, stage in enumerate(facts.stages)}
    order = {name: index for index, (name, _) in enumerate(RULES)}
    found: dict[tuple[object, ...], Finding] = {}
    for _, rule in RULES:
        for one in rule(facts):
            key = (one.id, one.stage, one.span, one.action, one.resource, one.message)
            if key not in found:
                told = in_language(one, facts)
                found[key] = _for_a_laptop(told) if is_local(one.stage) else told
    return sorted(
        found.values(),
        key=lambda one: (
            stages.get(one.stage, len(stages)),
            one.span,
            order[one.id],
            one.action or "",
            one.resource or "",
            one.message,
        ),
    )
