"""The way to a decision, walked a second time: every layer, level, statement and element.

What may live here: asking each statement element by element, and telling which layers decided.
The verdict out of the layers' answers is the engine's own table (combine.py); it is asked also
what it would be if one layer were silent and all others open: so we know which silences matter.

Rules: facts/iam.md 4.2 for the order of the layers, 4.4 for silences that do not matter, 4.10 for
the layer that AWS reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from remit.core.decision import Decision, Layer, Verdict
from remit.core.pattern import units
from remit.core.request import Request
from remit.engine.combine import BLOCKS, binding, combine, granted
from remit.engine.context import Facts, gather
from remit.engine.layers import Answer, Level, Rules
from remit.engine.naming import Form
from remit.engine.policyset import PolicySet
from remit.engine.principal import CallerKind
from remit.engine.services import terms_of
from remit.engine.services.sts import further
from remit.engine.services.terms import Terms
from remit.engine.statement import Rule
from remit.explain.causes import Element, LayerCause, LevelCause, Miss, Stance, Step, Trace

ORDER = (
    Layer.RCP,
    Layer.SCP,
    Layer.VPC_ENDPOINT,
    Layer.RESOURCE,
    Layer.IDENTITY,
    Layer.BOUNDARY,
    Layer.SESSION,
)
"""The order in which AWS asks (4.2), with the endpoint's policy where 4.10 has it."""

_OWN = frozenset({Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION})
# As what a resource's policy would name a caller, were one written for it.
_NAMED = {
    CallerKind.USER: Form.USER,
    CallerKind.ROLE: Form.ROLE,
    CallerKind.FEDERATED: Form.FEDERATED,
}

# Why a layer does not bind: by who calls, for its own layers; else by the layer.
_EXEMPT_KINDS: Mapping[CallerKind, str] = {
    CallerKind.ROOT: "root has everything in its own account",
    CallerKind.SERVICE: "a service that calls by itself has no policies of its own",
    CallerKind.PROVIDER: "who comes with a token has no policies of its own yet",
    CallerKind.ANONYMOUS: "an anonymous caller has no policies of its own",
}
_EXEMPT_LAYERS: Mapping[Layer, str] = {
    Layer.SCP: "SCPs bind the users, roles and root of member accounts only, and no "
    "service-linked role",
    Layer.RCP: "RCPs do not reach this request",
    Layer.RESOURCE: "no resource policy is asked about this action",
}
# Why the silence of a layer does not matter: as what the resource's policy names the caller (4.4).
_OVERRULED: Mapping[Form, str] = {
    Form.USER: "the resource policy names the user, and that is enough by itself",
    Form.ISSUER: "the resource policy names the user whose session it is",
    Form.ROLE: "the resource policy names the role, and that stands in for identity policies "
    "(not for a boundary or a session policy)",
    Form.SESSION: "the resource policy names the role session, and that is enough by itself",
    Form.FEDERATED: "the resource policy names the federated user, and that is enough by itself",
    Form.EVERYONE: "the resource policy names everybody, and that is enough by itself",
}
_ELSEWHERE = "the caller's own policies allow it, and in one account that is enough"
# The actions that the engine asks beside the request's own, as AWS spells them.
_FURTHER = {
    "sts:tagsession": "sts:TagSession",
    "sts:setsourceidentity": "sts:SetSourceIdentity",
}
_NO_FORMS: frozenset[Form] = frozenset()
_ABSENT = {layer: LayerCause(layer, Stance.ABSENT) for layer in Layer}
_MISSED = {layer: LayerCause(layer, Stance.SILENT) for layer in Layer}
_DELEGATES = "it names the account: the caller's own policies must allow it too"
_FREE = "AWS asks for no permission for this action"
_REFUSED = "AWS never lets such a caller do this, whatever policies say"
_LOCAL = "AWS never lets callers of another account do this, whatever policies say"


