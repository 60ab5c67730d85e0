"""The trace agrees with the engine: the same decision, statement by statement, layer by layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from remit.core.decision import Layer, Verdict
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.context import gather
from remit.engine.policyset import PolicySet
from remit.explain.causes import Element, Stance, Trace
from remit.explain.trace import ORDER, trace
from tests.explain.policy_sets import policy_sets, requests
from tests.support import allow, cases, deny, document, policy_set, request

APP = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
ORDER_1 = "arn:aws:s3:::orders/1"
CASES = [case for case in cases() if "expect" in case]


def agrees(asked: Request, policies: PolicySet) -> Trace:
    found = trace(asked, policies)
    assert found.decision == authorize(asked, policies)
    assert [cause.layer for cause in found.layers] == list(ORDER)
    if found.decision.allowed:
        assert not found.blocking
    else:
        assert found.blocking or found.rule
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_case(case: dict[str, Any]) -> None:
    try:
        policies = policy_set(case["policies"])
        authorize(request(case["request"]), policies)
    except ValueError:
        pytest.skip("what is refused has no trace")
    agrees(request(case["request"]), policies)


@settings(max_examples=150, deadline=None)
@given(requests, policy_sets)
def test_any_set(asked: Request, policies: PolicySet) -> None:
    found = agrees(asked, policies)
    facts = replace(gather(asked), action=found.action.lower())
    for cause in found.layers:
        for level in cause.levels:
            for step in level.steps:
                assert step.rule.names(facts.action)
                assert step.applies == (step.rule.grants and step.rule.matches(facts))
    stances = {cause.layer: cause.stance for cause in found.layers}
    if found.decision.verdict is Verdict.EXPLICIT_DENY:
        denying = tuple(layer for layer in ORDER if stances[layer] is Stance.DENIES)
        assert denying == found.blocking
    elif found.decision.verdict is Verdict.IMPLICIT_DENY:
        silent = tuple(layer for layer in ORDER if stances[layer] is Stance.SILENT)
        assert silent == found.blocking


EVERYTHING = document(allow())
EVERYBODY = document(allow(Principal="*"))


@settings(max_examples=150)
@given(requests, policy_sets)
def test_a_silent_layer_that_blocks_is_enough_to_deny(asked: Request, policies: PolicySet) -> None:
    """With an Allow for all in every other layer that is given, it is denied all the same."""
    found = trace(asked, policies)
    if found.decision.verdict is not Verdict.IMPLICIT_DENY:
        return
    for layer in set(found.blocking) - {Layer.RESOURCE}:
        opened = _opened(policies, spare=layer)
        if Layer.RESOURCE in found.blocking:
            opened = replace(opened, resource=_account(policies))
        assert not authorize(asked, opened).allowed, layer
    if Layer.RESOURCE in found.blocking:
        opened = replace(_opened(policies, spare=Layer.RESOURCE), resource=policies.resource)
        assert not authorize(asked, opened).allowed


def _account(policies: PolicySet) -> Any:
    """The resource's policy with the question handed to both accounts."""
    added = allow(Principal={"AWS": ["111122223333", "444455556666"]})
    statements = document(added).statements
    return (
        document()
        if policies.resource is None
        else replace(
            policies.resource,
            statements=(
                *policies.resource.statements,
                *(replace(s, index=len(policies.resource.statements)) for s in statements),
            ),
        )
    )


def _opened(policies: PolicySet, spare: Layer) -> PolicySet:
    def flat(layer: Layer, given: Any, more: Any) -> Any:
        return given if given is None or layer is spare else [*given, more]

    def levels(layer: Layer, given: Any, more: Any) -> Any:
        if given is None or layer is spare:
            return given
        return [[*level, more] for level in given]

    return replace(
        policies,
        identity=flat(Layer.IDENTITY, policies.identity, EVERYTHING),
        boundary=flat(Layer.BOUNDARY, policies.boundary, EVERYTHING),
        session=flat(Layer.SESSION, policies.session, EVERYTHING),
        scp=levels(Layer.SCP, policies.scp, EVERYTHING),
        rcp=levels(Layer.RCP, policies.rcp, EVERYBODY),
        vpc_endpoint=flat(Layer.VPC_ENDPOINT, policies.vpc_endpoint, EVERYBODY),
    )


# --- what single elements saw -------------------------------------------------------------------


