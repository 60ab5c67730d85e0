"""AWS for the tests: moto, with the tables and buckets of the stage."""

import os

# `setdefault`: a stage that is given from outside is kept, so that names are that stage's.
os.environ.setdefault("STAGE", "dev")
os.environ.setdefault("SENDER", "orders@shop.example")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")

import boto3
import pytest
from moto import mock_aws


@pytest.fixture(autouse=True)
def aws():
    with mock_aws():
        yield


@pytest.fixture
def table():
    """Makes a table with one text key."""

    def make(kind, key):
        from chalicelib import names

        return boto3.resource("dynamodb").create_table(
            TableName=names.table(kind),
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    return make
