"""missing-permission: what it says, where it points, what it offers; and where it is silent."""

from __future__ import annotations

import json

from remit.core.finding import Confidence

from .support import ANY_TABLE, LOG, TABLE, allow, deny, need, policy, stage, world

ID = "missing-permission"
ORDERS = ANY_TABLE + "orders-dev"
READ_ONLY = policy(LOG, allow("dynamodb:GetItem", "dynamodb:PutItem", on=ORDERS))


def test_the_case_of_the_forgotten_update() -> None:
    made = world(stage("dev", READ_ONLY, need("dynamodb:UpdateItem", TABLE + "orders-dev")))
    assert made.said(ID) == [
        f"error dev app.py:7 <call>: `dynamodb:UpdateItem` on `{ORDERS}` is denied"
    ]
    (finding,) = made.findings(ID)
    assert finding.fix == "Add this statement to `policy-dev.json`."
    assert json.loads(finding.patch) == allow("dynamodb:UpdateItem", on=ORDERS)
    assert [frame.function for frame in finding.path] == ["view"]


def test_granted_is_silent() -> None:
    made = world(stage("dev", READ_ONLY, need("dynamodb:GetItem", TABLE + "orders-dev")))
    assert made.said(ID) == []


def test_the_patch_names_the_stages_region_and_account() -> None:
    wanted = need("dynamodb:UpdateItem", TABLE + "orders-dev")
    made = world(stage("dev", READ_ONLY, wanted, region="eu-west-1", account="111122223333"))
    (finding,) = made.findings(ID)
    assert finding.resource == "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-dev"


def test_else_those_that_the_policy_agrees_on() -> None:
    document = policy(
        allow("s3:GetObject", on="arn:aws:s3:::b/*"),
        allow("dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:111122223333:table/a"),
    )
    made = world(stage("dev", document, need("dynamodb:UpdateItem", TABLE + "orders-dev")))
    (finding,) = made.findings(ID)
    assert finding.resource == "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-dev"


def test_regions_that_differ_are_not_guessed() -> None:
    document = policy(
        allow("dynamodb:GetItem", on="arn:aws:dynamodb:eu-west-1:111122223333:table/a"),
        allow("dynamodb:GetItem", on="arn:aws:dynamodb:us-east-1:111122223333:table/a"),
    )
    made = world(stage("dev", document, need("dynamodb:UpdateItem", TABLE + "orders-dev")))
    (finding,) = made.findings(ID)
    assert finding.resource == "arn:aws:dynamodb:*:111122223333:table/orders-dev"


def test_several_calls_are_one_finding_at_the_first() -> None:
    wanted = [need("dynamodb:UpdateItem", TABLE + "orders-dev", line) for line in (30, 9, 12)]
    made = world(stage("dev", READ_ONLY, *wanted))
    (finding,) = made.findings(ID)
    assert finding.span.line == 9
    others = [one.span.line for one in finding.related if one.span.file == "app.py"]
    assert others == [12, 30]


def test_the_same_call_reached_twice_is_one_place() -> None:
    wanted = need("dynamodb:UpdateItem", TABLE + "orders-dev")
    (finding,) = world(stage("dev", READ_ONLY, wanted, wanted)).findings(ID)
    assert [one.span.file for one in finding.related] == ["policy-dev.json"]


def test_the_patch_grants_all_that_is_missing_on_the_resource() -> None:
    made = world(
        stage(
            "dev",
            READ_ONLY,
            need("dynamodb:UpdateItem", TABLE + "orders-dev", 7),
            need("dynamodb:DeleteItem", TABLE + "orders-dev", 8),
            need("dynamodb:Query", TABLE + "other", 9),
        )
    )
    first, second, third = made.findings(ID)
    assert json.loads(first.patch) == allow("dynamodb:DeleteItem", "dynamodb:UpdateItem", on=ORDERS)
    assert first.patch == second.patch
    assert json.loads(third.patch) == allow("dynamodb:Query", on=ANY_TABLE + "other")


def test_an_explicit_deny_is_said_and_no_allow_is_offered() -> None:
    document = policy(allow("dynamodb:*", on="*"), deny("dynamodb:UpdateItem", on=ORDERS))
    made = world(stage("dev", document, need("dynamodb:UpdateItem", TABLE + "orders-dev")))
    (finding,) = made.findings(ID)
    assert finding.message == f"`dynamodb:UpdateItem` on `{ORDERS}` is explicitly denied"
    assert finding.patch == ""
    assert finding.fix == "Narrow or remove that Deny: it wins over every Allow."
    assert finding.related[0].note == "this statement denies it"


def test_what_hangs_on_a_setting_says_so() -> None:
    wanted = need("dynamodb:UpdateItem", TABLE + "orders-dev", hangs_on=["env:AUDIT"])
    made = world(stage("dev", READ_ONLY, wanted))
    assert made.said(ID) == [
        f"warning? dev app.py:7 <call>: `dynamodb:UpdateItem` on `{ORDERS}` is denied"
        " (whether the call is made hangs on `AUDIT`)"
    ]


def test_what_hangs_on_a_parameter_says_so() -> None:
    wanted = need(
        "kms:Decrypt",
        "arn:aws:kms:{region}:{account}:key/{data:key}",
        condition="the object is encrypted with a key of KMS",
    )
    (line,) = world(stage("dev", READ_ONLY, wanted)).said(ID)
    assert line.startswith("note? dev")
    assert line.endswith("is denied (needed only when the object is encrypted with a key of KMS)")


def test_a_certain_call_outweighs_a_conditional_one() -> None:
    made = world(
        stage(
            "dev",
            READ_ONLY,
            need("dynamodb:UpdateItem", TABLE + "orders-dev", 7, hangs_on=["env:AUDIT"]),
            need("dynamodb:UpdateItem", TABLE + "orders-dev", 9),
        )
    )
    (finding,) = made.findings(ID)
    assert (finding.confidence, finding.span.line) == (Confidence.CERTAIN, 9)


def test_a_swallowed_denial_says_so() -> None:
    wanted = need("dynamodb:UpdateItem", TABLE + "orders-dev", swallowed=11)
    (finding,) = world(stage("dev", READ_ONLY, wanted)).findings(ID)
    assert finding.why == "AWS refuses the call, and the error goes no further."
    assert [(r.span.line, r.note) for r in finding.related[1:]] == [
        (11, "this `except` hides the error")
    ]


def test_no_verdict_where_the_policy_is_not_known() -> None:
    wanted = need("dynamodb:UpdateItem", TABLE + "orders-dev")
    assert world(stage("dev", None, wanted, unknown="managed outside")).said(ID) == []
    assert world(stage("dev", None, wanted, missing="policy-dev.json")).said(ID) == []


def test_for_a_generated_policy_only_what_is_certain() -> None:
    sure = need("dynamodb:UpdateItem", TABLE + "orders-dev")
    unsure = need("dynamodb:DeleteItem", TABLE + "orders-dev", condition="`X` is set")
    made = world(stage("dev", READ_ONLY, sure, unsure, generated=True))
    (finding,) = made.findings(ID)
    assert finding.action == "dynamodb:UpdateItem"
    assert finding.fix.startswith("Chalice generates this policy and leaves the action out")


def test_an_unknown_standing_is_no_accusation() -> None:
    wanted = need("dynamodb:GetItem", TABLE + "{env:TABLE}")
    assert world(stage("dev", READ_ONLY, wanted)).said(ID) == []