def trace(request: Request, policies: PolicySet) -> Trace:
    """How `authorize(request, policies)` comes to its decision. Raises what it raises."""
    facts = gather(request)
    walk = _walk(facts, policies)
    name = request.action
    for action in further(facts):
        if walk.decision.allowed:
            also = _walk(replace(facts, action=action), policies)
            if not also.decision.allowed:
                walk, name = also, _FURTHER.get(action, action)
    decision = walk.decision
    if policies.warnings:
        decision = replace(decision, warnings=policies.warnings)
    blocking = walk.blocking()
    return Trace(
        request,
        policies,
        name,
        walk.facts.context,
        decision,
        tuple([walk.cause(layer, blocking) for layer in ORDER]),
        blocking,
        walk.rule(blocking),
        facts.foreign,
    )


def _walk(facts: Facts, policies: PolicySet) -> _Walk:
    terms = terms_of(facts)
    asked = {rules.layer: _levels(rules, facts) for rules in policies.layers}
    binds = binding(facts, terms, asked)
    answers = {layer: _answer(layer, asked[layer]) for layer in asked if layer in binds}
    decision = combine(facts, terms, tuple(answers.values()))
    if terms.free:
        decision = Decision(Verdict.ALLOWED)
    return _Walk(facts, terms, asked, answers, decision)


# --- statements ---------------------------------------------------------------------------------


def _levels(rules: Rules, facts: Facts) -> tuple[LevelCause, ...]:
    return tuple([_level(rules.layer, level, facts) for level in rules.levels])


def _level(layer: Layer, level: Level, facts: Facts) -> LevelCause:
    named = _naming(level, facts.action)
    steps = tuple([ask(layer, rule, facts) for rule in named])
    return LevelCause(steps, len(level.rules) - len(steps))


@lru_cache(maxsize=64)
def _naming(level: Level, action: str) -> tuple[Rule, ...]:
    """The statements that name the action, those too that never grant."""
    return tuple(rule for rule in level.rules if rule.names(action))


def ask(layer: Layer, rule: Rule, facts: Facts) -> Step:
    """Ask a statement of the layer about everything but the action."""
    forms = _NO_FORMS if rule.principal is None else rule.principal(facts.who)
    return Step(layer, rule, tuple(_misses(rule, facts, forms)), forms)


def _misses(rule: Rule, facts: Facts, forms: frozenset[Form]) -> list[Miss]:
    source, found = rule.source, list[Miss]()
    if not rule.grants:
        found.append(Miss(Element.STATEMENT, (), None))
    if source.resources is not None and not rule.reaches(units(facts.resource), facts):
        found.append(Miss(Element.RESOURCE, source.resources, facts.resource))
    if rule.principal is not None and not forms:
        entries = source.principals.entries if source.principals else ()
        wanted = tuple([item for _, item in entries])
        found.append(Miss(Element.PRINCIPAL, wanted, facts.caller.principal))
    if rule.holds is None or rule.holds(facts):
        return found
    for index, check in enumerate(rule.checks):
        if not check.holds(facts.context):
            values = source.conditions[index].values
            found.append(Miss(Element.CONDITION, values, facts.context.get(check.key), index))
    return found


def _answer(layer: Layer, levels: Sequence[LevelCause]) -> Answer:
    applying = [step for level in levels for step in level.steps if not step.misses]
    denies = tuple([step.named for step in applying if step.denies])
    allowing = [step for step in applying if not step.denies]
    named = _NO_FORMS.union(*[step.forms for step in allowing])
    allows = tuple([step.named for step in allowing])
    is_open = all(level.allows for level in levels) if len(levels) > 1 else bool(allowing)
    return Answer(layer, denies, allows, is_open if levels else True, named)


