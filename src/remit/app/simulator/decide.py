"""One action on one resource, decided by the engine as the simulator would have it.

What may live here: the order of the questions and what of a decision is told. The engine decides;
what the simulator does otherwise is differences.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from remit.app.simulator.differences import (
    as_simulated,
    default_keys,
    facts_of,
    grants_alone,
    principal,
    standing_in,
)
from remit.app.simulator.documents import keys
from remit.app.simulator.model import (
    BOUNDARY_POLICY,
    IAM_POLICY,
    RESOURCE_POLICY,
    Matched,
    Outcome,
    Simulation,
    Source,
)
from remit.core.arn import Arn
from remit.core.decision import Determining, Layer, Verdict
from remit.core.policy import Policy
from remit.core.request import Request, Value
from remit.engine.authorize import in_full
from remit.engine.combine import binding
from remit.engine.context import Facts, lowered
from remit.engine.layers import Answer
from remit.engine.policyset import PolicySet
from remit.engine.services import terms_of

_NAMES = {
    Layer.IDENTITY: IAM_POLICY,
    Layer.RESOURCE: RESOURCE_POLICY,
    Layer.BOUNDARY: BOUNDARY_POLICY,
}
"""The layers of which an answer tells; SCPs only whether they allow ([M], MatchedStatements)."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulation, made ready: its policies compiled, its context worked out."""

    asked: Simulation
    policies: PolicySet = field(init=False)
    principal: str = field(init=False)
    account: str = field(init=False)
    keys: Mapping[str, Value] = field(init=False)
    missing: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        asked = self.asked
        who = principal(asked.caller, asked.account)
        found = Arn.parse(who)
        account = asked.account if found is None else found.account
        filled = default_keys(asked.caller, asked.account)
        context = {**filled, **lowered(asked.context)}
        made = {
            "principal": who,
            "account": account,
            "keys": filled,
            "policies": _compiled(asked, context, account),
            "missing": _missing(asked),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def decide(self, action: str, resource: str) -> Outcome:
        """What is said to the action on the resource."""
        facts = self._facts(action, resource)
        answers = self._answers(facts)
        scp = answers.get(Layer.SCP)
        organizations = None if scp is None else _said(scp) is Verdict.ALLOWED
        if scp is not None and not organizations:
            # [M]: where an SCP denies, the simulation ends there.
            return Outcome(_said(scp), organizations=False)
        verdict, determining = self._decided(facts, answers)
        return Outcome(
            verdict,
            tuple(self._matched(verdict, determining)),
            self.missing if verdict is Verdict.IMPLICIT_DENY else (),
            _allows(answers.get(Layer.BOUNDARY)),
            organizations,
            self._details(answers) if facts.foreign else None,
        )

    def _facts(self, action: str, resource: str) -> Facts:
        owner = self.account
        if self.asked.resource is not None:
            arn = Arn.parse(resource)
            named = arn.account if arn is not None else ""
            owner = named or self.asked.owner or self.account
        request = Request(self.principal, action, resource, owner, self.asked.context)
        return facts_of(request, self.keys)

    def _answers(self, facts: Facts) -> dict[Layer, Answer]:
        layers = self.policies.layers
        binds = binding(facts, terms_of(facts), (rules.layer for rules in layers))
        return {rules.layer: rules.answer(facts) for rules in layers if rules.layer in binds}

    def _decided(
        self, facts: Facts, answers: Mapping[Layer, Answer]
    ) -> tuple[Verdict, tuple[Determining, ...]]:
        decision = in_full(facts, self.policies)
        if (
            decision.verdict is Verdict.IMPLICIT_DENY
            and self.asked.resource is not None
            and grants_alone(facts, answers)
        ):
            return Verdict.ALLOWED, tuple(n for one in answers.values() for n in one.allows)
        return decision.verdict, decision.determining

    def _matched(self, verdict: Verdict, determining: tuple[Determining, ...]) -> Iterator[Matched]:
        """The statements that are told: of a boundary only those that deny (recording A [O])."""
        sources: dict[Layer, tuple[Source, ...]] = {
            Layer.IDENTITY: self.asked.policies,
            Layer.RESOURCE: () if self.asked.resource is None else (self.asked.resource,),
        }
        if verdict is Verdict.EXPLICIT_DENY and self.asked.boundary is not None:
            sources[Layer.BOUNDARY] = (self.asked.boundary,)
        for one in determining:
            held = sources.get(one.layer, ())
            if one.policy < len(held):
                yield Matched(held[one.policy], one.statement)

    def _details(self, answers: Mapping[Layer, Answer]) -> dict[str, Verdict]:
        return {name: _said(answers[layer]) for layer, name in _NAMES.items() if layer in answers}


def _said(answer: Answer) -> Verdict:
    """What a layer says by itself."""
    if answer.denies:
        return Verdict.EXPLICIT_DENY
    return Verdict.ALLOWED if answer.open else Verdict.IMPLICIT_DENY


def _allows(answer: Answer | None) -> bool | None:
    return None if answer is None else _said(answer) is Verdict.ALLOWED


def _compiled(asked: Simulation, context: Mapping[str, Value], account: str) -> PolicySet:
    def read(policy: Policy) -> Policy:
        return as_simulated(policy, context)

    resource = standing_in(account) if asked.resource is None else read(asked.resource.policy)
    boundary = None if asked.boundary is None else [read(asked.boundary.policy)]
    scp = None if asked.scp is None else [[read(one) for one in level] for level in asked.scp]
    return PolicySet(
        identity=[read(one.policy) for one in asked.policies],
        resource=resource,
        boundary=boundary,
        scp=scp,
    )


def _missing(asked: Simulation) -> tuple[str, ...]:
    """The keys that policies look at and that were not given. All statements count, also those
    about other actions, and what the simulator fills in does not (recording A [O]; boto/boto3
    3111). SCPs do not ([M]; aws/aws-cli 10525)."""
    held = [one.policy for one in asked.policies]
    held += [one.policy for one in (asked.boundary, asked.resource) if one is not None]
    given = {key.lower() for key in asked.context}
    return tuple(key for key in keys(held) if key.lower() not in given)
