"""The direct way through the protocol (server/direct.py) against the ordinary one (uvicorn's cycle):
the same bytes come back for the same bytes, whole or in pieces, right or broken.

Requests are signed by botocore. Time and randomness are fixed, so that answers can be compared as
they are; there is no socket, so nothing depends on when something happens.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.serve import wire
from remit.app.ports import Decided, NoLog
from remit.core.http import HttpAnswer, HttpRequest
from tests.server.live import ACCOUNT, document

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

URL = "http://127.0.0.1:4566"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/direct"
NOW = time.time()


class Transport:
    """What a client gets: bytes, and whether the connection was closed."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 5000), "sockname": ("127.0.0.1", 4566)}.get(name, default)

    def write(self, data: bytes) -> None:
        if not self.closed:
            self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


@cache
def built() -> Any:
    """A server with a role, a queue and a bucket, whose clock stands still."""
    from moto.core.base_backend import BackendDict

    from remit.server import run
    from remit.server.settings import Settings

    BackendDict.reset()
    made = run.build(Settings(account=ACCOUNT), clock=lambda: NOW)
    _MADE[:] = [made]
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    for service, operation, params in (
        ("iam", "create_role", {"RoleName": "direct", "AssumeRolePolicyDocument": document(trust)}),
        ("sqs", "create_queue", {"QueueName": "q"}),
        ("s3", "create_bucket", {"Bucket": "things"}),
    ):
        data = wire(URL, _keys(made), service, operation, params)
        assert exchanged(made.application, [data])[0].startswith(b"HTTP/1.1 200")
    return made


def _keys(made: Any) -> dict[str, str]:
    return {"id": made.administrator.id, "secret": made.administrator.secret}


def exchanged(application: Any, pieces: list[bytes], direct: bool = True) -> tuple[bytes, bool]:
    """What comes back for bytes that arrive in these pieces, and whether the connection is closed.
    Random bytes are the same in every exchange, and none that the clock would change are sent."""
    from moto.moto_api._internal import mock_random

    from remit.server.direct import Direct
    from remit.server.protocol import Impatient

    mock_random.seed(5)
    dice = random.Random(5)  # noqa: S311 - no secret
    heart = application.enforcer
    sts = replace(heart.sts, entropy=dice.randbytes)
    told = replace(application, enforcer=replace(heart, entropy=dice.randbytes, sts=sts))

    async def exchange() -> tuple[bytes, bool]:
        protocol, transport = connected(told, Direct if direct else Impatient)
        for piece in pieces:
            if not transport.closed:
                protocol.data_received(piece)
                await _settled(protocol)
        protocol.connection_lost(None)
        await _settled(protocol)
        return bytes(transport.written), transport.closed

    return asyncio.run(exchange())


def connected(application: Any, kind: Any) -> tuple[Any, Transport]:
    """A connection, configured as that of a server."""
    from uvicorn.server import ServerState

    from remit.server import run

    config = run.server(replace(_MADE[0], application=application), run.Address(port=0)).config
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    protocol, transport = kind(config=config, server_state=state, app_state={}), Transport()
    protocol.connection_made(transport)
    return protocol, transport


_MADE: list[Any] = []


async def _settled(protocol: Any) -> None:
    """Let everything happen that can happen."""
    for _ in range(5):
        await asyncio.sleep(0)
    while any(not task.done() for task in protocol.tasks) and not _waits(protocol):
        await asyncio.sleep(0)


def _waits(protocol: Any) -> bool:
    """Whether the last request of a connection still lacks something of its body."""
    return bool(protocol.cycle is not None and protocol.cycle.more_body)


def same(pieces: list[bytes], application: Any = None) -> bytes:
    """The answer, after it was seen that both ways give it.

    One difference there is: where whole requests are followed by bytes that are none, uvicorn says
    so before it answers the requests, and loses their answers.
    """
    application = application or built().application
    ours = exchanged(application, pieces)
    ordinary = exchanged(application, pieces, direct=False)
    told, expected = _undated(ours[0]), _undated(ordinary[0])
    alike = (told, ours[1]) == (expected, ordinary[1])
    assert alike or (_NONE in expected and told.endswith(_NONE)), pieces
    return ours[0]


_NONE = b"\r\n\r\nInvalid HTTP request received."


def _undated(answer: bytes) -> bytes:
    """Without the lines in which moto tells the time."""
    return re.sub(rb"\r\ndate: [^\r]*", b"", answer)


