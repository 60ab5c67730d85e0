"""Which role each function runs as, and the roles that the framework makes, as resources.

Source: Serverless Framework, providers/aws/guide/iam. In this order: the function's own `role`; a
role that the service names for all (`provider.role`, `provider.iam.role` as a text or intrinsic);
a role made for the function (`iamRoleStatements`, `iam.role`, `mode: perFunction`); the service's
own role, which is made of the service's statements and of what the framework adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from remit.core.span import Span
from remit.deploy.serverless import generated
from remit.deploy.serverless.making import arn_of, mapping, resource, sequence, sub
from remit.deploy.serverless.service import (
    Declared,
    Service,
    at,
    is_null,
    is_set,
    items,
    normalized,
    text_of,
)
from remit.syntax.nodes import Mapping, Node, Scalar
from remit.syntax.source import shown

PLUGIN = "serverless-iam-roles-per-function"
CUSTOM = "serverless-plugin-custom-roles"
SHARED_ID = "IamRoleLambdaExecution"
ADDED = "what the Serverless Framework adds"
"""The name of the policy in a made role that nobody wrote."""
WRITTEN = "statements"
_LONGEST = 64


@dataclass(slots=True)
class Made:
    """The roles of one service.

    By logical id those that the framework makes: their nodes, places, names in AWS, the statements
    that people wrote, and why they are not known. `of` is by function the node that names its role.
    """

    resources: dict[str, Mapping] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    statements: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    of: dict[str, Node] = field(default_factory=dict)


def roles(service: Service, functions: Iterable[Declared]) -> Made:
    """The roles that the functions run as."""
    made = Made()
    functions = tuple(functions)
    existing = _service_wide(service)
    for function in functions:
        own = function.get("role")
        if own is not None and not is_null(own):
            made.of[function.key] = _named(own)
        elif existing is not None:
            made.of[function.key] = _named(existing)
        elif _is_dedicated(service, function):
            logical = normalized(function.key) + SHARED_ID
            _dedicated(service, function, logical, made)
            made.of[function.key] = arn_of(logical, function.span)
        else:
            made.of[function.key] = arn_of(SHARED_ID, function.span)
    if existing is None and any(_names_shared(node) for node in made.of.values()):
        _shared(service, functions, made)
    return made


# --- roles that are there already -----------------------------------------------------------------


def _service_wide(service: Service) -> Node | None:
    """`provider.iam.role` where it names a role, else `provider.role` of version 1 and 2."""
    named = service.get("provider", "iam", "role")
    if isinstance(named, Scalar) and not is_null(named):
        return named
    if isinstance(named, Mapping) and any("::" in key for key in named.keys):
        return named
    old = service.get("provider", "role")
    return None if old is None or is_null(old) else old


def _named(node: Node) -> Node:
    """A role by its ARN or by an intrinsic as it is, by a logical id as `Fn::GetAtt`."""
    if isinstance(node, Scalar) and ":" not in node.text and "{" not in node.text:
        return arn_of(node.text, node.span)
    return node


def _names_shared(node: Node) -> bool:
    return (
        text_of(items(at(node, "Fn::GetAtt"))[0]) == SHARED_ID if at(node, "Fn::GetAtt") else False
    )


# --- roles that the framework makes ---------------------------------------------------------------


def _is_dedicated(service: Service, function: Declared) -> bool:
    """Whether a role is made for this function alone."""
    if CUSTOM in service.plugins or _is_for_each(service):
        return True
    if any(function.get("iam", "role", key) for key in ("statements", "managedPolicies")):
        return True
    old = function.get("iamRoleStatements")
    if old is None:
        return False
    if PLUGIN in service.plugins or service.major not in ("1", "2", "3"):
        return True
    what = f"nothing reads `iamRoleStatements` of function {shown(function.key)}"
    service.say(old.span, what, f"Add `{PLUGIN}` to `plugins`, or move to version 4.")
    return False


def _is_for_each(service: Service) -> bool:
    return text_of(service.get("provider", "iam", "role", "mode")) == "perFunction"


def _shared(service: Service, functions: tuple[Declared, ...], made: Made) -> None:
    written = service.get("provider", "iam", "role")
    statements = at(written, "statements") or service.get("provider", "iamRoleStatements")
    managed = at(written, "managedPolicies") or service.get("provider", "iamManagedPolicies")
    boundary = (
        at(written, "permissionsBoundary")
        or at(written, "permissionBoundary")
        or service.get("provider", "rolePermissionsBoundary")
    )
    span = statements.span if statements is not None else _provider_span(service)
    # In version 4 what a function with a role of its own needs is not in the shared one.
    by_plugin = PLUGIN in service.plugins
    using = [one for one in functions if by_plugin or not _is_dedicated(service, one)]
    in_network = is_set(service.get("provider", "vpc")) or any(
        "vpc" in one.settings.keys for one in functions
    )
    added = generated.statements(service, generated.SHARED, using, span)
    name = text_of(at(written, "name")) or _name(service, ())
    hidden = _hidden(service.document, "provider", "iam")
    parts = _Parts(name, span, (statements,), (managed,), boundary, in_network, hidden)
    _make(made, SHARED_ID, parts, added)


def _dedicated(service: Service, function: Declared, logical: str, made: Made) -> None:
    own, shared = at(function.settings, "iam", "role"), service.get("provider", "iam", "role")
    each, by_plugin = _is_for_each(service), PLUGIN in service.plugins
    statements = [function.get("iamRoleStatements"), at(own, "statements")]
    if _inherits(service, function, each):
        written = at(shared, "statements") or service.get("provider", "iamRoleStatements")
        statements.insert(0, written)
    managed = (at(own, "managedPolicies"), at(shared, "managedPolicies") if each else None)
    name = (
        text_of(function.get("iamRoleStatementsName"))
        or text_of(at(own, "name"))
        or _name(service, (function.key,))
    )
    boundary = (
        function.get("iamPermissionsBoundary")
        or at(own, "permissionsBoundary")
        or service.get("custom", PLUGIN, "iamGlobalPermissionsBoundary")
        or at(shared, "permissionsBoundary")
        or service.get("provider", "rolePermissionsBoundary")
    )
    span = next((one.span for one in reversed(statements) if one is not None), function.span)
    kind = generated.PLUGIN if by_plugin else generated.OWN
    added = generated.statements(service, kind, [function], span)
    in_network = generated.in_network(service, function)
    hidden = _hidden(service.document, "provider", "iam")
    hidden = hidden or _hidden(function.settings, "iam", "role")
    parts = _Parts(name, span, tuple(statements), managed, boundary, in_network, hidden)
    _make(made, logical, parts, added)


def _inherits(service: Service, function: Declared, each: bool) -> bool:
    """Whether the service's statements are in the function's own role too."""
    if CUSTOM in service.plugins:
        return True
    said = function.get("iam", "inheritStatements") or function.get("iamRoleStatementsInherit")
    if isinstance(said, Scalar) and isinstance(said.value, bool):
        return said.value
    default = service.get("custom", PLUGIN, "defaultInherit")
    return each or (isinstance(default, Scalar) and default.value is True)


def _name(service: Service, more: tuple[str, ...]) -> str:
    """`<service>-<stage>-<function>-<region>-lambdaRole`; the end goes where it is too long."""
    parts = [service.name, service.deployed_as, *more, service.region or "${AWS::Region}"]
    name = "-".join((*parts, "lambdaRole"))
    return name if len(name) <= _LONGEST or not more else "-".join(parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the configuration says of one role."""

    name: str
    span: Span
    statements: tuple[Node | None, ...]
    managed: tuple[Node | None, ...]
    boundary: Node | None
    in_network: bool
    hidden: str


