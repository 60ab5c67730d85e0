"""Statements that are there twice.

Source: IAM User Guide, access-analyzer-reference-policy-checks.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.policy import Statement
from remit.syntax.codes import Level
from remit.validate.model import Check, Family, Issue, Subject

REDUNDANT_STATEMENT = Check(
    "REDUNDANT_STATEMENT",
    Level.SUGGESTION,
    "Two statements that say the same.",
    "Whoever changes one of them changes nothing, or half of what was meant.",
    "Keep one.",
)


def repeated(subject: Subject) -> Iterator[Issue]:
    """Statements that equal an earlier one in all but the Sid and the order of lists."""
    first: dict[object, Statement] = {}
    for statement in subject.policy.statements:
        earlier = first.setdefault(_meaning(statement), statement)
        if earlier is not statement:
            message = f"the statement says what the one at line {earlier.span.line} says"
            yield Issue(REDUNDANT_STATEMENT, statement.span, message, "remove one of the two")


def _meaning(statement: Statement) -> object:
    who = statement.principals
    return (
        statement.effect,
        statement.not_action,
        frozenset(item.value.lower() for item in statement.actions),
        statement.not_resource,
        None
        if statement.resources is None
        else frozenset(one.value for one in statement.resources),
        None if who is None else (who.negated, frozenset((k, one.value) for k, one in who.entries)),
        frozenset(
            (test.operator.value, test.key.value.lower(), frozenset(v.value for v in test.values))
            for test in statement.conditions
        ),
    )


FAMILY = Family("Statements", (REDUNDANT_STATEMENT,), (repeated,))
