"""Signature Version 4: whether a request was signed with a secret, at this time, for this service.

The order is AWS's own (facts/iam.md 5.4): the request is read, the clock and the scope are checked,
then the caller of these functions finds the secret, and last comes the signature itself.
Source: IAM User Guide, create-signed-request; facts/iam.md 7.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from remit.core.http import HttpRequest
from remit.credentials import canonical
from remit.credentials.canonical import AS_S3
from remit.credentials.errors import S3_MISMATCH, AuthError, mismatch
from remit.credentials.signature import ALGORITHM, TERMINATOR, Signature

if TYPE_CHECKING:
    from _hashlib import HASH

WINDOW = 900
"""Seconds by which the clocks of both sides may differ: 15 minutes, as AWS behaves (7.5)."""
UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMING = "STREAMING-"
_EMPTY = sha256(b"").hexdigest()
_SMALL = 512
"""Bytes of a body up to which its hash is remembered."""
_BLOCK = 64
_INNER, _OUTER = (bytes(one ^ pad for one in range(256)) for pad in (0x36, 0x5C))
"""What HMAC does to its key (RFC 2104), as tables to translate by."""


def check_clock(signature: Signature, now: float) -> None:
    """Whether the request was signed about now, or is presigned and still holds.

    Raises AuthError.
    """
    s3 = signature.service in AS_S3
    lasts = WINDOW if signature.expires is None else signature.expires
    if now > signature.time + lasts:
        if s3 and signature.expires is not None:
            raise AuthError("AccessDenied", "Request has expired")
        raise _skewed(s3, f"Signature expired: {signature.timestamp} is now earlier than "
                      f"{_basic(now - lasts)} ({_basic(now)} - {_minutes(lasts)}.)")  # fmt: skip
    if now < signature.time - WINDOW:
        raise _skewed(s3, f"Signature not yet current: {signature.timestamp} is still later than "
                      f"{_basic(now + WINDOW)} ({_basic(now)} + {_minutes(WINDOW)}.)")  # fmt: skip


def _skewed(s3: bool, message: str) -> AuthError:
    if not s3:
        return mismatch(message)
    text = "The difference between the request time and the current time is too large."
    return AuthError("RequestTimeTooSkewed", text)


def _basic(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def check_scope(signature: Signature, region: str | None, service: str) -> None:
    """Whether it is signed for this service, and for `region` where one is meant.

    Raises AuthError: STS and its like report region and service at once, S3 the region first
    (facts/iam.md 5.4, 7.6).
    """
    wrong_region = region is not None and signature.region != region
    wrong_service = signature.service != service
    if not wrong_region and not wrong_service:
        return
    if service in AS_S3:
        raise _s3_scope(signature, region if wrong_region else None, service)
    said = "Credential should be scoped to a valid region. " if wrong_region else ""
    if wrong_service:
        said += f"Credential should be scoped to correct service: '{service}'. "
    raise mismatch(said)


def _s3_scope(signature: Signature, region: str | None, service: str) -> AuthError:
    code = "AuthorizationHeaderMalformed"
    if signature.expires is not None:
        code = "AuthorizationQueryParametersError"
    head = "The authorization header is malformed; "
    if region is not None:
        text = f"{head}the region '{signature.region}' is wrong; expecting '{region}'"
        return AuthError(code, text, 400, (("Region", region),))
    what = f'incorrect service "{signature.service}". This endpoint belongs to "{service}".'
    return AuthError(code, head + what, 400)


def check_coverage(signature: Signature) -> None:
    """Whether the signature covers every header that it has to. Raises AuthError: S3 names them
    all; of other services' answer the sentence about `Host` alone is known (facts/iam.md 7.5)."""
    missing = signature.unsigned
    if missing and signature.service in AS_S3:
        what = "There were headers present in the request which were not signed"
        raise AuthError("AccessDenied", what, 403, (("HeadersNotSigned", ", ".join(missing)),))
    if missing:
        raise mismatch(f"'{missing[0]}' must be a 'SignedHeader' in the AWS Authorization.")


def check_signature(request: HttpRequest, signature: Signature, secret: str) -> None:
    """Whether the signature is the one that `secret` gives. Raises AuthError.

    The body of a streamed request is checked chunk by chunk: see `chunks`.
    """
    payload = _payload(request, signature)
    signed = canonical.request(request, signature.service, signature.signed, payload)
    text = string_to_sign(signature, sha256(signed.encode()).hexdigest())
    begun, ended = _signing(secret, signature.date, signature.region, signature.service)
    inner, outer = begun.copy(), ended.copy()
    inner.update(text.encode())
    outer.update(inner.digest())
    given = signature.value.encode("utf-8", "replace")
    if not hmac.compare_digest(outer.hexdigest().encode(), given):
        raise _mismatch(signature, signed, text)


def _mismatch(signature: Signature, signed: str, text: str) -> AuthError:
    if signature.service not in AS_S3:
        return mismatch()
    extra = (
        ("AWSAccessKeyId", signature.access_key),
        ("StringToSign", text),
        ("SignatureProvided", signature.value),
        ("StringToSignBytes", text.encode().hex(" ")),
        ("CanonicalRequest", signed),
        ("CanonicalRequestBytes", signed.encode().hex(" ")),
    )
    return AuthError("SignatureDoesNotMatch", S3_MISMATCH, 403, extra)


def _payload(request: HttpRequest, signature: Signature) -> str:
    """The hash of the body, or the marker that stands for it; a wrong hash is an error of S3's."""
    given = request.header("x-amz-content-sha256")
    if given is None and signature.service in AS_S3 and signature.expires is not None:
        return UNSIGNED
    if given is not None and (given == UNSIGNED or given.startswith(STREAMING)):
        return given
    actual = _digest(request.body)
    if given is not None and signature.service in AS_S3 and given != actual:
        raise AuthError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            400,
            (("ClientComputedContentSHA256", given), ("S3ComputedContentSHA256", actual)),
        )
    return actual


def _digest(body: bytes) -> str:
    if not body:
        return _EMPTY
    return _known_digest(body) if len(body) <= _SMALL else sha256(body).hexdigest()


@lru_cache(maxsize=1024)
def _known_digest(body: bytes) -> str:
    """Small bodies come again and again: a query of the same parameters."""
    return sha256(body).hexdigest()


def string_to_sign(signature: Signature, digest: str) -> str:
    """The string to sign for a canonical request of that digest."""
    return f"{ALGORITHM}\n{signature.timestamp}\n{signature.scope}\n{digest}"


def sign(key: bytes, text: str) -> str:
    """The signature of a string, in lower-case hex."""
    return hmac.digest(key, text.encode(), "sha256").hex()


@lru_cache(maxsize=4096)
def _signing(secret: str, date: str, region: str, service: str) -> tuple[HASH, HASH]:
    """Both hashes of a signature with that key, told the key and nothing else: to be copied. In two
    thirds of the time that a copy of the library's HMAC takes (RFC 2104 says what they are told).
    """
    key = signing_key(secret, date, region, service).ljust(_BLOCK, b"\0")
    return sha256(key.translate(_INNER)), sha256(key.translate(_OUTER))


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The signing key of a secret for one day, region and service; remembered while in use."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
