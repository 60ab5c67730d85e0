"""Faults of remit's own: an error of the service's own form with status 500, and never an allow.

Codes: S3 API Reference, ErrorResponses; EC2 API Reference, errors-overview; IAM API Reference;
common errors of the other services' references (facts/iam.md 6.3, 8).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.server import enforcer as enforcing
from tests.server.live import Keys, Live, serving
from tests.server.test_http import fetch


def broken() -> float:
    raise RuntimeError("a clock that does not go")


@pytest.fixture(scope="module")
def faulty() -> Iterator[Live]:
    """A server in which deciding fails."""
    from remit.server.run import running

    with serving() as live:
        built = live.built
        enforcer = replace(built.enforcer, clock=broken)
        application = replace(built.application, enforcer=enforcer)
        with running(replace(built, enforcer=enforcer, application=application)) as url:
            first = built.administrator
            yield Live(url, built, Keys(first.id, first.secret), live.root)


# service, method, parameters, code; in order of the protocols
CALLS: list[tuple[str, str, dict[str, Any], str]] = [
    ("sts", "get_caller_identity", {}, "InternalFailure"),
    ("iam", "list_users", {}, "ServiceFailure"),
    ("ec2", "describe_instances", {}, "InternalError"),
    ("dynamodb", "list_tables", {}, "InternalFailure"),
    ("kms", "list_keys", {}, "InternalFailure"),
    ("sqs", "list_queues", {}, "InternalFailure"),
    ("lambda", "list_functions", {}, "InternalFailure"),
    ("s3", "list_buckets", {}, "InternalError"),
    ("s3", "head_object", {"Bucket": "b", "Key": "k"}, "500"),
    ("route53", "list_hosted_zones", {}, "InternalFailure"),
]


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row[0]}.{row[1]}")
def test_a_fault_in_the_services_own_form(
    row: tuple[str, str, dict[str, Any], str], faulty: Live, caplog: pytest.LogCaptureFixture
) -> None:
    service, method, params, code = row
    with pytest.raises(ClientError) as caught, caplog.at_level(logging.CRITICAL, "remit.serve"):
        getattr(faulty.client(service), method)(**params)
    error = caught.value.response
    assert error["Error"]["Code"] == code
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
    if code != "500":  # a HEAD has no body
        assert error["Error"]["Message"] == "a fault of remit's own; see the server's output"


def test_cbor(faulty: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = "botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS"
    monkeypatch.setattr(spoken, ("smithy-rpc-v2-cbor",))
    with pytest.raises(ClientError) as caught:
        faulty.client("cloudwatch").list_metrics()
    assert caught.value.response["Error"]["Code"] == "InternalFailure"


def test_where_recognizing_fails_itself(faulty: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more can be told: plain words, and still no allow."""

    def fails(*_: object) -> None:
        raise RuntimeError("and this too")

    monkeypatch.setattr(enforcing, "recognize", fails)
    status, body = fetch(f"{faulty.url}/bucket/key")
    assert (status, body) == (500, b"a fault of remit's own\n")


def test_what_is_no_operation_is_no_fault(faulty: Live) -> None:
    status, body = fetch(f"{faulty.url}/", "POST", b"{}", **{"X-Amz-Target": "No.Such"})
    assert status == 404
    assert "no operation" in json.loads(body)["message"]