# --- a table ------------------------------------------------------------------------------------

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "caller": ("sts", "get_caller_identity", {}),
    "assume": ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "direct"}),
    "wrong name": ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "a b"}),
    "no role": ("sts", "assume_role", {"RoleArn": f"{ROLE}s", "RoleSessionName": "direct"}),
    "queue": ("sqs", "get_queue_url", {"QueueName": "q"}),
    "no queue": ("sqs", "get_queue_url", {"QueueName": "none"}),
    "bucket": ("s3", "head_bucket", {"Bucket": "things"}),
    "no bucket": ("s3", "head_bucket", {"Bucket": "nothing"}),
    "user": ("iam", "get_user", {"UserName": "nobody"}),
}


@cache
def sent(name: str) -> bytes:
    """The bytes of a call."""
    return wire(URL, _keys(built()), *CALLS[name])


def changed(old: bytes, new: bytes, name: str = "caller") -> bytes:
    data = sent(name)
    assert old in data
    return data.replace(old, new, 1)


def with_header(line: bytes, name: str = "caller") -> bytes:
    return changed(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", name)


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_answered_alike(name: str) -> None:
    assert same([sent(name)]).startswith(b"HTTP/1.1 ")


def test_a_call_is_answered_in_one_write() -> None:
    """What the direct way is for; were it never taken, everything here would hold as well."""
    from remit.server.direct import Direct

    whole = [sent(name) for name in CALLS]
    taken: list[bytes] = []
    before = Direct._sent

    def noted(self: Direct, data: bytes, keeps: bool) -> None:
        taken.append(data)
        before(self, data, keeps)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Direct, "_sent", noted)
        for data in whole:
            assert exchanged(built().application, [data])[0]
    assert len(taken) == len(CALLS)


