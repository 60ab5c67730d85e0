"""Trials of connections: slow, huge, cut, countless, smuggling, flooding, and never reading."""

from __future__ import annotations

import asyncio
import random
import resource
import time

from bench.faults.target import (
    BODY,
    LIMIT_MIB,
    PATIENCE,
    Target,
    answer_of,
    counted,
    status_in,
    status_of,
)

IDLE = 10_000
"""Connections that ask nothing; each needs a file on either side (`ulimit -n`)."""
_DICE = random.Random(7)  # noqa: S311  no secret: the same faults in every run
_PUT = b"PUT /bucket/key HTTP/1.1\r\nhost: localhost\r\n"


async def drips(target: Target) -> str:
    """Clients that send one byte a second, of the headers or of the body."""

    async def one(head: bytes, rest: bytes) -> float:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        started = time.perf_counter()
        writer.write(head)
        for byte in rest[:15]:
            try:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.wait_for(reader.read(1), 1)
                break
            except TimeoutError:
                continue
            except OSError:
                break
        writer.close()
        return time.perf_counter() - started

    head, _, _ = target.signed.partition(b"\r\n\r\n")
    held = await asyncio.gather(
        *(one(b"", target.signed) for _ in range(100)),
        *(one(head + b"\r\n\r\n", BODY) for _ in range(100)),
    )
    assert max(held) < PATIENCE + 4, f"a slow client was borne for {max(held):.1f} s"
    return f"200 clients, ended after {min(held):.1f} to {max(held):.1f} s"


async def huge_bodies(target: Target) -> str:
    """1 GB announced; and more than the limit sent in pieces of no announced sum."""
    announced = await status_of(target, _PUT + b"content-length: 1073741824\r\n\r\n")
    assert announced == 413, f"1 GB announced: {announced}"
    head = _PUT + b"transfer-encoding: chunked\r\n\r\n"
    sent = await _poured(target, head, b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
    assert sent < 1024, "1 GB was taken"
    return f"announced: 413; in pieces: ended after {sent} MiB"


async def _poured(target: Target, head: bytes, piece: bytes) -> int:
    """How many pieces, of 1,024 at most, are taken before the connection ends."""
    reader, writer = await asyncio.open_connection(target.host, target.port)
    writer.write(head)
    sent = 0
    try:
        while sent < 1024 and not reader.at_eof():
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), PATIENCE + 5)
            sent += 1
    except (OSError, TimeoutError):
        pass
    writer.close()
    return sent


