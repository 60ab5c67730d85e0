"""One document through all checks: parse, find out the type, run the families, sort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.syntax import policy as parser
from remit.syntax.nodes import Node
from remit.validate import grammar
from remit.validate.infer import Inferred, infer
from remit.validate.model import Asked, Issue, PolicyType, Subject
from remit.validate.resource_types import API, TRUST
from remit.validate.table import FAMILIES


@dataclass(frozen=True, slots=True)
class Validated:
    """What a document is, and what is wrong with it, by place.

    `why` says what the type was inferred from; empty where it was given.
    """

    type: PolicyType
    resource_type: str | None
    why: str
    issues: tuple[Issue, ...]


_ASKED = Asked()


def validate(document: Node, asked: Asked = _ASKED, name: str = "") -> Validated:
    """Check one policy document, as `syntax.document.load` gives it.

    `asked` is what the caller knows beside it; `name` is what people call the policy. Never
    raises: what is no policy is an issue.
    """
    inferred = _given(asked) or _inferred(document, name)
    policy, problems = parser.parse(document, name, inferred.type.grammar)
    issues = list(grammar.issues(problems, inferred.type))
    if policy is not None:
        subject = Subject(document, policy, inferred.type, inferred.resource_type, asked)
        issues += _checked(subject)
    ordered = tuple(sorted(issues, key=lambda one: (one.span, one.code)))
    return Validated(inferred.type, inferred.resource_type, inferred.why, ordered)


def _inferred(document: Node, name: str) -> Inferred:
    policy, _ = parser.parse(document, name)
    return infer(policy) if policy is not None else _UNKNOWN


_UNKNOWN = Inferred(PolicyType.IDENTITY, None, "nothing in it tells")


def _given(asked: Asked) -> Inferred | None:
    """The type that the caller named, by itself or by the resource's type."""
    if asked.type is not None:
        return Inferred(asked.type, asked.resource_type, "")
    if asked.resource_type is None:
        return None
    named = {TRUST: PolicyType.TRUST, API: PolicyType.API_GATEWAY}
    return Inferred(named.get(asked.resource_type, PolicyType.RESOURCE), asked.resource_type, "")


def _checked(subject: Subject) -> Iterator[Issue]:
    for family in FAMILIES:
        if family.optional and not subject.asked.least_privilege:
            continue
        for rule in family.rules:
            yield from rule(subject)
