"""The service models as read from botocore's and boto3's data files."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from remit.catalog import models


@pytest.mark.parametrize(
    ("package", "service", "kind", "key"),
    [
        ("botocore", "s3", "service-2", "operations"),
        ("botocore", "s3", "waiters-2", "waiters"),
        ("botocore", "s3", "paginators-1", "pagination"),
        ("boto3", "ec2", "resources-1", "resources"),
    ],
)
def test_documents(package: str, service: str, kind: str, key: str) -> None:
    found = models.document(package, service, kind)
    assert found is not None
    assert found[key]


@pytest.mark.parametrize(
    ("package", "service", "kind"),
    [
        ("boto3", "lambda", "resources-1"),
        ("botocore", "nothing", "service-2"),
        ("botocore", "s3", "service-9"),
        ("botocore", "", "service-2"),
        ("botocore", "..", "service-2"),
        ("botocore", "../data/s3", "service-2"),
        ("botocore", "s3\0", "service-2"),
    ],
)
def test_no_such_document(package: str, service: str, kind: str) -> None:
    assert models.document(package, service, kind) is None
    assert models.methods("nothing") == {}
    assert models.service_model("nothing") is None


def test_methods_are_those_of_the_client() -> None:
    """`PY_TO_OP_NAME` is how botocore's own client finds the operation of a method."""
    client: Any = botocore.session.get_session().create_client(
        "ses", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    assert models.methods("ses") == client.meta.method_to_api_mapping


def test_members() -> None:
    model = models.service_model("dynamodb")
    assert model is not None
    assert {"TableName", "Key"} <= set(model.members("GetItem"))
    assert model.members("DescribeLimits") == {}


def test_newest_version_is_taken() -> None:
    resources = models.document("boto3", "ec2", "resources-1")
    assert resources is not None
    assert "KeyPairInfo" in resources["resources"]  # in 2016-11-15 only


@pytest.mark.parametrize("service", ["s3", "ec2", "cloudfront", "lambda", "rds"])
def test_the_version_is_botocores(service: str) -> None:
    loader = botocore.session.get_session().get_component("data_loader")
    newest = loader.determine_latest_version(service, "service-2")
    model = models.service_model(service)
    assert model is not None
    assert model.raw["metadata"]["apiVersion"] == newest
