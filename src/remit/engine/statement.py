"""Does a statement match a request: action, resource, principal, conditions.

What may live here: compiling a statement once, and asking it. What is not understood in a
statement never grants; a Deny still denies when all that was understood matches.

Rules: facts/iam.md 1.4 to 1.7 (IAM User Guide, reference_policies_elements_action, ..._resource,
..._notaction, ..._notresource).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from remit.core.pattern import Pattern
from remit.core.policy import Effect, Item, Policy, Statement
from remit.engine.condition import Check, compile_check
from remit.engine.context import Facts
from remit.engine.naming import Form, Who
from remit.engine.variables import BROKEN, Context, Template, Variable

Naming: TypeAlias = Callable[[Who], frozenset[Form]]
"""As what a statement names a caller; empty when it does not speak of it."""


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of `Resource` or `NotResource`. `fixed` is its pattern where no variable is in it;
    `loose` reads what is broken as `*`."""

    item: Item
    template: Template
    fixed: Pattern | None
    loose: bool

    def pattern(self, context: Context) -> Pattern | None:
        """The pattern for one request; None when a variable has no value: it matches nothing."""
        return self.fixed or self.template.pattern(context, open_break=self.loose)


@dataclass(frozen=True, slots=True)
class Named:
    """One entry of `Action` or `NotAction`, lowered."""

    item: Item
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled statement. `grants` is False for an Allow that is not understood.

    `principal` says as what it names a caller, if at all; None where the layer has no principals.
    """

    policy: int
    source: Statement
    deny: bool
    grants: bool
    actions: tuple[Named, ...]
    targets: tuple[Target, ...]
    checks: tuple[Check, ...]
    principal: Naming | None
    warnings: tuple[str, ...]

    def names(self, action: str) -> bool:
        """Whether its Action or NotAction takes in the lowered `action`."""
        listed = any(entry.pattern.matches(action) for entry in self.actions)
        return listed is not self.source.not_action

    def matches(self, facts: Facts) -> bool:
        """Whether it speaks of the request. `names` is asked before, once for each action."""
        return (
            self._reaches(facts.resource, facts.context)
            and (self.principal is None or bool(self.principal(facts.who)))
            and all(check.holds(facts.context) for check in self.checks)
        )

    def _reaches(self, resource: str, context: Context) -> bool:
        if self.source.resources is None:
            return True
        patterns = (target.pattern(context) for target in self.targets)
        listed = any(pattern is not None and pattern.matches(resource) for pattern in patterns)
        return listed is not self.source.not_resource


def compile_rule(
    policy: Policy,
    number: int,
    statement: Statement,
    principal: Naming | None = None,
    faults: Sequence[str] = (),
) -> Rule:
    """Compile one statement of the policy with that index in its layer.

    `principal` is given by layers whose statements name principals; `faults` is what a policy of
    this kind must not have, or must.
    """
    deny = statement.effect is Effect.DENY
    actions, bad_actions = _actions(statement, deny)
    targets, bad_targets = _targets(statement, deny, variables=policy.has_variables)
    checks = tuple(
        compile_check(condition, statement.effect, variables=policy.has_variables)
        for condition in statement.conditions
    )
    # An entry that is not understood is left out of a list; out of what an Allow excludes it
    # cannot be left, nor may an Allow exclude nothing at all.
    unsure = (statement.not_action and (bad_actions or not statement.actions)) or (
        statement.not_resource and (bad_targets or not statement.resources)
    )
    warnings = (
        *statement.faults,
        *faults,
        *bad_actions,
        *bad_targets,
        *(w for check in checks for w in check.warnings),
    )
    grants = deny or not (statement.faults or faults or unsure)
    return Rule(
        number, statement, deny, grants, actions, targets, checks, principal, tuple(warnings)
    )


def _actions(statement: Statement, deny: bool) -> tuple[tuple[Named, ...], list[str]]:
    """An action is `*`, or a prefix, one colon and a name (facts 1.4)."""
    found, bad = list[Named](), list[str]()
    for item in statement.actions:
        text = item.value
        understood = text.count(":") == 1 or (bool(text) and not text.strip("*"))
        if not understood:
            bad.append(f"`{text}` is no action: expected `service:Name` or `*`")
        if understood or (deny and not statement.not_action):
            found.append(Named(item, Pattern.parse(text.lower())))
    return tuple(found), bad


def _targets(
    statement: Statement, deny: bool, *, variables: bool
) -> tuple[tuple[Target, ...], list[str]]:
    """A resource is `*` or an ARN (facts 1.4).

    The pattern runs over the whole text: a `*` that ends a segment may go beyond its colon (IAM
    User Guide, reference_policies_elements_resource), and so may one within a segment
    (unconfirmed: resource-colon).
    """
    found, bad = list[Target](), list[str]()
    loose = deny and not statement.not_resource
    for item in statement.resources or ():
        template = _after_fifth_colon(Template.read(item.value, variables))
        arn = item.value.startswith("arn:") or (bool(item.value) and not item.value.strip("*"))
        if not arn:
            bad.append(f"`{item.value}` is no resource: expected an ARN or `*`")
        elif template.broken:
            bad.append(f"`{item.value}` has a variable that cannot be read, or not there")
        if loose or (arn and not template.broken):
            fixed = None if template.keys else template.pattern({}, open_break=loose)
            found.append(Target(item, template, fixed, loose))
    return tuple(found), bad


def _after_fifth_colon(template: Template) -> Template:
    """Variables stand in the last part of an ARN only (facts 2.6); elsewhere they are broken."""
    if len(template.parts) < 2 and not template.keys:
        return template
    colons, parts = 0, []
    for part in template.parts:
        colons += part.count(":") if isinstance(part, str) else 0
        parts.append(BROKEN if isinstance(part, Variable) and colons < 5 else part)
    return Template(tuple(parts))
