"""Which role each function runs as, and what is in it.

Source: Serverless Framework, providers/aws/guide/iam. In this order: the function's own `role`; a
role that the service names for all (`provider.role`, `provider.iam.role` as a text or intrinsic);
a role made for the function (`iamRoleStatements`, `iam.role`, `mode: perFunction`); the service's
own role, which is made of the service's statements and of what the framework adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.deploy.model import Role
from remit.deploy.serverless import generated
from remit.deploy.serverless.deployed import Deployed
from remit.deploy.serverless.service import Declared, Service, at, is_null, items, text_of
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.policy import parse
from remit.syntax.source import shown

PLUGIN = "serverless-iam-roles-per-function"
CUSTOM = "serverless-plugin-custom-roles"
_SHARED_ID = "IamRoleLambdaExecution"
_LONGEST = 64


class Roles:
    """The roles of one service in one stage."""

    def __init__(self, service: Service, deployed: Deployed, functions: Iterable[Declared]) -> None:
        self.service = service
        self.deployed = deployed
        self.functions = tuple(functions)
        self.problems: dict[Problem, None] = {}
        self._shared: Role | None = None

    def of(self, function: Declared) -> Role:
        """The role of a function."""
        own = function.get("role")
        if own is not None and not is_null(own):
            return self._existing(own)
        existing = self._service_wide()
        if existing is not None:
            return self._existing(existing)
        if self._is_dedicated(function):
            return self._dedicated(function)
        return self.shared()

    def shared(self) -> Role:
        """The role that the framework makes for all functions without one of their own."""
        if self._shared is None:
            self._shared = self._make_shared()
        return self._shared

    # --- roles that are there already ---------------------------------------------------------

    def _service_wide(self) -> Node | None:
        """`provider.iam.role` where it names a role, else `provider.role` of version 1 and 2."""
        named = self.service.get("provider", "iam", "role")
        if named is not None and (named.tag or (isinstance(named, Scalar) and not is_null(named))):
            return named
        if isinstance(named, Mapping) and any("::" in key for key in named.keys):
            return named
        old = self.service.get("provider", "role")
        return None if old is None or is_null(old) else old

    def _existing(self, node: Node) -> Role:
        """A role by its ARN, by the logical id of a role in `resources`, or by an intrinsic."""
        wanted = logical_id(node)
        if wanted == _SHARED_ID:
            return self.shared()
        found = self.deployed.role(wanted) if wanted else None
        if found is not None:
            return found
        written = text_of(node) or text_of(self.deployed.resolved(node)) or "(a role)"
        if wanted and not written.startswith("arn:"):
            why = f"`resources` has no role {shown(wanted)}"
        else:
            why = f"role {shown(written)} is managed outside the project"
        return Role(written, node.span, unknown=why)

    # --- roles that the framework makes -------------------------------------------------------

    def _is_dedicated(self, function: Declared) -> bool:
        """Whether a role is made for this function alone."""
        plugins = self.service.plugins
        if CUSTOM in plugins:
            return True
        if self.service.get("provider", "iam", "role", "mode") is not None:
            mode = text_of(self.service.get("provider", "iam", "role", "mode"))
            if mode == "perFunction":
                return True
        new = (
            function.get("iam", "role", "statements"),
            function.get("iam", "role", "managedPolicies"),
        )
        if any(one is not None for one in new):
            return True
        old = function.get("iamRoleStatements")
        if old is None:
            return False
        if PLUGIN in plugins or self.service.major not in ("1", "2", "3"):
            return True
        what = f"nothing reads `iamRoleStatements` of function {shown(function.key)}"
        self._say(old.span, what, f"Add `{PLUGIN}` to `plugins`, or move to version 4.")
        return False

    def _make_shared(self) -> Role:
        service = self.service
        made = service.get("provider", "iam", "role")
        statements = at(made, "statements") or service.get("provider", "iamRoleStatements")
        managed = at(made, "managedPolicies") or service.get("provider", "iamManagedPolicies")
        name = text_of(at(made, "name")) or self._name(())
        boundary = (
            at(made, "permissionsBoundary")
            or at(made, "permissionBoundary")
            or service.get("provider", "rolePermissionsBoundary")
        )
        span = statements.span if statements is not None else _provider_span(service)
        # In version 4 what a function with a role of its own needs is not in the shared one.
        using = [
            one
            for one in self.functions
            if PLUGIN in service.plugins or not self._is_dedicated(one)
        ]
        added = generated.policy(service, generated.SHARED, using, span)
        role = self._role(name, span, [statements], [managed], boundary, added)
        in_network = service.get("provider", "vpc") is not None or any(
            "vpc" in one.settings.keys for one in self.functions
        )
        return self._with_managed(role, generated.VPC, span) if in_network else role

    def _dedicated(self, function: Declared) -> Role:
        service = self.service
        own, made = at(function.settings, "iam", "role"), service.get("provider", "iam", "role")
        each = text_of(at(made, "mode")) == "perFunction"
        by_plugin = PLUGIN in service.plugins
        statements = [function.get("iamRoleStatements"), at(own, "statements")]
        if self._inherits(function, each):
            statements.insert(
                0, at(made, "statements") or service.get("provider", "iamRoleStatements")
            )
        managed = [at(own, "managedPolicies"), at(made, "managedPolicies") if each else None]
        name = (
            text_of(function.get("iamRoleStatementsName"))
            or text_of(at(own, "name"))
            or self._name((function.key,))
        )
        boundary = (
            function.get("iamPermissionsBoundary")
            or at(own, "permissionsBoundary")
            or service.get("custom", PLUGIN, "iamGlobalPermissionsBoundary")
            or at(made, "permissionsBoundary")
            or service.get("provider", "rolePermissionsBoundary")
        )
        span = next((one.span for one in reversed(statements) if one is not None), function.span)
        kind = generated.PLUGIN if by_plugin else generated.OWN
        added = generated.policy(service, kind, [function], span)
        role = self._role(name, span, statements, managed, boundary, added)
        if generated.in_network(service, function):
            return self._with_managed(role, generated.VPC, span)
        return role

    def _inherits(self, function: Declared, each: bool) -> bool:
        """Whether the service's statements are in the function's own role too."""
        if CUSTOM in self.service.plugins:
            return True
        said = function.get("iam", "inheritStatements") or function.get("iamRoleStatementsInherit")
        if isinstance(said, Scalar) and isinstance(said.value, bool):
            return said.value
        default = self.service.get("custom", PLUGIN, "defaultInherit")
        return each or (isinstance(default, Scalar) and default.value is True)

    def _name(self, more: tuple[str, ...]) -> str:
        """`<service>-<stage>-<function>-<region>-lambdaRole`; the end goes where it is too long."""
        place = self.service.place
        parts = [self.service.name, self.service.stage, *more, place.region or "{region}"]
        name = "-".join((*parts, "lambdaRole"))
        return name if len(name) <= _LONGEST or not more else "-".join(parts)

    # --- what is in them ----------------------------------------------------------------------

    def _role(
        self,
        name: str,
        span: Span,
        statements: Iterable[Node | None],
        managed: Iterable[Node | None],
        boundary: Node | None,
        added: Policy,
    ) -> Role:
        """A role of written statements, managed policies, and what the framework adds."""
        policies: list[Policy] = []
        unknown: str | None = None
        for listed in statements:
            if listed is None or is_null(listed):
                continue
            policy, why = self._policy(listed)
            unknown = unknown or why
            policies += [policy] if policy is not None else []
        policies.append(replace(added, symbols=self.deployed.symbols))
        written = span.file
        role = Role(name, span, tuple(policies), file=written, unknown=unknown)
        for one in managed:
            for arn in items(one):
                role = self._with_managed(role, text_of(self.deployed.resolved(arn)), arn.span)
        if boundary is not None and not is_null(boundary):
            role = self._bounded(role, boundary)
        return role

    def _policy(self, listed: Node) -> tuple[Policy | None, str | None]:
        """The statements as a policy, or why they are not known."""
        node = self.deployed.resolved(listed)
        if not isinstance(node, Sequence):
            return (
                None,
                f"its statements are {shown(text_of(node) or 'no list')}, which is not read",
            )
        for statement in node.items:
            why = self._open_part(statement)
            if why:
                return None, why
        version = Scalar("2012-10-17", "2012-10-17", node.span)
        entries = ((_key("Version", node.span), version), (_key("Statement", node.span), node))
        policy, problems = parse(Mapping(entries, node.span), "the statements", "identity")
        self.problems.update(dict.fromkeys(_true_problems(problems, node, self.deployed)))
        return policy and replace(policy, symbols=self.deployed.symbols), None

    def _open_part(self, statement: Node) -> str:
        """What keeps a statement from being read: a symbol where a symbol can't be."""
        if isinstance(statement, Scalar) and self._is_open(statement):
            return f"a statement of it is {shown(statement.text)}, which is not known here"
        for element in ("Effect", "Action", "NotAction", "NotResource"):
            for one in items(at(statement, element)):
                if self._is_open(one):
                    return f"`{element}` of a statement is {shown(text_of(one))}, not known here"
        return ""

    def _is_open(self, node: Node) -> bool:
        return bool(self.deployed.symbols.used(text_of(node)))

    def _with_managed(self, role: Role, arn: str, span: Span) -> Role:
        """The role with a managed policy; unknown where its document is not to be had."""
        policy = self.deployed.managed(arn, span)
        if policy is None:
            why = f"managed policy {shown(arn)} is outside the project"
            return replace(role, unknown=role.unknown or why)
        return replace(role, policies=(*role.policies, policy))

    def _bounded(self, role: Role, node: Node) -> Role:
        arn = text_of(self.deployed.resolved(node))
        policy = self.deployed.managed(arn, node.span)
        if policy is None:
            why = f"its permissions boundary {shown(arn)} is outside the project"
            return replace(role, unknown=role.unknown or why)
        return replace(role, boundary=policy)

    def _say(self, span: Span, message: str, hint: str) -> None:
        self.problems[Problem(span, message, hint)] = None


