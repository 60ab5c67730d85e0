"""Trials of the decision log: what was answered is in it, whatever ends the server or its disk.

Each request is told from the others by the id in its answer; an answer counts when it came whole.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.faults.target import Target, serving, status_in, told
from remit.app.decision_log import Filter
from remit.wiring import decision_log
from tests.store.postgres_cluster import NotInstalledError, cluster

CLIENTS = 32
KILLS = 5
_JSON = "application/x-amz-json-1.0"
_DICE = random.Random(5)  # noqa: S311  no secret


def killed() -> bool:
    """kill -9 under load, again and again, with the log in one SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        return _killed("killed", str(Path(folder, "log.sqlite")))


def killed_with_postgres() -> bool:
    """The same with PostgreSQL, which stays up."""
    with _postgres() as found:
        return found is None or _killed("killed_with_postgres", found[0])


def _killed(name: str, place: str) -> bool:
    answered: set[str] = set()
    wrong: list[int] = []
    port, old = 0, b""
    for _ in range(KILLS):
        with serving("--log", place, port=port) as target:
            refused = asyncio.run(_asked(target, [old] if old else []))[1]
            ids, statuses = asyncio.run(_until_killed(target))
            answered |= ids
            wrong += [one for one in statuses if one not in (0, 200)] + [
                one for one in refused if one != 403
            ]
            port, old = target.port, target.signed
    entries = _logged(place)
    lost, twice = answered - set(entries), len(entries) - len(set(entries))
    said = (
        f"{KILLS} times, {len(answered)} answers: {len(lost)} of their decisions lost, {twice}"
        f" written twice; {len(entries)} in the log; the next server answers on the same port and"
        " refuses the keys of the dead one"
    )
    if wrong:
        said = f"answered {sorted(set(wrong))}; {said}"
    return told(name, not lost and not twice and not wrong and len(answered) > 100, said)


async def _until_killed(target: Target) -> tuple[set[str], list[int]]:
    """Ask from all sides until the server is dead: ids of whole answers, and all statuses."""
    ids: set[str] = set()
    statuses: list[int] = []
    requests = await _requests(target)

    async def ask() -> None:
        while target.process.poll() is None:
            status, told_id = await _answer(target, _DICE.choice(requests))
            statuses.append(status)
            if told_id:
                ids.add(told_id)

    asking = [asyncio.create_task(ask()) for _ in range(CLIENTS)]
    await asyncio.sleep(0.5 + _DICE.random())
    os.kill(target.process.pid, signal.SIGKILL)
    await asyncio.to_thread(target.process.wait, 10)
    await asyncio.gather(*asking)
    return ids, statuses


async def _requests(target: Target) -> list[bytes]:
    """What is asked: small calls, and now and then one whose body a thread takes."""
    await _answer(target, target.request("s3", "PUT", "/load"))
    tables = "DynamoDB_20120810.ListTables"
    small = target.request("dynamodb", body=b"{}", content_type=_JSON, x_amz_target=tables)
    large = target.request("s3", "PUT", "/load/object", b"x" * ((1 << 20) + 1))
    return [target.signed] * 20 + [small] * 20 + [large]


def disk_full() -> bool:
    """The disk of the log is full for a while. A small file system of its own where the system
    lets us make one (root on Linux)."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "remit-faults", folder]
        if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
            print("not tried: disk_full: no file system can be made here")
            return True
        try:
            filler = Path(folder, "filler")
            return _starved(
                "disk_full", str(Path(folder, "log.sqlite")), lambda: _fill(filler), filler.unlink
            )
        finally:
            subprocess.run(["umount", folder], check=True)  # noqa: S607  a tool of the system


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return


def postgres_gone() -> bool:
    """The database crashes under a live server, and comes back."""
    with _postgres() as found:
        return found is None or _starved("postgres_gone", *found)


def _starved(
    name: str, place: str, starve: Callable[[], object], feed: Callable[[], object]
) -> bool:
    """Ask while the log can be written, while it cannot, and when it can again."""
    with serving("--log", place) as target:
        before = asyncio.run(_many(target, 500))
        acknowledged = set(_logged(place))
        starve()
        started = time.perf_counter()
        during = asyncio.run(_many(target, 3000))
        took = (time.perf_counter() - started) / 3000
        feed()
        waited = time.monotonic() + 60
        while "written again" not in target.said.read_text() and time.monotonic() < waited:
            asyncio.run(_many(target, 1))
            time.sleep(0.2)
        after = asyncio.run(_many(target, 500))
        said = target.said.read_text()
        good = target.process.poll() is None
    entries = _logged(place)
    lost = {
        "before": len(before[0] - acknowledged),
        "meanwhile": len(during[0] - set(entries)),
        "after": len(after[0] - set(entries)),
    }
    statuses = {*before[1], *during[1], *after[1]}
    heard = [line for line in said.splitlines() if "decision log" in line]
    good = (
        good and statuses == {200} and not any(lost.values()) and len(entries) == len({*entries})
        and len(heard) >= 2
    )  # fmt: skip
    words = f"4,000 answers, statuses {statuses}, {took * 1000:.1f} ms each meanwhile; lost: {lost}"
    result = told(name, good, words)
    for line in heard:
        print(f"    it said: {line}")
    return result


async def _many(target: Target, count: int) -> tuple[set[str], list[int]]:
    """Ask so often, from all sides."""
    return await _asked(target, [target.signed] * count)


async def _asked(target: Target, requests: list[bytes]) -> tuple[set[str], list[int]]:
    left, got = list(requests), list[tuple[int, str]]()

    async def ask() -> None:
        while left:
            got.append(await _answer(target, left.pop()))

    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    return {one for _, one in got if one}, [status for status, _ in got]


async def _answer(target: Target, data: bytes) -> tuple[int, str]:
    """Status and id of an answer; the id is empty where it did not come whole."""
    try:
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(target.host, target.port)
            writer.write(data)
            answer = await reader.read(-1)
            writer.close()
    except (OSError, TimeoutError):
        return 0, ""
    head, gap, body = answer.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    whole = bool(gap) and len(body) == int(headers.get(b"content-length", b"-1"))
    number = headers.get(b"x-amzn-requestid") or headers.get(b"x-amz-request-id") or b""
    return status_in(answer), number.decode() if whole else ""


def _logged(place: str) -> list[str]:
    """The ids of all entries."""
    with closing(decision_log(place)) as log:
        return [entry.request_id for entry in log.query(Filter())]


@contextmanager
def _postgres() -> Iterator[tuple[str, Callable[[], object], Callable[[], object]] | None]:
    """Where a database is, how it crashes, and how it comes back; None where there is none."""
    try:
        with cluster() as made:
            yield made.url("postgres"), made.kill, made.start
    except NotInstalledError as error:
        print(f"not tried: {error}")
        yield None
