"""One stack: a template with the values of its parameters, and what its resources are called.

What may live here: look-ups of what a template names (parameters, conditions, mappings, resources,
outputs). How functions such as `Fn::Sub` are evaluated is intrinsics.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from remit.core.span import Problem, Span
from remit.deploy.cloudformation import intrinsics
from remit.deploy.cloudformation.kinds import KINDS, LOGICAL, LOWER, STACK, Kind
from remit.deploy.cloudformation.names import STACK_NAME, Names
from remit.deploy.cloudformation.template import Resource, Template, items, mapping, string, text
from remit.syntax.nodes import Node, Scalar, Sequence
from remit.syntax.source import shown

_DEEPEST = 60
"""Names that lead to names: more is a circle, or as good as one."""
_WIDTHS = {"suffix": 6}
"""The lengths of ids of which any will do. Secrets Manager User Guide: six characters."""
_SURE = 20
"""Characters of a logical id that a shortened name keeps at least, whatever the stack is called."""


@dataclass(slots=True)
class Stack:
    """A template as it is deployed once.

    `name` is the stack's name, a token where it is not known. `label` stands before the names of
    its symbols where the deployment has several stacks. `exports` are those of all its stacks
    (which stack's, and of which output), `nested` the stacks that its resources stand for,
    `siblings` other stacks by name. `resources` are those whose condition is not false.
    """

    template: Template
    names: Names
    name: str = ""
    label: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, Node | None] = field(default_factory=dict)
    exports: dict[str, tuple[Stack, str]] = field(default_factory=dict)
    nested: dict[str, Stack] = field(default_factory=dict)
    siblings: dict[str, Stack] = field(default_factory=dict)
    declared: dict[str, Resource] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _known: dict[tuple[str, str], Node | None] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _conditions: dict[str, bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.name or self.names.given(STACK_NAME)
        self.declared = self.template.resources()
        self.resources = {key: one for key, one in self.declared.items() if self._is_there(one)}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of the given types, in order."""
        return (one for one in self.resources.values() if one.type in types)

    def value(self, node: Node | None) -> Node | None:
        """The node with every intrinsic evaluated; None for nothing and for `AWS::NoValue`."""
        return None if node is None else intrinsics.evaluate(self, node)

    def text(self, node: Node | None) -> str:
        """The evaluated text of a node; "" where it is none."""
        return string(self.value(node))

    def say(self, span: Span, message: str, hint: str = "") -> None:
        """Notes a problem."""
        self.problems.append(Problem(span, message, hint))

    # --- what `Ref` and its like name -------------------------------------------------------

    def ref(self, name: str, span: Span) -> Node | None:
        """What `Ref: name` gives."""
        if name in _PSEUDO:
            return _PSEUDO[name](self, span)
        if name in self.template.table("Parameters"):
            return self._once(("parameter", name), span, lambda: self._parameter(name, span))
        if name in self.template.table("Resources"):
            return self._once((name, ""), span, lambda: text(self._format(name, "", span), span))
        self.say(span, f"`Ref` names {shown(name)}, which the template does not have")
        return text(self.names.given(self.label + name), span)

    def attribute(self, name: str, attribute: str, span: Span) -> Node | None:
        """What `Fn::GetAtt: [name, attribute]` gives."""
        child = self.nested.get(name)
        if child is not None and attribute.startswith("Outputs."):
            found = child.output(attribute.removeprefix("Outputs."), span)
            if found is not None:
                return found
        if name not in self.template.table("Resources"):
            self.say(span, f"`Fn::GetAtt` names {shown(name)}, which the template does not have")
            return text(self.names.given(f"{self.label}{name} {attribute}"), span)
        return self._once(
            (name, attribute), span, lambda: text(self._format(name, attribute, span), span)
        )

    def output(self, name: str, span: Span) -> Node | None:
        """The value of an output; None where the template has none of that name."""
        value = mapping(self.template.table("Outputs").get(name), span).get("Value")
        if value is None:
            return None
        return self._once(("output", name), span, lambda: self.value(value))

    def imported(self, name: str, span: Span) -> Node | None:
        """The value of an export of the deployment; None where none has that name."""
        stack, output = self.exports.get(name, (None, ""))
        return None if stack is None else stack.output(output, span)

    def elsewhere(self, stack: str, output: str, span: Span) -> Node | None:
        """The output of another stack of the deployment, by its name."""
        other = self.siblings.get(stack)
        return None if other is None else other.output(output, span)

    def condition(self, name: str, span: Span) -> bool | None:
        """Whether a condition holds; None when that hangs on what is not known."""
        if name not in self._conditions:
            node = self.template.table("Conditions").get(name)
            if node is None:
                self.say(span, f"there is no condition {shown(name)}")
            with self._within(("condition", name), span) as fresh:
                held = intrinsics.holds(self, node) if fresh and node is not None else None
            self._conditions[name] = held
        return self._conditions[name]

    def mapped(self, keys: tuple[str, str, str]) -> Node | None:
        """`Fn::FindInMap`; None where there is no such entry."""
        node: Node | None = self.template.section("Mappings")
        for key in keys:
            node = None if isinstance(node, Scalar | Sequence | None) else node.get(key)
        return node

    # --- names ------------------------------------------------------------------------------

    def arn(self, resource: Resource) -> str:
        """The ARN of a resource; "" where its type has none here."""
        kind = KINDS.get(resource.type)
        if kind is None or not kind.arn:
            return ""
        return string(self.attribute(resource.id, "Arn", resource.key.span))

    def title(self, resource: Resource) -> str:
        """The resource's name or id in AWS."""
        kind = KINDS.get(resource.type, Kind())
        return self._name(resource, kind)

    def _is_there(self, resource: Resource) -> bool:
        condition = resource.body.get("Condition")
        if not isinstance(condition, Scalar):
            return True
        return self.condition(condition.text, condition.span) is not False

    def _parameter(self, name: str, span: Span) -> Node | None:
        definition = mapping(self.template.table("Parameters").get(name), span)
        if name in self.passed:
            return self.passed[name]
        kind = string(definition.get("Type"))
        value = self.parameters.get(name)
        if value is None and not kind.startswith("AWS::SSM::"):
            default = definition.get("Default")
            value = default.text if isinstance(default, Scalar) else None
        if value is None:
            return text(self.names.given(self.label + name), span)
        if kind.startswith("List<") or kind == "CommaDelimitedList":
            return Sequence(tuple(text(one.strip(), span) for one in value.split(",")), span)
        return text(value, span)

    def _format(self, name: str, attribute: str, span: Span) -> str:
        resource = self.declared.get(name)
        kind = KINDS.get(resource.type) if resource is not None else None
        if resource is None or kind is None:
            return _special(self, resource, attribute) or self.names.given(
                f"{self.label}{name} {attribute}".strip()
            )
        form = kind.ref
        if attribute:
            form = kind.attributes.get(attribute) or (kind.arn if attribute == "Arn" else "")
        if not form:
            return self.names.given(f"{self.label}{name} {attribute}")
        return self._filled(form, kind, resource)

    def _filled(self, form: str, kind: Kind, resource: Resource) -> str:
        form = form.replace("<arn>", kind.arn)
        before, plus, after = form.partition("<+")
        if plus:
            label, _, rest = after.partition(">")
            name = f"{self.label}{resource.id} {label}"
            width = _WIDTHS.get(label)
            made = self.names.sized(name, width) if width else self.names.own(name)
            form = before + made + rest
        suffix = "amazonaws.com.cn" if self.names.partition == "aws-cn" else "amazonaws.com"
        path = self.text(resource.properties.get("Path")) or "/"
        for mark, value in (
            ("<P>", self.names.partition),
            ("<R>", self.names.region),
            ("<A>", self.names.account),
            ("<U>", suffix),
            ("<path>", path),
        ):
            form = form.replace(mark, value)
        return form.replace("<n>", self._name(resource, kind)) if "<n>" in form else form

    def _name(self, resource: Resource, kind: Kind) -> str:
        given = self.text(resource.properties.get(kind.naming)) if kind.naming else ""
        return given or self._generated(resource, kind)

    def _generated(self, resource: Resource, kind: Kind) -> str:
        """`stack-logicalid-random`; what does not fit the limit is cut, so less of it is sure."""
        assigned = self.names.own(f"{self.label}{resource.id} id")
        short = kind.limit >= 128 or len(resource.id) <= _SURE
        logical = resource.id + "-" if short else resource.id[:_SURE]
        end = ".fifo" if self.text(resource.properties.get("FifoQueue")) == "true" else ""
        if self.text(resource.properties.get("FifoTopic")) == "true":
            end = ".fifo"
        if kind.generated == STACK:
            return f"{self.name}-{logical}{assigned}{end}"
        if kind.generated == LOWER:
            return f"{_lower(self.name)}-{logical.lower()}{assigned}"
        if kind.generated == LOGICAL:
            return f"{logical}{assigned}"
        return assigned

    # --- circles ----------------------------------------------------------------------------

    def _once(
        self, key: tuple[str, str], span: Span, make: Callable[[], Node | None]
    ) -> Node | None:
        """What `make` gives, remembered; a symbol where it leads back to itself."""
        if key not in self._known:
            with self._within(key, span) as fresh:
                if not fresh:
                    return text(self.names.given(f"{self.label}{' '.join(key)}"), span)
                self._known[key] = make()
        found = self._known[key]
        # A value stands where it is named: a finding about it leads there.
        return text(found.text, span) if isinstance(found, Scalar) else found

    @contextmanager
    def _within(self, key: tuple[str, str], span: Span) -> Iterator[bool]:
        if key in self._open or len(self._open) >= _DEEPEST:
            self.say(
                span, f"{shown(' '.join(key).strip())} leads back to itself", "Break the circle."
            )
            yield False
            return
        self._open.append(key)
        try:
            yield True
        finally:
            self._open.pop()


def _lower(name: str) -> str:
    """A stack's name in lower case; a token stays as it is."""
    return name if name.startswith("{") else name.lower()


def _special(stack: Stack, resource: Resource | None, attribute: str) -> str:
    """Types whose `Ref` is made of another property."""
    if resource is None:
        return ""
    of = resource.properties
    names = stack.names
    if resource.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        function = stack.text(of.get("FunctionName"))
        if not function or attribute not in ("", "AliasArn", "FunctionArn"):
            return ""
        whole = f"arn:{names.partition}:lambda:{names.region}:{names.account}:function:{function}"
        base = function if function.startswith("arn:") else whole
        alias = stack.text(of.get("Name"))
        return f"{base}:{alias or names.own(f'{stack.label}{resource.id} version')}"
    if resource.type == "AWS::KMS::Alias" and not attribute:
        return stack.text(of.get("AliasName"))
    if resource.type == "AWS::ApiGateway::Stage" and not attribute:
        return stack.text(of.get("StageName"))
    return ""


def _list(stack: Stack, span: Span) -> Node:
    return text(stack.names.given("notification ARNs"), span)


_PSEUDO: dict[str, Callable[[Stack, Span], Node | None]] = {
    "AWS::AccountId": lambda s, at: text(s.names.account, at),
    "AWS::NoValue": lambda s, at: None,
    "AWS::NotificationARNs": _list,
    "AWS::Partition": lambda s, at: text(s.names.partition, at),
    "AWS::Region": lambda s, at: text(s.names.region, at),
    "AWS::StackId": lambda s, at: text(
        f"arn:{s.names.partition}:cloudformation:{s.names.region}:{s.names.account}:stack/{s.name}/"
        + s.names.own(f"{s.label}stack id"),
        at,
    ),
    "AWS::StackName": lambda s, at: text(s.name, at),
    "AWS::URLSuffix": lambda s, at: text(
        "amazonaws.com.cn" if s.names.partition == "aws-cn" else "amazonaws.com", at
    ),
}
"""Source: CloudFormation User Guide, pseudo-parameter-reference."""


def listed(stack: Stack, node: Node | None) -> list[Scalar]:
    """The texts of a list after evaluation; what is no text is left out."""
    return [one for one in items(stack.value(node)) if isinstance(one, Scalar) and one.value]
