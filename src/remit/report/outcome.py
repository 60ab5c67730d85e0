"""What a pipeline is told, whatever verb found it: the input of SARIF, JUnit and GitHub.

`of_check` makes one of a check. Another verb makes its own, of its findings and its rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from remit.app.fingerprint import Lines
from remit.app.model import CheckResult
from remit.app.validate import Result
from remit.core.finding import Finding, Severity
from remit.core.span import Span
from remit.report.group import Group, by_place
from remit.report.lines import gone
from remit.report.rules import Rule
from remit.syntax.codes import Level
from remit.validate.model import Issue

CANNOT_TELL, NOT_FOLLOWED, NOT_READ = "cannot-tell", "not-followed", "not-read"
BASELINE = "baseline"

NOTICES = {
    CANNOT_TELL: "A need about which nothing certain can be said.",
    NOT_FOLLOWED: "A call of the SDK whose service or operation is not known.",
    NOT_READ: "A part of the project that could not be used.",
    BASELINE: "A baseline with entries that nothing fits any more.",
}
"""What is told beside the findings, by kind."""


def no_lines(_file: str) -> None:
    """The source of nothing: for a program that has no files at hand."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of the findings are.

    `prefix` is the project's folder below the root that the reader of the report knows (the
    repository's), empty where it is that root. `lines` gives a file's lines.
    """

    prefix: str = ""
    lines: Lines = no_lines

    def path(self, file: str) -> str:
        """`file` from the root, with forward slashes."""
        return f"{self.prefix}/{file}" if self.prefix else file


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is no finding and must not be lost; `kind` is a key of NOTICES."""

    kind: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found. `findings` count; `known` ones are in the baseline and do not.

    `compared` says whether there was a baseline, `stages` which stages were looked at (none for
    what has no stages), `complete` whether the work could be done at all.
    """

    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()
    stages: tuple[str, ...] = ()
    compared: bool = False
    complete: bool = True


SEVERITIES = {
    Level.ERROR: Severity.ERROR,
    Level.SECURITY_WARNING: Severity.WARNING,
    Level.WARNING: Severity.WARNING,
    Level.SUGGESTION: Severity.NOTE,
}
"""What Access Analyzer's levels are among ours."""


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of what is said of a finding; `code` is text to paste."""

    text: str
    code: bool = False


def of_check(result: CheckResult, rules: tuple[Rule, ...]) -> Outcome:
    """The outcome of `remit check`. What is silenced is not in it."""
    known = result.baseline.known if result.baseline else ()
    return Outcome(
        rules=rules,
        findings=result.findings,
        known=known,
        notices=tuple(_notices(result)),
        stages=tuple(stage.name for stage in result.stages),
        compared=result.baseline is not None,
        complete=not result.blind,
    )


def of_validation(result: Result) -> Outcome:
    """The outcome of `remit validate`: a rule for each check that found something."""
    checks = {issue.code: issue.check for one in result.documents for issue in one.issues}
    return Outcome(
        rules=tuple(
            Rule(code, check.what, check.why, f"{check.what}\n\n{check.why}\n\n{check.remedy}")
            for code, check in checks.items()
        ),
        findings=tuple(finding_of(issue) for one in result.documents for issue in one.issues),
        complete=all(one.node is not None for one in result.documents),
    )


def finding_of(issue: Issue, stage: str = "") -> Finding:
    """An issue of a policy document as a finding."""
    return Finding(
        id=issue.code,
        severity=SEVERITIES[issue.level],
        confidence=issue.confidence,
        stage=stage,
        span=issue.span,
        message=issue.message,
        why=issue.check.why,
        fix=issue.fix,
        related=issue.related,
    )


def joined(outcome: Outcome) -> list[tuple[Group, bool]]:
    """All findings, known ones too, joined by place; and whether a group holds a new one."""
    new = set(outcome.findings)
    return [
        (group, any(finding in new for finding in _members(group)))
        for group in by_place((*outcome.findings, *outcome.known))
    ]


def said(group: Group) -> list[Part]:
    """What is to be said of a group: the first part is one sentence, the rest explains it."""
    first = group.variants[0]
    parts = [Part(_sentence(first.finding.message))]
    stages = [stage for variant in group.variants for stage in variant.stages if stage]
    if stages:
        parts.append(Part(f"{'Stage' if len(stages) == 1 else 'Stages'}: {', '.join(stages)}."))
    if first.finding.path:
        parts.append(Part(f"Path: {' → '.join(frame.function for frame in first.finding.path)}."))
    parts += [Part(first.finding.why)] if first.finding.why else []
    parts += _remedy(first.finding)
    for variant in group.variants[1:]:
        parts += _also(variant.finding, first.finding, ", ".join(variant.stages))
    return parts


def _members(group: Group) -> Iterable[Finding]:
    for variant in group.variants:
        for stage in variant.stages:
            yield replace(variant.finding, stage=stage)


def _also(finding: Finding, first: Finding, stages: str) -> list[Part]:
    """What is said of further stages, as far as it differs from the first."""
    parts = []
    if finding.message != first.message:
        parts.append(Part(f"In {stages}: {_sentence(finding.message)}"))
    if (finding.fix, finding.patch) != (first.fix, first.patch):
        if not parts:
            parts.append(Part(f"In {stages}: {finding.fix}".rstrip()))
            finding = replace(finding, fix="")
        parts += _remedy(finding)
    return parts


def _remedy(finding: Finding) -> list[Part]:
    fix = [Part(finding.fix)] if finding.fix else []
    return fix + ([Part(finding.patch, code=True)] if finding.patch else [])


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", ":")) else f"{text}."


# -- the notices of a check --------------------------------------------------------------------


def _notices(result: CheckResult) -> Iterable[Notice]:
    for need in result.unresolved:
        what = "every need" if need.action == "*" else f"`{need.action}` on `{need.resource}`"
        why = f"`{need.hole}` is not known" if need.fill else need.hole or "it is not known"
        settled = f"; to settle it:\n{need.fill}" if need.fill else ""
        told = f"stage {need.stage}: {what}: {why}{settled}"
        yield Notice(CANNOT_TELL, told, need.span)
    for call in result.unattributed:
        yield Notice(NOT_FOLLOWED, f"`{call.what}`: {call.why}", call.span)
    for problem in result.problems:
        message = f"{_sentence(problem.message)} {problem.hint}".rstrip()
        yield Notice(NOT_READ, message, problem.span)
    if result.baseline and result.baseline.absent:
        told = f"`{result.baseline.file}`: {gone(len(result.baseline.absent))}"
        yield Notice(BASELINE, told)
