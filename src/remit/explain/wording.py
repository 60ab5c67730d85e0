"""AWS's own sentences for a denial.

What may live here: what AWS calls each kind of policy and the clauses in which it names the one
that denied, as tables; building a sentence out of them. Reading sentences is message.py's.

Rules: facts/iam.md 6.1 and 6.2 (IAM User Guide, troubleshoot_access-denied; AWS Security Blog,
"Enhanced access denied error messages with policy ARNs", January 2026; S3 User Guide,
troubleshoot-403-errors; EC2 API Reference, errors-overview).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from remit.core.decision import Layer
from remit.core.request import Request


class PolicyType(StrEnum):
    """The kinds of policy, by the names that AWS gives them in its sentences."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    VPC_ENDPOINT = "VPC endpoint policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    TRUST = "role trust policy"
    ENDPOINT_BY_SCP = "VPC endpoint policy transitively through a service control policy"
    BLOCKED_ACLS = "BlockPublicAcls setting"
    BLOCKED_POLICIES = "BlockPublicPolicy setting"


LAYERS: Mapping[PolicyType, Layer] = {
    PolicyType.IDENTITY: Layer.IDENTITY,
    PolicyType.RESOURCE: Layer.RESOURCE,
    PolicyType.BOUNDARY: Layer.BOUNDARY,
    PolicyType.SESSION: Layer.SESSION,
    PolicyType.VPC_ENDPOINT: Layer.VPC_ENDPOINT,
    PolicyType.SCP: Layer.SCP,
    PolicyType.RCP: Layer.RCP,
    PolicyType.TRUST: Layer.RESOURCE,
    PolicyType.ENDPOINT_BY_SCP: Layer.SCP,
}
"""The layer of each kind of policy; the settings of S3 Block Public Access are none."""

# `trust`: AWS's page prints it so, although a real AssumeRole denial often has no clause (6.1).
# RCP: no row. The policy `RCPFullAWSAccess` cannot be detached, so an RCP denies explicitly only.
IMPLICIT: Mapping[PolicyType, str] = {
    PolicyType.IDENTITY: "because no identity-based policy allows the {action} action",
    PolicyType.RESOURCE: "because no resource-based policy allows the {action} action",
    PolicyType.BOUNDARY: "because no permissions boundary allows the {action} action",
    PolicyType.SESSION: "because no session policy allows the {action} action",
    PolicyType.VPC_ENDPOINT: "because no VPC endpoint policy allows the {action} action",
    PolicyType.SCP: "because no service control policy allows the {action} action",
    PolicyType.TRUST: "because no role trust policy allows the {action} action",
    PolicyType.BLOCKED_ACLS: (
        "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access"
    ),
    PolicyType.BLOCKED_POLICIES: (
        "because public policies are prevented by the BlockPublicPolicy setting in "
        "S3 Block Public Access"
    ),
}
"""What is said where nothing allows (troubleshoot_access-denied, "implicit denial" rows)."""

EXPLICIT: Mapping[PolicyType, str] = {
    PolicyType.IDENTITY: "with an explicit deny in an identity-based policy",
    PolicyType.RESOURCE: "with an explicit deny in a resource-based policy",
    PolicyType.BOUNDARY: "with an explicit deny in a permissions boundary",
    PolicyType.SESSION: "with an explicit deny in a session policy",
    PolicyType.VPC_ENDPOINT: "with an explicit deny in a VPC endpoint policy",
    PolicyType.SCP: "with an explicit deny in a service control policy",
    PolicyType.RCP: "with an explicit deny in a resource control policy",
    PolicyType.TRUST: "with an explicit deny in the role trust policy",
    PolicyType.ENDPOINT_BY_SCP: (
        "with an explicit deny in a VPC endpoint policy transitively through "
        "a service control policy"
    ),
}
"""What is said of a Deny that matches (troubleshoot_access-denied, "explicit denial" rows)."""

