"""`make faults`: what a server must survive, against `remit serve` in a process of its own.

Each trial prints what was seen; one whose claim does not hold makes the exit status 1. While the
trials run, a probe asks GetCallerIdentity: every answer must be right, and its time is reported.
Loops are bounded; the whole takes about half a minute.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.moto_suite.__main__ import HERE, exported

PATIENCE = 3.0
"""Seconds that the server waits for a request; 60 by default."""
LIMIT_MIB = 16
IDLE = 10_000
"""Connections that ask nothing; each needs a file on either side (`ulimit -n`)."""
_BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
_DICE = random.Random(7)  # noqa: S311  no secret: the same faults in every run
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Target:
    """A running server and a request that it must answer."""

    process: subprocess.Popen[str]
    host: str
    port: int
    signed: bytes
    headers: dict[str, str]

    def resident(self) -> float:
        """Its resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    """Run all trials."""
    failed = []
    for patience, trials in TRIALS.items():
        with serving(patience=patience) as target:
            failed += [one.__name__ for one in trials if not asyncio.run(_held(one, target))]
    if not killed():
        failed.append("killed")
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall held")
    return 1 if failed else 0


async def _held(trial: Callable[[Target], object], target: Target) -> bool:
    """Run one trial with the probe beside it; whether both held."""
    times: list[float] = []
    before = target.resident()
    probe = asyncio.create_task(_probe(target, times))
    try:
        await asyncio.sleep(0.2)
        said = await trial(target)  # type: ignore[misc]  # trials are coroutines
        failed = None
    except AssertionError as error:
        said, failed = str(error), error
    probe.cancel()
    wrong = [one for one in times if one < 0]
    times.sort()
    worst = f"{times[-1] * 1000:.0f}" if times else "-"
    middle = f"{times[len(times) // 2] * 1000:.1f}" if times else "-"
    grew = f"{before:.0f} to {target.resident():.0f} MB"
    good = failed is None and not wrong and bool(times) and target.process.poll() is None
    print(f"{'held' if good else 'FAILED'}: {trial.__name__}: {said}")
    print(f"    probe: {len(times)} answers, median {middle} ms, worst {worst} ms; {grew}")
    return good


async def _probe(target: Target, times: list[float]) -> None:
    while True:
        started = time.perf_counter()
        status = await _status(target, target.signed)
        times.append(time.perf_counter() - started if status == 200 else -1.0)
        await asyncio.sleep(0.05)


# --- trials -------------------------------------------------------------------------------------


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
        *(one(head + b"\r\n\r\n", _BODY) for _ in range(100)),
    )
    assert max(held) < PATIENCE + 4, f"a slow client was borne for {max(held):.1f} s"
    return f"200 clients, ended after {min(held):.1f} to {max(held):.1f} s"


async def huge_bodies(target: Target) -> str:
    """1 GB announced; and more than the limit sent in pieces of no announced sum."""
    head = b"PUT /bucket/key HTTP/1.1\r\nhost: localhost\r\n"
    announced = await _status(target, head + b"content-length: 1073741824\r\n\r\n")
    assert announced == 413, f"1 GB announced: {announced}"
    reader, writer = await asyncio.open_connection(target.host, target.port)
    writer.write(head + b"transfer-encoding: chunked\r\n\r\n")
    piece, sent, answer = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n", 0, b""
    try:
        for _ in range(1024):
            writer.write(piece)
            await writer.drain()
            sent += 1
            if reader.at_eof():
                break
        answer = await asyncio.wait_for(reader.read(12), 5)
    except (OSError, TimeoutError):
        answer = answer or b"closed"
    writer.close()
    assert sent < 1024, "1 GB was taken"
    return f"announced: 413; in pieces: ended after {sent} MiB ({answer.decode()})"


async def truncated(target: Target) -> str:
    """Requests that end in the middle."""
    got: list[int] = []
    for _ in range(300):
        cut = _DICE.randrange(1, len(target.signed))
        got.append(await _status(target, target.signed[:cut], end=True))
    assert 200 not in got, "half a request was answered"
    return _counted(got)


async def malformed(target: Target) -> str:
    """Signatures that say less, more or other than they should."""
    head, gap, body = target.signed.partition(b"\r\n\r\n")
    start = head.index(b"uthorization: ") + 14
    end = head.index(b"\r\n", start)
    got: list[int] = []
    for _ in range(500):
        value = _spoiled(head[start:end])
        if value.strip() == head[start:end]:
            continue
        status = await _status(target, head[:start] + value + head[end:] + gap + body)
        same = status == 200 and _parts(value) == _parts(head[start:end])  # blanks say nothing
        assert same or 400 <= status < 500, f"{status} to `{value!r}`"
        got.append(status)
    return _counted(got)


def _spoiled(text: bytes) -> bytes:
    """A header with one to three places changed, missing or added."""
    value = bytearray(text)
    for _ in range(_DICE.randrange(1, 4)):
        place = _DICE.randrange(len(value))
        match _DICE.randrange(3):
            case 0:
                value[place] ^= 1 + _DICE.randrange(31)
            case 1:
                del value[place : place + _DICE.randrange(1, 40)]
            case _:
                value[place:place] = _DICE.choice((b",", b"=", b"/", b" ", b"\xff"))
    return bytes(value)


