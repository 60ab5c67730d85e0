"""The roles of a project's stage as they are deployed, as texts that an IAM can store.

What only the deployment knows stands in a policy as a symbol: the account and the region are those
of the local server, anything else becomes `*`, and a note says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from remit.account.model import Document
from remit.app.project import Asked, open_project
from remit.check import rules
from remit.core.policy import Item, Policy, Principals, Statement
from remit.core.tree import Tree
from remit.deploy.model import Role, Stage

ACCOUNT, REGION = "123456789012", "us-east-1"
"""Where nothing says another: the account that moto and others use too."""


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
    not be taken over as it is deployed."""

    stage: str
    account: str
    region: str
    roles: tuple[Seed, ...]
    notes: tuple[str, ...] = ()


def seeds(tree: Tree, asked: Asked, account: str | None, region: str | None) -> Seeds:
    """The roles of the one stage that is asked for. Raises InputError when there is none.

    `account` and `region` win over what the project says, which wins over the usual ones.
    """
    project = open_project(tree, asked, [name for name, _ in rules.RULES]).project
    wanted = [stage for stage in project.stages if not asked.stages or stage.name in asked.stages]
    stage = wanted[0]
    notes: list[str] = []
    if len(wanted) > 1:
        names = ", ".join(f"`{one.name}`" for one in wanted)
        notes.append(f"the project has the stages {names}: took `{stage.name}` (see --stage)")
    account = account or stage.account or ACCOUNT
    region = region or stage.region or REGION
    known = {"account": account, "region": region, "partition": "aws"}
    made = [_seed(role, stage, known, notes) for role in stage.roles() if _usable(role, notes)]
    return Seeds(stage.name, account, region, tuple(made), tuple(dict.fromkeys(notes)))


def _usable(role: Role, notes: list[str]) -> bool:
    """Whether the policies of a role are known."""
    why = role.unknown or role.missing
    if why:
        notes.append(f"the role `{role.name}` is not made: {why}")
    return not why


def _seed(role: Role, stage: Stage, known: dict[str, str], notes: list[str]) -> Seed:
    policies = tuple(
        Document(f"remit-{index}", _text(policy, known, notes))
        for index, policy in enumerate(role.policies)
    )
    boundary = role.boundary
    return Seed(
        _role_name(role, stage),
        policies,
        None if boundary is None else Document("boundary", _text(boundary, known, notes)),
        None if role.trust is None else _text(role.trust, known, notes),
    )


def _role_name(role: Role, stage: Stage) -> str:
    """A name that IAM takes: letters, digits and `+=,.@-_`, at most 64."""
    last = role.name.rpartition("/")[2]
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "+=,.@-_") else "-" for c in last)
    return plain.strip("-")[:64] or f"{stage.name}-role"


# --- policies as JSON ---------------------------------------------------------------------------


def _text(policy: Policy, known: dict[str, str], notes: list[str]) -> str:
    def opened(item: Item) -> str:
        value = item.value
        for name in policy.symbols.used(value):
            if name in known:
                value = value.replace("{" + name + "}", known[name])
            else:
                notes.append(f"`{{{name}}}` in `{policy.name}` is `*` here")
        return policy.symbols.opened(value)

    statements = [_statement(one, opened) for one in policy.statements]
    return json.dumps({"Version": policy.version, "Statement": statements})


def _statement(statement: Statement, opened: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": str(statement.effect)}
    if statement.sid is not None:
        made["Sid"] = statement.sid.value
    if statement.principals is not None:
        name = "NotPrincipal" if statement.principals.negated else "Principal"
        made[name] = _principals(statement.principals, opened)
    made["NotAction" if statement.not_action else "Action"] = _values(statement.actions, opened)
    if statement.resources is not None:
        name = "NotResource" if statement.not_resource else "Resource"
        made[name] = _values(statement.resources, opened)
    conditions: dict[str, dict[str, list[str]]] = {}
    for one in statement.conditions:
        block = conditions.setdefault(one.operator.value, {})
        block.setdefault(one.key.value, []).extend(_values(one.values, opened))
    if conditions:
        made["Condition"] = conditions
    return made


def _principals(principals: Principals, opened: Any) -> str | dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, item in principals.entries:
        if kind == "*":
            return "*"
        found.setdefault(kind, []).append(opened(item))
    return found


def _values(items: Iterable[Item], opened: Any) -> list[str]:
    return [opened(item) for item in items]
