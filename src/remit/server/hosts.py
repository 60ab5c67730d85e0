"""Buckets in host names: a virtual-hosted request as the path-style one that it stands for.

Source: S3 User Guide, VirtualHosting. Signatures are checked on the request as it came.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from urllib.parse import quote

from remit.core.http import HttpRequest

# What follows the bucket in the names under which a local S3 can be reached.
_ENDINGS = (".localhost", ".localhost.localstack.cloud")
_MARKS = (".s3.", ".s3-")
_S3_CONTROL = "/v20180820/"
"""How paths of S3 Control begin, whose clients put the account in front of the host."""


@lru_cache(maxsize=1024)
def bucket_of(host: str) -> str | None:
    """The bucket in a `Host` header; None where there is none."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    name = name.lower()
    for mark in _MARKS:
        bucket, found, _ = name.partition(mark)
        if found and bucket:
            return bucket
    for ending in _ENDINGS:
        if name.endswith(ending):
            bucket = name.removesuffix(ending)
            bucket = bucket.removesuffix(".s3") if bucket != "s3" else ""
            return bucket or None
    return None


def path_style(request: HttpRequest) -> HttpRequest:
    """The request with the bucket of its host in its path, and a host without it."""
    host = request.header("host") or ""
    if "." not in host:
        return request
    bucket = bucket_of(host)
    if bucket is None or (bucket.isdigit() and request.path.startswith(_S3_CONTROL)):
        return request
    port = host.rpartition(":")[2] if ":" in host else ""
    plain = f"localhost:{port}" if port.isdigit() else "localhost"
    headers = tuple((name, plain if name == "host" else v) for name, v in request.headers)
    return replace(request, path=f"/{quote(bucket)}{request.path}", headers=headers)
