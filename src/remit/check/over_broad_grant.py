"""over-broad-grant: a wildcard where the needs that it serves fit something narrower.

The narrower statement is printed. Silent where the wildcard is needed: an open value (the key of
an S3 object) is needed in full, and some actions take no resource but `*`. Silent as well on the
statement that every Chalice policy carries for its log (`arn:aws:logs:*:*:*`) and on X-Ray's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from remit.check import patch
from remit.check.arns import Setting, setting, written
from remit.check.grants import Grant, grants
from remit.check.match import expand, is_open, names, reaches, strictly_within
from remit.check.model import LOGS, Facts, Needed
from remit.check.wording import count, listing, tick
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.policy import Item

ID = "over-broad-grant"
_ANY_LOG = "arn:{}:logs:*:*:*"
_EVERYWHERE = "*"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each action item and each resource item that could be narrower."""
    for grant in grants(facts):
        actions = _narrower_actions(grant)
        resources = _narrower_resources(grant)
        if not actions and not resources:
            continue
        mended = _mended(grant, actions, resources)
        for item, needed in actions.items():
            yield _finding(grant, item, _action_message(item, needed), mended, action=item.value)
        for item, served in resources.items():
            text = _resource_message(item, served)
            yield _finding(grant, item, text, mended, resource=item.value)


# --- actions ----------------------------------------------------------------------------------


def _narrower_actions(grant: Grant) -> dict[Item, tuple[str, ...]]:
    """Wildcard action items to the actions that are needed through them."""
    found: dict[Item, tuple[str, ...]] = {}
    for item in grant.statement.actions:
        if not is_open(item.value) or item.value.lower().startswith("xray:"):
            continue
        needed = sorted({one.need.action for one in grant.uses(action=item)})
        if needed and set(expand(item.value)) != set(needed):
            found[item] = tuple(needed)
    return found


def _action_message(item: Item, needed: tuple[str, ...]) -> str:
    expanded = expand(item.value)
    allows = count(len(expanded), "action") if expanded else "every action"
    are = "is" if len(needed) == 1 else "are"
    return f"{tick(item.value)} allows {allows}; {len(needed)} {are} needed: {listing(needed)}"


# --- resources --------------------------------------------------------------------------------


def _narrower_resources(grant: Grant) -> dict[Item, dict[str, list[Needed]]]:
    """Wildcard resource items to what is needed through them: ARN to needs.

    For `*` the needs that take nothing else stay in the mapping under `*`.
    """
    found: dict[Item, dict[str, list[Needed]]] = {}
    for item in grant.statement.resources or ():
        if not is_open(item.value) or "${" in item.value:
            continue
        served = _served(grant, item)
        if served and all(one == _EVERYWHERE or _narrows(one, item) for one in served):
            found[item] = served
    return {item: served for item, served in found.items() if not _usual(served)}


def _usual(served: Mapping[str, list[Needed]]) -> bool:
    """Whether the item serves nothing but the log and what takes no resource but `*`."""
    return all(
        arn == _EVERYWHERE or all(one.need.action.startswith("logs:") for one in needs)
        for arn, needs in served.items()
    )


def _served(grant: Grant, item: Item) -> dict[str, list[Needed]]:
    """The needs that use the item, by the ARN that each would be content with.

    Where the item leaves the region or account open, so does that ARN: an open region is no harm.
    """
    given = setting(grant.stage.stage, grant.role.role.policies).within(item.value)
    found: dict[str, list[Needed]] = {}
    for one in grant.uses(resource=item):
        for arn in _content(one, item, given):
            found.setdefault(arn, []).append(one)
    return found


def _content(needed: Needed, item: Item, given: Setting) -> tuple[str, ...]:
    """The ARNs with which the need would be content in place of the item.

    The log's own statement is Chalice's (`arn:aws:logs:*:*:*`) and is left as it is.
    """
    if needed.origin == LOGS or needed.need.action.startswith("logs:"):
        return (_ANY_LOG.format(given.partition) if item.value == _EVERYWHERE else item.value,)
    texts = (needed.need.resource, *needed.need.alternatives)
    return tuple(written(text, given, needed.need.action) for text in texts)


def _narrows(arn: str, item: Item) -> bool:
    return arn != item.value and strictly_within(arn, item.value)


def _resource_message(item: Item, served: Mapping[str, list[Needed]]) -> str:
    narrower = sorted(set(served) - {_EVERYWHERE})
    text = f"{tick(item.value)} is wider than the needs that it serves: {listing(narrower, 4)}"
    if _EVERYWHERE in served:
        stay = sorted({one.need.action for one in served[_EVERYWHERE]})
        text += f"; only {listing(stay)} {'needs' if len(stay) == 1 else 'need'} `*`"
    return text


# --- the finding ------------------------------------------------------------------------------


def _finding(
    grant: Grant,
    item: Item,
    message: str,
    mended: str,
    action: str | None = None,
    resource: str | None = None,
) -> Finding:
    return Finding(
        id=ID,
        severity=Severity.WARNING if grant.complete else Severity.NOTE,
        confidence=Confidence.CERTAIN if grant.complete else Confidence.CONDITIONAL,
        stage=grant.stage.stage.name,
        span=item.span,
        message=message if grant.complete else f"{message}; but {grant.gap}",
        why="The role may do more than the code needs: so may whoever takes over the function.",
        fix="Replace the statement by this.",
        patch=mended,
        action=action,
        resource=resource,
        related=_calls(grant, item),
    )


def _calls(grant: Grant, item: Item) -> tuple[Related, ...]:
    """The first call that uses the item."""
    through = {one for one in grant.statement.actions if one == item}
    for one in grant.needed:
        served = names(item, one.need.action) if through else reaches(grant.policy, item, one.need)
        if one.call is not None and served:
            return (Related(one.call.span, f"needs {tick(one.need.action)}"),)
    return ()


def _mended(
    grant: Grant,
    actions: Mapping[Item, tuple[str, ...]],
    resources: Mapping[Item, Mapping[str, list[Needed]]],
) -> str:
    """The statement with both narrowed; several where its actions need different resources."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for item in grant.statement.actions:
        for action in actions.get(item, (item.value,)):
            places = _places(grant, replace(item, value=action), resources)
            groups.setdefault(places, []).append(action)
    made = [
        patch.as_json(
            grant.statement, list(dict.fromkeys(group)), places, str(number) if number else ""
        )
        for number, (places, group) in enumerate(groups.items())
    ]
    return patch.several(made)


def _places(
    grant: Grant, action: Item, resources: Mapping[Item, Mapping[str, list[Needed]]]
) -> tuple[str, ...]:
    """Where the action is needed: its own ARNs for narrowed items, the others as they are.

    An action that nothing needs keeps to the resources of the rest: another finding's business.
    """
    own = setting(grant.stage.stage, grant.role.role.policies)
    found: list[str] = []
    spare: list[str] = []
    for item in grant.statement.resources or ():
        if item not in resources:
            found.append(item.value)
            continue
        exact = own.within(item.value).narrowed(own)
        for one in grant.uses(resource=item):
            arns = _content(one, item, exact)
            spare += arns
            if names(action, one.need.action):
                found += arns
    return tuple(sorted(set(found or spare)))
