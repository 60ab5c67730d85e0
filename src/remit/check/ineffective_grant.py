"""ineffective-grant: part of an Allow statement that can never grant anything.

An action is granted only on resources that it acts on: `ses:SendEmail` in a statement that lists
S3 buckets allows nothing. IAM User Guide, reference_policies_elements_resource; the resources of
each action are in the Service Authorization Reference. Silent wherever that does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from remit.catalog import iam
from remit.check import patch
from remit.check.arns import Setting, setting, written
from remit.check.grants import Grant, grants
from remit.check.match import expand, names
from remit.check.model import Facts, Needed
from remit.check.wording import listing, tick
from remit.core.arn import Arn
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.policy import Item
from remit.explain.model import Standing

ID = "ineffective-grant"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each action or resource item that is without effect."""
    for grant in grants(facts):
        for item in idle_actions(grant):
            yield _action(grant, item)
        for item in idle_resources(grant):
            yield _resource(grant, item)


def idle_actions(grant: Grant) -> list[Item]:
    """The action items that no resource of the statement can match."""
    resources = [_mended(grant, item) or opened(grant, item) for item in _listed(grant)]
    return [
        item
        for item in grant.statement.actions
        if resources and not any(fits(item.value, resource) for resource in resources)
    ]


def idle_resources(grant: Grant) -> list[Item]:
    """The resource items that no action of the statement can match.

    Where no action can match any resource, the actions are reported and this is empty.
    """
    statement = grant.statement
    idle = idle_actions(grant)
    alive = [item for item in statement.actions if item not in idle]
    if not alive:
        return []
    return [
        item
        for item in statement.resources or ()
        if not any(fits(action.value, opened(grant, item)) for action in statement.actions)
    ]


def opened(grant: Grant, item: Item) -> str:
    """A resource item with `*` for a template's symbols: they may be of any form."""
    return grant.policy.symbols.opened(item.value)


def _listed(grant: Grant) -> tuple[Item, ...]:
    return grant.statement.resources or ()


@cache
def fits(action: str, resource: str) -> bool:
    """Whether an action, or one that a pattern stands for, can match the resource pattern.

    True when in doubt: for what the catalog does not know.
    """
    if not resource.strip("*?"):
        return True
    expanded = expand(action)
    return not expanded or any(
        iam.action_fits_resource(one, resource) is not False for one in expanded
    )


def forms(action: str) -> tuple[str, ...]:
    """The ARN formats that an action takes, the required ones first; empty for `*` only."""
    found = iam.action(action)
    if found is None:
        return ()
    known = iam.resource_types(found.service)
    kinds = sorted(found.resource_types, key=lambda one: not one[1])
    return tuple(
        known[name].arn.replace("${Partition}", "aws") for name, _ in kinds if name in known
    )


def _action(grant: Grant, item: Item) -> Finding:
    meant = _meant(grant, item)
    resources = [one.value for one in grant.statement.resources or ()]
    own = expand(item.value)
    taken = forms(own[0]) if own else ()
    takes = f"it takes {tick(taken[0])}" if taken else "it takes only `*`"
    return Finding(
        id=ID,
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        stage=grant.stage.stage.name,
        span=item.span,
        message=f"{tick(item.value)} can match no resource of its statement"
        f" ({listing(resources, 2)}): {takes}",
        why=_why(meant),
        fix=(
            "Move it to a statement of its own, with the resource that the code needs."
            if meant
            else "Remove it, or give it a statement of its own with such a resource."
        ),
        patch=_own_statement(grant, meant)
        if meant
        else patch.rewritten(grant.statement, dict.fromkeys(idle_actions(grant), ())),
        action=own[0] if len(own) == 1 else item.value,
        related=_calls(meant),
    )


