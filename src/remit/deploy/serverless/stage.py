"""One stage of a service, put together: its compiled template, read as CloudFormation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.deploy.cloudformation.deployment import Deployment, Files
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.stack import Stack
from remit.deploy.model import Code, Function, Role, Stage
from remit.deploy.serverless import compiled
from remit.deploy.serverless.functions import code
from remit.deploy.serverless.roles import ADDED, Made, roles
from remit.deploy.serverless.service import Declared, Service, at, is_set, items, text_of
from remit.syntax.nodes import Node, Scalar, Sequence
from remit.syntax.source import shown

_PERMIT_NOTHING = ("static-website", "single-page-app", "server-side-website", "webhook")
_UPLOADS = "ServerlessDeploymentBucket"
"""Where the framework puts packages: nothing that runs reads it."""
_NOT_THERE = ", which the template does not have"
"""How the reader of CloudFormation ends a problem about a name that it does not find: the
framework and its plugins make more resources than are compiled here."""


def stage(service: Service, span: Span) -> Stage:
    """The stage as all readers have it; what is wrong is added to the service's problems."""
    declared = service.functions()
    made = roles(service, declared)
    names = Names(service.told.values, service.region, service.told.account)
    for name in service.resolver.given:
        names.given(name)
    template = compiled.template(service, declared, made)
    stack = Stack(template, names, service.stack, parameters=service.told.values)
    tree = service.resolver.files.tree
    deployment = Deployment(Files(tree), names, service.told, lambda bucket, key: None)
    deployment.stacks.append(stack)
    problems: list[Problem] = []
    found = deployment.stage(service.stage, span, problems)
    kept = (one for one in problems if _NOT_THERE not in one.message)
    service.problems.update(dict.fromkeys(kept))
    mended = _Roles(service, stack, made)
    functions = dict(_functions(service, declared, found, mended))
    return replace(
        found,
        functions=functions,
        default=next(iter(functions.values()), found.default),
        idle_roles=tuple(mended.of(role) for role in found.idle_roles),
        resources=lambda: tuple(one for one in found.resources() if one.name != _UPLOADS),
    )


def _functions(
    service: Service, declared: Iterable[Declared], found: Stage, roles_: _Roles
) -> Iterable[tuple[str, Function]]:
    """The functions by the names that the configuration gives them, each with its code; after
    them those that `resources` holds in CloudFormation's own form."""
    ids = {compiled.function_id(one.key): one for one in declared}
    for name, one in found.functions.items():
        own = ids.get(name)
        role = roles_.of(one.role)
        if own is None:
            yield name, replace(one, role=role)
            continue
        where = code(service, own)
        if role.unknown and role.name not in roles_.made:
            role = replace(role, span=roles_.place(own.key))
        yield (
            own.key,
            replace(
                one,
                name=own.key,
                role=role,
                code=where if isinstance(where, Code) else None,
                unread=where if isinstance(where, str) else "",
                # What the framework grants is enough for its pollers; what the guide lists beyond
                # that is nobody's to add.
                needs=tuple(need for need in one.needs if need.condition is None),
            ),
        )


class _Roles:
    """What is to be changed at roles that were read from the compiled template."""

    def __init__(self, service: Service, stack: Stack, made: Made) -> None:
        self._service = service
        self._stack = stack
        self._made = made
        self._done: dict[str, Role] = {}

    @property
    def made(self) -> frozenset[str]:
        """The names of the roles that the framework makes."""
        return frozenset(role.name for role in self._done.values())

    def place(self, function: str) -> Span:
        """Where the configuration names the role of a function."""
        return self._made.of[function].span

    def of(self, role: Role) -> Role:
        """The role by its name in AWS; what nobody wrote is marked, and what is not known told."""
        logical = role.name
        if logical not in self._made.resources:
            return role
        if logical not in self._done:
            title = str(
                self._stack.text(at(self._made.resources[logical], "Properties", "RoleName"))
            )
            self._done[logical] = replace(
                role,
                name=title or logical,
                policies=tuple(map(_marked, role.policies)),
                unknown=self._made.unknown.get(logical)
                or self._open(self._made.statements[logical])
                or role.unknown
                or self._lifted(),
            )
        return self._done[logical]

    def _lifted(self) -> str | None:
        """What Lift's constructs permit the functions of the service, which is not read.

        Source: serverless-lift, "Permissions: automatic permissions"; those of websites and
        webhooks permit the functions nothing.
        """
        said = self._service.get("lift", "automaticPermissions")
        for key, construct in self._service.constructs() if said is None or is_set(said) else ():
            kind = text_of(at(construct, "type"))
            if kind not in _PERMIT_NOTHING:
                what = f"{shown(key.text)}, a {shown(kind)}"
                return f"the plugin serverless-lift adds to it for {what}"
        return None

    def _open(self, written: tuple[Node, ...]) -> str | None:
        """Why the role's statements are not known, None when they are."""
        for listed in written:
            value = self._stack.value(listed)
            if not isinstance(value, Sequence):
                what = shown(value.text) if isinstance(value, Scalar) else "no list"
                return f"its statements are {what}, which is not read"
            for statement in value.items:
                found = self._open_part(statement)
                if found:
                    return found
        return None

    def _open_part(self, statement: Node) -> str:
        """A symbol where the statement's meaning hangs on it as a whole."""
        if isinstance(statement, Scalar) and self._is_open(statement):
            return f"a statement of it is {shown(statement.text)}, which is not known here"
        for element in ("Effect", "Action", "NotAction", "NotResource"):
            for one in items(at(statement, element)):
                if self._is_open(one):
                    return f"`{element}` of a statement is {shown(text_of(one))}, not known here"
        return ""

    def _is_open(self, node: Node) -> bool:
        return self._stack.names.is_open(text_of(node))


def _marked(policy: Policy) -> Policy:
    is_added = policy.name.endswith(f": {ADDED}")
    return replace(policy, ready_made=policy.ready_made or is_added)