def test_what_each_element_saw() -> None:
    policies = PolicySet(
        identity=[
            document(
                allow("s3:GetObject", "arn:aws:s3:::orders"),
                allow("s3:*", "*", Condition={"StringEquals": {"aws:SourceVpc": "v"}}),
                allow("s3:*", "*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
                allow("sqs:*"),
                deny("s3:GetObject", "arn:aws:s3:::other/*"),
            )
        ],
        resource=document(allow("s3:*", "*", Principal={"AWS": "444455556666"})),
    )
    asked = Request(APP, "s3:GetObject", ORDER_1, context={"aws:SecureTransport": "false"})
    found = trace(asked, policies)
    level = found.layer(Layer.IDENTITY).levels[0]
    seen = [
        (step.named.statement, miss.element, miss.seen)
        for step in level.steps
        for miss in step.misses
    ]
    assert seen == [
        (0, Element.RESOURCE, ORDER_1),
        (1, Element.CONDITION, None),
        (2, Element.CONDITION, "false"),
        (4, Element.RESOURCE, ORDER_1),
    ]
    assert level.unnamed == 1
    (step,) = found.layer(Layer.RESOURCE).levels[0].steps
    assert [(miss.element, miss.seen) for miss in step.misses] == [(Element.PRINCIPAL, APP)]


def test_the_boundary_is_in_the_way_of_a_grant_to_the_role_too() -> None:
    # facts/iam.md 4.4 (role ARN: BLOCKS) and 4.12 (the key policy is always required).
    key = Request(APP, "kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k")
    found = trace(key, PolicySet(boundary=[document(allow("sqs:*"))]))
    assert found.blocking == (Layer.RESOURCE, Layer.BOUNDARY)


ROLE_GRANT = document(allow("s3:*", "*", Principal={"AWS": APP}))
USER = "arn:aws:iam::111122223333:user/ann"
QUEUES = [document(allow("sqs:*"))]


@pytest.mark.parametrize(
    ("principal", "named", "verdict", "stances", "because"),
    [
        # facts/iam.md 4.4, row by row; the boundary and the identity policies are silent.
        (USER, USER, "allowed", "overruled overruled", "names the user"),
        (SESSION, APP, "implicitDeny", "overruled silent", "names the role"),
        (SESSION, SESSION, "allowed", "overruled overruled", "names the role session"),
        (SESSION, "*", "allowed", "overruled overruled", "names everybody"),
        (SESSION, "111122223333", "implicitDeny", "silent silent", ""),
    ],
)
def test_the_shortcut_is_named(
    principal: str, named: str, verdict: str, stances: str, because: str
) -> None:
    policies = PolicySet(
        identity=QUEUES,
        resource=document(allow("s3:*", "*", Principal={"AWS": named})),
        boundary=QUEUES,
    )
    found = trace(Request(principal, "s3:GetObject", ORDER_1), policies)
    own = [found.layer(Layer.IDENTITY), found.layer(Layer.BOUNDARY)]
    assert found.decision.verdict == verdict
    assert " ".join(cause.stance for cause in own) == stances
    assert because in own[0].because
    if named.isdigit():
        assert "names the account" in found.layer(Layer.RESOURCE).because


@pytest.mark.parametrize(
    ("principal", "action", "layer", "because"),
    [
        ("arn:aws:iam::111122223333:root", "s3:GetObject", Layer.IDENTITY, "root has everything"),
        ("lambda.amazonaws.com", "s3:GetObject", Layer.IDENTITY, "service that calls by itself"),
        ("anonymous", "s3:GetObject", Layer.IDENTITY, "anonymous"),
        (APP, "iam:ListUsers", Layer.RESOURCE, "no resource policy is asked"),
        (APP, "sts:GetCallerIdentity", Layer.IDENTITY, "no permission"),
    ],
)
def test_why_a_layer_is_not_asked(principal: str, action: str, layer: Layer, because: str) -> None:
    policies = PolicySet(identity=QUEUES, resource=ROLE_GRANT)
    cause = trace(Request(principal, action, "*"), policies).layer(layer)
    assert cause.stance is Stance.EXEMPT
    assert because in cause.because


def test_the_action_that_decides_is_named() -> None:
    # facts/iam.md 4.11: session tags need sts:TagSession in the trust policy.
    trust = document({"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"})
    tagged = Request(USER, "sts:AssumeRole", APP, context={"aws:RequestTag/team": "a"})
    found = trace(tagged, PolicySet(resource=trust))
    assert (found.action, found.decision.verdict) == ("sts:TagSession", Verdict.IMPLICIT_DENY)
    assert found.blocking == (Layer.RESOURCE,)
