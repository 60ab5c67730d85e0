"""The canonical request of Signature Version 4: the text that both sides sign.

Source: IAM User Guide, create-signed-request; facts/iam.md 7.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote_to_bytes

from remit.core.http import HttpRequest
from remit.credentials.errors import AuthError

_UNRESERVED = "-._~"
_PATH = "/" + _UNRESERVED
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_RUN = re.compile(r" {2,}")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~]*")
AS_S3 = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
"""Services that encode the path once and do not normalise it (S3 and those that sign like it)."""


def request(given: HttpRequest, service: str, signed: Iterable[str], payload: str) -> str:
    """The canonical request. `signed` are the signed header names in order, `payload` the hash or
    marker. Raises AuthError for a query that cannot be decoded."""
    names = tuple(signed)
    values = given.first
    if len(values) != len(given.headers):
        values = _joined(given)
    lines = [given.method, path(given.path, service), query(given.query)]
    for name in names:
        value = values.get(name, "").strip()
        lines.append(f"{name}:{_RUN.sub(' ', value) if '  ' in value else value}")
    lines += ("", ";".join(names), payload)
    return "\n".join(lines)


def path(wire: str, service: str) -> str:
    """The canonical URI: encoded once for S3, normalised and encoded twice for all others."""
    if wire in ("", "/"):
        return "/"
    if service not in AS_S3:
        return quote(_normalised(wire), safe=_PATH)
    return "/".join(map(_encoded, wire.split("/")))  # `%2F` in a key is no separator


def _normalised(wire: str) -> str:
    """Without `.`, `..` and empty segments (RFC 3986, 6.2.2.3); a slash at the end stays."""
    kept: list[str] = []
    for segment in wire.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    end = "/" if kept and wire.endswith(("/", "/.", "/..")) else ""
    return "/" + "/".join(kept) + end


def query(wire: str) -> str:
    """The canonical query: names and values encoded, sorted, the signature itself left out."""
    if not wire:
        return ""
    pairs = sorted(
        (_encoded(name), _encoded(value))
        for name, value in split(wire)
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def split(wire: str) -> Iterator[tuple[str, str]]:
    """Names and values of a query, still encoded; a name without a value has an empty one."""
    if (bad := _BAD_ESCAPE.search(wire)) is not None:
        raise _malformed(wire[bad.start() : bad.start() + 3])
    for pair in wire.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield name, value


def _malformed(escape: str) -> AuthError:
    if len(escape) < 3:
        return AuthError("MalformedQueryString", "Incomplete trailing escape % sequence", 400)
    text = f"Illegal hex character in escape % pattern: {escape}"
    return AuthError("MalformedQueryString", text, 400)


def _encoded(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)


def _joined(given: HttpRequest) -> dict[str, str]:
    """Each header once; values of one that is repeated are joined in wire order."""
    values: dict[str, str] = {}
    for name, value in given.headers:
        clean = value.strip()
        values[name] = f"{values[name]},{clean}" if name in values else clean
    return values
