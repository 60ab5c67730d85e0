"""As whom calls are judged: the role of a deployed function, or a role of given policies.

What may live here: choosing the function and its role, what it is called, where it runs, and the
environment that it is deployed with. Judging a call is judging.py's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from remit import wiring
from remit.app.documents import PolicyError, parse_policy
from remit.app.errors import InputError
from remit.app.facts import Judging, gather, judging
from remit.app.project import Opened
from remit.app.scans import Scans, Sources
from remit.check.model import CODE, Needed
from remit.core.arn import Arn
from remit.core.call import Place
from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.tree import Tree
from remit.deploy import chalice
from remit.deploy.model import Function, Project, Role, Stage

_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}")
_GIVEN = Span.whole("policies")


@dataclass(frozen=True, slots=True)
class Subject:
    """A role and the function that runs as it.

    `title` is what a report calls it; `principal` the ARN of its session, as AWS's messages name
    it. `root` is the folder from which places are written, None for policies that were given.
    `environment` holds the variables that are known as they are deployed.
    """

    title: str
    function: Function
    stage: Stage
    principal: str
    judging: Judging
    root: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    source: tuple[Tree, Opened] | None = None
    only: str | None = None

    @property
    def role(self) -> Role:
        """The role itself."""
        return self.function.role

    @property
    def place(self) -> Place:
        """Where the function runs."""
        return Place(self.stage.partition, self.stage.region, self.stage.account)

    def needed(self, need: Need) -> Needed:
        """The need, and how the role stands to it."""
        return Needed(need, None, self.function.name, self.judging(need))

    def needs(self) -> tuple[Needed, ...]:
        """What `remit check` knows the code of this role needs; of one function where one was
        named. Interprets the code."""
        if self.source is None:
            return ()
        tree, opened = self.source
        alone = replace(opened, project=replace(opened.project, stages=(self.stage,)))
        roles = gather(tree, alone).facts.stages[0].roles
        return tuple(
            needed
            for role in roles
            if role.role.name == self.role.name
            for needed in role.needed
            if needed.origin == CODE and (not self.only or needed.function in ("", self.only))
        )


# --- of a project -------------------------------------------------------------------------------


def of_project(
    place: Path,
    stage: str,
    function: str | None = None,
    role: str | None = None,
    framework: str | None = None,
) -> Subject:
    """The function of that name in a stage, one that runs as the role of that name, or, where
    nothing is named, any: all functions must run as one role then.

    Raises InputError.
    """
    tree, opened = wiring.opened(place, stage, framework)
    project = opened.project
    [found] = [one for one in project.stages if one.name == stage]
    names = _names(tree, opened, found, function)
    name = _chosen(project, found, names, function, role)
    chosen = found.function(name)
    _judged_by_something(chosen.role, stage)
    root = os.path.realpath(place if place.is_dir() else place.parent)
    role_name = _role_name(project, found, name, chosen)
    return Subject(
        title=f"stage {stage}, " + (f"function {name}" if function else f"role {role_name}"),
        function=chosen,
        stage=found,
        principal=_session(project, found, name, chosen),
        judging=judging(chosen.role, found),
        root=root,
        environment=_environment(chosen, found),
        source=(tree, opened),
        only=function,
    )


def _names(tree: Tree, opened: Opened, stage: Stage, asked: str | None) -> list[str]:
    """The functions that are deployed. Those without settings of their own are only in the code,
    which is read where that matters."""
    if not opened.project.entry:
        return list(stage.functions)
    known = list(stage.functions)
    if asked in (None, *known) and len(stage.roles()) == 1:
        return [*known, "api_handler"]
    values = opened.settings.stage(stage.name).values
    scan = Scans(Sources(tree, opened.project), stage, values).of(stage.default)
    return list(dict.fromkeys([*known, *(entry.function for entry in scan.entries)]))


def _chosen(
    project: Project, stage: Stage, names: Sequence[str], function: str | None, role: str | None
) -> str:
    """The function that is meant. Raises InputError."""
    if function is not None:
        if function not in names:
            what = f"stage `{stage.name}` has no function `{function}`"
            raise InputError(what, f"its functions are {_listed(names)}")
        return function
    fitting = [name for name in names if role is None or role in _role_names(project, stage, name)]
    if not fitting:
        roles = [stage.function(name).role.name for name in names]
        what = f"no function of stage `{stage.name}` runs as role `{role}`"
        raise InputError(what, f"its roles are {_listed(roles)}")
    if len({stage.function(name).role.name for name in fitting}) > 1:
        what = f"the functions of stage `{stage.name}` run as different roles"
        raise InputError(what, f"name one of the functions: {_listed(names)}")
    return "api_handler" if "api_handler" in fitting else fitting[0]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names)) or "none at all"


def _role_names(project: Project, stage: Stage, name: str) -> set[str]:
    """What people may call the role of a function."""
    role = stage.function(name).role.name
    return {role, role.rpartition("/")[2], _role_name(project, stage, name, stage.function(name))}


def _judged_by_something(role: Role, stage: str) -> None:
    if role.missing is not None:
        what = f"stage `{stage}` has no policy to judge by: `{role.missing}` is not there"
        raise InputError(what, "Write it, or name another stage.")
    if role.unknown is not None:
        what = f"the policies of role `{role.name}` are not known: {role.unknown}"
        raise InputError(what, "Give them: `enforce(policies=[...], principal=ARN)`.")


def _role_name(project: Project, stage: Stage, name: str, function: Function) -> str:
    """What AWS calls the role, as far as the project tells.

    Chalice names the role of a policy file after the function (`<app>-<stage>-<function>`), of
    which several may share a file: deploy/chalice_roles.py.
    """
    own = function.role.name
    if own.startswith("arn:"):
        return own.rpartition("/")[2]
    if project.entry and function.role.file and not function.role.generated:
        return f"{project.name}-{stage.name}-{name}"
    return own if _ROLE_NAME.fullmatch(own) else name


def _session(project: Project, stage: Stage, name: str, function: Function) -> str:
    """The session of a Lambda function's role bears the function's name (facts/iam.md 5.3)."""
    deployed = chalice.function_name(project, stage, name) if project.entry else None
    session = deployed or str(function.deployed_as or name)
    role = _role_name(project, stage, name, function)
    account = stage.account or "{account}"
    return f"arn:{stage.partition}:sts::{account}:assumed-role/{role}/{session}"


def _environment(function: Function, stage: Stage) -> dict[str, str]:
    """The function's variables, and the region, which Lambda sets under both names (Lambda
    Developer Guide, configuration-envvars)."""
    known = {name: text for name, text in function.environment.items() if isinstance(text, str)}
    region = {"AWS_REGION": stage.region, "AWS_DEFAULT_REGION": stage.region}
    return known | {name: text for name, text in region.items() if text is not None}


# --- of given policies --------------------------------------------------------------------------


def of_policies(
    policies: Sequence[Policy | str | bytes | Mapping[str, object]],
    principal: str,
    boundary: Policy | str | bytes | Mapping[str, object] | None = None,
) -> Subject:
    """A role that has these identity policies, and perhaps a boundary.

    `principal` is the ARN of the role or of a session of it. Raises InputError.
    """
    arn = Arn.parse(principal)
    kind, _, name = arn.resource.partition("/") if arn is not None else ("", "", "")
    if arn is None or kind not in ("role", "assumed-role") or not name or not arn.account:
        what = f"`{principal}` is not the ARN of a role or of a role's session"
        raise InputError(what, "Write `arn:aws:iam::111122223333:role/name`.")
    if kind == "role":
        session = f"assumed-role/{name.rpartition('/')[2]}/test"
        principal = str(replace(arn, service="sts", resource=session))
    read = [_policy(one, f"policies[{at}]") for at, one in enumerate(policies)]
    limit = None if boundary is None else _policy(boundary, "boundary")
    role = Role(name, _GIVEN, tuple(read), boundary=limit)
    function = Function("*", {}, role, _GIVEN)
    stage = Stage("*", function, _GIVEN, partition=arn.partition, account=arn.account)
    return Subject(f"role {name}", function, stage, principal, judging(function.role, stage))


def _policy(given: Policy | str | bytes | Mapping[str, object], name: str) -> Policy:
    if isinstance(given, Policy):
        return given
    try:
        return parse_policy(given, name)
    except PolicyError as error:
        raise InputError(f"`{name}` is no policy: {error}") from None