def logical_id(node: Node) -> str:
    """The logical id that a role is named by: a text, `Fn::GetAtt` or `Ref`."""
    if isinstance(node, Scalar):
        if node.tag in (None, "!Ref"):
            return "" if ":" in node.text or "{" in node.text else node.text
        return node.text.partition(".")[0] if node.tag == "!GetAtt" else ""
    if isinstance(node, Sequence):
        return text_of(node.items[0]) if node.tag == "!GetAtt" and node.items else ""
    got = node.get("Fn::GetAtt") or node.get("Ref")
    if isinstance(got, Sequence):
        return text_of(got.items[0]) if got.items else ""
    return text_of(got).partition(".")[0]


def _key(name: str, span: Span) -> Scalar:
    return Scalar(name, name, span)


def _provider_span(service: Service) -> Span:
    return next(
        (k.span for k, _ in service.document.entries if k.text == "provider"), service.document.span
    )


def _true_problems(
    problems: Iterable[Problem], node: Sequence, deployed: Deployed
) -> Iterable[Problem]:
    """Without those about texts of which a part is not known: the whole may be well formed."""
    symbols = deployed.symbols
    open_places = set()
    queue: list[Node] = [node]
    while queue:
        one = queue.pop()
        if isinstance(one, Scalar):
            if symbols.used(one.text):
                open_places.add((one.span.file, one.span.line, one.span.column))
        elif isinstance(one, Sequence):
            queue += one.items
        else:
            queue += [value for _, value in one.entries]
    for problem in problems:
        span = problem.span
        if not any(
            (span.file, span.line) == (file, line) and column <= span.column
            for file, line, column in open_places
        ):
            yield problem
