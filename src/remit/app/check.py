"""The use case `check`: read the project, interpret it for each stage, judge each need, report.

Everything is handed in and handed back as values; files are seen through a `Tree` only.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from remit.app.model import (
    CheckResult,
    InputError,
    Progress,
    Silenced,
    StageSummary,
    Stats,
    silent,
    unknown_stage,
)
from remit.app.settings import Settings, SettingsError
from remit.app.settings import load as load_settings
from remit.catalog.needs import needs
from remit.check import denials, grants, rules
from remit.check.invalid_policy import is_policy_problem
from remit.check.model import FRAMEWORK, LOGS, Facts, Needed, RoleFacts, StageFacts
from remit.core.call import Call, Place
from remit.core.finding import Finding, Severity
from remit.core.need import Need
from remit.core.request import Value
from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy import NoProject, chalice, chalice_events, find
from remit.deploy.model import Function, Project, Role, Stage
from remit.explain.judge import Judge
from remit.explain.model import Judgement, Standing
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import Library

_ABSENT = (
    # A function's own calls: a role session without MFA, made by nobody's service (facts/iam.md
    # 3.2, 3.5, 3.6; role of a Lambda function).
    "aws:username",
    "aws:MultiFactorAuthAge",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:FederatedProvider",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:referer",
)


def check(tree: Tree, wanted: tuple[str, ...] = (), progress: Progress = silent) -> CheckResult:
    """Check the project at the root of `tree`, or in the one folder below that holds one.

    `wanted` names the stages to report, all when empty. Raises InputError when there is no
    project or no such stage.
    """
    project, folder = _project(tree)
    if not project.stages:
        raise _unusable(project)
    for name in wanted:
        if name not in (known := [stage.name for stage in project.stages]):
            raise unknown_stage(name, known)
    settings = _settings(tree, folder)
    stages = [_settled(stage, settings) for stage in project.stages]
    project = replace(project, stages=tuple(stages))
    library = Library(tree, project.roots, _out_of_sight(tree, project, folder))
    facts = []
    for index, stage in enumerate(stages):
        progress(index, len(stages), f"stage {stage.name}")
        facts.append(_stage_facts(project, stage, settings, library))
    progress(len(stages), len(stages), "rules")
    return _result(Facts(project, tuple(facts)), settings, library, wanted)


def _project(tree: Tree) -> tuple[Project, str]:
    folders = find(tree)
    folder = folders[0] if len(folders) == 1 and "" not in folders else ""
    try:
        return chalice.read(tree, folder), folder
    except NoProject as error:
        message, _, hint = str(error).partition(". ")
        raise InputError(message, hint) from None


def _out_of_sight(tree: Tree, project: Project, folder: str) -> list[Problem]:
    """What could not be listed in the places from which code is packaged."""
    places = (project.entry + ".py", "chalicelib", "vendor")
    packaged = [posixpath.join(folder, place) for place in places]
    return [
        one
        for one in tree.problems
        if any(
            one.span.file == place or one.span.file.startswith(place + "/") for place in packaged
        )
    ]


def _unusable(project: Project) -> InputError:
    """The error for a project whose configuration does not say what is deployed."""
    [first, *_] = project.problems  # the reader has told why there are no stages
    return InputError(first.message, first.hint, first.span)


def _settings(tree: Tree, folder: str) -> Settings:
    """The project's own settings; all their faults at once when there are any."""
    try:
        return load_settings(tree, folder, [name for name, _ in rules.RULES])
    except SettingsError as error:
        first, *rest = error.problems
        more = f" (and {len(rest)} more)" if rest else ""
        raise InputError(first.message + more, first.hint, first.span) from None


def _settled(stage: Stage, settings: Settings) -> Stage:
    """The stage with what the settings say of it: account, region, environment variables."""
    given = settings.stage(stage.name)

    def more(function: Function) -> Function:
        # The project's own configuration is what is deployed: settings fill what it leaves open.
        return replace(function, environment={**given.values, **function.environment})

    return replace(
        stage,
        account=given.account or stage.account,
        region=given.region or stage.region,
        default=more(stage.default),
        functions={name: more(function) for name, function in stage.functions.items()},
    )


# -- one stage ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scans:
    """The scans of a stage, one for each different environment of its functions."""

    project: Project
    stage: Stage
    values: Mapping[str, str]
    library: Library
    made: list[tuple[Mapping[str, str], Scan]]

    def of(self, function: Function) -> Scan:
        """The scan with the environment of `function`."""
        for environment, done in self.made:
            if environment == function.environment:
                return done
        found = scan(
            self.library,
            self.project.entry,
            function.environment,
            region=self.stage.region,
            values=self.values,
        )
        self.made.append((function.environment, found))
        return found


def _stage_facts(
    project: Project, stage: Stage, settings: Settings, library: Library
) -> StageFacts:
    scans = _Scans(project, stage, settings.stage(stage.name).values, library, [])
    names = dict.fromkeys(entry.function for entry in scans.of(stage.default).entries)
    by_role: dict[str, tuple[Role, list[str]]] = {}
    for name in names or {stage.default.name: None}:
        role = stage.function(name).role
        by_role.setdefault(role.name, (role, []))[1].append(name)
    gaps: dict[Span, Problem] = {}
    roles = []
    for role, functions in by_role.values():
        needed: dict[object, Needed] = {}
        for name in functions:
            for one in _function_needs(project, stage, name, scans, gaps):
                needed.setdefault(_identity(one), one)
        roles.append(RoleFacts(role, tuple(functions), tuple(needed.values())))
    seen = tuple(found for _, found in scans.made)
    complete = not gaps and not any(found.unattributed or found.problems for found in seen)
    return StageFacts(stage, tuple(roles), seen, complete, tuple(gaps.values()))


