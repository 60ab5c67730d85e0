"""Whose keys, which region, which endpoint, which service: all that is settled before a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore
import pytest
from sdk_driver import Log, Model, on_model

from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk
from remit.scan.sdk.endpoint import AWS_SUFFIXES, Place, place
from remit.scan.sdk.modules import module_attribute

KEY = Hole(HoleKind.ENV, 'os.environ["MY_KEY"]')
LAMBDA_KEY = Hole(HoleKind.ENV, 'os.environ["AWS_ACCESS_KEY_ID"]')
TOKEN = Hole(HoleKind.ENV, 'os.environ["AWS_SESSION_TOKEN"]')


def _assumed(boto3: Any, build: Callable[[Any, Any], Any]) -> Any:
    response = boto3.client("sts").assume_role(RoleArn="arn:aws:iam::1:role/r", RoleSessionName="s")
    return build(boto3, response["Credentials"]).list_buckets()


FOREIGN: dict[str, tuple[Callable[[Any], Any], str | None]] = {
    "no keys": (lambda b: b.client("s3").list_buckets(), None),
    "keys that are None": (
        lambda b: b.client("s3", aws_access_key_id=None, aws_secret_access_key=None).list_buckets(),
        None,
    ),
    "literal keys": (
        lambda b: b.client("s3", aws_access_key_id="AK").list_buckets(),
        "explicit keys",
    ),
    "keys by position": (
        lambda b: b.client("s3", "eu-west-1", None, True, None, None, "AK", "SK").list_buckets(),
        "explicit keys",
    ),
    "keys from the environment": (
        lambda b: b.client("s3", aws_access_key_id=KEY).list_buckets(),
        "explicit keys",
    ),
    # Lambda Developer Guide, configuration-envvars: these are the execution role's own.
    "the keys that Lambda sets": (
        lambda b: b.client(
            "s3", aws_access_key_id=LAMBDA_KEY, aws_session_token=TOKEN
        ).list_buckets(),
        None,
    ),
    "the keys that Lambda sets, without their token": (
        lambda b: b.client("s3", aws_access_key_id=LAMBDA_KEY).list_buckets(),
        "explicit keys",
    ),
    "a key with a longer name": (
        lambda b: b.client(
            "s3",
            aws_access_key_id=Hole(HoleKind.ENV, 'os.environ["MY_AWS_ACCESS_KEY_ID"]'),
            aws_session_token=TOKEN,
        ).list_buckets(),
        "explicit keys",
    ),
    "keys of a session": (
        lambda b: b.Session(aws_access_key_id="AK").client("s3").list_buckets(),
        "explicit keys",
    ),
    "keys of a session by position": (
        lambda b: b.Session("AK", "SK").resource("s3").Bucket("b").delete(),
        "explicit keys",
    ),
    # boto3/session.py: a session takes empty keys for none.
    "empty keys of a session": (
        lambda b: b.Session(aws_access_key_id="").client("s3").list_buckets(),
        None,
    ),
    "a profile": (
        lambda b: b.session.Session(profile_name="dev").client("s3").list_buckets(),
        "explicit keys",
    ),
    "own keys passed on": (
        lambda b: b.client(
            "s3", aws_access_key_id=b.Session().get_credentials().access_key
        ).list_buckets(),
        None,
    ),
    "foreign keys passed on": (
        lambda b: b.client(
            "s3",
            aws_access_key_id=b.Session("AK").get_credentials().get_frozen_credentials().access_key,
        ).list_buckets(),
        "explicit keys",
    ),
    "own keys over those of a foreign session": (
        lambda b: (
            b.Session("AK")
            .client("s3", aws_access_key_id=b.Session().get_credentials().access_key)
            .list_buckets()
        ),
        None,
    ),
    "an assumed role's client": (
        lambda b: _assumed(b, lambda b, c: b.client("s3", aws_access_key_id=c["AccessKeyId"])),
        "assumed role",
    ),
    "an assumed role's session": (
        lambda b: _assumed(
            b, lambda b, c: b.Session(aws_access_key_id=c.get("AccessKeyId")).client("s3")
        ),
        "assumed role",
    ),
    "a secret's keys": (
        lambda b: b.client(
            "s3",
            aws_access_key_id=b.client("secretsmanager").get_secret_value(SecretId="s")["A"],
        ).list_buckets(),
        "explicit keys",
    ),
    "local endpoint": (
        lambda b: b.client("s3", endpoint_url="http://localhost:4566").list_buckets(),
        "local endpoint",
    ),
    "local endpoint of a resource": (
        lambda b: b.resource("dynamodb", endpoint_url="http://dynamodb:8000").Table("t").scan(),
        "local endpoint",
    ),
    "another store": (
        lambda b: b.client("s3", endpoint_url="https://nyc3.digitaloceanspaces.com").list_buckets(),
        "endpoint that is not AWS's",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign(name: str) -> None:
    snippet, expected = FOREIGN[name]
    _, log = on_model(snippet)
    operations = [op for op, _ in log.called if op not in ("AssumeRole", "GetSecretValue")]
    assert log.foreign == ([expected] if expected else [])
    assert len(operations) == (0 if expected else 1)
    assert not log.unattributed


def test_unsigned_requests_are_nobodys() -> None:
    log = Log()
    unsigned = sdk.module_attribute("botocore", "UNSIGNED")
    assert unsigned is not None
    config = Model(sdk.Module("botocore.config"), log).Config(signature_version=log.take(unsigned))
    Model(sdk.Module("boto3"), log).client("s3", config=config).get_object(Bucket="b", Key="k")
    assert log.foreign == ["unsigned requests"]


PLACES = [
    (None, Place.AWS),
    ("https://dynamodb.eu-west-1.amazonaws.com", Place.AWS),
    ("https://vpce-1.s3.eu-west-1.vpce.amazonaws.com:443/x", Place.AWS),
    ("https://s3.cn-north-1.amazonaws.com.cn", Place.AWS),
    ("https://lambda.eu-west-1.api.aws", Place.AWS),
    ("http://localhost:8000", Place.LOCAL),
    ("HTTP://LOCALHOST:8000/", Place.LOCAL),
    ("http://127.0.0.1", Place.LOCAL),
    ("http://[::1]:9000", Place.LOCAL),
    ("http://0.0.0.0:4566", Place.LOCAL),
    ("http://dynamodb:8000", Place.LOCAL),
    ("http://host.docker.internal:4566", Place.LOCAL),
    ("http://mybox.local", Place.LOCAL),
    ("http://user:pw@minio.example.com:1", Place.ELSEWHERE),
    ("localhost:4566", Place.LOCAL),
    ("http://s3.localhost.localstack.cloud:4566", Place.LOCAL),
    ("https://minio.example.com", Place.ELSEWHERE),
    ("https://amazonaws.com.example.com", Place.ELSEWHERE),
    (Hole(HoleKind.ENV, "URL"), Place.UNKNOWN),
    (Text.of("http://localhost:", Hole(HoleKind.ENV, "PORT")), Place.LOCAL),
    (Text.of("http://", Hole(HoleKind.ENV, "HOST"), ":4566"), Place.UNKNOWN),
    (Text.of("https://sqs.", Hole(HoleKind.ENV, "R"), ".amazonaws.com"), Place.AWS),
    (Text.of("https://minio.example.com/", Hole(HoleKind.ENV, "P")), Place.ELSEWHERE),
]


@pytest.mark.parametrize(("endpoint", "expected"), PLACES, ids=str)
def test_place(endpoint: Any, expected: Place) -> None:
    assert place(endpoint, "s3") is expected


def test_suffixes_are_those_of_botocore() -> None:
    import json

    path = Path(botocore.__file__).parent / "data" / "partitions.json"
    for partition in json.loads(path.read_bytes())["partitions"]:
        for key in ("dnsSuffix", "dualStackDnsSuffix"):
            assert f"x.{partition['outputs'][key]}".endswith(AWS_SUFFIXES), partition["id"]


def test_unknown_endpoint_is_what_the_call_hangs_on() -> None:
    hole = Hole(HoleKind.ENV, 'os.environ["ENDPOINT"]')
    _, log = on_model(lambda b: b.client("sqs", endpoint_url=hole).list_queues())
    (call,) = log.calls
    assert call.extra == {"endpoint": Text.of(hole), "endpoint_hole": hole.name}
    assert call.hangs_on == (hole,)


def test_management_api_names_its_endpoint_and_hangs_on_nothing() -> None:
    url = Text.of("https://", Hole(HoleKind.DATA, "event.domain"), "/prod")
    _, log = on_model(
        lambda b: b.client("apigatewaymanagementapi", endpoint_url=url).post_to_connection(
            ConnectionId="c", Data=b""
        )
    )
    (call,) = log.calls
    assert call.extra == {"endpoint": url}
    assert call.hangs_on == ()


def test_unknown_arguments_are_what_the_call_hangs_on() -> None:
    made = sdk.call(sdk.Bound(sdk.Session(), "client"), sdk.Arguments(("s3",), {}, open=True)).value
    assert isinstance(made, sdk.Client)
    (call,) = sdk.call(sdk.Bound(made, "list_buckets"), sdk.Arguments()).calls
    assert [hole.name for hole in call.hangs_on] == ["the arguments behind `*`"]


REGIONS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "none": (lambda b: b.client("sqs"), None),
    "keyword": (lambda b: b.client("sqs", region_name="eu-west-1"), "eu-west-1"),
    "position": (lambda b: b.client("sqs", "eu-west-1"), "eu-west-1"),
    "session": (lambda b: b.Session(region_name="eu-west-1").client("sqs"), "eu-west-1"),
    "client over session": (
        lambda b: b.Session(region_name="eu-west-1").client("sqs", region_name="us-east-1"),
        "us-east-1",
    ),
    "the deployment's own": (
        lambda b: b.client("sqs", region_name=b.Session().region_name),
        None,
    ),
    "of another client": (
        lambda b: b.client("sqs", b.client("s3", "eu-west-2").meta.region_name),
        "eu-west-2",
    ),
    "hole": (lambda b: b.client("sqs", region_name=KEY), KEY),
    "resource": (lambda b: b.resource("sqs", "eu-west-3").meta.client, "eu-west-3"),
}


@pytest.mark.parametrize("name", REGIONS)
def test_region(name: str) -> None:
    snippet, expected = REGIONS[name]
    _, log = on_model(lambda b: snippet(b).list_queues())
    (call,) = log.calls
    assert call.region == expected


def test_botocore_sessions_with_a_profile_are_foreign() -> None:
    log = Log()
    session = Model(sdk.Module("botocore.session"), log).Session(profile="dev")
    session.create_client("s3").list_buckets()
    boto3 = Model(sdk.Module("boto3"), log)
    boto3.Session(botocore_session=session).client("s3").list_buckets()
    assert log.foreign == ["explicit keys", "explicit keys"]
    assert not log.calls


MERGED = [
    ({"region_name": "a"}, {"region_name": "b"}, "b", False),
    ({"region_name": "a"}, {"retries": {}}, "a", False),
    ({"signature_version": sdk.Inert("botocore.UNSIGNED")}, {}, None, True),
    ({}, {"signature_version": sdk.Inert("botocore.UNSIGNED")}, None, True),
    ({"signature_version": "s3v4"}, {}, None, False),
]


@pytest.mark.parametrize(("first", "second", "region", "unsigned"), MERGED)
def test_merged_configs(
    first: dict[str, Any], second: dict[str, Any], region: str | None, unsigned: bool
) -> None:
    log = Log()
    module = Model(sdk.Module("botocore.config"), log)
    config = module.Config(**first).merge(module.Config(**second))
    Model(sdk.Module("boto3"), log).client("s3", config=config).list_buckets()
    assert [call.region for call in log.calls] == ([] if unsigned else [region])


def test_config_region_yields_to_an_explicit_one() -> None:
    log = Log()
    config = Model(sdk.Module("botocore.config"), log).Config(region_name="eu-west-1")
    boto3 = Model(sdk.Module("boto3"), log)
    boto3.client("sqs", config=config).list_queues()
    boto3.client("sqs", "us-east-1", config=config).list_queues()
    assert [call.region for call in log.calls] == ["eu-west-1", "us-east-1"]


UNKNOWN_SERVICES: list[tuple[Callable[[Any], Any], str]] = [
    (
        lambda b: b.client("dynamdb"),
        "boto3 has no service `dynamdb`; did you mean `dynamodb`?",
    ),
    (lambda b: b.client("../etc"), "boto3 has no service `../etc`"),
    (lambda b: b.resource("lambda"), "boto3 has no resource for `lambda`"),
    (
        lambda b: b.client(Hole(HoleKind.ENV, "SERVICE")),
        "which service this client is for is not known (`{SERVICE}`)",
    ),
    (lambda b: b.client(), "which service this client is for is not known"),
]


@pytest.mark.parametrize(("snippet", "why"), UNKNOWN_SERVICES)
def test_unknown_service(snippet: Callable[[Any], Any], why: str) -> None:
    """The reason is given once: what is done with the thing afterwards adds nothing."""
    value, log = on_model(snippet)
    assert log.unattributed == [why]
    Model(value, log).put_item(TableName="t")["x"].more()
    assert log.unattributed == [why]
    assert not log.calls


def test_default_session() -> None:
    setup = module_attribute("boto3", "setup_default_session")
    assert setup is not None
    assert isinstance(setup.value, sdk.Factory)
    outcome = sdk.call(setup.value, sdk.Arguments((), {"region_name": "eu-west-1"}))
    assert outcome.default_session == sdk.Session("eu-west-1")
    client = module_attribute("boto3", "client", outcome.default_session)
    assert client is not None
    assert client.value == sdk.Bound(sdk.Session("eu-west-1"), "client")


def test_botocore_session() -> None:
    log = Log()
    session = Model(sdk.Module("botocore.session"), log).get_session()
    session.create_client("s3", region_name="eu-west-1").list_buckets()
    assert [(call.operation, call.region) for call in log.calls] == [("ListBuckets", "eu-west-1")]


MODULES = [
    ("boto3", "session", sdk.Module("boto3.session")),
    ("boto3", "dynamodb", sdk.Module("boto3.dynamodb")),
    ("boto3.session", "Session", sdk.Factory("boto3.session.Session")),
    ("boto3", "DEFAULT_SESSION", sdk.Session()),
    ("boto3", "set_stream_logger", sdk.Inert("boto3.set_stream_logger")),
    ("boto3.dynamodb.conditions", "Key", sdk.Inert("boto3.dynamodb.conditions.Key")),
    ("boto3.s3.transfer", "TransferConfig", sdk.Inert("boto3.s3.transfer.TransferConfig")),
    ("botocore.exceptions", "ClientError", sdk.Inert("botocore.exceptions.ClientError")),
]


@pytest.mark.parametrize(("module", "name", "value"), MODULES)
def test_module_attribute(module: str, name: str, value: sdk.SdkObject) -> None:
    assert module_attribute(module, name) == sdk.Outcome(value)


@pytest.mark.parametrize("module", ["boto", "aioboto3", "aiobotocore.session", "boto3x", ""])
def test_other_packages(module: str) -> None:
    assert module_attribute(module, "client") is None


@pytest.mark.parametrize("name", ["botocore.auth.SigV4Auth", "boto3.dynamodb.table.BatchWriter"])
def test_doors_that_are_not_followed_are_said(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    found = module_attribute(module, attribute)
    assert found is not None
    assert isinstance(found.value, sdk.SdkObject)
    outcome = sdk.call(found.value, sdk.Arguments())
    assert outcome.unattributed == f"`{name}` signs or sends requests that are not followed"
