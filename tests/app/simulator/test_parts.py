"""The simulator's parts: what hangs on whom, what differs, and that nothing it is given breaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.account.applying import brought
from remit.account.model import Account, Document, Group, Role, User
from remit.app.simulator import documents, principals
from remit.app.simulator.differences import as_simulated
from remit.app.simulator.errors import SimulationError
from remit.app.simulator.operations import answer
from remit.engine.condition import compile_check
from tests.support import allow, deny, document

HERE = "111122223333"
HEAD = f"arn:aws:iam::{HERE}:"
AWS = "arn:aws:iam::aws:policy/job-function/Billing"
OWN = f"{HEAD}policy/path/own"
TEXT = json.dumps({"Version": "2012-10-17", "Statement": [allow()]})


def account(**more: Any) -> Account:
    managed = {AWS: TEXT, OWN: TEXT, f"{HEAD}policy/bound": TEXT}
    group = Group(f"{HEAD}group/g", "g", "AGPA1", (Document("of-g", TEXT),), (OWN, AWS))
    user = User(
        f"{HEAD}user/p/Ann", "Ann", "AIDA1", (Document("a", TEXT), Document("b", TEXT)),
        (AWS, f"{HEAD}policy/gone"), ("g", "gone"), f"{HEAD}policy/bound",
    )  # fmt: skip
    role = Role(
        f"{HEAD}role/r", "r", "AROA1", Document("trust", "{"), (Document("a", TEXT),), (OWN,),
        f"{HEAD}policy/gone",
    )  # fmt: skip
    parts = {"users": {"Ann": user}, "groups": {"g": group}, "roles": {"r": role}}
    return Account(HERE, managed=managed, **{**parts, **more})


@pytest.mark.parametrize(("kind", "name"), [("user", "p/Ann"), ("role", "r")])
def test_what_hangs_on_whom_is_what_is_enforced(kind: str, name: str) -> None:
    """The same documents in the same order as `account.applying.brought`, which enforcement asks."""
    here = account()
    found = principals.find(here, f"{HEAD}{kind}/{name}")
    identity = here.users["Ann"] if kind == "user" else here.roles["r"]
    own = brought(here, identity)
    assert tuple(one.document for one in found.attached) == own.identity
    assert found.boundary is not None
    assert tuple(one.document for one in found.boundary) == own.boundary


def test_names_of_attached_policies() -> None:
    found = principals.find(account(), f"{HEAD}user/elsewhere/ANN")
    assert found.arn == f"{HEAD}user/p/Ann"
    told = [(one.id, one.type) for one in found.attached]
    assert told == [
        ("user_Ann_a", "inline"),
        ("user_Ann_b", "inline"),
        ("group_g_of-g", "inline"),
        ("Billing", "aws-managed"),
        ("own", "user-managed"),
    ]


def test_a_boundary_whose_policy_is_gone_allows_nothing() -> None:
    asked = {"PolicySourceArn": f"{HEAD}role/r", "ActionNames": ["s3:GetObject"]}
    [found] = answer("SimulatePrincipalPolicy", asked, account())["EvaluationResults"]
    assert found["EvalDecision"] == "implicitDeny"
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    free = {**asked, "PolicyExclusionList": [{"PolicyType": "permission-boundary"}]}
    [found] = answer("SimulatePrincipalPolicy", free, account())["EvaluationResults"]
    assert found["EvalDecision"] == "allowed"


def test_a_stored_policy_that_cannot_be_read() -> None:
    """A decision without it would be a guess: PolicyEvaluation, 500 [M]."""
    broken = Role(f"{HEAD}role/b", "b", "AROA2", Document("t", "{"), (Document("p", "{"),))
    with pytest.raises(SimulationError) as caught:
        answer(
            "SimulatePrincipalPolicy",
            {"PolicySourceArn": f"{HEAD}role/b", "ActionNames": ["s3:GetObject"]},
            account(roles={"b": broken}),
        )
    assert (caught.value.code, caught.value.status) == ("PolicyEvaluation", 500)
    assert "the policy `p` cannot be read: line 1, column 2" in caught.value.message


def test_somebody_of_another_account() -> None:
    with pytest.raises(SimulationError) as caught:
        principals.find(account(), "arn:aws:iam::444455556666:user/ann")
    assert caught.value.code == "InvalidInput"


# --- differences --------------------------------------------------------------------------------

KEY = "s3:max-keys"
VALUES = st.sampled_from(["9", "10", "ten", "", "1e1"])
OPERATORS = st.sampled_from(
    ["NumericNotEquals", "NumericEquals", "NumericNotEqualsIfExists", "DateNotEquals",
     "ForAnyValue:NumericNotEquals", "ForAllValues:NumericNotEquals", "StringNotEquals"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    OPERATORS,
    st.lists(VALUES, max_size=3),
    st.one_of(st.none(), VALUES, st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    st.booleans(),
)
def test_only_text_that_is_no_number_differs(
    operator: str, listed: list[str], seen: Any, denies: bool
) -> None:
    """Facts 2.2 [O]: NumericNotEquals is then false. Everything else is as the engine has it."""
    make = deny if denies else allow
    policy = document(make(Condition={operator: {KEY: listed}}))
    context = {} if seen is None else {KEY: seen}
    [before], [after] = (
        one.statements[0].conditions for one in (policy, as_simulated(policy, context))
    )
    effect = policy.statements[0].effect
    live, simulated = (
        compile_check(one, effect, variables=True).holds(context) for one in (before, after)
    )
    if live is simulated:
        return
    assert (live, simulated) == (True, False)
    assert "NumericNotEquals" in operator
    assert {"ten", ""} & set([seen] if isinstance(seen, str) else seen)


def test_a_policy_without_differences_stays_as_it_is() -> None:
    policy = document(allow(Condition={"NumericNotEquals": {KEY: "1"}}), deny("s3:*"))
    assert as_simulated(policy, {KEY: "2"}) is policy


# --- nothing breaks it --------------------------------------------------------------------------

NASTY = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["*", "arn:aws:s3:::b", "arn:::::", "{}", "[", TEXT, f"{HEAD}user/a", ":", "a:b"]
    ),
)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {"ActionNames": st.lists(NASTY, max_size=2)},
        optional={
            "PolicyInputList": st.lists(NASTY, max_size=2),
            "PermissionsBoundaryPolicyInputList": st.lists(NASTY, max_size=2),
            "ResourceArns": st.lists(NASTY, max_size=2),
            "ResourcePolicy": NASTY,
            "ResourceOwner": NASTY,
            "CallerArn": NASTY,
            "PolicySourceArn": NASTY,
            "Marker": NASTY,
            "MaxItems": NASTY,
            "ContextEntries": st.lists(
                st.dictionaries(
                    st.sampled_from(["ContextKeyName", "ContextKeyType", "ContextKeyValues"]),
                    st.one_of(NASTY, st.lists(NASTY, max_size=2), st.just("ipList")),
                ),
                max_size=2,
            ),
            "PolicyExclusionList": st.lists(
                st.dictionaries(st.sampled_from(["PolicyType", "PolicyArn"]), NASTY), max_size=2
            ),
            "OrderedOrganizationPolicyInputList": st.lists(
                st.dictionaries(
                    st.just("ServiceControlPolicyInputList"), st.lists(NASTY, max_size=2)
                ),
                max_size=2,
            ),
        },
    ),
    st.sampled_from(["SimulateCustomPolicy", "SimulatePrincipalPolicy",
                     "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy"]),
)  # fmt: skip
def test_whatever_is_asked_there_is_an_answer(params: dict[str, Any], operation: str) -> None:
    try:
        answer(operation, params, account())
    except SimulationError as error:
        assert error.code in ("InvalidInput", "ValidationError", "MalformedInput", "NoSuchEntity")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.sampled_from([None, 1, 4, "\t"]))
def test_places_are_those_of_the_text(sizes: list[int], indent: Any) -> None:
    """What a place cuts out of the text is the statement, and the white space before it."""
    statements = [allow(["s3:GetObject"] * (size + 1)) for size in sizes]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=indent)
    source = documents.given(text, "p", "p", "p", "", "identity")
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    assert len(source.places) == len(statements)
    for (start, end), wanted in zip(source.places, statements, strict=True):
        cut = text[
            starts[start.line - 1] + start.column - 1 : starts[end.line - 1] + end.column - 1
        ]
        assert json.loads(cut.lstrip(", \n\t")) == wanted
