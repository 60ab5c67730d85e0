"""Bodies that are sent in signed or unsigned chunks (`aws-chunked`), checked and joined.

Source: S3 API Reference, sigv4-streaming and sigv4-streaming-trailers; facts/iam.md 7.4.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from remit.credentials.errors import S3_MISMATCH, AuthError
from remit.credentials.signature import Signature
from remit.credentials.sigv4 import sign

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = SIGNED + "-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
MODES = frozenset({SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER})
_EMPTY = sha256(b"").hexdigest()
_HEADER = 256  # bytes of a chunk's first line: a size, an extension, a signature


@dataclass(frozen=True, slots=True)
class Joined:
    """The body that was sent, and the headers that came after it."""

    body: bytes
    trailers: tuple[tuple[str, str], ...] = ()


def join(data: bytes, mode: str, signature: Signature, key: bytes, length: int | None) -> Joined:
    """The body in `data`. `mode` is the marker in `x-amz-content-sha256`, `key` the signing key,
    `length` what `x-amz-decoded-content-length` says.

    Raises AuthError: a chunk that is cut short or of wrong form is an IncompleteBody, one that is
    not signed rightly a SignatureDoesNotMatch.
    """
    if mode not in MODES:
        raise AuthError("NotImplemented", f"The payload mode `{mode}` is not supported", 501)
    signed, position, pieces, before = mode != UNSIGNED_TRAILER, 0, list[bytes](), signature.value
    while True:
        size, claimed, position = _first_line(data, position, signed)
        chunk = data[position : position + size]
        if len(chunk) != size:
            raise _incomplete()
        if signed:
            _check(claimed, _chunk_text(signature, before, chunk), key)
            before = claimed
        position += size
        if size == 0:
            break
        if data[position : position + 2] != b"\r\n":
            raise _incomplete()
        position += 2
        pieces.append(chunk)
    body = b"".join(pieces)
    if length is not None and length != len(body):
        raise _incomplete()
    trailers = _trailers(data[position:])
    if mode == SIGNED_TRAILER:
        trailers = _signed_trailers(trailers, signature, before, key)
    return Joined(body, trailers)


def _first_line(data: bytes, position: int, signed: bool) -> tuple[int, str, int]:
    """A chunk's size, its signature, and where its content begins."""
    end = data.find(b"\r\n", position, position + _HEADER)
    if end < 0:
        raise _incomplete()
    size, _, extension = data[position:end].partition(b";")
    name, _, claimed = extension.partition(b"=")
    try:
        count = int(size, 16) if size.isalnum() and len(size) <= 16 else -1
    except ValueError:
        count = -1
    if count < 0 or (signed and name.strip() != b"chunk-signature"):
        raise _incomplete()
    return count, claimed.decode("latin-1").strip(), end + 2


def _chunk_text(signature: Signature, before: str, chunk: bytes) -> str:
    hashed = sha256(chunk).hexdigest()
    return _text("PAYLOAD", signature, before, f"{_EMPTY}\n{hashed}")


def _text(kind: str, signature: Signature, before: str, rest: str) -> str:
    head = f"AWS4-HMAC-SHA256-{kind}\n{signature.timestamp}\n{signature.scope}"
    return f"{head}\n{before}\n{rest}"


def _check(claimed: str, text: str, key: bytes) -> None:
    if not hmac.compare_digest(sign(key, text).encode(), claimed.encode("utf-8", "replace")):
        raise AuthError("SignatureDoesNotMatch", S3_MISMATCH)


def _trailers(data: bytes) -> tuple[tuple[str, str], ...]:
    found = []
    for line in data.split(b"\r\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found.append((name.strip().lower(), value.strip()))
        elif line.strip():
            raise _incomplete()
    return tuple(found)


def _signed_trailers(
    trailers: tuple[tuple[str, str], ...], signature: Signature, before: str, key: bytes
) -> tuple[tuple[str, str], ...]:
    """The trailers without their signature, which must fit."""
    claimed = dict(trailers).get("x-amz-trailer-signature", "")
    kept = tuple(pair for pair in trailers if pair[0] != "x-amz-trailer-signature")
    content = "".join(f"{name}:{value}\n" for name, value in kept)
    hashed = sha256(content.encode("latin-1")).hexdigest()
    _check(claimed, _text("TRAILER", signature, before, hashed), key)
    return kept


def _incomplete() -> AuthError:
    text = "The request body terminated unexpectedly"
    return AuthError("IncompleteBody", text, 400)
