"""The use case `check`: read the project, interpret it for each stage, judge each need, report.

Everything is handed in and handed back as values; files are seen through a `Tree` only.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.app import validation
from remit.app.facts import Gathered, gather
from remit.app.model import CheckResult, Progress, Silenced, StageSummary, Stats, silent
from remit.app.project import Asked, open_project
from remit.app.settings import Settings
from remit.check import denials, grants, rules
from remit.check.invalid_policy import is_policy_problem
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.finding import Finding, Severity
from remit.core.span import Problem
from remit.core.tree import Tree
from remit.explain.model import Standing

EVERYTHING = Asked()

FINDINGS = (*(name for name, _ in rules.RULES), validation.ID)
"""The ids of everything that a check may find."""


def check(tree: Tree, asked: Asked = EVERYTHING, progress: Progress = silent) -> CheckResult:
    """Check the project that is asked for: at the root of `tree`, or the only one below it.

    Raises InputError when there is no such project or no such stage.
    """
    opened = open_project(tree, asked, FINDINGS)
    gathered = gather(tree, opened, progress)
    count = len(opened.project.stages)
    progress(count, count, "rules")
    return result_of(gathered, opened.settings, asked.stages)


def result_of(gathered: Gathered, settings: Settings, wanted: tuple[str, ...]) -> CheckResult:
    """What the rules find in the facts, for the stages `wanted` (all when empty)."""
    facts = gathered.facts
    shown = {stage.stage.name for stage in facts.stages if not wanted or stage.stage.name in wanted}
    findings: list[Finding] = []
    silenced: list[Silenced] = []
    for finding in all_findings(facts):
        if finding.stage not in shown:
            continue
        ignored = settings.silences(finding)
        if ignored is None:
            findings.append(finding)
        else:
            silenced.append(Silenced(finding, ignored.reason))
    open_needs = [one for one in rules.unresolved(facts) if one.stage in shown]
    stages = [stage for stage in facts.stages if stage.stage.name in shown]
    return CheckResult(
        project=facts.project.name,
        framework=facts.project.framework,
        stages=tuple(_summary(stage, findings) for stage in stages),
        findings=tuple(findings),
        unresolved=tuple(open_needs),
        silenced=tuple(silenced),
        problems=_problems(gathered, stages),
        unattributed=tuple(
            dict.fromkeys(
                one for stage in stages for found in stage.scan for one in found.unattributed
            )
        ),
        stats=_stats(stages, gathered),
        blind=_is_blind(gathered),
    )


def all_findings(facts: Facts) -> list[Finding]:
    """What the rules find and what validation adds: by stage, then by place."""
    found = rules.run(facts)
    stages = {stage.stage.name: index for index, stage in enumerate(facts.stages)}
    both = [*found, *validation.findings(facts, found)]
    return sorted(both, key=lambda one: (stages.get(one.stage, len(stages)), one.span))


def _is_blind(gathered: Gathered) -> bool:
    """Whether nothing at all could be read of the code."""
    project = gathered.facts.project
    if not project.entry:
        functions = [f for stage in project.stages for f in stage.functions.values()]
        parsed = gathered.sources.parsed.values()
        return any(f.code for f in functions) and not any(one is not None for one in parsed)
    library = gathered.sources.library()
    found = library.find(project.entry)
    return found is None or library.source(found[0]) is None


def _problems(gathered: Gathered, stages: Iterable[StageFacts]) -> tuple[Problem, ...]:
    """What was lost on the way, without what the rules report as findings already."""
    facts = gathered.facts
    read = [one for one in facts.project.problems if not is_policy_problem(facts, one)]
    gaps = [gap for stage in stages for gap in stage.gaps]
    scanned = [one for stage in stages for found in stage.scan for one in found.problems]
    return tuple(dict.fromkeys((*read, *gathered.sources.problems, *scanned, *gaps)))


def _all_needed(stage: StageFacts) -> list[Needed]:
    return [needed for role in stage.roles for needed in role.needed]


def _standing(stage: StageFacts, standing: Standing) -> int:
    return sum(_counted(role, needed) is standing for role in stage.roles for needed in role.needed)


def _counted(role: RoleFacts, needed: Needed) -> Standing:
    """As what a need is counted: nothing can be told of a role whose policies are not known, nor
    of a refusal that may never come to pass."""
    refused = needed.judgement.standing is Standing.DENIED
    if not grants.judged(role) or (refused and denials.condition(needed)):
        return Standing.UNKNOWN
    return needed.judgement.standing


def _summary(stage: StageFacts, findings: Iterable[Finding]) -> StageSummary:
    own = [finding.severity for finding in findings if finding.stage == stage.stage.name]
    return StageSummary(
        name=stage.stage.name,
        functions=sum(len(role.functions) for role in stage.roles),
        needs=len(_all_needed(stage)),
        denied=_standing(stage, Standing.DENIED),
        unresolved=_standing(stage, Standing.UNKNOWN),
        errors=own.count(Severity.ERROR),
        warnings=own.count(Severity.WARNING),
    )


def _stats(stages: list[StageFacts], gathered: Gathered) -> Stats:
    scans = [found for stage in stages for found in stage.scan]
    followed = {located.call.span for found in scans for located in found.calls}
    unattributed = {one.span for found in scans for one in found.unattributed}
    foreign = {span for found in scans for span in found.foreign} - followed
    lost = sum(source is None for source in gathered.sources.parsed.values())
    return Stats(
        calls_found=len(followed) + len(unattributed) + len(foreign),
        calls_followed=len(followed),
        calls_unattributed=len(unattributed),
        calls_foreign=len(foreign),
        files=len(gathered.sources.parsed),
        files_lost=lost,
        entries=len({(entry.span, entry.name) for found in scans for entry in found.entries}),
        needs=sum(len(_all_needed(stage)) for stage in stages),
        needs_allowed=sum(_standing(stage, Standing.ALLOWED) for stage in stages),
        needs_denied=sum(_standing(stage, Standing.DENIED) for stage in stages),
        needs_unresolved=sum(_standing(stage, Standing.UNKNOWN) for stage in stages),
    )
