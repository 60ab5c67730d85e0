"""stage-drift, first half: granted in one stage and not in its sibling."""

from __future__ import annotations

import json

from .support import ANY_TABLE, LOG, TABLE, allow, deny, need, policy, stage, world

ID = "stage-drift"


def update(name: str, line: int = 9) -> object:
    return need("dynamodb:UpdateItem", TABLE + "orders-" + name, line, kind="table")


DEV = policy(LOG, allow("dynamodb:GetItem", on=ANY_TABLE + "orders-dev"))
PROD = policy(LOG, allow("dynamodb:GetItem", "dynamodb:Update*", on=ANY_TABLE + "orders-prod"))


def test_it_points_at_the_siblings_statement() -> None:
    made = world(stage("dev", DEV, update("dev")), stage("prod", PROD, update("prod")))
    assert made.said(ID) == [
        'warning dev policy-prod.json:17 <"dynamodb:Update*">: `dynamodb:UpdateItem` is granted in'
        " `prod` and not in `dev`, for the same call"
    ]
    (finding,) = made.findings(ID)
    assert json.loads(finding.patch) == allow("dynamodb:UpdateItem", on=ANY_TABLE + "orders-dev")
    assert finding.related[0].span.line == 9
    assert len(made.said("missing-permission")) == 1


def test_all_siblings_are_named() -> None:
    made = world(
        stage("dev", DEV, update("dev")),
        stage("prod", PROD, update("prod")),
        stage("qa", PROD.replace("prod", "qa"), update("qa")),
    )
    (finding,) = made.findings(ID)
    assert finding.message == (
        "`dynamodb:UpdateItem` is granted in `prod` and `qa` and not in `dev`, for the same call"
    )


def test_silent_when_no_stage_or_every_stage_has_it() -> None:
    assert world(stage("dev", DEV, update("dev")), stage("qa", DEV, update("qa"))).said(ID) == []
    assert world(stage("a", PROD, update("prod")), stage("b", PROD, update("prod"))).said(ID) == []


def test_another_call_of_the_same_action_is_no_drift() -> None:
    made = world(stage("dev", DEV, update("dev", 9)), stage("prod", PROD, update("prod", 30)))
    assert made.said(ID) == []


def test_a_deny_is_meant() -> None:
    denied = policy(allow("dynamodb:*", on="*"), deny("dynamodb:UpdateItem"))
    made = world(stage("dev", denied, update("dev")), stage("prod", PROD, update("prod")))
    assert made.said(ID) == []


def test_policies_that_nobody_wrote_are_no_example() -> None:
    sibling = stage("prod", PROD, update("prod"), generated=True)
    assert world(stage("dev", DEV, update("dev")), sibling).said(ID) == []
    generated = stage("dev", DEV, update("dev"), generated=True)
    assert world(generated, stage("prod", PROD, update("prod"))).said(ID) == []
    unknown = stage("dev", DEV, update("dev"), unknown="elsewhere")
    assert world(unknown, stage("prod", PROD, update("prod"))).said(ID) == []