def _parts(value: bytes) -> set[bytes]:
    return {part.strip() for part in value.replace(b" ", b",").split(b",")} - {b""}


async def replayed(target: Target) -> str:
    """A request again: AWS takes it within its time, and never for another time, path or host."""
    again = [await _status(target, target.signed) for _ in range(20)]
    assert set(again) == {200}, f"a replay within the window: {again}"
    date = target.headers["X-Amz-Date"].encode()
    others = {
        "time": target.signed.replace(date, b"20200101T000000Z"),
        "path": target.signed.replace(b"POST / ", b"POST /other "),
        "host": target.signed.replace(b"ost: ", b"ost: sts.us-west-2.amazonaws.com.", 1),
        "body": target.signed.replace(b"GetCallerIdentity&", b"GetSessionToken&&&"),
    }
    got = {name: await _status(target, data) for name, data in others.items()}
    assert all(400 <= status < 500 for status in got.values()), f"{got}"
    return f"20 replays answered as AWS does; {got}"


async def noise(target: Target) -> str:
    """Bytes that are no HTTP."""
    got = [await _status(target, _DICE.randbytes(200) + b"\r\n\r\n", end=True) for _ in range(300)]
    assert 200 not in got, "noise was answered"
    return _counted(got)


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
    answered = [await _status(target, target.signed) for _ in range(50)]
    memory = target.resident()
    ended = sum(reader.at_eof() for reader, _ in opened)
    for _, writer in opened:
        writer.close()
    assert set(answered) == {200}, f"{answered}"
    assert not ended, f"{ended} of them were ended"
    each = (memory - before) * 1024 / len(opened)
    return f"{len(opened)} opened in {took:.1f} s and held, {each:.1f} KB each, {memory:.0f} MB"


TRIALS = {
    PATIENCE: (replayed, malformed, truncated, noise, huge_bodies, drips),
    60.0: (crowded,),
}


def killed() -> bool:
    """kill -9 under load; a new server on the same port answers, and knows none of the old keys."""
    with serving() as first:
        load = asyncio.run(_loaded(first))
    with serving(first.port) as second:
        new = asyncio.run(_status(second, second.signed))
        old = asyncio.run(_status(second, first.signed))
    print(
        f"{'held' if (new, old) == (200, 403) else 'FAILED'}: killed: after {load} answers;"
        f" the next server answers {new}, and {old} to the keys of the dead one"
    )
    return (new, old) == (200, 403)


async def _loaded(target: Target) -> int:
    """Ask from 32 sides, kill, count what was answered; every answer is whole and right."""
    got: list[int] = []

    async def ask() -> None:
        while target.process.poll() is None:
            got.append(await _status(target, target.signed))

    asking = [asyncio.create_task(ask()) for _ in range(32)]
    await asyncio.sleep(1)
    os.kill(target.process.pid, signal.SIGKILL)
    await asyncio.to_thread(target.process.wait, 10)
    await asyncio.gather(*asking)
    assert set(got) <= {200, 0}, f"{set(got)}"
    return got.count(200)


# --- the wire -----------------------------------------------------------------------------------


async def _status(target: Target, data: bytes, end: bool = False) -> int:
    """The status that comes back for bytes; 0 where the connection just ends."""
    try:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        writer.write(data)
        if end:
            writer.write_eof()
        line = await asyncio.wait_for(reader.readline(), PATIENCE + 4)
        writer.close()
    except (OSError, TimeoutError):
        return 0
    parts = line.split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def _counted(statuses: list[int]) -> str:
    counts = {one: statuses.count(one) for one in sorted(set(statuses))}
    return ", ".join(f"{n} x {one or 'closed'}" for one, n in counts.items())


@contextmanager
def serving(port: int = 0, patience: float = PATIENCE) -> Iterator[Target]:
    """A server that waits so many seconds for a request."""
    environment = os.environ | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}"}
    flags = ["--port", str(port), "--max-body", str(LIMIT_MIB)]
    with subprocess.Popen(
        [sys.executable, "-m", "bench.faults", "serve", str(patience), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        cwd=HERE,
    ) as process:
        try:
            told = exported(process)
            where = urlsplit(told["AWS_ENDPOINT_URL"])
            headers, data = _signed(told, where.netloc)
            yield Target(process, where.hostname or "", where.port or 0, data, headers)
        finally:
            process.terminate()
            process.wait(20)


def _signed(told: dict[str, str], host: str) -> tuple[dict[str, str], bytes]:
    """GetCallerIdentity as the administrator, as bytes on the wire."""
    keys = Credentials(told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"])
    request = AWSRequest("POST", f"http://{host}/", {"content-type": _FORM}, _BODY)
    SigV4Auth(keys, "sts", told["AWS_REGION"]).add_auth(request)
    headers = dict(request.headers.items())
    more = {"host": host, "content-length": str(len(_BODY)), "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | more).items())
    return headers, f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + _BODY


def _serve(patience: str, flags: list[str]) -> int:
    """`remit serve` with another patience than its own."""
    from remit.cli.main import main as remit
    from remit.server import run

    run.build = partial(run.build, patience=float(patience))
    return remit(["serve", *flags])


if __name__ == "__main__":
    socket.setdefaulttimeout(10)
    sys.exit(_serve(sys.argv[2], sys.argv[3:]) if sys.argv[1:2] == ["serve"] else main())
