"""The use case `generate`: the smallest policy for each role, from its code or from a recording.

What may live here: whose needs, which deployment, what was not covered. How needs become
statements is `generate/`'s business, editing a file `app/policy_file.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from remit.app.check import FINDINGS
from remit.app.errors import InputError
from remit.app.facts import Gathered, gather
from remit.app.model import Progress, silent
from remit.app.policy_file import Changed, Holder, changed
from remit.app.project import Asked, Opened, open_project
from remit.app.wanted import Recorded, deployment, of_role, recorded, unrecorded
from remit.check.invalid_policy import is_policy_problem
from remit.check.model import RoleFacts, StageFacts
from remit.check.unresolved import fill_line
from remit.core.call import Call, Place
from remit.core.span import Problem, Span
from remit.core.text import HoleKind
from remit.core.tree import Tree
from remit.deploy import NoProject, choose
from remit.deploy.formats import BY_FRAMEWORK, Spelling
from remit.generate.model import Deployment, Open, Proposal, Wanted
from remit.generate.propose import propose
from remit.generate.quota import TooLargeError

NO_PROJECT = Span.whole(".")


@dataclass(frozen=True, slots=True)
class Base:
    """A hand-written policy to start from: its text and what people call it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `role` and `function` choose among several. `calls` is a recording, each
    line read; None means the code. `conditions` adds those that are written on wish only. `base`
    starts from a policy; `write` from the files that the roles have. `prune` takes out of these
    what nothing uses."""

    role: str | None = None
    function: str | None = None
    calls: Iterable[Call | Problem] | None = None
    conditions: bool = False
    base: Base | None = None
    write: bool = False
    prune: bool = False


NOTHING_SPECIAL = Wish()


@dataclass(frozen=True, slots=True)
class Blank:
    """What is open in the policy: one hole, the resources in which a wildcard stands for it, and
    the line of configuration that fills it ("" where none does: any value may come)."""

    opened: Open
    resources: tuple[str, ...]
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The policy of one role of one stage (both "" for a recording without a project).

    `file` is where a person keeps it, `span` where the role stands, `missing` that the file is yet
    to be made, `kept_by` why it is in no file of the project. `gaps` are what the policy cannot
    cover, since nothing is known of it.
    """

    stage: str
    role: str
    functions: tuple[str, ...]
    file: str | None
    proposal: Proposal
    spelling: Spelling
    blanks: tuple[Blank, ...] = ()
    gaps: tuple[Problem, ...] = ()
    span: Span = NO_PROJECT
    missing: bool = False
    kept_by: str = ""

    @property
    def symbolic(self) -> bool:
        """Whether the policy names things that only the framework's own language can spell."""
        resources = (r for one in self.proposal.statements for r in one.grant.resources)
        return any(self.spelling.opened(one) != one for one in resources)


@dataclass(frozen=True, slots=True)
class Generated:
    """Everything that `remit generate` has to say. `changes` are policies that exist, extended;
    `lost` are lines of the recording that hold no call."""

    project: str
    framework: str
    targets: tuple[Target, ...]
    changes: tuple[Changed, ...] = ()
    calls: int = 0
    lost: tuple[Problem, ...] = ()


def generate(
    tree: Tree,
    asked: Asked = Asked(),  # noqa: B008  a frozen value
    wish: Wish = NOTHING_SPECIAL,
    progress: Progress = silent,
) -> Generated:
    """The policies of the roles that are asked for.

    Raises InputError when there is no such project, stage or role, when a policy file cannot be
    edited, or when no role could hold what is needed.
    """
    if wish.calls is not None and not _has_project(tree, asked):
        return _without_project(wish)
    opened = open_project(tree, asked, FINDINGS)
    gathered = gather(tree, opened, progress)
    chosen = list(_chosen(gathered, asked.stages, wish))
    if not chosen:
        raise _nothing(gathered, wish)
    record = Recorded()
    if wish.calls is not None:
        [(stage, _), *more] = chosen
        if more:
            raise _several(chosen, "a recording is of one role")
        record = recorded(wish.calls, _place(stage))
    if wish.base is not None and len(chosen) > 1:
        raise _several(chosen, "`--base` is the policy of one role")
    return Generated(
        opened.project.name,
        opened.project.framework,
        tuple(_target(gathered, stage, role, wish, record) for stage, role in chosen),
        tuple(_changes(tree, opened, gathered, chosen, wish, record)),
        record.calls,
        tuple(record.lost),
    )


