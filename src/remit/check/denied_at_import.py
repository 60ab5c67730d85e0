"""denied-at-import: one denied call at import takes the whole function down.

Lambda imports the module at every cold start; when that raises, no handler runs. API Gateway
answers 502 `Internal server error` to every route (facts/api-gateway.md section 7, function error).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.check import denials, missing_permission
from remit.check.model import Facts, Needed
from remit.check.wording import tick
from remit.core.finding import Finding

ID = "denied-at-import"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each denied call at import: instead of `missing-permission`."""
    for denial in denials.denials(facts):
        for site in filter(missing_permission.fatal, denial.sites):
            one = replace(denial, sites=(site,))
            plain = missing_permission.finding(one, facts.project.framework)
            yield replace(
                plain,
                id=ID,
                message=f"{plain.message}, and the call runs at import",
                why=_why(site),
            )


def _why(needed: Needed) -> str:
    who = f"function {tick(needed.function)}" if needed.function else "every function"
    serves_routes = needed.function in ("", "api_handler")
    harm = (
        "every route of the API answers 502 and no handler runs" if serves_routes else _NO_HANDLER
    )
    return f"The import fails at each cold start, so {who} is down as a whole: {harm}."


_NO_HANDLER = "no handler runs"
