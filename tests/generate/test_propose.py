"""From needs to statements: what is grouped, what is taken in, how it is named."""

from __future__ import annotations

from typing import Any

import pytest

from remit.generate.model import Deployment, Wanted
from tests.generate.support import HERE, NOWHERE, document, proposed, short, wanted

TABLE = "arn:aws:dynamodb:{region}:{account}:table/"
AT = "arn:aws:dynamodb:eu-west-1:111122223333:table/"


@pytest.mark.parametrize(
    ("found", "statements"),
    [
        pytest.param(
            [wanted("dynamodb:GetItem", TABLE + "a"), wanted("dynamodb:PutItem", TABLE + "a")],
            [f"ReadWriteA: dynamodb:GetItem dynamodb:PutItem on {AT}a"],
            id="actions on one resource",
        ),
        pytest.param(
            [wanted("dynamodb:GetItem", TABLE + "a"), wanted("dynamodb:GetItem", TABLE + "b")],
            [f"DynamodbGetItem: dynamodb:GetItem on {AT}a {AT}b"],
            id="one action on several resources",
        ),
        pytest.param(
            [
                wanted("dynamodb:GetItem", TABLE + "a"),
                wanted("dynamodb:PutItem", TABLE + "a"),
                wanted("dynamodb:GetItem", TABLE + "b"),
            ],
            [
                f"ReadWriteA: dynamodb:GetItem dynamodb:PutItem on {AT}a",
                f"GetItemB: dynamodb:GetItem on {AT}b",
            ],
            id="the cross product would be wider",
        ),
        pytest.param(
            [
                wanted("dynamodb:GetItem", TABLE + "a"),
                wanted("dynamodb:PutItem", TABLE + "b"),
                wanted("dynamodb:GetItem", TABLE + "c"),
                wanted("dynamodb:PutItem", TABLE + "c"),
            ],
            [
                f"DynamodbGetItem: dynamodb:GetItem on {AT}a {AT}c",
                f"DynamodbPutItem: dynamodb:PutItem on {AT}b {AT}c",
            ],
            id="by action where that takes fewer statements",
        ),
        pytest.param(
            [
                wanted("dynamodb:GetItem", TABLE + "a"),
                wanted("dynamodb:Query", TABLE + "a/index/i"),
            ],
            # Together, Query on the table itself would be granted, which nothing needs.
            [
                f"GetItemA: dynamodb:GetItem on {AT}a",
                f"QueryA: dynamodb:Query on {AT}a/index/i",
            ],
            id="an index without its table",
        ),
        pytest.param(
            [
                wanted("dynamodb:GetItem", TABLE + "a"),
                wanted("dynamodb:Query", TABLE + "a"),
                wanted("dynamodb:Query", TABLE + "a/index/i"),
            ],
            [f"ReadA: dynamodb:GetItem dynamodb:Query on {AT}a {AT}a/index/i"],
            id="table and index, both needed",
        ),
        pytest.param(
            [
                wanted("s3:GetObject", "arn:aws:s3:::b/{data:key}"),
                wanted("s3:ListBucket", "arn:aws:s3:::b"),
            ],
            ["ReadB: s3:GetObject s3:ListBucket on arn:aws:s3:::b arn:aws:s3:::b/*"],
            id="a bucket and its objects",
        ),
        pytest.param(
            [
                wanted("s3:GetObject", "arn:aws:s3:::b/{data:key}"),
                wanted("s3:ListBucket", "arn:aws:s3:::c"),
            ],
            [
                "GetObjectB: s3:GetObject on arn:aws:s3:::b/*",
                "ListBucketC: s3:ListBucket on arn:aws:s3:::c",
            ],
            id="two buckets stay apart",
        ),
        pytest.param(
            [
                wanted("s3:GetObject", "arn:aws:s3:::b/{data:key}"),
                wanted("s3:GetObject", "arn:aws:s3:::b/one"),
            ],
            ["GetObjectB: s3:GetObject on arn:aws:s3:::b/*"],
            id="what a wildcard takes in anyway",
        ),
        pytest.param(
            [
                wanted("sts:GetCallerIdentity"),
                wanted("ec2:DescribeInstances"),
                wanted("s3:GetObject", "arn:aws:s3:::b/one"),
            ],
            [
                "GetObjectB: s3:GetObject on arn:aws:s3:::b/one",
                "AnyResource: ec2:DescribeInstances sts:GetCallerIdentity on *",
            ],
            id="what takes no resource",
        ),
        pytest.param(
            [
                wanted(
                    "logs:PutLogEvents",
                    "arn:aws:logs:{region}:{account}:log-group:g:x",
                    origin="logs",
                ),
                wanted(
                    "logs:PutLogEvents",
                    "arn:aws:logs:{region}:{account}:log-group:mine:log-stream:s",
                ),
            ],
            ["WriteLogs: logs:PutLogEvents on arn:aws:logs:*:*:*"],
            id="the log as people write it",
        ),
        pytest.param(
            [
                wanted(
                    "ses:SendEmail",
                    "arn:aws:ses:{region}:{account}:identity/a@b.example",
                    alternatives=["arn:aws:ses:{region}:{account}:identity/b.example"],
                )
            ],
            [
                "SesSendEmail: ses:SendEmail on"
                " arn:aws:ses:eu-west-1:111122223333:identity/a@b.example"
                " arn:aws:ses:eu-west-1:111122223333:identity/b.example"
            ],
            id="one of several, and the call does not show which",
        ),
        pytest.param(
            [wanted("dynamodb:ListTables", "*", alternatives=[TABLE + "*"])],
            ["AnyResource: dynamodb:ListTables on *"],
            id="`*` takes in its alternatives",
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_statements(found: list[Wanted], statements: list[str]) -> None:
    assert short(proposed(*found)) == statements


@pytest.mark.parametrize(
    ("resource", "action", "at", "text", "open_holes"),
    [
        (TABLE + "a", "dynamodb:GetItem", HERE, AT + "a", []),
        (TABLE + "a", "dynamodb:GetItem", NOWHERE, "arn:aws:dynamodb:*:*:table/a", ["region", "account"]),
        (TABLE + "{env:T}", "dynamodb:GetItem", HERE, AT + "*", ["T"]),
        (TABLE + "orders-{code:x}-{data:y}", "dynamodb:GetItem", HERE, AT + "orders-*-*", ["x", "y"]),
        (TABLE + "{env:A}{env:B}", "dynamodb:GetItem", HERE, AT + "*", ["A", "B"]),
        (
            "arn:aws:secretsmanager:{region}:{account}:secret:db-{6:suffix}",
            "secretsmanager:GetSecretValue",
            HERE,
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????",
            ["suffix"],
        ),
        (
            "arn:aws:execute-api:{region}:{account}:{api}/dev/POST/x",
            "execute-api:ManageConnections",
            Deployment("aws", "eu-west-1", "111122223333", {"websocket": "abc"}),
            "arn:aws:execute-api:eu-west-1:111122223333:abc/dev/POST/x",
            [],
        ),
        # A literal `${` would begin a variable; `${$}` is a plain `$` (facts/iam.md 2.6).
        ("arn:aws:s3:::b/${x", "s3:GetObject", HERE, "arn:aws:s3:::b/${$}{x", []),
        # IAM stores no character above U+00FF (facts/iam.md 1.1); `?` is one UTF-16 unit.
        ("arn:aws:s3:::b/é-日-😀", "s3:GetObject", HERE, "arn:aws:s3:::b/é-?-??", []),
    ],
)  # fmt: skip
def test_resources(
    resource: str, action: str, at: Deployment, text: str, open_holes: list[str]
) -> None:
    from remit.core.text import Text
    from remit.generate.resources import written
    from tests.check.support import text as parsed

    plain = Text.of(resource) if "${" in resource else parsed(resource)
    found, holes = written(plain, at, action)
    assert (found, [one.name for one in holes]) == (text, open_holes)


def test_what_is_open_is_told_with_its_resource() -> None:
    [statement] = proposed(wanted("dynamodb:GetItem", TABLE + "{env:T}")).statements
    assert [(one.resource, one.hole.name) for one in statement.open] == [(AT + "*", "T")]


def test_conditional_only_where_every_need_is() -> None:
    sure = wanted("s3:GetObject", "arn:aws:s3:::b/one", 3)
    maybe = wanted("s3:GetObject", "arn:aws:s3:::b/two", 4, condition="`X` is set")
    other = wanted("s3:PutObject", "arn:aws:s3:::b/two", 5, condition="`X` is set")
    [statement] = proposed(
        sure, maybe, other, wanted("s3:PutObject", "arn:aws:s3:::b/one", 5, condition="`X` is set")
    ).statements
    assert statement.conditional == {"s3:PutObject": "`X` is set"}


@pytest.mark.parametrize("policy_size", [1, 50])
def test_the_same_needs_in_any_order_make_the_same_policy(policy_size: int) -> None:
    found = [
        wanted(action, f"{TABLE}t{number}")
        for number in range(policy_size)
        for action in ("dynamodb:GetItem", "dynamodb:Query")
    ]
    assert document(proposed(*found)) == document(proposed(*reversed(found)))


def test_sids_are_plain_and_different() -> None:
    found = [
        wanted("dynamodb:GetItem", TABLE + "orders-a"),
        wanted("dynamodb:PutItem", TABLE + "ordersA"),
        wanted("sqs:SendMessage", "arn:aws:sqs:{region}:{account}:jobs.fifo"),
        wanted("sqs:SendMessage", "arn:aws:sqs:{region}:{account}:{env:Q}", condition="x"),
    ]
    sids = [one["Sid"] for one in statements(document(proposed(*found, taken=["SendMessageSqs"])))]
    assert all(sid.isascii() and sid.isalnum() for sid in sids)
    assert len(set(sids)) == len(sids)


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy["Statement"]
    return found
