"""Judging an open request against identity policies: allowed, denied, or cannot be told.

What may live here: the verdict and what is in its way. Which statement comes nearest to an Allow
is nearest.py's; what single conditions and resources say to open values is open.py's.

How holes are read: one that is fixed at deployment (ASSIGNED) takes the value that helps, one
value in a resource for Allow and Deny alike where it fills a whole segment of the ARN. All others
may take any value: only what covers all of them allows, only what none can pass denies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from remit.core.decision import Layer
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Policy
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Text
from remit.engine.layers import compile_layer
from remit.engine.statement import Rule
from remit.explain.model import Judgement, Source, Standing
from remit.explain.nearest import nearest
from remit.explain.open import (
    Known,
    any_fits,
    conditions,
    for_all,
    for_some,
    gather,
    holds,
    surely,
    tight,
    whatever,
    wide,
)

T = TypeVar("T")
P = TypeVar("P")


def judge(
    policies: Sequence[Policy],
    need: Need,
    known: Mapping[str, Value],
    absent: Iterable[str] = (),
) -> Judgement:
    """How `need` stands against the identity policies of a role: `Judge` for a single need."""
    return Judge(policies)(need, known, absent)


class Judge:
    """The identity policies of a role, compiled once to judge many needs."""

    __slots__ = ("_policies", "_rules")

    def __init__(self, policies: Sequence[Policy]) -> None:
        layer = compile_layer(Layer.IDENTITY, [policies])
        self._policies = tuple(policies)
        self._rules = [rule for level in layer.levels for rule in level.rules]

    def __call__(
        self, need: Need, known: Mapping[str, Value], absent: Iterable[str] = ()
    ) -> Judgement:
        """How `need` stands.

        `known` are context keys that are certainly so, `absent` those that are certainly not
        there; `need.context` adds what the call itself fixes. Every other key may be absent or
        anything. Without holes and with every key told the standing is the engine's verdict.
        """
        standings = [
            _judged(self._policies, self._rules, one, gather(one, known, absent))
            for one in (need, *(replace(need, resource=text) for text in need.alternatives))
        ]
        return min(standings, key=_preference)


# Of the resources of which one suffices, the one that stands best; of the denied, the one that a
# statement comes nearest to, first by what the statement lacks.
_BEST = (Standing.ALLOWED, Standing.UNKNOWN, Standing.DENIED)
_LACKS = ("Condition", "Statement", "Resource", "Action")


def _preference(judgement: Judgement) -> tuple[int, int]:
    near = judgement.nearest
    lacks = _LACKS.index(near.element) if near is not None else len(_LACKS)
    return _BEST.index(judgement.standing), lacks


def _judged(
    policies: Sequence[Policy], rules: Sequence[Rule], need: Need, facts: Known
) -> Judgement:
    named = [rule for rule in rules if rule.names(need.action.lower())]
    denies = [_Deny(rule, conditions(rule, facts)) for rule in named if rule.deny]
    denies = [deny for deny in denies if deny.truth is not False]
    sources = _Sources(policies)

    certain = [deny.rule for deny in denies if deny.truth and deny.covers(need.resource, facts)]
    if certain:
        return Judgement(Standing.DENIED, explicit=True, statements=sources.of(certain))
    paths = [
        path
        for rule in named
        if rule.grants and not rule.deny
        for path in _paths(rule, need.resource, facts)
    ]
    for path in paths:
        path.weigh(denies, facts)
    clear = [path.rule for path in paths if not path.stopped and not path.in_the_way]
    if clear:
        return Judgement(Standing.ALLOWED, statements=sources.of(clear))
    passable = [path for path in paths if not path.stopped]
    if passable:
        return Judgement(
            Standing.UNKNOWN,
            statements=sources.of(path.rule for path in passable),
            holes=_unique(hole for path in passable for hole in path.holes),
            keys=_unique(key for path in passable for key in path.keys),
        )
    if paths:
        stopping = (rule for path in paths for rule in path.stopped)
        return Judgement(Standing.DENIED, explicit=True, statements=sources.of(stopping))
    return Judgement(Standing.DENIED, nearest=nearest(policies, rules, need, facts))


@dataclass(frozen=True, slots=True)
class _Sources:
    policies: Sequence[Policy]

    def of(self, rules: Iterable[Rule]) -> tuple[Source, ...]:
        return _unique(Source(self.policies[rule.policy], rule.source) for rule in rules)


def _unique(found: Iterable[T]) -> tuple[T, ...]:
    seen: list[T] = []
    for one in found:
        if one not in seen:
            seen.append(one)
    return tuple(seen)


# --- Deny statements ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Deny:
    """A Deny statement that names the action and whose conditions hold or may hold (None)."""

    rule: Rule
    truth: bool | None

    def covers(self, resource: Text, known: Known) -> bool:
        """Whether it matches every resource that the text can stand for."""
        if self.rule.source.resources is None:
            return True
        if self.rule.source.not_resource:
            return not any_fits(self._wide(known), resource, for_some)
        return any_fits(self._tight(known), resource, for_all)

    def catches(self, resource: Text, known: Known) -> bool:
        """Whether, however it is deployed, it may match."""
        if self.rule.source.resources is None:
            return True
        if self.rule.source.not_resource:
            return not any_fits(self._tight(known), resource, surely)
        return any_fits(self._wide(known), resource, whatever)

    def swallows(self, grant: Pattern | None, known: Known) -> bool:
        """Whether it matches all that the granting pattern matches."""
        if grant is None or self.rule.source.not_resource:
            return False
        return any(pattern and pattern.covers(grant) for pattern in self._tight(known))

    def _tight(self, known: Known) -> Iterator[Pattern | None]:
        return (tight(target, known) for target in self.rule.targets)

    def _wide(self, known: Known) -> Iterator[Pattern | None]:
        return (wide(target, known) for target in self.rule.targets)


# --- Allow statements ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Path:
    """One way to an Allow: a statement, the pattern of it that fits (None for NotResource), the
    resource as this way would have it deployed; and what is found in the way."""

    rule: Rule
    grant: Pattern | None
    resource: Text
    holes: list[Hole] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    stopped: list[Rule] = field(default_factory=list)
    in_the_way: bool = False

    def weigh(self, denies: Iterable[_Deny], known: Known) -> None:
        """Find out which Deny statements stop it, or may."""
        for deny in denies:
            covered = deny.covers(self.resource, known) or deny.swallows(self.grant, known)
            if covered and deny.truth:
                self.stopped.append(deny.rule)
            elif covered or deny.catches(self.resource, known):
                self.hinder_by_keys(deny.rule, known)
                if not covered:
                    self.hinder_by_resource(deny.rule, known)

    def hinder_by_keys(self, rule: Rule, known: Known) -> None:
        """The statement's conditions cannot be told: name the keys."""
        for check, condition in zip(rule.checks, rule.source.conditions, strict=True):
            if holds(check, known) is None:
                self.in_the_way = True
                self.keys += _names(check.key, condition.key.value, check.variables, known)
                self.holes += known.holes(check.keys)

    def hinder_by_resource(self, rule: Rule, known: Known) -> None:
        """The statement speaks of some of the resources only: name the holes."""
        self.in_the_way = True
        self.holes += [h for h in self.resource.holes if h.kind is not HoleKind.ASSIGNED]
        for target in rule.targets:
            self.keys += (name for name in target.template.names if known.open(name.lower()))


