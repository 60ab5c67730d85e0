"""The use case `run`: as whom a command runs, with which environment, and what its denials mean.

What may live here: the choice of stage, function and role; the environment that the deployed
function has; which statement of the project comes nearest to what was denied. Serving, and running
the command, are for others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from remit.app.errors import InputError
from remit.app.facts import ABSENT
from remit.app.project import Asked, open_project
from remit.app.seeding import Seeds, chosen, of_stage, opened, role_name
from remit.check import denials, language, missing_permission, rules
from remit.check.arns import setting, written
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.finding import Finding, Related
from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import Tree
from remit.deploy.model import Function, Project, Role, Stage
from remit.explain.judge import Judge
from remit.explain.model import Judgement, Standing


@dataclass(frozen=True, slots=True)
class Plan:
    """As whom a command runs. `seeds` are the roles to be made, `name` the one to run as, as IAM
    calls it, `role` the same as the project has it. `environment` are the function's variables that
    are known; `notes` say what is not as it is deployed."""

    project: Project
    stage: Stage
    role: Role
    name: str
    seeds: Seeds
    environment: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """One call that was denied: what for, and AWS's sentence. `action` and `resource` are None
    where remit knows no permission for the call."""

    service: str
    operation: str
    action: str | None
    resource: str | None
    why: str
    context: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A denial, how often it came, and what to do: `finding` has the nearest statement first among
    its `related`, its `patch` is the statement to add. None where the role's own policies and its
    boundary allow it, so that another policy denies, or where no permission is known."""

    denied: Denied
    times: int
    finding: Finding | None = None


def plan(tree: Tree, asked: Asked, function: str | None = None, role: str | None = None) -> Plan:
    """As whom to run. Raises InputError where there is no such project, stage, function or role, or
    where several could be meant."""
    project = open_project(tree, asked, [name for name, _ in rules.RULES]).project
    stage, notes = chosen(project, asked)
    runs, held = _meant(project, stage, function, role)
    why = held.unknown or held.missing
    if why:
        raise InputError(f"the role `{held.name}` is not known: {why}")
    seeds = of_stage(stage, notes)
    known = {"account": seeds.account, "region": seeds.region, "partition": "aws"}
    environment, left = _environment(runs, known)
    name = role_name(held, stage)
    return Plan(project, stage, held, name, seeds, environment, (*seeds.notes, *left))


def _meant(
    project: Project, stage: Stage, function: str | None, role: str | None
) -> tuple[Function | None, Role]:
    """The function and the role that are meant."""
    if function is not None:
        # Where there is one program, a function without settings of its own has the stage's.
        if function not in stage.functions and not project.entry:
            raise InputError(
                f"no such function: `{function}`", _are("functions", list(stage.functions))
            )
        found = stage.function(function)
        return found, found.role
    named = [one for one in stage.roles() if role in (None, one.name, role_name(one, stage))]
    if not named:
        names = [one.name for one in stage.roles()]
        raise InputError(f"no such role: `{role}`", _are("roles", names))
    if len(named) > 1:
        if project.entry:  # whoever names none means the application
            return stage.default, stage.default.role
        hint = _are("functions", list(stage.functions))
        raise InputError(f"the stage `{stage.name}` has several roles: name one", hint)
    return _alone(project, stage, named[0]), named[0]


def _alone(project: Project, stage: Stage, role: Role) -> Function | None:
    """The only function of a role, whose environment is then meant too."""
    if project.entry and stage.default.role.name == role.name:
        return stage.default
    found = [one for one in stage.functions.values() if one.role.name == role.name]
    return found[0] if len(found) == 1 else None


def _are(what: str, names: Sequence[str]) -> str:
    return f"the {what} are {', '.join(f'`{name}`' for name in names)}" if names else ""


