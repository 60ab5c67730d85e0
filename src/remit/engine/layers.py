"""A layer: all policies of one kind that apply to a request.

What may live here: the compiled rules of a layer by level, and which of them match. What the
layers' answers make together is combine.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from remit.core.decision import Determining, Layer
from remit.core.pattern import units
from remit.core.policy import Policy, Principals, Statement
from remit.engine.context import Facts
from remit.engine.index import Index
from remit.engine.statement import Rule, compile_rule

# Actions whose candidate rules a level remembers. Policies name few; a stream of made-up ones
# must not fill the memory.
_REMEMBERED = 4096
# Rules in all indexes of a level, for each rule that it has.
_FILED = 16


class UnsupportedLayer(ValueError):  # noqa: N818 - says what is given, not that it is wrong
    """A layer was given that is not decided yet. Better no verdict than a wrong one."""


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
        index = self._by_action.get(facts.action)
        if index is None:
            index = self._index(facts.action)
        resource = units(facts.resource)
        found = [rule for rule in index.near(resource, facts) if rule.meets(resource, facts)]
        if len(found) > 1:  # a rule may be filed twice
            found = sorted(dict.fromkeys(found), key=self._place.__getitem__)
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
    """What a layer says to a request: its matching statements, and whether each level allows."""

    layer: Layer
    denies: tuple[Determining, ...]
    allows: tuple[Determining, ...]
    open: bool


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
        for level in self.levels:
            passed = len(allows)
            for rule in level.matching(facts):
                (denies if rule.deny else allows).append(self._named(rule))
            is_open = is_open and len(allows) > passed
        return Answer(self.layer, tuple(denies), tuple(allows), is_open)

    def _named(self, rule: Rule) -> Determining:
        sid = rule.source.sid
        return Determining(self.layer, rule.policy, rule.source.index, sid.value if sid else None)


def compile_layer(layer: Layer, levels: Iterable[Sequence[Policy]]) -> Rules:
    """Compile the documents of one layer. Raises UnsupportedLayer for principals that it would
    have to tell apart."""
    number, compiled = 0, list[Level]()
    for level in levels:
        rules: list[Rule] = []
        for policy in level:
            for statement in policy.statements:
                speaks = _principal(layer, statement)
                rules.append(compile_rule(policy, number, statement, speaks))
            number += 1
        compiled.append(Level(tuple(rules)))
    return Rules(layer, tuple(compiled))


def _principal(layer: Layer, statement: Statement) -> Callable[[Facts], bool] | None:
    """The hook for principal matching: RCPs and endpoint policies name everybody, or else."""
    if layer not in (Layer.RCP, Layer.VPC_ENDPOINT):
        return None
    if statement.principals is None or not _everybody(statement.principals):
        raise UnsupportedLayer(
            f"a statement of the layer `{layer}` names particular principals: not decided yet"
        )
    return _anyone


def _everybody(principals: Principals) -> bool:
    entries = {(kind, item.value) for kind, item in principals.entries}
    return not principals.negated and bool(entries & {("*", "*"), ("AWS", "*")})


def _anyone(_: Facts) -> bool:
    return True