def _make(made: Made, logical: str, parts: _Parts, added: Node) -> None:
    """The resource of a role."""
    span = parts.span
    written = tuple(one for one in parts.statements if one is not None and not is_null(one))
    policies = [_policy(WRITTEN, one) for one in written] + [_policy(ADDED, added)]
    managed: list[Node] = [one for node in parts.managed for one in items(node)]
    if parts.in_network:
        managed.append(sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{generated.VPC}", span))
    made.resources[logical] = resource(
        "AWS::IAM::Role",
        span,
        RoleName=sub(parts.name, span),
        Policies=sequence(policies, span),
        ManagedPolicyArns=sequence(managed, span),
        PermissionsBoundary=parts.boundary,
    )
    made.places[logical] = span
    made.names[logical] = parts.name
    made.statements[logical] = written
    if parts.hidden:
        made.unknown[logical] = f"it hangs on {shown(parts.hidden)}, which is not known here"


def _hidden(node: Node | None, *path: str) -> str:
    """The text that stands where an object on the path to a setting should: a token."""
    for key in path:
        node = at(node, key)
        if isinstance(node, Scalar) and not is_null(node):
            return node.text
    return ""


def _policy(name: str, statements: Node) -> Mapping:
    span = statements.span
    document = mapping(span, Version="2012-10-17", Statement=statements)
    return mapping(span, PolicyName=name, PolicyDocument=document)


def _provider_span(service: Service) -> Span:
    entries = service.document.entries
    return next((key.span for key, _ in entries if key.text == "provider"), service.document.span)
