"""Principals of resource policies: services that act for anybody, ids that outlive their owner.

Sources: IAM User Guide, access-analyzer-reference-policy-checks, confused-deputy,
reference_policies_elements_principal; facts/iam.md 1.5, 3.1 and 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.policy import Item, Statement
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.resource_types import RESOURCE_TYPES

RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL = Check(
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    Level.SECURITY_WARNING,
    "A service may act on the resource, whoever it acts for.",
    "Another customer can make the service use your resource (the confused deputy).",
    "Add a condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or "
    "`aws:SourceOrgPaths`.",
)
RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL = Check(
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Level.SUGGESTION,
    "A service is held to something other than its source.",
    "Only the source keys say for whom the service acts.",
    "Use `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
)
UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL = Check(
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    Level.ERROR,
    "A key of the caller's organization, for a service principal.",
    "A service is in no organization, so the key is absent and the test fails.",
    "Use `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
)
FEDERATED_PRINCIPAL_NOT_SUPPORTED = Check(
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    Level.ERROR,
    "An identity provider as principal of something else than a role.",
    "Who comes from an identity provider acts as a role: the provider itself never calls.",
    "Name the role.",
)
INVALID_ROLE_REFERENCE = Check(
    "INVALID_ROLE_REFERENCE",
    Level.WARNING,
    "The unique id of a role (`AROA...`) as principal.",
    "AWS shows it in place of the ARN of a role that was deleted: nobody has it any more.",
    "Write the role's ARN.",
)
INVALID_USER_REFERENCE = Check(
    "INVALID_USER_REFERENCE",
    Level.WARNING,
    "The unique id of a user (`AIDA...`) as principal.",
    "AWS shows it in place of the ARN of a user who was deleted: nobody has it any more.",
    "Write the user's ARN.",
)
IRRELEVANT_CONDITION_KEY_IN_POLICY = Check(
    "IRRELEVANT_CONDITION_KEY_IN_POLICY",
    Level.SUGGESTION,
    "`s3:ResourceAccount` in the policy of a bucket or access point.",
    "The policy is the resource's own, so its account is always the same.",
    "Use the key in identity policies.",
)
UNSUPPORTED_ACTION_IN_POLICY = Check(
    "UNSUPPORTED_ACTION_IN_POLICY",
    Level.ERROR,
    "An action of another service than the resource's.",
    "The service refuses the policy.",
    "Name actions on the resource that the policy is attached to.",
)
UNSUPPORTED_RESOURCE_ARN_IN_POLICY = Check(
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    Level.ERROR,
    "An ARN of another kind of resource than the policy is attached to.",
    "The service refuses the policy.",
    "Name the resource that the policy is attached to, or what is in it.",
)

SOURCE_KEYS = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}
)
_STANDS_FOR_SOURCE = frozenset({"kms:viaservice", "kms:calleraccount", "aws:sourceowner"})
_OF_CALLERS = frozenset({"aws:principalorgid", "aws:principalorgpaths"})


def entries(statement: Statement, kind: str) -> list[Item]:
    """The principals of one kind that the statement names (not those that it exempts)."""
    who = statement.principals
    if who is None or who.negated:
        return []
    return [item for name, item in who.entries if name == kind]


def keys_of(statement: Statement) -> set[str]:
    """The keys that its conditions test, lowered."""
    return {test.key.value.lower() for test in statement.conditions}


def services(subject: Subject) -> Iterator[Issue]:
    """Services that are let in without saying for whom they act."""
    if subject.type not in {PolicyType.RESOURCE, PolicyType.API_GATEWAY}:
        return
    for statement in subject.allows:
        named = entries(statement, "Service")
        if not named:
            continue
        tested = keys_of(statement)
        only = statement.principals is not None and len(named) == len(statement.principals.entries)
        yield from _unsupported(statement, only=only)
        if tested & (SOURCE_KEYS | _STANDS_FOR_SOURCE):
            continue
        if not tested:
            message = f"{shown(named[0].value)} is let in for whoever it acts for"
            check = RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL
            yield Issue(check, named[0].span, message, check.remedy)
        elif "aws:referer" in tested:
            message = f"{shown(named[0].value)} is held to `aws:Referer` only"
            check = RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
            yield Issue(check, named[0].span, message, check.remedy)


def _unsupported(statement: Statement, *, only: bool) -> Iterator[Issue]:
    for test in statement.conditions:
        if only and test.key.value.lower() in _OF_CALLERS and "IfExists" not in test.operator.value:
            message = f"{shown(test.key.value)} is never there when a service calls"
            check = UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
            yield Issue(check, test.key.span, message, check.remedy)


def federated(subject: Subject) -> Iterator[Issue]:
    """Identity providers outside of trust policies."""
    if subject.type in {PolicyType.RESOURCE, PolicyType.VPC_ENDPOINT, PolicyType.API_GATEWAY}:
        for statement in subject.policy.statements:
            for item in entries(statement, "Federated"):
                message = f"the identity provider {shown(item.value)} in a policy of a resource"
                check = FEDERATED_PRINCIPAL_NOT_SUPPORTED
                yield Issue(check, item.span, message, check.remedy)


_REFERENCES = {"AROA": INVALID_ROLE_REFERENCE, "AIDA": INVALID_USER_REFERENCE}


def references(subject: Subject) -> Iterator[Issue]:
    """Unique ids in place of ARNs."""
    for statement in subject.policy.statements:
        for kind, item in statement.principals.entries if statement.principals else ():
            check = _REFERENCES.get(item.value[:4]) if kind == "AWS" else None
            if check is not None:
                message = f"the id {shown(item.value)} in place of an ARN"
                yield Issue(check, item.span, message, check.remedy)


def irrelevant(subject: Subject) -> Iterator[Issue]:
    """Keys that say nothing in this resource's policy."""
    if subject.resource_type not in {"AWS::S3::Bucket", "AWS::S3::AccessPoint"}:
        return
    for statement in subject.policy.statements:
        for test in statement.conditions:
            if test.key.value.lower() == "s3:resourceaccount":
                check = IRRELEVANT_CONDITION_KEY_IN_POLICY
                message = f"{shown(test.key.value)} is always the resource's own account here"
                yield Issue(check, test.key.span, message, check.remedy)