# --- which roles --------------------------------------------------------------------------------


def _has_project(tree: Tree, asked: Asked) -> bool:
    try:
        choose(tree, asked.path, asked.framework)
    except NoProject:
        return bool(asked.path or asked.framework or asked.stages)
    return True


Chosen = list[tuple[StageFacts, RoleFacts]]


def _chosen(
    gathered: Gathered, stages: tuple[str, ...], wish: Wish
) -> Iterator[tuple[StageFacts, RoleFacts]]:
    for stage in gathered.facts.stages:
        if stages and stage.stage.name not in stages:
            continue
        for role in stage.roles:
            fits = wish.role in (None, role.role.name)
            if fits and (wish.function is None or wish.function in role.functions):
                yield stage, role


def _nothing(gathered: Gathered, wish: Wish) -> InputError:
    roles = [role for stage in gathered.facts.stages for role in stage.roles]
    if wish.function is not None:
        names = dict.fromkeys(f"`{name}`" for role in roles for name in role.functions)
        what = f"no such function: `{wish.function}`"
        return InputError(what, f"the functions are {', '.join(names)}")
    names = dict.fromkeys(f"`{role.role.name}`" for role in roles)
    what = f"no such role: `{wish.role}`" if wish.role else "the project deploys no function"
    return InputError(what, f"the roles are {', '.join(names)}" if names else "")


def _several(chosen: Chosen, why: str) -> InputError:
    stages = dict.fromkeys(stage.stage.name for stage, _ in chosen)
    if len(stages) > 1:
        return InputError(why, "name one with `--stage`: " + ", ".join(f"`{s}`" for s in stages))
    roles = ", ".join(f"`{role.role.name}`" for _, role in chosen)
    return InputError(why, f"name one with `--role`: {roles}")


# --- one role -----------------------------------------------------------------------------------


def _needed(stage: StageFacts, role: RoleFacts, wish: Wish, record: Recorded) -> list[Wanted]:
    own = of_role(stage, role)
    return own if wish.calls is None else [*record.wanted, *unrecorded(own)]


def _target(
    gathered: Gathered, stage: StageFacts, role: RoleFacts, wish: Wish, record: Recorded
) -> Target:
    at = deployment(stage.stage)
    proposal = _proposed(_needed(stage, role, wish, record), at, wish.conditions)
    held = role.role
    gaps = _gaps(gathered, stage) if wish.calls is None else tuple(record.unmapped.values())
    return Target(
        stage.stage.name,
        held.name,
        role.functions,
        _file(role),
        proposal,
        at.spelling,
        tuple(_blanks(proposal, stage.stage.name)),
        gaps,
        span=held.span,
        missing=held.missing is not None,
        kept_by=_kept_by(role),
    )


def _kept_by(role: RoleFacts) -> str:
    if role.role.generated:
        return "the framework makes this policy from the code at deployment"
    return role.role.unknown or ""


def _proposed(wanted: list[Wanted], at: Deployment, conditions: bool) -> Proposal:
    try:
        return propose(wanted, at, conditions=conditions)
    except TooLargeError as error:
        hint = "give some functions roles of their own, or narrow what is open"
        raise InputError(str(error), hint) from None


