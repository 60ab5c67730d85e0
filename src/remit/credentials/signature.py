"""How a request says who signed it: the pieces of its authentication, read and checked for form.

Source: facts/iam.md 7.3 (transport) and 7.5 (texts of rejection).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import unquote

from remit.core.http import HttpRequest
from remit.credentials.canonical import split
from remit.credentials.errors import AuthError, incomplete, mismatch

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
_BASIC = re.compile(r"\d{8}T\d{6}Z")
_LONGEST = 604_800
"""Seconds for which a request may be presigned: a week."""
_HOSTS = frozenset({"host", ":authority"})
_REMEMBERED = 1024
"""Characters of a header, before its signature, or of names up to which they are remembered."""
_MOST_NAMES = 64


@dataclass(slots=True)
class Signature:
    """What a request says of its signature. `scope` is `date/region/service/aws4_request`.

    `token` is the session token; `expires` the seconds for which a presigned request holds, None
    for one that is signed in a header; `unsigned` the headers that the signature should cover and
    does not. `version` is as `s3:signatureversion` has it.
    Not frozen: one is made for each request.
    """

    access_key: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    value: str
    timestamp: str
    time: float
    token: str | None = field(default=None, repr=False)
    expires: int | None = None
    unsigned: tuple[str, ...] = ()
    version: str = ALGORITHM

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


def read(request: HttpRequest) -> Signature:
    """The signature of a request. Raises AuthError when there is none, or none that is whole."""
    header = request.header("authorization")
    fields = _query_fields(request.query) if "X-Amz-" in request.query else {}
    presigned = "X-Amz-Algorithm" in fields or "X-Amz-Signature" in fields
    if header is None and not presigned:
        raise AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
    if header is not None and presigned:
        raise mismatch("")
    return _from_query(request, fields) if header is None else _from_header(request, header)


# --- in the Authorization header ----------------------------------------------------------------


def _from_header(request: HttpRequest, header: str) -> Signature:
    before, found, value = header.rpartition("Signature=")
    if found and len(before) <= _REMEMBERED:
        same, value = _standing(before), value.strip()
        written = request.header("x-amz-date")
        if same is not None and value and "," not in value and written:
            timestamp, time = _timestamp(written)
            if timestamp[:8] == same[1]:
                token = request.header("x-amz-security-token")
                unsigned = _uncovered(request, same[4])
                return Signature(*same, value, timestamp, time, token, None, unsigned)
    return _from_unusual(request, header)


@lru_cache(maxsize=1024)
def _standing(before: str) -> tuple[str, str, str, str, tuple[str, ...]] | None:
    """What stands before the signature and is the same in all that a client signs on one day:
    access key, date, region, service and the names of what is signed. None where anything is
    unusual or wrong: what is to be said of it is `_from_unusual`'s."""
    algorithm, _, rest = before.partition(" ")
    if not rest.rstrip().endswith(","):
        return None
    try:
        pieces = dict(_pieces(rest, ""))
    except AuthError:
        return None
    credential = pieces.get("Credential", "").split("/")
    signed = tuple(pieces.get("SignedHeaders", "").split(";"))
    whole = algorithm == ALGORITHM and len(credential) == 5 and credential[4] == TERMINATOR
    if not whole or "Signature" in pieces or not _HOSTS & {*signed}:
        return None
    key, date, region, service, _ = credential
    return key, date, region, service, signed


def _from_unusual(request: HttpRequest, header: str) -> Signature:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    pieces = dict(_pieces(rest, header))
    written = request.header("x-amz-date") or request.header("date")
    wanted = ("Credential", "Signature", "SignedHeaders")
    lacking = [
        f"Authorization header requires '{name}' parameter."
        for name in wanted
        if not pieces.get(name)
    ]
    if written is None:
        lacking.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if lacking or written is None:
        raise incomplete(" ".join((*lacking, f"Authorization={_masked(header)}")))
    timestamp, time = _timestamp(written)
    token = request.header("x-amz-security-token")
    signed = tuple(pieces["SignedHeaders"].split(";"))
    return _made(
        pieces["Credential"],
        signed,
        pieces["Signature"],
        (timestamp, time),
        token=token,
        unsigned=_uncovered(request, signed),
    )


