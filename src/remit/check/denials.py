"""Needs that are denied for sure, gathered: one denial for an action on a resource by a role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from remit.check import patch
from remit.check.arns import setting, written
from remit.check.grants import judged
from remit.check.model import LOGS, Facts, Needed, RoleFacts, StageFacts
from remit.check.wording import tick
from remit.core.call import Frame
from remit.core.finding import Confidence, Related
from remit.core.remember import remembered
from remit.core.span import Span
from remit.core.text import HoleKind
from remit.explain.model import Standing


@dataclass(frozen=True, slots=True)
class Denial:
    """An action on a resource that a role is denied, and every place that needs it.

    `sites` starts with those that are certain, then goes by place. `together` are the actions
    that are missing on this resource for sure.
    """

    stage: StageFacts
    role: RoleFacts
    action: str
    resource: str
    sites: tuple[Needed, ...]
    together: tuple[str, ...] = ()

    @property
    def first(self) -> Needed:
        """The site that stands for all."""
        return self.sites[0]

    @property
    def explicit(self) -> bool:
        """Whether a Deny statement decides."""
        return self.first.judgement.explicit


def denials(facts: Facts) -> Iterator[Denial]:
    """Every denial of every role whose policies are known.

    For a policy that the framework generates only what is certain counts: it is a reconstruction.
    """
    for stage in facts.stages:
        for role in stage.roles:
            if judged(role):
                yield from of_role(stage, role)


def of_role(stage: StageFacts, role: RoleFacts) -> Iterator[Denial]:
    """The denials of one role, by action and resource."""
    given = setting(stage.stage, role.role.policies)
    found: dict[tuple[str, str], list[Needed]] = {}
    for needed in role.needed:
        if needed.judgement.standing is not Standing.DENIED or needed.origin == LOGS:
            continue
        if role.role.generated and condition(needed):
            continue
        resource = written(needed.need.resource, given, needed.need.action)
        found.setdefault((needed.need.action, resource), []).append(needed)
    together: dict[str, set[str]] = defaultdict(set)
    for (action, resource), sites in found.items():
        if any(not one.judgement.explicit and not condition(one) for one in sites):
            together[resource].add(action)
    for (action, resource), sites in found.items():
        ordered = sorted(_once(stage, role, sites), key=lambda one: _order(stage, role, one))
        also = tuple(sorted(together[resource]))
        yield Denial(stage, role, action, resource, tuple(ordered), also)


def mend(denial: Denial) -> str:
    """The statement that grants the action, and what else is missing for sure on the resource."""
    if denial.explicit:
        return ""
    also = () if condition(denial.first) else denial.together
    return patch.grant({denial.action, *also}, [denial.resource])


def remedy(denial: Denial, framework: str) -> str:
    """What to do about it, in one or two sentences."""
    role = denial.role.role
    if denial.explicit:
        return "Narrow or remove that Deny: it wins over every Allow."
    if role.generated:
        return _OWN_POLICY.get(framework, "Write a policy of your own with this statement in it.")
    where = tick(role.file) if role.file else f"the policy of role {tick(role.name)}"
    fix = f"Add this statement to {where}."
    unknown = [hole for hole in denial.first.need.resource.holes if hole.kind in _NAMES]
    if unknown:
        fix += f" Narrow its `*` to the real {tick(unknown[0].name)}, which is not known here."
    return fix


_NAMES = (HoleKind.ENV, HoleKind.CODE)


_OWN_POLICY = {
    "chalice": "Chalice generates this policy and leaves the action out: set `autogen_policy` to"
    " false, and put this statement in the stage's policy file.",
}


def condition(needed: Needed) -> str:
    """On what the need hangs, as the end of a sentence; "" when it is certain."""
    reasons = []
    if needed.call is not None and needed.call.hangs_on:
        holes = " and ".join(tick(hole.name) for hole in needed.call.hangs_on)
        reasons.append(f"whether the call is made hangs on {holes}")
    if needed.need.condition:
        reasons.append(f"needed only when {needed.need.condition}")
    return "; ".join(reasons)


def confidence(needed: Needed) -> Confidence:
    """CONDITIONAL when the need hangs on something."""
    return Confidence.CONDITIONAL if condition(needed) else Confidence.CERTAIN


def place(stage: StageFacts, role: RoleFacts, needed: Needed) -> Span:
    """The call; without one, the entry that AWS starts, or else the policy."""
    if needed.call is not None:
        return needed.call.span
    started = _entries(stage).get(needed.function) if needed.function else None
    return policy_place(role) if started is None else started


@remembered(8)
def _entries(stage: StageFacts) -> dict[str, Span]:
    """The first entry by the name of its function and by its own."""
    found: dict[str, Span] = {}
    for scan in stage.scan:
        for entry in scan.entries:
            found.setdefault(entry.function, entry.span)
            found.setdefault(entry.name, entry.span)
    return found


def policy_place(role: RoleFacts) -> Span:
    """Where a person mends the role's policy; in a template, at the role."""
    file = role.role.file
    return Span.whole(file) if file not in (None, role.role.span.file) else role.role.span


def path(needed: Needed) -> tuple[Frame, ...]:
    """The way from an entry point to the call."""
    return needed.call.path if needed.call is not None else ()


def nearest(denial: Denial, needed: Needed) -> Related:
    """The statement that comes nearest, or that denies; else the policy as a whole."""
    judgement = needed.judgement
    if judgement.explicit and judgement.statements:
        return Related(judgement.statements[0].statement.span, "this statement denies it")
    miss = judgement.nearest
    if miss is None:
        return Related(policy_place(denial.role), "no statement here comes near")
    span = miss.item.span if miss.item is not None else miss.source.statement.span
    return Related(span, miss.lacks)


def _once(stage: StageFacts, role: RoleFacts, sites: list[Needed]) -> list[Needed]:
    """One site a place: the first of those that are certain, else the first."""
    found: dict[Span, Needed] = {}
    for one in sites:
        at = place(stage, role, one)
        if at not in found or (condition(found[at]) and not condition(one)):
            found[at] = one
    return list(found.values())


def _order(stage: StageFacts, role: RoleFacts, needed: Needed) -> tuple[bool, Span]:
    return bool(condition(needed)), place(stage, role, needed)
