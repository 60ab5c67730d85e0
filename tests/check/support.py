"""A compact way to write down a project and to read what the rules say of it.

    world(stage("dev", policy(allow("s3:GetObject", on="arn:aws:s3:::b/*")), need(...)))

An ARN's holes are written `{region}` (assigned at deployment), `{env:NAME}`, `{data:name}` and
`{code:name}`. Calls stand in `app.py`, one a line. `said` prints findings one a line:

    error dev app.py:7 <call>: `dynamodb:UpdateItem` on `...` is denied
    warning? dev policy-dev.json:9 <"s3:*">: ...          (? marks what is conditional)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from remit.check.model import CODE, LOGS, Facts, Needed, RoleFacts, StageFacts
from remit.check.rules import run
from remit.core.call import Call, Frame
from remit.core.finding import Confidence, Finding
from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.model import Function, Project, Role, Stage
from remit.explain.judge import judge
from remit.explain.model import Judgement
from remit.scan.model import Entry, Mask, Scan, Unattributed
from remit.syntax.policy import parse_text

Json = dict[str, object]


# --- policies -----------------------------------------------------------------------------------


def allow(*actions: str, on: str | Sequence[str] = "*", **more: object) -> Json:
    return {"Effect": "Allow", "Action": _short(actions), "Resource": on, **more}


def deny(*actions: str, on: str | Sequence[str] = "*", **more: object) -> Json:
    return {"Effect": "Deny", "Action": _short(actions), "Resource": on, **more}


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def _short(values: Sequence[str]) -> object:
    return values[0] if len(values) == 1 else list(values)


# --- needs --------------------------------------------------------------------------------------


def text(pattern: str) -> Text:
    """`arn:aws:s3:::b/{data:key}` with its holes."""
    parts: list[str | Hole] = []
    rest = pattern
    while rest:
        literal, opened, after = rest.partition("{")
        parts.append(literal)
        if not opened:
            break
        inner, _, rest = after.partition("}")
        parts.append(hole(inner))
    return Text.of(*parts)


def hole(spec: str) -> Hole:
    kind, colon, name = spec.partition(":")
    if not colon:
        return Hole(HoleKind.ASSIGNED, kind)
    if kind == "env":
        return Hole(HoleKind.ENV, name)
    if kind.isdigit():
        return Hole(HoleKind.ASSIGNED, name, width=int(kind))
    return Hole(HoleKind(kind), name)


@dataclass(frozen=True)
class Wanted:
    need: Need
    call: Call | None
    function: str
    origin: str


def need(
    action: str,
    resource: str = "*",
    line: int = 7,
    *,
    function: str = "api_handler",
    origin: str = CODE,
    condition: str | None = None,
    hangs_on: Sequence[str] = (),
    at_import: bool = False,
    swallowed: int | None = None,
    kind: str | None = None,
    alternatives: Sequence[str] = (),
    context: Mapping[str, Text] | None = None,
    unknown: Judgement | None = None,
) -> Wanted:
    """One need of one call in line `line` of `app.py`."""
    wanted = Need(
        action,
        text(resource),
        kind,
        condition,
        context or {},
        alternatives=tuple(text(one) for one in alternatives),
    )
    if origin != CODE:
        return Wanted(wanted, None, function, origin)
    service, _, operation = action.partition(":")
    made = Call(
        service,
        operation,
        {},
        at(line),
        (Frame("view", at(line - 1)),),
        hangs_on=tuple(hole(one) for one in hangs_on),
        swallowed=at(swallowed) if swallowed else None,
        at_import=at_import,
    )
    return Wanted(wanted, made, function, origin)


def at(line: int, file: str = "app.py") -> Span:
    return Span(file, line, 5, line, 20)


def log_needs(stage: str = "dev") -> list[Wanted]:
    group = f"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/app-{stage}:log-stream:x"
    return [
        need(f"logs:{name}", group, origin=LOGS)
        for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")
    ]


# --- stages -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Staged:
    facts: StageFacts
    files: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def stage(
    name: str,
    document: str | None,
    *wanted: Wanted,
    file: str | None = None,
    env: Mapping[str, str] | None = None,
    region: str | None = None,
    account: str | None = None,
    apis: Mapping[str, str] | None = None,
    masks: Iterable[Mask] = (),
    entries: Iterable[Entry] = (),
    unattributed: Iterable[Unattributed] = (),
    complete: bool = True,
    unknown: str | None = None,
    missing: str | None = None,
    generated: bool = False,
) -> Staged:
    """One stage with one role. `document` is its policy, None for no policy at all."""
    file = file or f"policy-{name}.json"
    policies: tuple[Policy, ...] = ()
    problems: tuple[Problem, ...] = ()
    if document is not None:
        parsed, problems = parse_text(document, file, name=file, kind="identity")
        policies = (parsed,) if parsed is not None else ()
        if parsed is None:
            unknown = f"policy file `{file}` can't be read"
    config = Span("config.json", 2, 3, 2, 10)
    role = Role(
        f"app-{name}",
        config,
        policies,
        None if generated else file,
        unknown,
        missing,
        generated,
    )
    default = Function("*", dict(env or {}), role, config)
    made = Stage(name, default, config, {}, "aws", account, region, dict(apis or {}))
    needed = tuple(
        Needed(one.need, one.call, one.function, judged(policies, one.need), one.origin)
        for one in wanted
    )
    scan = Scan(tuple(entries), (), tuple(unattributed), tuple(masks))
    facts = StageFacts(made, (RoleFacts(role, ("api_handler",), needed),), (scan,), complete)
    return Staged(facts, {file: document or ""}, tuple(problems))


def judged(policies: Sequence[Policy], wanted: Need) -> Judgement:
    return judge(policies, wanted, {}, frozenset())


@dataclass(frozen=True)
class World:
    facts: Facts
    files: dict[str, str]

    def findings(self, rule: str) -> list[Finding]:
        return [one for one in run(self.facts) if one.id == rule]

    def said(self, rule: str) -> list[str]:
        return [self.line(one) for one in self.findings(rule)]

    def line(self, finding: Finding) -> str:
        sure = "?" if finding.confidence is Confidence.CONDITIONAL else ""
        place = f"{finding.span.file}:{finding.span.line}"
        under = self.under(finding.span)
        return f"{finding.severity}{sure} {finding.stage} {place} <{under}>: {finding.message}"

    def under(self, span: Span) -> str:
        """The text that a finding underlines; `call` for a place in `app.py`."""
        if span.file not in self.files:
            return "call" if span.file == "app.py" else span.file
        lines = self.files[span.file].splitlines()
        if span.line != span.end_line:
            return lines[span.line - 1][span.column - 1 :] + "..."
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]


def world(*stages: Staged) -> World:
    files = {name: text for one in stages for name, text in one.files.items()}
    problems = tuple(dict.fromkeys(problem for one in stages for problem in one.problems))
    project = Project(
        "chalice", "app", "app", ("app.py",), ("",), tuple(s.facts.stage for s in stages), problems
    )
    return World(Facts(project, tuple(one.facts for one in stages)), files)


LOG = allow(
    "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", on="arn:aws:logs:*:*:*"
)
TABLE = "arn:aws:dynamodb:{region}:{account}:table/"
ANY_TABLE = "arn:aws:dynamodb:*:*:table/"
