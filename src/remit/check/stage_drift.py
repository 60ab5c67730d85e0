"""stage-drift, first half: a stage lacks what its sibling has for the same call.

Stands beside the `missing-permission` of the same need and points at the sibling's statement,
which is usually what was forgotten to be copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from remit.check import denials
from remit.check.denials import Denial
from remit.check.grants import Grant, grants, written_by_people
from remit.check.match import names
from remit.check.model import LOGS, Facts, Needed
from remit.check.sibling_resource import mixups
from remit.check.wording import listing, tick
from remit.core.finding import Finding, Related, Severity
from remit.core.span import Span
from remit.explain.model import Standing

ID = "stage-drift"
_Key: TypeAlias = "tuple[Span | None, str, str, str | None]"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each denial that some sibling stage allows."""
    granted: dict[_Key, dict[str, Needed]] = defaultdict(dict)
    for stage in facts.stages:
        for role in filter(written_by_people, stage.roles):
            for one in role.needed:
                if one.judgement.standing is Standing.ALLOWED and one.judgement.statements:
                    granted[_key(one)].setdefault(stage.stage.name, one)
    explained: dict[tuple[str, str], list[Grant]] = defaultdict(list)
    for grant in grants(facts):
        for mixup in mixups(facts, grant).values():
            explained[grant.stage.stage.name, mixup.own].append(grant)
    for denial in denials.denials(facts):
        if denial.role.role.generated or denial.explicit:
            continue
        meant = explained.get((denial.stage.stage.name, denial.resource), ())
        if any(names(one, denial.action) for grant in meant for one in grant.statement.actions):
            continue  # granted, but on the sibling's: `sibling_resource` says so
        siblings = granted.get(_key(denial.first), {})
        others = {name: one for name, one in siblings.items() if name != denial.stage.stage.name}
        if others:
            yield _finding(facts, denial, others)


def _key(needed: Needed) -> _Key:
    """What makes two needs of different stages the same: the place, not the resource."""
    call = needed.call.span if needed.call is not None else None
    where = needed.function if call is None and needed.origin != LOGS else ""
    return call, where, needed.need.action, needed.need.resource_type


def _finding(facts: Facts, denial: Denial, others: dict[str, Needed]) -> Finding:
    sibling = next(iter(others.values()))
    source = sibling.judgement.statements[0].statement
    item = next((one for one in source.actions if names(one, denial.action)), None)
    stage = denial.stage.stage.name
    return Finding(
        id=ID,
        severity=Severity.WARNING,
        confidence=denials.confidence(denial.first),
        stage=stage,
        span=item.span if item is not None else source.span,
        message=f"{tick(denial.action)} is granted in {listing(list(others))}"
        f" and not in {tick(stage)}, for the same call",
        why=f"What works in {listing(list(others))} is denied in {tick(stage)}.",
        fix=denials.remedy(denial, facts.project.framework),
        patch=denials.mend(denial),
        action=denial.action,
        resource=denial.resource,
        path=denials.path(denial.first),
        related=(
            Related(denials.place(denial.stage, denial.role, denial.first), "the call"),
            denials.nearest(denial, denial.first),
        ),
    )
