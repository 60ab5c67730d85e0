"""A server in a process of its own, what can be asked of it, and the probe beside a trial."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.faults.server import CLOCK
from bench.moto_suite.__main__ import HERE, exported

PATIENCE = 3.0
"""Seconds that the server waits for a request; 60 by default."""
LIMIT_MIB = 16
WAIT = 20.0
FORM = "application/x-www-form-urlencoded"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"

Trial: TypeAlias = "Callable[[Target], Coroutine[Any, Any, str]]"


@dataclass(frozen=True, slots=True)
class Target:
    """A running server, its administrator's keys, and a request that it must answer."""

    process: subprocess.Popen[str]
    host: str
    port: int
    keys: Credentials
    signed: bytes
    said: Path
    """What it has written to its standard error."""
    clock: Path
    """Where it reads, when told, by how many seconds its clock is wrong."""

    def resident(self) -> float:
        """Its resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def request(
        self,
        service: str,
        method: str = "POST",
        path: str = "/",
        body: bytes = b"",
        keys: Credentials | None = None,
        **headers: str,
    ) -> bytes:
        """A signed request as bytes on the wire, the administrator's if no keys are given."""
        host = f"{self.host}:{self.port}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        made = AWSRequest(method, f"http://{host}{path}", sent, body)
        kind = S3SigV4Auth if service == "s3" else SigV4Auth
        kind(keys or self.keys, service, "us-east-1").add_auth(made)
        more = {"host": host, "content-length": str(len(body)), "connection": "close"}
        lines = "".join(f"{n}: {v}\r\n" for n, v in (dict(made.headers.items()) | more).items())
        return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def held(trial: Trial, target: Target) -> bool:
    """Run one trial with the probe beside it; whether both held."""
    times: list[float] = []
    before = target.resident()
    probe = asyncio.create_task(_probe(target, times))
    try:
        await asyncio.sleep(0.2)
        said, good = await trial(target), True
    except AssertionError as error:
        said, good = str(error), False
    probe.cancel()
    wrong = [one for one in times if one < 0]
    times.sort()
    worst = f"{times[-1] * 1000:.0f}" if times else "-"
    middle = f"{times[len(times) // 2] * 1000:.1f}" if times else "-"
    grew = f"{before:.0f} to {target.resident():.0f} MB"
    good = good and not wrong and bool(times) and target.process.poll() is None
    told(trial.__name__, good, said)
    print(f"    probe: {len(times)} answers, median {middle} ms, worst {worst} ms; {grew}")
    return good


def told(name: str, good: bool, said: str) -> bool:
    """Print what a trial came to."""
    print(f"{'held' if good else 'FAILED'}: {name}: {said}", flush=True)
    return good


async def _probe(target: Target, times: list[float]) -> None:
    while True:
        started = time.perf_counter()
        status = await status_of(target, target.signed)
        times.append(time.perf_counter() - started if status == 200 else -1.0)
        await asyncio.sleep(0.05)


async def answer_of(target: Target, data: bytes, end: bool = False) -> bytes:
    """What comes back for bytes until the server closes; what came where that takes too long."""
    answer = b""
    try:
        async with asyncio.timeout(WAIT):
            reader, writer = await asyncio.open_connection(target.host, target.port)
            writer.write(data)
            if end:
                writer.write_eof()
            while piece := await reader.read(1 << 16):
                answer += piece
            writer.close()
    except (OSError, TimeoutError):
        pass
    return answer


async def status_of(target: Target, data: bytes, end: bool = False) -> int:
    """The status that comes back for bytes; 0 where the connection just ends."""
    try:
        async with asyncio.timeout(WAIT):
            reader, writer = await asyncio.open_connection(target.host, target.port)
            writer.write(data)
            if end:
                writer.write_eof()
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return 0
    return status_in(line)


def status_in(answer: bytes) -> int:
    """The status at the beginning of an answer; 0 where there is none."""
    parts = answer.split(b" ", 2)
    return int(parts[1][:3]) if len(parts) > 1 and parts[1][:3].isdigit() else 0


def counted(statuses: list[int]) -> str:
    """How often each status came."""
    counts = {one: statuses.count(one) for one in sorted(set(statuses))}
    return ", ".join(f"{n} x {one or 'closed'}" for one, n in counts.items())


@contextmanager
def serving(*flags: str, port: int = 0, patience: float = PATIENCE) -> Iterator[Target]:
    """A server that waits so many seconds for a request."""
    with tempfile.TemporaryDirectory(prefix="remit-faults-") as folder:
        said, clock = Path(folder, "said"), Path(folder, "clock")
        environment = os.environ | {
            "PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}",
            CLOCK: str(clock),
        }
        every = ["--port", str(port), "--max-body", str(LIMIT_MIB), *flags]
        with (
            said.open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-m", "bench.faults.server", str(patience), *every],
                stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=HERE,
            ) as process,
        ):  # fmt: skip
            try:
                yield _target(process, exported(process), said, clock)
            finally:
                process.terminate()
                process.wait(20)


def _target(
    process: subprocess.Popen[str], names: dict[str, str], said: Path, clock: Path
) -> Target:
    where = urlsplit(names["AWS_ENDPOINT_URL"])
    keys = Credentials(names["AWS_ACCESS_KEY_ID"], names["AWS_SECRET_ACCESS_KEY"])
    made = Target(process, where.hostname or "", where.port or 0, keys, b"", said, clock)
    signed = made.request("sts", body=BODY, content_type=FORM)
    return Target(process, made.host, made.port, keys, signed, said, clock)
