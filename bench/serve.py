"""`python -m bench.serve`: what enforcing costs, beside the same calls without it and beside moto's
own server with its authorization on. Ratios in one run; every server is a process of its own.

The client is one process with 64 connections that sends a signed request again and again. Needs the
extras `serve` and `dev`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CONNECTIONS, SECONDS = 64, 3.0
ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass(slots=True)
class Outcome:
    """What came back: answers, those that were no 200, and the time that each took."""

    answers: int = 0
    failures: int = 0
    times: list[float] = field(default_factory=list)
    seconds: float = 1.0
    cpu: float = 0.0
    """Seconds of the server's processor time: what others on the machine disturb least."""

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor time for one answer."""
        return self.cpu / max(1, self.answers) * 1e6

    def within(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


class Asking(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, data: bytes, outcome: Outcome, ends: float, place: tuple[str, int]) -> None:
        self._data, self._outcome, self._ends, self._place = data, outcome, ends, place
        self._loop = asyncio.get_running_loop()
        self._got, self._counts = b"", False
        self.done: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._data)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(body) < length:
            return
        self._got = b""
        now = time.perf_counter()
        closes = head.startswith(b"HTTP/1.0") or b"connection: close" in lower
        self._outcome.answers += 1
        self._outcome.failures += head[9:12] != b"200"
        if self._counts:  # the first answer tells how long the connection took
            self._outcome.times.append(now - self._began)
        self._counts = True
        if now < self._ends and not closes:
            self._ask()
        elif not self._transport.is_closing():
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A server that closes after each answer is asked over a new connection."""
        if time.perf_counter() < self._ends and not self._loop.is_closed():
            self._again = self._loop.create_task(self._reconnect())
        elif not self.done.done():
            self.done.set_result(None)

    async def _reconnect(self) -> None:
        self._got, self._counts = b"", True
        try:
            await self._loop.create_connection(lambda: self, *self._place)
        except OSError:
            self._outcome.failures += 1
            self.done.set_result(None)


async def load(url: str, data: bytes, connections: int, seconds: float) -> Outcome:
    """Ask over that many connections for that long."""
    parts, outcome = urlsplit(url), Outcome()
    place = (parts.hostname or "", parts.port or 80)
    loop, began = asyncio.get_running_loop(), time.perf_counter()

    def made() -> Asking:
        return Asking(data, outcome, began + seconds, place)

    asking = [(await loop.create_connection(made, *place))[1] for _ in range(connections)]
    await asyncio.gather(*(one.done for one in asking))
    outcome.seconds = time.perf_counter() - began
    return outcome


def _client(service: str, url: str, keys: Mapping[str, str]) -> Any:
    import boto3

    make: Any = boto3.client  # its types know every service apart
    return make(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=keys["id"],
        aws_secret_access_key=keys["secret"],
    )


# --- requests -----------------------------------------------------------------------------------


def wire(url: str, keys: Mapping[str, str], service: str, operation: str, params: Any) -> bytes:
    """The bytes of a signed call, as botocore writes them."""
    from botocore.awsrequest import AWSResponse

    client = _client(service, url, keys)
    sent: list[bytes] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
        headers |= {"Host": parts.netloc, "Content-Length": str(len(body))}
        headers.pop("Expect", None)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        lines = [f"{request.method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        sent.append("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        raise StopIteration

    client.meta.events.register("before-send", keep)
    with suppress(StopIteration):
        getattr(client, operation)(**params)
    return sent[-1]


CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("sts", "get_caller_identity", {}),
    (
        "sts",
        "assume_role",
        {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/worker", "RoleSessionName": "bench"},
    ),
    ("sqs", "get_queue_url", {"QueueName": "jobs"}),
    ("dynamodb", "get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}),
    ("ssm", "get_parameter", {"Name": "/app/a"}),
    ("iam", "get_user", {"UserName": "ann"}),
    ("s3", "get_object", {"Bucket": "docs-1", "Key": "a"}),
)


def prepare(url: str, keys: Mapping[str, str]) -> None:
    """Make what the calls read."""

    def client(service: str) -> Any:
        return _client(service, url, keys)

    client("sqs").create_queue(QueueName="jobs")
    client("ssm").put_parameter(Name="/app/a", Value="1", Type="String")
    client("iam").create_user(UserName="ann")
    client("s3").create_bucket(Bucket="docs-1")
    client("s3").put_object(Bucket="docs-1", Key="a", Body=b"x" * 100)
    client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "1"}})
    caller = client("sts").get_caller_identity()["Arn"]  # moto's trust policies know no accounts
    trust = {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"}
    client("iam").create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )


# --- servers ------------------------------------------------------------------------------------


