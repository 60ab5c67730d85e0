"""When S3 calls a policy public.

Expectations: S3 User Guide, access-control-block-public-access, "The meaning of public"; facts/iam.md
9.4. Whatever is not listed there narrows nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from remit.engine.services.s3 import is_public
from tests.support import policy

PUBLIC, NOT = True, False
SOMEBODY = {"AWS": "111122223333"}
ROLE = "arn:aws:iam::111122223333:role/app"

# Principal, condition, public? The first rows are the page's own examples.
CASES: list[tuple[str, Any, Any, bool]] = [
    ("the page: an identity provider", {"Federated": "graph.facebook.com"}, {}, PUBLIC),
    ("the page: everybody", "*", {}, PUBLIC),
    ("the page: a pattern of VPCs", "*", {"StringLike": {"aws:SourceVpc": "vpc-*"}}, PUBLIC),
    ("the page: one VPC", "*", {"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}, NOT),
    ("the page: half of all addresses", "*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, PUBLIC),
    ("the page: an account's access points", "*", {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:123456789012:accesspoint/*"}}, NOT),
    ("an account", SOMEBODY, {}, NOT),
    ("a root", {"AWS": "arn:aws:iam::111122223333:root"}, {}, NOT),
    ("a role", {"AWS": ROLE}, {}, NOT),
    ("a service", {"Service": "cloudtrail.amazonaws.com"}, {}, NOT),
    ("a canonical id", {"CanonicalUser": "ab" * 32}, {}, NOT),
    ("everybody, as AWS", {"AWS": "*"}, {}, PUBLIC),
    ("an account and everybody", {"AWS": ["111122223333", "*"]}, {}, PUBLIC),
    ("an account and a provider", {**SOMEBODY, "Federated": "graph.facebook.com"}, {}, PUBLIC),
    ("a role with a wildcard", {"AWS": "arn:aws:iam::*:role/app"}, {}, PUBLIC),
    ("a role with a variable", {"AWS": "arn:aws:iam::111122223333:role/${aws:username}"}, {}, PUBLIC),
    ("every service", {"Service": "*"}, {}, PUBLIC),
    ("an organisation", "*", {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, NOT),
    ("an organisation, in other letters", "*", {"stringequals": {"AWS:PRINCIPALORGID": "o-abc"}}, NOT),
    ("an organisation, if there is one", "*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}}, PUBLIC),
    ("an organisation, of all values", "*", {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, PUBLIC),
    ("another organisation", "*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}, PUBLIC),
    ("organisations, one a pattern", "*", {"StringLike": {"aws:PrincipalOrgID": ["o-abc", "o-*"]}}, PUBLIC),
    ("a principal's ARN: not listed", "*", {"ArnEquals": {"aws:PrincipalArn": ROLE}}, PUBLIC),
    ("a tag", "*", {"StringEquals": {"aws:PrincipalTag/team": "a"}}, PUBLIC),
    ("over TLS", "*", {"Bool": {"aws:SecureTransport": "true"}}, PUBLIC),
    ("an endpoint", "*", {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, NOT),
    ("an endpoint and TLS", "*", {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}}, NOT),
    ("a source account", "*", {"StringEquals": {"aws:SourceAccount": "111122223333"}}, NOT),
    ("a source owner", "*", {"StringEquals": {"aws:SourceOwner": "111122223333"}}, NOT),
    ("a source ARN", "*", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:t"}}, NOT),
    ("source ARNs", "*", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}, PUBLIC),
    ("a user id", "*", {"StringEquals": {"aws:userid": "AIDAEXAMPLE"}}, NOT),
    ("every session of a role", "*", {"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}, PUBLIC),
    ("an access point's account", "*", {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}, NOT),
    ("any account's access points", "*", {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:*:accesspoint/a"}}, PUBLIC),
    ("an address", "*", {"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, NOT),
    ("a /8", "*", {"IpAddress": {"aws:SourceIp": "11.0.0.0/8"}}, NOT),
    ("a /7", "*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/7"}}, PUBLIC),
    ("private ranges", "*", {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}}, NOT),
    ("an IPv6 /32", "*", {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, NOT),
    ("an IPv6 /31", "*", {"IpAddress": {"aws:SourceIp": "2001:db8::/31"}}, PUBLIC),
    ("one range of two is broad", "*", {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}, PUBLIC),
    ("no address", "*", {"IpAddress": {"aws:SourceIp": "here"}}, PUBLIC),
    ("all but an address", "*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.7"}}, PUBLIC),
    ("an address by text", "*", {"StringEquals": {"aws:SourceIp": "203.0.113.7"}}, PUBLIC),
    ("a variable", "*", {"StringEquals": {"aws:SourceVpc": "${aws:SourceVpc}"}}, PUBLIC),
]  # fmt: skip


def allow(principal: Any, condition: Any = None, key: str = "Principal") -> dict[str, Any]:
    made = {"Effect": "Allow", key: principal, "Action": "s3:PutObject", "Resource": "*"}
    return {**made, "Condition": condition or {}}


@pytest.mark.parametrize(
    ("principal", "condition", "public"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_statement(principal: Any, condition: Any, public: bool) -> None:
    assert is_public(policy({"Statement": [allow(principal, condition)]})) is public


def test_one_public_statement_makes_the_policy_public() -> None:
    quiet, loud = allow(SOMEBODY), allow("*")
    assert not is_public(policy({"Statement": [quiet, quiet]}))
    assert is_public(policy({"Statement": [quiet, loud]}))


def test_denies_let_nobody_in() -> None:
    assert not is_public(policy({"Statement": [{**allow("*"), "Effect": "Deny"}]}))
    assert is_public(policy({"Statement": [allow("*"), {**allow("*"), "Effect": "Deny"}]}))


def test_everybody_but_somebody_is_everybody() -> None:
    assert is_public(policy({"Statement": [allow(SOMEBODY, key="NotPrincipal")]}))


def test_nothing_is_not_public() -> None:
    assert not is_public(policy({"Statement": []}))
