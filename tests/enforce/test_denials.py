"""Errors as clients read them: what botocore's own parsers make of our answers is the code and the
message that boto3 raises. Expected codes: facts/iam.md 5.4, 6.2, 6.3 and 7.6."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.http import HttpAnswer
from remit.credentials import sessions
from remit.enforce.denials import Refusal, Speech, answer, denied, unauthenticated
from tests.enforce.wire import service

ID = "5f1c6d0e-3a44-4c0f-9b0e-000000000001"
SENTENCE = (
    'User: arn:aws:iam::111122223333:user/a is not authorized to perform: x:Y on resource: "<&>"'
)


def read(answered: HttpAnswer, name: str, operation: str, protocol: str) -> dict[str, Any]:
    """What botocore makes of an answer."""
    shape = service(name).operation_model(operation).output_shape
    parsed: dict[str, Any] = create_parser(protocol).parse(
        {
            "status_code": answered.status,
            "headers": dict(answered.headers),
            "body": answered.body,
        },
        shape,
    )
    return parsed


DENIALS = [
    # service, operation, protocol, json version, code, status, name of the request id's header
    ("iam", "CreateUser", "query", "1.1", "AccessDenied", 403),
    ("sts", "AssumeRole", "query", "1.1", "AccessDenied", 403),
    ("sns", "Publish", "query", "1.1", "AuthorizationError", 403),
    ("ec2", "DescribeInstances", "ec2", "1.1", "UnauthorizedOperation", 403),
    ("dynamodb", "GetItem", "json", "1.0", "AccessDeniedException", 400),
    ("kms", "Encrypt", "json", "1.1", "AccessDeniedException", 400),
    ("ssm", "GetParameter", "json", "1.1", "AccessDeniedException", 400),
    ("lambda", "Invoke", "rest-json", "1.1", "AccessDeniedException", 403),
    ("s3", "GetObject", "rest-xml", "1.1", "AccessDenied", 403),
    ("s3control", "CreateJob", "rest-xml", "1.1", "AccessDenied", 403),
    ("route53", "ListHostedZones", "rest-xml", "1.1", "AccessDenied", 403),
    ("cloudfront", "ListDistributions", "rest-xml", "1.1", "AccessDenied", 403),
    # Clients of what once was a query service know its code (x-amzn-query-error).
    ("sqs", "SendMessage", "json", "1.0", "AccessDenied", 403),
    ("cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor", "1.0", "AccessDenied", 403),
    ("cloudwatch", "PutMetricData", "json", "1.0", "AccessDenied", 403),
    ("cloudwatch", "PutMetricData", "query", "1.0", "AccessDenied", 403),
]


@pytest.mark.parametrize(("name", "operation", "protocol", "version", "code", "status"), DENIALS)
def test_a_denial_is_read_by_botocore(
    name: str, operation: str, protocol: str, version: str, code: str, status: int
) -> None:
    speech = Speech(name, protocol, version)
    answered = answer(denied(speech, SENTENCE), speech, ID)
    parsed = read(answered, name, operation, protocol)
    error = parsed["Error"]
    assert (error["Code"], error["Message"], answered.status) == (code, SENTENCE, status)
    assert parsed["ResponseMetadata"]["RequestId"] == ID


UNKNOWN = sessions.invalid()
EXPIRED = sessions.expired()
AUTHENTICATION = [
    ("iam", "query", UNKNOWN, "InvalidClientTokenId", 403),
    ("iam", "query", EXPIRED, "ExpiredToken", 403),
    ("dynamodb", "json", UNKNOWN, "UnrecognizedClientException", 400),
    ("dynamodb", "json", EXPIRED, "ExpiredTokenException", 400),
    ("lambda", "rest-json", UNKNOWN, "UnrecognizedClientException", 403),
    ("sqs", "json", UNKNOWN, "InvalidClientTokenId", 403),
    ("ec2", "ec2", UNKNOWN, "AuthFailure", 401),
    ("s3", "rest-xml", UNKNOWN, "InvalidAccessKeyId", 403),
    ("s3", "rest-xml", EXPIRED, "ExpiredToken", 400),
]


@pytest.mark.parametrize(("name", "protocol", "error", "code", "status"), AUTHENTICATION)
def test_who_cannot_be_told_is_refused_under_the_services_own_code(
    name: str, protocol: str, error: sessions.AuthError, code: str, status: int
) -> None:
    found = unauthenticated(Speech(name, protocol), error.code, error.message, error.status)
    assert (found.code, found.status) == (code, status)


def test_s3_answers_a_head_without_a_body_and_names_the_region() -> None:
    refusal = Refusal("AuthorizationHeaderMalformed", "x", 400, (("Region", "eu-west-1"),))
    answered = answer(refusal, Speech("s3", "rest-xml", head=True), ID)
    assert answered.body == b""
    assert dict(answered.headers)["x-amz-bucket-region"] == "eu-west-1"


def test_s3_sends_what_it_signed() -> None:
    refusal = Refusal("SignatureDoesNotMatch", "x", 403, (("StringToSign", "a\n<b>"),))
    answered = answer(refusal, Speech("s3", "rest-xml"), ID)
    error = read(answered, "s3", "GetObject", "rest-xml")["Error"]
    assert error["StringToSign"] == "a\n<b>"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(DENIALS))
def test_any_text_can_be_written(text: str, case: tuple[str, str, str, str, str, int]) -> None:
    name, operation, protocol, version, code, _ = case
    speech = Speech(name, protocol, version)
    answered = answer(denied(speech, f"<{text}>"), speech, ID)
    assert read(answered, name, operation, protocol)["Error"]["Code"] == code
