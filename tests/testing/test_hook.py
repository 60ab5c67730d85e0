"""Every way in which boto3 makes a call, with moto, Stubber, or nothing behind it."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.stub import Stubber
from moto import mock_aws

from remit.testing import Verdict
from tests.testing.support import REGION, allow, as_role, deny

READ = allow(["s3:GetObject", "s3:ListBucket"])
OWN = (BaseClient._make_api_call, BaseClient._convert_to_request_dict)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    assert (BaseClient._make_api_call, BaseClient._convert_to_request_dict) == OWN


@pytest.fixture
def bucket(moto: None) -> Any:
    bucket = boto3.resource("s3").Bucket("data")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket.put_object(Key="k", Body=b"v")
    return bucket


def denied(call: Any) -> bool:
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
        return True
    return False


# --- moto, in either order ------------------------------------------------------------------------


def test_inside_moto(bucket: Any) -> None:
    before = boto3.client("s3")
    with as_role(READ) as recorder:
        for client in (before, boto3.client("s3")):
            assert client.get_object(Bucket="data", Key="k")["Body"].read() == b"v"
            assert denied(lambda client=client: client.delete_object(Bucket="data", Key="k"))
    assert [seen.verdict for seen in recorder.calls] == [Verdict.ALLOWED, Verdict.DENIED] * 2
    assert boto3.client("s3").get_object(Bucket="data", Key="k")["Body"].read() == b"v"


def test_around_moto() -> None:
    with as_role(allow("s3:CreateBucket")) as recorder, mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        assert denied(lambda: client.list_objects_v2(Bucket="data"))
    assert len(recorder.denied) == 1


def test_as_decorators() -> None:
    def use() -> None:
        assert denied(lambda: boto3.client("dynamodb").list_tables())

    mock_aws(as_role(READ)(use))()
    as_role(READ)(mock_aws(use))()


def test_observing_lets_through(bucket: Any) -> None:
    with as_role(READ, observe=True) as recorder:
        bucket.Object("k").delete()
    assert [str(one.operation) for one in recorder.denied] == ["DeleteObject"]
    assert list(bucket.objects.all()) == []


# --- ways of calling ------------------------------------------------------------------------------


def test_resources_paginators_waiters(bucket: Any) -> None:
    client = boto3.client("s3")
    with as_role(READ) as recorder:
        assert [one.key for one in bucket.objects.all()] == ["k"]
        pages = client.get_paginator("list_objects_v2").paginate(Bucket="data")
        assert sum(page["KeyCount"] for page in pages) == 1
        client.get_waiter("object_exists").wait(Bucket="data", Key="k")
    assert [one.operation for one in recorder.calls] == [
        "ListObjects",
        "ListObjectsV2",
        "HeadObject",
    ]
    with as_role(deny("*")) as recorder:
        assert denied(lambda: list(bucket.objects.all()))
        assert denied(lambda: list(client.get_paginator("list_objects_v2").paginate(Bucket="data")))
        assert denied(lambda: bucket.Object("k").delete())
    assert len(recorder.denied) == 3


def test_a_transfer_is_the_line_that_waits_for_it(bucket: Any) -> None:
    with as_role(allow("s3:PutObject"), deny("s3:PutObject", "arn:aws:s3:::data/no")) as recorder:
        bucket.upload_fileobj(io.BytesIO(b"x"), "yes")
        assert denied(lambda: bucket.upload_fileobj(io.BytesIO(b"x"), "no"))
    assert [str(one.verdict) for one in recorder.calls] == ["allowed", "denied"]
    assert {one.span.file for one in recorder.calls if one.span} == {__file__}


def test_threads(bucket: Any) -> None:
    client, gate = boto3.client("s3"), threading.Barrier(4)

    def use(number: int) -> bool:
        gate.wait()
        results = [
            denied(lambda: client.get_object(Bucket="data", Key="k")),
            denied(lambda: client.delete_object(Bucket="data", Key=str(number))),
        ]
        return results == [False, True]

    with as_role(READ) as recorder, ThreadPoolExecutor(4) as pool:
        assert all(pool.map(use, range(4)))
    assert len(recorder.denied) == 4 and len(recorder.calls) == 8


def test_a_signed_url_is_told_and_never_denied(bucket: Any) -> None:
    client = boto3.client("s3")
    with as_role(READ) as recorder:
        assert "k" in client.generate_presigned_url("get_object", {"Bucket": "data", "Key": "k"})
        assert "k" in client.generate_presigned_url("put_object", {"Bucket": "data", "Key": "k"})
        client.generate_presigned_post("data", "k")
    told = [(one.operation, one.verdict, one.presigned) for one in recorder.calls]
    assert told == [
        ("GetObject", Verdict.ALLOWED, True),
        ("PutObject", Verdict.DENIED, True),
        ("PutObject", Verdict.DENIED, True),
    ]


# --- without an emulator --------------------------------------------------------------------------


def test_stubber_before_and_after() -> None:
    client = boto3.client("sqs")
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
    with Stubber(client) as stub:
        stub.add_response("send_message", {"MessageId": "1"}, {"QueueUrl": url, "MessageBody": "x"})
        with as_role(allow("sqs:SendMessage")):
            assert client.send_message(QueueUrl=url, MessageBody="x")["MessageId"] == "1"
    with as_role(allow("sqs:ReceiveMessage")), Stubber(client) as stub:
        stub.add_response("send_message", {"MessageId": "1"})
        assert denied(lambda: client.send_message(QueueUrl=url, MessageBody="x"))
        with pytest.raises(AssertionError):
            stub.assert_no_pending_responses()  # nothing was sent


def test_an_endpoint_of_ones_own() -> None:
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9")
    with as_role(READ):
        assert denied(lambda: client.get_item(TableName="t", Key={"id": {"S": "1"}}))


def test_what_botocore_refuses_is_no_call() -> None:
    with as_role(READ) as recorder, pytest.raises(ParamValidationError):
        boto3.client("s3").delete_object(Bucket="data")
    assert recorder.calls == []


def test_credentials_given_in_code_are_told() -> None:
    session = boto3.Session(aws_access_key_id="other", aws_secret_access_key="x")
    clients = [
        session.client("dynamodb"),
        boto3.client("dynamodb", aws_access_key_id="other", aws_secret_access_key="x"),
        boto3.client("dynamodb", config=Config(signature_version=UNSIGNED)),
    ]
    with mock_aws():
        for client in clients:
            with as_role(READ) as recorder:
                client.list_tables()
            assert [one.reason for one in recorder.spared] == [
                "made with credentials given in code"
            ]
            with as_role(READ, foreign=True):
                assert denied(client.list_tables)


def test_a_call_inside_a_call_is_the_sdks_own(bucket: Any) -> None:
    client, inner = boto3.client("s3"), boto3.client("sqs")
    client.meta.events.register("before-send.s3", lambda **_: inner.list_queues() and None)
    with as_role(READ) as recorder:
        client.get_object(Bucket="data", Key="k")
        assert denied(inner.list_queues)
    assert [one.operation for one in recorder.calls] == ["GetObject", "ListQueues"]


# --- several at once ------------------------------------------------------------------------------


def test_the_innermost_decides(bucket: Any) -> None:
    client = boto3.client("s3")
    outer, inner = as_role(allow("s3:*")), as_role(READ)
    with outer as first:
        with inner as second, inner:
            assert denied(lambda: client.delete_object(Bucket="data", Key="k"))
        assert not denied(lambda: client.delete_object(Bucket="data", Key="k"))
    assert (len(first.calls), len(second.calls)) == (1, 1)


def test_ends_in_any_order(bucket: Any) -> None:
    client = boto3.client("s3")
    first, second = as_role(READ), as_role(allow("s3:*"))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not denied(lambda: client.delete_object(Bucket="data", Key="k"))
    second.__exit__(None, None, None)


def test_others_who_patch_the_same_method(bucket: Any) -> None:
    client, calls = boto3.client("s3"), []
    with as_role(READ) as recorder:
        ours = BaseClient._make_api_call

        def theirs(self: Any, name: str, params: Any) -> Any:
            calls.append(name)
            return ours(self, name, params)

        below = BaseClient._convert_to_request_dict

        def theirs_too(self: Any, *args: Any, **kwargs: Any) -> Any:
            return below(self, *args, **kwargs)

        BaseClient._make_api_call = theirs  # type: ignore[method-assign]
        BaseClient._convert_to_request_dict = theirs_too  # type: ignore[method-assign]
        assert denied(lambda: client.delete_object(Bucket="data", Key="k"))
    assert BaseClient._make_api_call is theirs  # left in place: it is not ours to take away
    with as_role(READ, observe=True) as again:
        client.get_object(Bucket="data", Key="k")
    assert not denied(lambda: client.delete_object(Bucket="data", Key="k"))
    assert calls == ["DeleteObject", "GetObject", "DeleteObject"]
    assert (len(recorder.calls), len(again.calls)) == (1, 1)
    BaseClient._make_api_call, BaseClient._convert_to_request_dict = OWN  # type: ignore[method-assign]


def test_an_error_on_the_way_leaves_nothing_behind(bucket: Any) -> None:
    client = boto3.client("s3")
    with pytest.raises(KeyError), as_role(READ):
        raise KeyError
    assert not denied(lambda: client.delete_object(Bucket="data", Key="k"))
