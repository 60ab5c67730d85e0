"""A layer: all policies of one kind that apply to a request.

What may live here: which elements a layer's statements have, its compiled rules by level, and
which of them match. What the layers' answers make together is combine.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from remit.core.decision import Determining, Layer
from remit.core.pattern import units
from remit.core.policy import Effect, Policy, Principals, Statement
from remit.engine.context import Facts
from remit.engine.index import Index
from remit.engine.naming import Form, compile_speaks, everybody
from remit.engine.organisation import unreached
from remit.engine.statement import Naming, Rule, compile_rule

# Actions whose candidate rules a level remembers. Policies name few; a stream of made-up ones
# must not fill the memory.
_REMEMBERED = 4096
# Rules in all indexes of a level, for each rule that it has.
_FILED = 16

# Which layers have a Principal, and where a statement may do without a Resource (facts 1.1, 1.7).
_WITH_PRINCIPAL = frozenset({Layer.RESOURCE, Layer.VPC_ENDPOINT, Layer.RCP})
_WITHOUT_RESOURCE = frozenset({Layer.RESOURCE})


class Level:
    """Rules whose Allows are united: one node of an organisation, or a whole other layer."""

    __slots__ = ("_by_action", "_by_rules", "_place", "rules")

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._place = {rule: place for place, rule in enumerate(rules)}
        self._by_action: dict[str, Index] = {}
        # Most actions that are asked for are named by the same rules: they share an index.
        self._by_rules: dict[tuple[Rule, ...], Index] = {}

    def candidates(self, action: str) -> tuple[Rule, ...]:
        """The rules that name the lowered `action` and can have an effect."""
        return tuple(rule for rule in self.rules if rule.grants and rule.names(action))

    def matching(self, facts: Facts) -> list[Rule]:
        """The rules that match the request, in the order in which they are written."""
        index = self._by_action.get(facts.action) or self._index(facts.action)
        resource = facts.resource
        if not resource.isascii():
            resource = units(resource)
        found: list[Rule] = []
        for rule in index.near(resource, facts):
            if rule.reaches(resource, facts) and (rule.holds is None or rule.holds(facts)):
                found.append(rule)
        if len(found) > 1:
            found.sort(key=self._place.__getitem__)
        return found

    def _index(self, action: str) -> Index:
        rules = self.candidates(action)
        index = self._by_rules.get(rules)
        if index is None:
            if sum(map(len, self._by_rules)) + len(rules) > _FILED * (len(self.rules) + 16):
                self._by_rules.clear()
                self._by_action.clear()
            index = self._by_rules[rules] = Index(rules)
        if len(self._by_action) >= _REMEMBERED:
            self._by_action.clear()
        self._by_action[action] = index
        return index


@dataclass(frozen=True, slots=True)
class Answer:
    """What a layer says to a request: its matching statements, whether each level allows, and as
    what its Allows name the caller."""

    layer: Layer
    denies: tuple[Determining, ...]
    allows: tuple[Determining, ...]
    open: bool
    named: frozenset[Form] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """A compiled layer. Policies are counted through all levels, root first."""

    layer: Layer
    levels: tuple[Level, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was not understood in it, and where."""
        return tuple(
            f"{self.layer} policy {rule.policy}, statement {rule.source.index}: {warning}"
            for level in self.levels
            for rule in level.rules
            for warning in rule.warnings
        )

    def answer(self, facts: Facts) -> Answer:
        """Ask every rule."""
        denies, allows, is_open = list[Determining](), list[Determining](), True
        named: frozenset[Form] = frozenset()
        for level in self.levels:
            passed = len(allows)
            for rule in level.matching(facts):
                (denies if rule.deny else allows).append(self._entry(rule))
                if rule.principal is not None and not rule.deny:
                    named |= rule.principal(facts.who)
            is_open = is_open and len(allows) > passed
        return Answer(self.layer, tuple(denies), tuple(allows), is_open, named)

    def _entry(self, rule: Rule) -> Determining:
        sid = rule.source.sid
        return Determining(self.layer, rule.policy, rule.source.index, sid.value if sid else None)


def compile_layer(
    layer: Layer, levels: Iterable[Sequence[Policy]], *, bounded: bool = False
) -> Rules:
    """Compile the documents of one layer; `bounded`: the caller has a permissions boundary."""
    number, compiled = 0, list[Level]()
    for level in levels:
        rules: list[Rule] = []
        for policy in level:
            for statement in policy.statements:
                naming, faults = _naming(layer, statement, bounded=bounded)
                if statement.resources is None and layer not in _WITHOUT_RESOURCE:
                    faults = [*faults, "neither Resource nor NotResource"]
                rules.append(compile_rule(policy, number, statement, naming, faults))
            number += 1
        compiled.append(Level(tuple(rules)))
    return Rules(layer, tuple(compiled))


def _naming(
    layer: Layer, statement: Statement, *, bounded: bool
) -> tuple[Naming | None, Sequence[str]]:
    """Who a statement of the layer speaks of, and what is wrong with how it says so. What cannot
    be understood is left out, so that a Deny still holds, against everybody."""
    principals = statement.principals
    if layer not in _WITH_PRINCIPAL:
        wrong = principals is not None
        return None, ["a policy of this kind must not have a Principal"] if wrong else []
    if principals is None:  # unconfirmed: no-principal
        return everybody, ["neither Principal nor NotPrincipal"]
    if layer is Layer.RCP:
        return everybody, _rcp_faults(statement, principals)
    faults = ["its NotPrincipal lists nobody"] if _lists_nobody(principals) else []
    endpoint = layer is Layer.VPC_ENDPOINT
    return compile_speaks(statement, principals, endpoint=endpoint, bounded=bounded), faults


def _rcp_faults(statement: Statement, principals: Principals) -> list[str]:
    faults = [] if _names_everybody(principals) else ['the Principal of an RCP must be `"*"`']
    if statement.effect is Effect.DENY and not statement.not_action:
        named = unreached(item.value for item in statement.actions)
        faults += [f"RCPs are not known to reach `{service}`: not applied" for service in named]
    return faults


def _names_everybody(principals: Principals) -> bool:
    entries = {(kind, item.value) for kind, item in principals.entries}
    return not principals.negated and bool(entries & {("*", "*"), ("AWS", "*")})


def _lists_nobody(principals: Principals) -> bool:
    return principals.negated and not principals.entries
