"""An upload in signed or unsigned chunks, made by the words of the standard (S3 API Reference,
sigv4-streaming and sigv4-streaming-trailers): botocore sends none over plain HTTP."""

from __future__ import annotations

import base64
import hmac
import http.client
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from tests.server.live import REGION, Live

MARKERS = {
    "signed": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "signed-trailer": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "unsigned-trailer": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
}
EMPTY = sha256(b"").hexdigest()


def put(
    live: Live, bucket: str, mode: str, data: bytes, *, cut: int = 0, spoil: bool = False
) -> int:
    """Put `data` under the mode's name; the status. `cut` leaves off bytes at the end, `spoil`
    changes a byte after signing."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    key = _signing_key(live.administrator.secret, now[:8])
    parts = urlsplit(live.url)
    headers = {
        "content-encoding": "aws-chunked",
        "host": parts.netloc,
        "x-amz-content-sha256": MARKERS[mode],
        "x-amz-date": now,
        "x-amz-decoded-content-length": str(len(data)),
    }
    if mode != "signed":
        headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"PUT\n/{bucket}/{mode}\n\n{lines}\n{names}\n{MARKERS[mode]}"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    seed = _sign(key, text)
    credential = f"{live.administrator.id}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={seed}"
    )
    body = _body(mode, data, (now, scope), key, seed)
    if spoil:
        body = body.replace(b"piece", b"pieqe", 1)
    body = body[: len(body) - cut] if cut else body
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.putrequest("PUT", f"/{bucket}/{mode}", skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()


def _body(mode: str, data: bytes, when: tuple[str, str], key: bytes, before: str) -> bytes:
    made = b""
    for chunk in (data[:8192], data[8192:16384], data[16384:], b""):
        extension = ""
        if mode != "unsigned-trailer":
            hashed = sha256(chunk).hexdigest()
            text = f"AWS4-HMAC-SHA256-PAYLOAD\n{when[0]}\n{when[1]}\n{before}\n{EMPTY}\n{hashed}"
            before = _sign(key, text)
            extension = f";chunk-signature={before}"
        made += f"{len(chunk):x}{extension}\r\n".encode() + chunk + (b"\r\n" if chunk else b"")
    if mode == "signed":
        return made + b"\r\n"
    checksum = base64.b64encode(zlib.crc32(data).to_bytes(4)).decode()
    made += f"x-amz-checksum-crc32:{checksum}\r\n".encode()
    if mode == "signed-trailer":
        hashed = sha256(f"x-amz-checksum-crc32:{checksum}\n".encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256-TRAILER\n{when[0]}\n{when[1]}\n{before}\n{hashed}"
        made += f"x-amz-trailer-signature:{_sign(key, text)}\r\n".encode()
    return made + b"\r\n"


def _signing_key(secret: str, date: str) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in (date, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _sign(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
