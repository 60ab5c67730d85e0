"""Resource policies beside a role's own (facts/iam.md 4.2, 4.3, 4.4; same account)."""

from __future__ import annotations

from typing import Any

import pytest

from remit.core.need import Need
from remit.core.text import Hole, HoleKind, Text
from remit.explain.attached import on_itself, uncertain, weighed
from remit.explain.judge import judge
from remit.explain.model import Standing
from tests.support import allow, deny, document

ALLOWED, DENIED, UNKNOWN = Standing.ALLOWED, Standing.DENIED, Standing.UNKNOWN
NEED = Need("sqs:SendMessage", Text.of("arn:aws:sqs:eu-west-1:111122223333:jobs"))
KNOWN = {"aws:SecureTransport": "true"}
ROLE = "arn:aws:iam::111122223333:role/worker"
GRANT = allow("sqs:*")
NOTHING: dict[str, Any] = allow("s3:*")

CASES: list[tuple[str, dict[str, Any], list[dict[str, Any]], Standing]] = [
    ("neither grants", NOTHING, [allow("sqs:ReceiveMessage", Principal="*")], DENIED),
    ("the role's own is enough", GRANT, [allow("sqs:ReceiveMessage", Principal="*")], ALLOWED),
    ("everybody may", NOTHING, [allow("sqs:SendMessage", Principal={"AWS": "*"})], ALLOWED),
    ("a role may", NOTHING, [allow("sqs:SendMessage", Principal={"AWS": ROLE})], UNKNOWN),
    ("a service may", NOTHING, [allow("sqs:*", Principal={"Service": "s3.amazonaws.com"})], DENIED),
    ("the account may", NOTHING, [allow("sqs:*", Principal={"AWS": "111122223333"})], DENIED),
    ("everybody is denied", GRANT, [deny("sqs:*", Principal="*")], DENIED),
    ("some are denied", GRANT, [deny("sqs:*", NotPrincipal={"AWS": ROLE})], ALLOWED),
    (
        "denied without TLS, which boto3 uses",
        GRANT,
        [deny(Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
        ALLOWED,
    ),
    (
        "from one address",
        NOTHING,
        [allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})],
        UNKNOWN,
    ),
]


@pytest.mark.parametrize(
    ("own", "attached", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_both_sides(
    own: dict[str, Any], attached: list[dict[str, Any]], expected: Standing
) -> None:
    alone = judge([document(own)], NEED, KNOWN)
    assert weighed(alone, NEED, [document(*attached)], KNOWN).standing is expected


def test_a_bucket_that_is_not_known_may_be_one_whose_policy_grants() -> None:
    """The custom resource with which CDK empties buckets has its rights by the buckets' policies."""
    name = Hole(HoleKind.DATA, "event.ResourceProperties.BucketName")
    need = Need("s3:DeleteObject", Text.of("arn:aws:s3:::", name, "/k"))
    alone = judge([document(NOTHING | {"Action": "sqs:*"})], need, KNOWN)
    granted = document(allow("s3:DeleteObject*", ["arn:aws:s3:::b/*"], Principal={"AWS": ROLE}))
    other = document(allow("s3:GetObject", ["arn:aws:s3:::b/*"], Principal={"AWS": ROLE}))
    found = uncertain(alone, need, [granted], KNOWN)
    assert (found.standing, found.holes) == (UNKNOWN, (name,))
    assert uncertain(alone, need, [other], KNOWN).standing is DENIED


def test_a_trust_policy_that_names_a_role_may_be_enough() -> None:
    need = Need("sts:AssumeRole", Text.of("arn:aws:iam::111122223333:role/tenant"))
    alone = judge([document(NOTHING)], need, KNOWN)
    for principal, expected in (
        ({"AWS": ROLE}, UNKNOWN),
        ({"AWS": "111122223333"}, DENIED),
        ({"Service": "lambda.amazonaws.com"}, DENIED),
    ):
        trust = on_itself(document(allow("sts:AssumeRole", None, Principal=principal)))
        assert uncertain(alone, need, [trust], KNOWN).standing is expected
