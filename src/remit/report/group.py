"""Findings joined for people: what is true of several stages is shown once.

Programs get every finding by itself; see `report/json.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from remit.core.finding import Finding, Related, Severity, Unresolved
from remit.core.span import Span

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTE)

RULES = (
    "missing-permission",
    "denied-at-import",
    "ineffective-grant",
    "stage-without-policy",
    "stage-drift",
    "invalid-policy",
    "unknown-action",
    "masked-failure",
    "no-log-permission",
    "over-broad-grant",
    "unused-permission",
    "policy-validation",
)
"""The order in which findings of one severity are told: what fails first, what hides it next,
what is merely too much last. A rule that is not here comes after them."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What a group's finding says of the stages in `stages`: the same words for each of them."""

    finding: Finding
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that is wrong, in one place; `variants` differ in what they say of a stage."""

    variants: tuple[Variant, ...]

    @property
    def first(self) -> Finding:
        """The finding that gives the group its place, rule and severity."""
        return self.variants[0].finding


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not known, the needs that hang on it: (need, its stages), and the
    different pieces of configuration that settle it (one for each stage, perhaps)."""

    hole: str
    fills: tuple[str, ...]
    needs: tuple[tuple[Unresolved, tuple[str, ...]], ...]


def groups(findings: Iterable[Finding]) -> list[Group]:
    """Join the findings that differ in nothing but the stage and what follows from it: those of
    one place in the code, and those that say the same of the policies of several stages.

    Two findings of one stage are never joined, so that counting groups counts what is wrong.
    """
    return sorted(_across_files(_at_one_place(_by_block(findings))), key=_order)


def by_place(findings: Iterable[Finding]) -> list[Group]:
    """Join only what differs in the stage alone: for programs that show each place by itself."""
    return sorted(_at_one_place(findings), key=_order)


def _at_one_place(findings: Iterable[Finding]) -> list[Group]:
    seen: Counter[tuple[object, ...]] = Counter()
    members: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        same = (finding.id, finding.severity, finding.confidence, finding.span, finding.action)
        turn = seen[(*same, finding.stage)]
        seen[(*same, finding.stage)] += 1
        members.setdefault((*same, turn), []).append(finding)
    return [Group(_variants(group)) for group in members.values()]


def _by_block(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Tell of the parts of one statement at once, where a rule finds the same of several."""
    blocks: dict[object, list[Finding]] = {}
    for index, finding in enumerate(findings):
        same = (finding.id, finding.severity, finding.confidence, finding.stage, finding.block)
        blocks.setdefault(index if finding.block is None else same, []).append(finding)
    for first, *rest in blocks.values():
        yield _united(first, rest) if rest else first


def _united(first: Finding, rest: Sequence[Finding]) -> Finding:
    names = [finding.action or finding.resource or "" for finding in (first, *rest)]
    *most, last = [f"`{name}`" for name in names[:6]]
    listed = f"{', '.join(most)} and {last}"
    if len(names) > 6:
        listed = f"{', '.join([*most, last])} and {len(names) - 6} more"
    _, but, doubt = first.message.partition("; but ")
    return replace(
        first,
        message=f"nothing deployed uses {listed} of this statement{but}{doubt}",
        action=" ".join(names),
        related=(*(Related(finding.span, "") for finding in rest), *first.related),
    )


def _across_files(joined: Iterable[Group]) -> list[Group]:
    """Join the groups that say the same of different files, as long as their stages differ."""
    merged: list[Group] = []
    places: dict[tuple[object, ...], int] = {}
    for group in joined:
        first = group.first
        same = (first.id, first.severity, first.confidence, first.action, first.message)
        at = places.get(same)
        if at is not None and not _stages_of(merged[at]) & _stages_of(group):
            merged[at] = Group(merged[at].variants + group.variants)
        else:
            places[same] = len(merged)
            merged.append(group)
    return merged


def _stages_of(group: Group) -> set[str]:
    return {stage for variant in group.variants for stage in variant.stages}


def count(joined: Sequence[Group], severity: Severity) -> int:
    """How many of the groups are of `severity`."""
    return sum(group.first.severity is severity for group in joined)


def gaps(unresolved: Iterable[Unresolved]) -> list[Gap]:
    """Join the unresolved needs that hang on the same thing, in order of first appearance."""
    found: dict[str, dict[tuple[Span, str, str], list[Unresolved]]] = {}
    for need in unresolved:
        needs = found.setdefault(need.hole, {})
        needs.setdefault((need.span, need.action, need.resource), []).append(need)
    return [_gap(hole, list(needs.values())) for hole, needs in found.items()]


def _gap(hole: str, alike: list[list[Unresolved]]) -> Gap:
    fills = dict.fromkeys(need.fill for same in alike for need in same if need.fill)
    return Gap(hole, tuple(fills), tuple((same[0], _stages(same)) for same in alike))


def _variants(group: list[Finding]) -> tuple[Variant, ...]:
    alike: dict[Finding, list[Finding]] = {}
    for finding in group:
        alike.setdefault(replace(finding, stage=""), []).append(finding)
    return tuple(Variant(same[0], _stages(same)) for same in alike.values())


def _stages(items: Iterable[Finding | Unresolved]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.stage for item in items))


def _order(group: Group) -> tuple[int, int, Span, str]:
    first = group.first
    rule = RULES.index(first.id) if first.id in RULES else len(RULES)
    return (SEVERITIES.index(first.severity), rule, first.span, first.action or "")
