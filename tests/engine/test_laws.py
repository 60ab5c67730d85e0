"""Laws that hold for all policy sets and requests: what only restricts, what always wins, and what
never matters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.engine.authorize import authorize
from tests.engine import making
from tests.support import policy_set, request

ALLOWED = "allowed"
# facts/iam.md 4.12: what policies have no effect on
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
RESTRICTING = ["permissionsBoundary", "session", "scp", "rcp", "vpcEndpoint"]


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    return making.case(lambda options: draw(st.sampled_from(options)))


def picking(data: st.DataObject) -> making.Pick:
    return lambda options: data.draw(st.sampled_from(options))


def verdict(case: dict[str, Any], policies: dict[str, Any] | None = None) -> str:
    held = policy_set(case["policies"] if policies is None else policies)
    return authorize(request(case["request"]), held).verdict


def laws(count: int) -> Callable[[Any], Any]:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, suppress_health_check=quiet, deadline=None)


def levels(policies: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every level of every layer, with the layer's name."""
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for layer, listed in policies.items():
        if layer in making.LEVELS:
            found += [(layer, level) for level in listed]
        elif layer == "resource":
            found.append((layer, [listed]))
        else:
            found.append((layer, listed))
    return found


@pytest.mark.parametrize("layer", RESTRICTING)
@laws(60)
@given(cases(), st.data())
def test_a_layer_only_restricts(layer: str, case: dict[str, Any], data: st.DataObject) -> None:
    """Facts 4.1: filters. But a federated user has an identity side only with a session policy."""
    without = {name: held for name, held in case["policies"].items() if name != layer}
    if layer == "session" and ":federated-user/" in case["request"]["principal"]:
        return
    asked = case["request"]
    added = making.policies(picking(data), layer, asked["action"], asked["resource"])
    if verdict(case, without | {layer: added}) == ALLOWED:
        assert verdict(case, without) == ALLOWED


@laws(80)
@given(cases(), st.data())
def test_another_level_only_restricts(case: dict[str, Any], data: st.DataObject) -> None:
    asked = case["request"]
    for layer in making.LEVELS:
        held = case["policies"].get(layer)
        more = making.policies(picking(data), layer, asked["action"], asked["resource"])
        if held is not None and verdict(case, case["policies"] | {layer: held + more}) == ALLOWED:
            assert verdict(case) == ALLOWED


OWN = {"identity", "permissionsBoundary", "session"}


def binds(layer: str, case: dict[str, Any]) -> bool:
    """Whether the layer has a say, by facts 4.2, 4.6, 4.7, 4.11; the narrow reading where what the
    resource is decides."""
    principal, action = case["request"]["principal"], case["request"]["action"]
    service = action.split(":")[0]
    if layer == "vpcEndpoint":
        return True
    if layer in ("scp", "rcp") and "AWSServiceRoleFor" in principal:
        return False
    if layer == "rcp":
        return service in ("s3", "sqs") or action in ("kms:Decrypt", "sts:GetFederationToken")
    if layer == "resource":
        return service in ("s3", "sqs", "lambda", "execute-api") or action == "kms:Decrypt"
    if "-provider/" in principal or not principal.startswith("arn:"):
        return False
    return not (principal.endswith(":root") and layer in ("identity", "permissionsBoundary"))


@laws(150)
@given(cases(), st.data())
def test_an_explicit_deny_anywhere_wins(case: dict[str, Any], data: st.DataObject) -> None:
    asked, policies = case["request"], copy.deepcopy(case["policies"])
    found = levels(policies)
    places = [place for place in found if place[1]]
    if asked["action"] in FREE or not places:
        return
    layer, level = data.draw(st.sampled_from(places))
    deny: dict[str, Any] = {"Effect": "Deny", "Action": asked["action"], "Resource": "*"}
    if layer in making.WITH_PRINCIPAL:
        deny["Principal"] = "*"
    data.draw(st.sampled_from(level))["Statement"].append(deny)
    if binds(layer, case):
        assert verdict(case, policies) == "explicitDeny"
    elif verdict(case, policies) != verdict(case):
        # It binds after all, in a case that the narrow reading leaves out.
        assert verdict(case, policies) == "explicitDeny"


@laws(150)
@given(cases(), st.data())
def test_one_more_allow_never_denies(case: dict[str, Any], data: st.DataObject) -> None:
    asked, policies = case["request"], copy.deepcopy(case["policies"])
    places = [(layer, one) for layer, level in levels(policies) for one in level]
    if not places or verdict(case) != ALLOWED:
        return
    layer, document = data.draw(st.sampled_from(places))
    more = making.statement(picking(data), layer, asked["action"], asked["resource"])
    document["Statement"].insert(0, more | {"Effect": "Allow"})
    assert verdict(case, policies) == ALLOWED


@laws(120)
@given(cases(), st.randoms(use_true_random=False))
def test_order_never_matters(case: dict[str, Any], chance: Any) -> None:
    policies = copy.deepcopy(case["policies"])
    for _, level in levels(policies):
        chance.shuffle(level)
        for document in level:
            chance.shuffle(document["Statement"])
    for layer in making.LEVELS:
        chance.shuffle(policies.get(layer, []))
    assert verdict(case, policies) == verdict(case)


@laws(60)
@given(cases(), st.data())
def test_sids_never_matter(case: dict[str, Any], data: st.DataObject) -> None:
    policies = copy.deepcopy(case["policies"])
    for _, level in levels(policies):
        for document in level:
            for statement in document["Statement"]:
                statement["Sid"] = data.draw(st.sampled_from(["a", "Deny", "*", ""]))
    assert verdict(case, policies) == verdict(case)


@laws(60)
@given(cases())
def test_statements_may_be_split_over_documents(case: dict[str, Any]) -> None:
    """Policies of one level are united (facts 4.1, 4.6)."""
    policies = copy.deepcopy(case["policies"])
    for layer, level in levels(policies):
        if layer != "resource":
            level[:] = [
                {**document, "Statement": [statement]}
                for document in level
                for statement in document["Statement"]
            ]
    assert verdict(case, policies) == verdict(case)


@laws(120)
@given(cases())
def test_what_determined_it_is_there(case: dict[str, Any]) -> None:
    decision = authorize(request(case["request"]), policy_set(case["policies"]))
    effect = {ALLOWED: "Allow", "explicitDeny": "Deny"}.get(decision.verdict)
    for named in decision.determining:
        held = case["policies"][named.layer]
        documents = list(chain(*held)) if named.layer in making.LEVELS else held
        documents = [documents] if named.layer == "resource" else documents
        assert documents[named.policy]["Statement"][named.statement]["Effect"] == effect
    assert bool(decision.determining) <= (effect is not None)
