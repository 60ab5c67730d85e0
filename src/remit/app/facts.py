"""What a project needs and how its roles stand to that: the facts of which rules make findings.

`check`, `generate` and `review` all start here, so there is one answer.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.app.model import Progress, silent
from remit.app.project import Opened
from remit.app.scans import Scans, Sources
from remit.catalog.needs import Needs, needs
from remit.check.model import FRAMEWORK, LOGS, Facts, Needed, RoleFacts, StageFacts
from remit.core.call import Call, Place
from remit.core.need import Need
from remit.core.pattern import Pattern
from remit.core.policy import Policy
from remit.core.request import Value
from remit.core.span import Problem, Span
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import Tree
from remit.deploy import chalice, lambda_needs
from remit.deploy.model import Attached, Function, Project, Role, Stage
from remit.explain.attached import ASSUMED, on_itself, uncertain, weighed
from remit.explain.deployed import judge_of
from remit.explain.model import Judgement, Standing

ABSENT = (
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


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts of a project, and the sources that were read for them."""

    facts: Facts
    sources: Sources


def gather(tree: Tree, opened: Opened, progress: Progress = silent) -> Gathered:
    """Interpret the code for each stage and judge every need of every role."""
    project = opened.project
    sources = Sources(tree, project, tuple(_out_of_sight(tree, project)))
    stages = []
    for index, stage in enumerate(project.stages):
        progress(index, len(project.stages), f"stage {stage.name}")
        values = opened.settings.stage(stage.name).values
        stages.append(_stage_facts(project, stage, Scans(sources, stage, values)))
    return Gathered(Facts(project, tuple(stages)), sources)


def _out_of_sight(tree: Tree, project: Project) -> Iterator[Problem]:
    """What could not be listed in the places from which code is packaged."""
    own = project.roots[0] if project.roots else ""
    packaged = [
        posixpath.join(own, place) for place in (f"{project.entry}.py", "chalicelib", "vendor")
    ]
    codes = [f.code for stage in project.stages for f in stage.functions.values() if f.code]
    places = packaged if project.entry else [root for code in codes for root in code.roots]
    for one in tree.problems:
        if any(one.span.file == p or not p or one.span.file.startswith(p + "/") for p in places):
            yield one


def _stage_facts(project: Project, stage: Stage, scans: Scans) -> StageFacts:
    by_role: dict[str, tuple[Role, list[str]]] = {}
    judges, asked = _Judges(stage), _Asked(stage)
    for name in _names(project, stage, scans):
        role = stage.function(name).role
        by_role.setdefault(role.name, (role, []))[1].append(name)
    gaps: dict[Span, Problem] = {}
    roles = []
    for role, functions in by_role.values():
        needed: dict[object, Needed] = {}
        for name in functions:
            for one in _function_needs(project, name, scans, judges, asked, gaps):
                needed.setdefault(_identity(one), one)
        roles.append(RoleFacts(role, tuple(functions), tuple(needed.values())))
    seen = scans.all()
    complete = not gaps and not any(found.unattributed or found.problems for found in seen)
    return StageFacts(stage, tuple(roles), seen, complete, tuple(gaps.values()))


def _names(project: Project, stage: Stage, scans: Scans) -> Iterable[str]:
    """The deployed functions: those of the template, or those that the program registers."""
    if not project.entry:
        return stage.functions
    found = dict.fromkeys(entry.function for entry in scans.of(stage.default).entries)
    return found or (stage.default.name,)


def _identity(one: Needed) -> object:
    """Two needs with one identity say the same of the same place."""
    where = one.call and (one.call.span, one.call.hangs_on, one.call.at_import)
    return one.need.action, one.need.resource, one.need.condition, one.origin, where


def _function_needs(
    project: Project,
    name: str,
    scans: Scans,
    judges: _Judges,
    asked: _Asked,
    gaps: dict[Span, Problem],
) -> Iterable[Needed]:
    """What one deployed function needs: its calls, those at import, the framework's, its log."""
    stage = scans.stage
    function = stage.function(name)
    found = scans.of(function)
    judged = judges.of(function.role)

    def needed(need: Need) -> Needed:
        return Needed(need, None, function.name, judged(need), FRAMEWORK)

    if function.unread:
        what = f"the code of function `{name}` is not checked: {function.unread}"
        gaps.setdefault(function.span, Problem(function.span, what))
    for located in found.calls:
        if located.function not in ("", name):
            continue
        call = located.call
        wanted = asked.of(call)
        if wanted.unmapped is not None:
            text = f"`{call.service}.{call.operation}`: {wanted.unmapped}"
            gaps.setdefault(call.span, Problem(call.span, text))
        for need in wanted.needs:
            yield Needed(need, call, located.function, judged(need))
    for need in function.needs:
        yield needed(need)
    for entry in found.entries:
        if entry.function == name:
            for need in lambda_needs.needs(entry.kind, entry.source, asked.place):
                yield needed(need)
    if not function.in_lambda:
        return
    for need in lambda_needs.logs(_deployed_as(project, stage, function, name), asked.place):
        yield replace(needed(need), origin=LOGS)


def _deployed_as(
    project: Project, stage: Stage, function: Function, name: str
) -> str | Text | None:
    """What AWS calls the function, None where that is not known."""
    return chalice.function_name(project, stage, name) if project.entry else function.deployed_as


