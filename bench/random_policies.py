"""Random policies and requests that meet often: few names, many wildcards, every element.

Made from a `random.Random`, so that a seed or hypothesis can stand behind it. Texts are put
together from a few pieces, patterns from the same pieces with wildcards and variables between.
"""

from __future__ import annotations

from random import Random
from typing import Any

from bench.workload import ACCOUNT, Case, document

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:GetObjectAcl", "sqs:SendMessage", "S3:getobject")
NAMED = ("s3:Get*", "s3:*", "*", "s3:?etObject", "sqs:SendMessage", "S3:PUTOBJECT", "*:*", "bad")
HEADS = ("arn:aws:s3:::", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:", "arn:aws:s3:", "")
OPEN_HEADS = (*HEADS, "arn:*:s3:::", f"arn:aws:sqs:*:{ACCOUNT}:", "arn:aws:logs:*:*:", "arn:*", "*")
PIECES = ("app", "apps", "-", "/", "1", "12", "data", ":", "log", "é", "😀", "Bob", "x", "")
OPENINGS = ("*", "*", "?", "${aws:username}", "${aws:PrincipalTag/team, 'x'}", "${*}", "${", "??")
KEYS = ("aws:PrincipalTag/team", "aws:RequestedRegion", "AWS:principaltag/Team", "aws:TagKeys")
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
VALUES = ("app", "x", "Bob", "apps", "", "true", "${aws:username}", "a*")
PRINCIPALS = (f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:user/Bob")


def policies(random: Random) -> Case:
    """Identity policies, and sometimes SCPs, a boundary, a session policy."""
    found: Case = {"identity": [_document(random, random.choice((3, 12, 30)))]}
    if random.random() < 0.3:
        found["scp"] = [[_document(random, 8)] for _ in range(random.randint(1, 2))]
    for layer in ("permissionsBoundary", "session"):
        if random.random() < 0.2:
            found[layer] = [_document(random, 8)]
    return found


def request(random: Random) -> Case:
    context: dict[str, Any] = {
        key: list(_some(random, VALUES, 2)) if random.random() < 0.15 else random.choice(VALUES)
        for key in _some(random, KEYS, 2)
    }
    return {
        "principal": random.choice(PRINCIPALS),
        "action": random.choice(ACTIONS),
        "resource": random.choice(HEADS) + "".join(_some(random, PIECES, 5)),
        "resourceAccount": ACCOUNT,
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