@contextmanager
def server(kind: str) -> Iterator[tuple[str, dict[str, str], int]]:
    """A server in a process of its own: its URL, an administrator's keys, its process id."""
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "4" if kind == "moto" else "inf"}
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.serve", kind],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        told = json.loads(child.stdout.readline())
        yield told["url"], told["keys"], child.pid
    finally:
        child.terminate()
        child.wait(10)


def serve(kind: str) -> None:
    """Be a server."""
    {"moto": _moto, "remit": _remit, "open": _open, "bare": _bare}[kind]()


def _remit(enforced: bool = True) -> None:
    from remit.server import run
    from remit.server.settings import Settings

    built = run.build(Settings(REGION, ACCOUNT, enforced=enforced))
    key = built.administrator
    _listen(built, {"id": key.id, "secret": key.secret})


def _open() -> None:
    _remit(enforced=False)


def _listen(built: Any, keys: dict[str, str]) -> None:
    from remit.server import run

    address = run.Address(port=0)
    listening = run.bind(address)
    _tell(f"http://127.0.0.1:{listening.getsockname()[1]}", keys)
    run.settle()
    run.server(built, address).run(sockets=[listening])


def _bare() -> None:
    """An ASGI application that answers at once: what the transport alone costs."""
    from remit.server import run
    from remit.server.settings import Settings

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    class Plain:
        def __init__(self) -> None:
            self.application = application

    run.build(Settings())
    _listen(Plain(), {"id": "AKIA", "secret": "x"})


def _moto() -> None:
    """moto's own server; its authorization begins after the calls that make the administrator."""
    from moto.server import ThreadedMotoServer

    made = ThreadedMotoServer(port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    url = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}"  # noqa: S104 - what it says of itself
    iam = _client("iam", url, {"id": "a", "secret": "b"})
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.create_user(UserName="administrator")
    iam.put_user_policy(
        UserName="administrator", PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )  # fmt: skip
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    _tell(url, {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]})
    while True:
        time.sleep(1)


def _tell(url: str, keys: dict[str, str]) -> None:
    print(json.dumps({"url": url, "keys": keys}), flush=True)


# --- the table ----------------------------------------------------------------------------------


KINDS = ("bare", "remit", "open", "moto")
ROUNDS = 3


def main(named: str = "") -> None:
    """Measure and print. All servers run at once and take turns, because such machines change their
    speed within minutes. `named`: only calls in whose name it stands."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(server(kind)) for kind in KINDS}
        for kind, (url, keys, _) in servers.items():
            if kind != "bare":
                prepare(url, keys)
        for service, operation, params in CALLS:
            name = f"{service} {operation}"
            if named in name:
                _compare(name, servers, dict.fromkeys(servers, (service, operation, params)))


def _compare(name: str, servers: Mapping[str, Any], calls: Mapping[str, Any]) -> None:
    """One call to every server in turns; the medians of their rounds."""
    import uvloop

    rounds: dict[str, list[Outcome]] = {kind: [] for kind in servers}
    data = {k: wire(url, keys, *calls[k]) for k, (url, keys, _) in servers.items()}
    for number in range(ROUNDS + 1):
        for kind, (url, _, pid) in servers.items():
            before = _cpu(pid)
            seconds = SECONDS if number else SECONDS / 4  # the first to get warm
            found = uvloop.run(load(url, data[kind], CONNECTIONS, seconds))
            found.cpu = _cpu(pid) - before
            if number:
                rounds[kind].append(found)
    print(f"\n{name}")
    for kind, row in rounds.items():
        print(
            f"  {kind:6} {_median(one.rate for one in row):9.0f}/s"
            f"  {_median(one.cost for one in row):7.1f} us cpu"
            f" ({min(one.cost for one in row):.1f} to {max(one.cost for one in row):.1f})"
            f"  p50 {_median(one.within(0.5) for one in row):6.1f} ms"
            f"  p99 {_median(one.within(0.99) for one in row):6.1f} ms"
            f"  {sum(one.failures for one in row)} failed  {memory(servers[kind][2]):.0f} MB"
        )
    pairs = list(zip(rounds["remit"], rounds["open"], rounds["moto"], strict=True))
    adds = _median(ours.cost / without.cost - 1 for ours, without, _ in pairs)
    times = _median(moto.cost / ours.cost for ours, _, moto in pairs)
    rate = _median(ours.rate / moto.rate for ours, _, moto in pairs)
    print(
        f"  enforcing adds {adds * 100:+.0f} %; moto's own server takes {times:.1f} times"
        f" the processor time, and answers {rate:.1f} times less often"
    )


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - no file of anybody's
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Megabytes of resident memory."""
    try:
        with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123 - no file of anybody's
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in KINDS:
        serve(sys.argv[1])
    else:
        main(*sys.argv[1:2])
