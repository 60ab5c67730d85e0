"""What is kept of a call: enough to know its needs, and nothing else."""

from __future__ import annotations

import datetime
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog.needs import needs
from remit.core.call import Call, Place
from remit.core.span import Span
from remit.testing.parameters import needed_only, plain
from tests.testing.support import ACCOUNT, REGION, allow, as_role

PLACE = Place("aws", REGION, ACCOUNT)
HERE = Span.whole("test")


def call(service: str, operation: str, params: dict[str, Any]) -> Call:
    return Call(service, operation, plain(params), HERE, region=REGION)


SECRETS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"x", "Metadata": {"a": "secret"}},
     {"Bucket": "b", "Key": "k"}),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": io.BytesIO(b"x"), "ACL": "private"},
     {"Bucket": "b", "Key": "k", "ACL": "private"}),
    ("ssm", "PutParameter", {"Name": "/a", "Value": "secret", "Type": "String"}, {"Name": "/a"}),
    ("secretsmanager", "CreateSecret", {"Name": "a", "SecretString": "secret"}, {"Name": "a"}),
    ("dynamodb", "PutItem", {"TableName": "t", "Item": {"a": "secret", "b": Decimal(1)}}, {"TableName": "t"}),
    ("dynamodb", "TransactWriteItems",
     {"TransactItems": [{"Put": {"TableName": "t", "Item": {"a": "secret"}}}]},
     {"TransactItems": [{"Put": {"TableName": "t"}}]}),
    ("sqs", "SendMessage", {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q", "MessageBody": "secret"},
     {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"}),
    ("lambda", "Invoke", {"FunctionName": "f", "Payload": b"secret"}, {"FunctionName": "f"}),
    ("logs", "GetLogEvents", {"logGroupName": "g", "startTime": datetime.datetime(2026, 1, 1)}, {"logGroupName": "g"}),
]  # fmt: skip


@pytest.mark.parametrize("case", SECRETS, ids=lambda case: f"{case[0]}.{case[1]}")
def test_what_is_kept_and_what_is_left_out(case: tuple[Any, ...]) -> None:
    service, operation, params, kept = case
    seen = call(service, operation, params)
    found = needed_only(seen, PLACE)
    assert found == kept
    assert needs(call(service, operation, found), PLACE) == needs(seen, PLACE)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["TableName", "Item", "TransactItems", "Bucket", "Key", "Name", "QueueUrl", "Tags"]
)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([("dynamodb", "TransactWriteItems"), ("s3", "PutObject"), ("sqs", "SendMessage"), ("ssm", "GetParameter")]),
    st.dictionaries(NAMES, ANYTHING, max_size=4),
)  # fmt: skip
def test_any_parameters_are_taken(what: tuple[str, str], params: dict[str, Any]) -> None:
    seen = call(*what, params)
    found = needed_only(seen, PLACE)
    assert json.loads(json.dumps(found)) == found


def test_a_recording_holds_the_roles_calls_once(tmp_path: Path) -> None:
    client = boto3.client("ssm", endpoint_url="http://127.0.0.1:9")
    with as_role(allow("sqs:*")) as recorder:
        for name in ("/a", "/a", "/b"):
            with pytest.raises(client.exceptions.ClientError):
                client.put_parameter(Name=name, Value="secret", Type="String")
    recorder.write(tmp_path / "calls.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert lines == [
        {"service": "ssm", "operation": "PutParameter", "params": {"Name": name}, "region": REGION}
        for name in ("/a", "/b")
    ]


def test_the_place_is_the_innermost_line_that_is_no_librarys() -> None:
    client = boto3.client("ssm", endpoint_url="http://127.0.0.1:9")
    with as_role() as recorder, pytest.raises(client.exceptions.ClientError):
        client.get_parameter(
            Name="/a",
        )
    [seen] = recorder.calls
    assert seen.span is not None
    text = Path(__file__).read_text().splitlines()
    assert (seen.span.file, text[seen.span.line - 1].strip()) == (__file__, "client.get_parameter(")
    assert str(seen) == f"ssm.GetParameter denied at {__file__}:{seen.span.line}"
