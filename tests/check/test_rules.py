"""`run`: order, repetition, and the ids that everybody relies on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.check.rules import RULES, run, unresolved
from remit.core.finding import Severity

from .support import ANY_TABLE, TABLE, allow, deny, need, policy, stage, world


def test_the_ids_are_those_of_the_issue() -> None:
    assert {name for name, _ in RULES} == {
        "missing-permission",
        "ineffective-grant",
        "unused-permission",
        "over-broad-grant",
        "unknown-action",
        "invalid-policy",
        "stage-drift",
        "stage-without-policy",
        "no-log-permission",
        "denied-at-import",
        "masked-failure",
    }


def test_two_roles_with_one_file_speak_once() -> None:
    made = world(stage("dev", policy(allow("s3:*", on="*")), need("sqs:SendMessage", "*")))
    (one,) = made.facts.stages
    twice = replace(one, roles=one.roles * 2)
    doubled = run(replace(made.facts, stages=(twice,)))
    assert doubled == run(made.facts)


def test_stages_come_in_the_projects_order() -> None:
    document = policy(allow("s3:PutObject", on="arn:aws:s3:::b/k"))
    stages = [stage(name, document, need("s3:GetObject", "arn:aws:s3:::b/k")) for name in "zab"]
    found = run(world(*stages).facts)
    assert list(dict.fromkeys(one.stage for one in found)) == ["z", "a", "b"]
    assert [one.stage for one in found] == sorted((one.stage for one in found), key="zab".index)


def test_a_stage_for_the_laptop_is_not_accused() -> None:
    wanted = need("s3:GetObject", "arn:aws:s3:::b/k")
    found = run(world(stage("localdev", None, wanted, missing="p.json")).facts)
    assert [(one.id, one.severity) for one in found] == [("stage-without-policy", Severity.NOTE)]
    assert found[0].why.endswith(
        " It matters only if `localdev` is deployed and not just run by `chalice local`."
    )


def test_an_empty_project_has_nothing_to_say() -> None:
    facts = world().facts
    assert run(facts) == []
    assert list(unresolved(facts)) == []


ACTIONS = st.sampled_from(
    ["dynamodb:GetItem", "dynamodb:*", "dynamodb:Nope", "s3:GetObject", "*", "x", "", "s3:", "ñ:*"]
)
RESOURCES = st.sampled_from(
    [
        ANY_TABLE + "a",
        ANY_TABLE + "*",
        "arn:aws:s3:::b/*",
        "*",
        "arn:aws:s3",
        "",
        "${x",
        "a:b:c:d:e:f:g",
    ]
)
STATEMENTS = st.builds(
    lambda make, actions, resources: make(*actions, on=resources),
    st.sampled_from([allow, deny]),
    st.lists(ACTIONS, min_size=1, max_size=3),
    st.lists(RESOURCES, min_size=1, max_size=3),
)
NEEDS = st.builds(
    need,
    st.sampled_from(["dynamodb:GetItem", "dynamodb:ListTables", "s3:GetObject", "sqs:SendMessage"]),
    st.sampled_from(["*", TABLE + "a", TABLE + "{env:T}", "arn:aws:s3:::b/{data:k}", "{code:arn}"]),
    st.integers(1, 9),
)


@pytest.mark.parametrize("names", [("dev",), ("dev", "prod")])
@settings(max_examples=60, deadline=None)
@given(documents=st.data())
def test_whatever_the_policy_the_rules_answer_and_repeat_themselves_never(
    names: tuple[str, ...], documents: st.DataObject
) -> None:
    stages = [
        stage(
            name,
            policy(*documents.draw(st.lists(STATEMENTS, max_size=3))),
            *documents.draw(st.lists(NEEDS, max_size=4)),
        )
        for name in names
    ]
    facts = world(*stages).facts
    found = run(facts)
    assert len(set(found)) == len(found)
    assert found == run(facts)
    assert all(one.message and one.fix for one in found)
    # A need is denied, open or granted: it is never an error and open at the same place.
    denied = {(f.stage, f.span, f.action) for f in found if f.id == "missing-permission"}
    assert denied.isdisjoint(
        (one.stage, one.span, one.action)
        for one in unresolved(facts)
        if not any(
            n.need.action == one.action and str(n.need.resource) != one.resource
            for s in facts.stages
            for r in s.roles
            for n in r.needed
        )
    )