def _blanks(proposal: Proposal, stage: str) -> Iterator[Blank]:
    """What the wildcards stand for, each hole once."""
    found: dict[tuple[str, str], list[Open]] = {}
    for written in proposal.statements:
        for one in written.open:
            if one.resource in written.grant.resources:  # and not taken in by a wider one
                found.setdefault((one.hole.kind, one.hole.name), []).append(one)
    for opened in found.values():
        resources = tuple(dict.fromkeys(one.resource for one in opened))
        yield Blank(opened[0], resources, _fill(opened[0], stage))


def _fill(one: Open, stage: str) -> str:
    if one.hole.kind in (HoleKind.ENV, HoleKind.CODE):
        return fill_line(stage, one.hole) if stage else ""
    if one.hole.name in ("region", "account") and stage:
        return f'stage.{stage}.{one.hole.name} = "..."'
    return ""


def _gaps(gathered: Gathered, stage: StageFacts) -> tuple[Problem, ...]:
    """What was not followed: nothing is known of what it needs."""
    found = [*stage.gaps]
    for scan in stage.scan:
        found += scan.problems
        found += [Problem(one.span, f"`{one.what}`: {one.why}") for one in scan.unattributed]
    facts = gathered.facts
    read = [one for one in facts.project.problems if not is_policy_problem(facts, one)]
    return tuple(dict.fromkeys((*found, *gathered.sources.problems, *read)))


# --- files --------------------------------------------------------------------------------------


def _changes(
    tree: Tree, opened: Opened, gathered: Gathered, chosen: Chosen, wish: Wish, record: Recorded
) -> Iterator[Changed]:
    if wish.base is not None:
        holders = [
            Holder(stage, role, tuple(_needed(stage, role, wish, record))) for stage, role in chosen
        ]
        yield changed(gathered.facts, holders, wish.base.name, wish.base.data, wish.prune)
        return
    if not wish.write or not keeps_policies_alone(opened.project.framework):
        return
    files = dict.fromkeys(_file(role) for _, role in chosen if _file(role))
    for file in files:
        everyone = [
            _holder(stage, role, wish, record)
            for stage in gathered.facts.stages
            for role in stage.roles
            if _file(role) == file
        ]
        if file and not any(holder.role.role.missing for holder in everyone):
            yield changed(gathered.facts, everyone, file, _bytes(tree, file), wish.prune)


def _file(role: RoleFacts) -> str | None:
    """Where the role's policy is mended; None where a file beside it is only a copy, for the role
    is managed elsewhere."""
    copy = role.role.unknown is not None and role.role.policies
    return None if copy or role.role.generated else role.role.file


def keeps_policies_alone(framework: str) -> bool:
    """Whether a policy is a file of its own there, and not a part of a template."""
    return BY_FRAMEWORK.get(framework, "policy") in ("policy", "chalice")


def _holder(stage: StageFacts, role: RoleFacts, wish: Wish, record: Recorded) -> Holder:
    others = tuple(one for one in role.role.policies if one.span.file != role.role.file)
    return Holder(stage, role, tuple(_needed(stage, role, wish, record)), others)


def _bytes(tree: Tree, file: str) -> bytes:
    try:
        return tree.read(file)
    except OSError as error:
        raise InputError(str(error)) from None


# --- a recording alone --------------------------------------------------------------------------


def _place(stage: StageFacts) -> Place:
    return Place(stage.stage.partition, stage.stage.region, stage.stage.account)


def _without_project(wish: Wish) -> Generated:
    """The policy of a recording, where no project says where it is deployed."""
    if wish.base is not None or wish.write:
        raise InputError("there is no project here whose policy could be changed")
    record = recorded(wish.calls or (), Place())
    at = Deployment()
    proposal = _proposed(record.wanted, at, wish.conditions)
    target = Target(
        "",
        "",
        (),
        None,
        proposal,
        at.spelling,
        tuple(_blanks(proposal, "")),
        tuple(record.unmapped.values()),
    )
    return Generated("", "", (target,), (), record.calls, tuple(record.lost))
