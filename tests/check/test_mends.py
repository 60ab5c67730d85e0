"""What a finding offers to paste does what it says, judged by the engine.

A mend of `missing-permission` makes the need allowed; narrowing or taking out what is too much
takes nothing away from any need.
"""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.finding import Finding
from remit.core.policy import Statement
from remit.explain.model import Standing

from .support import (
    ANY_TABLE,
    TABLE,
    Json,
    Wanted,
    World,
    allow,
    deny,
    need,
    policy,
    stage,
    world,
)

ACTIONS = st.sampled_from(
    [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:ListTables",
        "dynamodb:*",
        "dynamodb:*Item",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:*",
        "logs:*",
        "*",
    ]
)
RESOURCES = st.sampled_from(
    [
        "*",
        ANY_TABLE + "a",
        ANY_TABLE + "b",
        ANY_TABLE + "*",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/a",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b*",
        "arn:aws:logs:*:*:*",
    ]
)
ALLOWS = st.builds(
    lambda actions, resources: allow(*actions, on=resources),
    st.lists(ACTIONS, min_size=1, max_size=3, unique=True),
    st.lists(RESOURCES, min_size=1, max_size=3, unique=True),
)
DENIES = st.builds(lambda action, on: deny(action, on=on), ACTIONS, RESOURCES)
NEEDS = st.lists(
    st.sampled_from(
        [
            need("dynamodb:GetItem", TABLE + "a", 3),
            need("dynamodb:PutItem", TABLE + "b", 4),
            need("dynamodb:GetItem", TABLE + "{env:T}", 5),
            need("dynamodb:ListTables", "*", 6),
            need("s3:GetObject", "arn:aws:s3:::b/{data:key}", 7),
            need("s3:GetObject", "arn:aws:s3:::b/one", 8),
            need("s3:ListBucket", "arn:aws:s3:::b", 9),
            need("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/a", 10),
        ]
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.call.span,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ALLOWS, max_size=3), st.lists(DENIES, max_size=1), NEEDS)
def test_a_missing_permission_is_granted_by_its_patch(
    allows: list[Json], denies: list[Json], wanted: list[Wanted]
) -> None:
    made = world(stage("dev", policy(*allows, *denies), *wanted))
    for finding in made.findings("missing-permission"):
        (one,) = (w for w in wanted if w.call and w.call.span == finding.span)
        if not finding.patch:
            assert standing(policy(*allows, *denies), one) is Standing.DENIED
            continue
        after = standing(policy(*allows, *denies, json.loads(finding.patch)), one)
        # A Deny that does not hit for sure may still be in the way of what is open: of every
        # deployment, or of the one for which the patch is written.
        assert after is Standing.ALLOWED or denies


@settings(max_examples=60, deadline=None)
@given(st.lists(ALLOWS, min_size=1, max_size=2), NEEDS)
def test_less_is_enough(allows: list[Json], wanted: list[Wanted]) -> None:
    document = policy(*allows)
    made = world(stage("dev", document, *wanted))
    for rule in ("over-broad-grant", "unused-permission"):
        for finding in made.findings(rule):
            index = statement_of(made, finding).index
            instead = json.loads(finding.patch) if finding.patch else []
            instead = instead if isinstance(instead, list) else [instead]
            mended = policy(*allows[:index], *instead, *allows[index + 1 :])
            for one in wanted:
                assert standing(mended, one) is standing(document, one), (rule, finding.message)


def statement_of(made: World, finding: Finding) -> Statement:
    (found,) = (
        statement
        for statement in made.facts.stages[0].roles[0].role.policies[0].statements
        for item in (*statement.actions, *(statement.resources or ()))
        if item.span == finding.span
    )
    return found


def standing(document: str, wanted: Wanted) -> Standing:
    return stage("dev", document, wanted).facts.roles[0].needed[0].judgement.standing
