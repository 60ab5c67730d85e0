"""The use case `review`: what a person reads before an important release.

For each stage: what is granted, needed, missing and unused, side by side; and what differs from an
earlier state of the same project. All of it from the facts that `check` judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from remit.app.check import FINDINGS, result_of
from remit.app.errors import InputError
from remit.app.facts import gather
from remit.app.model import CheckResult, Progress, silent
from remit.app.project import Asked, open_project
from remit.catalog import iam
from remit.check import denials
from remit.check.grants import judged, of_stage
from remit.check.match import is_open, names, reaches
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.policy import Effect
from remit.core.tree import Tree
from remit.explain.model import Standing


class State(StrEnum):
    """How one action stands in one stage."""

    GRANTED = "granted"
    """Needed, and granted for every need."""
    MISSING = "missing"
    """Needed, and denied for one need at least."""
    OPEN = "open"
    """Needed, and for one need it cannot be told."""
    UNUSED = "unused"
    """Granted, and nothing that was followed needs it."""
    WIDE = "wide"
    """A pattern of actions that is granted, of which some are needed."""
    ABSENT = ""
    """Neither needed nor granted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action, or one granted pattern of actions, and how it stands in each stage."""

    service: str
    action: str
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A difference from the earlier state: `what` is `granted` or `needed`, `added` says which
    way, `action` on `resource` in `stage`."""

    stage: str
    what: str
    added: bool
    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Review:
    """The whole review. `changes` is None when no earlier state was asked for, `since` its name;
    `before` says why the earlier state could not be read, where it could not."""

    result: CheckResult
    rows: tuple[Row, ...]
    since: str = ""
    changes: tuple[Change, ...] | None = None
    before: str = ""


def review(
    tree: Tree,
    asked: Asked,
    progress: Progress = silent,
    earlier: Tree | None = None,
    since: str = "",
) -> Review:
    """Review the project that is asked for; `earlier` is the same tree at `since`.

    Raises InputError as `check` does. A project that cannot be read at `since` is no error.
    """
    facts, result = _checked(tree, asked, progress)
    rows = tuple(_rows(_shown(facts, asked)))
    if earlier is None:
        return Review(result, rows)
    try:
        old, _ = _checked(earlier, replace(asked, stages=()), progress)
    except InputError as error:
        return Review(result, rows, since, None, error.message)
    changes = tuple(sorted(_changes(_shown(old, asked), _shown(facts, asked))))
    return Review(result, rows, since, changes)


def _checked(tree: Tree, asked: Asked, progress: Progress) -> tuple[Facts, CheckResult]:
    opened = open_project(tree, asked, FINDINGS)
    gathered = gather(tree, opened, progress)
    return gathered.facts, result_of(gathered, opened.settings, asked.stages)


def _shown(facts: Facts, asked: Asked) -> tuple[StageFacts, ...]:
    wanted = asked.stages or [stage.stage.name for stage in facts.stages]
    return tuple(stage for stage in facts.stages if stage.stage.name in wanted)


# --- the table of action by stage ---------------------------------------------------------------


def _rows(stages: tuple[StageFacts, ...]) -> Iterator[Row]:
    by_stage = [_states(stage) for stage in stages]
    for action in sorted({name for states in by_stage for name in states}, key=_order):
        found = tuple(states.get(action, State.ABSENT) for states in by_stage)
        yield Row(action.partition(":")[0], action, found)


def _order(action: str) -> tuple[str, bool, str]:
    service, _, name = action.lower().partition(":")
    return service, is_open(action), name


_WORST = (State.MISSING, State.OPEN, State.GRANTED)


def _states(stage: StageFacts) -> dict[str, State]:
    """How every action that is needed or granted stands in a stage."""
    found: dict[str, State] = {}
    for role, one in _needs(stage):
        state = _state(role, one)
        seen = found.get(one.need.action, state)
        found[one.need.action] = min(seen, state, key=_WORST.index)
    for granted, used in _grants(stage).items():
        if is_open(granted):
            found[granted] = State.WIDE if used else State.UNUSED
        else:
            found.setdefault(granted, State.UNUSED)
    return found


_STANDING = {
    Standing.ALLOWED: State.GRANTED,
    Standing.DENIED: State.MISSING,
    Standing.UNKNOWN: State.OPEN,
}


def _state(role: RoleFacts, needed: Needed) -> State:
    """How a need stands; without a policy file everything is missing."""
    if role.role.missing is not None:
        return State.MISSING
    return _STANDING[needed.judgement.standing] if judged(role) else State.OPEN


def _needs(stage: StageFacts) -> Iterator[tuple[RoleFacts, Needed]]:
    """What is certainly needed."""
    for role in stage.roles:
        yield from ((role, one) for one in role.needed if not denials.condition(one))


def _grants(stage: StageFacts) -> dict[str, bool]:
    """Every granted action as it is written, and whether some need uses it."""
    found: dict[str, bool] = {}
    for _, role, policy, statement in of_stage(stage):
        if statement.effect is not Effect.ALLOW or statement.not_action:
            continue
        for item in statement.actions:
            served = any(
                names(item, one.need.action)
                and any(reaches(policy, target, one.need) for target in statement.resources or ())
                for one in role.needed
            )
            action = _spelled(item.value)
            found[action] = found.get(action, False) or served
    return found


def _spelled(action: str) -> str:
    """The action in the reference's spelling, where it is one."""
    known = None if is_open(action) else iam.action(action)
    return known.full_name if known is not None else action


# --- what differs -------------------------------------------------------------------------------


def _changes(old: Iterable[StageFacts], new: Iterable[StageFacts]) -> Iterator[Change]:
    before = {stage.stage.name: stage for stage in old}
    after = {stage.stage.name: stage for stage in new}
    for name in {**before, **after}:
        for what, pairs in (("granted", _granted_pairs), ("needed", _needed_pairs)):
            gone = pairs(before[name]) if name in before else set()
            come = pairs(after[name]) if name in after else set()
            yield from (Change(name, what, True, *pair) for pair in come - gone)
            yield from (Change(name, what, False, *pair) for pair in gone - come)


def _granted_pairs(stage: StageFacts) -> set[tuple[str, str]]:
    return {
        (("not " if statement.not_action else "") + _spelled(action.value), target)
        for _, _, _, statement in of_stage(stage)
        if statement.effect is Effect.ALLOW
        for action in statement.actions
        for target in [
            ("not " if statement.not_resource else "") + item.value
            for item in statement.resources or ()
        ]
    }


def _needed_pairs(stage: StageFacts) -> set[tuple[str, str]]:
    return {(one.need.action, str(one.need.resource)) for _, one in _needs(stage)}
