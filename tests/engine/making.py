"""Made-up requests and policy sets, in the case format. `pick` chooses one of a list: hypothesis'
draw, or random.choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Pick = Callable[[Sequence[Any]], Any]

A, B = "111122223333", "444455556666"
USER = f"arn:aws:iam::{A}:user/dev/alice"
ROLE = f"arn:aws:iam::{A}:role/app"
PATHED = f"arn:aws:iam::{A}:role/svc/app"
SESSION = f"arn:aws:sts::{A}:assumed-role/app/job-1"
FEDERATED = f"arn:aws:sts::{A}:federated-user/bob"
ROOT = f"arn:aws:iam::{A}:root"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
LINKED_SESSION = f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForX/x"
OIDC = f"arn:aws:iam::{A}:oidc-provider/token.example.com"
SERVICE = "lambda.amazonaws.com"

PRINCIPALS = [
    USER,
    USER,
    ROLE,
    PATHED,
    SESSION,
    SESSION,
    FEDERATED,
    FEDERATED,
    ROOT,
    LINKED,
    LINKED_SESSION,
    OIDC,
    SERVICE,
    "anonymous",
]
KEY = f"arn:aws:kms:us-east-1:{A}:key/1"
QUEUE = f"arn:aws:sqs:us-east-1:{A}:q"
API = f"arn:aws:execute-api:us-east-1:{A}:abc/prod/GET/x"
ASKED = [
    ("s3:GetObject", "arn:aws:s3:::b/x"),
    ("s3:GetObject", "arn:aws:s3:::b/x"),
    ("sqs:SendMessage", QUEUE),
    ("sqs:SendMessage", QUEUE),
    ("sqs:DeleteQueue", QUEUE),
    ("kms:Decrypt", KEY),
    ("kms:RetireGrant", KEY),
    ("kms:ListKeys", "*"),
    ("kms:UpdateAlias", f"arn:aws:kms:us-east-1:{A}:alias/aws/s3"),
    ("sts:AssumeRole", ROLE),
    ("sts:AssumeRole", LINKED),
    ("sts:AssumeRoleWithWebIdentity", ROLE),
    ("sts:TagSession", ROLE),
    ("sts:GetCallerIdentity", "*"),
    ("sts:GetSessionToken", "*"),
    ("sts:GetFederationToken", FEDERATED),
    ("sts:AssumeRoot", ROOT),
    ("iam:PassRole", ROLE),
    ("execute-api:Invoke", API),
    ("ecr:GetAuthorizationToken", "*"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{A}:function:f"),
]
NAMES = [
    ("AWS", "*"),
    ("AWS", A),
    ("AWS", A),
    ("AWS", ROOT),
    ("AWS", USER),
    ("AWS", USER),
    ("AWS", ROLE),
    ("AWS", ROLE),
    ("AWS", PATHED),
    ("AWS", SESSION),
    ("AWS", SESSION),
    ("AWS", FEDERATED),
    ("AWS", B),
    ("AWS", USER.replace(A, B)),
    ("AWS", ROLE.replace(A, B)),
    ("AWS", SESSION.replace(A, B)),
    ("AWS", "AIDAEXAMPLEEXAMPLE00"),
    ("AWS", "AROAEXAMPLEEXAMPLE00"),
    ("Service", SERVICE),
    ("Service", "*"),
    ("Federated", OIDC),
    ("CanonicalUser", "ab" * 32),
]
CONDITIONS = [
    {"StringEquals": {"aws:PrincipalAccount": A}},
    {"StringNotEquals": {"aws:PrincipalAccount": A}},
    {"StringNotEquals": {"aws:ResourceAccount": A}},
    {"StringEquals": {"aws:PrincipalType": ["User", "AssumedRole"]}},
    {"ArnLike": {"aws:PrincipalArn": [ROLE, USER]}},
    {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/*"}},
    {"StringLike": {"aws:userid": ["AROA*", "A???*", A]}},
    {"Null": {"aws:username": "true"}},
    {"Null": {"aws:TokenIssueTime": "false"}},
    {"Bool": {"aws:PrincipalIsAWSService": "false"}},
    {"StringEqualsIfExists": {"k:one": "x"}, "StringLike": {"aws:username": "al*"}},
]
CONTEXTS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {"k:one": "x"},
    {"k:one": "y"},
    {"aws:userid": "AIDAEXAMPLEEXAMPLE00"},
    {"aws:userid": "AROAEXAMPLEEXAMPLE00:job-1"},
    {"aws:PrincipalArn": PATHED},
    {"aws:TokenIssueTime": "2026-01-02T00:00:00Z"},
    {"aws:TagKeys": ["team"], "aws:RequestTag/team": "red"},
    {"aws:SourceIdentity": "alice"},
    {"aws:SourceVpce": "vpce-1"},
    {"aws:FederatedProvider": OIDC},
    {"aws:AssumedRoot": "true"},
]
WITH_PRINCIPAL = ("resource", "rcp", "vpcEndpoint")
LEVELS = ("scp", "rcp")
FLAT = ("identity", "permissionsBoundary", "session", "vpcEndpoint")


def element(pick: Pick) -> Any:
    """The value of a Principal or NotPrincipal."""
    if pick([True, False, False]):
        return "*"
    found: dict[str, list[str]] = {}
    for _ in range(pick([1, 1, 2, 3])):
        kind, text = pick(NAMES)
        if pick([True, False, False]):
            text = text.replace(A, B)
        found.setdefault(kind, []).append(text)
    return found


def statement(pick: Pick, layer: str, action: str, resource: str) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": pick(["Allow"] * 5 + ["Deny"])}
    listed = pick(["*", "*", action, action.upper(), action.split(":")[0] + ":*", "s3:Put*"])
    made[pick(["Action"] * 6 + ["NotAction"])] = listed
    if layer != "resource" or not action.startswith("sts:") or pick([True] + [False] * 4):
        where = pick(
            [
                "*",
                "*",
                "*",
                resource,
                f"{resource[:-1]}?" if resource != "*" else "*",
                "arn:aws:s3:::other/*",
            ]
        )
        made[pick(["Resource"] * 6 + ["NotResource"])] = where
    if layer in WITH_PRINCIPAL:
        everybody = layer != "resource" and pick([True, True, True, False])
        made[pick(["Principal"] * 5 + ["NotPrincipal"])] = "*" if everybody else element(pick)
    if pick([True, False, False]):
        made["Condition"] = pick(CONDITIONS)
    return made


def document(pick: Pick, layer: str, action: str, resource: str) -> dict[str, Any]:
    full = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if layer in WITH_PRINCIPAL:
        full["Principal"] = "*"
    made = [statement(pick, layer, action, resource) for _ in range(pick([0, 1, 1, 2, 3]))]
    if layer != "resource" and pick([True, True, False]):
        made.append(full)
    return {"Version": "2012-10-17", "Statement": made}


def policies(pick: Pick, layer: str, action: str, resource: str) -> Any:
    """What stands under the layer's name in the case format."""
    if layer == "resource":
        return document(pick, layer, action, resource)

    def level() -> list[dict[str, Any]]:
        return [document(pick, layer, action, resource) for _ in range(pick([1, 1, 1, 2, 0]))]

    return [level() for _ in range(pick([1, 2]))] if layer in LEVELS else level()


def asking(pick: Pick, thing: tuple[str, str]) -> dict[str, Any]:
    """A request for an action on a resource."""
    action, resource = thing
    asked = {"principal": pick(PRINCIPALS), "action": action, "resource": resource}
    if pick([True, False, False]):
        asked["principal"] = asked["principal"].replace(A, B)
    if pick([True, False]):
        asked["resourceAccount"] = pick([A, A, B])
    if context := pick(CONTEXTS):
        asked["context"] = context
    return asked


def case(pick: Pick) -> dict[str, Any]:
    """One line of the case format, without expectation."""
    action, resource = thing = pick(ASKED)
    asked = asking(pick, thing)
    made: dict[str, Any] = {}
    likely = {"identity": [True] * 4 + [False], "resource": [True, True, False]}
    for layer in (*FLAT, *LEVELS, "resource"):
        if pick(likely.get(layer, [True, False, False])):
            made[layer] = policies(pick, layer, action, resource)
    return {"request": asked, "policies": made}
