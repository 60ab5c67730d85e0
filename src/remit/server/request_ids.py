"""Ids of requests, and the id of a request in its answer: the one under which the decision log
knows it. moto draws ids of its own, in headers and in documents, where SDKs look for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from remit.core.http import HttpAnswer
from remit.credentials.keys import Entropy
from remit.enforce.recognize import Recognized

_HEADERS = frozenset({"x-amzn-requestid", "x-amz-request-id"})
# In which element a protocol's documents carry it. Of a document with several the last one is meant
# in the query protocol (ResponseMetadata stands at the end), the first one in EC2's.
_ELEMENTS: Mapping[str, tuple[bytes, ...]] = {
    "query": (b"RequestId",),
    "ec2": (b"requestId", b"RequestID"),
    "rest-xml": (b"RequestId", b"RequestID"),
}


_AT_ONCE = 256


class Ids:
    """New ids, drawn many at a time: to ask the system for each takes longer than writing it. Any
    thread may ask: `pop` and `extend` are whole."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._drawn: list[str] = []

    def next(self) -> str:
        """An id that nobody has."""
        try:
            return self._drawn.pop()
        except IndexError:
            first, *more = _written(self._entropy(16 * _AT_ONCE).hex())
            self._drawn.extend(more)
            return first


def _written(digits: str) -> list[str]:
    pieces = (digits[at : at + 32] for at in range(0, len(digits), 32))
    return [f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}" for d in pieces]


def numbered(answer: HttpAnswer, call: Recognized, number: str) -> HttpAnswer:
    """The answer to a call with `number` as its id."""
    protocol = call.protocol
    own = "x-amz-request-id" if call.service == "s3" else "x-amzn-requestid"
    headers = (*(one for one in answer.headers if one[0] not in _HEADERS), (own, number))
    body = answer.body
    if protocol in _ELEMENTS and (protocol != "rest-xml" or answer.status >= 300):
        body = _in_document(body, protocol, number.encode())
    return HttpAnswer(answer.status, headers, body)


def _in_document(body: bytes, protocol: str, number: bytes) -> bytes:
    """Text cannot look like an element: `<` is escaped in it."""
    for name in _ELEMENTS[protocol]:
        tag = b"<" + name + b">"
        start = body.find(tag) if protocol == "ec2" else body.rfind(tag)
        end = body.find(b"</", start)
        if 0 <= start < end:
            return body[: start + len(tag)] + number + body[end:]
    return body
