"""The use case `run`: as whom a command runs, with which environment, and what its denials mean.

What may live here: the choice of stage, function and role; which statement of the project comes
nearest to what was denied. Serving, and running the command, are for others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from remit.app.environment import environment
from remit.app.errors import InputError
from remit.app.facts import ABSENT, gather
from remit.app.local import Local
from remit.app.project import Asked, Opened, open_project
from remit.app.provision.texts import Missing, filled
from remit.app.seeding import Seed, Seeds, chosen, localized, of_stage, opened, role_name, whole
from remit.check import denials, language, missing_permission, rules
from remit.check.arns import setting, written
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.decision import Layer
from remit.core.finding import Finding
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Policy
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import Tree
from remit.deploy.model import Function, Project, Role, Stage
from remit.explain.judge import Judge
from remit.explain.model import Judgement, Standing
from remit.explain.open import for_some


@dataclass(frozen=True, slots=True)
class Plan:
    """As whom a command runs. `seeds` are the roles to be made, `name` the one to run as, as IAM
    calls it, `role` the same as the project has it. `environment` are the function's variables that
    are known; `notes` say what is not as it is deployed. `function` is the one whose variables
    these are."""

    opened: Opened
    stage: Stage
    role: Role
    name: str
    seeds: Seeds
    environment: Mapping[str, str]
    notes: tuple[str, ...] = ()
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """One call that was denied: what for, and AWS's sentence. `action` and `resource` are None
    where remit knows no permission for the call. `by` are the layers that deny, `explicit` by a
    Deny; None where nobody told, and empty where no policy could allow the call."""

    service: str
    operation: str
    action: str | None
    resource: str | None
    why: str
    context: Mapping[str, Value] = field(default_factory=dict)
    by: tuple[Layer, ...] | None = None
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A denial, how often it came, on `others` more resources too, and what to do: `finding` has
    the nearest statement first among its `related`, its `patch` is the statement to add. None where
    the role's own policies and its boundary allow it, so that another policy denies, or where no
    permission is known."""

    denied: Denied
    times: int
    finding: Finding | None = None
    others: int = 0


def plan(
    tree: Tree,
    asked: Asked,
    function: str | None = None,
    role: str | None = None,
    *,
    learn: bool = False,
) -> Plan:
    """As whom to run. To `learn`, a role whose policies are not known will do.

    Raises InputError where there is no such project, stage, function or role, or where several
    could be meant.
    """
    found = open_project(tree, asked, [name for name, _ in rules.RULES])
    project = found.project
    stage, notes = chosen(project, asked)
    stage = whole(tree, found, stage)
    runs, held = _meant(project, stage, function, role)
    name = role_name(held, stage)
    seeds = of_stage(stage, notes, project=project.name)
    if held.unknown or held.missing:
        if not learn:
            raise _not_known(held)
        seeds = replace(seeds, roles=(*seeds.roles, Seed(name, ())))
    variables, left = environment(runs, seeds)
    return Plan(found, stage, held, name, seeds, variables, (*seeds.notes, *left), runs)


def provisioned(plan: Plan, local: Local) -> Plan:
    """The plan where `local` stands for what only a deployment knows: in the roles' policies, and
    in the environment."""
    seeds = localized(plan.seeds, local)
    variables, left = environment(plan.function, seeds)
    return replace(plan, seeds=seeds, environment=variables, notes=(*seeds.notes, *left))


def _not_known(role: Role) -> InputError:
    why = role.unknown or f"its policy file `{role.missing}` is not there"
    hint = "`--learn` refuses nothing and writes the policy"
    return InputError(f"the policies of role `{role.name}` are not known: {why}", hint, role.span)


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


# --- what was denied ----------------------------------------------------------------------------