def _pieces(text: str, header: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a header; `header` is the whole of it, for an error to name."""
    pieces: dict[str, str] = {}
    for piece in filter(None, map(str.strip, text.split(","))):
        name, equal, value = piece.partition("=")
        if not equal:
            raise incomplete(
                f"'{piece}' not a valid key=value pair (missing equal-sign) in Authorization"
                f" header: '{header}'."
            )
        pieces[name] = value
    return tuple(pieces.items())


def _masked(header: str) -> str:
    """The header without its signature: what is echoed may end in a log."""
    return re.sub(r"(Signature=)[0-9A-Za-z]+", r"\1...", header)


# --- in the query -------------------------------------------------------------------------------


def _query_fields(query: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in split(query):
        if name.startswith("X-Amz-"):
            fields.setdefault(name, unquote(value))
    return fields


def _from_query(request: HttpRequest, fields: dict[str, str]) -> Signature:
    if fields.get("X-Amz-Algorithm") != ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm': '{fields.get('X-Amz-Algorithm', '')}'.")
    wanted = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    lacking = [
        f"AWS query-string parameters must include '{name}'."
        for name in wanted
        if not fields.get(name)
    ]
    if lacking:
        raise incomplete(" ".join((*lacking, "Re-examine the query-string parameters.")))
    header = request.header("x-amz-security-token")
    signed = tuple(fields["X-Amz-SignedHeaders"].split(";"))
    # "For presigned requests a signed token header beats the query token" (facts 7.6).
    covered = header is not None and "x-amz-security-token" in signed
    token = header if covered else fields.get("X-Amz-Security-Token", header)
    return _made(
        fields["X-Amz-Credential"],
        signed,
        fields["X-Amz-Signature"],
        _timestamp(fields["X-Amz-Date"]),
        token=token,
        expires=_expires(fields.get("X-Amz-Expires")),
        unsigned=_uncovered(request, signed),
    )


def _expires(text: str | None) -> int:
    if text is None:
        return 900  # STS and other query services sign without it
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise AuthError(
            "AuthorizationQueryParametersError", "X-Amz-Expires should be a number", 400
        )
    seconds = int(text)
    if not 1 <= seconds <= _LONGEST:
        what = "X-Amz-Expires must be less than a week (in seconds) that is 604800"
        raise AuthError("AuthorizationQueryParametersError", what, 400)
    return seconds


# --- both ---------------------------------------------------------------------------------------

_ITS_HASH = "x-amz-content-sha256"
"""A part of what is signed wherever it stands, so S3 takes it unsigned too."""


def _uncovered(request: HttpRequest, signed: tuple[str, ...]) -> tuple[str, ...]:
    """The headers of AWS's own that came along without being signed: whoever has a presigned URL
    could else make another call of it, such as a copy by `x-amz-copy-source` (IAM User Guide,
    create-signed-request: "any x-amz-* headers that you plan to include")."""
    names = tuple([name for name, _ in request.headers])
    few = len(names) + len(signed) <= _MOST_NAMES and len("".join(names + signed)) <= _REMEMBERED
    return _known_lacks(names, signed) if few else _lacks(names, signed)


def _lacks(names: tuple[str, ...], signed: tuple[str, ...]) -> tuple[str, ...]:
    own = (name for name in names if name.startswith("x-amz-"))
    return tuple(name for name in own if name not in signed and name != _ITS_HASH)


_known_lacks = lru_cache(maxsize=1024)(_lacks)


def _made(
    credential: str,
    signed: tuple[str, ...],
    value: str,
    when: tuple[str, float],
    *,
    token: str | None,
    unsigned: tuple[str, ...],
    expires: int | None = None,
) -> Signature:
    parts = credential.split("/")
    if len(parts) != 5:
        raise incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g."
            f" keyid/date/region/service/term, got '{credential}'"
        )
    key, date, region, service, terminator = parts
    if terminator != TERMINATOR:
        raise mismatch(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not"
            f" '{terminator}'."
        )
    timestamp, time = when
    if date != timestamp[:8]:
        raise mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
            f" HTTP: '{date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if not _HOSTS & {*signed}:
        raise mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return Signature(
        key, date, region, service, signed, value, timestamp, time, token, expires, unsigned
    )


@lru_cache(maxsize=256)
def _timestamp(written: str) -> tuple[str, float]:
    """The date in ISO 8601's basic form, and as seconds since the epoch."""
    if _BASIC.fullmatch(written) and written.isascii():
        try:
            moment = datetime(
                int(written[:4]), int(written[4:6]), int(written[6:8]),
                int(written[9:11]), int(written[11:13]), int(written[13:15]), tzinfo=UTC,
            )  # fmt: skip
        except ValueError:
            raise _bad_date(written) from None
        return written, moment.timestamp()
    try:
        found = parsedate_to_datetime(written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad_date(written) from None
    return found.strftime("%Y%m%dT%H%M%SZ"), found.timestamp()


def _bad_date(written: str) -> AuthError:
    return incomplete(
        f"Date must be in ISO-8601 'basic format'. Got '{written}'. See"
        " http://en.wikipedia.org/wiki/ISO_8601"
    )
