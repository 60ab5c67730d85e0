"""The decision, as AWS's flow chart tells it.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; facts/iam.md 4.
"""

from __future__ import annotations

from remit.core.decision import Decision
from remit.core.request import Request
from remit.engine.combine import binding, combine
from remit.engine.context import gather
from remit.engine.policyset import PolicySet


def authorize(request: Request, policies: PolicySet) -> Decision:
    """Decide one request.

    1. Gather the request's context: who calls, what follows from that.
    2. Ask every layer that binds this caller which of its statements match.
    3. A Deny that matches anywhere: explicitly denied.
    4. A layer, or a level of it, without a matching Allow: implicitly denied.
    5. Otherwise allowed.

    `determining` names the matching Denies, or all matching Allows, or nothing for an implicit
    deny. Raises PrincipalError, and UnsupportedLayer where a part that is not built yet would
    have to decide.
    """
    facts = gather(request)
    binds = binding(facts.caller, (rules.layer for rules in policies.layers))
    answers = [rules.answer(facts) for rules in policies.layers if rules.layer in binds]
    return combine(facts, answers, policies.warnings)
