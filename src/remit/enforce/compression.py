"""Bodies that a client has compressed: an SDK does so by itself for large bodies of operations
whose model allows it (Smithy's trait `requestCompression`; botocore: above 10,240 bytes).

The signature covers the body as it came; what is called stands in what was compressed.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

from remit.core.http import HttpRequest
from remit.enforce.recognize import Unrecognized

# The services with such operations, as they are signed. Not S3: there it is the object's encoding.
_SERVICES = frozenset({"monitoring"})
_LARGEST = 16 << 20
"""Bytes after decompression; CloudWatch takes 1 MB (CloudWatch API Reference, PutMetricData)."""
_GZIP = 16 + zlib.MAX_WBITS


def plain(request: HttpRequest, signing: str | None) -> HttpRequest:
    """The request with its body as it was before it was compressed. Raises Unrecognized."""
    if signing not in _SERVICES or request.header("content-encoding") != "gzip":
        return request
    reader = zlib.decompressobj(_GZIP)
    try:
        body = reader.decompress(request.body, _LARGEST)
    except zlib.error as error:
        raise Unrecognized(f"the body cannot be decompressed: {error}") from None
    if not reader.eof or reader.unused_data:
        raise Unrecognized("the body cannot be decompressed: it is too large, cut or not one piece")
    headers = tuple(one for one in request.headers if one[0] != "content-encoding")
    return replace(request, headers=headers, body=body)