def foreign(subject: Subject) -> Iterator[Issue]:
    """Actions and ARNs of other services in the policy of a bucket, access point or table."""
    kind = RESOURCE_TYPES.get(subject.resource_type or "")
    if kind is None or not kind.strict or subject.type is not PolicyType.RESOURCE:
        return
    for statement in subject.policy.statements:
        for item in statement.actions:
            prefix, colon, _ = item.value.lower().partition(":")
            if colon and prefix != kind.prefix and "*" not in prefix and "?" not in prefix:
                message = f"{shown(item.value)} is no action on an {shown(kind.name)}"
                check = UNSUPPORTED_ACTION_IN_POLICY
                yield Issue(check, item.span, message, f"name actions of `{kind.prefix}`")
        for item in statement.resources or ():
            service = item.value.split(":", 3)[2:3]
            if (
                service
                and not any(mark in service[0] for mark in "*?$")
                and service[0] != kind.prefix
            ):
                message = f"{shown(item.value)} is no {shown(kind.name)}"
                check = UNSUPPORTED_RESOURCE_ARN_IN_POLICY
                yield Issue(check, item.span, message, f"write an ARN such as `{kind.arn}`")


FAMILY = Family(
    "Principals",
    (
        RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
        RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
        UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
        FEDERATED_PRINCIPAL_NOT_SUPPORTED,
        INVALID_ROLE_REFERENCE,
        INVALID_USER_REFERENCE,
        IRRELEVANT_CONDITION_KEY_IN_POLICY,
        UNSUPPORTED_ACTION_IN_POLICY,
        UNSUPPORTED_RESOURCE_ARN_IN_POLICY,
    ),
    (services, federated, references, irrelevant, foreign),
)
