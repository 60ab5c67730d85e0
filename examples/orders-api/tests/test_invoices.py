import boto3
import pytest
from chalicelib import names
from chalicelib.invoices import Invoices


@pytest.fixture
def bucket():
    bucket = boto3.resource("s3").Bucket(names.bucket("invoices"))
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return bucket


@pytest.fixture
def invoices(bucket):
    return Invoices(boto3.client("s3"), bucket.name)


def test_an_invoice_is_kept(invoices, bucket):
    invoices.store({"order_id": "1", "total": 5})
    assert [one.key for one in bucket.objects.all()] == ["invoices/1"]


def test_a_link_needs_no_call(invoices):
    assert "invoices/1" in invoices.link("1")


def test_delete(invoices, bucket):
    bucket.put_object(Key="invoices/1", Body=b"{}")
    invoices.delete("1")
    assert list(bucket.objects.all()) == []
