"""The judge and the engine agree: the same answer where all is known, and for open needs what is
called allowed or denied is so for every concrete request they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.decision import Verdict
from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.request import Request, Value
from remit.core.text import Hole, HoleKind, Text
from remit.engine.authorize import authorize
from remit.engine.context import gather, lowered, principal_keys
from remit.engine.policyset import PolicySet
from remit.engine.principal import read_principal
from remit.engine.services import terms_of
from remit.explain.judge import judge
from remit.explain.model import Standing
from tests.support import cases, document, policy, request

ROLE = "arn:aws:iam::111122223333:role/app"
KEYS = ("k:one", "k:two", "aws:TagKeys")


def holds_for(policies: list[Policy], asked: Request) -> tuple[Standing, bool]:
    """The judge's answer to a request about which everything is told."""
    caller = read_principal(asked.principal)
    known: dict[str, Value] = dict(principal_keys(caller)) | lowered(asked.context)
    named = {
        key
        for one in policies
        for statement in one.statements
        for condition in statement.conditions
        for key in (condition.key.value, *_variables(v.value for v in condition.values))
    } | {
        key
        for one in policies
        for statement in one.statements
        for key in _variables(i.value for i in statement.resources or ())
    }
    absent = {key for key in named if key.lower() not in known}
    found = judge(policies, Need(asked.action, Text.of(asked.resource)), known, absent)
    return found.standing, found.explicit


def _variables(texts: Any) -> list[str]:
    found = []
    for text in texts:
        for part in text.split("${")[1:]:
            found.append(part.split("}")[0].split(",")[0])
    return found


SAYS = {
    Verdict.ALLOWED: (Standing.ALLOWED, False),
    Verdict.EXPLICIT_DENY: (Standing.DENIED, True),
    Verdict.IMPLICIT_DENY: (Standing.DENIED, False),
}


def of_identity(case: Mapping[str, Any]) -> bool:
    """Whether identity policies decide it: the judge knows of no others."""
    asked = case["request"]
    if set(case["policies"]) != {"identity"} or ":role/" not in asked["principal"]:
        return False
    facts = gather(request(asked))
    terms = terms_of(facts)
    return not (facts.foreign or terms.requires or terms.free or terms.refused)


IDENTITY_ONLY = list(filter(of_identity, cases()))


@pytest.mark.parametrize("case", IDENTITY_ONLY, ids=[case["id"] for case in IDENTITY_ONLY])
def test_every_case_is_judged_as_it_is_decided(case: Mapping[str, Any]) -> None:
    policies = [policy(raw) for raw in case["policies"]["identity"]]
    assert holds_for(policies, request(case["request"])) == SAYS[Verdict(case["expect"])]


# --- made-up policies ---------------------------------------------------------------------------

resources = st.sampled_from(
    [
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/x",
        "arn:aws:s3:::b/x*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::b/${k:one}",
        "arn:aws:s3:::b/*/${k:two, 'x'}",
        "arn:aws:sqs:*:111122223333:q",
        "arn:aws:sqs:us-east-1:111122223333:q*",
        "arn:aws:sqs:us-east-1:*:*",
        "arn:aws:sqs:eu-west-1:111122223333:q",
    ]
)
actions = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "sqs:*", "sqs:SendMessage"])
operators = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "Null",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringNotLike",
        "Unknown",
    ]
)
listed = st.lists(st.sampled_from(["x", "y", "x*", "true", "${k:two}"]), max_size=2)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action"] * 4 + ["NotAction"]))] = draw(
        st.lists(actions, min_size=1, max_size=2)
    )
    found[draw(st.sampled_from(["Resource"] * 4 + ["NotResource"]))] = draw(
        st.lists(resources, min_size=1, max_size=2)
    )
    if draw(st.booleans()):
        key = draw(st.sampled_from(KEYS))
        found["Condition"] = {draw(operators): {key: draw(listed)}}
    return found


