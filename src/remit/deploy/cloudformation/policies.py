"""Policy documents of a template: evaluated, parsed, and named.

An AWS managed policy stands at the place that attaches it; a policy that is not in the template
and not AWS's is not known, and neither is the role that holds it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from remit.catalog import managed
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.stack import Stack
from remit.syntax.document import DocumentError, load
from remit.syntax.names import Kind
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence, plain
from remit.syntax.policy import parse
from remit.syntax.source import shown

_OPEN_PROBLEMS = frozenset(
    {"invalid-arn-prefix", "invalid-action", "missing-arn-field", "invalid-principal-format"}
)


@dataclass(slots=True)
class Documents:
    """What reads policies. `managed_here` are the managed policies of the templates by ARN."""

    problems: list[Problem] = field(default_factory=list)
    managed_here: dict[str, Policy] = field(default_factory=dict)

    def read(self, stack: Stack, node: Node | None, name: str, kind: Kind) -> Policy | None:
        """The policy in a node of a template; None where there is none (a problem says why)."""
        value = stack.value(node)
        if isinstance(value, Scalar) and value.is_string:
            value = self._written_as_text(value)
        if value is None:
            return None
        if isinstance(value, Scalar) and stack.names.is_open(value.text):
            return None
        policy, problems = parse(_as_sent(value, stack.names, "", kind), name, kind, keep=True)
        # A symbol may stand for a whole ARN or a list, so its form can't be judged.
        self.problems += [one for one in problems if _stands(one, value)]
        return None if policy is None else replace(policy, symbols=stack.names.symbols())

    def _written_as_text(self, scalar: Scalar) -> Node:
        """A document that is written as JSON text, at the place of that text."""
        try:
            return _placed(load(scalar.text, "policy.json"), scalar.span)
        except DocumentError:
            return scalar

    def attached(self, arn: Scalar) -> Policy | str:
        """The managed policy of that ARN, or why it is not known, as the end of a sentence."""
        name = arn.text
        for prefix in ("arn:aws-cn:", "arn:aws-us-gov:"):
            name = name.replace(prefix, "arn:aws:") if ":iam::aws:" in name else name
        found = self.managed_here.get(arn.text) or managed.document(name, arn.span)
        if found is not None:
            return found
        return f"the policy {shown(arn.text)} that it holds is outside the template"


def _stands(problem: Problem, policy: Node) -> bool:
    """Whether what is wrong with a policy is so in a template as well.

    A symbol may stand for a whole ARN or an action, so its form can't be judged. A policy without
    a `Version` is what SAM makes by default; that it has no variables matters where it uses some.
    """
    if problem.code == "missing-version":
        return "${" in json.dumps(plain(policy))
    return problem.code not in _OPEN_PROBLEMS or "{" not in problem.message


_LOCAL_API = "execute-api:/"


def _as_sent(node: Node, names: Names, key: str, kind: Kind) -> Node:
    """The document as AWS gets it.

    CloudFormation sends numbers and booleans as text. An account alone is its root (IAM User
    Guide, reference_policies_elements_principal). API Gateway completes `execute-api:/stage/...`
    (API Gateway Developer Guide, apigateway-resource-policies-create-attach).
    """
    if isinstance(node, Sequence):
        return Sequence(tuple(_as_sent(one, names, key, kind) for one in node.items), node.span)
    if isinstance(node, Mapping):
        made = ((at, _as_sent(one, names, at.text, kind)) for at, one in node.entries)
        return Mapping(tuple(made), node.span)
    value = names.pattern(node.text)
    if key == "AWS" and value == names.account and "{" in value:
        value = f"arn:{names.partition}:iam::{value}:root"
    if key in ("Resource", "NotResource") and kind == "resource" and value.startswith(_LOCAL_API):
        where = f"{names.region}:{names.account}:*"
        value = f"arn:{names.partition}:execute-api:{where}{value.removeprefix('execute-api:')}"
    if node.value is None or value == node.value:
        return node
    return Scalar(value, value, node.span)


def _placed(node: Node, span: Span) -> Node:
    if isinstance(node, Scalar):
        return replace(node, span=span)
    if isinstance(node, Sequence):
        return Sequence(tuple(_placed(one, span) for one in node.items), span)
    return Mapping(
        tuple((replace(key, span=span), _placed(one, span)) for key, one in node.entries), span
    )


def at(value: object, span: Span) -> Node:
    """A document that AWS makes itself, as a node, all of it at one place."""
    return _placed(load(json.dumps(value), "policy.json"), span)
