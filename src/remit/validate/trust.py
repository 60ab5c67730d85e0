"""Trust policies of roles: who may assume the role, by which action, under which conditions.

Sources: IAM User Guide, access-analyzer-reference-policy-checks, confused-deputy,
id_roles_common-scenarios_third-party; facts/iam.md 1.7 and 4.11.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.arn import Arn
from remit.core.finding import Confidence
from remit.core.policy import Statement
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.principals import (
    SOURCE_KEYS,
    UNSUPPORTED_ACTION_IN_POLICY,
    entries,
    keys_of,
)

ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL = Check(
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    Level.ERROR,
    '`"Principal": "*"` in a trust policy.',
    "Every principal of every account is trusted, and then only its own policies stand in the way.",
    "Name the accounts, roles or services that may assume the role.",
)
REMIT_TRUST_ANYONE = Check(
    "REMIT_TRUST_ANYONE",
    Level.SECURITY_WARNING,
    "A trust policy that lets in every account, without a condition.",
    "Anybody with an AWS account can assume the role.",
    "Name the accounts, or add a condition on `aws:PrincipalOrgID` or `aws:PrincipalArn`.",
)
MISMATCHED_ACTION_FOR_PRINCIPAL = Check(
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    Level.ERROR,
    "An action of `sts` that the principal cannot use.",
    "Nobody can assume the role this way.",
    "Pair SAML providers with `sts:AssumeRoleWithSAML`, OIDC providers with "
    "`sts:AssumeRoleWithWebIdentity`, all others with `sts:AssumeRole`.",
)
INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY = Check(
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    Level.ERROR,
    "An identity provider that is neither a domain name nor the ARN of a provider.",
    "IAM refuses the document, so nothing in it takes effect.",
    "Write the provider's ARN, or one of the built-in domain names.",
)
MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY = Check(
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    Level.ERROR,
    "IAM Roles Anywhere without all three of its actions.",
    "It cannot assume the role.",
    "Allow `sts:AssumeRole`, `sts:SetSourceIdentity` and `sts:TagSession`.",
)
MISSING_ACTION_FOR_CONDITION_KEY = Check(
    "MISSING_ACTION_FOR_CONDITION_KEY",
    Level.ERROR,
    "A condition on something that only another action can set.",
    "The key is never there, so the statement does not do what it says.",
    "Add the action that the finding names.",
)
REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY = Check(
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    Level.SUGGESTION,
    "A session of a role beside the role itself.",
    "The role stands for all of its sessions.",
    "Remove the session.",
)
REMIT_TRUST_WITHOUT_EXTERNAL_ID = Check(
    "REMIT_TRUST_WITHOUT_EXTERNAL_ID",
    Level.SUGGESTION,
    "A whole account is trusted without any condition.",
    "If the account is a third party's, another of its customers can have it use your role.",
    "For a third party, ask for an `sts:ExternalId`; for an account of your own, name its role.",
)
REMIT_TRUST_SERVICE_WITHOUT_SOURCE = Check(
    "REMIT_TRUST_SERVICE_WITHOUT_SOURCE",
    Level.SUGGESTION,
    "A service that says for whom it acts, and is not asked.",
    "Another customer can make the service use your role (the confused deputy).",
    "Add a condition on `aws:SourceAccount` or `aws:SourceArn`.",
)

_ASSUME, _SAML, _WEB = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
)
BUILT_IN = frozenset(
    {
        "cognito-identity.amazonaws.com",
        "www.amazon.com",
        "graph.facebook.com",
        "accounts.google.com",
    }
)


def named(statement: Statement) -> set[str]:
    """The actions as written, lowered."""
    return set() if statement.not_action else {item.value.lower() for item in statement.actions}


def has(statement: Statement, action: str) -> bool:
    """Whether the statement's actions take in `action`."""
    listed = named(statement)
    return action in listed or bool(listed & {"*", "sts:*", "sts:assumerole*"})


def wildcards(subject: Subject) -> Iterator[Issue]:
    """`*` as whom the role trusts."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.allows:
        for item in entries(statement, "*"):
            check = ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL
            yield Issue(check, item.span, "`*` as principal of a trust policy", check.remedy)
        for item in entries(statement, "AWS"):
            if item.value == "*" and not statement.conditions:
                check = REMIT_TRUST_ANYONE
                yield Issue(check, item.span, "every account is trusted", check.remedy)


def actions(subject: Subject) -> Iterator[Issue]:
    """Actions that no trust policy decides, and pairs of action and principal that do not go."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.policy.statements:
        for item in statement.actions:
            prefix, colon, _ = item.value.lower().partition(":")
            if colon and prefix != "sts" and "*" not in prefix:
                message = f"{shown(item.value)} is not decided by a trust policy"
                check = UNSUPPORTED_ACTION_IN_POLICY
                yield Issue(check, item.span, message, "name actions of `sts`")
        yield from _mismatched(statement)


def _mismatched(statement: Statement) -> Iterator[Issue]:
    for item in entries(statement, "Federated"):
        kind = _provider(item.value)
        if kind is None:
            check = INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY
            message = f"{shown(item.value)} is no identity provider"
            yield Issue(check, item.span, message, check.remedy)
            continue
        for action in statement.actions:
            if action.value.lower() in ({_WEB, _ASSUME} if kind == _SAML else {_SAML, _ASSUME}):
                yield _pair(statement, action.value, item.value)
    others = entries(statement, "AWS") + entries(statement, "Service")
    if others and not entries(statement, "Federated"):
        for action in statement.actions:
            if action.value.lower() in {_SAML, _WEB}:
                yield _pair(statement, action.value, others[0].value)


