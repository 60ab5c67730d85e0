"""The roles of a project's stage as they are deployed, as texts that an IAM can store.

What only the deployment knows stands in a policy as a symbol: the account and the region are those
of the local server, anything else becomes `*`, and a note says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from remit.account.model import Document
from remit.app.errors import InputError
from remit.app.local import Local
from remit.app.project import Asked, Opened, open_project
from remit.check import rules
from remit.core.policy import NO_SYMBOLS, Effect, Item, Policy, Principals, Statement
from remit.core.span import Problem
from remit.core.tree import Tree
from remit.deploy.beside import with_templates
from remit.deploy.model import Project, Role, Stage

NOTHING_LOCAL = Local()
ACCOUNT, REGION = "123456789012", "us-east-1"
"""Where nothing says another: the account that moto and others use too."""
NOBODY = "arn:aws:iam::000000000000:role/not-known-here"


@dataclass(frozen=True, slots=True)
class Seed:
    """One role to be made."""

    name: str
    policies: tuple[Document, ...]
    boundary: Document | None = None
    trust: str | None = None


@dataclass(frozen=True, slots=True)
class Seeds:
    """The roles of one stage, and the account and region that they are for. `notes` say what could
    not be taken over as it is deployed. `local` is what stands here for symbols. `deployed` is the
    stage, `project` the project's name, `said` what was to be said of the choice of the stage."""

    stage: str
    account: str
    region: str
    roles: tuple[Seed, ...]
    notes: tuple[str, ...] = ()
    local: Local = NOTHING_LOCAL
    deployed: Stage | None = None
    project: str = ""
    said: tuple[str, ...] = ()

    @property
    def known(self) -> dict[str, str]:
        """What symbols stand for."""
        return {**self.local.values, **places(self.account, self.region)}


def seeds(tree: Tree, asked: Asked, account: str | None, region: str | None) -> Seeds:
    """The roles of the one stage that is asked for. Raises InputError when there is none.

    `account` and `region` win over what the project says, which wins over the usual ones.
    """
    found = open_project(tree, asked, [name for name, _ in rules.RULES])
    stage, notes = chosen(found.project, asked)
    stage = whole(tree, found, stage)
    return of_stage(stage, notes, account, region, project=found.project.name)


def whole(tree: Tree, found: Opened, stage: Stage) -> Stage:
    """The stage with what the templates deploy that the settings name. Raises InputError."""
    settings = found.settings
    if not settings.resources:
        return stage
    told = settings.stage(stage.name)
    made = with_templates(tree, stage, settings.resources, told)
    if isinstance(made, Problem):
        raise InputError(made.message, made.hint, made.span)
    return made


def chosen(project: Project, asked: Asked) -> tuple[Stage, list[str]]:
    """The one stage that is asked for, the first where none is; and what is to be said of that."""
    wanted = [stage for stage in project.stages if not asked.stages or stage.name in asked.stages]
    if len(wanted) == 1:
        return wanted[0], []
    names = ", ".join(f"`{one.name}`" for one in wanted)
    note = f"the project has the stages {names}: took `{wanted[0].name}` (see --stage)"
    return wanted[0], [note]


def places(account: str, region: str) -> dict[str, str]:
    """The symbols of where something is deployed."""
    return {"account": account, "region": region, "partition": "aws"}


def where(stage: Stage, account: str | None, region: str | None) -> tuple[str, str]:
    """The account and region of a stage."""
    return account or stage.account or ACCOUNT, region or stage.region or REGION


def of_stage(
    stage: Stage,
    notes: list[str],
    account: str | None = None,
    region: str | None = None,
    local: Local = NOTHING_LOCAL,
    project: str = "",
) -> Seeds:
    """The roles of a stage; `notes` come before its own."""
    said = tuple(notes)
    account, region = where(stage, account, region)
    own = replace(local, whole={**local.whole, **_arns(stage, account)})
    known = {**local.values, **places(account, region)}
    made = [
        _seed(role, stage, known, own.whole, notes)
        for role in stage.roles()
        if _usable(role, notes)
    ]
    distinct = tuple(dict.fromkeys(notes))
    return Seeds(stage.name, account, region, tuple(made), distinct, own, stage, project, said)


def localized(seeds: Seeds, local: Local) -> Seeds:
    """The same roles where `local` stands for what only a deployment knows."""
    if seeds.deployed is None:
        return seeds
    said = list(seeds.said)
    found = of_stage(seeds.deployed, said, seeds.account, seeds.region, local, seeds.project)
    there = {one.name for one in found.roles}
    others = tuple(one for one in seeds.roles if one.name not in there)
    return replace(found, roles=(*found.roles, *others))


