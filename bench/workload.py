"""The policies and requests on which deciding is measured, in the case format (docs of `decide`).

W(n): a principal with n statements over eight services, each with three actions (the third with a
wildcard) and two resource patterns with wildcards, every third with a condition; plus one Deny.
Half of the requests are allowed by a statement in the middle, half are implicitly denied. Every
request names a resource of its own, so that no answer can be remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Case = dict[str, Any]
"""A request or a policy as JSON."""

ACCOUNT = "111122223333"
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:role/app"
REGION = "eu-west-1"
CONTEXT = {
    "aws:RequestedRegion": REGION,
    "aws:SourceIp": "10.1.2.3",
    "aws:SecureTransport": "true",
    "aws:PrincipalTag/team": "orders",
}

# service: its verbs, then the two resource patterns of statement {i}, then a resource of it.
SERVICES: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = tuple(
    (service, tuple(verbs.split()), first, second, resource)
    for service, verbs, first, second, resource in (
        (
            "s3",
            "GetObject PutObject GetObjectTagging GetObjectAcl List* Abort*",
            "arn:aws:s3:::app-{i}-data/*",
            "arn:aws:s3:::app-{i}-logs/*/2026/*",
            "arn:aws:s3:::app-{i}-data/in/{k}.json",
        ),
        (
            "dynamodb",
            "GetItem PutItem Query UpdateItem Batch* Describe*",
            f"arn:aws:dynamodb:*:{ACCOUNT}:table/app-{{i}}-*",
            f"arn:aws:dynamodb:*:{ACCOUNT}:table/app-{{i}}/index/*",
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/app-{{i}}-orders{{k}}",
        ),
        (
            "sqs",
            "SendMessage ReceiveMessage DeleteMessage GetQueueUrl Get* Tag*",
            f"arn:aws:sqs:{REGION}:{ACCOUNT}:app-{{i}}-*",
            f"arn:aws:sqs:*:{ACCOUNT}:app-{{i}}-*.fifo",
            f"arn:aws:sqs:{REGION}:{ACCOUNT}:app-{{i}}-jobs{{k}}",
        ),
        (
            "sns",
            "Publish Subscribe Unsubscribe GetTopicAttributes List* Tag*",
            f"arn:aws:sns:{REGION}:{ACCOUNT}:app-{{i}}-*",
            f"arn:aws:sns:*:{ACCOUNT}:app-{{i}}-*.fifo",
            f"arn:aws:sns:{REGION}:{ACCOUNT}:app-{{i}}-news{{k}}",
        ),
        (
            "lambda",
            "InvokeFunction GetFunction GetAlias GetPolicy List* Tag*",
            f"arn:aws:lambda:*:{ACCOUNT}:function:app-{{i}}-*",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*-app-{{i}}:live",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:app-{{i}}-send{{k}}",
        ),
        (
            "secretsmanager",
            "GetSecretValue DescribeSecret PutSecretValue TagResource List* Update*",
            f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:app/{{i}}/*",
            f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-{{i}}-??????",
            f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app/{{i}}/key{{k}}-AbCdEf",
        ),
        (
            "ssm",
            "GetParameter GetParameters GetParametersByPath PutParameter Describe* Label*",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/{{i}}/*",
            f"arn:aws:ssm:*:{ACCOUNT}:parameter/*/{{i}}/public",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/{{i}}/url{{k}}",
        ),
        (
            "logs",
            "CreateLogStream PutLogEvents GetLogEvents StartQuery Describe* Filter*",
            "arn:aws:logs:*:*:log-group:/aws/lambda/app-{i}-*",
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app-{{i}}:*",
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/app-{{i}}-send:stream-{{k}}",
        ),
    )
)

# Every third statement has one of these; all of them hold for CONTEXT.
CONDITIONS: tuple[Case, ...] = (
    {"StringEquals": {"aws:RequestedRegion": [REGION, "eu-central-1"]}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"StringLike": {"aws:PrincipalTag/team": "ord*"}},
)

DENY: Case = {
    "Effect": "Deny",
    "Action": ["s3:Delete*", "s3:PutBucket*", "dynamodb:DeleteTable"],
    "Resource": ["arn:aws:s3:::app-*", "arn:aws:dynamodb:*:*:table/app-*"],
}

FULL: Case = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(statements: list[Case]) -> Case:
    return {"Version": "2012-10-17", "Statement": statements}


def statement(i: int) -> Case:
    """The i-th statement of W."""
    service, verbs, first, second, _ = SERVICES[i % len(SERVICES)]
    turn = i // len(SERVICES)
    names = (verbs[turn % 4], verbs[(turn + 1) % 4], verbs[4 + turn % 2])
    made: Case = {
        "Effect": "Allow",
        "Action": [f"{service}:{name}" for name in names],
        "Resource": [first.format(i=i), second.format(i=i)],
    }
    if i % 3 == 2:
        made["Condition"] = CONDITIONS[i // 3 % len(CONDITIONS)]
    return made


def workload(n: int) -> tuple[Case, list[Case]]:
    """The policies of W(n), and 64 requests."""
    policies = {"identity": [document([statement(i) for i in range(n)] + [DENY])]}
    asked = []
    for k, i in enumerate(middle(n)):
        made = statement(i)
        resource = SERVICES[i % len(SERVICES)][4]
        action = made["Action"][k % 2]
        asked.append(request(action, resource.format(i=i, k=k)))
        # Denied: three times in four nothing grants this resource, else nothing grants the action.
        if k % 4:
            asked.append(request(action, resource.format(i=f"x{k}", k=k)))
        else:
            asked.append(request("ec2:RunInstances", resource.format(i=i, k=k)))
    return policies, asked


def middle(n: int) -> list[int]:
    """Eight statements in the middle, in turns."""
    return [max(0, min(n - 1, n // 2 - 4 + k % 8)) for k in range(32)]


def layered(n: int) -> tuple[Case, list[Case]]:
    """W(n) under two SCPs and a permissions boundary, as accounts usually have them."""
    policies, asked = workload(n)
    regions = {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]}}
    outside = {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    leave = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    services = [f"{service[0]}:*" for service in SERVICES]
    return {
        **policies,
        "scp": [
            [document([FULL, leave])],
            [document([FULL, {**outside, "Condition": regions}])],
        ],
        "permissionsBoundary": [
            document([{"Effect": "Allow", "Action": [*services, "ec2:*"], "Resource": "*"}])
        ],
    }, asked


def wildcards_first(n: int) -> tuple[Case, list[Case]]:
    """Statements of one action whose resource names begin with a wildcard."""
    made = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": _ahead(i)} for i in range(n)]
    asked = [
        request("s3:GetObject", f"arn:aws:s3:::{name}-data/in/{k}.json")
        for k, i in enumerate(middle(n))
        for name in (f"app-{i}", f"other-{k}")
    ]
    return {"identity": [document([*made, DENY])]}, asked


def _ahead(i: int) -> list[str]:
    return [f"arn:aws:s3:::*app-{i}-data*", f"arn:*:s3:::*/{i}.csv"]


def values_only(n: int) -> tuple[Case, list[Case]]:
    """Statements of one action on `*`, told apart only by the value of one key."""
    made = [
        {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/owner": f"team-{i}"}},
        }
        for i in range(n)
    ]
    asked = [
        request("s3:GetObject", f"arn:aws:s3:::bucket-{k}/x", {"aws:ResourceTag/owner": owner})
        for k, i in enumerate(middle(n))
        for owner in (f"team-{i}", f"nobody-{k}")
    ]
    return {"identity": [document([*made, DENY])]}, asked


def request(action: str, resource: str, more: dict[str, str] | None = None) -> Case:
    return {
        "principal": PRINCIPAL,
        "action": action,
        "resource": resource,
        "resourceAccount": ACCOUNT,
        "context": {**CONTEXT, **(more or {})},
    }


WORKLOADS: dict[str, Callable[[int], tuple[Case, list[Case]]]] = {
    "W": workload,
    "layers": layered,
    "wildcards first": wildcards_first,
    "values only": values_only,
}
