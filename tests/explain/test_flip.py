"""Every change that is shown flips the verdict, and adds no wildcard."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from remit.core.policy import Policy
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.explain.causes import documents
from remit.explain.change import Kind
from remit.explain.flip import flips, hinge
from remit.explain.keys import open_keys
from remit.explain.near import nearly
from remit.explain.trace import ORDER, trace
from remit.explain.words import sentence
from tests.explain.policy_sets import policy_sets, requests
from tests.support import allow, deny, document

APP = "arn:aws:iam::111122223333:role/app"
GET = Request(APP, "s3:GetObject", "arn:aws:s3:::orders/1")


def texts(policies: PolicySet) -> list[str]:
    """Every string in the Action, Resource and Principal elements of all documents."""
    found = []
    for layer in ORDER:
        for policy in documents(policies, layer):
            for statement in policy.statements:
                found += [item.value for item in statement.actions]
                found += [item.value for item in statement.resources or ()]
                if statement.principals is not None:
                    found += [item.value for _, item in statement.principals.entries]
    return found


@settings(max_examples=100, deadline=None)
@given(requests, policy_sets)
def test_every_shown_flip_flips(asked: Request, policies: PolicySet) -> None:
    found = trace(asked, policies)
    before = texts(policies)
    for flip in flips(found):
        assert not found.decision.allowed
        assert authorize(flip.request, flip.policies).verdict is flip.verdict
        assert flip.verdict == "allowed"
        assert flip.changes
        allowed = {"*"} if asked.resource == "*" else set()
        added = set(texts(flip.policies)) - set(before) - allowed
        assert not [text for text in added if not {"*", "?"}.isdisjoint(text)]
        assert all(sentence(change) for change in flip.changes)
    if found.decision.allowed and (flip := hinge(found).flip):
        assert not authorize(flip.request, flip.policies).allowed
        assert len(flip.changes) == hinge(found).each


@settings(max_examples=100, deadline=None)
@given(requests, policy_sets)
def test_every_answer_is_the_engines(asked: Request, policies: PolicySet) -> None:
    found = trace(asked, policies)
    keys = open_keys(found)
    given_keys = {key.lower() for key in asked.context}
    for one in keys.single:
        assert one.key.lower() not in given_keys
        assert {answer.verdict for answer in one.answers} != {found.decision.verdict}
        for answer in one.answers:
            more: dict[str, Any] = {} if answer.value is None else {one.key: answer.value}
            again = Request(
                asked.principal,
                asked.action,
                asked.resource,
                asked.resource_account,
                {**asked.context, **more},
            )
            assert authorize(again, policies).verdict is answer.verdict


def conditioned(operator: str, key: str, value: Any) -> Policy:
    return document(allow("s3:*", "*", Condition={operator: {key: value}}))


def shown(policies: PolicySet, asked: Request = GET) -> list[str]:
    return [" + ".join(map(sentence, flip.changes)) for flip in flips(trace(asked, policies))]


PLACE = "statement 0 (identity policies, policy.json:1:1)"


@pytest.mark.parametrize(
    ("policies", "context", "expected"),
    [
        pytest.param(
            PolicySet(identity=[document(allow("s3:PutObject", "arn:aws:s3:::orders/*"))]),
            {},
            [f"add `s3:GetObject` to `Action` of {PLACE}"],
            id="the action",
        ),
        pytest.param(
            PolicySet(identity=[document(allow("s3:PutObject", "*"))]),
            {},
            ["add to `policy` (identity policies)"],
            id="not the action on all resources",
        ),
        pytest.param(
            PolicySet(identity=[document(allow("s3:GetObject", "arn:aws:s3:::orders/2"))]),
            {},
            [f"add `arn:aws:s3:::orders/1` to `Resource` of {PLACE}"],
            id="the resource",
        ),
        pytest.param(
            PolicySet(identity=[conditioned("StringEquals", "aws:SourceVpc", "vpc-1")]),
            {},
            [
                "make the request with `aws:SourceVpc` set to `vpc-1`",
                "add to `policy` (identity policies)",
            ],
            id="a key that is absent",
        ),
        pytest.param(
            PolicySet(identity=[conditioned("StringEquals", "aws:SourceVpc", "vpc-1")]),
            {"aws:SourceVpc": "vpc-2"},
            [
                f"add `vpc-2` to `StringEquals` on `aws:SourceVpc` in {PLACE}",
                "make the request with `aws:SourceVpc` set to `vpc-1`",
            ],
            id="a value",
        ),
        pytest.param(
            PolicySet(identity=[conditioned("NumericLessThan", "s3:max-keys", "10")]),
            {"s3:max-keys": "10"},
            [
                "make the request with `s3:max-keys` set to `9`",
                "add to `policy` (identity policies)",
            ],
            id="an ordered value",
        ),
        pytest.param(
            PolicySet(identity=[conditioned("StringNotEquals", "k:one", ["a", "b"])]),
            {"k:one": "a"},
            [
                f"take `a` out of `StringNotEquals` on `k:one` in {PLACE}",
                "make the request with `k:one` set to `some-other-value`",
            ],
            id="a value that is excluded, for which one more would not help",
        ),
        pytest.param(
            PolicySet(identity=[conditioned("StringEquals", "aws:PrincipalAccount", "4")]),
            {},
            [f"add `111122223333` to `StringEquals` on `aws:PrincipalAccount` in {PLACE}"],
            id="a key that is not the caller's to choose",
        ),
        pytest.param(
            PolicySet(
                identity=[
                    document(allow(), deny("s3:GetObject"), deny(["s3:GetObject", "s3:Put*"]))
                ]
            ),
            {},
            [
                "take `s3:GetObject` out of `Action` of statement 2 (identity policies, policy.json:1:1)"
                " + take out statement 1 (identity policies, policy.json:1:1)"
            ],
            id="two Denies, one change each",
        ),
        pytest.param(
            PolicySet(
                identity=[document(allow("s3:PutObject", "arn:aws:s3:::orders/*"))],
                boundary=[document(allow("s3:GetObject", "arn:aws:s3:::orders/2"))],
                scp=[[document(allow())], []],
            ),
            {},
            [
                f"add `s3:GetObject` to `Action` of {PLACE}"
                " + add `arn:aws:s3:::orders/1` to `Resource` of statement 0 (permissions boundary, policy.json:1:1)"
                " + add to a new document (SCPs)"
            ],
            id="three layers, one change each",
        ),
        pytest.param(
            PolicySet(
                identity=[document(allow())],
                scp=[[document(allow(), deny("s3:*"))]],
            ),
            {},
            [
                "exempt the caller: add `ArnNotEquals` on `aws:PrincipalArn` with "
                f"`{APP}` to statement 1 (SCPs, policy.json:1:1)"
            ],
            id="an SCP's Deny, narrowed",
        ),
    ],
)
def test_the_smallest_change(
    policies: PolicySet, context: dict[str, str], expected: list[str]
) -> None:
    asked = Request(GET.principal, GET.action, GET.resource, context=context)
    assert shown(policies, asked) == expected


def test_what_nobody_can_be_let_do_has_no_change() -> None:
    # facts/iam.md 4.12: such SQS actions never cross accounts.
    asked = Request(APP, "sqs:CreateQueue", "arn:aws:sqs:us-east-1:444455556666:q")
    found = trace(asked, PolicySet(identity=[document(allow())]))
    assert not found.decision.allowed
    assert found.rule
    assert not flips(found)


def test_a_resource_with_a_wildcard_is_never_added() -> None:
    asked = Request(APP, "ec2:RunInstances", "arn:aws:ec2:us-east-1:111122223333:instance/*")
    one = document(allow("ec2:*", "arn:aws:ec2:us-east-1:111122223333:instance/i-1"))
    assert not flips(trace(asked, PolicySet(identity=[one])))


def test_a_deny_is_not_nearly_an_allow() -> None:
    found = trace(GET, PolicySet(identity=[document(deny("s3:PutObject", GET.resource))]))
    assert not list(nearly(found))


def test_only_everybody_names_the_anonymous_so_nothing_is_proposed() -> None:
    asked = Request("anonymous", "s3:GetObject", GET.resource)
    assert not flips(trace(asked, PolicySet(resource=document())))


def test_on_what_an_allow_hangs() -> None:
    one = hinge(trace(GET, PolicySet(identity=[document(allow())])))
    two = hinge(trace(GET, PolicySet(identity=[document(allow(), allow("s3:*"))])))
    assert (one.each, two.each) == (1, 2)
    bounded = PolicySet(
        identity=[document(allow(), allow("s3:*"))], boundary=[document(allow("s3:GetObject"))]
    )
    found = hinge(trace(GET, bounded))
    assert (found.layer, found.each) == ("permissionsBoundary", 1)


def test_two_sides_that_allow_by_themselves() -> None:
    both = PolicySet(identity=[document(allow())], resource=document(allow(Principal={"AWS": APP})))
    assert hinge(trace(GET, both)).flip is None


def test_keys_that_count_only_together() -> None:
    condition = {"StringEquals": {"k:one": "a"}, "Bool": {"k:two": "true"}}
    found = trace(GET, PolicySet(identity=[document(allow(Condition=condition))]))
    keys = open_keys(found)
    assert (keys.together, keys.verdict) == ({"k:one": "a", "k:two": "true"}, "allowed")
    assert [change.kind for change in flips(found)[0].changes] == [Kind.SET_CONTEXT] * 2


def test_a_variable_is_a_key_too() -> None:
    policies = PolicySet(
        identity=[document(allow("s3:*", "arn:aws:s3:::orders/${aws:PrincipalTag/shop}"))]
    )
    (one,) = open_keys(trace(GET, policies)).single
    assert one.key == "aws:PrincipalTag/shop"
    assert [(a.value, a.verdict) for a in one.answers] == [
        (None, "implicitDeny"),
        ("1", "allowed"),
        ("some-other-value", "implicitDeny"),
    ]