class _Asked:
    """What the calls of a stage require. Functions that share their code share their calls."""

    def __init__(self, stage: Stage) -> None:
        self.place = Place(stage.partition, stage.region, stage.account)
        self._stage = stage
        self._found: dict[int, tuple[Call, Needs]] = {}

    def of(self, call: Call) -> Needs:
        """What `call` requires, which is kept so that its identity stays its own."""
        if id(call) not in self._found:
            self._found[id(call)] = call, needs(at_api(call, self._stage), self.place)
        return self._found[id(call)][1]


class _Judges:
    """What judges the needs of a stage's roles, each role's policies compiled once."""

    def __init__(self, stage: Stage) -> None:
        self._known = known(stage)
        self._attached = _Attachments(stage)
        self._made: dict[str, list[Judging]] = {}

    def of(self, role: Role) -> Judging:
        """What judges the needs of a function with this role."""
        alike = self._made.setdefault(role.name, [])
        for one in alike:
            if one.role is role or one.role == role:
                return one
        alike.append(Judging(role, self._known, self._attached))
        return alike[-1]


class Judging:
    """Judges the needs of one role; many calls need the same of the same."""

    def __init__(self, role: Role, known: Mapping[str, Value], attached: _Attachments) -> None:
        self.role = role
        self._known = known
        self._attached = attached
        self._identity = judge_of(role.policies)
        self._boundary = judge_of((role.boundary,)) if role.boundary is not None else None
        self._made: dict[object, Judgement] = {}

    def __call__(self, need: Need) -> Judgement:
        """How the role stands to `need`."""
        same = (need.action, need.resource, need.alternatives, tuple(need.context.items()))
        if same not in self._made:
            self._made[same] = self._judged(need)
        return self._made[same]

    def _judged(self, need: Need) -> Judgement:
        """The role's policies, and those of the resource where the project holds them."""
        own = self._by_role(need)
        found = weighed(own, need, self._attached.on(need), self._known, ABSENT)
        if found.standing is not Standing.DENIED or found.explicit:
            return found  # the next question costs much, and is about denials only
        return uncertain(found, need, self._attached.perhaps_on(need), self._known, ABSENT)

    def _by_role(self, need: Need) -> Judgement:
        """Both the role's policies and its boundary must allow (facts/iam.md 4.8)."""
        own = self._identity(need, self._known, ABSENT)
        if self._boundary is None or own.standing is Standing.DENIED:
            return own
        within = self._boundary(need, self._known, ABSENT)
        return own if within.standing is Standing.ALLOWED else within


class _Attachments:
    """A stage's resource policies, by what they are attached to."""

    def __init__(self, stage: Stage) -> None:
        self._all = stage.attached
        every = (*stage.roles(), *stage.idle_roles)
        self._trusts = [on_itself(one.trust) for one in every if one.trust is not None]
        self._by_place: dict[str, list[tuple[int, Policy]]] = {}
        for number, one in enumerate(stage.attached):
            self._by_place.setdefault(str(one.resource), []).append((number, one.policy))

    def on(self, need: Need) -> list[Policy]:
        """Those of the thing that the need is on, or in, in the order of the project."""
        if not self._by_place:
            return []
        wanted = str(need.resource)
        places = [wanted, *(wanted[:at] for at, mark in enumerate(wanted) if mark in "/:")]
        found = [one for place in places for one in self._by_place.get(place, ())]
        return [policy for _, policy in sorted(found, key=lambda one: one[0])]

    def perhaps_on(self, need: Need) -> list[Policy]:
        """Those of which it hangs on what is not known whether the need is on their thing."""
        trusts = self._trusts if need.action in ASSUMED else []
        if all(hole.kind is HoleKind.ASSIGNED for hole in need.resource.holes):
            return trusts
        surely = {id(policy) for policy in self.on(need)}
        others = [one for one in self._all if id(one.policy) not in surely]
        return [one.policy for one in others if _may_be_on(need, one)] + trusts


def _may_be_on(need: Need, attached: Attached) -> bool:
    """Whether what is not known in the need may make it one on that resource."""
    whole = Pattern.from_text(attached.resource)
    inside = Pattern.from_text(Text.of(attached.resource, "/", Hole(HoleKind.DATA, "inside")))
    wanted = Pattern.from_text(need.resource)
    return any(one.meets(wanted) is not None for one in (whole, inside))


def judging(role: Role, stage: Stage) -> Judging:
    """What judges the needs of a role of that stage."""
    return _Judges(stage).of(role)


def at_api(call: Call, stage: Stage) -> Call:
    """The call with the endpoint of the stage's own websocket API, where the framework takes it.

    Source: API Gateway developer guide, apigateway-how-to-call-websocket-api-connections.
    """
    api = stage.apis.get("websocket")
    if call.service != "apigatewaymanagementapi" or call.extra or api is None:
        return call
    host = f"{api}.execute-api.{stage.region or '{region}'}.amazonaws.com"
    path = stage.facts.get("api_gateway_stage", "api")
    return replace(call, extra={"endpoint": f"https://{host}/{path}"})


def known(stage: Stage) -> dict[str, Value]:
    """Context keys of a Lambda function's own calls that are certainly so (facts/iam.md 3)."""
    keys: dict[str, Value] = {
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole",
    }
    if stage.account is not None:
        keys["aws:PrincipalAccount"] = stage.account
    return keys
