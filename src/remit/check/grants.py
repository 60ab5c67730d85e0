"""The Allow statements of a project, each with everything that could use it.

A policy file may serve several stages or roles. What uses a statement is then the union over all
of them: an entry that only the other stage needs is not idle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from remit.check.arns import setting
from remit.check.match import matches, names
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.policy import Effect, Item, Policy, Statement
from remit.core.remember import remembered
from remit.core.span import Span
from remit.core.text import Symbols


@dataclass(frozen=True, slots=True)
class Grant:
    """One Allow statement, held by `role` in `stage`. `needed` (each need once, at its first call)
    and `complete` are those of every role that holds it; `gap` is one thing that was not followed,
    in words ("" when complete)."""

    stage: StageFacts
    role: RoleFacts
    policy: Policy
    statement: Statement
    needed: tuple[Needed, ...]
    complete: bool
    gap: str
    stages: tuple[str, ...]

    def uses(self, action: Item | None = None, resource: Item | None = None) -> list[Needed]:
        """The needs that it can serve; through one action item or resource item, when given."""
        symbols, variables = self.policy.symbols, self.policy.has_variables
        return list(_uses(self.needed, self.statement, action, resource, symbols, variables))


@remembered(256)
def _uses(
    needed: tuple[Needed, ...],
    statement: Statement,
    action: Item | None,
    resource: Item | None,
    symbols: Symbols,
    variables: bool,
) -> list[Needed]:
    """`Grant.uses`, once for all roles that hold one policy."""
    actions = (action,) if action is not None else statement.actions
    resources = (resource,) if resource is not None else statement.resources or ()
    return [
        one
        for one in needed
        if any(names(item, one.need.action) for item in actions)
        and any(matches(symbols, variables, item, one.need) for item in resources)
    ]


def judged(role: RoleFacts) -> bool:
    """Whether the role's policies are known, so that something can be said about them."""
    return role.role.unknown is None and role.role.missing is None


def written_by_people(role: RoleFacts) -> bool:
    """Whether a person wrote the role's policies and can mend them."""
    return judged(role) and not role.role.generated


@remembered(1)
def grants(facts: Facts) -> tuple[Grant, ...]:
    """Every Allow statement that people wrote, lists what it allows, and was understood."""
    return tuple(_grants(facts))


def different(facts: Facts) -> Iterator[Grant]:
    """The same, but of a policy that many roles of a stage hold only those grants that differ in
    more than the role's name, for rules that ask for nothing else of the role."""
    seen: dict[tuple[str, Span], list[object]] = defaultdict(list)
    for grant in grants(facts):
        policy, stage = grant.policy, grant.stage.stage
        given = setting(stage, grant.role.role.policies)
        one = (grant.statement, policy.symbols, policy.has_variables, given)
        known = seen[stage.name, grant.statement.span]
        if one not in known:
            known.append(one)
            yield grant


def _grants(facts: Facts) -> Iterator[Grant]:
    holders: dict[Span, list[tuple[StageFacts, RoleFacts]]] = defaultdict(list)
    for stage, role, _, statement in statements(facts):
        holders[statement.span].append((stage, role))
    seen: dict[tuple[int, ...], tuple[Needed, ...]] = {}
    shared: dict[Span, Grant] = {}
    for stage, role, policy, statement in statements(facts):
        if not _plain(statement):
            continue
        known = shared.get(statement.span)
        if known is not None:
            yield replace(known, stage=stage, role=role, policy=policy, statement=statement)
            continue
        held = holders[statement.span]
        incomplete = next((one for one, _ in held if not one.complete), None)
        shared[statement.span] = Grant(
            stage=stage,
            role=role,
            policy=policy,
            statement=statement,
            needed=_distinct(held, seen),
            complete=incomplete is None,
            gap=gap(incomplete) if incomplete is not None else "",
            stages=tuple(dict.fromkeys(one.stage.name for one, _ in held)),
        )
        yield shared[statement.span]


def _distinct(
    held: list[tuple[StageFacts, RoleFacts]], seen: dict[tuple[int, ...], tuple[Needed, ...]]
) -> tuple[Needed, ...]:
    """The needs of all holders, each once, however many calls have it; kept in `seen`."""
    key = tuple(id(role) for _, role in held)
    if key not in seen:
        found: dict[tuple[object, ...], Needed] = {}
        for _, role in held:
            for one in role.needed:
                need = one.need
                what = (need.action, need.resource, need.alternatives, one.origin)
                found.setdefault(what, one)
        seen[key] = tuple(found.values())
    return seen[key]


def statements(facts: Facts) -> Iterator[tuple[StageFacts, RoleFacts, Policy, Statement]]:
    """Every statement of every policy that people wrote."""
    for stage in facts.stages:
        yield from of_stage(stage)


def of_stage(
    stage: StageFacts,
) -> Iterator[tuple[StageFacts, RoleFacts, Policy, Statement]]:
    """The same for one stage."""
    for role in stage.roles:
        if not written_by_people(role):
            continue
        for policy in role.role.policies:
            for statement in () if policy.ready_made else policy.statements:
                yield stage, role, policy, statement


@remembered(8)
def gap(stage: StageFacts) -> str:
    """One thing in the stage that was not followed, as the end of a sentence."""
    for scan in stage.scan:
        for call in scan.unattributed:
            return f"the call `{call.what}` at `{call.span}` was not followed"
    problems = [*stage.gaps, *(one for scan in stage.scan for one in scan.problems)]
    if problems:
        return f"`{problems[0].span}` was not followed"
    return "not all code was followed"


def _plain(statement: Statement) -> bool:
    return (
        statement.effect is Effect.ALLOW
        and not statement.faults
        and not statement.not_action
        and not statement.not_resource
        and statement.resources is not None
    )
