"""What is remembered of requests (names of headers, small bodies, signing keys) never shows."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.http import HttpRequest
from remit.credentials import sigv4
from remit.credentials.errors import AuthError
from remit.credentials.signature import read
from remit.credentials.sigv4 import check_coverage, check_signature
from tests.credentials.signing import SECRET, signed

NAMES = ("host", "x-amz-date", "x-amz-a", "x-amz-b", "x-amz-content-sha256", "accept")
names = st.lists(st.sampled_from(NAMES), max_size=5)
HEAD = "AWS4-HMAC-SHA256 Credential=AKIA/20260102/r/sts/aws4_request, SignedHeaders="


@given(names, names)
@settings(max_examples=200)
def test_headers_that_are_not_signed_are_found_whatever_was_seen_before(
    sent: list[str], covered: list[str]
) -> None:
    """Every x-amz-* header that came and is not signed, but for the body's hash (7.1)."""
    told = ("authorization", f"{HEAD}{';'.join(['host', *covered])}, Signature=0")
    date = ("x-amz-date", "20260102T000000Z")
    request = HttpRequest("POST", "/", "", (told, date, *((name, "v") for name in sent)))
    expected = [
        name
        for name in ("x-amz-date", *sent)
        if name.startswith("x-amz-") and name not in covered and name != "x-amz-content-sha256"
    ]
    assert list(read(request).unsigned) == expected


def test_a_header_that_is_added_is_seen_after_the_request_was() -> None:
    request = signed(body=b"x")
    for _ in range(2):
        check_coverage(read(request))
        check_signature(request, read(request), SECRET)
        more = replace(request, headers=(*request.headers, ("x-amz-copy-source", "/a/b")))
        with pytest.raises(AuthError):
            check_coverage(read(more))


@pytest.mark.parametrize("size", [1, 511, 512, 513, 5000])
def test_another_body_does_not_fit_after_its_own_did(size: int) -> None:
    request = signed(body=b"x" * size)
    for _ in range(2):
        check_signature(request, read(request), SECRET)
        with pytest.raises(AuthError):
            other = replace(request, body=b"y" * size)
            check_signature(other, read(other), SECRET)


@given(st.text(max_size=80), st.text(max_size=200))
@settings(max_examples=100)
def test_both_hashes_make_the_librarys_hmac(secret: str, text: str) -> None:
    """RFC 2104, of which hmac is Python's reading."""
    secret, text = (one.encode("utf-8", "replace").decode() for one in (secret, text))
    inner, outer = (one.copy() for one in sigv4._signing(secret, "20260102", "r", "sts"))
    inner.update(text.encode())
    outer.update(inner.digest())
    key = sigv4.signing_key(secret, "20260102", "r", "sts")
    assert outer.hexdigest() == hmac.new(key, text.encode(), sha256).hexdigest()
