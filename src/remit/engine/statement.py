"""Does a statement match a request: action, resource, principal, conditions.

What may live here: compiling a statement once, and asking it. What is not understood in a
statement never grants; a Deny still denies when all that was understood matches.

Rules: facts/iam.md 1.4 to 1.7 (IAM User Guide, reference_policies_elements_action, ..._resource,
..._notaction, ..._notresource).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.pattern import Pattern, units
from remit.core.policy import Effect, Item, Policy, Statement
from remit.engine.condition import Check, compile_check, compile_test
from remit.engine.context import Facts
from remit.engine.naming import Form, Who
from remit.engine.variables import BROKEN, Context, Template, Variable
from remit.syntax.source import shown

Naming: TypeAlias = Callable[[Who], frozenset[Form]]
"""As what a statement names a caller; empty when it does not speak of it."""


Reach: TypeAlias = Callable[[str, Facts], bool]
"""Tests the request's resource, given in code units."""

_ANYTHING = Pattern.parse("*")


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


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A compiled statement, like no other. `grants` is False for an Allow that is not understood.

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
    reaches: Reach = field(repr=False)
    """Whether it takes in the request's resource."""
    holds: Callable[[Facts], bool] | None = field(repr=False)
    """Whether it speaks of the caller and its conditions hold; None where it asks for neither."""

    def names(self, action: str) -> bool:
        """Whether its Action or NotAction takes in the lowered `action`."""
        listed = any(entry.pattern.matches(action) for entry in self.actions)
        return listed is not self.source.not_action

    def matches(self, facts: Facts) -> bool:
        """Whether it speaks of the request. `names` is asked before, once for each action."""
        reached = self.reaches(units(facts.resource), facts)
        return reached and (self.holds is None or self.holds(facts))


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
        number,
        statement,
        deny,
        grants,
        actions,
        targets,
        checks,
        principal,
        tuple(warnings),
        _reach(statement, targets),
        _holding(principal, tuple(map(compile_test, checks))),
    )


def _reach(statement: Statement, targets: Sequence[Target]) -> Reach:
    """The test of the resource, in the cheapest form that will do."""
    wanted = not statement.not_resource
    fixed = [target.fixed for target in targets if target.fixed is not None]
    if statement.resources is None or (wanted and _ANYTHING in fixed):
        return _anywhere
    begun = tuple(p.begins for p in fixed if p.begins is not None)
    others = tuple(p.test for p in fixed if p.begins is None)
    open_ones = tuple(target for target in targets if target.fixed is None)

    def begins(resource: str, facts: Facts) -> bool:
        return resource.startswith(begun)

    def listed(resource: str, facts: Facts) -> bool:
        if begun and resource.startswith(begun):
            return wanted
        for test in others:
            if test(resource):
                return wanted
        for target in open_ones:
            pattern = target.pattern(facts.context)
            if pattern is not None and pattern.test(resource):
                return wanted
        return not wanted

    return begins if wanted and len(begun) == len(targets) else listed


def _anywhere(resource: str, facts: Facts) -> bool:
    return True


def _holding(
    principal: Naming | None, tests: tuple[Callable[[Context], bool], ...]
) -> Callable[[Facts], bool] | None:
    """The test of the caller and of the conditions."""

    def one(facts: Facts) -> bool:
        return test(facts.context)

    def every(facts: Facts) -> bool:
        if principal is not None and not principal(facts.who):
            return False
        return all(test(facts.context) for test in tests)

    if principal is None and not tests:
        return None
    if principal is None and len(tests) == 1:
        [test] = tests
        return one
    return every


def _actions(statement: Statement, deny: bool) -> tuple[tuple[Named, ...], list[str]]:
    """An action is `*`, or a prefix, one colon and a name (facts 1.4)."""
    found, bad = list[Named](), list[str]()
    for item in statement.actions:
        text = item.value
        understood = text.count(":") == 1 or (bool(text) and not text.strip("*"))
        if not understood:
            bad.append(f"{shown(text)} is no action: expected `service:Name` or `*`")
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
        arn = _is_resource(item.value)
        if not arn:
            bad.append(f"{shown(item.value)} is no resource: expected an ARN or `*`")
        elif template.broken:
            bad.append(f"{shown(item.value)} has a variable that cannot be read, or not there")
        if loose or (arn and not template.broken):
            fixed = None if template.keys else template.pattern({}, open_break=loose)
            found.append(Target(item, template, fixed, loose))
    return tuple(found), bad


def _is_resource(text: str) -> bool:
    """`*`, or an ARN of six parts whose service is named in full; a `*` at its end may stand for
    parts that are not written (`arn:aws:sns:*`). Facts 1.4 leaves open how AWS reads an ARN with
    fewer parts and no such end: the safe reading is that it is none.
    """
    if text and not text.strip("*"):
        return True
    parts = text.split(":", 5)
    named = parts[0] == "arn" and len(parts) > 2 and not set(parts[2]) & set("*?")
    return named and (len(parts) == 6 or text.endswith("*"))


def _after_fifth_colon(template: Template) -> Template:
    """Variables stand in the last part of an ARN only (facts 2.6); elsewhere they are broken."""
    if len(template.parts) < 2 and not template.keys:
        return template
    colons, parts = 0, []
    for part in template.parts:
        colons += part.count(":") if isinstance(part, str) else 0
        parts.append(BROKEN if isinstance(part, Variable) and colons < 5 else part)
    return Template(tuple(parts))
