"""Tag conditions on actions that do not know tags: the statement then never applies to them.

Source: IAM User Guide, access-analyzer-reference-policy-checks; the keys that an action supports
are the Service Authorization Reference's.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog import condition_keys as keys
from remit.catalog import iam
from remit.core.finding import Confidence
from remit.core.policy import Condition, Effect, Item, Statement
from remit.syntax.codes import Level
from remit.syntax.names import Operator
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, Subject

_ABSENT = "For such an action the key is absent, so the statement does not apply to it."
_MOVE = "Put these actions in a statement without the tag condition."

ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE = Check(
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Level.SUGGESTION,
    "An Allow with a tag condition, for actions that do not know resource tags.",
    _ABSENT,
    _MOVE,
)
DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE = Check(
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Level.SECURITY_WARNING,
    "A Deny with a tag condition, for actions that do not know resource tags.",
    "For such an action the key is absent, so what was to be denied stays as it is.",
    _MOVE,
)
ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE = Check(
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Level.SUGGESTION,
    "An Allow of `NotAction` with a tag condition.",
    "It allows only actions that know resource tags, which the list does not show.",
    "List the actions in `Action`.",
)
DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE = Check(
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    Level.SECURITY_WARNING,
    "A Deny of `NotAction` with a tag condition.",
    "Actions that do not know resource tags are not denied, which the list does not show.",
    "List the actions in `Action`.",
)
_BY_EFFECT = {
    Effect.ALLOW: ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
    Effect.DENY: DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
}
_BY_EFFECT_NEGATED = {
    Effect.ALLOW: ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
    Effect.DENY: DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
}

_TAG = "aws:resourcetag/"
# Tests that fail where the key is absent; all others hold there.
_POSITIVE = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "ArnEquals"}
)


def unsupported(subject: Subject) -> Iterator[Issue]:
    """Positive tests of `aws:ResourceTag/...` beside actions whose service has no such key."""
    for statement in subject.policy.statements:
        for test in statement.conditions:
            if not test.key.value.lower().startswith(_TAG) or not _is_positive(test):
                continue
            if statement.not_action:
                check = _BY_EFFECT_NEGATED[statement.effect]
                message = f"`NotAction` with {shown(test.key.value)}"
                yield Issue(check, test.key.span, message, check.remedy)
                continue
            found = [item for item in statement.actions if _lacks(item)]
            if found:
                yield _issue(statement, test, found)


def _is_positive(test: Condition) -> bool:
    operator = Operator.split(test.operator.value)
    return (
        operator.base in _POSITIVE and not operator.if_exists and operator.prefix != "ForAllValues"
    )


def _lacks(item: Item) -> bool:
    """Whether the action is one that is known, and that has no resource tags."""
    action = iam.action(item.value)
    # What is being made has the tags that it is made with (facts/iam.md 2.5).
    if action is None or any(keys.same("aws:RequestTag/x", key) for key in action.all_keys):
        return False
    known = iam.resource_types(action.service)
    named = {*action.all_keys}
    for name, _ in action.resource_types:
        if name not in known:
            return False
        named.update(known[name].condition_keys)
    return not any(keys.same(_TAG + "x", key) for key in named) and not _service_tags(action)


def _service_tags(action: iam.Action) -> bool:
    """Services whose reference has no tag key for an action although AWS sends it for all."""
    return action.service in _UNLISTED


_UNLISTED = frozenset({"ec2"})


def _issue(statement: Statement, test: Condition, found: list[Item]) -> Issue:
    names = ", ".join(shown(item.value) for item in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    does = "allowed" if statement.effect is Effect.ALLOW else "denied"
    message = f"{names}{more} cannot be {does} by {shown(test.key.value)}"
    check = _BY_EFFECT[statement.effect]
    return Issue(check, found[0].span, message, check.remedy, Confidence.CONDITIONAL)


FAMILY = Family(
    "Tags",
    (*_BY_EFFECT.values(), *_BY_EFFECT_NEGATED.values()),
    (unsupported,),
)