def _names(key: str, spelled: str, variables: Iterable[str], known: Known) -> Iterator[str]:
    if known.open(key):
        yield spelled
    yield from (name for name in variables if known.open(name.lower()))


def _paths(rule: Rule, resource: Text, known: Known) -> Iterator[_Path]:
    """The ways in which an Allow statement may take in the resource."""
    truth = conditions(rule, known)
    if truth is False:
        return
    for grant, whole in _grants(rule, resource, known):
        path = _Path(rule, grant, _deployed(resource, grant))
        if truth is None:
            path.hinder_by_keys(rule, known)
        if not whole:
            path.hinder_by_resource(rule, known)
        yield path


def _grants(rule: Rule, resource: Text, known: Known) -> Iterator[tuple[Pattern | None, bool]]:
    """(pattern, whether it certainly takes in the whole need) for what may match."""
    tights = [tight(target, known) for target in rule.targets]
    wides = [wide(target, known) for target in rule.targets]
    if rule.source.not_resource:
        if not any_fits(tights, resource, for_all):
            yield None, not any_fits(wides, resource, whatever)
        return
    for narrow, broad in zip(tights, wides, strict=True):
        if narrow is not None and narrow.fits(resource, surely):
            yield narrow, True
        elif broad is not None and broad.fits(resource, for_some):
            yield broad, False


def _deployed(resource: Text, grant: Pattern | None) -> Text:
    """The resource with those ASSIGNED holes filled that are a whole segment of the ARN, or the
    first step of its path, where the granting pattern names one value."""
    listed = [] if grant is None else _segments(grant.pieces)
    segments = _segments(resource.parts)
    values: dict[Hole, str] = {}
    for segment, wanted in zip(segments, listed, strict=False):
        hole, only = segment[0], wanted[0]
        if len(segment) > 1 or len(wanted) > 1 or not isinstance(only, str) or not only:
            continue
        if isinstance(hole, Hole) and hole.kind is HoleKind.ASSIGNED:
            values.setdefault(hole, only)
    return Text.of(*(values.get(p, p) if isinstance(p, Hole) else p for p in resource.parts))


def _segments(parts: Sequence[str | P]) -> list[list[str | P]]:
    """The six parts of an ARN, its last one cut at the first slash. Empty when it has fewer."""
    found: list[list[str | P]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            found[-1].append(part)
            continue
        while len(found) < 7 and (mark := ":" if len(found) < 6 else "/") in part:
            first, _, part = part.partition(mark)
            found[-1] += [first] if first else []
            found.append([])
        found[-1] += [part] if part else []
    return [segment or [""] for segment in found] if len(found) > 5 else []
