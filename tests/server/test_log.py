"""The decisions of the server in the decision log, and which answers wait for it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.app.decision_log import Cause, Entry, Filter
from remit.app.decision_notes import NO_PERMISSION, Notes
from remit.core.decision import Layer, Verdict
from remit.wiring import decision_log
from tests.server.live import HEAD, Live, allow, deny, document, refused, serving

# A call in every protocol, and what is answered with an error by the emulator itself.
ANSWERED: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "get_caller_identity", {}),
    ("iam", "list_users", {}),
    ("iam", "get_user", {"UserName": "nobody"}),
    ("sns", "list_topics", {}),
    ("ec2", "describe_vpcs", {}),
    ("ec2", "describe_vpcs", {"VpcIds": ["vpc-0"]}),
    ("dynamodb", "list_tables", {}),
    ("dynamodb", "describe_table", {"TableName": "none"}),
    ("lambda", "list_functions", {}),
    ("cloudwatch", "list_metrics", {}),
    ("s3", "list_buckets", {}),
    ("s3", "head_bucket", {"Bucket": "none-such"}),
    ("s3", "list_objects_v2", {"Bucket": "none-such"}),
    ("route53", "list_hosted_zones", {}),
]


class KeptEverything:
    """A log of ids."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def record(self, decided: Any) -> None:
        self.ids.append(decided.id)

    def pending(self) -> None:
        return None


@pytest.fixture(scope="module")
def heard() -> Iterator[tuple[Live, KeptEverything]]:
    kept = KeptEverything()
    with serving(log=kept) as live:
        yield live, kept


@pytest.mark.parametrize(("service", "method", "params"), ANSWERED)
def test_an_answer_tells_the_id_under_which_it_is_logged(
    heard: tuple[Live, KeptEverything], service: str, method: str, params: dict[str, Any]
) -> None:
    live, kept = heard
    client, seen = live.client(service), list[str]()

    def note(parsed: dict[str, Any], **_: Any) -> None:
        told = parsed["ResponseMetadata"]
        headers = told["HTTPHeaders"]
        seen.append(told["RequestId"])
        seen.append(headers.get("x-amzn-requestid") or headers["x-amz-request-id"])

    client.meta.events.register("after-call", note)
    with suppress(ClientError):
        getattr(client, method)(**params)
    assert seen == [kept.ids[-1]] * 2


class Slow:
    """A log that stores an entry when the test says so."""

    def __init__(self) -> None:
        self.tickets: list[Future[bool]] = []

    def put(self, entry: Entry) -> Future[bool]:
        self.tickets.append(Future())
        return self.tickets[-1]


def test_what_was_decided_is_in_the_log(tmp_path: Path) -> None:
    with closing(decision_log(tmp_path / "log.sqlite")) as log, serving(log=Notes(log)) as live:
        user, keys = live.user(allow("sqs:*", "sts:*"), deny("sqs:ListQueues", Sid="No"))
        role = live.role()
        refused(live.client("sqs", keys).list_queues)
        live.client("sqs", keys).create_queue(QueueName="q")
        live.client("sts", keys).get_caller_identity()
        refused(live.client("sts").assume_role, RoleArn=f"{HEAD}role/no", RoleSessionName="work")
        live.session(role)
        refused(live.client("sts", live.session(role)).get_session_token)
        # No wait: what was answered is in the log.
        entries = list(log.query(Filter()))
    found = {(one.action, one.verdict): one for one in entries}
    denied = found["sqs:ListQueues", Verdict.EXPLICIT_DENY]
    assert (denied.principal, denied.service) == (f"{HEAD}user/{user}", "sqs")
    assert denied.causes == (Cause(Layer.IDENTITY, "own", 1, "No"),)
    made = found["sqs:CreateQueue", Verdict.ALLOWED]
    assert (made.resource.endswith(":q"), made.operation) == (True, "CreateQueue")
    free = found["sts:GetCallerIdentity", Verdict.ALLOWED]
    assert (free.principal, free.note) == (f"{HEAD}user/{user}", NO_PERMISSION)
    gone = found["sts:AssumeRole", Verdict.IMPLICIT_DENY]
    assert gone.resource == f"{HEAD}role/no"
    taken = found["sts:AssumeRole", Verdict.ALLOWED]
    assert taken.resource == f"{HEAD}role/{role}"
    never = found["sts:GetSessionToken", Verdict.IMPLICIT_DENY]  # no policy has a say
    assert never.note == "Cannot call GetSessionToken with session credentials"
    assert len({one.request_id for one in entries}) == len(entries)
    text = " ".join(map(repr, entries))
    assert keys.secret not in text


async def _asked(application: Any, log: Slow) -> list[bool]:
    """Whether an answer was sent before its entry was stored, and after."""
    scope = {
        "type": "http", "method": "GET", "raw_path": b"/bucket/key", "query_string": b"",
        "headers": [(b"host", b"s3.localhost")], "scheme": "http", "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    task = asyncio.ensure_future(application(scope, receive, send))
    for _ in range(20):
        await asyncio.sleep(0)
    seen = [bool(sent)]
    for ticket in log.tickets:
        ticket.set_result(False)  # even if it could not be: the server goes on
    await task
    return [*seen, bool(sent)]


@pytest.mark.parametrize("durable", [True, False])
def test_an_answer_waits_for_the_disk(durable: bool) -> None:
    slow = Slow()
    notes = Notes(slow, durable=durable)  # type: ignore[arg-type]  # of the port only what is used
    with serving(log=notes) as live:
        application = replace(live.built.application)
        assert asyncio.run(_asked(application, slow)) == [not durable, True]
    assert len(slow.tickets) == 1


def test_the_verbs_fit_together(tmp_path: Path) -> None:
    """`remit serve --log` writes what `remit log` reads."""
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    place, keys = tmp_path / "decisions.sqlite", tmp_path / "keys.json"
    keys.write_text('{"keys": []}')
    flags = ["--port", "0", "--log", str(place), "--jwks", f"https://issuer.example={keys}"]
    child = subprocess.Popen(
        [sys.executable, "-c", code, "serve", *flags], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        told: dict[str, str] = {}
        while "AWS_SECRET_ACCESS_KEY" not in told:
            line = child.stdout.readline()
            assert line, "it ended"
            name, _, value = line.removeprefix("export ").strip().partition("=")
            told[name] = value
        import boto3

        iam = boto3.client(
            "iam",
            endpoint_url=told["AWS_ENDPOINT_URL"],
            region_name=told["AWS_REGION"],
            aws_access_key_id=told["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        )
        iam.create_role(RoleName="made", AssumeRolePolicyDocument=document())
    finally:
        child.kill()  # a crash
        child.communicate()
    shown = subprocess.run(
        [sys.executable, "-c", code, "log", "--log", str(place), "--format", "json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    entry = json.loads(shown.stdout)
    assert (entry["action"], entry["decision"]) == ("iam:CreateRole", "allowed")
    assert entry["resource"].endswith(":role/made")
