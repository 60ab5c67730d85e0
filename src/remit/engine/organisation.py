"""Whom the policies of an organisation bind: SCPs the principals of its accounts, RCPs the
resources in them.

What may live here: exemptions and reach, as tables. Whether the account is in an organisation,
and whether it is the management account (which neither binds), is told by giving the policies or
leaving them out.

Rules: facts/iam.md 4.6 and 4.7 (Organizations User Guide, orgs_manage_policies_scps,
orgs_manage_policies_rcps).
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.core.arn import Arn
from remit.engine.context import Facts
from remit.engine.principal import Caller

# The services whose resources RCPs reach, by action prefix: as the page lists them in 2026.
_DOCUMENTED = """
    appconfig appstream autoscaling codebuild codecommit cognito-idp comprehend
    comprehendmedical dax dynamodb ecr health kinesisvideo kms logs opensearch s3
    secretsmanager signin sqs sts support textract transcribe translate
"""
# AWS extends the list. A capture of September 2026 counted 62 prefixes [O recording A]; these are
# what the Service Authorization Reference of October 2026 adds to make 62 (unconfirmed:
# rcp-services).
_OBSERVED = """
    aoss autoscaling-plans budgets clouddirectory cloudfront cloudsearch cloudtrail-data
    codeartifact codepipeline cognito-identity compute-optimizer cost-optimization-hub dsql
    ecr-public events firehose fis fms gamelift inspector-scan kendra memorydb
    networkmonitor notifications pca-connector-ad personalize polly pricing resource-groups
    rolesanywhere servicediscovery swf timestream-influxdb transfer wafv2 workspaces xray
"""
RCP_SERVICES = frozenset((_DOCUMENTED + _OBSERVED).split())


def scp_binds(caller: Caller) -> bool:
    """SCPs bind users, roles and root of member accounts, but no service-linked role."""
    return caller.account is not None and not caller.service_linked


def rcp_binds(facts: Facts) -> bool:
    """RCPs bind whoever comes, for the services they reach; service-linked roles are exempt, and
    taking one on [O], kms:RetireGrant, and keys that AWS manages."""
    return (
        facts.service in RCP_SERVICES
        and not facts.caller.service_linked
        and not (facts.trust and _name(facts.resource).startswith("role/aws-service-role/"))
        and facts.action != "kms:retiregrant"
        and not (facts.service == "kms" and _name(facts.resource).startswith("alias/aws/"))
    )


def unreached(actions: Iterable[str]) -> list[str]:
    """The services that an RCP's actions name and that it does not reach."""
    named = {action.lower().partition(":")[0] for action in actions if ":" in action}
    return sorted(name for name in named - RCP_SERVICES if name.isalnum() or "-" in name)


def _name(resource: str) -> str:
    arn = Arn.parse(resource)
    return "" if arn is None else arn.resource
