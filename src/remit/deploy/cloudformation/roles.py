"""The roles of a deployment: their policies, inline and attached, their boundary and their trust.

Source: CloudFormation Template Reference, AWS::IAM::Role, AWS::IAM::Policy, AWS::IAM::RolePolicy,
AWS::IAM::ManagedPolicy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.policies import Documents
from remit.deploy.cloudformation.sam import READY_MADE
from remit.deploy.cloudformation.stack import Stack, listed
from remit.deploy.cloudformation.template import Resource, items, mapping, string
from remit.deploy.model import Role
from remit.syntax.nodes import Mapping, Scalar
from remit.syntax.source import shown

_INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy")
_MANAGED = "AWS::IAM::ManagedPolicy"
_ROLE = "AWS::IAM::Role"


@dataclass(slots=True)
class Roles:
    """The roles of all stacks of a deployment. `by_arn` finds those that the templates hold."""

    documents: Documents
    by_arn: dict[str, Role] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def read(self, stacks: Iterable[Stack]) -> None:
        """Reads every role of the stacks, with what other resources attach to it."""
        stacks = tuple(stacks)
        attached = _Attached(self.documents)
        for stack in stacks:
            attached.collect(stack)
        for stack in stacks:
            for resource in stack.of_type(_ROLE):
                role = _role(stack, resource, self.documents, attached)
                self.by_arn.setdefault(stack.arn(resource), role)

    def of(self, arn: str, span: Span) -> Role:
        """The role that a function names; one that is not in the templates is not known."""
        role = self.by_arn.get(arn)
        if role is not None:
            self.used.add(arn)
            return role
        if not arn:
            return Role("(no role)", span, unknown="the template names no role for it")
        return Role(arn, span, unknown=f"role {shown(arn)} is managed outside the project")

    def idle(self) -> tuple[Role, ...]:
        """The roles that no function runs as."""
        return tuple(role for arn, role in self.by_arn.items() if arn not in self.used)


@dataclass(slots=True)
class _Attached:
    """What policies as resources of their own attach to roles, by the roles' names."""

    documents: Documents
    policies: dict[str, list[Policy]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def collect(self, stack: Stack) -> None:
        """Reads the policies of one stack."""
        for resource in stack.of_type(*_INLINE, _MANAGED):
            of = resource.properties
            where = f"{stack.label}{resource.id}"
            policy = self.documents.read(stack, of.get("PolicyDocument"), where, "identity")
            if resource.type == _MANAGED and policy is not None:
                self.documents.managed_here[stack.arn(resource)] = policy
            holders = [
                one.text
                for one in (*listed(stack, of.get("Roles")), *listed(stack, of.get("RoleName")))
            ]
            for name in holders:
                if policy is None:
                    self.unknown[name] = f"its policy {shown(where)} can't be read"
                else:
                    self.policies.setdefault(name, []).append(policy)


def _role(stack: Stack, resource: Resource, documents: Documents, attached: _Attached) -> Role:
    of = resource.properties
    name = stack.title(resource)
    inline = list(_inline(stack, resource, documents))
    found = [*inline, *_managed(stack, resource, documents)]
    unknown = [one for one in found if isinstance(one, str)]
    unknown += [attached.unknown[name]] if name in attached.unknown else []
    policies = [one for one in found if not isinstance(one, str)]
    policies += attached.policies.get(name, [])
    boundary, why = _boundary(stack, resource, documents)
    unknown += [why] if why else []
    trust = documents.read(
        stack, of.get("AssumeRolePolicyDocument"), f"trust policy of {resource.id}", "trust"
    )
    return Role(
        name=title(stack, resource),
        span=resource.key.span,
        policies=tuple(dict.fromkeys(policies)),
        file=resource.key.span.file,
        unknown=unknown[0] if unknown else None,
        boundary=boundary,
        trust=trust,
        arn=as_text(stack.names, stack.arn(resource)),
    )


def as_text(names: Names, value: str) -> Text:
    """An evaluated text with holes where its symbols stand."""
    made = names.text(value)
    return made if isinstance(made, Text) else Text.of(made)


def title(stack: Stack, resource: Resource) -> str:
    """What people call a resource: its path in the CDK app, where there is one, or its id.

    Source: CDK Developer Guide, "Paths": `aws:cdk:path` ends with `/Resource` for a construct's
    main resource.
    """
    path = string(mapping(resource.body.get("Metadata"), resource.key.span).get("aws:cdk:path"))
    return path.removesuffix("/Resource") if path else f"{stack.label}{resource.id}"


def _inline(stack: Stack, resource: Resource, documents: Documents) -> Iterator[Policy | str]:
    value = stack.value(resource.properties.get("Policies"))
    for one in items(value):
        if not isinstance(one, Mapping):
            shape = one.text if isinstance(one, Scalar) else "a list"
            yield f"its `Policies` hang on what is not known ({shown(shape)})"
            continue
        label = string(one.get("PolicyName")) or "policy"
        policy = documents.read(
            stack, one.get("PolicyDocument"), f"{title(stack, resource)}: {label}", "identity"
        )
        if policy is not None:
            yield replace(policy, ready_made=label.startswith(READY_MADE))
        else:
            yield f"its policy {shown(label)} can't be read"


def _managed(stack: Stack, resource: Resource, documents: Documents) -> Iterator[Policy | str]:
    for one in items(stack.value(resource.properties.get("ManagedPolicyArns"))):
        if isinstance(one, Scalar):
            yield documents.attached(one)
        else:
            yield "its `ManagedPolicyArns` hold something that is no ARN"


def _boundary(stack: Stack, resource: Resource, documents: Documents) -> tuple[Policy | None, str]:
    """The permissions boundary, or why it is not known."""
    arn = stack.value(resource.properties.get("PermissionsBoundary"))
    if not isinstance(arn, Scalar):
        return None, ""
    found = documents.attached(arn)
    if isinstance(found, str):
        return None, f"its permissions boundary {shown(arn.text)} is managed outside the project"
    return found, ""


def with_symbols(role: Role, stack: Stack) -> Role:
    """The role with all symbols of the deployment in its policies."""
    symbols = stack.names.symbols()

    def more(policy: Policy | None) -> Policy | None:
        return None if policy is None else replace(policy, symbols=symbols)

    policies = tuple(replace(one, symbols=symbols) for one in role.policies)
    return replace(role, policies=policies, boundary=more(role.boundary), trust=more(role.trust))