NAMED_BY_ARN = frozenset(
    {
        PolicyType.SCP,
        PolicyType.RCP,
        PolicyType.BOUNDARY,
        PolicyType.SESSION,
        PolicyType.IDENTITY,
    }
)
"""Whose ARN follows the explicit clause, since early 2026 (the blog's list)."""

WHO = "User: "
WHAT = " is not authorized to perform: "
WHERE = " on resource: "
EC2_LEAD = "You are not authorized to perform this operation."
EC2_BLOB = "Encoded authorization failure message: "
S3_PLAIN = "Access Denied"
WEB_IDENTITY = "Not authorized to perform "
"""What a caller without an identity of AWS's own reads, before the action (facts 5.4 [O])."""

# Their resource stands in double quotes (6.1).
_QUOTED = frozenset({"s3"})
_TRUSTED = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})

# How services spell an action in the sentence, where not as the reference does. As seen in public
# reports of errors: aws/serverless-application-model#3633 and RaiderIO/keystone.guru#3901,
# aws-ia/terraform-aws-control_tower_account_factory#151.
_SPELLED: Mapping[str, Callable[[str], str]] = {
    "sqs": str.lower,
    "sns": lambda action: "SNS" + action[len("sns") :],
}
# Seen so, in quotes of its own and without a clause: dwyl/aws-ses-lambda#10.
_SES = "User `{}' is not authorized to perform `{}' on resource `{}'"


@dataclass(frozen=True, slots=True)
class Cause:
    """What AWS names as the reason of a denial: one kind of policy, and whether a Deny in it
    matched. `arn` is the denying policy's, where it is known and AWS would tell it."""

    policy_type: PolicyType
    explicit: bool
    arn: str | None = None


def policy_type(layer: Layer, action: str) -> PolicyType:
    """What AWS calls the policies of `layer`: the resource policy of a role is its trust policy."""
    if layer is Layer.RESOURCE and action.lower() in _TRUSTED:
        return PolicyType.TRUST
    return next(kind for kind, found in LAYERS.items() if found is layer)


def denial(request: Request, cause: Cause | None, encoded: str = "") -> str:
    """The sentence that a caller in the same account or organisation reads.

    Without a `cause` it ends after the resource (older services). `encoded` is the blob that EC2
    appends. Where `cause` has no row (an RCP that merely allows nothing) no clause is written.
    """
    service = _service(request.action)
    if request.action.lower() == "sts:assumerolewithwebidentity":
        return f"{WEB_IDENTITY}{request.action}"
    if service == "ses" and request.resource != "*":
        return _SES.format(request.principal, request.action, request.resource)
    action = _SPELLED.get(service, str)(request.action)
    sentence = f"{WHO}{request.principal}{WHAT}{action}{_on(request)}"
    if clause := "" if cause is None else _clause(action, cause):
        sentence = f"{sentence} {clause}"
    if service != "ec2":
        return sentence
    tail = f". {EC2_BLOB}{encoded}" if encoded else ""
    return f"{EC2_LEAD} {sentence}{tail}"


def plain(request: Request) -> str | None:
    """What a caller reads who belongs to neither the account nor the organisation, where AWS has
    one fixed text for that (S3); None elsewhere."""
    return S3_PLAIN if _service(request.action) in _QUOTED else None


def _on(request: Request) -> str:
    """`on resource:` is left out when the action has none."""
    if request.resource == "*":
        return ""
    quote = '"' if _service(request.action) in _QUOTED else ""
    return f"{WHERE}{quote}{request.resource}{quote}"


def _clause(action: str, cause: Cause) -> str:
    table = EXPLICIT if cause.explicit else IMPLICIT
    clause = table.get(cause.policy_type, "").replace("{action}", action)
    named = cause.arn if cause.explicit and cause.policy_type in NAMED_BY_ARN else None
    return f"{clause}: {named}" if named else clause


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
