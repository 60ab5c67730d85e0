"""Resource policies of the project, beside a role's own: what they grant the role, and deny it.

Same account only (a template deploys into one): a grant of either side is enough, a Deny of either
side wins (facts/iam.md 4.2, 4.4). Which role a principal stands for is told where it is plain; a
grant that may be meant for the role makes a denial uncertain and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from remit.core.need import Need
from remit.core.policy import Effect, Item, Policy, Principals, Statement
from remit.core.request import Value
from remit.core.text import Hole, HoleKind
from remit.explain.deployed import judge_of
from remit.explain.model import Judgement, Standing


def weighed(
    own: Judgement,
    need: Need,
    policies: Sequence[Policy],
    known: Mapping[str, Value],
    absent: Iterable[str] = (),
) -> Judgement:
    """How `need` stands, given how it stands to the role's own policies and the resource policies
    of what the need is on."""
    absent = tuple(absent)
    if not policies:
        return own
    stops = judge_of([_only(one, Effect.DENY, sure=True) for one in policies])(need, known, absent)
    if stops.explicit and stops.standing is Standing.DENIED:
        return stops
    if own.standing is not Standing.DENIED or own.explicit:
        return own
    for sure in (True, False):
        grants = [_only(one, Effect.ALLOW, sure=sure) for one in policies]
        found = judge_of(grants)(need, known, absent)
        if found.standing is Standing.ALLOWED and sure:
            return found
        if found.standing is not Standing.DENIED:
            return _uncertain(found)
    return own


def uncertain(
    own: Judgement,
    need: Need,
    policies: Sequence[Policy],
    known: Mapping[str, Value],
    absent: Iterable[str] = (),
) -> Judgement:
    """How `need` stands, given the policies of resources that it may be on, for all that is known
    of it: one that may grant it makes a denial uncertain."""
    if not policies or own.standing is not Standing.DENIED or own.explicit:
        return own
    grants = [_only(one, Effect.ALLOW, sure=False) for one in policies]
    found = judge_of(grants)(need, known, tuple(absent))
    if found.standing is Standing.DENIED:
        return own
    open_kinds = (HoleKind.DATA, HoleKind.CODE)
    holes = tuple(hole for hole in need.resource.holes if hole.kind in open_kinds)
    if not holes:
        return _uncertain(replace(found, standing=Standing.ALLOWED))
    return Judgement(Standing.UNKNOWN, statements=found.statements, holes=holes, keys=found.keys)


ASSUMED = frozenset(("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"))
"""What a trust policy grants by itself, within an account, to a role that it names (IAM User Guide,
id_roles_terms-and-concepts, and reference_policies_evaluation-logic for one account)."""


def on_itself(trust: Policy) -> Policy:
    """A trust policy as one that names its resource; which role it belongs to is not told."""
    star = (Item("*", trust.span),)
    made = (replace(one, resources=one.resources or star) for one in trust.statements)
    return replace(trust, statements=tuple(made))


def _uncertain(found: Judgement) -> Judgement:
    """A grant that hangs on something, or on whether the role is the one that is meant."""
    if found.standing is Standing.UNKNOWN:
        return found
    place = found.statements[0].statement.span
    hole = Hole(HoleKind.DATA, f"whether the policy at `{place}` names this role")
    return Judgement(Standing.UNKNOWN, statements=found.statements, holes=(hole,))


def _only(policy: Policy, effect: Effect, *, sure: bool) -> Policy:
    """The statements of that effect that speak of the role, surely or perhaps, without their
    principals; a Deny is looked at beside an Allow of everything."""
    kept = [replace(one, principals=None) for one in _speaking(policy, effect, sure)]
    if effect is Effect.DENY:
        star = (Item("*", policy.span),)
        kept.append(Statement(len(policy.statements), None, Effect.ALLOW, star, star, policy.span))
    return replace(policy, statements=tuple(kept))


def _speaking(policy: Policy, effect: Effect, sure: bool) -> Iterator[Statement]:
    for statement in policy.statements:
        principals = statement.principals
        if statement.effect is not effect or principals is None:
            continue
        everybody = not principals.negated and any(_is_star(one) for one in principals.entries)
        if everybody or (not sure and _may_mean(principals)):
            yield statement


def _is_star(entry: tuple[str, Item]) -> bool:
    kind, item = entry
    return item.value == "*" and kind in ("*", "AWS")


def _may_mean(principals: Principals) -> bool:
    """Whether a role of this account may be among them. An account stands for those to whom it
    gives the right by their own policies, so it names none (facts/iam.md 4.3)."""
    if principals.negated:
        return True
    values = [item.value for kind, item in principals.entries if kind == "AWS"]
    return any(":role/" in value or ":assumed-role/" in value or "{" in value for value in values)
