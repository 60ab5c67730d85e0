"""missing-permission: a call that the stage's role is denied.

One finding for an action on a resource, at the first call that needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.check import denials
from remit.check.denials import Denial
from remit.check.model import Facts, Needed
from remit.check.wording import clause, tick
from remit.core.finding import Finding, Related, Severity

ID = "missing-permission"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each denial whose call is not one made at import."""
    for denial in denials.denials(facts):
        sites = tuple(one for one in denial.sites if not fatal(one))
        if sites:
            yield finding(replace(denial, sites=sites), facts.project.framework)


def fatal(needed: Needed) -> bool:
    """Whether a denial takes the whole function down: see the finding `denied-at-import`."""
    return needed.call is not None and needed.call.at_import and needed.call.swallowed is None


def finding(denial: Denial, framework: str) -> Finding:
    """The finding for one denial; its first site is the primary place."""
    first = denial.first
    return Finding(
        id=ID,
        severity=severity(first),
        confidence=denials.confidence(first),
        stage=denial.stage.stage.name,
        span=denials.place(denial.stage, denial.role, first),
        message=message(denial),
        why=_why(first),
        fix=denials.remedy(denial, framework),
        patch=denials.mend(denial),
        action=denial.action,
        resource=denial.resource,
        path=denials.path(first),
        related=related(denial),
    )


def severity(needed: Needed) -> Severity:
    """An error is certain. What the code cannot show (how a parameter is encrypted) is no more
    than a note: in most projects the need does not arise."""
    if needed.need.condition:
        return Severity.NOTE
    return Severity.WARNING if denials.condition(needed) else Severity.ERROR


def message(denial: Denial) -> str:
    """What is denied to whom, and on what that hangs."""
    how = "explicitly denied" if denial.explicit else "denied"
    text = f"{tick(denial.action)} on {tick(denial.resource)} is {how}"
    hangs = denials.condition(denial.first)
    return f"{text} ({hangs})" if hangs else text


def related(denial: Denial) -> tuple[Related, ...]:
    """The nearest statement, what hides the error, and the other calls that need the same."""
    first = denial.first
    found = [denials.nearest(denial, first)]
    if first.call is not None and first.call.swallowed is not None:
        swallowed = first.call.swallowed
        found.append(Related(swallowed, f"this {clause(swallowed)} hides the error"))
    for other in denial.sites[1:]:
        place = denials.place(denial.stage, denial.role, other)
        found.append(Related(place, "this call needs it too"))
    return tuple(found)


def _why(needed: Needed) -> str:
    if needed.call is None:
        return f"AWS refuses what function {tick(needed.function)} is set up to do."
    when = "Then " if needed.need.condition else ""
    if needed.call.swallowed is not None:
        return f"{when}AWS refuses the call, and the error goes no further."
    return f"{when}AWS refuses the call: the code gets an access-denied error."
