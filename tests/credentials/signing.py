"""Requests signed by botocore, the SDK's own signer, as they come over the wire."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from remit.core.http import HttpRequest

KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token+/="
HEADER = {"s3": auth.S3SigV4Auth}
QUERY = {"s3": auth.S3SigV4QueryAuth}


def signed(
    service: str = "sts",
    url: str = "https://sts.eu-west-1.amazonaws.com/",
    *,
    method: str = "POST",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    token: str | None = None,
    presign: int | None = None,
    region: str = "eu-west-1",
) -> HttpRequest:
    """A request as botocore sends it; `presign` is for how many seconds, None signs a header."""
    made = AWSRequest(method, url, headers=headers or {}, data=body)
    who = Credentials(KEY, SECRET, token)
    kind: Any
    if presign is None:
        kind = HEADER.get(service, auth.SigV4Auth)(who, service, region)
    else:
        kind = QUERY.get(service, auth.SigV4QueryAuth)(who, service, region, expires=presign)
    kind.add_auth(made)
    parts = urlsplit(made.url)
    sent = [(name.lower(), value) for name, value in made.headers.items()]
    if "host" not in dict(sent):
        sent.append(("host", parts.netloc))
    return HttpRequest(method, parts.path, parts.query, tuple(sent), body, parts.scheme)
