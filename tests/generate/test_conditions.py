"""Conditions: which, when, and only where the judge proves that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remit.catalog.needs import needs
from remit.core.call import Call, PartialDict, Place
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.explain.judge import judge
from remit.explain.model import Standing
from remit.generate import conditions as table
from remit.generate.conditions import Implied
from remit.generate.model import Deployment, Wanted
from tests.check.support import text
from tests.generate.support import HERE, NOWHERE, document, proposed, wanted
from tests.support import allow
from tests.support import document as policy

TABLE = "arn:aws:dynamodb:{region}:{account}:table/settings"
KEY = "arn:aws:kms:{region}:{account}:key/{key}"
ROLE = "arn:aws:iam::{account}:role/worker"
VIA = {"kms:ViaService": Text.of("ssm.", Hole(HoleKind.ASSIGNED, "region"), ".amazonaws.com")}
HTTPS = {"Bool": {"aws:SecureTransport": "true"}}


def key(*values: str, action: str = "dynamodb:GetItem") -> Wanted:
    found = wanted(action, TABLE)
    context = {"dynamodb:LeadingKeys": tuple(text(one) for one in values)}
    return replace(found, need=replace(found.need, context=context))


CASES: list[tuple[str, list[Wanted], Deployment, Any, Any]] = [
    (
        "a key that a service uses for the caller",
        [wanted("kms:Decrypt", KEY, context=VIA, own=False)],
        NOWHERE,
        {"StringLike": {"kms:ViaService": "ssm.*.amazonaws.com"}},
        {"StringLike": {"kms:ViaService": "ssm.*.amazonaws.com"}},
    ),
    (
        "the same key, also used directly",
        [wanted("kms:Decrypt", KEY, context=VIA, own=False), wanted("kms:Decrypt", KEY)],
        HERE,
        None,
        None,
    ),
    (
        "to which service a role is passed",
        [wanted("iam:PassRole", ROLE, context={"iam:PassedToService": Text.of("ecs-tasks.amazonaws.com")})],
        HERE,
        {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    ),
    (
        "a constant partition key",
        [key("site"), key("old")],
        HERE,
        None,
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["old", "site"]}, **HTTPS},
    ),
    (
        "a key that is known in part: the judge does not prove `order#*`",
        [key("order#{data:x}")],
        HERE,
        None,
        HTTPS,
    ),
    ("a key that is data", [key("{data:x}")], HERE, None, HTTPS),
    ("one call without a known key", [key("site"), wanted("dynamodb:GetItem", TABLE)], HERE, None, HTTPS),
    ("a request by somebody with a signed URL", [wanted("s3:GetObject", "arn:aws:s3:::b/x", own=False)], HERE, None, None),
    ("a poller", [wanted("sqs:ReceiveMessage", "arn:aws:sqs:{region}:{account}:q", origin="framework")], HERE, None, None),
    ("code and a poller on one queue", [wanted("sqs:ReceiveMessage", "arn:aws:sqs:{region}:{account}:q", origin=o) for o in ("framework", "code")], HERE, None, None),
    ("a service that answers HTTPS only", [wanted("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/a")], HERE, None, None),
    # Without `aws:SecureTransport` in what is known, the judge cannot prove it harmless.
    ("what is not proven", [wanted("s3:GetObject", "arn:aws:s3:::b/x")], Deployment(), None, None),
]  # fmt: skip


@pytest.mark.parametrize(("found", "at", "default", "asked"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])  # fmt: skip
def test_conditions(found: list[Wanted], at: Deployment, default: Any, asked: Any) -> None:
    [statement] = document(proposed(*found, at=at))["Statement"]
    assert statement.get("Condition") == default
    [statement] = document(proposed(*found, at=at, conditions=True))["Statement"]
    assert statement.get("Condition") == asked


def test_a_condition_that_would_deny_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof, not the table, decides: here the table is wrong."""
    wrong = Implied("StringEquals", "aws:PrincipalType", lambda *_: ("User",), default=True)
    monkeypatch.setattr(table, "IMPLIED", (wrong,))
    found = wanted("s3:GetObject", "arn:aws:s3:::b/x")
    at = replace(HERE, known={"aws:PrincipalType": "AssumedRole"})
    [statement] = document(proposed(found, at=at))["Statement"]
    assert "Condition" not in statement


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        ({"Key": {"id": "site"}}, ["site"]),
        ({"Key": {"id": {"S": "site"}}}, ["site"]),
        ({"Key": {"id": "site", "sort": "x"}}, None),  # which one is the partition key?
        ({"Key": PartialDict({"id": "site"})}, None),  # there may be more
        ({"Key": {"id": 5}}, None),  # how a number is compared is not documented
        ({"Key": Hole(HoleKind.DATA, "key")}, None),
        ({}, None),
    ],
)
def test_leading_keys_of_a_call(params: dict[str, Any], keys: list[str] | None) -> None:
    call = Call("dynamodb", "GetItem", {"TableName": "t", **params}, Span.whole("app.py"))
    [need] = needs(call, Place()).needs
    found = need.context.get("dynamodb:LeadingKeys")
    assert (None if found is None else [str(one) for one in found]) == keys


def test_why_source_account_is_never_written() -> None:
    """No request of a role's own has it: an Allow with it grants nothing."""
    need = wanted("s3:GetObject", "arn:aws:s3:::b/x").need
    made = policy(
        allow(
            "s3:GetObject",
            "arn:aws:s3:::b/x",
            Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}},
        )
    )
    assert judge((made,), need, {}, ("aws:SourceAccount",)).standing is Standing.DENIED
    assert not any("Source" in one.key for one in table.IMPLIED)


def test_services_that_answer_plain_http() -> None:
    """`protocols` in botocore's endpoints.json; the names there are endpoints', these IAM's."""
    import botocore.session

    from remit.generate.conditions import _PLAIN_HTTP

    data = botocore.session.get_session().get_component("data_loader").load_data("endpoints")
    services = data["partitions"][0]["services"]
    plain = {
        name
        for name, one in services.items()
        if "http" in one.get("defaults", {}).get("protocols", ())
    }
    assert plain >= _PLAIN_HTTP - {"cloudwatch"} and "monitoring" in plain