def test_what_comes_in_the_way_of_http_is_answered_alike() -> None:
    host = b"POST / HTTP/1.1\r\nhost: x\r\n"
    for pieces in (
        [with_header(b"connection: close")],
        [with_header(b"Connection: Keep-Alive, CLOSE")],
        [changed(b"HTTP/1.1", b"HTTP/1.0")],
        [
            changed(b"HTTP/1.1", b"HTTP/1.0").replace(
                b"\r\n\r\n", b"\r\nconnection: keep-alive\r\n\r\n"
            )
        ],
        [with_header(b"expect: 100-continue")],
        [with_header(b"upgrade: websocket")],
        [with_header(b"upgrade: websocket\r\nconnection: upgrade")],
        [changed(b"User-Agent", b"User-Agent: one\r\nUSER-AGENT")],
        [with_header(b"x-empty:")],
        [with_header("x-läng: ä".encode())],
        [with_header(b"x-long: " + b"y" * 9000)],
        [host + b"content-length: 3\r\n\r\nabc"],
        [b"GET /things/a%20b?x=%zz HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"GET //things HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"GET http://other/things?a=b#c HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"GET http://other HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"GET /things?" + b"a=b&" * 300 + b" HTTP/1.1\r\nhost: x\r\n\r\n"],
        ["GET /thängs HTTP/1.1\r\nhost: x\r\n\r\n".encode()],
        [b"GET /things#a HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"HEAD /things/a HTTP/1.1\r\nhost: x\r\n\r\n"],
        [b"GET /_remit/health HTTP/1.1\r\n\r\n"],
        [b"GET /_remit/else HTTP/1.1\r\n\r\n"],
        [b"GET / HTTP/9.9\r\n\r\n"],
        [b"\x00\x01\r\n\r\n"],
    ):
        same(pieces)


def test_requests_with_two_lengths_are_refused() -> None:
    """So that nobody behind or before remit reads another request out of the same bytes (RFC 9112,
    6.3). The parser says so, on both ways."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    length = b"Content-Length: %d" % len(body)
    for pieces in (
        [with_header(length.replace(b": ", b": 0"))],
        [with_header(b"Content-Length: 0")],
        [with_header(b"Transfer-Encoding: chunked")],
        [with_header(b"transfer-encoding: identity")],
        [changed(length, b"Content-Length: -1")],
        [changed(length, b"Content-Length: +43")],
        [changed(length, b"Content-Length: 4_3")],
        [changed(length, b"Content-Length: 43, 43")],
        [changed(length, b"Content-Length : 43")],
        [changed(length, b"Content-Length: " + b"9" * 30)],
        [changed(length, b" Content-Length: 43")],
        [changed(b"\r\n\r\n", b"\n\r\n\r\n")],
    ):
        assert b"HTTP/1.1 200" not in same(pieces)


def test_the_limit_of_bodies_holds() -> None:
    small = replace(built().application, largest=10)
    assert same([sent("caller")], small).startswith(b"HTTP/1.1 413")


def test_requests_in_one_packet_are_answered_in_order() -> None:
    """Pipelining (RFC 9112, 9.3.2); one that waits holds up those that follow it."""
    line = [b"".join(map(sent, ("caller", "queue", "assume", "no queue", "caller")))]
    answer = same(line)
    assert answer.count(b"HTTP/1.1 ") == 5
    assert answer.index(b"GetCallerIdentityResult") < answer.index(b"AssumeRoleResult")
    assert answer.index(b"AssumeRoleResult") < answer.rindex(b"GetCallerIdentityResult")


def test_nothing_is_answered_after_an_answer_that_closes() -> None:
    closing, made, log = with_header(b"connection: close"), built().application, Slow()
    log.ticket.set_result(True)
    application = replace(made, enforcer=replace(made.enforcer, log=log))
    answer = exchanged(application, [closing + sent("caller")])
    assert (answer[0].count(b"HTTP/1.1 200"), answer[1]) == (1, True)
    assert len(log.heard) == 1


def test_the_connection_stays_open_or_is_closed_alike() -> None:
    for data in (
        sent("caller"),
        with_header(b"connection: close"),
        changed(b"HTTP/1.1", b"HTTP/1.0"),
    ):
        ours, ordinary = (
            exchanged(built().application, [data], direct=one) for one in (True, False)
        )
        assert ours == ordinary


# --- bytes of any kind --------------------------------------------------------------------------

PIECES = (
    b"\r\n",
    b" ",
    b":",
    b",",
    b"=",
    b"/",
    b"\x00",
    b"\xff",
    b"%",
    b"0",
    b"A",
    b"content-length: 1\r\n",
)


@st.composite
def mutated(draw: st.DrawFn) -> list[bytes]:
    """A call, spoiled in a few places or in none, cut into packets."""
    data = bytearray(sent(draw(st.sampled_from(sorted(CALLS)))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                data[place] ^= draw(st.integers(1, 255))
            case 1:
                del data[place : place + draw(st.integers(1, 30))]
            case 2:
                data[place:place] = draw(st.sampled_from(PIECES))
            case _:
                data += sent("caller")
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    return [bytes(data[a:b]) for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if a < b]


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_answered_alike(pieces: list[bytes]) -> None:
    same(pieces)


# --- answers that cannot be written, and answers that must wait ---------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        (("x-name", "a\r\nset-cookie: b"),),
        (("x-name", "a\x00"),),
        (("x name", "a"),),
        (("x-name:", "a"),),
        (("x-name", "€ and ä"),),
        (("x-name", "tab\there"),),
        (("content-length", "7"), ("x", "")),
        (("connection", "close"),),
        (("Connection", "keep-alive"),),
        (("connection", "closed"),),
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_answers_are_written_alike(headers: tuple[tuple[str, str], ...], method: bytes) -> None:
    def own(_: HttpRequest) -> HttpAnswer:
        return HttpAnswer(200, headers, b"1234567")

    application = replace(built().application, own=own)
    answer = same([method + b" /_remit/x HTTP/1.1\r\nhost: x\r\n\r\n"], application)
    assert b"set-cookie" not in answer


class Slow(NoLog):
    """A log whose first entry is durable when it is told so; the others are at once."""

    def __init__(self) -> None:
        self.ticket: Future[bool] = Future()
        self.waiting: list[Any] = [self.ticket]
        self.heard: list[Decided] = []

    def record(self, decided: Decided) -> None:
        self.heard.append(decided)

    def pending(self) -> Any:
        return self.waiting.pop() if self.waiting else None


def test_an_answer_waits_for_the_log_and_holds_up_those_behind_it() -> None:
    from remit.server.direct import Direct

    made, log = built().application, Slow()
    application = replace(made, enforcer=replace(made.enforcer, log=log))

    async def exchange() -> None:
        protocol, transport = connected(application, Direct)
        protocol.data_received(sent("caller") + sent("queue"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not transport.written
        log.ticket.set_result(True)
        for _ in range(20):
            await asyncio.sleep(0)
        assert transport.written.count(b"HTTP/1.1 200") == 2
        assert transport.written.index(b"GetCallerIdentity") < transport.written.index(b"QueueUrl")
        protocol.connection_lost(None)

    asyncio.run(exchange())
