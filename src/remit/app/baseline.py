"""The baseline: findings that are known already, so that only new ones count.

The file is JSON, sorted, one finding a line, so that a change of it can be reviewed. It holds
fingerprints (`app/fingerprint.py`), never line numbers. Its form is described in
docs/pipelines.md. Everything here takes values and returns values.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from remit.app.errors import InputError
from remit.app.fingerprint import Fingerprint, Lines, fingerprint
from remit.app.model import CheckResult, Compared, StageSummary
from remit.core.finding import Finding, Severity
from remit.core.span import Problem, Span
from remit.syntax import nodes
from remit.syntax.document import MAX_SIZE, DocumentError, load
from remit.syntax.source import shown

NAME = ".remit-baseline.json"
"""The file's name where the user gives none; it is then in the project's folder."""

VERSION = 1
"""Changes when an older remit would misread the file."""

_FIELDS = tuple(field.name for field in fields(Fingerprint))
_REQUIRED = ("file", "id", "severity")
_MILDEST_FIRST = [severity.value for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)]
_MEND = "Write it anew with `--write-baseline`, or mend it there."


@dataclass(frozen=True, slots=True)
class Written:
    """A baseline to write: the file's text, and what it changes."""

    text: str
    entries: tuple[Fingerprint, ...]
    added: int
    gone: int


def parse(data: bytes, file: str) -> tuple[Fingerprint, ...]:
    """The entries of the baseline `data`, which the user knows as `file`.

    Raises InputError, with the place, when it is not one.
    """
    try:
        top = load(data, file if file.endswith(".json") else f"{file}.json")
        return _entries(top)
    except DocumentError as error:
        told = error.problem
        span = replace(told.span, file=file)
        raise InputError(
            f"the baseline is broken: {told.message}", told.hint or _MEND, span
        ) from None


def compare(
    findings: Sequence[Finding], entries: Iterable[Fingerprint], lines: Lines
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Fingerprint, ...]]:
    """The findings that are new, those that are known, and the entries that no finding fits.

    An entry stands for one finding, as bad as it says or milder. Each finding takes the entry
    that is exactly its own, and what is left over takes one that differs in the source only: a
    call that was edited is the same finding as long as it needs the same permission.
    """
    left = Counter(entries)
    prints = [fingerprint(finding, lines) for finding in findings]
    known = [_take(left, one) for one in prints]
    alike: dict[Fingerprint, list[Fingerprint]] = {}
    for entry in sorted(left.elements()):
        if entry.loose is not None:
            alike.setdefault(entry.loose, []).append(entry)
    for index, one in enumerate(prints):
        if not known[index] and one.loose is not None:
            fitting = next((alike[worse] for worse in _worse(one.loose) if alike.get(worse)), None)
            known[index] = fitting is not None and _take(left, fitting.pop(0))
    paired = list(zip(findings, known, strict=True))
    return (
        tuple(finding for finding, is_known in paired if not is_known),
        tuple(finding for finding, is_known in paired if is_known),
        tuple(sorted(left.elements())),
    )


def apply(
    result: CheckResult, entries: Sequence[Fingerprint], file: str, lines: Lines, whole: bool
) -> CheckResult:
    """`result` without the findings that `entries` know; they are in its `baseline`.

    `whole` says that all stages were checked: otherwise nothing is said of entries for others.
    """
    mine, _ = _divided(result, entries, whole)
    new, known, absent = compare(result.findings, mine, lines)
    if result.blind:  # nothing was seen: nothing is known to be gone
        absent = ()
    return replace(
        result,
        findings=new,
        stages=tuple(_recounted(stage, new) for stage in result.stages),
        baseline=Compared(file, known, absent),
    )


def written(result: CheckResult, old: Sequence[Fingerprint], lines: Lines, whole: bool) -> Written:
    """The baseline that knows all findings of `result`, in place of `old`.

    Entries of stages that were not checked are kept. Raises InputError when the check could not
    see the project, or when there is more than a baseline holds.
    """
    if result.blind:
        what = "the baseline was not written: the module at which everything starts is unreadable"
        raise InputError(what, "mend it first, or every finding would be forgotten")
    mine, others = _divided(result, old, whole)
    new, _, absent = compare(result.findings, mine, lines)
    entries = sorted([*others, *(fingerprint(finding, lines) for finding in result.findings)])
    text = _render(entries)
    if len(text) > MAX_SIZE:
        what = f"{len(entries)} findings are more than a baseline of {MAX_SIZE >> 20} MiB holds"
        raise InputError(what, "check fewer stages, or silence a rule in the configuration")
    return Written(text, tuple(entries), len(new), len(absent))


