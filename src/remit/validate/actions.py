"""`Action` and `NotAction`: whether there is such an action, and whether it is said twice.

Sources: IAM User Guide, access-analyzer-reference-policy-checks and
reference_policies_elements_action; Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from remit.catalog import iam, unlisted
from remit.core.finding import Confidence
from remit.core.policy import Effect, Item, Statement
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.covering import covered
from remit.validate.grammar_checks import BY_CODE
from remit.validate.model import Check, Family, Issue, Subject

INVALID_SERVICE_IN_ACTION = Check(
    "INVALID_SERVICE_IN_ACTION",
    Level.ERROR,
    "An action of a service that AWS does not have.",
    "The entry allows or denies nothing.",
    "Write the service's prefix as the Service Authorization Reference has it.",
)
REMIT_UNLISTED_ACTION = Check(
    "REMIT_UNLISTED_ACTION",
    Level.WARNING,
    "An action that the Service Authorization Reference does not list, though AWS uses its name.",
    "The service was closed, or the action is not public: the entry may allow or deny nothing.",
    "Remove it if you do not use it.",
)
REMIT_ACTION_MATCHES_NOTHING = Check(
    "REMIT_ACTION_MATCHES_NOTHING",
    Level.WARNING,
    "An action pattern that matches none of its service's actions.",
    "The entry allows or denies nothing until AWS adds an action of such a name.",
    "Write the name of an action that there is.",
)
REDUNDANT_ACTION = Check(
    "REDUNDANT_ACTION",
    Level.SUGGESTION,
    "An action that another entry of the same list takes in.",
    "Whoever removes it later will think that something was taken away.",
    "Remove the narrower of the two.",
)
_INVALID_ACTION = BY_CODE["INVALID_ACTION"]


def existing(subject: Subject) -> Iterator[Issue]:
    """Every action item that stands for nothing the catalog knows."""
    for statement in subject.policy.statements:
        for item in statement.actions:
            prefix, colon, name = item.value.partition(":")
            if not colon or not prefix or not name or ":" in name or "$" in item.value:
                continue  # the grammar's to tell
            if not _is_known(item.value):
                yield _missing(statement, item, prefix, name)


@lru_cache(maxsize=16_384)
def _is_known(action: str) -> bool:
    """Whether the item matches an action; without reading the catalog for `service:*`."""
    prefix, _, name = action.lower().partition(":")
    if "*" not in action and "?" not in action:
        return iam.action(action) is not None
    if prefix in iam.services() and not name.strip("*"):
        return True
    return bool(iam.expand(action))


def _missing(statement: Statement, item: Item, prefix: str, name: str) -> Issue:
    service = prefix.lower()
    does = "denies" if statement.effect is Effect.DENY else "allows"
    does = "exempts" if statement.not_action else does
    if service in unlisted.SERVICES or item.value.lower() in unlisted.ACTIONS:
        message = f"{shown(item.value)} is not in AWS's reference of {iam.as_of()}"
        return Issue(REMIT_UNLISTED_ACTION, item.span, message, "check that you still use it")
    near = _nearest(item.value)
    fix = f"did you mean `{near}`?" if near else "remove it, or write the action's real name"
    wild = "*" in service or "?" in service
    if service not in iam.services() and not wild:
        message = f"AWS has no service {shown(prefix)} (as of {iam.as_of()}): this {does} nothing"
        check = INVALID_SERVICE_IN_ACTION
    elif wild or "*" in name or "?" in name:
        message = f"no action matches {shown(item.value)} (as of {iam.as_of()}): it {does} nothing"
        check = REMIT_ACTION_MATCHES_NOTHING
    else:
        message = f"AWS has no action {shown(item.value)} (as of {iam.as_of()}): it {does} nothing"
        check = _INVALID_ACTION
    return Issue(check, item.span, message, fix, Confidence.CONDITIONAL)


def _nearest(action: str) -> str | None:
    return None if "*" in action or "?" in action else iam.nearest_action(action)


def redundant(subject: Subject) -> Iterator[Issue]:
    """An item that another of the same statement covers; of equal ones the later."""
    for statement in subject.policy.statements:
        for narrow, wide in covered(statement.actions, str.lower):
            message = f"{shown(narrow.value)} is in {shown(wide.value)} already"
            if narrow.value == wide.value:
                message = f"{shown(narrow.value)} is listed twice"
            fix = f"remove it; {shown(wide.value)} is at line {wide.span.line}"
            yield Issue(REDUNDANT_ACTION, narrow.span, message, fix)


FAMILY = Family(
    "Actions",
    (
        INVALID_SERVICE_IN_ACTION,
        REMIT_UNLISTED_ACTION,
        REMIT_ACTION_MATCHES_NOTHING,
        REDUNDANT_ACTION,
    ),
    (existing, redundant),
)
