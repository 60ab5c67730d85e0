"""Random policies and requests that meet often: few names, many wildcards, every element.

Made from a `random.Random`, so that a seed or hypothesis can stand behind it. Texts are put
together from a few pieces, patterns from the same pieces with wildcards and variables between.
"""

from __future__ import annotations

from random import Random
from typing import Any

from bench.workload import ACCOUNT, FULL, Case, document

ACTIONS = ("s3:GetObject",) * 4 + (
    "s3:PutObject",
    "s3:GetObjectAcl",
    "S3:getobject",
    "sqs:SendMessage",
    "sqs:DeleteQueue",
    "kms:Decrypt",
    "iam:PassRole",
    "sts:AssumeRole",
    "sts:TagSession",
    "execute-api:Invoke",
)
NAMED = ("*",) * 2 + (
    "s3:Get*",
    "s3:*",
    "*",
    "s3:?etObject",
    "sqs:SendMessage",
    "S3:PUTOBJECT",
    "*:*",
    "bad",
)
HEADS = ("arn:aws:s3:::", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:", "arn:aws:s3:", "")
OPEN_HEADS = (*HEADS, "arn:*:s3:::", f"arn:aws:sqs:*:{ACCOUNT}:", "arn:aws:logs:*:*:", "arn:*", "*")
PIECES = ("app", "apps", "-", "/", "1", "12", "data", ":", "log", "é", "😀", "Bob", "x", "")
OPENINGS = ("*", "*", "?", "${aws:username}", "${aws:PrincipalTag/team, 'x'}", "${*}", "${", "??")
KEYS = ("aws:PrincipalTag/team", "aws:RequestedRegion") * 3 + (
    "AWS:principaltag/Team",
    "aws:TagKeys",
    "aws:PrincipalArn",
    "aws:userid",
    "aws:ResourceAccount",
    "aws:SourceVpce",
    "aws:AssumedRoot",
)
OPERATORS = ("StringEquals",) * 4 + (
    "StringLike",
    "StringNotEquals",
    "StringEqualsIfExists",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringEquals",
    "StringEqualsIgnoreCase",
    "Null",
    "StringEqual",
)
OTHER = "444455556666"
ROLE, USER = f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:user/Bob"
PRINCIPALS = (ROLE, USER) * 4 + (
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
    f"arn:aws:sts::{ACCOUNT}:federated-user/Bob",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "lambda.amazonaws.com",
    "anonymous",
)
VALUES = ("app", "x", "Bob", "apps", "", "true", "${aws:username}", "a*", ROLE, OTHER)
NAMING = ("*", {"AWS": ROLE}, {"AWS": ACCOUNT}, {"AWS": "*"}, {"Service": "lambda.amazonaws.com"})


def policies(random: Random) -> Case:
    """Identity policies; sometimes others of every kind."""
    found: Case = {"identity": [_document(random, random.choice((3, 12, 30)))]}
    if random.random() < 0.3:
        found["scp"] = [[_document(random, 8)] for _ in range(random.randint(1, 2))]
    for layer in ("permissionsBoundary", "session"):
        if random.random() < 0.2:
            found[layer] = [_document(random, 8)]
    if random.random() < 0.3:
        found["resource"] = _naming(random, _document(random, 8))
    if random.random() < 0.1:
        found["rcp"] = [[_naming(random, _document(random, 4)), document([FULL])]]
    if random.random() < 0.1:
        found["vpcEndpoint"] = [_naming(random, _document(random, 4))]
    return found


def _naming(random: Random, made: Case) -> Case:
    for statement in made["Statement"]:
        element = "NotPrincipal" if random.random() < 0.1 else "Principal"
        statement[element] = random.choice(NAMING)
    return made


def request(random: Random) -> Case:
    context: dict[str, Any] = {
        key: list(_some(random, VALUES, 2)) if random.random() < 0.15 else random.choice(VALUES)
        for key in _some(random, KEYS, 2)
    }
    return {
        "principal": random.choice(PRINCIPALS),
        "action": random.choice(ACTIONS),
        "resource": random.choice(HEADS) + "".join(_some(random, PIECES, 5)),
        "resourceAccount": random.choice((None, ACCOUNT, ACCOUNT, OTHER)),
        "context": context,
    }


def _document(random: Random, most: int) -> Case:
    made = document([_statement(random) for _ in range(random.randint(0, most))])
    return made if random.random() < 0.9 else {**made, "Version": "2008-10-17"}


def _statement(random: Random) -> Case:
    action = "NotAction" if random.random() < 0.1 else "Action"
    resource = "NotResource" if random.random() < 0.1 else "Resource"
    found: Case = {
        "Effect": "Deny" if random.random() < 0.2 else "Allow",
        action: _some(random, NAMED, 2) or ["s3:*"],
        resource: [_pattern(random) for _ in range(random.randint(1, 3))],
    }
    if random.random() < 0.4:
        found["Condition"] = {
            random.choice(OPERATORS): {random.choice(KEYS): _some(random, VALUES, 3)}
            for _ in range(random.randint(1, 2))
        }
    return found


def _pattern(random: Random) -> str:
    pieces = _some(random, PIECES, 5)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        pieces.insert(random.randint(0, len(pieces)), random.choice(OPENINGS))
    return random.choice(OPEN_HEADS) + "".join(pieces)


def _some(random: Random, texts: tuple[str, ...], most: int) -> list[str]:
    return [random.choice(texts) for _ in range(random.randint(0, most))]
