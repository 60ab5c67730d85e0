"""Policies with symbols: what holds in every deployment, in none, or hangs on it.

The law: replace the symbols by real values in the policy and in the need, and judge plainly. What
was called allowed is allowed for every replacement, what was called denied for none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.need import Need
from remit.core.policy import Item, Policy
from remit.core.text import Hole, HoleKind, Symbols, Text
from remit.explain.deployed import judge_of
from remit.explain.judge import judge
from remit.explain.model import Standing
from tests.support import allow, deny, document

ALLOWED, DENIED, UNKNOWN = Standing.ALLOWED, Standing.DENIED, Standing.UNKNOWN

OWN = ("Orders id", "Users id")
GIVEN = ("stack name", "TableName", "region", "account")
SYMBOLS = Symbols(frozenset(OWN), frozenset(GIVEN))

REGION, ACCOUNT = Hole(HoleKind.ASSIGNED, "region"), Hole(HoleKind.ASSIGNED, "account", width=12)
STACK, PARAMETER = Hole(HoleKind.ASSIGNED, "stack name"), Hole(HoleKind.ENV, "TableName")
ORDERS_ID = Hole(HoleKind.ASSIGNED, "Orders id")

TABLE = "arn:aws:dynamodb:{region}:{account}:table/"
ORDERS = TABLE + "{stack name}-Orders-{Orders id}"
USERS = TABLE + "{stack name}-Users-{Users id}"


def needed(*name: str | Hole) -> Text:
    return Text.of("arn:aws:dynamodb:", REGION, ":", ACCOUNT, ":table/", *name)


MADE = needed(STACK, "-Orders-", ORDERS_ID)
PASSED = needed(PARAMETER)
LITERAL = needed("orders")


def policy(*statements: dict[str, Any]) -> Policy:
    return replace(document(*statements), symbols=SYMBOLS)


def standing(resource: Text, *statements: dict[str, Any], action: str = "s3:Get") -> Standing:
    return judge_of([policy(*statements)])(Need(action, resource), {}, ()).standing


CASES: list[tuple[str, Text, list[str], Standing]] = [
    ("the template's own table", MADE, [ORDERS], ALLOWED),
    ("the template's other table", MADE, [USERS], DENIED),
    ("every table of the stack", MADE, [TABLE + "{stack name}-*"], ALLOWED),
    ("every table", MADE, [TABLE + "*"], ALLOWED),
    ("its index only", MADE, [ORDERS + "/index/*"], DENIED),
    ("a table of that name", MADE, [TABLE + "orders"], DENIED),
    ("a table of the same form", MADE, [TABLE + "shop-Orders-1ABC"], UNKNOWN),
    ("whatever the parameter names", MADE, [TABLE + "{TableName}"], UNKNOWN),
    ("the same parameter", PASSED, [TABLE + "{TableName}"], ALLOWED),
    ("the same parameter and more", PASSED, [TABLE + "{TableName}-archive"], UNKNOWN),
    ("a parameter against a name", PASSED, [TABLE + "orders"], UNKNOWN),
    ("a parameter against the stack's", PASSED, [ORDERS], UNKNOWN),
    ("a name against a parameter", LITERAL, [TABLE + "{TableName}"], UNKNOWN),
    ("a name against the stack's own", LITERAL, [ORDERS], DENIED),
    ("a name in this account", LITERAL, [TABLE + "orders"], ALLOWED),
    ("an account by number", LITERAL, ["arn:aws:dynamodb:*:111122223333:table/orders"], ALLOWED),
    ("one account by number", LITERAL, ["arn:aws:dynamodb:{region}:111122223333:table/orders"], ALLOWED),
    (
        "the code names an account",
        Text.of("arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
        [TABLE + "orders"],
        UNKNOWN,
    ),
    ("another service", MADE, ["arn:aws:sqs:{region}:{account}:orders"], DENIED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "listed", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_a_grant_reaches(resource: Text, listed: list[str], expected: Standing) -> None:
    assert standing(resource, allow("s3:Get", listed)) is expected


DENIALS: list[tuple[str, Text, list[str], Standing]] = [
    ("its own table", MADE, [ORDERS], DENIED),
    ("the other table", MADE, [USERS], ALLOWED),
    ("whatever the parameter names", MADE, [TABLE + "{TableName}"], UNKNOWN),
    ("the same parameter", PASSED, [TABLE + "{TableName}"], DENIED),
    ("a name", PASSED, [TABLE + "orders"], UNKNOWN),
]


@pytest.mark.parametrize(
    ("resource", "listed", "expected"), [c[1:] for c in DENIALS], ids=[c[0] for c in DENIALS]
)
def test_what_a_denial_reaches(resource: Text, listed: list[str], expected: Standing) -> None:
    assert standing(resource, allow("s3:Get", "*"), deny("s3:Get", listed)) is expected


def test_what_it_hangs_on_is_named() -> None:
    judged = judge_of([policy(allow("s3:Get", [TABLE + "{TableName}"]))])(
        Need("s3:Get", LITERAL), {}, ()
    )
    assert [(hole.kind, hole.name) for hole in judged.holes][-1] == (HoleKind.ENV, "TableName")


def _open(resource: Text, *statements: dict[str, Any]) -> list[str]:
    judged = judge_of([policy(*statements)])(Need("s3:Get", resource), {}, ())
    assert judged.standing is UNKNOWN
    return [hole.name for hole in judged.holes]


def test_only_what_settles_it_is_named() -> None:
    told = {"StringEquals": {"s3:prefix": "a"}}
    assert _open(MADE, allow("s3:Get", [ORDERS], Condition=told)) == []  # but a condition key
    assert _open(PASSED, allow("s3:Get", [ORDERS])) == ["TableName"]
    data = Hole(HoleKind.DATA, "event.table")
    assert _open(needed(data), allow("s3:Get", [ORDERS])) == ["event.table"]
    near = Text.of("arn:aws:dynamodb:eu-west-1:", ACCOUNT, ":table/a")
    assert _open(near, allow("s3:Get", [TABLE + "a"])) == ["region"]


def test_a_symbol_that_is_a_whole_arn() -> None:
    whole = Text.of(PARAMETER)
    assert standing(whole, allow("s3:Get", ["{TableName}"])) is ALLOWED
    assert standing(whole, deny("s3:Get", ["{TableName}"]), allow("s3:Get", ["*"])) is DENIED
    assert standing(Text.of(PARAMETER, "/k"), allow("s3:Get", ["{TableName}/*"])) is ALLOWED
    assert standing(whole, allow("s3:Get", ["{stack name}"])) is UNKNOWN


# --- the law ------------------------------------------------------------------------------------

_PIECES = ["a", "b", "-", "{stack name}", "{TableName}", "{Orders id}", "{Users id}"]
_NAMES = st.lists(st.sampled_from([*_PIECES, "*"]), min_size=1, max_size=4).map("".join)
_NEEDED = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4)
_VALUES = st.fixed_dictionaries(
    {
        "stack name": st.sampled_from(["a", "b", "ab", "a-b"]),
        "TableName": st.sampled_from(["a", "b", "ab", "x1", "y2"]),
        "Orders id": st.just("x1"),
        "Users id": st.just("y2"),
    }
)


def _text(pieces: list[str]) -> Text:
    holes = {
        "{" + name + "}": Hole(HoleKind.ASSIGNED if name in OWN else HoleKind.ENV, name)
        for name in (*OWN, *GIVEN)
    }
    return Text.of("arn:aws:s3:::", *(holes.get(piece, piece) for piece in pieces))


def _put(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _deployed(whole: Policy, values: dict[str, str]) -> Policy:
    made = [
        replace(s, resources=tuple(Item(_put(i.value, values), i.span) for i in s.resources or ()))
        for s in whole.statements
    ]
    return replace(whole, statements=tuple(made), symbols=Symbols())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), _NAMES), min_size=1, max_size=3),
    _NEEDED,
    _VALUES,
)
def test_the_verdict_holds_in_every_deployment(
    written: list[tuple[bool, str]], wanted: list[str], values: dict[str, str]
) -> None:
    statements = [
        (allow if is_allow else deny)("s3:Get", ["arn:aws:s3:::" + name])
        for is_allow, name in written
    ]
    whole, need = policy(*statements), Need("s3:Get", _text(wanted))
    found = judge_of([whole])(need, {}, ()).standing
    real = replace(need, resource=Text.of("arn:aws:s3:::" + _put("".join(wanted), values)))
    then = judge([_deployed(whole, values)], real, {}).standing
    assert found in (UNKNOWN, then)