def _pair(statement: Statement, action: str, principal: str) -> Issue:
    place = next(item.span for item in statement.actions if item.value == action)
    message = f"{shown(principal)} cannot use {shown(action)}"
    return Issue(
        MISMATCHED_ACTION_FOR_PRINCIPAL, place, message, MISMATCHED_ACTION_FOR_PRINCIPAL.remedy
    )


def _provider(text: str) -> str | None:
    """The action that the provider goes with; None where the text names none."""
    arn = Arn.parse(text)
    if arn is not None:
        if arn.resource.startswith("saml-provider/"):
            return _SAML
        return _WEB if arn.resource.startswith("oidc-provider/") else None
    return _WEB if "." in text and ":" not in text and " " not in text else None


# What must be allowed for the key to be in a request (facts/iam.md 4.11).
_SET_BY = {
    "sts:sourceidentity": ("sts:setsourceidentity", "sts:SetSourceIdentity"),
    "sts:transitivetagkeys": ("sts:tagsession", "sts:TagSession"),
}


def settable(subject: Subject) -> Iterator[Issue]:
    """Conditions on what the statement's actions cannot set."""
    if subject.type is not PolicyType.TRUST:
        return
    allowed = {name for one in subject.allows for name in named(one)}
    for statement in subject.allows:
        for test in statement.conditions:
            lowered, action = _SET_BY.get(test.key.value.lower(), ("", ""))
            if lowered and not allowed & {lowered, "sts:*", "*"}:
                message = f"{shown(test.key.value)} is there only where `{action}` is allowed"
                yield Issue(
                    MISSING_ACTION_FOR_CONDITION_KEY, test.key.span, message, f"add `{action}`"
                )


_ANYWHERE = ("sts:assumerole", "sts:setsourceidentity", "sts:tagsession")


def roles_anywhere(subject: Subject) -> Iterator[Issue]:
    """All that IAM Roles Anywhere needs, over all statements that name it."""
    if subject.type is not PolicyType.TRUST:
        return
    naming = [
        (statement, item)
        for statement in subject.allows
        for item in entries(statement, "Service")
        if item.value == "rolesanywhere.amazonaws.com"
    ]
    missing = [
        name for name in _ANYWHERE if not any(has(statement, name) for statement, _ in naming)
    ]
    if naming and missing:
        message = f"IAM Roles Anywhere also needs `{missing[0]}`"
        check = MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY
        yield Issue(check, naming[0][1].span, message, check.remedy)


def redundant(subject: Subject) -> Iterator[Issue]:
    """Sessions beside their role. A session's ARN has no path, so any path of the role fits."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.policy.statements:
        parsed = [(item, Arn.parse(item.value)) for item in entries(statement, "AWS")]
        roles = {
            (arn.account, arn.resource.rpartition("/")[2])
            for _, arn in parsed
            if arn is not None and arn.service == "iam" and arn.resource.startswith("role/")
        }
        for item, arn in parsed:
            if arn is None or not arn.resource.startswith("assumed-role/"):
                continue
            if (arn.account, arn.resource.split("/")[1]) in roles:
                message = f"{shown(item.value)} is a session of a role that is listed too"
                check = REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY
                yield Issue(check, item.span, message, check.remedy)


def accounts(subject: Subject) -> Iterator[Issue]:
    """Whole accounts without a condition. Whether one is foreign only the reader knows."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.allows:
        if statement.conditions or not has(statement, _ASSUME):
            continue
        for item in entries(statement, "AWS"):
            account = _account(item.value)
            if account is not None and account != subject.asked.account:
                message = f"all of account `{account}` is trusted, without a condition"
                sure = Confidence.CERTAIN if subject.asked.account else Confidence.CONDITIONAL
                check = REMIT_TRUST_WITHOUT_EXTERNAL_ID
                yield Issue(check, item.span, message, check.remedy, sure)


def _account(principal: str) -> str | None:
    """The account, where the principal is a whole one."""
    arn = Arn.parse(principal)
    if arn is not None:
        return arn.account if arn.resource == "root" else None
    return principal if len(principal) == 12 and principal.isdigit() else None


# Services whose own guides tell to test the source in the role's trust policy ("confused deputy").
# EventBridge Scheduler, Step Functions (procedure-create-iam-role), VPC flow logs
# (flow-logs-iam-role), CodeBuild, Bedrock (kb-permissions), Systems Manager, SageMaker, Transfer,
# Image Builder, Data Lifecycle Manager: each page "cross-service confused deputy prevention".
_SAY_SOURCE = frozenset(
    f"{name}.amazonaws.com"
    for name in """
    bedrock codebuild dlm imagebuilder sagemaker scheduler ssm states transfer vpc-flow-logs
    """.split()
)


def sources(subject: Subject) -> Iterator[Issue]:
    """Services that send their source and are not asked for it."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.allows:
        if keys_of(statement) & (SOURCE_KEYS | {"sts:externalid"}):
            continue
        for item in entries(statement, "Service"):
            if item.value in _SAY_SOURCE:
                message = f"{shown(item.value)} may assume the role for whoever it acts for"
                check = REMIT_TRUST_SERVICE_WITHOUT_SOURCE
                yield Issue(check, item.span, message, check.remedy)


FAMILY = Family(
    "Trust policies",
    (
        ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
        MISMATCHED_ACTION_FOR_PRINCIPAL,
        INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY,
        MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY,
        MISSING_ACTION_FOR_CONDITION_KEY,
        REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY,
        REMIT_TRUST_ANYONE,
        REMIT_TRUST_WITHOUT_EXTERNAL_ID,
        REMIT_TRUST_SERVICE_WITHOUT_SOURCE,
    ),
    (wildcards, actions, settable, roles_anywhere, redundant, accounts, sources),
)
