"""Session policies: what is taken, what they weigh, and that a session never does more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.sts.errors import StsError
from remit.app.sts.identity import caller as caller_of
from remit.core.decision import Layer
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from tests.app.sts.world import (
    ALL,
    HERE,
    NOW,
    ROLE,
    THERE,
    Desk,
    World,
    allow,
    claims_of,
    deny,
    policy,
    trust,
    user,
)

READ = policy(allow("s3:Get*", Resource="*"))
MANAGED = f"arn:aws:iam::{HERE}:policy/read"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("not json", "Syntax errors in policy."),
        ("[]", "Syntax errors in policy."),
        ("Version: 2012-10-17", "Syntax errors in policy."),  # YAML is no policy language of AWS's
        ("{", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
        (json.dumps(policy({"Effect": "Allow", "Resource": "*"})),
         "Policy statement must contain actions."),
        (json.dumps(policy({"Effect": "Allow", "Action": "s3:*"})),
         "Policy statement must contain resources."),
        (json.dumps(policy(allow("s3:*", Resource="*", Sid="a"), allow("s3:*", Resource="*", Sid="a"))),
         "Statement IDs (SID) in a single policy must be unique."),
        (json.dumps({"Version": "2020-01-01", "Statement": []}),
         "Policy document must be version 2012-10-17 or greater."),
        (json.dumps(policy(allow("s3:*", Resource="*", Principal="*"))),
         "Policy document should not specify a principal."),
        (json.dumps(policy(allow("GetObject", Resource="*"))),
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ],
)  # fmt: skip
def test_malformed(document: str, message: str) -> None:
    """facts/iam.md 1.7 and 5.4."""
    for operation, params in (("AssumeRole", {}), ("GetFederationToken", {"Name": "bob"})):
        given_: dict[str, Any] = {"RoleArn": ROLE, "RoleSessionName": "session"}
        with pytest.raises(StsError) as error:
            Desk().call(operation, user(), Policy=document, **given_, **params)
        assert (error.value.code, error.value.status) == ("MalformedPolicyDocument", 400)
        assert error.value.message == message


def test_malformed_literals_are_taken_and_match_nothing() -> None:
    """facts/iam.md 1.7 [O]: dates, numbers, addresses."""
    broken = {
        "NumericLessThan": {"s3:max-keys": "ten"},
        "DateLessThan": {"aws:CurrentTime": "soon"},
        "IpAddress": {"aws:SourceIp": "here"},
    }
    for operator, test in broken.items():
        text = json.dumps(policy(allow("s3:*", Resource="*", Condition={operator: test})))
        desk = Desk(World(identity={**World().identity, ROLE: (ALL,)}))
        claims = claims_of(desk.assume(Policy=text))
        key = next(iter(test))
        made = desk.world.policies(caller_of(claims), None)
        value = {"s3:max-keys": "1", "aws:CurrentTime": "2026-01-01T00:00:00Z"}.get(key, "10.0.0.1")
        asked = Request(
            caller_of(claims).arn, "s3:GetObject", "arn:aws:s3:::b/k", HERE, {key: value}
        )
        assert not authorize(asked, made).allowed


@pytest.mark.parametrize(
    ("arn", "taken"),
    [
        (MANAGED, True),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", True),
        (f"arn:aws:iam::{HERE}:policy/gone", False),
        (f"arn:aws:iam::{THERE}:policy/read", False),
        ("arn:aws:iam::aws:no-policy-at-all", False),
    ],
)
def test_managed(arn: str, taken: bool) -> None:
    known = (MANAGED, "arn:aws:iam::aws:policy/ReadOnlyAccess", f"arn:aws:iam::{THERE}:policy/read")
    desk = Desk(World(managed=dict.fromkeys(known, READ)))
    if taken:
        assert claims_of(desk.assume(PolicyArns=[{"arn": arn}])).policy_arns == (arn,)
        return
    with pytest.raises(StsError) as error:
        desk.assume(PolicyArns=[{"arn": arn}])
    assert error.value.message == f"Policy {arn} does not exist or is not attachable."


def test_packed_size() -> None:
    """In the answer when policies or tags are sent, and only then (5.2 [O])."""
    desk = Desk(World(trusts={ROLE: trust("sts:AssumeRole", "sts:TagSession")}))
    assert "PackedPolicySize" not in desk.assume()
    small = desk.assume(Policy=json.dumps(READ))["PackedPolicySize"]
    assert 0 < small <= 10
    assert 0 < desk.assume(Tags=[{"Key": "a", "Value": "b"}])["PackedPolicySize"] <= small
    with pytest.raises(StsError) as error:
        wild = [
            {"Key": f"k{n}", "Value": "".join(chr(0x4E00 + n * 80 + i) for i in range(80))}
            for n in range(50)
        ]
        desk.assume(Tags=wild)
    assert (error.value.code, error.value.status) == ("PackedPolicyTooLarge", 400)
    assert error.value.message.startswith("Packed policy consumes ")
    assert error.value.message.endswith("% of allotted space")


def test_policies_and_arns_share_the_plain_limit() -> None:
    """2,048 characters together (1.8)."""
    long = json.dumps(policy(allow("s3:GetObject", Resource="arn:aws:s3:::" + "b" * 1900)))
    desk = Desk(World(managed={MANAGED: READ}))
    assert len(long) <= 2048 < len(long) + 3 * len(MANAGED)
    assert desk.assume(Policy=long)
    with pytest.raises(StsError) as error:
        desk.assume(Policy=long, PolicyArns=[{"arn": MANAGED}] * 3)
    assert error.value.code == "PackedPolicyTooLarge"


# --- a session never does more ------------------------------------------------------------------

ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "s3:*", "*", "sqs:*"]
RESOURCES = ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:sqs:us-east-1:111122223333:q"]
STATEMENTS = st.builds(
    lambda make, action, resource: make(action, Resource=resource),
    st.sampled_from([allow, allow, deny]),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda all_: policy(*all_))
ASKED = [
    ("s3:GetObject", "arn:aws:s3:::b/k"),
    ("s3:PutObject", "arn:aws:s3:::c/k"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q"),
    ("iam:CreateUser", "arn:aws:iam::111122223333:user/x"),
]


@settings(max_examples=120, deadline=None)
@given(
    role=st.lists(POLICIES, max_size=2),
    inline=st.none() | POLICIES,
    managed=st.lists(POLICIES, max_size=2),
    asked=st.sampled_from(ASKED),
)
def test_a_session_does_what_role_and_session_policies_both_allow(
    role: list[Any], inline: Any, managed: list[Any], asked: tuple[str, str]
) -> None:
    arns = {f"arn:aws:iam::{HERE}:policy/p{n}": one for n, one in enumerate(managed)}
    desk = Desk(World(identity={**World().identity, ROLE: tuple(role)}, managed=arns))
    params: dict[str, Any] = {"PolicyArns": [{"arn": arn} for arn in arns]}
    if inline is not None:
        params["Policy"] = json.dumps(inline)
    session = caller_of(claims_of(desk.assume(**params)))
    made = desk.world.policies(session, None)
    request = Request(session.arn, *asked, HERE)
    assert (made.session is None) == (inline is None and not managed)
    whole = authorize(request, made)
    alone = authorize(request, PolicySet(identity=made.identity))
    if made.session is None:
        assert whole.verdict is alone.verdict
        return
    other = authorize(request, PolicySet(identity=made.session))
    assert whole.allowed == (alone.allowed and other.allowed)
    assert all(one.layer is not Layer.RESOURCE for one in whole.determining)


def test_a_federated_user_without_a_policy_can_do_nothing() -> None:
    """facts/iam.md 4.2."""
    desk = Desk()
    session = caller_of(claims_of(desk.call("GetFederationToken", user(), Name="bob")))
    request = Request(session.arn, "s3:GetObject", "arn:aws:s3:::b/k", HERE)
    assert not authorize(request, desk.world.policies(session, None)).allowed
    given_ = desk.call("GetFederationToken", user(), Name="bob", Policy=json.dumps(READ))
    session = caller_of(claims_of(given_))
    assert authorize(request, desk.world.policies(session, None)).allowed
    assert claims_of(given_).expires == NOW + 43200
