"""The documents of AWS managed policies: the same as in their source, and as the parser reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from zipfile import ZipFile

import pytest

from remit.catalog import managed
from remit.core.policy import Condition, Item, Policy, Statement
from remit.core.span import Span
from remit.syntax.policy import parse_text

HERE = Span("template.yaml", 7, 9, 7, 30)
BASIC = "service-role/AWSLambdaBasicExecutionRole"

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/: the pages of these policies.
WAYS = [
    ("AWSLambdaBasicExecutionRole", BASIC),
    (BASIC, BASIC),
    (f"arn:aws:iam::aws:policy/{BASIC}", BASIC),
    ("AdministratorAccess", "AdministratorAccess"),
    ("arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess"),
    ("job-function/ViewOnlyAccess", "job-function/ViewOnlyAccess"),
    # No such policy: another path, another partition, a customer's own, a misspelling.
    ("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole", None),
    ("service-role/AdministratorAccess", None),
    (f"arn:aws-cn:iam::aws:policy/{BASIC}", None),
    ("arn:aws:iam::111122223333:policy/AdministratorAccess", None),
    ("administratoraccess", None),
    ("", None),
    ("/", None),
    ("{PolicyArn}", None),
]


@pytest.mark.parametrize(("asked", "expected"), WAYS)
def test_a_policy_is_found_by_its_arn_and_by_its_name(asked: str, expected: str | None) -> None:
    found = managed.document(asked)
    assert (found and found.name) == (expected and f"arn:aws:iam::aws:policy/{expected}")


def test_the_basic_policy_of_lambda_grants_logs() -> None:
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
    found = managed.document("AWSLambdaBasicExecutionRole", HERE)
    assert found is not None
    [statement] = found.statements
    assert {item.value for item in statement.actions} == {
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    assert [item.value for item in statement.resources or ()] == ["*"]
    assert found.span == statement.span == statement.actions[0].span == HERE


def test_every_document_is_read_as_the_parser_reads_it() -> None:
    for name in managed.names():
        expected, _ = parse_text(json.dumps(_raw(name)), "x.json", kind="identity")
        found = managed.document(name, HERE)
        assert expected is not None
        assert found is not None
        assert found == replace(_moved(expected), name=managed.arn(name), ready_made=True), name


def test_the_data_is_that_of_its_source() -> None:
    moto = pytest.importorskip("moto.iam.aws_managed_policies")
    source = json.loads(moto.aws_managed_policies_data)
    with ZipFile(managed.DATA) as data:
        index = json.loads(data.read("index.json"))
    assert index["origin"] == f"moto {version('moto')}", "run tools/managed_policies.py"
    assert managed.names() == tuple(sorted(source))
    for name, policy in source.items():
        assert index["policies"][name][:2] == [policy["Path"], policy["DefaultVersionId"]]
        assert _raw(name) == policy["Document"], name


def _raw(name: str) -> object:
    return managed._block(managed._index()[name][2])[name]


def _moved(policy: Policy) -> Policy:
    """The policy with every part at one place."""
    return replace(policy, span=HERE, statements=tuple(map(_moved_one, policy.statements)))


def _moved_one(statement: Statement) -> Statement:
    def put(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(Item(item.value, HERE) for item in items)

    return replace(
        statement,
        # One document has a variable in an ARN's account (AmazonTimestreamInfluxDBServiceRolePolicy),
        # which IAM's grammar does not take of others.
        faults=(),
        sid=Item(statement.sid.value, HERE) if statement.sid else None,
        actions=put(statement.actions),
        resources=None if statement.resources is None else put(statement.resources),
        span=HERE,
        conditions=tuple(
            Condition(Item(c.operator.value, HERE), Item(c.key.value, HERE), put(c.values))
            for c in statement.conditions
        ),
    )
