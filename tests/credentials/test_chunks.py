"""Bodies in chunks. The signed example is the one of the S3 API Reference, sigv4-streaming: 65 KB of
`a` in a chunk of 64 KB and one of 1 KB, with the signatures that the page prints."""

from __future__ import annotations

import pytest

from remit.credentials.chunks import SIGNED, UNSIGNED_TRAILER, join
from remit.credentials.errors import AuthError
from remit.credentials.signature import Signature
from remit.credentials.sigv4 import signing_key
from tests.credentials.signing import KEY, SECRET

SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
PRINTED = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)
SIGNATURE = Signature(
    KEY, "20130524", "us-east-1", "s3", ("host",), SEED, "20130524T000000Z", 1369353600.0
)
SIGNING_KEY = signing_key(SECRET, "20130524", "us-east-1", "s3")


def chunk(content: bytes, signature: str) -> bytes:
    return f"{len(content):x};chunk-signature={signature}\r\n".encode() + content + b"\r\n"


WHOLE = chunk(b"a" * 65536, PRINTED[0]) + chunk(b"a" * 1024, PRINTED[1]) + chunk(b"", PRINTED[2])


def joined(data: bytes, mode: str = SIGNED, length: int | None = 66560) -> bytes:
    return join(data, mode, SIGNATURE, SIGNING_KEY, length).body


def test_the_example_of_the_api_reference() -> None:
    assert joined(WHOLE) == b"a" * 66560


BROKEN: list[tuple[str, bytes, int | None, str]] = [
    ("a changed byte", WHOLE.replace(b"a" * 10, b"a" * 9 + b"b", 1), 66560, "SignatureDoesNotMatch"),
    ("a chunk left out", chunk(b"a" * 65536, PRINTED[0]) + chunk(b"", PRINTED[2]), None, "SignatureDoesNotMatch"),
    ("cut in a chunk", WHOLE[:1000], 66560, "IncompleteBody"),
    ("cut between chunks", WHOLE[: 65536 + 90], 66560, "IncompleteBody"),
    ("another length", WHOLE, 66561, "IncompleteBody"),
    ("no size", b"zz;chunk-signature=x\r\n", None, "IncompleteBody"),
    ("a negative size", b"-1;chunk-signature=x\r\n", None, "IncompleteBody"),
    ("an endless size", b"f" * 200 + b"\r\n", None, "IncompleteBody"),
    ("nothing", b"", None, "IncompleteBody"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "length", "code"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_what_is_broken(data: bytes, length: int | None, code: str) -> None:
    with pytest.raises(AuthError) as error:
        joined(data, length=length)
    assert error.value.code == code


def test_unsigned_chunks_with_a_trailer() -> None:
    """What botocore sends over HTTPS since flexible checksums."""
    data = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    found = join(data, UNSIGNED_TRAILER, SIGNATURE, SIGNING_KEY, 5)
    assert (found.body, found.trailers) == (b"hello", (("x-amz-checksum-crc32", "NhCmhg=="),))


def test_a_mode_that_is_not_supported() -> None:
    with pytest.raises(AuthError, match="NotImplemented"):
        joined(WHOLE, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")