async def many_bodies(target: Target) -> str:
    """120 uploads at once, each just below the limit of one and none of them ever whole."""
    size, piece = (LIMIT_MIB << 20) - 1, b"x" * (1 << 18)
    before, most = target.resident(), [0.0]

    async def one() -> int:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        writer.write(_PUT + b"content-length: %d\r\n\r\n" % size)
        try:
            for _ in range(size // len(piece)):
                writer.write(piece)
                await asyncio.wait_for(writer.drain(), PATIENCE)
                most[0] = max(most[0], target.resident() - before)
                if reader.at_eof():
                    break
            line = await asyncio.wait_for(reader.readline(), PATIENCE + 2)
        except (OSError, TimeoutError):
            line = b""
        writer.close()
        return status_in(line)

    got = list(await asyncio.gather(*(one() for _ in range(120))))
    assert set(got) <= {408, 503, 0}, counted(got)
    assert most[0] < 1200, f"{most[0]:.0f} MB more"
    return f"{counted(got)}; {most[0]:.0f} MB more at most"


async def floods(target: Target) -> str:
    """Headers, a header, a target, trailers and extensions of chunks that never end."""
    chunked = _PUT + b"transfer-encoding: chunked\r\n\r\n"
    shapes = {
        "headers": (_PUT, b"x: y\r\n" * 170_000),
        "one header": (_PUT + b"x: ", b"y" * (1 << 20)),
        "a target": (b"GET /", b"a" * (1 << 20)),
        "trailers": (chunked + b"1\r\nx\r\n0\r\n", b"x: y\r\n" * 170_000),
        "an extension": (chunked + b"1;", b"x" * (1 << 20)),
    }
    before = target.resident()
    sent = {name: await _poured(target, *shape) for name, shape in shapes.items()}
    assert max(sent.values()) < 64, f"{sent}"
    grew = target.resident() - before
    assert grew < 64, f"{grew:.0f} MB more"
    return ", ".join(f"{name}: ended within {mib} MiB" for name, mib in sent.items())


# What a proxy and the server behind it may read differently (RFC 9112, 6.1, 6.3, 11.2). The second
# request stands where a lenient reader would find one; it must never be answered.
_HIDDEN = b"GET /_remit/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
_LENGTH = b"content-length: %d\r\n" % len(_HIDDEN)
SMUGGLING: dict[str, bytes] = {
    "both lengths": _PUT + _LENGTH + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "two lengths": _PUT + _LENGTH + b"content-length: 0\r\n\r\n" + _HIDDEN,
    "a signed length": _PUT + b"content-length: +0\r\n\r\n" + _HIDDEN,
    "a length in hex": _PUT + b"content-length: 0x0\r\n\r\n" + _HIDDEN,
    "a list of lengths": _PUT + b"content-length: 0, 0\r\n\r\n" + _HIDDEN,
    "another encoding": _PUT + b"transfer-encoding: xchunked\r\n\r\n" + _HIDDEN,
    "chunked, not last": _PUT + b"transfer-encoding: chunked, identity\r\n\r\n" + _HIDDEN,
    "a blank before the colon": _PUT + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a folded header": _PUT + b"x: y\r\n content-length: 5\r\n\r\n" + _HIDDEN,
    "a bare line feed": _PUT + b"x: y\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a bare return": _PUT + b"x: y\rcontent-length: 5\r\n\r\n" + _HIDDEN,
    "a zero byte": _PUT + b"x: \0\r\ncontent-length: 0\r\n\r\n" + _HIDDEN,
    "a chunk that lies": _PUT + b"transfer-encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" + _HIDDEN,
    "a chunk too large": _PUT + b"transfer-encoding: chunked\r\n\r\n%s\r\n" % (b"F" * 17) + _HIDDEN,
    "a bare chunk": _PUT + b"transfer-encoding: chunked\r\n\r\n0\n\n" + _HIDDEN,
}  # fmt: skip


async def smuggling(target: Target) -> str:
    """One request that may be read as two."""
    answers = {name: await answer_of(target, data) for name, data in SMUGGLING.items()}
    second = [name for name, answer in answers.items() if b'"status": "ok"' in answer]
    assert not second, f"a second request was answered: {', '.join(second)}"
    wrong = [n for n, a in answers.items() if a and not a.startswith(b"HTTP/1.1 4")]
    assert not wrong, f"not refused: {', '.join(wrong)}"
    return f"{len(answers)} shapes: refused, and the request hidden in them is not answered"


async def never_reading(target: Target) -> str:
    """Clients that ask for 8 MB each, or for answer after answer, and read nothing."""
    size = 8 << 20
    assert await status_of(target, target.request("s3", "PUT", "/never-read")) == 200
    put = target.request("s3", "PUT", "/never-read/object", b"x" * size)
    assert await status_of(target, put) == 200
    get = target.request("s3", "GET", "/never-read/object")
    again = target.signed.replace(b"connection: close\r\n", b"") * 200
    before, asked = target.resident(), (*[get] * 100, *[again] * 20)
    opened = await asyncio.gather(
        *(asyncio.open_connection(target.host, target.port, limit=1) for _ in asked)
    )
    for (_, writer), data in zip(opened, asked, strict=True):
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a transport of sockets
        writer.write(data)
    worst = before
    for _ in range(int(PATIENCE * 2) + 4):
        await asyncio.sleep(0.5)
        worst = max(worst, target.resident())
    for _, writer in opened:
        writer.transport.abort()
    await asyncio.sleep(0.5)
    after = target.resident()
    assert worst - before < 1200, f"{worst - before:.0f} MB more"
    most = f"{worst - before:.0f} MB at most, {after - before:.0f} MB after they were given up"
    return f"100 answers of 8 MB and 20 times 200 answers unread: {most}"


async def truncated(target: Target) -> str:
    """Requests that end in the middle."""
    got: list[int] = []
    for _ in range(300):
        cut = _DICE.randrange(1, len(target.signed))
        got.append(await status_of(target, target.signed[:cut], end=True))
    assert 200 not in got, "half a request was answered"
    return counted(got)


async def noise(target: Target) -> str:
    """Bytes that are no HTTP."""
    some = [_DICE.randbytes(200) + b"\r\n\r\n" for _ in range(300)]
    got = [await status_of(target, data, end=True) for data in some]
    assert 200 not in got, "noise was answered"
    return counted(got)


async def crowded(target: Target) -> str:
    """Thousands of connections that are open and ask nothing."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(IDLE, soft - 500)
    started = time.perf_counter()
    before = target.resident()
    opened = []
    for _ in range(wanted // 100):
        opened += await asyncio.gather(
            *(asyncio.open_connection(target.host, target.port) for _ in range(100))
        )
    took = time.perf_counter() - started
    answered = [await status_of(target, target.signed) for _ in range(50)]
    memory = target.resident()
    ended = sum(reader.at_eof() for reader, _ in opened)
    for _, writer in opened:
        writer.close()
    assert set(answered) == {200}, f"{answered}"
    assert not ended, f"{ended} of them were ended"
    each = (memory - before) * 1024 / len(opened)
    return f"{len(opened)} opened in {took:.1f} s and held, {each:.1f} KB each, {memory:.0f} MB"