def _render(entries: Iterable[Fingerprint]) -> str:
    rows = []
    for entry in entries:
        told = {name: value for name in _FIELDS if (value := getattr(entry, name))}
        rows.append(json.dumps(told))
    listed = "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"
    return f'{{\n"version": {VERSION},\n"findings": {listed}\n}}\n'


def _take(left: Counter[Fingerprint], wanted: Fingerprint) -> bool:
    """Take the entry for `wanted`, or one that is worse; False when there is none."""
    for entry in _worse(wanted):
        if left[entry]:
            left[entry] -= 1
            return True
    return False


def _worse(wanted: Fingerprint) -> list[Fingerprint]:
    """`wanted` itself and as it would be if it were worse, the worst last."""
    return [
        replace(wanted, severity=severity)
        for severity in _MILDEST_FIRST[_MILDEST_FIRST.index(wanted.severity) :]
    ]


def _divided(
    result: CheckResult, entries: Iterable[Fingerprint], whole: bool
) -> tuple[list[Fingerprint], list[Fingerprint]]:
    """The entries that this check can confirm or miss, and those of stages it did not look at."""
    checked = {stage.name for stage in result.stages}
    mine: list[Fingerprint] = []
    others: list[Fingerprint] = []
    for entry in entries:
        (mine if whole or entry.stage in checked else others).append(entry)
    return mine, others


def _recounted(stage: StageSummary, new: Iterable[Finding]) -> StageSummary:
    own = [finding.severity for finding in new if finding.stage == stage.name]
    return replace(stage, errors=own.count(Severity.ERROR), warnings=own.count(Severity.WARNING))


# -- reading -----------------------------------------------------------------------------------


def _entries(top: nodes.Node) -> tuple[Fingerprint, ...]:
    parts = _mapping(top, ("version", "findings"), "a baseline")
    version, findings = parts.get("version"), parts.get("findings")
    if version is None or findings is None:
        missing = "version" if version is None else "findings"
        raise _broken(top.span, f"`{missing}` is missing", _MEND)
    if not isinstance(version, nodes.Scalar) or version.value != VERSION:
        told = shown(version.text) if isinstance(version, nodes.Scalar) else "this"
        hint = f"This remit reads version {VERSION}: {_MEND[0].lower()}{_MEND[1:]}"
        raise _broken(version.span, f"{told} is no version of a baseline", hint)
    if not isinstance(findings, nodes.Sequence):
        raise _broken(findings.span, "`findings` must be a list", _MEND)
    return tuple(_entry(item) for item in findings.items)


def _entry(item: nodes.Node) -> Fingerprint:
    told = _mapping(item, _FIELDS, "an entry")
    for name in _REQUIRED:
        if name not in told:
            raise _broken(item.span, f"`{name}` is missing", _MEND)
    values: dict[str, str] = {}
    for name, node in told.items():
        if not isinstance(node, nodes.Scalar) or not node.is_string:
            raise _broken(node.span, f"`{name}` must be a string", _MEND)
        values[name] = node.text
    if values["severity"] not in _MILDEST_FIRST:
        what = f"{shown(values['severity'])} is no severity"
        raise _broken(told["severity"].span, what, f"It knows {', '.join(_MILDEST_FIRST)}.")
    return Fingerprint(**values)


def _mapping(node: nodes.Node, known: Sequence[str], what: str) -> dict[str, nodes.Node]:
    if not isinstance(node, nodes.Mapping):
        raise _broken(node.span, f"{what} must be an object", _MEND)
    found: dict[str, nodes.Node] = {}
    for key, value in node.entries:
        if key.text not in known:
            raise _broken(key.span, f"{what} has no {shown(key.text)}", _MEND)
        if key.text in found:
            raise _broken(key.span, f"{shown(key.text)} is there twice", _MEND)
        found[key.text] = value
    return found


def _broken(span: Span, message: str, hint: str) -> DocumentError:
    return DocumentError(Problem(span, message, hint))
