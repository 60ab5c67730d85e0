"""A real server on a free loopback port, and boto3 clients for it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = "us-east-1"
HEAD = f"arn:aws:iam::{ACCOUNT}:"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Keys:
    """What a client signs with."""

    id: str
    secret: str
    token: str | None = None


@dataclass(frozen=True)
class Live:
    """A running server."""

    url: str
    built: Any
    administrator: Keys
    root: Keys

    def client(self, service: str, keys: Keys | None = None, **config: Any) -> Any:
        signed = keys or self.administrator
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=config.pop("region", REGION),
            aws_access_key_id=signed.id,
            aws_secret_access_key=signed.secret,
            aws_session_token=signed.token,
            config=Config(
                retries={"max_attempts": 0}, connect_timeout=5, read_timeout=30, **config
            ),
        )

    def user(self, *statements: dict[str, Any], **more: Any) -> tuple[str, Keys]:
        """A new user with one inline policy, and its key."""
        name = f"user-{next(_NUMBERS)}"
        iam = self.client("iam")
        iam.create_user(UserName=name, **more)
        if statements:
            iam.put_user_policy(
                UserName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return name, Keys(key["AccessKeyId"], key["SecretAccessKey"])

    def role(self, *statements: dict[str, Any], trust: Any = None, **more: Any) -> str:
        """A new role that the administrator may take on; its name."""
        name = f"role-{next(_NUMBERS)}"
        iam = self.client("iam")
        trusted = trust or {"AWS": f"{HEAD}user/remit-administrator"}
        statement = {
            "Effect": "Allow",
            "Principal": trusted,
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(statement), **more)
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        return name

    def session(self, role: str, keys: Keys | None = None, **more: Any) -> Keys:
        """Credentials of a role."""
        answer = self.client("sts", keys).assume_role(
            RoleArn=f"{HEAD}role/{role}", RoleSessionName="work", **more
        )
        found = answer["Credentials"]
        return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": resource, **more}


def refused(call: Any, *args: Any, **params: Any) -> tuple[str, str]:
    """Code and message of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call(*args, **params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@contextmanager
def serving(**settings: Any) -> Iterator[Live]:
    """A server for as long as the block lasts. Skips where the extra is not installed."""
    pytest.importorskip("moto", reason="the extra `serve` is not installed")
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
    from moto.core.base_backend import BackendDict

    from remit.server.run import Address, build, running
    from remit.server.settings import Settings

    certificate = settings.pop("certificate", None)
    files = (None, None) if certificate is None else (str(certificate), str(certificate))
    largest = settings.pop("largest", 256 << 20)
    more = {
        name: settings.pop(name)
        for name in ("clock", "file", "keys", "log", "patience")
        if name in settings
    }
    BackendDict.reset()  # moto's state is the process's
    built = build(Settings(region=REGION, account=ACCOUNT, **settings), largest=largest, **more)
    keys = [Keys(one.id, one.secret) for one in (built.administrator, built.root)]
    with running(built, Address("127.0.0.1", 0, *files)) as url:
        yield Live(url, built, *keys)
    BackendDict.reset()