def _identity(one: Needed) -> object:
    """Two needs with one identity say the same of the same place."""
    where = one.call and (one.call.span, one.call.hangs_on, one.call.at_import)
    return one.need.action, one.need.resource, one.need.condition, one.origin, where


def _function_needs(
    project: Project, stage: Stage, name: str, scans: _Scans, gaps: dict[Span, Problem]
) -> Iterable[Needed]:
    """What one deployed function needs: its calls, those at import, the framework's, its log."""
    function = stage.function(name)
    found = scans.of(function)
    place = Place(stage.partition, stage.region, stage.account)
    known = _known(stage)
    judge = Judge(function.role.policies)
    standings: dict[object, Judgement] = {}

    def judged(need: Need) -> Needed:
        # Many calls need the same of the same.
        same = (need.action, need.resource, need.alternatives, tuple(need.context.items()))
        if same not in standings:
            standings[same] = judge(need, known, _ABSENT)
        return Needed(need, None, name, standings[same])

    for located in found.calls:
        if located.function not in ("", name):
            continue
        asked = needs(_at_api(located.call, stage), place)
        if asked.unmapped is not None:
            text = f"`{located.call.service}.{located.call.operation}`: {asked.unmapped}"
            gaps.setdefault(located.call.span, Problem(located.call.span, text))
        for need in asked.needs:
            yield replace(judged(need), call=located.call, function=located.function)
    for need in function.needs:
        yield replace(judged(need), origin=FRAMEWORK)
    for entry in found.entries:
        if entry.function == name:
            for need in chalice_events.needs(entry.kind, entry.source, place):
                yield replace(judged(need), origin=FRAMEWORK)
    for need in chalice_events.logs(chalice.function_name(project, stage, name), place):
        yield replace(judged(need), origin=LOGS)


def _at_api(call: Call, stage: Stage) -> Call:
    """The call with the endpoint of the stage's own websocket API, where the framework takes it.

    Source: API Gateway developer guide, apigateway-how-to-call-websocket-api-connections.
    """
    api = stage.apis.get("websocket")
    if call.service != "apigatewaymanagementapi" or call.extra or api is None:
        return call
    host = f"{api}.execute-api.{stage.region or '{region}'}.amazonaws.com"
    path = stage.facts.get("api_gateway_stage", "api")
    return replace(call, extra={"endpoint": f"https://{host}/{path}"})


def _known(stage: Stage) -> dict[str, Value]:
    """Context keys of a Lambda function's own calls that are certainly so (facts/iam.md 3)."""
    known: dict[str, Value] = {
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole",
    }
    if stage.account is not None:
        known["aws:PrincipalAccount"] = stage.account
    return known


# -- the result --------------------------------------------------------------------------------


def _result(
    facts: Facts, settings: Settings, library: Library, wanted: tuple[str, ...]
) -> CheckResult:
    shown = {stage.stage.name for stage in facts.stages if not wanted or stage.stage.name in wanted}
    findings: list[Finding] = []
    silenced: list[Silenced] = []
    for finding in rules.run(facts):
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
        problems=_problems(facts, library, stages),
        unattributed=tuple(
            dict.fromkeys(
                one for stage in stages for found in stage.scan for one in found.unattributed
            )
        ),
        stats=_stats(stages, library),
        blind=_is_blind(facts.project, library),
    )


def _is_blind(project: Project, library: Library) -> bool:
    found = library.find(project.entry)
    return found is None or library.source(found[0]) is None


def _problems(facts: Facts, library: Library, stages: Iterable[StageFacts]) -> tuple[Problem, ...]:
    """What was lost on the way, without what the rules report as findings already."""
    read = [one for one in facts.project.problems if not is_policy_problem(facts, one)]
    gaps = [gap for stage in stages for gap in stage.gaps]
    return tuple(dict.fromkeys((*read, *library.problems, *gaps)))


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


def _stats(stages: list[StageFacts], library: Library) -> Stats:
    scans = [found for stage in stages for found in stage.scan]
    followed = {located.call.span for found in scans for located in found.calls}
    unattributed = {one.span for found in scans for one in found.unattributed}
    foreign = {span for found in scans for span in found.foreign} - followed
    lost = sum(source is None for source in library.parsed.values())
    return Stats(
        calls_found=len(followed) + len(unattributed) + len(foreign),
        calls_followed=len(followed),
        calls_unattributed=len(unattributed),
        calls_foreign=len(foreign),
        files=len(library.parsed),
        files_lost=lost,
        entries=len({(entry.span, entry.name) for found in scans for entry in found.entries}),
        needs=sum(len(_all_needed(stage)) for stage in stages),
        needs_allowed=sum(_standing(stage, Standing.ALLOWED) for stage in stages),
        needs_denied=sum(_standing(stage, Standing.DENIED) for stage in stages),
        needs_unresolved=sum(_standing(stage, Standing.UNKNOWN) for stage in stages),
    )
