"""A policy that people wrote, extended by what is missing in it: the text before and after.

A file may serve several roles and stages: it is extended for all of them at once, and what only
one of them uses is not idle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from remit.app.errors import InputError
from remit.app.wanted import deployment
from remit.check import (
    ineffective_grant,
    rules,
    sibling_resource,
    unknown_action,
    unused_permission,
)
from remit.check.model import Facts, RoleFacts, StageFacts
from remit.core.finding import Confidence, Finding
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.explain.deployed import judge_of
from remit.explain.model import Judgement, Standing
from remit.generate.merge import Document, NotEditableError, extended, pruned
from remit.generate.model import Unmet, Wanted
from remit.generate.propose import pairs
from remit.syntax.policy import parse_text

IDLE = frozenset((unused_permission.ID, ineffective_grant.ID, unknown_action.ID))
"""Rules that say of a part of a policy that nothing uses it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A role that has the policy, with everything that it needs and its other policies."""

    stage: StageFacts
    role: RoleFacts
    wanted: tuple[Wanted, ...]
    others: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A policy file before and after. `idle` are parts that nothing uses: kept, or with `pruned`
    taken out where that is certain. `unmet` are needs that it still does not serve, `untold` those
    of which nothing certain can be said. `problems` are parts that AWS would refuse."""

    file: str
    before: str
    after: str
    idle: tuple[Finding, ...] = ()
    pruned: bool = False
    unmet: tuple[Unmet, ...] = ()
    untold: tuple[Unmet, ...] = ()
    problems: tuple[Problem, ...] = ()


def changed(
    facts: Facts, holders: Sequence[Holder], file: str, data: bytes, prune: bool
) -> Changed:
    """The file, extended for all its holders. Raises InputError when it cannot be edited."""
    try:
        before = data.decode("utf-8")
        document = Document.read(before, file)
    except UnicodeDecodeError:
        raise InputError(f"`{file}` is not UTF-8", "save it as UTF-8") from None
    except NotEditableError as error:
        problem = error.problem
        raise InputError(problem.message, problem.hint, problem.span) from None
    _, problems = parse_text(before, file, file, "identity")
    idle = _idle(facts, holders, document.policy)
    if prune:
        document, more = _pruned(facts, holders, document)
        idle += more
    document = _extended(document, holders)
    unmet, untold = _left(document.policy, holders)
    return Changed(file, before, document.text, idle, prune, unmet, untold, problems)


def _pruned(
    facts: Facts, holders: Sequence[Holder], document: Document
) -> tuple[Document, tuple[Finding, ...]]:
    """The document without what is certainly idle, and what became idle on the way: a resource
    whose last action went. Places in the second are those of no file, so they name the whole."""
    later: list[Finding] = []
    first = True
    while True:
        idle = _idle(facts, holders, document.policy)
        certain = [one for one in idle if one.confidence is Confidence.CERTAIN]
        if not first:
            later += [replace(one, span=Span.whole(one.span.file)) for one in certain]
        shorter = pruned(document, {one.span for one in certain})
        if shorter.text == document.text:
            return document, tuple(later)
        document, first = shorter, False


def _extended(document: Document, holders: Iterable[Holder]) -> Document:
    """The document with everything that is certainly missing for one of its holders."""
    missing, wanted = [], []
    for holder in holders:
        at = deployment(holder.stage.stage, (document.policy,))
        verdicts = _judged(holder, document.policy)
        lacking = [
            one
            for one, found in verdicts
            if found.standing is Standing.DENIED and not found.explicit
        ]
        missing += pairs(lacking, at)
        wanted += pairs(holder.wanted, at)
    return extended(document, list(dict.fromkeys(missing)), set(wanted))


def _left(policy: Policy, holders: Iterable[Holder]) -> tuple[tuple[Unmet, ...], tuple[Unmet, ...]]:
    """The needs that the policy refuses, and those of which nothing can be told."""
    unmet, untold = [], []
    for holder in holders:
        for one, found in _judged(holder, policy):
            if found.standing is Standing.DENIED:
                why = "a Deny statement refuses it" if found.explicit else "nothing allows it"
                unmet.append(Unmet(one, why))
            elif found.standing is Standing.UNKNOWN:
                untold.append(Unmet(one, _in_the_way(found)))
    return tuple(unmet), tuple(untold)


def _in_the_way(found: Judgement) -> str:
    names = [*(hole.name for hole in found.holes), *found.keys]
    names = [name if "`" in name else f"`{name}`" for name in names]
    return "it hangs on " + " and ".join(dict.fromkeys(names)) if names else "it cannot be told"


def _judged(holder: Holder, policy: Policy) -> list[tuple[Wanted, Judgement]]:
    """Each need against the document and the role's other policies."""
    verdict = judge_of((policy, *holder.others))
    at = deployment(holder.stage.stage)
    done: dict[object, Judgement] = {}
    found = []
    for one in holder.wanted:
        need = one.need
        same = (need.action, need.resource, need.alternatives, tuple(need.context.items()))
        if same not in done:
            done[same] = verdict(need, at.known, at.absent)
        found.append((one, done[same]))
    return found


# --- what nothing uses --------------------------------------------------------------------------


def _idle(facts: Facts, holders: Collection[Holder], policy: Policy) -> tuple[Finding, ...]:
    """What `remit check` would say of the policy if the holders had it."""
    held = {id(holder.role): _holding(holder, policy) for holder in holders}
    stages = tuple(
        replace(stage, roles=tuple(held.get(id(one), one) for one in stage.roles))
        for stage in facts.stages
    )
    found = rules.run(replace(facts, stages=stages))
    mine = [one for one in found if one.span.file == policy.span.file and _is_idle(one)]
    return tuple({one.span: one for one in mine}.values())


def _is_idle(one: Finding) -> bool:
    """Whether the finding says that nothing uses a part of the policy. `stage-drift` says so only
    of a resource that is the sibling's, not of an action that the sibling lacks."""
    if one.id == sibling_resource.ID:
        return one.resource is not None and one.action is None
    return one.id in IDLE


def _holding(holder: Holder, policy: Policy) -> RoleFacts:
    """The role as if the document were its own."""
    made = replace(
        holder.role.role,
        policies=(policy, *holder.others),
        file=policy.span.file,
        unknown=None,
        missing=None,
        generated=False,
    )
    return replace(holder.role, role=made)
