"""Every operation of the common services, as botocore sends it in each protocol, is recognized.

`python -m tests.enforce.everything` does the same for all services that botocore knows.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cbor2", reason="the extra `serve` is not installed")

from remit.core.http import HttpRequest
from remit.enforce.recognize import Unrecognized, recognize
from remit.enforce.services import by_signing_name
from tests.enforce.wire import protocols, sent, service, skeleton

SERVICES = """
apigateway cloudformation cloudwatch cognito-idp dynamodb ec2 ecr events iam kinesis kms lambda logs
rds route53 s3 s3control secretsmanager sesv2 sns sqs ssm stepfunctions sts
""".split()

# Twins of one form: S3 Express has a host of its own for its `GET /`; the others are the old names
# of operations, which need the same permission.
SAME_FORM = {
    ("s3", "ListDirectoryBuckets"): "ListBuckets",
    ("s3", "GetBucketLifecycle"): "GetBucketLifecycleConfiguration",
    ("s3", "GetBucketNotification"): "GetBucketNotificationConfiguration",
    ("s3", "PutBucketLifecycle"): "PutBucketLifecycleConfiguration",
    ("s3", "PutBucketNotification"): "PutBucketNotificationConfiguration",
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation(name: str) -> None:
    model = service(name)
    for protocol in protocols(name):
        for operation in model.operation_names:
            try:
                request = sent(
                    name, operation, skeleton(model.operation_model(operation)), protocol
                )
            except (ValueError, TypeError, RecursionError):
                continue  # the skeleton is no value that botocore can write
            found = recognize(request, model.signing_name)
            wanted = SAME_FORM.get((name, operation), operation)
            assert (found.service, found.operation) == (name, wanted), protocol


PARAMETERS: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/a b", "RoleSessionName": "s", "Tags": [{"Key": "k", "Value": "v=&"}], "TransitiveTagKeys": ["k"]}),
    ("ec2", "RunInstances", {"ImageId": "ami-1", "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}], "SecurityGroupIds": ["sg-1", "sg-2"]}),
    ("sns", "CreateTopic", {"Name": "t", "Attributes": {"KmsMasterKeyId": "k"}}),
    ("dynamodb", "UpdateItem", {"TableName": "orders", "Key": {"id": {"S": "é"}}}),
    ("sqs", "SendMessage", {"QueueUrl": "http://localhost/1/q", "MessageBody": "b"}),
    ("lambda", "Invoke", {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:f", "Payload": b"{}"}),
    ("apigateway", "GetResources", {"restApiId": "abc", "embed": ["methods", "x"]}),
    ("s3", "GetObject", {"Bucket": "orders", "Key": "a/b c/d+e"}),
    ("s3", "DeleteObjects", {"Bucket": "orders", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "1"}]}}),
    ("s3", "CopyObject", {"Bucket": "orders", "Key": "k", "CopySource": "other/key"}),
    ("s3", "ListObjectsV2", {"Bucket": "orders", "Prefix": "in/", "Delimiter": "/"}),
    ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a", "Tags": [{"Key": "k", "Value": "v"}]}),
    ("route53", "ChangeResourceRecordSets", {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "x.example", "Type": "A"}}]}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "operation", "params"), PARAMETERS, ids=[f"{p[0]}-{p[1]}" for p in PARAMETERS]
)
def test_parameters(name: str, operation: str, params: dict[str, Any]) -> None:
    for protocol in protocols(name):
        found = recognize(sent(name, operation, params, protocol), service(name).signing_name)
        assert dict(found.params) == params, protocol


STRANGE: list[tuple[str, HttpRequest, str | None, str]] = [
    ("an unknown service", HttpRequest("POST", "/"), "nosuch", "no service is signed as `nosuch`"),
    ("an unknown target", HttpRequest("POST", "/", "", (("x-amz-target", "DynamoDB_20120810.Nope"),)), "dynamodb", "no operation `DynamoDB_20120810.Nope` is known"),
    ("an unknown action", HttpRequest("GET", "/", "Action=Nope&Version=2011-06-15"), "sts", "Could not find operation `Nope` of version `2011-06-15`"),
    ("another version", HttpRequest("GET", "/", "Action=AssumeRole&Version=1999-01-01"), "sts", "Could not find operation `AssumeRole` of version `1999-01-01`"),
    ("no such path", HttpRequest("GET", "/nowhere/at/all"), "lambda", "no operation has the form `GET /nowhere/at/all`"),
    ("no JSON", HttpRequest("POST", "/", "", (("x-amz-target", "DynamoDB_20120810.GetItem"),), b"{"), "dynamodb", "the body is not JSON"),
    ("nested JSON", HttpRequest("POST", "/", "", (("x-amz-target", "DynamoDB_20120810.GetItem"),), b"[" * 200_000), "dynamodb", "the body is not JSON"),
    ("no XML", HttpRequest("POST", "/b", "delete", (), b"<a"), "s3", "the body is not XML"),
    ("a bomb in XML", HttpRequest("POST", "/b", "delete", (), b'<!DOCTYPE a [<!ENTITY x "x">]><a>&x;</a>'), "s3", "the body is not XML"),
    ("no CBOR", HttpRequest("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm", "", (("smithy-protocol", "rpc-v2-cbor"),), b"\xff"), "monitoring", "the body is not CBOR"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "signing", "said"), [s[1:] for s in STRANGE], ids=[s[0] for s in STRANGE]
)
def test_what_is_no_call(request_: HttpRequest, signing: str | None, said: str) -> None:
    with pytest.raises(Unrecognized) as error:
        recognize(request_, signing)
    assert str(error.value).startswith(said)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"]),
    st.text(st.characters(codec="ascii"), max_size=20),
    st.text(st.characters(codec="ascii"), max_size=20),
    st.binary(max_size=30),
    st.sampled_from(
        sorted({"s3", "sts", "lambda", "ec2", "monitoring"} & by_signing_name().keys())
    ),
)
def test_nothing_else_is_raised(
    method: str, path: str, query: str, body: bytes, signing: str
) -> None:
    with suppress(Unrecognized):
        recognize(HttpRequest(method, "/" + path, query, (), body), signing)