policies = st.lists(statements(), max_size=4).map(lambda found: document(*found))
plain = st.sampled_from(["", "x", "y", "xy", "x/y", "*"])
contexts = st.dictionaries(
    st.sampled_from(KEYS[:2]), st.sampled_from(["x", "y", "xy", "*"]), max_size=2
)
tagged = st.one_of(st.just({}), st.just({"aws:TagKeys": ("x", "y")}))
things = st.sampled_from(
    [
        ("s3:GetObject", "arn:aws:s3:::b/x"),
        ("s3:GetObject", "arn:aws:s3:::b/y/x"),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q"),
        ("s3:ListAllMyBuckets", "*"),
    ]
)


@settings(max_examples=150)
@given(policies, things, contexts, tagged)
def test_without_holes_and_with_every_key_told_they_are_one(
    made: Policy, thing: tuple[str, str], context: dict[str, Value], tags: dict[str, Value]
) -> None:
    asked = Request(ROLE, *thing, context=context | tags)
    decision = authorize(asked, PolicySet(identity=[made]))
    assert holds_for([made], asked) == SAYS[decision.verdict]


DATA = Hole(HoleKind.DATA, "key")
ENV = Hole(HoleKind.ENV, "BUCKET")
REGION = Hole(HoleKind.ASSIGNED, "region")
ACCOUNT = Hole(HoleKind.ASSIGNED, "account", width=12)
OPEN = [
    ("s3:GetObject", Text.of("arn:aws:s3:::b/", DATA)),
    ("s3:GetObject", Text.of("arn:aws:s3:::", ENV, "/", DATA)),
    ("s3:GetObject", Text.of("arn:aws:s3:::b/", DATA, "/x")),
    ("sqs:SendMessage", Text.of("arn:aws:sqs:", REGION, ":", ACCOUNT, ":q")),
    ("sqs:SendMessage", Text.of("arn:aws:sqs:", REGION, ":", ACCOUNT, ":", DATA)),
]
VALUES = {DATA: ["", "x", "y", "x/y", "zzz", "q", "*"], ENV: ["b", "c", "*"]}
PLACES = {REGION: ["us-east-1", "eu-west-1", "af-south-1"], ACCOUNT: ["111122223333", "1" * 12]}


def filled(text: Text, values: Mapping[Hole, list[str]]) -> list[Text]:
    """Every way to fill the holes that have values."""
    found = [Text(())]
    for part in text.parts:
        choices = values.get(part, [part]) if isinstance(part, Hole) else [part]
        found = [Text.of(*one.parts, choice) for one in found for choice in choices]
    return found


@settings(max_examples=150)
@given(policies, st.sampled_from(OPEN), contexts, st.sets(st.sampled_from(KEYS)), st.data())
def test_what_is_said_of_an_open_need_holds_for_its_instances(
    made: Policy,
    open_need: tuple[str, Text],
    known: dict[str, Value],
    absent: set[str],
    data: st.DataObject,
) -> None:
    action, resource = open_need
    absent -= known.keys()
    standing = judge([made], Need(action, resource), known, absent).standing
    free = [key for key in KEYS if key not in known and key not in absent]
    context = dict(known)
    for key in free:
        several = st.just(("x", "z"))
        value = data.draw(several if key == "aws:TagKeys" else st.sampled_from(["x", "y", "q", ""]))
        if data.draw(st.booleans()):
            context[key] = value
    allowed = [
        [_allowed(made, action, one, context) for one in filled(place, VALUES)]
        for place in filled(resource, PLACES)
    ]
    if standing is Standing.ALLOWED:
        assert any(all(row) for row in allowed)
    if standing is Standing.DENIED:
        assert not any(any(row) for row in allowed)


def _allowed(made: Policy, action: str, resource: Text, context: dict[str, Value]) -> bool:
    assert resource.literal is not None
    asked = Request(ROLE, action, resource.literal, "111122223333", context)
    return authorize(asked, PolicySet(identity=[made])).allowed
