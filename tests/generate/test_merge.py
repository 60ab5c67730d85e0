"""Hand-written policies, extended and pruned: their own layout, order and Sids stay.

The layouts are those of public projects: tabs, four blanks, braces side by side, one line.
"""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.explain.judge import judge
from remit.explain.model import Standing
from remit.generate.grouping import Pair
from remit.generate.merge import Document, NotEditableError, extended, pruned
from tests.check.support import need

TABLE = "arn:aws:dynamodb:*:*:table/"
GET, PUT = "dynamodb:GetItem", "dynamodb:PutItem"
BOTH = [Pair(PUT, TABLE + "a"), Pair(GET, TABLE + "a")]


def after(text: str, missing: list[Pair], wanted: list[Pair] | None = None) -> str:
    document = Document.read(text, "p.json")
    return extended(document, missing, set(wanted or missing)).text


@pytest.mark.parametrize(
    ("before", "missing", "wanted", "expected"),
    [
        pytest.param(
            """\
            {
            »"Statement": [
            »»{
            »»»"Resource": [
            »»»»"arn:aws:dynamodb:*:*:table/a"
            »»»],
            »»»"Effect": "Allow",
            »»»"Action": [
            »»»»"dynamodb:GetItem"
            »»»]
            »»}
            »]
            }""",
            [Pair(PUT, TABLE + "a")],
            BOTH,
            """\
            {
            »"Statement": [
            »»{
            »»»"Resource": [
            »»»»"arn:aws:dynamodb:*:*:table/a"
            »»»],
            »»»"Effect": "Allow",
            »»»"Action": [
            »»»»"dynamodb:GetItem",
            »»»»"dynamodb:PutItem"
            »»»]
            »»}
            »]
            }""",
            id="an action joins its resource; tabs; no line end at the end",
        ),
        pytest.param(
            """\
            {
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "Mine",
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem"],
                    "Resource": "arn:aws:dynamodb:*:*:table/a"
                }]
            }
            """,
            [Pair(GET, TABLE + "b"), Pair("s3:GetObject", "arn:aws:s3:::b/*"), Pair("s3:PutObject", "arn:aws:s3:::b/*")],
            [*BOTH, Pair(GET, TABLE + "b")],
            """\
            {
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "Mine",
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem"],
                    "Resource": ["arn:aws:dynamodb:*:*:table/a", "arn:aws:dynamodb:*:*:table/b"]
                }, {
                    "Sid": "ReadWriteB",
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject"],
                    "Resource": "arn:aws:s3:::b/*"
                }]
            }
            """,
            id="a resource joins its action; a new statement in the file's own style",
        ),
        pytest.param(
            """\
            {
              "Statement": [
                {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/a"},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
              ]
            }
            """,
            [Pair(PUT, TABLE + "a"), Pair("sns:Publish", "arn:aws:sns:*:*:t")],
            [*BOTH, Pair("sns:Publish", "arn:aws:sns:*:*:t")],
            """\
            {
              "Statement": [
                {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:*:*:table/a"},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                {"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:t"}
              ]
            }
            """,
            id="statements of one line stay so",
        ),
        pytest.param(
            '{"Statement":{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}}',
            [Pair(PUT, TABLE + "a")],
            BOTH,
            '{"Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"},'
            ' {"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/a"}]}',
            id="one object becomes a list; `*` takes nothing in",
        ),
        pytest.param(
            """\
            {
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": "dynamodb:GetItem",
                  "Resource": "arn:aws:dynamodb:*:*:table/a",
                  "Condition": {"Bool": {"aws:SecureTransport": "true"}}
                },
                {
                  "Effect": "Deny",
                  "Action": "dynamodb:GetItem",
                  "Resource": "arn:aws:dynamodb:*:*:table/a"
                },
                {
                  "Effect": "Allow",
                  "Action": ["dynamodb:GetItem", "dynamodb:Scan"],
                  "Resource": "arn:aws:dynamodb:*:*:table/b"
                }
              ]
            }
            """,
            [Pair(PUT, TABLE + "a")],
            BOTH,
            """\
            {
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": "dynamodb:GetItem",
                  "Resource": "arn:aws:dynamodb:*:*:table/a",
                  "Condition": {"Bool": {"aws:SecureTransport": "true"}}
                },
                {
                  "Effect": "Deny",
                  "Action": "dynamodb:GetItem",
                  "Resource": "arn:aws:dynamodb:*:*:table/a"
                },
                {
                  "Effect": "Allow",
                  "Action": ["dynamodb:GetItem", "dynamodb:Scan"],
                  "Resource": "arn:aws:dynamodb:*:*:table/b"
                },
                {
                  "Effect": "Allow",
                  "Action": "dynamodb:PutItem",
                  "Resource": "arn:aws:dynamodb:*:*:table/a"
                }
              ]
            }
            """,
            id="conditions, denials and wider statements are left alone",
        ),
        pytest.param(
            '{\n  "Statement": []\n}\n',
            [Pair(PUT, TABLE + "a")],
            BOTH,
            '{\n  "Statement": [\n    {\n      "Sid": "PutItemA",\n      "Effect": "Allow",\n'
            '      "Action": "dynamodb:PutItem",\n      "Resource": "arn:aws:dynamodb:*:*:table/a"\n'
            "    }\n  ]\n}\n",
            id="an empty policy",
        ),
        pytest.param('{ "Statement" : [ ] }', [], [], '{ "Statement" : [ ] }', id="nothing missing"),
    ],
)  # fmt: skip
def test_extended(before: str, missing: list[Pair], wanted: list[Pair], expected: str) -> None:
    # `»` stands for a tab.
    text = dedent(before).replace("»", "\t")
    assert after(text, missing, wanted) == dedent(expected).replace("»", "\t")