# --- layers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk for one action: what every layer was asked, and what those that bind answered."""

    facts: Facts
    terms: Terms
    asked: Mapping[Layer, tuple[LevelCause, ...]]
    answers: Mapping[Layer, Answer]
    decision: Decision

    def blocking(self) -> tuple[Layer, ...]:
        """The layers that deny: those with a Deny; or those without which it would be allowed,
        were all others open."""
        if self.decision.verdict is Verdict.ALLOWED:
            return ()
        if self.decision.verdict is Verdict.EXPLICIT_DENY:
            return _ordered(answer.layer for answer in self.answers.values() if answer.denies)
        given = self._opened()
        resource = not self._would({**given, **self._only(Layer.RESOURCE)})
        if resource:
            given[Layer.RESOURCE] = _open(Layer.RESOURCE, self.facts.caller.kind)
            asked = binding(self.facts, self.terms, [Layer.RESOURCE])
            if not asked or not self._would(given):
                return ()  # refused, whatever policies say
        else:
            given |= self._only(Layer.RESOURCE)
        silent = [
            layer
            for layer in given
            if layer is not Layer.RESOURCE and not self._would(self._with_own(given, layer))
        ]
        return _ordered([*silent, *([Layer.RESOURCE] if resource else [])])

    def rule(self, blocking: Sequence[Layer]) -> str:
        """Why no policy has a say."""
        if self.terms.free:
            return _FREE
        if self.decision.allowed or blocking:
            return ""
        return _LOCAL if self.facts.foreign and not self.terms.refused else _REFUSED

    def cause(self, layer: Layer, blocking: Sequence[Layer]) -> LayerCause:
        """What `layer` has to do with the decision."""
        levels = self.asked.get(layer, ())
        answer = self.answers.get(layer)
        if self.terms.free or (answer is None and layer in self.asked):
            return LayerCause(layer, Stance.EXEMPT, levels, self._exempt(layer))
        if answer is None:
            return _MISSED[layer] if layer in blocking else _ABSENT[layer]
        if answer.denies:
            return LayerCause(layer, Stance.DENIES, levels)
        if answer.open:
            only_account = layer is Layer.RESOURCE and answer.named == {Form.ACCOUNT}
            return LayerCause(layer, Stance.ALLOWS, levels, _DELEGATES if only_account else "")
        if layer in blocking:
            return LayerCause(layer, Stance.SILENT, levels)
        return LayerCause(layer, Stance.OVERRULED, levels, self._overruled(layer))

    # What would be, were other layers open.

    def _opened(self) -> dict[Layer, Answer]:
        layers, kind = set(self.answers), self.facts.caller.kind
        if kind is CallerKind.FEDERATED:
            layers.add(Layer.SESSION)
        return {layer: _open(layer, kind) for layer in layers if layer is not Layer.RESOURCE}

    def _only(self, layer: Layer) -> dict[Layer, Answer]:
        return {layer: self.answers[layer]} if layer in self.answers else {}

    def _with_own(self, given: Mapping[Layer, Answer], layer: Layer) -> dict[Layer, Answer]:
        others = {one: answer for one, answer in given.items() if one is not layer}
        return others | self._only(layer)

    def _would(self, answers: Mapping[Layer, Answer]) -> bool:
        return granted(self.facts, self.terms, answers)

    # Why.

    def _exempt(self, layer: Layer) -> str:
        if self.terms.free:
            return _FREE
        if layer in _OWN:
            return _EXEMPT_KINDS.get(self.facts.caller.kind, "")
        return _EXEMPT_LAYERS.get(layer, "")

    def _overruled(self, layer: Layer) -> str:
        named = self.answers[Layer.RESOURCE].named if Layer.RESOURCE in self.answers else ()
        for form, why in _OVERRULED.items():
            if form in named and layer not in BLOCKS[form]:
                return why
        return _ELSEWHERE if layer is Layer.RESOURCE else ""


@cache
def _open(layer: Layer, kind: CallerKind) -> Answer:
    """What a layer would answer if it allowed everything, to a caller of that kind."""
    named = {_NAMED.get(kind, Form.EVERYONE)}
    return Answer(layer, (), (), True, frozenset(named if layer is Layer.RESOURCE else ()))


def _ordered(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    found = set(layers)
    return tuple([layer for layer in ORDER if layer in found])
