"""Encoded authorization messages: what is written is what DecodeAuthorizationMessage reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import parse_policy
from remit.app.sts.messages import encode
from remit.core.request import Request
from remit.credentials.errors import AuthError
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.explain.message import parse
from tests.app.sts.world import (
    ALL,
    HERE,
    MASTER,
    USER,
    Desk,
    World,
    allow,
    deny,
    entropy,
    policy,
    user,
)

INSTANCE = f"arn:aws:ec2:us-east-1:{HERE}:instance/*"
TYPE = {"StringEquals": {"ec2:InstanceType": ["m5.large", "m5.xlarge"]}}
POLICIES = PolicySet(
    identity=[
        parse_policy(ALL),
        parse_policy(
            policy(
                allow("s3:*", Resource="*"),
                deny("ec2:RunInstances", Resource="*", Sid="No", Condition=TYPE),
            )
        ),
    ]
)
REQUEST = Request(
    USER,
    "ec2:RunInstances",
    INSTANCE,
    HERE,
    {"ec2:InstanceType": "m5.large", "aws:TagKeys": ("a", "b")},
)


def made(request: Request = REQUEST, policies: PolicySet = POLICIES) -> str:
    decision = authorize(request, policies)
    return encode(request, policies, decision, "AIDAEXAMPLEIDALICE", (MASTER, entropy()))


def decoded(message: str, desk: Desk | None = None) -> dict[str, Any]:
    result = (desk or Desk()).call("DecodeAuthorizationMessage", user(), EncodedMessage=message)
    found: dict[str, Any] = json.loads(result["DecodedMessage"])
    return found


def test_an_explicit_deny() -> None:
    """The form of facts/iam.md 5.4."""
    assert decoded(made()) == {
        "allowed": False,
        "explicitDeny": True,
        "matchedStatements": {
            "items": [
                {
                    "statementId": "No",
                    "effect": "DENY",
                    "principals": {"items": []},
                    "principalGroups": {"items": []},
                    "actions": {"items": [{"value": "ec2:RunInstances"}]},
                    "resources": {"items": [{"value": "*"}]},
                    "conditions": {
                        "items": [
                            {
                                "key": "ec2:InstanceType",
                                "values": {
                                    "items": [{"value": "m5.large"}, {"value": "m5.xlarge"}]
                                },
                            }
                        ]
                    },
                }
            ]
        },
        "failures": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLEIDALICE", "arn": USER},
            "action": "ec2:RunInstances",
            "resource": INSTANCE,
            "conditions": {
                "items": [
                    {"key": "ec2:InstanceType", "values": {"items": [{"value": "m5.large"}]}},
                    {"key": "aws:TagKeys", "values": {"items": [{"value": "a"}, {"value": "b"}]}},
                ]
            },
        },
    }


def test_an_implicit_deny() -> None:
    found = decoded(made(policies=PolicySet()))
    assert (found["explicitDeny"], found["matchedStatements"]) == (False, {"items": []})


def test_remit_explain_reads_it() -> None:
    found = parse(json.dumps(decoded(made())))
    assert found is not None
    assert (found.principal, found.action, found.resource) == (USER, "ec2:RunInstances", INSTANCE)
    assert (found.explicit, found.statements) == (True, ("No",))


def test_long_messages_leave_something_out() -> None:
    import os

    noise = {f"x:{n}": os.urandom(200).hex() for n in range(60)}
    message = made(Request(USER, "ec2:RunInstances", INSTANCE, HERE, noise))
    assert len(message) <= 10_240
    found = decoded(message)
    assert (found["context"]["action"], found["context"]["conditions"]) == (
        "ec2:RunInstances",
        {"items": []},
    )


def refused(message: str, desk: Desk | None = None) -> AuthError:
    with pytest.raises(AuthError) as error:
        decoded(message, desk)
    return error.value


def test_only_with_permission() -> None:
    fault = refused(made(), Desk(World(identity={})))
    assert (fault.code, fault.message) == (
        "AccessDenied",
        f"User: {USER} is not authorized to perform: sts:DecodeAuthorizationMessage because no"
        " identity-based policy allows the sts:DecodeAuthorizationMessage action",
    )


def test_another_master_key_s() -> None:
    decision = authorize(REQUEST, POLICIES)
    other = encode(REQUEST, POLICIES, decision, "AIDAX", (bytes(32), entropy()))
    fault = refused(other)
    assert (fault.code, fault.status) == ("InvalidAuthorizationMessageException", 400)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_changed_messages_are_refused(data: st.DataObject) -> None:
    good = made()
    place = data.draw(st.integers(0, len(good) - 2))  # the last character may hold unread bits
    bad = good[:place] + data.draw(st.sampled_from("Az0-_")) + good[place + 1 :]
    if bad != good:
        assert refused(bad).code == "InvalidAuthorizationMessageException"
    assert refused(data.draw(st.text(min_size=1, max_size=40))).code.startswith("Invalid")
