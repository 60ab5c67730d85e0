"""Trust of OpenID Connect providers: whose tokens are good enough.

A provider signs tokens for all of its customers. Which of them may assume the role only the
claims tell, so a trust policy must test them.
Sources: IAM User Guide, access-analyzer-reference-policy-checks and id_roles_create_for-idp_oidc;
facts/iam.md 3.7.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.arn import Arn
from remit.core.policy import Condition, Item, Statement
from remit.syntax.codes import Level
from remit.syntax.names import Operator
from remit.syntax.source import shown
from remit.validate.model import Check, Family, Issue, PolicyType, Subject
from remit.validate.principals import entries
from remit.validate.trust import BUILT_IN

GITHUB = "token.actions.githubusercontent.com"

MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL = Check(
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    Level.SECURITY_WARNING,
    "An OpenID Connect provider is trusted, and none of its claims is tested.",
    "Everybody for whom the provider signs tokens can assume the role.",
    "Add conditions on the provider's `aud` and `sub`.",
)
MISSING_GITHUB_REPO_CONDITION_KEY = Check(
    "MISSING_GITHUB_REPO_CONDITION_KEY",
    Level.SECURITY_WARNING,
    "GitHub Actions is trusted, and the repository is not tested.",
    "Workflows of every repository on GitHub can assume the role.",
    "Add a condition on `token.actions.githubusercontent.com:sub` with repository and branch.",
)
SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED = Check(
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    Level.WARNING,
    "GitHub's `sub` with a wildcard before the branch.",
    "Workflows of other repositories, or of pull requests, may assume the role.",
    "Write `repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH`.",
)
FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE = Check(
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    Level.SECURITY_WARNING,
    "`ForAnyValue` on a provider's `aud`.",
    "The claim has one value here, and a set operator hides whether it was there.",
    "Remove `ForAnyValue:`.",
)
REMIT_OIDC_SUBJECT_UNRESTRICTED = Check(
    "REMIT_OIDC_SUBJECT_UNRESTRICTED",
    Level.SECURITY_WARNING,
    "A provider of many customers is trusted by its audience alone.",
    "The audience is a text that every customer can ask for; only the subject says who it is.",
    "Add a condition on `sub` (or another claim of the customer) with your own project.",
)

# Providers that sign tokens for customers of theirs under one name, and the claims that tell whose
# a token is. Source: each provider's guide to AWS (GitLab: ci/cloud_services/aws; Terraform Cloud:
# workload identity; Buildkite: pipelines/security/oidc/aws).
_SHARED = {
    "gitlab.com": ("sub", "project_id", "namespace_id", "project_path", "namespace_path"),
    "app.terraform.io": ("sub", "terraform_organization_id", "terraform_organization_name"),
    "agent.buildkite.com": ("sub", "organization_id", "organization_slug"),
}
_OWNERS = (
    "sub",
    "repository",
    "repository_id",
    "repository_owner_id",
    "job_workflow_ref",
    "enterprise_id",
)


def providers(subject: Subject) -> Iterator[Issue]:
    """Each provider that an Allow trusts, and what the statement asks of its tokens."""
    if subject.type is not PolicyType.TRUST:
        return
    for statement in subject.allows:
        for item in entries(statement, "Federated"):
            host = _host(item.value)
            if host is not None:
                yield from _provider(statement, item, host)


def _host(principal: str) -> str | None:
    """The provider's host and path, which its keys begin with; None for SAML."""
    arn = Arn.parse(principal)
    if arn is None:
        return principal if principal in BUILT_IN else None
    kind, _, host = arn.resource.partition("/")
    return host if kind == "oidc-provider" else None


def _provider(statement: Statement, item: Item, host: str) -> Iterator[Issue]:
    claims = _claims(statement, host)
    if host.partition("/")[0] == GITHUB:
        yield from _github(item, claims)
    elif not claims:
        check = MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL
        message = f"every token of {shown(host)} is good enough"
        yield Issue(check, item.span, message, check.remedy)
    elif host in _SHARED and not claims.keys() & set(_SHARED[host]):
        check = REMIT_OIDC_SUBJECT_UNRESTRICTED
        message = f"every customer of {shown(host)} is trusted: only `aud` is tested"
        yield Issue(check, item.span, message, check.remedy)
    for test in claims.get("aud", ()):
        if Operator.split(test.operator.value).prefix == "ForAnyValue":
            check = FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE
            message = f"`ForAnyValue` on {shown(test.key.value)}"
            yield Issue(check, test.operator.span, message, check.remedy)


def _claims(statement: Statement, host: str) -> dict[str, list[Condition]]:
    """The claims of that provider that the statement tests."""
    found: dict[str, list[Condition]] = {}
    for test in statement.conditions:
        prefix, _, claim = test.key.value.lower().rpartition(":")
        if prefix == host.lower():
            found.setdefault(claim, []).append(test)
    return found


def _github(item: Item, claims: dict[str, list[Condition]]) -> Iterator[Issue]:
    if not claims.keys() & set(_OWNERS):
        check = MISSING_GITHUB_REPO_CONDITION_KEY
        message = "workflows of every repository on GitHub are trusted"
        yield Issue(check, item.span, message, check.remedy)
    for test in claims.get("sub", ()):
        if Operator.split(test.operator.value).base not in {"StringLike", "ArnLike"}:
            continue
        for value in test.values:
            if "*" in value.value or "?" in value.value:
                check = SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED
                yield Issue(check, value.span, _how_wide(value.value), check.remedy)


def _how_wide(subject: str) -> str:
    """Which workflows a subject with wildcards lets in."""
    kind, _, rest = subject.partition(":")
    repository = rest.partition(":")[0]
    if kind != "repo" or "*" in repository.partition("/")[0] or not repository:
        return f"{shown(subject)} takes in repositories of any owner"
    if "*" in repository or "?" in repository:
        return f"{shown(subject)} takes in several repositories"
    return f"{shown(subject)} takes in branches, tags and pull requests of the repository"


FAMILY = Family(
    "OpenID Connect",
    (
        MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL,
        MISSING_GITHUB_REPO_CONDITION_KEY,
        SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
        FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE,
        REMIT_OIDC_SUBJECT_UNRESTRICTED,
    ),
    (providers,),
)
