"""Policies of an organization: what resource control policies may say, and whom they hit.

Sources: Organizations User Guide, orgs_manage_policies_rcps_syntax; IAM User Guide,
access-analyzer-reference-policy-checks; facts/iam.md 1.7 and 4.7.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog import iam
from remit.core.finding import Confidence
from remit.core.policy import Effect, Statement
from remit.syntax.codes import Level
from remit.syntax.names import Operator
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.principals import keys_of

_REFUSED = "Organizations refuses the document."
_SERVICES_TOO = "The policy then also stops AWS services that act for you, or your own principals."

RCP_SYNTAX_ERROR_PRINCIPAL = Check(
    "RCP_SYNTAX_ERROR_PRINCIPAL",
    Level.ERROR,
    "A resource control policy for some principals only.",
    _REFUSED,
    'Write `"Principal": "*"` and a condition on the principal.',
)
RCP_SYNTAX_ERROR_ALLOW = Check(
    "RCP_SYNTAX_ERROR_ALLOW",
    Level.ERROR,
    "A resource control policy that allows.",
    _REFUSED,
    "Write `Deny`: everything is allowed by the policy that AWS attaches itself.",
)
RCP_SYNTAX_ERROR_NOTACTION = Check(
    "RCP_SYNTAX_ERROR_NOTACTION",
    Level.ERROR,
    "`NotAction` in a resource control policy.",
    _REFUSED,
    "Write `Action`.",
)
RCP_SYNTAX_ERROR_ACTION = Check(
    "RCP_SYNTAX_ERROR_ACTION",
    Level.ERROR,
    "An action of a service that resource control policies do not reach, or a bare `*`.",
    _REFUSED,
    "Name actions of the services that support such policies.",
)
RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY = Check(
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    Level.WARNING,
    "A test of the principal that does not exempt AWS services.",
    _SERVICES_TOO,
    'Add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`.',
)
RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY = Check(
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    Level.WARNING,
    "A test of a service's source that is not kept to services.",
    _SERVICES_TOO,
    'Add `"Bool": {"aws:PrincipalIsAWSService": "true"}`.',
)
RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK = Check(
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    Level.WARNING,
    "A test of a service's organization that does not ask whether there is a source.",
    "Services that send no source are then stopped too.",
    'Add `"Null": {"aws:SourceAccount": "false"}`.',
)

_IS_SERVICE = "aws:principalisawsservice"
_PRINCIPAL = frozenset(
    {"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"}
)
_SOURCE = frozenset({"aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn"})
_SOURCE_ORGANIZATION = frozenset({"aws:sourceorgid", "aws:sourceorgpaths"})


def syntax(subject: Subject) -> Iterator[Issue]:
    """What a resource control policy may not say."""
    if subject.type is not PolicyType.RCP:
        return
    for statement in subject.policy.statements:
        who = statement.principals
        if who is not None and (who.negated or {item.value for _, item in who.entries} != {"*"}):
            what = "`NotPrincipal`" if who.negated else "named principals"
            check = RCP_SYNTAX_ERROR_PRINCIPAL
            yield Issue(check, who.span, f"{what} in a resource control policy", check.remedy)
        if statement.not_action:
            check = RCP_SYNTAX_ERROR_NOTACTION
            yield Issue(
                check, statement.span, "`NotAction` in a resource control policy", check.remedy
            )
        if statement.effect is Effect.ALLOW:
            if not _is_default(statement):
                check = RCP_SYNTAX_ERROR_ALLOW
                yield Issue(
                    check, statement.span, "a resource control policy only denies", check.remedy
                )
        else:
            yield from _actions(statement)


def _is_default(statement: Statement) -> bool:
    """AWS's own RCPFullAWSAccess: everything, for everybody, without a condition."""
    values = [item.value for item in (*statement.actions, *(statement.resources or ()))]
    return values == ["*", "*"] and not statement.conditions and not statement.not_resource


def _actions(statement: Statement) -> Iterator[Issue]:
    for item in () if statement.not_action else statement.actions:
        prefix = item.value.lower().partition(":")[0]
        if prefix == "*":
            message = "`*` as action of a resource control policy"
            yield Issue(RCP_SYNTAX_ERROR_ACTION, item.span, message, RCP_SYNTAX_ERROR_ACTION.remedy)
        elif prefix in iam.services() and prefix not in iam.rcp_services():
            message = (
                f"resource control policies do not reach {shown(prefix)} (as of {iam.as_of()})"
            )
            fix = RCP_SYNTAX_ERROR_ACTION.remedy
            yield Issue(RCP_SYNTAX_ERROR_ACTION, item.span, message, fix, Confidence.CONDITIONAL)


def reach(subject: Subject) -> Iterator[Issue]:
    """Tests that hit services, or only services, without saying so."""
    if subject.type is not PolicyType.RCP:
        return
    for statement in subject.policy.statements:
        tested = keys_of(statement)
        if statement.effect is Effect.ALLOW:
            continue
        present = {
            one.key.value.lower()
            for one in statement.conditions
            if Operator.split(one.operator.value).base == "Null"
        }
        for test in statement.conditions:
            key = test.key.value.lower()
            if Operator.split(test.operator.value).base == "Null":
                continue
            message = f"{shown(test.key.value)} without `aws:PrincipalIsAWSService`"
            if key in _PRINCIPAL and _IS_SERVICE not in tested:
                check = RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY
                yield Issue(check, test.key.span, message, check.remedy)
            elif key in _SOURCE and _IS_SERVICE not in tested:
                check = RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY
                yield Issue(check, test.key.span, message, check.remedy)
            if key in _SOURCE_ORGANIZATION and not present & {"aws:sourceaccount", "aws:sourcearn"}:
                check = RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK
                said = f"{shown(test.key.value)} without asking whether there is a source"
                yield Issue(check, test.key.span, said, check.remedy)


FAMILY = Family(
    "Organizations",
    (
        RCP_SYNTAX_ERROR_PRINCIPAL,
        RCP_SYNTAX_ERROR_ALLOW,
        RCP_SYNTAX_ERROR_NOTACTION,
        RCP_SYNTAX_ERROR_ACTION,
        RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY,
        RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY,
        RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK,
    ),
    (syntax, reach),
)
