"""`python -m bench.crowd`: 10,000 open connections, and a load below saturation spread over them.

Every connection stays open; those that ask, chosen at random, send a signed GetCallerIdentity, so
many a second in all. Told are the latencies, from the moment at which a request was due (a client
that lags does not hide a slow server), and the server's memory. The goals: 34 ms on the mean and
410 MB.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bench.serve import memory, server, wire

CONNECTIONS, SECONDS = 10_000, 10.0
RATES = (250, 500, 1_000, 2_000)
"""Requests a second of each round."""
_DICE = random.Random(7)  # noqa: S311  no secret: the same connections in every run


@dataclass(slots=True)
class Round:
    """The latencies of answers in seconds, those that were no 200, and requests that found their
    connection still waiting."""

    times: list[float] = field(default_factory=list)
    failures: int = 0
    busy: int = 0

    def __str__(self) -> str:
        ordered = sorted(self.times)
        mean = sum(ordered) / max(1, len(ordered)) * 1000
        late = ordered[int(len(ordered) * 0.99)] * 1000 if ordered else 0.0
        return f"mean {mean:6.1f} ms  p99 {late:6.1f} ms  {self.failures} failed  {self.busy} busy"


class Open(asyncio.Protocol):
    """One connection. `due` is when its request was to be sent; None while it asks nothing."""

    def __init__(self) -> None:
        self.due: float | None = None
        self.round = Round()
        self.lost = False
        self._got = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True

    def ask(self, data: bytes, due: float, current: Round) -> None:
        """Send the request that was due then."""
        if self.due is not None:
            current.busy += 1
            return
        self.due, self.round = due, current
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        place = head.lower().find(b"content-length:")
        if not found or len(body) < int(head[place + 15 :].split(b"\r\n", 1)[0]):
            return
        if self.due is not None:
            self.round.times.append(time.perf_counter() - self.due)
        self.round.failures += head[9:12] != b"200"
        self.due, self._got = None, b""


async def _open(place: tuple[str, int], number: int) -> list[Open]:
    loop = asyncio.get_running_loop()
    found: list[Open] = []
    while len(found) < number:
        some = [loop.create_connection(Open, *place) for _ in range(min(100, number - len(found)))]
        found += [protocol for _, protocol in await asyncio.gather(*some)]
    return found


async def _paced(opened: list[Open], data: bytes, rate: int) -> Round:
    """One round: whatever is due is sent, every millisecond."""
    current, sent, began = Round(), 0, time.perf_counter()
    while (now := time.perf_counter() - began) < SECONDS:
        while sent < now * rate:
            _DICE.choice(opened).ask(data, began + sent / rate, current)
            sent += 1
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.5)
    return current


async def _rounds(url: str, data: bytes, pid: int, number: int) -> None:
    parts = urlsplit(url)
    before = memory(pid)
    opened = await _open((parts.hostname or "", parts.port or 80), number)
    print(f"{number} connections are open: {memory(pid):.0f} MB ({before:.0f} MB before)")
    for rate in RATES:
        found = await _paced(opened, data, rate)
        lost = sum(one.lost for one in opened)
        print(f"{rate:6} a second: {found}  {lost} lost  {memory(pid):.0f} MB")


def main() -> None:
    """Measure and print."""
    import uvloop

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the server inherits it
    number = min(CONNECTIONS, hard - 500)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with server("remit") as (url, keys, pid):
        data = wire(url, keys, "sts", "get_caller_identity", {})
        uvloop.run(_rounds(url, data, pid, number))


if __name__ == "__main__":
    main()
