"""`remit serve --state` as people run it: processes that are stopped, killed and started again."""

from __future__ import annotations

import base64
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from remit.cli.main import main
from tests.server.live import allow, document

CODE = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@dataclass
class Server:
    """A running `remit serve`."""

    process: subprocess.Popen[str]
    told: dict[str, str] = field(default_factory=dict)
    root: str = ""

    def client(self, service: str, keys: dict[str, str] | None = None) -> Any:
        signed = keys or self.told
        return boto3.client(
            service,
            endpoint_url=self.told["AWS_ENDPOINT_URL"],
            region_name=self.told["AWS_REGION"],
            aws_access_key_id=signed["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=signed["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=signed.get("AWS_SESSION_TOKEN"),
            config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=30),
        )

    def keys(self) -> tuple[str, str, str]:
        return self.told["AWS_ACCESS_KEY_ID"], self.told["AWS_SECRET_ACCESS_KEY"], self.root

    def end(self, how: int) -> tuple[int, str]:
        """The exit status and what was said on standard error."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def served(*flags: str, **environment: str) -> Iterator[Server]:
    """`remit serve` with these flags, on a free port; killed at the end, where it was not ended."""
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, "serve", "--port", "0", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert child.stdout is not None
        server = Server(child)
        while not server.root:
            line = child.stdout.readline()
            assert line, child.communicate()[1]
            if line.startswith("# the root user: "):
                server.root = line
            name, _, value = line.removeprefix("export ").strip().partition("=")
            server.told[name] = value
        yield server
    finally:
        child.kill()
        child.communicate()


def flags(folder: Path) -> tuple[str, ...]:
    return "--state", str(folder / "state"), "--state-key", str(folder / "key")


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=False
    )


def test_a_server_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    with served(*flags(tmp_path)) as server:
        iam = server.client("iam")
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(
            RoleName="app", PolicyName="own", PolicyDocument=document(allow("sqs:*"))
        )
        made = iam.create_user(UserName="ann")["User"]
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        ann = {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]
        }  # fmt: skip
        role = iam.get_role(RoleName="app")["Role"]
        taken = server.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="work")
        session = {
            "AWS_ACCESS_KEY_ID": taken["Credentials"]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": taken["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": taken["Credentials"]["SessionToken"],
        }
        server.client("sqs").create_queue(QueueName="gone")
        command = Path(f"/proc/{server.process.pid}/cmdline")
        if command.exists():
            assert server.keys()[1].encode() not in command.read_bytes()
        # The decisions are in the same file, and can be read meanwhile.
        shown = ran("log", "--log", str(tmp_path / "state"), "--format", "json")
        actions = [json.loads(line)["action"] for line in shown.stdout.splitlines()]
        assert actions[:2] == ["iam:CreateRole", "iam:PutRolePolicy"]
        keys = server.keys()
        status, said = server.end(signal.SIGINT)
        assert (status, said.endswith("remit: stopped\n")) == (0, True)
        assert "buckets, tables and the like are not" in said
        assert not any(one in said for one in (keys[1], key["SecretAccessKey"]))
    with served(*flags(tmp_path)) as server:
        assert server.keys() == keys
        assert server.client("iam").get_role(RoleName="app")["Role"] == role
        assert server.client("iam").get_user(UserName="ann")["User"] == made
        assert server.client("sts", ann).get_caller_identity()["UserId"] == made["UserId"]
        with pytest.raises(ClientError, match="is not authorized to perform: sqs:listqueues"):
            server.client("sqs", ann).list_queues()
        assert "QueueUrls" not in server.client("sqs", session).list_queues()
        server.client("iam").attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
        server.client("sqs", ann).list_queues()


def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    """Eight clients write until the server is killed in the middle of it."""
    enough, workers = 60, 8
    lock, acknowledged = threading.Lock(), []
    place = ("--state", str(tmp_path / "state"))
    key = {"REMIT_STATE_KEY": base64.b64encode(bytes(range(32))).decode()}
    with served(*place, **key) as server:
        iam = server.client("iam")
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=document())

        def work(number: int) -> None:
            mine = server.client("iam")
            for count in range(10_000):
                name = f"u-{number}-{count}"
                try:
                    user = mine.create_user(UserName=name)["User"]["UserId"]
                    mine.put_role_policy(
                        RoleName="app", PolicyName=name, PolicyDocument=document(allow("s3:*"))
                    )
                except (ClientError, BotoCoreError):
                    return
                with lock:
                    acknowledged.append((name, user))
                    if len(acknowledged) == enough:
                        server.process.kill()

        threads = [threading.Thread(target=work, args=(one,)) for one in range(workers)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
    assert len(acknowledged) >= enough
    with served(*place, **key) as server:
        iam = server.client("iam")
        users = {
            one["UserName"]: one["UserId"]
            for page in iam.get_paginator("list_users").paginate()
            for one in page["Users"]
        }
        policies = {*iam.list_role_policies(RoleName="app", MaxItems=1000)["PolicyNames"]}
    for name, user in acknowledged:
        assert users[name] == user
        assert name in policies


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux sets limits of other processes")
def test_a_full_disk(tmp_path: Path) -> None:
    """No file of the server may grow any more: writes fail as on a full disk."""
    with served(*flags(tmp_path)) as server:
        iam = server.client("iam")
        iam.create_user(UserName="before")
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(ClientError) as caught:
            iam.create_user(UserName="meanwhile")
        assert caught.value.response["Error"]["Code"] == "ServiceFailure"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert server.client("sts").get_caller_identity()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        iam.create_user(UserName="after")
        server.process.kill()
        said = server.process.communicate()[1]
        assert "the state cannot be written: " in said
    with served(*flags(tmp_path)) as server:
        users = server.client("iam").list_users()["Users"]
        assert [one["UserName"] for one in users] == ["before", "meanwhile", "after"]


# --- what cannot be used ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state and its key."""
    made = tmp_path_factory.mktemp("state")
    with served(*flags(made), "--account", "111122223333") as server:
        server.end(signal.SIGINT)
    (made / "other").write_text(base64.b64encode(bytes(32)).decode())
    (made / "open").write_text(base64.b64encode(bytes(32)).decode())
    (made / "other").chmod(0o600)
    (made / "open").chmod(0o644)
    (made / "text").write_text("a text\n")
    return made


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--state-key DIR/key", "`--state-key` needs `--state`"),
        ("--state DIR/state", "`--state` keeps secrets, and has no key"),
        ("--state DIR/state --state-key DIR/none", "there is no key at `DIR/none`"),
        (
            "--state DIR/state --state-key DIR/open",
            "others may read the key `DIR/open` (mode 0644)",
        ),
        ("--state DIR/state --state-key DIR/other", "the key is not the one that `DIR/state`"),
        ("--state DIR/state --state-key DIR/text", "`DIR/text` "),
        ("--state DIR/text --state-key DIR/key", "`DIR/text` is no state"),
        ("--state DIR/text/state --state-key DIR/key", "can't be used: File exists"),
        (
            "--state DIR/state --state-key DIR/key --account 999999999999",
            "is of account 111122223333",
        ),
    ],
)
def test_what_cannot_be_used_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    before = {one: one.read_bytes() for one in folder.iterdir() if one.name in ("state", "text")}
    (folder / "text").chmod(0o600)
    given = arguments.replace("DIR", str(folder)).split()
    assert main(["serve", "--port", "0", *given]) == 2
    told = capsys.readouterr()
    assert said.replace("DIR", str(folder)) in told.err
    assert "Traceback" not in told.err
    assert not told.out
    assert {one: one.read_bytes() for one in before} == before
