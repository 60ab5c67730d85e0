"""Judging open needs: what may be said, what is in the way, which statement comes nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from remit.core.need import ContextValue, Need
from remit.core.policy import Policy
from remit.core.request import Value
from remit.core.text import Hole, HoleKind, Text
from remit.explain.judge import judge
from remit.explain.model import Judgement, NearMiss, Standing
from tests.support import allow, deny, document

ALLOWED, DENIED, UNKNOWN = Standing.ALLOWED, Standing.DENIED, Standing.UNKNOWN

KEY = Hole(HoleKind.DATA, "key")
TABLE = Hole(HoleKind.ENV, 'os.environ["TABLE"]')
REGION = Hole(HoleKind.ASSIGNED, "region")
ACCOUNT = Hole(HoleKind.ASSIGNED, "account", width=12)
SUFFIX = Hole(HoleKind.ASSIGNED, "suffix", width=6)
API = Hole(HoleKind.ASSIGNED, "api")

OBJECT = Text.of("arn:aws:s3:::orders/", KEY)
ORDERS = Text.of("arn:aws:dynamodb:", REGION, ":", ACCOUNT, ":table/orders")
UNSET = Text.of("arn:aws:dynamodb:", REGION, ":", ACCOUNT, ":table/", TABLE)
SECRET = Text.of("arn:aws:secretsmanager:us-east-1:111122223333:secret:db-", SUFFIX)
SOCKET = Text.of("arn:aws:execute-api:us-east-1:111122223333:", API, "/prod/POST/@connections/x")


def said(
    statements: list[dict[str, Any]],
    resource: Text | str,
    action: str = "s3:GetObject",
    known: Mapping[str, Value] | None = None,
    absent: tuple[str, ...] = (),
    context: Mapping[str, ContextValue] | None = None,
) -> Judgement:
    need = Need(action, Text.of(resource), context=context or {})
    return judge([document(*statements)], need, known or {}, absent)


HOLES: list[tuple[str, list[dict[str, Any]], Text, Standing, tuple[Hole, ...]]] = [
    ("covers every key", [allow(resource="arn:aws:s3:::orders/*")], OBJECT, ALLOWED, ()),
    ("covers everything", [allow()], OBJECT, ALLOWED, ()),
    ("covers some keys", [allow(resource="arn:aws:s3:::orders/in/*")], OBJECT, UNKNOWN, (KEY,)),
    ("names one key", [allow(resource="arn:aws:s3:::orders/1")], OBJECT, UNKNOWN, (KEY,)),
    ("another bucket", [allow(resource="arn:aws:s3:::bills/*")], OBJECT, DENIED, ()),
    ("the bucket only", [allow(resource="arn:aws:s3:::orders")], OBJECT, DENIED, ()),
    (
        "one of two statements covers",
        [allow(resource="arn:aws:s3:::orders/1"), allow(resource="arn:aws:s3:::orders*")],
        OBJECT,
        ALLOWED,
        (),
    ),
    ("any region, any account", [allow(resource="arn:aws:dynamodb:*:*:table/orders")], ORDERS, ALLOWED, ()),
    (
        "a region and an account are believed",
        [allow(resource="arn:aws:dynamodb:eu-west-1:111122223333:table/orders")],
        ORDERS,
        ALLOWED,
        (),
    ),
    ("an empty account", [allow(resource="arn:aws:dynamodb:*::table/orders")], ORDERS, DENIED, ()),
    ("an account that is none", [allow(resource="arn:aws:dynamodb:*:123:table/orders")], ORDERS, DENIED, ()),
    ("another table", [allow(resource="arn:aws:dynamodb:*:*:table/orders-dev")], ORDERS, DENIED, ()),
    ("an unset variable may be it", [allow(resource="arn:aws:dynamodb:*:*:table/orders")], UNSET, UNKNOWN, (TABLE,)),
    ("every table", [allow(resource="arn:aws:dynamodb:*:*:table/*")], UNSET, ALLOWED, ()),
    ("a suffix is believed", [allow(resource=str(SECRET).replace("{suffix}", "AbCdEf"))], SECRET, ALLOWED, ()),
    ("a suffix by wildcards", [allow(resource=str(SECRET).replace("{suffix}", "??????"))], SECRET, ALLOWED, ()),
    ("a suffix too short", [allow(resource=str(SECRET).replace("{suffix}", "?????"))], SECRET, DENIED, ()),
    ("no suffix", [allow(resource=str(SECRET).replace("-{suffix}", ""))], SECRET, DENIED, ()),
    ("an API id is believed", [allow(resource="arn:aws:execute-api:*:*:abc123/prod/*")], SOCKET, ALLOWED, ()),
    ("another stage", [allow(resource="arn:aws:execute-api:*:*:abc123/dev/*")], SOCKET, DENIED, ()),
    ("all but a Deny that may not be met", [allow(), deny(resource="arn:aws:s3:::orders/in/*")], OBJECT, UNKNOWN, (KEY,)),
    ("a Deny elsewhere", [allow(), deny(resource="arn:aws:s3:::bills/*")], OBJECT, ALLOWED, ()),
    ("a Deny of another action", [allow(), deny("s3:PutObject")], OBJECT, ALLOWED, ()),
    (
        "a Deny of a region that need not be",
        [allow(), deny(resource="arn:aws:dynamodb:us-east-1:*:*")],
        ORDERS,
        ALLOWED,
        (),
    ),
    ("a NotResource that leaves it out", [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::orders/*"}], OBJECT, DENIED, ()),
    ("a NotResource that may leave it out", [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::orders/1"}], OBJECT, UNKNOWN, (KEY,)),
    ("a NotResource about others", [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::bills/*"}], OBJECT, ALLOWED, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "resource", "standing", "holes"),
    [row[1:] for row in HOLES],
    ids=[row[0] for row in HOLES],
)
def test_holes(
    statements: list[dict[str, Any]], resource: Text, standing: Standing, holes: tuple[Hole, ...]
) -> None:
    found = said(statements, resource, "dynamodb:UpdateItem")
    assert (found.standing, found.holes, found.explicit) == (standing, holes, False)
    assert (found.nearest is not None) <= (standing is DENIED)


def test_an_explicit_deny_of_all_names_its_statement() -> None:
    found = said([allow(), deny("s3:*", Sid="No")], OBJECT)
    assert (found.standing, found.explicit, found.nearest) == (DENIED, True, None)
    assert [source.statement.index for source in found.statements] == [1]


def test_a_deny_and_an_allow_of_one_region_are_one_deployment() -> None:
    orders = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    found = said([allow(resource=orders), deny(resource=orders)], ORDERS)
    assert (found.standing, found.explicit) == (DENIED, True)
    found = said([allow(resource=orders), deny(resource="arn:aws:dynamodb:us-*")], ORDERS)
    assert found.standing is ALLOWED


def test_a_deny_of_the_only_api_that_is_allowed() -> None:
    api = "arn:aws:execute-api:us-east-1:111122223333:abc123"
    found = said([allow(resource=api + "/*"), deny(resource=api + "/prod/*")], SOCKET)
    assert (found.standing, found.explicit) == (DENIED, True)


# --- conditions ---------------------------------------------------------------------------------

TLS: dict[str, Any] = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
PLAIN: dict[str, Any] = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
MFA: dict[str, Any] = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
FROM: dict[str, Any] = {"Condition": {"StringEquals": {"ses:FromAddress": "shop@example.com"}}}
FROM_LIKE: dict[str, Any] = {"Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}
NAME = Hole(HoleKind.DATA, "name")
SOURCE_IP = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@pytest.mark.parametrize(
    ("statements", "told", "standing", "keys"),
    [
        ([allow(**TLS)], {"known": {"aws:SecureTransport": "true"}}, ALLOWED, ()),
        ([allow(**TLS)], {"known": {"AWS:securetransport": "true"}}, ALLOWED, ()),
        ([allow(**TLS)], {"known": {"aws:SecureTransport": "false"}}, DENIED, ()),
        ([allow(**TLS)], {"absent": ("aws:SecureTransport",)}, DENIED, ()),
        ([allow(**TLS)], {}, UNKNOWN, ("aws:SecureTransport",)),
        ([allow(), deny(**PLAIN)], {}, UNKNOWN, ("aws:SecureTransport",)),
        ([allow(), deny(**PLAIN)], {"known": {"aws:SecureTransport": "true"}}, ALLOWED, ()),
        ([allow(), deny(**PLAIN)], {"absent": ("aws:SecureTransport",)}, ALLOWED, ()),
        ([allow(), deny(**MFA)], {"absent": ("aws:MultiFactorAuthPresent",)}, DENIED, ()),
        ([allow(), deny(Condition=SOURCE_IP)], {}, UNKNOWN, ("aws:SourceIp",)),
        ([allow(), deny(Condition=SOURCE_IP)], {"absent": ("aws:SourceIp",)}, DENIED, ()),
        # no Allow: the unknown condition of a Deny does not matter
        ([deny(**PLAIN)], {}, DENIED, ()),
        # what the call fixes
        ([allow(**FROM)], {"context": {"ses:FromAddress": Text.of("shop@example.com")}}, ALLOWED, ()),
        ([allow(**FROM)], {"context": {"ses:FromAddress": Text.of("me@example.com")}}, DENIED, ()),
        ([allow(**FROM)], {"context": {"ses:FromAddress": Text.of(NAME, "@example.com")}}, UNKNOWN, ("ses:FromAddress",)),
        ([allow(**FROM)], {"context": {"ses:FromAddress": Text.of(NAME, "@example.org")}}, DENIED, ()),
        ([allow(**FROM_LIKE)], {"context": {"ses:FromAddress": Text.of(NAME, "@example.com")}}, ALLOWED, ()),
        ([allow(), deny(**FROM_LIKE)], {"context": {"ses:FromAddress": Text.of(NAME, "@example.com")}}, DENIED, ()),
        ([allow(**FROM)], {"known": {"ses:FromAddress": "shop@example.com"}, "context": {"ses:FromAddress": Text.of("me@example.com")}}, DENIED, ()),
        ([allow(Condition={"Null": {"k:a": "false"}})], {"context": {"k:a": Text.of(NAME)}}, ALLOWED, ()),
        ([allow(Condition={"StringEquals": {"k:a": "x"}})], {"context": {"k:a": (Text.of(NAME),)}}, DENIED, ()),
        ([allow(Condition={"ForAllValues:StringLike": {"k:a": "x"}})], {"context": {"k:a": (Text.of(NAME),)}}, UNKNOWN, ("k:a",)),
        ([allow(Condition={"ForAllValues:StringLike": {"k:a": "x"}})], {"context": {"k:a": ()}}, ALLOWED, ()),
        ([allow(Condition={"ForAnyValue:StringLike": {"k:a": "x*"}})], {"context": {"k:a": (Text.of("xy"),)}}, ALLOWED, ()),
        # two conditions, one of them certainly fails
        ([allow(Condition={"Bool": {"k:a": "true"}, "StringEquals": {"k:b": "x"}})], {"known": {"k:b": "y"}}, DENIED, ()),
        # variables
        ([allow(resource="arn:aws:s3:::orders/${aws:PrincipalTag/team}")], {}, UNKNOWN, ("aws:PrincipalTag/team",)),
        ([allow(resource="arn:aws:s3:::orders/${aws:PrincipalTag/team}")], {"known": {"aws:principaltag/team": "1"}}, ALLOWED, ()),
        ([allow(resource="arn:aws:s3:::orders/${aws:PrincipalTag/team}")], {"absent": ("aws:PrincipalTag/team",)}, DENIED, ()),
        ([allow(resource="arn:aws:s3:::orders/${aws:PrincipalTag/team, '1'}")], {"absent": ("aws:PrincipalTag/team",)}, ALLOWED, ()),
        ([allow(resource="arn:aws:s3:::bills/${aws:PrincipalTag/team}")], {}, DENIED, ()),
        ([allow(Condition={"StringEquals": {"k:a": "${k:b}"}})], {"known": {"k:a": "x"}}, UNKNOWN, ("k:b",)),
        ([allow(Condition={"StringEquals": {"k:a": "${k:b}"}})], {"absent": ("k:a",)}, DENIED, ()),
        ([allow(), deny(resource="arn:aws:s3:::orders/${aws:PrincipalTag/team}")], {}, UNKNOWN, ("aws:PrincipalTag/team",)),
        ([allow(), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::orders/${aws:PrincipalTag/team}"}], {}, UNKNOWN, ("aws:PrincipalTag/team",)),
        # what is not understood
        ([allow(Condition={"StringMatches": {"k:a": "x"}})], {}, DENIED, ()),
        ([allow(), deny(Condition={"StringMatches": {"k:a": "x"}})], {}, DENIED, ()),
    ],
)  # fmt: skip
def test_conditions(
    statements: list[dict[str, Any]],
    told: dict[str, Any],
    standing: Standing,
    keys: tuple[str, ...],
) -> None:
    found = said(statements, "arn:aws:s3:::orders/1", **told)
    assert (found.standing, found.keys) == (standing, keys)


def test_a_hole_in_a_context_value_is_named() -> None:
    found = said([allow(**FROM)], "*", context={"ses:FromAddress": Text.of(NAME)})
    assert (found.standing, found.holes) == (UNKNOWN, (NAME,))


# --- the nearest statement ----------------------------------------------------------------------

TABLE_ARN = "arn:aws:dynamodb:us-east-1:111122223333:table/orders-prod"


def near(
    statements: list[dict[str, Any]], action: str, resource: Text | str, **told: Any
) -> NearMiss:
    found = said(statements, resource, action, **told)
    assert found.standing is DENIED
    assert found.nearest is not None
    return found.nearest


NEAREST: list[tuple[list[dict[str, Any]], str, Text | str, tuple[int, str, str | None], str]] = [
    (
        [allow("s3:*", "arn:aws:s3:::b/*"), allow(["dynamodb:GetItem", "dynamodb:PutItem"], TABLE_ARN)],
        "dynamodb:UpdateItem",
        TABLE_ARN,
        (1, "Action", "dynamodb:PutItem"),
        "has `dynamodb:PutItem`; the call needs `dynamodb:UpdateItem`",
    ),
    (
        [allow(["ssm:GetParameters", "ssm:PutParameter"], "*")],
        "ssm:GetParameter",
        "arn:aws:ssm:us-east-1:111122223333:parameter/db",
        (0, "Action", "ssm:GetParameters"),
        "has `ssm:GetParameters`; the call needs `ssm:GetParameter`",
    ),
    (
        [allow(["dynamodb:*", "ses:SendEmail"], [TABLE_ARN]), allow("s3:*")],
        "ses:SendEmail",
        "arn:aws:ses:us-east-1:111122223333:identity/example.com",
        (0, "Resource", TABLE_ARN),
        "its resources are all of `dynamodb`; the call needs "
        "`arn:aws:ses:us-east-1:111122223333:identity/example.com`",
    ),
    (
        [allow("dynamodb:*", [TABLE_ARN.replace("prod", "dev"), TABLE_ARN.replace("orders-prod", "x")])],
        "dynamodb:UpdateItem",
        TABLE_ARN,
        (0, "Resource", TABLE_ARN.replace("prod", "dev")),
        f"lists `{TABLE_ARN.replace('prod', 'dev')}`; the call needs `{TABLE_ARN}`",
    ),
    (
        [allow("s3:*", "arn:aws:s3:::orders")],
        "s3:GetObject",
        OBJECT,
        (0, "Resource", "arn:aws:s3:::orders"),
        "lists `arn:aws:s3:::orders` but not what is in it, `arn:aws:s3:::orders/*`; "
        "the call needs `arn:aws:s3:::orders/{key}`",
    ),
    (
        [allow("s3:*", "arn:aws:s3:::orders/*")],
        "s3:ListBucket",
        "arn:aws:s3:::orders",
        (0, "Resource", "arn:aws:s3:::orders/*"),
        "lists what is in `arn:aws:s3:::orders` but not itself; the call needs `arn:aws:s3:::orders`",
    ),
    (
        [allow("dynamodb:*", TABLE_ARN)],
        "dynamodb:Query",
        TABLE_ARN + "/index/by-day",
        (0, "Resource", TABLE_ARN),
        f"lists `{TABLE_ARN}` but not its indexes, `{TABLE_ARN}/index/*`; "
        f"the call needs `{TABLE_ARN}/index/by-day`",
    ),
    (
        [allow("dynamodb:*", "arn:aws:dynamodb:us-east-1::table/orders")],
        "dynamodb:Query",
        ORDERS,
        (0, "Resource", "arn:aws:dynamodb:us-east-1::table/orders"),
        "the account in `arn:aws:dynamodb:us-east-1::table/orders` is empty, so it matches nothing; "
        "the call needs `arn:aws:dynamodb:{region}:{account}:table/orders`",
    ),
    (
        [allow("dynamodb:*", "arn:aws:dynamodb:::table/orders")],
        "dynamodb:Query",
        ORDERS,
        (0, "Resource", "arn:aws:dynamodb:::table/orders"),
        "region and account in `arn:aws:dynamodb:::table/orders` are empty, so it matches nothing; "
        "the call needs `arn:aws:dynamodb:{region}:{account}:table/orders`",
    ),
    (
        [allow("s3:*", "arn:aws:s3:us-east-1::orders/*")],
        "s3:GetObject",
        OBJECT,
        (0, "Resource", "arn:aws:s3:us-east-1::orders/*"),
        "`arn:aws:s3:us-east-1::orders/*` names a region where such an ARN has none; "
        "the call needs `arn:aws:s3:::orders/{key}`",
    ),
    (
        [allow("s3:*", "arn:aws:s3:::orders/*")],
        "s3:ListAllMyBuckets",
        "*",
        (0, "Resource", "arn:aws:s3:::orders/*"),
        "lists `arn:aws:s3:::orders/*`; the action has no resources of its own and needs `*`",
    ),
    (
        [{"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"], "Resource": "*"}],
        "s3:GetObject",
        OBJECT,
        (0, "Action", "s3:Get*"),
        "its NotAction leaves out `s3:Get*`; the call needs `s3:GetObject`",
    ),
    (
        [allow("s3:*", "*", Principal={"AWS": "*"}), allow("s3:PutObject")],
        "s3:GetObject",
        OBJECT,
        (0, "Statement", None),
        "it would grant this, but a policy of this kind must not have a Principal",
    ),
    (
        [allow("s3:*", "*", Condition={"StringEquals": {"k:a": ["x", "y"]}}), allow("s3:PutObject")],
        "s3:GetObject",
        OBJECT,
        (0, "Condition", "k:a"),
        "`StringEquals` asks `k:a` for `x`, `y`; the call does not carry it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "action", "resource", "where", "lacks"), NEAREST, ids=[row[4][:40] for row in NEAREST]
)  # fmt: skip
def test_nearest(
    statements: list[dict[str, Any]],
    action: str,
    resource: Text | str,
    where: tuple[int, str, str | None],
    lacks: str,
) -> None:
    found = near(statements, action, resource, absent=("k:a",))
    item = found.item.value if found.item else None
    assert (found.source.statement.index, found.element, item) == where
    assert found.lacks == lacks


def test_a_condition_that_fails_on_what_the_call_has() -> None:
    found = near([allow(**TLS)], "s3:GetObject", "*", known={"aws:SecureTransport": "false"})
    assert found.lacks == (
        "`Bool` asks `aws:SecureTransport` for `true`; the call has `false`"
    )  # fmt: skip


@pytest.mark.parametrize("statements", [[], [allow("sqs:*")], [deny()]])
def test_nothing_is_near(statements: list[dict[str, Any]]) -> None:
    assert said(statements, OBJECT).nearest is None


def test_statements_name_their_policy() -> None:
    policies: list[Policy] = [document(allow("sqs:*")), document(allow("s3:*"))]
    found = judge(policies, Need("s3:GetObject", OBJECT), {})
    assert [source.policy is policies[1] for source in found.statements] == [True]


def test_hostile_needs_are_judged() -> None:
    long = "arn:aws:s3:::" + "*a" * 5_000
    need = Text.of("arn:aws:s3:::" + "a" * 5_000, KEY, "\ud800")
    assert said([allow(resource=long)], need).standing is DENIED
    assert said([allow("x" * 100_000 + ":y" * 9), allow("s3:" + "y" * 100_000)], need).nearest
