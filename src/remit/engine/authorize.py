"""The decision, as AWS's flow chart tells it.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; facts/iam.md 4.
"""

from __future__ import annotations

from dataclasses import replace

from remit.core.decision import Decision, Verdict
from remit.core.request import Request
from remit.engine.combine import binding, combine
from remit.engine.context import Facts, gather
from remit.engine.layers import Level, Rules
from remit.engine.policyset import PolicySet
from remit.engine.services import BY_REQUEST, terms_of
from remit.engine.services.sts import further
from remit.engine.services.terms import Terms
from remit.engine.statement import Rule


def authorize(request: Request, policies: PolicySet) -> Decision:
    """Decide one request.

    1. Gather the request's context: who calls, what follows from that.
    2. A few operations need no permission: allowed.
    3. Ask every layer that binds this caller which of its statements match.
    4. A Deny that matches anywhere: explicitly denied.
    5. An SCP, RCP or VPC endpoint policy without a matching Allow: implicitly denied.
    6. The resource's policy allows: enough in one account, unless whom it names leaves a say to
       the caller's identity policies, boundary or session policy, and one of those is silent.
    7. Otherwise, and always between two accounts, all of the caller's own must allow.
    8. Whoever takes on a role with tags or a source identity is asked about those too.

    `determining` names the matching Denies, or all matching Allows, or nothing for an implicit
    deny. Raises PrincipalError.
    """
    facts = gather(request)
    memory = policies.memory
    levels = memory.levels.get(facts.ground)
    if levels is None:
        if facts.service in BY_REQUEST:
            return in_full(facts, policies)
        levels = memory.keep_levels(facts.ground, _levels(facts, policies))
    matched: list[Rule] = []
    for level in levels:
        matched += level.matching(facts)
    key = facts.ground, facts.foreign, tuple(matched)
    return memory.decisions.get(key) or memory.keep_decision(key, in_full(facts, policies))


def in_full(facts: Facts, policies: PolicySet) -> Decision:
    """The decision, without what other requests left in the memory."""
    decision = _decide(facts, policies)
    for action in further(facts):
        if decision.allowed:
            also = _decide(replace(facts, action=action), policies)
            decision = decision if also.allowed else also
    return replace(decision, warnings=policies.warnings)


def _decide(facts: Facts, policies: PolicySet) -> Decision:
    terms = terms_of(facts)
    if terms.free:
        return Decision(Verdict.ALLOWED)
    answers = [rules.answer(facts) for rules in _bound(facts, terms, policies)]
    return combine(facts, terms, answers)


def _bound(facts: Facts, terms: Terms, policies: PolicySet) -> list[Rules]:
    binds = binding(facts, terms, (rules.layer for rules in policies.layers))
    return [rules for rules in policies.layers if rules.layer in binds]


def _levels(facts: Facts, policies: PolicySet) -> tuple[Level, ...]:
    bound = _bound(facts, terms_of(facts), policies)
    return tuple(level for rules in bound for level in rules.levels)