def test_line_ends_and_byte_order_mark_stay() -> None:
    text = '\ufeff{\r\n  "Statement": [\r\n    {\r\n      "Effect": "Allow",\r\n      "Action": "dynamodb:GetItem",\r\n      "Resource": "arn:aws:dynamodb:*:*:table/a"\r\n    }\r\n  ]\r\n}'
    made = after(text, [Pair(PUT, TABLE + "a")], BOTH)
    assert made.startswith("\ufeff{\r\n") and made.endswith("\r\n}")
    assert made.count("\n") == made.count("\r\n") == text.count("\n") + 3
    assert made.replace('[\r\n        "dynamodb:GetItem",\r\n        "dynamodb:PutItem"\r\n      ]', '"dynamodb:GetItem"') == text  # fmt: skip


def test_pruned_takes_out_items_and_statements_with_nothing_left() -> None:
    text = dedent(
        """\
        {
          "Statement": [
            {
              "Effect": "Allow",
              "Action": ["sqs:SendMessage", "sqs:*", "sqs:ReceiveMessage"],
              "Resource": "*"
            },
            {
              "Effect": "Allow",
              "Action": "sns:Publish",
              "Resource": "*"
            }
          ]
        }
        """
    )
    document = Document.read(text, "p.json")
    first, second = document.policy.statements
    spans = {first.actions[0].span, first.actions[2].span, second.actions[0].span}
    assert pruned(document, spans).text == dedent(
        """\
        {
          "Statement": [
            {
              "Effect": "Allow",
              "Action": ["sqs:*"],
              "Resource": "*"
            }
          ]
        }
        """
    )
    everything = {one.span for s in document.policy.statements for one in s.actions}
    assert json.loads(pruned(document, everything).text) == {"Statement": []}
    alone = Document.read(
        '{"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}', "p.json"
    )
    assert pruned(alone, {alone.policy.statements[0].actions[0].span}).text == '{"Statement": []}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the document ends inside the object"),
        ("[]", "a policy must be an object, not a list"),
        ('{"Version": "2012-10-17"}', "the policy has no `Statement`"),
        ("Statement: []", "`Statement` is no JSON value"),
    ],
)
def test_what_is_no_policy_is_told(text: str, message: str) -> None:
    with pytest.raises(NotEditableError) as found:
        Document.read(text, "p.json")
    assert found.value.problem.span.file == "p.json"
    assert message in found.value.problem.message


RESOURCES = [TABLE + "a", TABLE + "b", "arn:aws:s3:::b", "arn:aws:s3:::b/*"]
ACTIONS = [GET, PUT, "s3:GetObject", "s3:ListBucket"]
FITTING = [Pair(a, r) for a in ACTIONS for r in RESOURCES if a[:2] == r[8:10] and (a != "s3:ListBucket") == ("/" in r)]  # fmt: skip
ALLOWS = st.builds(
    lambda actions, resources, effect: {"Effect": effect, "Action": actions, "Resource": resources},
    st.lists(st.sampled_from([*ACTIONS, "s3:*", "*"]), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from([*RESOURCES, "*"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["Allow", "Allow", "Deny"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ALLOWS, max_size=3),
    st.lists(st.sampled_from(FITTING), min_size=1, max_size=4, unique=True),
)
def test_what_was_missing_is_allowed_and_nothing_else(
    statements: list[dict[str, object]], wanted: list[Pair]
) -> None:
    """Over all that the example's actions and resources can ask, only what is wanted changes."""
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    before = Document.read(text, "p.json")

    def stands(document: Document, pair: Pair) -> Standing:
        resource = pair.resource.replace("*:*:table", "eu-west-1:111122223333:table")
        made = need(pair.action, resource.replace("/*", "/k")).need
        return judge((document.policy,), made, {})

    def standing(document: Document, pair: Pair) -> tuple[Standing, bool]:
        found = stands(document, pair)
        return found.standing, found.explicit  # type: ignore[attr-defined]

    missing = [one for one in wanted if standing(before, one) == (Standing.DENIED, False)]
    made = extended(before, missing, set(wanted))
    for pair in FITTING:
        if pair in missing:
            assert standing(made, pair)[0] is Standing.ALLOWED
        elif pair not in wanted:
            assert standing(made, pair) == standing(before, pair)
    kept = json.loads(made.text)["Statement"]
    for old, new in zip(statements, kept, strict=False):
        assert set(old["Action"]) <= set(_list(new["Action"]))  # type: ignore[call-overload]
        assert set(old["Resource"]) <= set(_list(new["Resource"]))  # type: ignore[call-overload]


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
