"""Signature Version 2: the examples of its specification, and what is refused.

Sources: Amazon S3 API Reference, RESTAuthentication (examples, with the keys of AWS's documentation);
botocore's own signers are the peers in tests/server/test_http.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.core.http import HttpRequest
from remit.credentials import sigv2
from remit.credentials.errors import AuthError

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
UPLOAD = (
    ("date", "Tue, 27 Mar 2007 21:06:08 +0000"),
    ("x-amz-acl", "public-read"),
    ("content-type", "application/x-download"),
    ("content-md5", "4gJE4saaMU4BqNR0kLY+lw=="),
    ("x-amz-meta-reviewedby", "joe@johnsmith.net"),
    ("x-amz-meta-reviewedby", "jane@johnsmith.net"),
    ("x-amz-meta-filechecksum", "0x02661779"),
    ("x-amz-meta-checksumalgorithm", "crc32"),
)
# (method, path, query, headers, signature)
EXAMPLES = [
    ("GET", "/johnsmith/photos/puppy.jpg", "", [("date", "Tue, 27 Mar 2007 19:36:42 +0000")],
     "bWq2s1WEIj+Ydj0vQ697zp+IXMU="),
    ("GET", "/johnsmith/", "prefix=photos&max-keys=50&marker=puppy",
     [("date", "Tue, 27 Mar 2007 19:42:41 +0000")], "htDYFYduRNen8P9ZfE/s9SuKy0U="),
    ("GET", "/johnsmith/", "acl", [("date", "Tue, 27 Mar 2007 19:44:46 +0000")],
     "c2WLPFtWHVgbEmeEG93a4cG37dM="),
    ("PUT", "/static.johnsmith.net/db-backup.dat.gz", "", UPLOAD, "ilyl83RwaSoYIEdixDQcA4OnAnc="),
]  # fmt: skip
PRESIGNED = HttpRequest(
    "GET",
    "/johnsmith/photos/puppy.jpg",
    f"AWSAccessKeyId={KEY}&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
)


def request(method: str, path: str, query: str, headers: object, value: str) -> HttpRequest:
    signed = ("authorization", f"AWS {KEY}:{value}")
    return HttpRequest(method, path, query, (*headers, signed))  # type: ignore[misc]


def check(given: HttpRequest, secret: str = SECRET, region: str = "us-east-1") -> None:
    sigv2.check_signature(given, sigv2.read(given, region), secret)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one[4])
def test_the_examples_of_the_specification(example: tuple[str, str, str, object, str]) -> None:
    given = request(*example)
    assert sigv2.is_used(given)
    check(given)
    with pytest.raises(AuthError, match="does not match"):
        check(given, SECRET + "x")
    with pytest.raises(AuthError, match="does not match"):
        check(replace(given, method="DELETE"))
    with pytest.raises(AuthError, match="does not match"):  # nothing of AWS's own can be added
        check(replace(given, headers=(*given.headers, ("x-amz-copy-source", "/other/key"))))


def test_a_presigned_request() -> None:
    found = sigv2.read(PRESIGNED, "us-east-1")
    assert (found.access_key, found.time + (found.expires or 0)) == (KEY, 1175139620)
    check(PRESIGNED)
    for other in ("1175139621", "99999999999"):
        with pytest.raises(AuthError, match="does not match"):
            check(replace(PRESIGNED, query=PRESIGNED.query.replace("1175139620", other)))
    with pytest.raises(AuthError, match="does not match"):
        check(replace(PRESIGNED, query=PRESIGNED.query + "&versionId=1"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (replace(PRESIGNED, query=f"AWSAccessKeyId={KEY}&Expires=1"), "AccessDenied"),
        (replace(PRESIGNED, query=f"AWSAccessKeyId={KEY}&Expires=x&Signature=y"), "AccessDenied"),
        (replace(PRESIGNED, query=f"AWSAccessKeyId={KEY}&Expires=%"), "MalformedQueryString"),
        (HttpRequest("GET", "/b/k", "", (("authorization", "AWS key"),)), "InvalidArgument"),
        (HttpRequest("GET", "/b/k", "", (("authorization", "AWS key:x"),)), "AccessDenied"),
    ],
)
def test_what_is_not_whole(given: HttpRequest, code: str) -> None:
    with pytest.raises(AuthError) as refused:
        sigv2.read(given, "us-east-1")
    assert refused.value.code == code


def test_newer_regions_never_took_it() -> None:
    with pytest.raises(AuthError) as refused:
        sigv2.read(PRESIGNED, "eu-central-1")
    assert (refused.value.code, refused.value.status) == ("InvalidRequest", 400)