def _resource(grant: Grant, item: Item) -> Finding:
    mended = _mended(grant, item)
    changes: dict[Item, tuple[str, ...]] = dict.fromkeys(idle_resources(grant), ())
    printed = ""
    if mended is None:
        message = f"no action of this statement can match {tick(item.value)}"
        fix = "Remove it from the statement."
    else:
        message = f"{tick(item.value)} matches nothing: {_fault(item.value, mended)}"
        printed = _printed(grant, item, mended)
        fix = f"Write {tick(printed)}."
        changes[item] = (printed,)
    meant = _needed_on(grant, printed) if printed else []
    return Finding(
        id=ID,
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        stage=grant.stage.stage.name,
        span=item.span,
        message=message,
        why=_why(meant),
        fix=fix,
        patch=patch.rewritten(grant.statement, changes),
        resource=item.value,
        related=_calls(meant),
    )


# --- an ARN with a part too few or too many ---------------------------------------------------


def _mended(grant: Grant, item: Item) -> str | None:
    """The item with some region or account where it is empty, or without one that is too much,
    when that is what keeps every action of the statement from matching; else None."""
    arn = Arn.parse(item.value)
    actions = [one.value for one in grant.statement.actions]
    if arn is None or any(fits(action, opened(grant, item)) for action in actions):
        return None
    for variant in _variants(arn):
        if any(fits(action, str(variant)) for action in actions):
            return str(variant)
    return None


_SOME_REGION, _SOME_ACCOUNT = "us-east-1", "111122223333"


def _variants(arn: Arn) -> Iterator[Arn]:
    if not arn.account:
        yield replace(arn, account=_SOME_ACCOUNT)
    if not arn.region:
        yield replace(arn, region=_SOME_REGION)
    if not arn.account and not arn.region:
        yield replace(arn, region=_SOME_REGION, account=_SOME_ACCOUNT)
    if arn.region:
        yield replace(arn, region="")
    if arn.account:
        yield replace(arn, account="")
    if arn.region and arn.account:
        yield replace(arn, region="", account="")


def _fault(value: str, mended: str) -> str:
    was, now = Arn.parse(value), Arn.parse(mended)
    if was is None or now is None:
        return "the ARN is incomplete"
    parts = [name for name in ("region", "account") if getattr(was, name) != getattr(now, name)]
    which = " and ".join(parts)
    if getattr(was, parts[0]):
        return f"ARNs of this kind have no {which}"
    return f"its {which} {'is' if len(parts) == 1 else 'are'} empty, and ARNs of this kind have one"


def _printed(grant: Grant, item: Item, mended: str) -> str:
    """The mended ARN, with the stage's own region and account where the item has none."""
    was, now = Arn.parse(item.value), Arn.parse(mended)
    if was is None or now is None:
        return mended
    given = setting(grant.stage.stage, grant.role.role.policies)
    return str(
        replace(
            now,
            region=given.region if now.region and not was.region else now.region,
            account=given.account if now.account and not was.account else now.account,
        )
    )


# --- what the grant was meant for -------------------------------------------------------------


def _meant(grant: Grant, item: Item) -> list[Needed]:
    """The denied needs of the same action."""
    return [one for one in _denied(grant) if names(item, one.need.action)]


def _needed_on(grant: Grant, resource: str) -> list[Needed]:
    """The denied needs of the statement's actions that the mended resource would serve."""
    mended = Item(resource, grant.statement.span)
    statement = replace(grant.statement, resources=(mended,))
    with_it = replace(grant, statement=statement)
    return [one for one in _denied(grant) if one in with_it.uses()]


def _denied(grant: Grant) -> list[Needed]:
    return [one for one in grant.role.needed if one.judgement.standing is Standing.DENIED]


def _own_statement(grant: Grant, meant: list[Needed]) -> str:
    given: Setting = setting(grant.stage.stage, grant.role.role.policies)
    return patch.grant(
        {one.need.action for one in meant},
        {written(one.need.resource, given, one.need.action) for one in meant},
    )


def _why(meant: list[Needed]) -> str:
    calls = [one for one in meant if one.call is not None]
    if not calls:
        return "This part of the statement grants nothing."
    return f"It grants nothing, so the call that needs {tick(calls[0].need.action)} is denied."


def _calls(meant: list[Needed]) -> tuple[Related, ...]:
    spans = dict.fromkeys(one.call.span for one in meant if one.call is not None)
    return tuple(Related(span, "this call needs it and is denied") for span in spans)
