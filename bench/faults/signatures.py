"""Trials of signatures: malformed, replayed, and valid requests with something changed in them.

A changed request may be accepted only where it still says the same: the recognizer, which is not
what is tried here, is asked what it says.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser

from bench.faults.target import FORM, Target, counted, status_of
from remit.core.http import HttpRequest
from remit.credentials.errors import AuthError
from remit.credentials.signature import read
from remit.enforce.recognize import Unrecognized, recognize

ROUNDS = 4_000
_DICE = random.Random(11)  # noqa: S311  no secret: the same faults in every run


async def replayed(target: Target) -> str:
    """A request again: AWS takes it within its time, and never for another time, path or host."""
    again = [await status_of(target, target.signed) for _ in range(20)]
    assert set(again) == {200}, f"a replay within the window: {again}"
    date = target.signed.lower().partition(b"x-amz-date: ")[2][:16]
    others = {
        "time": target.signed.replace(date.upper(), b"20200101T000000Z"),
        "path": target.signed.replace(b"POST / ", b"POST /other "),
        "host": target.signed.replace(b"host: ", b"host: sts.us-west-2.amazonaws.com.", 1),
        "body": target.signed.replace(b"GetCallerIdentity&", b"GetSessionToken&&&"),
    }
    got = {name: await status_of(target, data) for name, data in others.items()}
    assert all(400 <= status < 500 for status in got.values()), f"{got}"
    return f"20 replays answered as AWS does; {got}"


async def malformed(target: Target) -> str:
    """Signatures that say less, more or other than they should."""
    head, gap, body = target.signed.partition(b"\r\n\r\n")
    start = head.index(b"Authorization: ") + 15
    end = head.index(b"\r\n", start) if b"\r\n" in head[start:] else len(head)
    got: list[int] = []
    for _ in range(500):
        value = _spoiled(head[start:end])
        if value.strip() == head[start:end]:
            continue
        status = await status_of(target, head[:start] + value + head[end:] + gap + body)
        same = status == 200 and _parts(value) == _parts(head[start:end])  # blanks say nothing
        assert same or 400 <= status < 500, f"{status} to `{value!r}`"
        got.append(status)
    return counted(got)


def _parts(value: bytes) -> set[bytes]:
    return {part.strip() for part in value.replace(b" ", b",").split(b",")} - {b""}


# --- valid requests, changed --------------------------------------------------------------------

_JSON = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class Seed:
    """A request that is valid as it stands."""

    name: str
    data: bytes


def seeds(target: Target) -> list[Seed]:
    """A valid request in each protocol, and one that is presigned."""
    ask = target.request
    shape = "DynamoDB_20120810.ListTables"
    rpc = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    return [
        Seed("query", target.signed),
        Seed("ec2", ask("ec2", body=b"Action=DescribeVpcs&Version=2016-11-15", content_type=FORM)),
        Seed("json", ask("dynamodb", body=b'{"Limit": 5}', content_type=_JSON, x_amz_target=shape)),
        Seed("rest-json", ask("lambda", "GET", "/2015-03-31/functions/")),
        Seed("rest-xml", ask("s3", "GET", "/fuzzed?list-type=2&prefix=a%20b")),
        Seed("cbor", ask("monitoring", path=rpc, body=b"\xa0", smithy_protocol="rpc-v2-cbor")),
    ]


async def changed(target: Target) -> str:
    """Some thousand valid requests with one to three changes anywhere in them."""
    made = seeds(target)
    await status_of(target, target.request("s3", "PUT", "/fuzzed"))
    valid = [await status_of(target, seed.data) for seed in made]
    assert set(valid) == {200}, f"as they stand: {valid}"
    meant = {one.name: _said(one.data) for one in made}
    got: list[int] = []
    accepted = 0
    for number in range(ROUNDS):
        seed = made[number % len(made)]
        data = _changed(seed.data)
        if data == seed.data:
            continue
        status = await status_of(target, data, end=True)
        got.append(status)
        assert status < 500 or status == 501, f"{status} to `{data!r}`"
        if status == 200:
            accepted += 1
            said = _said(data)
            assert said == meant[seed.name], f"{status} to `{data!r}`: {said}"
    return f"{len(got)} requests: {counted(got)}; {accepted} still said the same"


def _said(data: bytes) -> tuple[object, ...]:
    """What a request says: who signed it when for what, and which call with which parameters."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, _, lines = head.partition(b"\r\n")
    method, target, _ = first.decode("latin-1").split(" ", 2)
    path, _, query = target.partition("?")
    found = BytesHeaderParser().parsebytes(lines)
    headers = tuple((name.lower(), str(value).strip()) for name, value in found.items())
    length = next((int(v) for n, v in headers if n == "content-length" and v.isdigit()), 0)
    request = HttpRequest(method, path, query, headers, body[:length])
    try:
        signature = read(request)
        call = recognize(request, signature.service)
    except (AuthError, Unrecognized) as error:
        return (str(error),)
    who = signature.access_key, signature.timestamp, signature.region, signature.service
    return (*who, call.service, call.operation, call.params)


def _changed(data: bytes) -> bytes:
    value = bytearray(data)
    for _ in range(_DICE.randrange(1, 4)):
        _DICE.choice(_CHANGES)(value)
    return bytes(value)


def _spoiled(text: bytes) -> bytes:
    """A header with one to three places changed, missing or added."""
    value = bytearray(text)
    for _ in range(_DICE.randrange(1, 4)):
        _DICE.choice(_CHANGES[:3])(value)
    return bytes(value)


def _flip(value: bytearray) -> None:
    value[_DICE.randrange(len(value))] ^= 1 + _DICE.randrange(31)


def _cut(value: bytearray) -> None:
    place = _DICE.randrange(len(value))
    del value[place : place + _DICE.randrange(1, 40)]
    value += b" " if not value else b""


def _add(value: bytearray) -> None:
    place = _DICE.randrange(len(value))
    value[place:place] = _DICE.choice(
        (b",", b"=", b"/", b" ", b"\xff", b"%41", b"&a=1", b";x", b"+")
    )


def _line(value: bytearray) -> None:
    """A header more, such as none that was signed, or one that was, again."""
    place = value.find(b"\r\n") + 2
    value[place:place] = _DICE.choice(
        (
            b"x-amz-target: DynamoDB_20120810.DeleteTable\r\n",
            b"x-amz-copy-source: /a/b\r\n",
            b"x-amz-security-token: x\r\n",
            b"x-amz-date: 20200101T000000Z\r\n",
            b"x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n",
            b"x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n",
            b"authorization: AWS4-HMAC-SHA256 Credential=x\r\n",
            b"content-type: application/json\r\n",
            b"content-encoding: gzip\r\n",
            b"host: example.com\r\n",
            b"x-http-method-override: DELETE\r\n",
            b"smithy-protocol: rpc-v2-cbor\r\n",
        )
    )


def _path(value: bytearray) -> None:
    """Another way to write the path, or another path."""
    place = value.find(b" ") + 1
    value[place : place + 1] = _DICE.choice(
        (b"//", b"/./", b"/x/../", b"/%2e/", b"/a/", b"/?x=1&y=/")
    )


_CHANGES: tuple[Callable[[bytearray], None], ...] = (_flip, _cut, _add, _line, _path)
