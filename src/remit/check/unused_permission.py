"""unused-permission: a grant that nothing deployed needs.

Least privilege: what nobody uses only helps an intruder (IAM User Guide, best-practices). "Nothing
needs it" is said for sure only when all code was followed and no use can be out of sight.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.catalog import iam
from remit.check import patch, unseen
from remit.check.grants import Grant, different
from remit.check.ineffective_grant import fits, idle_actions, idle_resources, opened
from remit.check.match import expand, names
from remit.check.model import Facts
from remit.check.sibling_resource import mixups
from remit.check.unknown_action import is_unknown
from remit.check.wording import count, listing, tick
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.policy import Item

ID = "unused-permission"
_HARMLESS = frozenset({"Read", "List"})


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each action item, and each resource item, that no need can use."""
    for grant in different(facts):
        wrong = mixups(facts, grant)
        if len(wrong) == len(grant.statement.resources or ()):
            continue  # it is for another stage's resources: `stage-drift` says what to write
        actions = unused_actions(grant)
        resources = [item for item in _unused_resources(grant) if item not in wrong]
        unused = [*actions, *resources]
        for item in actions:
            yield _action(grant, item, unused)
        for item in resources:
            yield _resource(grant, item, unused)


def unused_actions(grant: Grant) -> list[Item]:
    """The action items that no need can use, without those that are reported as ineffective."""
    if len(idle_resources(grant)) == len(grant.statement.resources or ()):
        return []
    idle = idle_actions(grant)
    return [
        item
        for item in grant.statement.actions
        if item not in idle and not is_unknown(item.value) and not grant.uses(action=item)
    ]


def _unused_resources(grant: Grant) -> list[Item]:
    """The resource items that no need can use, where the actions themselves are used.

    A resource that only unused actions could match is explained by these already.
    """
    used = [item for item in grant.statement.actions if grant.uses(action=item)]
    idle = idle_resources(grant)
    return [
        item
        for item in grant.statement.resources or ()
        if item not in idle
        and item.value.strip("*?")
        and any(fits(action.value, opened(grant, item)) for action in used)
        and not grant.uses(resource=item)
    ]


def _action(grant: Grant, item: Item, unused: list[Item]) -> Finding:
    expanded = expand(item.value)
    allows = "" if len(expanded) == 1 else f" ({_expansion(expanded)})"
    where = listing([one.value for one in grant.statement.resources or ()], 2)
    return _finding(
        grant,
        item,
        f"nothing deployed uses {tick(item.value)}{allows} on {where}",
        expanded,
        patch.rewritten(grant.statement, dict.fromkeys(unused, ())),
        action=expanded[0] if len(expanded) == 1 else item.value,
        related=_elsewhere(grant, item),
    )


def _resource(grant: Grant, item: Item, unused: list[Item]) -> Finding:
    expanded = tuple(
        one
        for action in grant.statement.actions
        for one in expand(action.value)
        if fits(one, opened(grant, item))
    )
    return _finding(
        grant,
        item,
        f"nothing deployed uses {tick(item.value)} with the actions of this statement",
        expanded,
        patch.rewritten(grant.statement, dict.fromkeys(unused, ())),
        resource=item.value,
    )


def _finding(
    grant: Grant,
    item: Item,
    message: str,
    expanded: tuple[str, ...],
    mended: str,
    action: str | None = None,
    resource: str | None = None,
    related: tuple[Related, ...] = (),
) -> Finding:
    doubt = _doubt(grant, expanded)
    mild = bool(doubt) or (bool(expanded) and all(_harmless(one) for one in expanded))
    return Finding(
        id=ID,
        severity=Severity.NOTE if mild else Severity.WARNING,
        confidence=Confidence.CONDITIONAL if doubt else Confidence.CERTAIN,
        stage=grant.stage.stage.name,
        span=item.span,
        message=f"{message}; but {doubt}" if doubt else message,
        why="What nothing uses helps only an intruder.",
        fix="Replace the statement by this one." if mended else "Remove the statement.",
        patch=mended,
        action=action,
        resource=resource,
        related=related,
        block=grant.statement.span,
    )


def _doubt(grant: Grant, expanded: tuple[str, ...]) -> str:
    """Why a use may be out of sight; "" when it cannot be."""
    if not grant.complete:
        return grant.gap
    reasons = (unseen.reason(one, grant) for one in expanded)
    return next((why for why in reasons if why), "")


def _harmless(action: str) -> bool:
    found = iam.action(action)
    return found is not None and found.access <= _HARMLESS


def _expansion(expanded: tuple[str, ...]) -> str:
    if not expanded:
        return "every action"
    return f"{count(len(expanded), 'action')}: {listing(expanded, 3)}"


def _elsewhere(grant: Grant, item: Item) -> tuple[Related, ...]:
    """The first call that needs the action on another resource: often the grant's purpose."""
    for one in grant.needed:
        if one.call is not None and names(item, one.need.action):
            return (
                Related(one.call.span, f"this call needs it on {tick(str(one.need.resource))}"),
            )
    return ()
