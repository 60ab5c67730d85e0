"""Roles: what is written into them, attached to them, and what bounds them.

Source: the AWS provider's documentation of `aws_iam_role` (`inline_policy`,
`managed_policy_arns`, `permissions_boundary`, `assume_role_policy`), `aws_iam_role_policy`,
`aws_iam_role_policy_attachment`, `aws_iam_policy_attachment`, `aws_iam_policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.model import Role
from remit.deploy.terraform.policies import aws_managed, policy
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Fault, Value
from remit.syntax.source import shown

_SOMEWHERE = ("module.", "var.", "data.")
"""Symbols that stand for something of another project, and so for no role of this one."""


@dataclass(slots=True)
class Resources:
    """All instances of a stage by type, resources and data sources apart."""

    managed: dict[str, list[Instance]] = field(default_factory=dict)
    data: dict[str, list[Instance]] = field(default_factory=dict)
    by_address: dict[str, Instance] = field(default_factory=dict)
    _named: dict[tuple[str, str], dict[str, Instance]] = field(default_factory=dict)

    def add(self, instance: Instance) -> None:
        """Take an instance in."""
        kinds = self.data if instance.data else self.managed
        kinds.setdefault(instance.type, []).append(instance)
        self.by_address[instance.address] = instance

    def of(self, *types: str) -> list[Instance]:
        """The resources of some types."""
        return [one for kind in types for one in self.managed.get(kind, ())]

    def meant(self, value: Value, kind: str, *attributes: str) -> Instance | None:
        """The resource of a type that a value names: by reference, by one of its attributes."""
        found = self.by_address.get(value.ref)
        if found is not None and found.type == kind:
            return None if found.data else found
        text = value.text
        if text is None:
            return None
        for name in attributes:
            named = self._by(kind, name).get(str(text))
            if named is not None:
                return named
        return None

    def _by(self, kind: str, name: str) -> Mapping[str, Instance]:
        """The resources of a type by the text of an attribute."""
        if (kind, name) not in self._named:
            named: dict[str, Instance] = {}
            self._named[kind, name] = named
            for one in self.managed.get(kind, ()):
                try:
                    text = one.attribute(name, one.span).text
                except Fault:
                    continue
                if text is not None:
                    named.setdefault(str(text), one)
        return self._named[kind, name]


@dataclass(slots=True)
class _Gathered:
    """What was found of one role so far."""

    policies: list[Policy] = field(default_factory=list)
    unknown: str = ""

    def take(self, found: Policy | str) -> None:
        """A policy, or why it is not known."""
        if isinstance(found, str):
            self.unknown = self.unknown or found
        else:
            self.policies.append(found)


class Roles:
    """The roles of a stage by the address of their resource."""

    def __init__(self, resources: Resources, run: Run) -> None:
        self._resources = resources
        self._run = run
        self._gathered = {one.address: _Gathered() for one in resources.of("aws_iam_role")}
        self._attach()
        self.made: Mapping[str, Role] = {
            one.address: self._role(one) for one in resources.of("aws_iam_role")
        }

    def of(self, value: Value, owner: str, span: Span) -> tuple[str, Role]:
        """The role that a function names: its address (empty for one of another project)."""
        found = self._resources.meant(value, "aws_iam_role", "arn", "name")
        if found is not None:
            return found.address, self.made[found.address]
        if value.data is None:
            return "", Role(f"(no role for {owner})", span, unknown="it names no role")
        shape = value.hole
        name = shape.name if shape is not None else str(value.text)
        outside = self._resources.by_address.get(value.ref)
        if outside is not None and outside.data:
            name = outside.address
        why = f"role {shown(name)} is managed outside the project"
        if shape is not None and not name.startswith(_SOMEWHERE):
            why = f"which role it runs as hangs on `{name}`"
        return "", Role(name, span, unknown=why)

    def _attach(self) -> None:
        for one in self._resources.of("aws_iam_role_policy"):
            self._add(one, one.get("role"), self._inline)
        for one in self._resources.of("aws_iam_role_policy_attachment"):
            self._add(one, one.get("role"), self._by_arn)
        for one in self._resources.of("aws_iam_policy_attachment"):
            roles = one.get("roles")
            listed = roles.data if isinstance(roles.data, tuple) else (roles,)
            for role in listed:
                if role.data is not None:
                    self._add(one, role, self._by_arn)

    def _add(self, holder: Instance, role: Value, find: Callable[[Instance], Policy | str]) -> None:
        """Give a role what `holder` attaches to it."""
        meant = self._resources.meant(role, "aws_iam_role", "name", "arn", "id")
        if meant is None:
            self._somewhere(holder, role)
            return
        gathered = self._gathered[meant.address]
        if holder.open and not meant.open:
            gathered.take(f"whether `{holder.address}` is deployed is not known: {holder.open}")
        else:
            gathered.take(find(holder))

    def _somewhere(self, holder: Instance, role: Value) -> None:
        """A policy of a role that is not known may be any role's."""
        hole = role.hole
        if hole is not None and not hole.name.startswith(_SOMEWHERE):
            for gathered in self._gathered.values():
                gathered.take(f"`{holder.address}` may belong to it: that hangs on `{hole.name}`")

    def _by_arn(self, one: Instance) -> Policy | str:
        return self._attached(one.get("policy_arn"))

    def _inline(self, one: Instance) -> Policy | str:
        return policy(one.get("policy"), self._run, one.address, "identity")

    def _attached(self, arn: Value) -> Policy | str:
        """The policy of an ARN: of this project, of AWS, or of somebody else."""
        own = self._resources.meant(arn, "aws_iam_policy", "arn")
        if own is not None:
            return policy(own.get("policy"), self._run, own.address, "identity")
        named = self._resources.by_address.get(arn.ref)
        if named is not None and named.type == "aws_iam_policy" and named.data:
            name = named.get("name").literal
            if name is not None:
                found = aws_managed(name, arn.span)
                return found if isinstance(found, Policy) else _outside(name)
        literal = arn.literal
        if literal is not None and ":iam::aws:policy/" in literal:
            return aws_managed(literal, arn.span)
        return _outside(str(arn.text) if arn.hole is None else arn.hole.name)

    def _role(self, one: Instance) -> Role:
        gathered = self._gathered[one.address]
        for found in self._written(one):
            gathered.take(found)
        boundary: Policy | str | None = None
        bound = one.get("permissions_boundary")
        if bound.data not in (None, ""):
            boundary = self._attached(bound)
            if isinstance(boundary, str):
                gathered.take(f"of its permissions boundary, {boundary}")
        written = one.get("assume_role_policy")
        trust = policy(written, self._run, one.address, "trust") if written.data else None
        return Role(
            name=_name(one),
            span=one.span,
            policies=tuple(gathered.policies),
            file=one.span.file,
            unknown=gathered.unknown or None,
            boundary=boundary if isinstance(boundary, Policy) else None,
            trust=trust if isinstance(trust, Policy) else None,
            arn=_arn(one),
        )

    def _written(self, one: Instance) -> Iterator[Policy | str]:
        blocks = one.blocks("inline_policy")
        if blocks is None:
            yield f"its `inline_policy` hangs on `{one.get('inline_policy').hole}`"
        for block in blocks or ():
            document = block.get("policy")
            if document is not None and document.data is not None:
                yield policy(document, self._run, f"{one.address} inline_policy", "identity")
        arns = one.get("managed_policy_arns")
        if arns.hole is not None:
            yield f"its `managed_policy_arns` hangs on `{arns.hole.name}`"
        for arn in arns.data if isinstance(arns.data, tuple) else ():
            yield self._attached(arn)


def _outside(name: str) -> str:
    return f"the policy {shown(name)} is managed outside the project"


def _arn(one: Instance) -> Text | None:
    try:
        return one.attribute("arn", one.span).text
    except Fault:
        return None


def _name(one: Instance) -> str:
    return one.address
