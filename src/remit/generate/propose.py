"""Needs to a proposal: the smallest policy, what each statement is for, and the proof.

Every proposal is judged against the needs that it was made of, by the same judge that `check`
asks: a condition that is not proven harmless is left out, and a need that the policy still does
not serve is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from remit.core.pattern import Pattern
from remit.core.policy import Policy
from remit.core.text import Symbols
from remit.deploy.formats import iam_json
from remit.deploy.formats.model import Conditions, Grant, Spelling
from remit.explain.deployed import Verdict, judge_of
from remit.explain.model import Standing
from remit.generate.conditions import implied
from remit.generate.grouping import Group, Pair, grouped
from remit.generate.model import LOGS, Deployment, Open, Proposal, Unmet, Wanted, Written
from remit.generate.names import sids
from remit.generate.quota import INLINE, MANAGED, parts
from remit.generate.resources import any_log, resources
from remit.syntax.policy import parse_text


def propose(
    wanted: Sequence[Wanted],
    at: Deployment,
    *,
    conditions: bool = False,
    taken: Iterable[str] = (),
) -> Proposal:
    """The smallest policy for `wanted`. `conditions` adds those that are written on wish only;
    `taken` are Sids that must not be used. Raises TooLargeError.
    """
    served = Served.of(wanted, at)
    groups = grouped(_conditioned(served, at, conditions))
    grants = [
        Grant(sid, group.actions, group.resources, group.conditions)
        for sid, group in zip(sids(groups, taken), groups, strict=True)
    ]
    cut = parts(grants) if grants else ()
    size = iam_json.size(grants) if grants else 0
    return Proposal(
        statements=tuple(
            served.explained(grant, group) for grant, group in zip(grants, groups, strict=True)
        ),
        parts=cut,
        size=size,
        split=_split(size, len(cut)) if len(cut) > 1 else "",
        unmet=tuple(
            Unmet(one, "the policy that was made for it does not allow it")
            for one in _refused(grants, wanted, at)
        ),
    )


class Served:
    """The single permissions that needs come to, and which need each is for."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[str, str], list[Wanted]] = {}
        self.open: dict[tuple[str, str], list[Open]] = {}

    @classmethod
    def of(cls, wanted: Iterable[Wanted], at: Deployment) -> Served:
        """Every need as the actions and resources that a policy must list."""
        made = cls()
        for one in wanted:
            action = one.need.action
            if one.origin == LOGS:
                made.pairs.setdefault((action, any_log(at)), []).append(one)
                continue
            for resource, holes in resources(one.need, at):
                made.pairs.setdefault((action, resource), []).append(one)
                for hole in holes:
                    made.open.setdefault((action, resource), []).append(Open(resource, hole, one))
        return made

    def explained(self, grant: Grant, group: Group) -> Written:
        """The statement with the needs that it serves, also those that a wider one took in."""
        why: dict[str, dict[int, Wanted]] = {action: {} for action in group.actions}
        opened: dict[tuple[str, str], Open] = {}
        exact = set(group.resources)
        wide = [Pattern.parse(one) for one in group.resources if "*" in one or "?" in one]
        for (action, resource), wanted in self.pairs.items():
            if action not in why:
                continue
            if resource in exact or any(one.covers(Pattern.parse(resource)) for one in wide):
                why[action].update({id(one): one for one in wanted})
                for one in self.open.get((action, resource), ()):
                    opened.setdefault((one.resource, one.hole.name), one)
        needs = {action: tuple(found.values()) for action, found in why.items()}
        return Written(grant, needs, tuple(opened.values()))


def policy_of(grants: Sequence[Grant], at: Deployment) -> Policy | None:
    """The policy as the judge reads it, symbols and all."""
    text = iam_json.document(grants, Spelling())
    policy, _ = parse_text(text, "proposal.json", kind="identity")
    if policy is None or not at.spelling.tokens:
        return policy
    names = frozenset(token.strip("{}") for token in at.spelling.tokens)
    return replace(policy, symbols=Symbols(given=names))


def _conditioned(served: Served, at: Deployment, asked: bool) -> list[Pair]:
    """Each permission under the conditions that are proven to cost nothing."""
    made = []
    for (action, resource), wanted in served.pairs.items():
        found = implied(wanted, at, asked)
        made.append(Pair(action, resource, _proven(action, resource, found, wanted, at)))
    return made


def pairs(wanted: Sequence[Wanted], at: Deployment, asked: bool = False) -> list[Pair]:
    """The single permissions that `wanted` come to, before any grouping."""
    return _conditioned(Served.of(wanted, at), at, asked)


def _proven(
    action: str, resource: str, found: Conditions, wanted: Sequence[Wanted], at: Deployment
) -> Conditions:
    """Those conditions with which every need is still allowed, each judged by itself."""
    return tuple(
        one
        for one in found
        if not _refused([Grant("", (action,), (resource,), (one,))], wanted, at)
    )


def _refused(grants: Sequence[Grant], wanted: Iterable[Wanted], at: Deployment) -> list[Wanted]:
    """The needs that the policy does not certainly allow."""
    policy = policy_of(grants, at) if grants else None
    if policy is None:
        return list(wanted)
    verdict: Verdict = judge_of((policy,))
    done: dict[object, bool] = {}
    refused = []
    for one in wanted:
        need = one.need
        same = (need.action, need.resource, need.alternatives, tuple(need.context.items()))
        if same not in done:
            standing = verdict(need, at.known, at.absent).standing
            done[same] = standing is Standing.ALLOWED
        if not done[same]:
            refused.append(one)
    return refused


def _split(size: int, count: int) -> str:
    return (
        f"the policy has {size:,} characters without white space; a role's inline policies may"
        f" have {INLINE:,} together: it is split into {count} managed policies"
        f" of at most {MANAGED:,}"
    )
