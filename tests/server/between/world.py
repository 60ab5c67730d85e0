"""A server whose decisions are heard, and what the tests send things from and to."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, REGION, Keys, Live, document, serving

_NUMBERS = itertools.count(1)


class Heard:
    """A decision log that keeps everything."""

    def __init__(self) -> None:
        self.all: list[Any] = []

    def record(self, decided: Any) -> None:
        self.all.append(decided)

    def pending(self) -> None:
        return None


@dataclass
class World:
    """Makers of senders and receivers, each with a name of its own."""

    live: Live
    heard: Heard
    invoked: list[str]
    keys: Keys | None = None
    account: str = ACCOUNT
    _since: int = field(default=0)

    def client(self, service: str) -> Any:
        return self.live.client(service, self.keys)

    def between(self) -> list[tuple[str, str, bool]]:
        """Who asked for what, and whether they may: what services did since it was last asked."""
        new, self._since = self.heard.all[self._since :], len(self.heard.all)
        return [
            (one.principal, one.request.action, one.allowed)
            for one in new
            if one.request is not None
            and (
                one.principal.endswith(".amazonaws.com") or "assumed-role/role-of-" in one.principal
            )
        ]

    def why(self) -> str:
        """The sentence of the latest denial."""
        return next(one.why for one in reversed(self.heard.all) if not one.allowed)

    def queue(self, *statements: dict[str, Any], **attributes: str) -> tuple[str, str]:
        """URL and ARN."""
        sqs, name = self.client("sqs"), _name("queue")
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        if statements:
            self.open_queue(url, *statements)
        return url, f"arn:aws:sqs:{REGION}:{self.account}:{name}"

    def open_queue(self, url: str, *statements: dict[str, Any]) -> None:
        self.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": document(*statements)}
        )

    def messages(self, url: str) -> list[str]:
        found = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [one["Body"] for one in found.get("Messages", ())]

    def topic(self, *statements: dict[str, Any]) -> str:
        sns = self.client("sns")
        arn: str = sns.create_topic(Name=_name("topic"))["TopicArn"]
        if statements:
            sns.set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=document(*statements)
            )
        return arn

    def bucket(self) -> str:
        name = _name("bucket")
        self.client("s3").create_bucket(Bucket=name)
        return name

    def role(self, service: str, *statements: dict[str, Any], **more: Any) -> str:
        """The ARN of a role that the service may take on."""
        name, iam = _name("role-of"), self.client("iam")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            **({"Condition": more.pop("when")} if "when" in more else {}),
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **more)
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        return f"arn:aws:iam::{self.account}:role/{name}"

    def grant(self, role: str, *statements: dict[str, Any]) -> None:
        self.client("iam").put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="own",
            PolicyDocument=document(*statements),
        )

    def function(self, role: str | None = None) -> str:
        name = _name("function")
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role or self.role("lambda.amazonaws.com"),
            Handler="a.handler",
            Code={"ZipFile": _zipped()},
        )
        return str(made["FunctionArn"])

    def open_function(self, arn: str, service: str, **more: str) -> None:
        self.client("lambda").add_permission(
            FunctionName=arn,
            StatementId=_name("statement"),
            Action="lambda:InvokeFunction",
            Principal=service,
            **more,
        )

    def stream(self) -> tuple[str, str]:
        """Name and ARN."""
        name, kinesis = _name("stream"), self.client("kinesis")
        kinesis.create_stream(StreamName=name, ShardCount=1)
        return name, f"arn:aws:kinesis:{REGION}:{self.account}:stream/{name}"

    def group(self) -> str:
        name = _name("/group")
        self.client("logs").create_log_group(logGroupName=name)
        self.client("logs").create_log_stream(logGroupName=name, logStreamName="s")
        return name

    def log(self, group: str) -> None:
        self.client("logs").put_log_events(
            logGroupName=group,
            logStreamName="s",
            logEvents=[{"timestamp": 1_700_000_000_000, "message": "m"}],
        )


def _name(kind: str) -> str:
    return f"{kind}-{next(_NUMBERS)}"


name = _name


def _zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.py", "def handler(event, context):\n    return 1\n")
    return held.getvalue()


def let(service: str, action: str, resource: str, **condition: Any) -> dict[str, Any]:
    """A statement of a receiver's policy; `source` is the sender's ARN."""
    found: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": resource,
    }
    if "source" in condition:
        found["Condition"] = {"ArnLike": {"aws:SourceArn": condition["source"]}}
    if "account" in condition:
        found["Condition"] = {"StringEquals": {"aws:SourceAccount": condition["account"]}}
    return found


@contextmanager
def worlds() -> Iterator[World]:
    """A world for as long as the block lasts. Functions are not run: what they would get is kept."""
    pytest.importorskip("moto", reason="the extra `serve` is not installed")
    from moto.awslambda.models import LambdaFunction

    heard = Heard()
    invoked: list[str] = []

    def run(self: Any, event: Any) -> tuple[str, bool, str]:
        invoked.append(json.dumps(event))
        return "{}", False, ""

    original = LambdaFunction._invoke_lambda
    LambdaFunction._invoke_lambda = run  # no docker in tests
    try:
        with serving(log=heard) as live:
            yield World(live, heard, invoked)
    finally:
        LambdaFunction._invoke_lambda = original


__all__ = ["ACCOUNT", "HEAD", "REGION", "World", "let", "name", "worlds"]