def _arns(stage: Stage, account: str) -> dict[str, str]:
    """The ARNs of the roles that are made, by how policies write them."""
    return {
        str(role.arn): f"arn:aws:iam::{account}:role/{role_name(role, stage)}"
        for role in stage.roles()
        if role.arn is not None and role.arn.literal is None and not (role.unknown or role.missing)
    }


def _usable(role: Role, notes: list[str]) -> bool:
    """Whether the policies of a role are known."""
    why = role.unknown or role.missing
    if why:
        notes.append(f"the role `{role.name}` is not made: {why}")
    return not why


def _seed(
    role: Role,
    stage: Stage,
    known: Mapping[str, str],
    whole: Mapping[str, str],
    notes: list[str],
) -> Seed:
    def text(policy: Policy) -> str:
        return document(opened(policy, known, notes, whole))

    policies = tuple(
        Document(f"remit-{index}", text(policy)) for index, policy in enumerate(role.policies)
    )
    return Seed(
        role_name(role, stage),
        policies,
        None if role.boundary is None else Document("boundary", text(role.boundary)),
        None if role.trust is None else text(closed(role.trust, known, whole, notes)),
    )


def role_name(role: Role, stage: Stage) -> str:
    """A name that IAM takes: letters, digits and `+=,.@-_`, at most 64."""
    last = role.name.rpartition("/")[2]
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "+=,.@-_") else "-" for c in last)
    return plain.strip("-")[:64] or f"{stage.name}-role"


# --- policies as JSON ---------------------------------------------------------------------------


def opened(
    policy: Policy,
    known: Mapping[str, str],
    notes: list[str],
    whole: Mapping[str, str] = NOTHING_LOCAL.whole,
) -> Policy:
    """A policy without symbols, its elements at their places: `known` says what some stand for,
    `whole` what some texts with symbols are; for all others there is `*`."""

    def item(one: Item) -> Item:
        value = one.value
        for text in whole if "{" in value else ():
            value = value.replace(text, whole[text])
        for name in policy.symbols.used(value):
            if name in known:
                value = value.replace("{" + name + "}", known[name])
            else:
                notes.append(f"`{{{name}}}` in `{policy.name}` is `*` here")
        return replace(one, value=policy.symbols.opened(value))

    def items(several: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(map(item, several))

    def statement(one: Statement) -> Statement:
        principals = one.principals
        if principals is not None:
            entries = tuple((kind, item(name)) for kind, name in principals.entries)
            principals = replace(principals, entries=entries)
        return replace(
            one,
            actions=items(one.actions),
            resources=None if one.resources is None else items(one.resources),
            principals=principals,
            conditions=tuple(replace(c, values=items(c.values)) for c in one.conditions),
        )

    made = tuple(map(statement, policy.statements))
    return replace(policy, statements=made, symbols=NO_SYMBOLS)


def closed(
    policy: Policy, known: Mapping[str, str], whole: Mapping[str, str], notes: list[str]
) -> Policy:
    """The policy whose allowing statements name nobody where a principal is not known: `*` would
    be everybody."""

    def principal(one: Item) -> Item:
        value = one.value
        for text in whole if "{" in value else ():
            value = value.replace(text, whole[text])
        unknown = [name for name in policy.symbols.used(value) if name not in known]
        if not unknown:
            return one
        notes.append(f"the principal `{{{unknown[0]}}}` is nobody here")
        return replace(one, value=NOBODY)

    def statement(one: Statement) -> Statement:
        who = one.principals
        if who is None or one.effect is not Effect.ALLOW or who.negated:
            return one
        entries = tuple((kind, principal(name)) for kind, name in who.entries)
        return replace(one, principals=replace(who, entries=entries))

    return replace(policy, statements=tuple(map(statement, policy.statements)))


def document(policy: Policy) -> str:
    """A policy without symbols as JSON."""
    statements = [_statement(one) for one in policy.statements]
    return json.dumps({"Version": policy.version, "Statement": statements})


def _statement(statement: Statement) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": str(statement.effect)}
    if statement.sid is not None:
        made["Sid"] = statement.sid.value
    if statement.principals is not None:
        name = "NotPrincipal" if statement.principals.negated else "Principal"
        made[name] = _principals(statement.principals)
    made["NotAction" if statement.not_action else "Action"] = _values(statement.actions)
    if statement.resources is not None:
        name = "NotResource" if statement.not_resource else "Resource"
        made[name] = _values(statement.resources)
    conditions: dict[str, dict[str, list[str]]] = {}
    for one in statement.conditions:
        block = conditions.setdefault(one.operator.value, {})
        block.setdefault(one.key.value, []).extend(_values(one.values))
    if conditions:
        made["Condition"] = conditions
    return made


def _principals(principals: Principals) -> str | dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, one in principals.entries:
        if kind == "*":
            return "*"
        found.setdefault(kind, []).append(one.value)
    return found


def _values(items: Iterable[Item]) -> list[str]:
    return [one.value for one in items]