def told(tree: Tree, plan: Plan, denied: Iterable[Denied]) -> tuple[Told, ...]:
    """What was denied, in the order of the first call, with what to do. Where `remit check` finds
    the very thing in the code its finding is taken; calls that one finding explains are one."""
    found = tuple(dict.fromkeys(map(_Key.of, given := list(denied))))
    if not found:
        return ()
    first = {_Key.of(one): one for one in reversed(given)}
    times = Counter(map(_Key.of, given))
    findings = dict(zip(found, _findings(tree, plan, [first[key] for key in found]), strict=True))
    groups: dict[tuple[_Key, str], list[_Key]] = {}
    for key in found:
        finding = findings[key]
        resource = key.resource if finding is None else finding.resource or ""
        groups.setdefault((replace(key, resource=""), resource), []).append(key)
    return tuple(
        Told(first[one], sum(times[k] for k in (one, *more)), findings[one], len(more))
        for one, *more in groups.values()
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes two denials the same."""

    service: str
    operation: str
    action: str
    resource: str
    by: tuple[Layer, ...] | None
    explicit: bool

    @classmethod
    def of(cls, one: Denied) -> _Key:
        action, resource = one.action or "", one.resource or ""
        return cls(one.service, one.operation, action, resource, one.by, one.explicit)


def _findings(tree: Tree, plan: Plan, denied: Sequence[Denied]) -> Iterator[Finding | None]:
    """What `remit check` says of each denial, or would say, had it seen the call."""
    names = _names(plan)
    judged = [_judged(plan, one, names) for one in denied]
    together: dict[str, set[str]] = {}
    for found in judged:
        if found is not None and not found[1].explicit:
            together.setdefault(found[2], set()).add(found[0].action)
    seen = _seen(tree, plan) if any(judged) else []
    for found in judged:
        if found is None:
            yield None
            continue
        own = next((one for one in seen if _explains(one, found[0])), None)
        yield _finding(plan, own or _made(plan, found, together))


def _seen(tree: Tree, plan: Plan) -> list[denials.Denial]:
    """What is found denied in the code that runs as the role."""
    alone = replace(plan.opened, project=replace(plan.opened.project, stages=(plan.stage,)))
    return [
        denial
        for stage in gather(tree, alone).facts.stages
        for role in stage.roles
        if role.role.name == plan.role.name
        for denial in denials.of_role(stage, role)
    ]


def _explains(denial: denials.Denial, need: Need) -> bool:
    """Whether a denial that was found in the code is this one: of its resource only data and what
    deployment fixes are open."""
    wanted = denial.first.need
    if wanted.action != need.action or denials.condition(denial.first):
        return False
    closed = all(h.kind in (HoleKind.DATA, HoleKind.ASSIGNED) for h in wanted.resource.holes)
    return closed and Pattern.literal(str(need.resource)).fits(wanted.resource, for_some)


def _names(plan: Plan) -> dict[str, Text]:
    """The ARNs of what is made here under a name of its own, with the ARN that it is deployed
    with."""
    known = plan.seeds.known
    found: dict[str, Text] = {}
    for one in plan.stage.resources() if plan.seeds.local.values else ():
        arn = one.attributes.get("Arn", Text.of())
        with suppress(Missing):
            found[filled(arn, known)] = arn
    return {here: arn for here, arn in found.items() if arn.literal is None}


def _judged(
    plan: Plan, denied: Denied, names: Mapping[str, Text]
) -> tuple[Need, Judgement, str] | None:
    """The need behind a denial, how the role's policies or its boundary stand to it, and its
    resource as a policy would name it."""
    if denied.action is None or denied.resource is None:
        return None
    need = Need(denied.action, Text.of(denied.resource))
    seeds = plan.seeds
    bounds = [(plan.role.boundary,)] if plan.role.boundary is not None else []
    for policies in (plan.role.policies, *bounds):
        plain = [opened(one, seeds.known, [], seeds.local.whole) for one in policies]
        absent = {*_keys(plain), *ABSENT} - {*denied.context}
        judgement = Judge(plain)(need, denied.context, absent)
        if judgement.standing is Standing.DENIED:
            return need, judgement, as_policy(denied.resource, denied.action, plan, names)
    return None


def as_policy(arn: str, action: str, plan: Plan, names: Mapping[str, Text] | None = None) -> str:
    """The ARN of a call to the local server as a policy of the project would name it."""
    given = setting(plan.stage, plan.role.policies)
    deployed = _as_deployed(arn, plan, _names(plan) if names is None else names)
    return written(deployed, given, action)


def _keys(policies: Iterable[Policy]) -> Iterable[str]:
    return (c.key.value for p in policies for s in p.statements for c in s.conditions)


def _as_deployed(arn: str, plan: Plan, names: Mapping[str, Text]) -> Text:
    """The ARN with holes for what only stands for the deployment's here: the account, the region,
    the names of what was made."""
    for end in range(len(arn), 0, -1):
        if arn[:end] in names and arn[end : end + 1] in ("", "/", ":"):
            return Text.of(names[arn[:end]], arn[end:])
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


def _made(
    plan: Plan, found: tuple[Need, Judgement, str], together: Mapping[str, set[str]]
) -> denials.Denial:
    """The denial as it would be, had the code been seen to make the call."""
    need, judgement, resource = found
    needed = Needed(need, None, "", judgement)
    stage, role = StageFacts(plan.stage, (), ()), RoleFacts(plan.role, (), (needed,))
    also = tuple(sorted(together.get(resource, ())))
    return denials.Denial(stage, role, need.action, resource, (needed,), also)


def _finding(plan: Plan, denial: denials.Denial) -> Finding:
    project = plan.opened.project
    made = missing_permission.finding(denial, project.framework)
    return language.in_language(made, Facts(project, (denial.stage,)))