def _environment(
    function: Function | None, known: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The variables that are known, and what is to be said of the others."""
    if function is None:
        return {}, ["no environment variables are set: name a function with `--function`"]
    made: dict[str, str] = {}
    notes = []
    for name, value in function.environment.items():
        text = value if isinstance(value, str) else _filled(value, known).literal
        if text is None:
            notes.append(f"`{name}` is not set: `{value}` is known after deployment only")
        elif "\0" in text or "=" in name or not name:
            notes.append(f"`{name}` is not set: no process can have it")
        else:
            made[name] = text
    return made, notes


def _filled(text: Text, known: Mapping[str, str]) -> Text:
    parts = (p if isinstance(p, str) else known.get(p.name, p) for p in text.parts)
    return Text.of(*parts)


# --- what was denied ----------------------------------------------------------------------------


def told(plan: Plan, denied: Iterable[Denied]) -> tuple[Told, ...]:
    """Each denial once, in the order of the first call, with what to do."""
    times: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], Denied] = {}
    for one in denied:
        key = (one.service, one.operation, one.action or "", one.resource or "")
        times[key] += 1
        first.setdefault(key, one)
    judged = {key: _judged(plan, one) for key, one in first.items()}
    together: dict[str, set[str]] = {}
    for found in judged.values():
        if found is not None and not found[1].explicit:
            together.setdefault(found[2], set()).add(found[0].action)
    return tuple(
        Told(one, times[key], _finding(plan, judged[key], together)) for key, one in first.items()
    )


def _judged(plan: Plan, denied: Denied) -> tuple[Need, Judgement, str] | None:
    """The need behind a denial, how the role's policies or its boundary stand to it, and its
    resource as a policy would name it."""
    if denied.action is None or denied.resource is None:
        return None
    need = Need(denied.action, Text.of(denied.resource))
    seeds = plan.seeds
    known = {"account": seeds.account, "region": seeds.region, "partition": "aws"}
    bounds = [(plan.role.boundary,)] if plan.role.boundary is not None else []
    for policies in (plan.role.policies, *bounds):
        plain = [opened(policy, known, []) for policy in policies]
        absent = {*_keys(plain), *ABSENT} - {*denied.context}
        judgement = Judge(plain)(need, denied.context, absent)
        if judgement.standing is Standing.DENIED:
            given = setting(plan.stage, plan.role.policies)
            resource = written(_as_deployed(denied.resource, plan), given, denied.action)
            return need, judgement, resource
    return None


def _keys(policies: Iterable[Policy]) -> Iterable[str]:
    return (c.key.value for p in policies for s in p.statements for c in s.conditions)


def _as_deployed(arn: str, plan: Plan) -> Text:
    """The ARN with holes for the account and region that only stand for the deployment's here."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return Text.of(arn)
    made: list[str | Hole] = list(parts)
    for index, name, own, here in (
        (3, "region", plan.stage.region, plan.seeds.region),
        (4, "account", plan.stage.account, plan.seeds.account),
    ):
        if own is None and parts[index] == here:
            made[index] = Hole(HoleKind.ASSIGNED, name)
    colons = [":"] * (2 * len(made) - 1)
    joined: list[str | Hole] = [*colons]
    joined[::2] = made
    return Text.of(*joined)


def _finding(
    plan: Plan, found: tuple[Need, Judgement, str] | None, together: Mapping[str, set[str]]
) -> Finding | None:
    """What `remit check` would say of it, had it seen the call."""
    if found is None:
        return None
    need, judgement, resource = found
    needed = Needed(need, None, "", judgement)
    stage = StageFacts(plan.stage, (), ())
    role = RoleFacts(plan.role, (), (needed,))
    also = tuple(sorted(together.get(resource, ())))
    denial = denials.Denial(stage, role, need.action, resource, (needed,), also)
    made = missing_permission.finding(denial, plan.project.framework)
    made = language.in_language(made, Facts(plan.project, (stage,)))
    return replace(made, related=made.related or (Related(made.span, ""),))
