"""over-broad-grant: a wildcard where the needs that it serves fit something narrower.

The narrower statement is printed. Silent where the wildcard is needed: an open value (the key of
an S3 object) is needed in full, and some actions take no resource but `*`. Silent as well on the
statement that every Chalice policy carries for its log (`arn:aws:logs:*:*:*`) and on X-Ray's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from remit.catalog import iam
from remit.check import patch
from remit.check.arns import Setting, setting, unsized, written
from remit.check.grants import Grant, different
from remit.check.match import expand, is_open, names, reaches, strictly_within, widened
from remit.check.model import LOGS, Facts, Needed
from remit.check.wording import count, listing, tick
from remit.core.arn import Arn
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Item

ID = "over-broad-grant"
_ANY_LOG = "arn:{}:logs:*:*:*"
_CONNECTIONS = "/@connections/*"  # what Chalice itself grants for websockets
_EVERYWHERE = "*"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each action item and each resource item that could be narrower."""
    for grant in different(facts):
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


@dataclass(frozen=True, slots=True)
class Served:
    """A need that a resource item serves, and the ARNs with which it would be content.

    `stays`: nothing narrower than the item would do. `worth`: to narrow the item for this need
    takes something away from the role.
    """

    needed: Needed
    exact: tuple[str, ...]
    stays: bool
    worth: bool


def _narrower_resources(grant: Grant) -> dict[Item, list[Served]]:
    """Wildcard resource items to what is needed through them, where that is less.

    From `*` the needs that take nothing else can be parted; any other item must be too wide for
    all that it serves.
    """
    found: dict[Item, list[Served]] = {}
    for item in grant.statement.resources or ():
        if not is_open(item.value) or "${" in item.value or item.value.endswith(_CONNECTIONS):
            continue
        served = [_served(grant, item, one) for one in grant.uses(resource=item)]
        parted = item.value == _EVERYWHERE or not any(one.stays for one in served)
        if parted and any(one.worth for one in served):
            found[item] = served
    return found


def _served(grant: Grant, item: Item, needed: Needed) -> Served:
    given = setting(grant.stage.stage, grant.role.role.policies)
    if needed.origin == LOGS or needed.need.action.startswith("logs:"):
        # Chalice writes `arn:aws:logs:*:*:*` into every policy: that is left as it is.
        exact = _ANY_LOG.format(given.partition)
        return Served(needed, (exact,), stays=item.value != _EVERYWHERE, worth=False)
    texts = (needed.need.resource, *needed.need.alternatives)
    exact_setting = given.within(item.value).narrowed(given)
    # An open region, account or suffix in the item is no harm: the comparison leaves it open.
    open_setting = Setting(given.partition).within(item.value)
    loose = [_as_open(written(unsized(text), open_setting), item.value) for text in texts]
    stays = not all(strictly_within(arn, item.value) for arn in loose)
    return Served(
        needed,
        tuple(written(text, exact_setting, needed.need.action) for text in texts),
        stays,
        worth=not stays and not all(_all_there_are(arn, needed.need) for arn in loose),
    )


def _as_open(arn: str, item: str) -> str:
    """`arn` with the item's partition, region and account where the item leaves these open."""
    own, wide = Arn.parse(arn), Arn.parse(item)
    if own is None or wide is None:
        return arn
    return str(
        replace(
            own,
            partition=wide.partition if is_open(wide.partition) else own.partition,
            region=wide.region if is_open(wide.region) else own.region,
            account=wide.account if is_open(wide.account) else own.account,
        )
    )


def _all_there_are(arn: str, need: Need) -> bool:
    """Whether the ARN takes in every resource of the kind that the action needs, wherever."""
    found = iam.action(need.action)
    if found is None:
        return False
    kinds = [name for name, must in found.resource_types if must] or list(
        dict(found.resource_types)
    )
    wanted = [need.resource_type] if need.resource_type else kinds
    known = iam.resource_types(found.service)
    formats = [form for name in wanted if name in known for form in known[name].arns]
    pattern = Pattern.parse(_as_open(arn, "arn:*:*:*:*:*"))
    return bool(formats) and all(pattern.covers(Pattern.parse(widened(one))) for one in formats)


def _resource_message(item: Item, served: list[Served]) -> str:
    narrower = sorted({arn for one in served if not one.stays for arn in one.exact})
    text = f"{tick(item.value)} is wider than the needs that it serves: {listing(narrower, 4)}"
    stay = sorted({one.needed.need.action for one in served if one.stays})
    if stay:
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
        severity=_severity(grant, item),
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


def _severity(grant: Grant, item: Item) -> Severity:
    """A note where the wildcard stays below one name (`app/*`), or where a use may be unseen."""
    arn = Arn.parse(item.value)
    within_one = False
    if arn is not None:
        before = arn.resource.replace("?", "*").partition("*")[0].replace(":", "/")
        within_one = before.endswith("/") and before.count("/") > (arn.service != "s3")
    return Severity.NOTE if within_one or not grant.complete else Severity.WARNING


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
    resources: Mapping[Item, list[Served]],
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


def _places(grant: Grant, action: Item, resources: Mapping[Item, list[Served]]) -> tuple[str, ...]:
    """Where the action is needed: its own ARNs for narrowed items, the others as they are.

    An action that nothing needs keeps to the resources of the rest: another finding's business.
    """
    found: list[str] = []
    spare: list[str] = []
    for item in grant.statement.resources or ():
        if item not in resources:
            found.append(item.value)
            continue
        for one in resources[item]:
            arns = (item.value,) if one.stays else one.exact
            spare += arns
            if names(action, one.needed.need.action):
                found += arns
    return tuple(sorted(set(found or spare)))
