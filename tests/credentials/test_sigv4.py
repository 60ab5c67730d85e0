"""Signatures of botocore's signers are accepted; a request changed on the way is not.

Texts of rejection: facts/iam.md 5.4, 7.5 and 7.6.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.http import HttpRequest
from remit.credentials.errors import AuthError
from remit.credentials.signature import read
from remit.credentials.sigv4 import check_clock, check_coverage, check_scope, check_signature
from tests.credentials.signing import KEY, SECRET, TOKEN, signed

S3 = "https://bucket.s3.eu-west-1.amazonaws.com"
API = "https://abc.execute-api.eu-west-1.amazonaws.com"

SENT: list[tuple[str, dict[str, Any]]] = [
    ("a query call", {"body": b"Action=GetCallerIdentity&Version=2011-06-15"}),
    ("with a session token", {"token": TOKEN, "body": b"x"}),
    ("a query", {"method": "GET", "url": "https://sts.eu-west-1.amazonaws.com/?b=2&a=1&a=%20x&c"}),
    ("spaces in a header", {"headers": {"x-amz-target": "  a   b  "}}),
    ("a path to normalise", {"service": "execute-api", "url": API + "/v1//x/./y/../z%20z/", "method": "GET"}),
    ("a path with an escape", {"service": "execute-api", "url": API + "/a%2Fb/%C3%A9", "method": "GET"}),
    ("S3, a key as it is", {"service": "s3", "url": S3 + "/a//b/../c%20d%2Be~.txt", "method": "GET"}),
    ("S3, a body", {"service": "s3", "url": S3 + "/k", "method": "PUT", "body": b"hello"}),
    ("S3, presigned", {"service": "s3", "url": S3 + "/k%20k?versionId=1", "method": "GET", "presign": 60}),
    ("S3, presigned with a token", {"service": "s3", "url": S3 + "/k", "method": "GET", "presign": 60, "token": TOKEN}),
    ("presigned", {"url": "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity", "method": "GET", "presign": 60}),
]  # fmt: skip


@pytest.mark.parametrize("sent", [s for _, s in SENT], ids=[name for name, _ in SENT])
def test_what_botocore_signs(sent: dict[str, Any]) -> None:
    request = signed(**sent)
    found = read(request)
    assert (found.access_key, found.service) == (KEY, sent.get("service", "sts"))
    assert found.token == sent.get("token")
    check_coverage(found)
    check_clock(found, time.time())
    check_scope(found, "eu-west-1", found.service)
    check_signature(request, found, SECRET)
    with pytest.raises(AuthError) as error:
        check_signature(request, found, SECRET + "x")
    assert (error.value.code, error.value.status) == ("SignatureDoesNotMatch", 403)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12),
    st.binary(max_size=40),
    st.sampled_from(["s3", "execute-api"]),
)
def test_any_path_and_body(name: str, body: bytes, service: str) -> None:
    from urllib.parse import quote

    url = f"https://x.example.com/{quote(name, safe='/~')}?{quote(name, safe='')}=1"
    request = signed(service, url, method="PUT", body=body)
    check_signature(request, read(request), SECRET)


CHANGED = [
    {"method": "GET"},
    {"path": "/other"},
    {"query": "a=1"},
    {"body": b"Action=DeleteUser"},
]


@pytest.mark.parametrize("change", CHANGED, ids=lambda change: next(iter(change)))
def test_a_request_that_was_changed(change: dict[str, Any]) -> None:
    request = replace(signed(body=b"Action=GetCallerIdentity"), **change)
    with pytest.raises(AuthError, match="SignatureDoesNotMatch"):
        check_signature(request, read(request), SECRET)


def test_a_signed_header_that_was_changed() -> None:
    request = signed(headers={"x-amz-target": "a"})
    headers = tuple((n, "b" if n == "x-amz-target" else v) for n, v in request.headers)
    with pytest.raises(AuthError, match="SignatureDoesNotMatch"):
        check_signature(replace(request, headers=headers), read(request), SECRET)


COVERED: list[tuple[str, dict[str, Any], tuple[str, str], str | None]] = [
    ("a copy out of a presigned upload", {"service": "s3", "url": S3 + "/k", "method": "PUT", "presign": 60},
     ("x-amz-copy-source", "/bucket/secret"), "AccessDenied"),
    ("an acl", {"service": "s3", "url": S3 + "/k", "method": "PUT"}, ("x-amz-acl", "public-read"), "AccessDenied"),
    ("a token", {"service": "s3", "url": S3 + "/k", "method": "GET", "presign": 60}, ("x-amz-security-token", "x"), "AccessDenied"),
    ("the hash of a body", {"service": "s3", "url": S3 + "/k", "method": "PUT", "presign": 60},
     ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), None),
    ("a target", {"body": b"{}"}, ("x-amz-target", "DynamoDB_20120810.DeleteTable"), "SignatureDoesNotMatch"),
    ("what SDKs leave out", {"body": b"{}"}, ("x-amzn-trace-id", "Root=1"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "header", "code"), [c[1:] for c in COVERED], ids=[c[0] for c in COVERED]
)
def test_headers_of_awss_own_are_signed(
    sent: dict[str, Any], header: tuple[str, str], code: str | None
) -> None:
    """IAM User Guide, create-signed-request; S3 names them in HeadersNotSigned, as was seen in
    answers that people have published."""
    request = signed(**sent)
    request = replace(request, headers=(*request.headers, header))
    if code is None:
        check_coverage(read(request))
        check_signature(request, read(request), SECRET)
        return
    with pytest.raises(AuthError) as error:
        check_coverage(read(request))
    assert (error.value.code, error.value.status) == (code, 403)
    assert header[0] in (error.value.message, *(v for _, v in error.value.extra)) or (
        error.value.message == f"'{header[0]}' must be a 'SignedHeader' in the AWS Authorization."
    )


def test_s3_tells_a_wrong_body_hash_from_a_wrong_signature() -> None:
    request = signed("s3", S3 + "/k", method="PUT", body=b"hello")
    with pytest.raises(AuthError) as error:
        check_signature(replace(request, body=b"HELLO"), read(request), SECRET)
    assert (error.value.code, error.value.status) == ("XAmzContentSHA256Mismatch", 400)


# --- form (7.5) ---------------------------------------------------------------------------------

WHOLE = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc"
DATE = ("x-amz-date", "20260101T000000Z")

FORMS: list[tuple[str, tuple[tuple[str, str], ...], str, str, int, str]] = [
    ("no authentication", (), "", "MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    ("both", (("authorization", WHOLE), DATE), "X-Amz-Algorithm=AWS4-HMAC-SHA256", "SignatureDoesNotMatch", 403, ""),
    ("another algorithm", (("authorization", "AWS4-HMAC-SHA1 x"), DATE), "", "IncompleteSignature", 400, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."),
    ("pieces missing", (("authorization", "AWS4-HMAC-SHA256 Credential=x"),), "", "IncompleteSignature", 400,
     "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=x"),
    ("no equal sign", (("authorization", "AWS4-HMAC-SHA256 X"), DATE), "", "IncompleteSignature", 400, "'X' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 X'."),
    ("four parts", (("authorization", WHOLE.replace("/sts", "")), DATE), "", "IncompleteSignature", 400,
     f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{KEY}/20260101/eu-west-1/aws4_request'"),
    ("terminator", (("authorization", WHOLE.replace("aws4_request", "aws5")), DATE), "", "SignatureDoesNotMatch", 403, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'."),
    ("another day", (("authorization", WHOLE), ("x-amz-date", "20260102T000000Z")), "", "SignatureDoesNotMatch", 403,
     "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T000000Z'."),
    ("host not signed", (("authorization", WHOLE.replace("host;", "")), DATE), "", "SignatureDoesNotMatch", 403, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    ("no date", (("authorization", WHOLE), ("x-amz-date", "yesterday")), "", "IncompleteSignature", 400, "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"),
    ("the 30th of February", (("authorization", WHOLE), ("x-amz-date", "20260230T000000Z")), "", "IncompleteSignature", 400, "Date must be in ISO-8601 'basic format'. Got '20260230T000000Z'. See http://en.wikipedia.org/wiki/ISO_8601"),
    ("a cut escape", (), "X-Amz-Algorithm=x&a=%2", "MalformedQueryString", 400, "Incomplete trailing escape % sequence"),
    ("a bad escape", (), "X-Amz-Algorithm=x&a=%zz", "MalformedQueryString", 400, "Illegal hex character in escape % pattern: %zz"),
    ("query pieces", (), "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x&X-Amz-Signature=x", "IncompleteSignature", 400,
     "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "query", "code", "status", "message"),
    [f[1:] for f in FORMS],
    ids=[f[0] for f in FORMS],
)
def test_a_signature_of_wrong_form(
    headers: tuple[tuple[str, str], ...], query: str, code: str, status: int, message: str
) -> None:
    with pytest.raises(AuthError) as error:
        read(HttpRequest("POST", "/", query, headers))
    assert (error.value.code, error.value.status, error.value.message) == (code, status, message)


def test_the_signature_itself_is_never_echoed() -> None:
    header = "AWS4-HMAC-SHA256 Credential=x, Signature=0123abcd"
    with pytest.raises(AuthError) as error:
        read(HttpRequest("POST", "/", "", (("authorization", header),)))
    assert "0123abcd" not in error.value.message


# --- clock and scope ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "away", "code"),
    [
        ("sts", 899, None),
        ("sts", -899, None),
        ("sts", 902, "SignatureDoesNotMatch"),
        ("sts", -902, "SignatureDoesNotMatch"),
        ("s3", 902, "RequestTimeTooSkewed"),
        ("s3", -902, "RequestTimeTooSkewed"),
    ],
)
def test_the_clock(service: str, away: int, code: str | None) -> None:
    found = read(signed(service, S3 + "/k"))
    if code is None:
        check_clock(found, found.time + away)
        return
    with pytest.raises(AuthError) as error:
        check_clock(found, found.time + away)
    assert error.value.code == code


def test_the_clock_in_awss_words() -> None:
    found = replace(read(signed()), timestamp="20260101T000000Z", time=1767225600.0)
    with pytest.raises(AuthError) as error:
        check_clock(found, 1767225600.0 + 1000)
    assert error.value.message == (
        "Signature expired: 20260101T000000Z is now earlier than 20260101T000140Z "
        "(20260101T001640Z - 15 min.)"
    )


def test_a_presigned_request_holds_as_long_as_it_says() -> None:
    found = read(signed("s3", S3 + "/k", method="GET", presign=60))
    check_clock(found, found.time + 59)
    with pytest.raises(AuthError, match="AccessDenied"):
        check_clock(found, found.time + 61)


SCOPES = [
    ("sts", "us-east-1", "sts", "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "),
    ("iam", "eu-west-1", "sts", "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "),
    ("iam", "us-east-1", "sts", "SignatureDoesNotMatch", "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'. "),
    ("sts", "us-east-1", "s3", "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'"),
    ("sts", "eu-west-1", "s3", "AuthorizationHeaderMalformed", 'The authorization header is malformed; incorrect service "sts". This endpoint belongs to "s3".'),
]  # fmt: skip


@pytest.mark.parametrize(("signed_as", "region", "service", "code", "message"), SCOPES)
def test_the_scope(signed_as: str, region: str, service: str, code: str, message: str) -> None:
    with pytest.raises(AuthError) as error:
        check_scope(read(signed(signed_as)), region, service)
    assert (error.value.code, error.value.message) == (code, message)
