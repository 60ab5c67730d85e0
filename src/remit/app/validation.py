"""The policies of a project, validated: what `remit validate` says of them, as findings.

Only what AWS refuses or warns of, and only where no rule of `check` speaks of the same place
already. In a template, what a symbol stands for is not known: such a text is read as a name like
any other, and nothing is said of its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from remit.check.model import Facts
from remit.core.finding import Confidence, Finding, Severity
from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Symbols
from remit.deploy.model import Role, Stage
from remit.syntax.codes import Level
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.validate.model import Asked, Issue, PolicyType
from remit.validate.validate import validate

ID = "policy-validation"

_SEVERITIES = {
    Level.ERROR: Severity.WARNING,
    Level.SECURITY_WARNING: Severity.WARNING,
    Level.WARNING: Severity.NOTE,
}
"""What Access Analyzer's levels weigh in a check. What makes AWS refuse a document is an error of
`invalid-policy` already; the errors that are left are stored, and do not do what was meant."""

_UNSURE = frozenset({"MISSING_QUALIFIER"})
"""What follows from the type that the Service Authorization Reference gives a key, and was not seen
to hold: policies in use test `events:source`, an array by that reference, without a qualifier."""

_SAMPLE = "arn:aws:iam::111122223333:role/sample"
"""Stands for a text that begins with a symbol, which is an ARN more often than not."""

_OWN_RULES = frozenset({"MISSING_VERSION", "INVALID_ACTION", "INVALID_SERVICE_IN_ACTION"})
"""What `invalid-policy` and `unknown-action` say in their own words."""


def findings(facts: Facts, known: Iterable[Finding]) -> list[Finding]:
    """One finding for each issue and stage, but where `known` ones are at the same place."""
    taken = {(one.stage, one.span) for one in known}
    seen: dict[int, tuple[Issue, ...]] = {}
    found: dict[tuple[object, ...], Finding] = {}
    for stage in facts.stages:
        for document in _documents(stage.stage):
            for issue in _issues(document, seen):
                if (stage.stage.name, issue.span) not in taken:
                    key = (stage.stage.name, issue.span, issue.code)
                    found.setdefault(key, _finding(issue, stage.stage.name))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Document:
    """A policy and what it is attached to."""

    policy: Policy
    type: PolicyType
    resource_type: str | None = None


def _documents(stage: Stage) -> Iterator[_Document]:
    """Every policy of the project that a person wrote."""
    roles = {id(role): role for role in (*stage.roles(), *stage.idle_roles)}
    for role in roles.values():
        yield from _of_role(role)
    for attached in stage.attached:
        if attached.policy.source is not None:
            yield _Document(attached.policy, PolicyType.RESOURCE, attached.kind)


def _of_role(role: Role) -> Iterator[_Document]:
    for policy in role.policies:
        yield _Document(policy, PolicyType.IDENTITY)
    if role.boundary is not None:
        yield _Document(role.boundary, PolicyType.BOUNDARY)
    if role.trust is not None:
        yield _Document(role.trust, PolicyType.TRUST)


def _issues(document: _Document, seen: dict[int, tuple[Issue, ...]]) -> tuple[Issue, ...]:
    """What is more than a suggestion; a document that several roles or stages use, once."""
    policy = document.policy
    source = policy.source
    if policy.ready_made or not isinstance(source, (Mapping, Sequence, Scalar)):
        return ()
    if id(source) not in seen:
        open_places: set[Span] = set()
        node = _plain(source, policy.symbols, open_places)
        asked = Asked(document.type, document.resource_type)
        seen[id(source)] = tuple(
            issue
            for issue in validate(node, asked, policy.name).issues
            if issue.level is not Level.SUGGESTION
            and issue.code not in _OWN_RULES
            and not any(_within(issue.span, place) for place in open_places)
        )
    return seen[id(source)]


def _finding(issue: Issue, stage: str) -> Finding:
    unsure = issue.code in _UNSURE
    return Finding(
        id=ID,
        severity=Severity.NOTE if unsure else _SEVERITIES[issue.level],
        confidence=Confidence.CONDITIONAL if unsure else issue.confidence,
        stage=stage,
        span=issue.span,
        message=f"{issue.message} ({issue.code})",
        why=issue.check.why,
        fix=issue.fix,
        related=issue.related,
    )


def _plain(node: Node, symbols: Symbols, places: set[Span]) -> Node:
    """The document with ordinary names for its symbols, whose places are noted."""
    if isinstance(node, Scalar):
        if not node.is_string or not symbols.used(node.text):
            return node
        places.add(node.span)
        text = _SAMPLE if node.text.startswith("{") else _named(node.text, symbols)
        return replace(node, value=text, text=text)
    if isinstance(node, Sequence):
        return replace(node, items=tuple(_plain(one, symbols, places) for one in node.items))
    entries = tuple((key, _plain(value, symbols, places)) for key, value in node.entries)
    return replace(node, entries=entries)


_SAMPLES = {"region": "us-east-1", "account": "111122223333"}


def _named(text: str, symbols: Symbols) -> str:
    for name in symbols.used(text):
        letters = "".join(one for one in name if one.isascii() and one.isalnum())
        text = text.replace("{" + name + "}", _SAMPLES.get(name, letters or "x"))
    return text


def _within(inner: Span, outer: Span) -> bool:
    return (
        inner.file == outer.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )
