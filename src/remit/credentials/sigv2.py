"""Signature Version 2 of S3, which older Regions still take: boto3 and the AWS CLI presign so in
us-east-1 unless they are told otherwise.

Source: Amazon S3 API Reference, Appendix-Sigv2 (RESTAuthentication) and specify-signature-version;
that such URLs still work, boto/botocore#3067 and aws/aws-cli#10663.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, unquote_plus

from remit.core.http import HttpRequest
from remit.credentials.canonical import split
from remit.credentials.errors import S3_MISMATCH, AuthError
from remit.credentials.signature import Signature

REGIONS = frozenset(
    {
        "us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2",
        "ap-northeast-1", "sa-east-1",
    }
)  # fmt: skip
"""Those that began before 2014 (specify-signature-version: "some of the older AWS Regions")."""
VERSION = "AWS"
"""As `s3:signatureversion` has it."""
_KEY, _VALUE, _UNTIL, _TOKEN = "AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token"
_SCHEME = "AWS "
_STANDARD = ("content-md5", "content-type")
# Parameters that are a part of the resource; of the others S3 takes any, signed or not.
_OF_RESOURCE = frozenset(
    {
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory",
        "lifecycle", "location", "logging", "metrics", "notification", "object-lock", "partNumber",
        "policy", "replication", "requestPayment", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language",
        "response-content-type", "response-expires", "restore", "select", "select-type",
        "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning",
        "versions", "website",
    }
)  # fmt: skip


def is_used(request: HttpRequest) -> bool:
    """Whether a request is signed so."""
    header = request.header("authorization")
    return f"{_KEY}=" in request.query if header is None else header.startswith(_SCHEME)


def read(request: HttpRequest, region: str) -> Signature:
    """The signature of a request to S3 in a Region. A presigned one has no time of its own: it
    holds from 1970 until its end. Raises AuthError."""
    if region not in REGIONS:
        text = "The authorization mechanism you have provided is not supported."
        raise AuthError("InvalidRequest", f"{text} Please use AWS4-HMAC-SHA256.", 400)
    header = request.header("authorization")
    token = request.header(_TOKEN)
    if header is not None:
        key, _, value = header.removeprefix(_SCHEME).rpartition(":")
        if not key or not value:
            text = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"
            raise AuthError("InvalidArgument", text, 400)
        return _made(key.strip(), region, value.strip(), _time(request), token)
    given = _given(request.query)
    key, value, until = (given.get(name, "") for name in (_KEY, _VALUE, _UNTIL))
    if not key or not value or not until:
        text = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId"
        raise AuthError("AccessDenied", f"{text} parameters")
    if not until.isascii() or not until.isdecimal() or len(until) > 12:
        raise AuthError("AccessDenied", f"Invalid date (should be seconds since epoch): {until}")
    return _made(key, region, value, 0.0, given.get(_TOKEN, token), int(until))


def _made(
    key: str, region: str, value: str, time: float, token: str | None, expires: int | None = None
) -> Signature:
    return Signature(key, "", region, "s3", (), value, "", time, token, expires, version=VERSION)


def _given(query: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in split(query):
        given.setdefault(name, unquote_plus(value))
    return given


def _time(request: HttpRequest) -> float:
    written = request.header("x-amz-date") or request.header("date") or ""
    try:
        return parsedate_to_datetime(written).timestamp()
    except (ValueError, OverflowError):
        text = "AWS authentication requires a valid Date or x-amz-date header"
        raise AuthError("AccessDenied", text) from None


def check_signature(request: HttpRequest, signature: Signature, secret: str) -> None:
    """Whether the signature is the one that `secret` gives for the request, whose path begins with
    the bucket. Raises AuthError."""
    text = string_to_sign(request, signature)
    given = signature.value.encode("utf-8", "replace")
    if hmac.compare_digest(_signed(text, secret), given):
        return
    if request.path.count("/") == 1:  # botocore signs a bucket with the slash of its own host
        as_host = string_to_sign(replace(request, path=request.path + "/"), signature)
        if hmac.compare_digest(_signed(as_host, secret), given):
            return
    extra = (
        ("AWSAccessKeyId", signature.access_key),
        ("StringToSign", text),
        ("SignatureProvided", signature.value),
        ("StringToSignBytes", text.encode("utf-8", "replace").hex(" ")),
    )
    raise AuthError("SignatureDoesNotMatch", S3_MISMATCH, 403, extra)


def _signed(text: str, secret: str) -> bytes:
    return b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "replace"), "sha1"))


def string_to_sign(request: HttpRequest, signature: Signature) -> str:
    """The string to sign. All `x-amz-*` headers are in it, so none can be added."""
    values: dict[str, str] = {}
    for name, value in request.headers:
        values[name] = f"{values[name]},{value.strip()}" if name in values else value.strip()
    if signature.expires is not None:
        when = str(signature.expires)
        for name, value in _given(request.query).items():  # where presigning puts them
            if name.startswith("x-amz-") or name in _STANDARD:
                values.setdefault(name, value)
    else:
        when = "" if "x-amz-date" in values else values.get("date", "")
    own = sorted(name for name in values if name.startswith("x-amz-"))
    lines = [request.method, *(values.get(name, "") for name in _STANDARD), when]
    lines += (f"{name}:{values[name]}" for name in own)
    return "\n".join((*lines, request.path + _of_resource(request.query)))


def _of_resource(query: str) -> str:
    found = []
    for pair in filter(None, query.split("&")):
        name, equal, value = pair.partition("=")
        if name in _OF_RESOURCE:
            found.append((name, f"{equal}{unquote(value)}"))
    return "?" + "&".join(f"{name}{rest}" for name, rest in sorted(found)) if found else ""
