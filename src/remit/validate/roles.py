"""Passing roles and making service-linked roles: grants that open more than they name.

Twelve checks of Access Analyzer in one table: for each of the two actions, how the statement
comes to name the action and how it names the resource.
Source: IAM User Guide, access-analyzer-reference-policy-checks, id_roles_use_passrole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.core.pattern import Pattern
from remit.core.policy import Item, Statement
from remit.syntax.codes import Level
from remit.syntax.names import Operator
from remit.validate.model import Check, Family, Issue, PolicyType, Subject


@dataclass(frozen=True, slots=True)
class _Grant:
    """One of the two actions. `key` narrows it to a service; `roles` is what it acts on."""

    prefix: str
    action: str
    level: Level
    key: str
    why: str


_PASS = _Grant(
    "PASS_ROLE",
    "iam:PassRole",
    Level.SECURITY_WARNING,
    "iam:PassedToService",
    "Who can hand any role to a service can do whatever the most powerful role may.",
)
_LINK = _Grant(
    "CREATE_SLR",
    "iam:CreateServiceLinkedRole",
    Level.WARNING,
    "iam:AWSServiceName",
    "Roles for services that you do not use may come into being.",
)
_FORMS = {
    "WITH_NOT_RESOURCE": "with `NotResource`",
    "WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": "by a wildcard action, with `NotResource`",
    "WITH_NOT_ACTION_AND_NOT_RESOURCE": "by `NotAction`, with `NotResource`",
    "WITH_STAR_IN_RESOURCE": "on every role",
    "WITH_STAR_IN_ACTION_AND_RESOURCE": "by a wildcard action, on every role",
    "WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": "by `NotAction`, on every role",
}


def _check(grant: _Grant, form: str) -> Check:
    return Check(
        f"{grant.prefix}_{form}",
        grant.level,
        f"`{grant.action}` is allowed {_FORMS[form]}.",
        grant.why,
        f"Name the roles' ARNs, or add a condition on `{grant.key}`.",
    )


_CHECKS = {(grant.prefix, form): _check(grant, form) for grant in (_PASS, _LINK) for form in _FORMS}


def wide(subject: Subject) -> Iterator[Issue]:
    """Allows of the two actions on more roles than are named. What only limits (boundaries,
    policies of an organization) grants nothing."""
    if subject.type not in {PolicyType.IDENTITY, PolicyType.SESSION, PolicyType.RESOURCE}:
        return
    for statement in subject.allows:
        if statement.resources is None:
            continue
        for grant in (_PASS, _LINK):
            form = _form(statement, grant)
            if form is not None and not _is_narrowed(statement, grant.key.lower()):
                check = _CHECKS[grant.prefix, form]
                place = _action(statement, grant)
                message = f"`{grant.action}` is allowed {_FORMS[form]}"
                yield Issue(check, place.span if place else statement.span, message, check.remedy)


def _is_narrowed(statement: Statement, key: str) -> bool:
    """Whether a test that fails without the key names services. As Access Analyzer was seen to
    judge: `StringEqualsIfExists` and a value that begins with a wildcard do not narrow."""
    for test in statement.conditions:
        operator = Operator.split(test.operator.value)
        firm = operator.base in _POSITIVE and (
            not operator.if_exists or operator.base == "StringLike"
        )
        if test.key.value.lower() == key and firm and operator.prefix != "ForAllValues":
            return not any(value.value.startswith("*") for value in test.values)
    return False


_POSITIVE = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})


def _form(statement: Statement, grant: _Grant) -> str | None:
    """How the statement allows the action on everything; None where it does not."""
    how = _how(statement, grant)
    if how is None:
        return None
    if statement.not_resource:
        return {"NAME": "", "STAR": "STAR_IN_ACTION_AND_", "NOT": "NOT_ACTION_AND_"}[how].join(
            ("WITH_", "NOT_RESOURCE")
        )
    if not any(_is_every_role(item.value) for item in statement.resources or ()):
        return None
    if how == "STAR":
        return "WITH_STAR_IN_ACTION_AND_RESOURCE"
    return "WITH_STAR_IN_RESOURCE" + ("_AND_NOT_ACTION" if how == "NOT" else "")


def _how(statement: Statement, grant: _Grant) -> str | None:
    place = _action(statement, grant)
    if statement.not_action:
        return None if place is not None else "NOT"
    if place is None:
        return None
    return "NAME" if place.value.lower() == grant.action.lower() else "STAR"


def _action(statement: Statement, grant: _Grant) -> Item | None:
    """The item that takes in the action: the plain name before a pattern."""
    name = grant.action.lower()
    found = [
        one
        for one in statement.actions
        if one.value[:1] in _MAY_BE_IAM and Pattern.parse(one.value.lower()).matches(name)
    ]
    return min(found, key=lambda one: one.value.lower() != name, default=None)


_MAY_BE_IAM = frozenset("iI*?")
_ANY_ROLE = Pattern.parse("arn:aws:iam::111122223333:role/*")


def _is_every_role(resource: str) -> bool:
    """Whether the pattern takes in every role of some account."""
    if "*" not in resource or "${" in resource:
        return False
    parts = resource.split(":", 5)
    if len(parts) == 6 and parts[1:3] != ["*", "*"]:
        # The partition and account may be named: then it is every role of that account.
        loose = ":".join((parts[0], "aws", parts[2], parts[3], "111122223333", parts[5]))
        return Pattern.parse(loose).covers(_ANY_ROLE)
    return Pattern.parse(resource).covers(_ANY_ROLE)


FAMILY = Family("Passing roles", tuple(_CHECKS.values()), (wide,))
