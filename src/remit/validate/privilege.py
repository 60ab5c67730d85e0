"""Least privilege: what an identity policy grants more widely than most roles need.

Runs only where it is asked for: an administrator's policy is wide on purpose.
Sources: IAM User Guide, best-practices (least privilege, conditions); Service Authorization
Reference for what can be narrowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog import iam
from remit.core.policy import Item, Statement
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.principals import keys_of

REMIT_WILDCARD_ACTION = Check(
    "REMIT_WILDCARD_ACTION",
    Level.WARNING,
    "An action pattern that allows to write, or to change permissions.",
    "Every such action that the service has, or will have, is granted.",
    "List the actions that are used.",
)
REMIT_NOT_ACTION_ALLOWED = Check(
    "REMIT_NOT_ACTION_ALLOWED",
    Level.WARNING,
    "`Allow` with `NotAction`.",
    "All actions of all services are granted but those listed, new ones too.",
    "List what is allowed in `Action`.",
)
REMIT_WILDCARD_RESOURCE = Check(
    "REMIT_WILDCARD_RESOURCE",
    Level.WARNING,
    "Every resource, for actions that write and can be kept to some.",
    "Whoever takes over the principal can change all resources of that kind.",
    "Name the resources' ARNs.",
)
REMIT_WRITE_WITHOUT_CONDITION = Check(
    "REMIT_WRITE_WITHOUT_CONDITION",
    Level.SUGGESTION,
    "Actions that change permissions or delete, without a condition on MFA, network or TLS.",
    "Stolen credentials are enough to use them, from anywhere.",
    "Think of `aws:MultiFactorAuthPresent` for people, `aws:SourceIp`, `aws:SourceVpc` or "
    "`aws:SourceVpce` for programs, and `aws:SecureTransport`.",
)

_CHANGES = frozenset({"Write", "Permissions management", "Tagging"})
_HELD = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
        "aws:securetransport",
        "aws:principalorgid",
        "aws:calledvia",
        "aws:viaawsservice",
    }
)
_GRANTS = frozenset({PolicyType.IDENTITY, PolicyType.SESSION})


def actions(subject: Subject) -> Iterator[Issue]:
    """Patterns and negations that allow changes."""
    if subject.type not in _GRANTS:
        return
    for statement in subject.allows:
        if statement.not_action:
            place = statement.actions[0].span if statement.actions else statement.span
            check = REMIT_NOT_ACTION_ALLOWED
            yield Issue(check, place, "everything but the listed actions is allowed", check.remedy)
            continue
        for item in statement.actions:
            if "*" in item.value or "?" in item.value:
                yield from _pattern(item)


def _pattern(item: Item) -> Iterator[Issue]:
    if not item.value.strip("*:"):
        message = "every action of every service is allowed"
        yield Issue(REMIT_WILDCARD_ACTION, item.span, message, REMIT_WILDCARD_ACTION.remedy)
        return
    changing = [name for name in iam.expand(item.value) if _changes(name)]
    if changing:
        message = (
            f"{shown(item.value)} allows {len(changing)} actions that change something,"
            f" such as {shown(changing[0])}"
        )
        yield Issue(REMIT_WILDCARD_ACTION, item.span, message, REMIT_WILDCARD_ACTION.remedy)


def _changes(name: str) -> bool:
    found = iam.action(name)
    return found is not None and bool(found.access & _CHANGES)


def resources(subject: Subject) -> Iterator[Issue]:
    """`*` where the changing actions could be kept to some resources."""
    if subject.type not in _GRANTS:
        return
    for statement in subject.allows:
        stars = [item for item in statement.resources or () if item.value == "*"]
        if not stars or statement.not_action or statement.not_resource or statement.conditions:
            continue
        narrow = [item for item in statement.actions if _can_be_narrowed(item)]
        if narrow:
            message = f"{shown(narrow[0].value)} is allowed on every resource, and need not be"
            check = REMIT_WILDCARD_RESOURCE
            yield Issue(check, stars[0].span, message, check.remedy)


def _can_be_narrowed(item: Item) -> bool:
    """Whether it is one action that changes something and takes a resource."""
    found = iam.action(item.value)
    return found is not None and bool(found.access & _CHANGES) and bool(found.resource_types)


def conditions(subject: Subject) -> Iterator[Issue]:
    """Deletions and changes of permissions that nothing holds."""
    if subject.type not in _GRANTS:
        return
    for statement in subject.allows:
        if keys_of(statement) & _HELD or statement.not_action:
            continue
        item = next((one for one in statement.actions if _is_grave(one, statement)), None)
        if item is not None:
            check = REMIT_WRITE_WITHOUT_CONDITION
            message = f"{shown(item.value)} is allowed from anywhere, without MFA"
            yield Issue(check, item.span, message, check.remedy)


def _is_grave(item: Item, statement: Statement) -> bool:
    if item.value == "*":
        return True
    found = iam.action(item.value)
    if found is None:
        return False
    deletes = (
        found.name.startswith(("Delete", "Terminate", "Remove", "Put")) and "Policy" in found.name
    )
    return "Permissions management" in found.access or deletes


FAMILY = Family(
    "Least privilege",
    (
        REMIT_WILDCARD_ACTION,
        REMIT_NOT_ACTION_ALLOWED,
        REMIT_WILDCARD_RESOURCE,
        REMIT_WRITE_WITHOUT_CONDITION,
    ),
    (actions, resources, conditions),
    optional=True,
)
