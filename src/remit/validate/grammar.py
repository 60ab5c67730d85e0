"""What the parser found, under Access Analyzer's names.

The parser says for each fault what it is, where, and how to mend it; here it gets its name and
weight. Codes that depend on the type of the policy are told apart here.
Source: IAM User Guide, access-analyzer-reference-policy-checks; facts/iam.md 9.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remit.core.span import Problem
from remit.syntax.codes import Level
from remit.validate.grammar_checks import BY_CODE, CHECKS, GRAMMAR
from remit.validate.model import Check, Issue, PolicyType

__all__ = ["CHECKS", "issues"]

# The parser's code where it is not the check's name in lower case with dashes.
_SPELLED = {
    "allow-with-notprincipal": "ALLOW_WITH_NOT_PRINCIPAL",
    "duplicate-key": "REMIT_DUPLICATE_KEY",
    "document-too-deep": "REMIT_UNREADABLE",
    "document-too-large": "REMIT_UNREADABLE",
    "empty-array-statement": "REMIT_NO_STATEMENTS",
    "empty-document": "JSON_SYNTAX_ERROR",
    "invalid-character": "REMIT_INVALID_CHARACTER",
    "not-utf-8": "REMIT_UNREADABLE",
    "yaml-syntax-error": "REMIT_YAML_SYNTAX_ERROR",
}
# By type and code, where the type has a check of its own for it.
_BY_TYPE = {
    (PolicyType.SCP, "unsupported-principal"): "SCP_SYNTAX_ERROR_PRINCIPAL",
    (PolicyType.RCP, "allow-with-notprincipal"): None,  # RCP_SYNTAX_ERROR_PRINCIPAL says it
    (PolicyType.API_GATEWAY, "invalid-arn-prefix"): None,  # apigateway.py knows the short form
}


def issues(problems: Iterable[Problem], kind: PolicyType) -> Iterator[Issue]:
    """The parser's problems as issues; those that another family tells better are left out."""
    for problem in problems:
        check = _check(problem, kind)
        if check is not None:
            yield Issue(check, problem.span, problem.message, problem.hint)


def _check(problem: Problem, kind: PolicyType) -> Check | None:
    key = (kind, problem.code)
    if key in _BY_TYPE:
        name = _BY_TYPE[key]
        return None if name is None else BY_CODE[name]
    if problem.code == "unsupported-principal" and kind.has_principal:
        return BY_CODE["REMIT_GROUP_PRINCIPAL"]
    if problem.code == "variable-unsupported-in-element" and "fifth colon" in problem.message:
        return BY_CODE["REMIT_VARIABLE_BEFORE_FIFTH_COLON"]
    name = _SPELLED.get(problem.code) or problem.code.upper().replace("-", "_")
    return BY_CODE.get(name) or _unknown(name)


def _unknown(name: str) -> Check:
    """A code of the parser that has no row yet: told all the same."""
    return Check(name, Level.ERROR, "A fault in the grammar.", GRAMMAR, "See the message.")
