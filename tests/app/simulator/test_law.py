"""The law: what the simulator says is what the engine decides.

Every case of tests/cases that a call of SimulateCustomPolicy can express is sent through it, with
the context that the engine sees. The exceptions are those of `differences.py`, told by its own
functions.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from remit.account.model import Account
from remit.app.simulator.differences import as_simulated, default_keys
from remit.app.simulator.documents import keys
from remit.app.simulator.errors import SimulationError
from remit.app.simulator.operations import answer
from remit.core.request import Request, Value
from remit.engine.authorize import authorize
from remit.engine.context import gather
from remit.engine.services import terms_of
from tests.support import cases, policy, policy_set, request

LAYERS = {"identity", "permissionsBoundary", "resource", "scp"}
ACCOUNT = "999988887777"
"""Whoever asks: another account than any caller's in the cases."""


def entries(context: dict[str, Value]) -> list[dict[str, Any]]:
    """The context as a call writes it."""
    return [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [value] if isinstance(value, str) else list(value),
            "ContextKeyType": "string" if isinstance(value, str) else "stringList",
        }
        for key, value in context.items()
    ]


def simulated(params: dict[str, Any]) -> dict[str, Any]:
    [found] = answer("SimulateCustomPolicy", params, Account(ACCOUNT))["EvaluationResults"]
    return dict(found)


def expressed(case: dict[str, Any]) -> dict[str, Any] | str:
    """The case as parameters; else why it cannot be one."""
    asked, policies = case["request"], case["policies"]
    if not set(policies) <= LAYERS or len(policies.get("permissionsBoundary", "1")) != 1:
        return "other layers"
    if not any(form in asked["principal"] for form in (":user/", ":role/")):
        return "other callers"
    facts = gather(request(asked))
    terms = terms_of(facts)
    shared = "resource" in policies
    if not shared and (facts.foreign or terms.requires or terms.private):
        return "the resource's policy is asked"
    if not all(policies.get("scp", [1])):
        return "other layers"
    if any(len(key) < 5 for key in facts.context):
        return "other keys"
    resource = asked["resource"]
    if resource != "*" and (resource.count(":") < 5 or not all(resource.split(":")[1:3])):
        return "other resources"
    layers = [policies.get(name, []) for name in ("identity", "permissionsBoundary")]
    layers += [[policies["resource"]] if shared else [], *policies.get("scp", [])]
    read = [policy(one) for layer in layers for one in layer]
    filled = default_keys(asked["principal"], ACCOUNT).keys() - facts.context.keys()
    if filled & {key.lower() for key in keys(read)}:
        return "differences.py"
    if any(as_simulated(one, facts.context) != one for one in read):
        return "differences.py"
    boundary = policies.get("permissionsBoundary")
    scp = [
        {"ServiceControlPolicyInputList": [json.dumps(one) for one in level]}
        for level in policies.get("scp", [])
    ]
    owner = f"arn:aws:iam::{facts.owner}:root"
    return {
        "CallerArn": asked["principal"],
        "ActionNames": [asked["action"]],
        "ResourceArns": [resource],
        "PolicyInputList": [json.dumps(one) for one in policies.get("identity", ())],
        "ContextEntries": entries(dict(facts.context)),
        **({"PermissionsBoundaryPolicyInputList": [json.dumps(boundary[0])]} if boundary else {}),
        **({"ResourcePolicy": json.dumps(policies["resource"])} if shared else {}),
        **({"ResourceOwner": owner} if shared and facts.owner else {}),
        **({"OrderedOrganizationPolicyInputList": scp} if scp else {}),
    }


def test_the_engine_decides() -> None:
    counted = Counter[str]()
    for case in cases():
        params = expressed(case)
        if isinstance(params, str):
            counted[params] += 1
            continue
        decision = authorize(request(case["request"]), policy_set(case["policies"]))
        try:
            found = simulated(params)
        except SimulationError as error:
            assert error.code == "InvalidInput", case["id"]
            counted["refused"] += 1
            continue
        said = found["EvalDecision"]
        if said == decision.verdict == case["expect"]:
            counted["compared"] += 1
            continue
        # The two that differences.py tells after the fact.
        assert decision.verdict != "allowed", case["id"]
        if found.get("OrganizationsDecisionDetail") == {"AllowedByOrganizations": False}:
            assert (said, decision.verdict) == ("implicitDeny", "explicitDeny"), case["id"]
            counted["an SCP ends it"] += 1
        else:
            assert (said, decision.verdict) == ("allowed", "implicitDeny"), case["id"]
            assert "ResourcePolicy" in params and not gather(request(case["request"])).foreign
            counted["the resource's policy is enough"] += 1
    assert counted["compared"] > 1_300, counted
    assert counted["refused"] < 300, counted  # most: a resource policy whose Resource is `*`
    assert counted["an SCP ends it"] > 0 and counted["the resource's policy is enough"] > 0, counted


def test_what_follows_from_a_caller_is_not_made_up() -> None:
    """Of the keys that a live caller has, the simulator fills in four (differences.py)."""
    caller = "arn:aws:iam::111122223333:user/team/ann"
    live = dict(gather(Request(caller, "s3:GetObject", "*")).context)
    assert {"aws:principaltype", "aws:principalisawsservice"} <= live.keys()
    for key in live:
        statement = {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"Null": {key: "false"}},
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": statement})
        params = {"CallerArn": caller, "ActionNames": ["s3:GetObject"], "PolicyInputList": [text]}
        there = key in ("aws:principalarn", "aws:principalaccount", "aws:userid", "aws:username")
        assert (simulated(params)["EvalDecision"] == "allowed") is there, key
