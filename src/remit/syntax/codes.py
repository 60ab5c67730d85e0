"""How much a problem of a policy weighs, by its code.

Where Access Analyzer has a check for it, a problem bears that check's name in lower case with
dashes (`invalid-effect` for INVALID_EFFECT), and weighs what it weighs there. Every other code
means that AWS refuses the document.
Source: IAM User Guide, access-analyzer-reference-policy-checks; facts/iam.md 9.2.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """What AWS does about it: refuse the document, or store it and warn, or only suggest."""

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"


_LEVELS = {
    "allow-with-notprincipal": Level.SECURITY_WARNING,
    "missing-version": Level.WARNING,
    "unique-sids-recommended": Level.WARNING,
    "empty-array-action": Level.SUGGESTION,
    "empty-array-condition": Level.SUGGESTION,
    "empty-array-condition-forallvalues": Level.SUGGESTION,
    "empty-array-condition-foranyvalue": Level.SUGGESTION,
    "empty-array-condition-ifexists": Level.SUGGESTION,
    "empty-array-principal": Level.SUGGESTION,
    "empty-array-resource": Level.SUGGESTION,
    "empty-array-statement": Level.SUGGESTION,  # not one of Access Analyzer's
    "empty-object-condition": Level.SUGGESTION,
    "empty-object-principal": Level.SUGGESTION,
    "empty-sid-value": Level.SUGGESTION,
    "null-with-qualifier": Level.SUGGESTION,
    "wildcard-in-service-name": Level.SUGGESTION,
}


def level(code: str) -> Level:
    """The weight of the problem that bears `code`."""
    return _LEVELS.get(code, Level.ERROR)
