"""Credentials without keys: found by boto3's ordinary chain, and by plain HTTP.

Expectations: facts/iam.md 10.1 (EC2 User Guide, configuring-instance-metadata-service and
instance-metadata-security-credentials), 10.2 (ECS Developer Guide, task-iam-roles), 10.4.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.session import Session

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from remit.server.metadata import Delivery, with_metadata
from remit.server.run import build, running
from tests.server.live import ACCOUNT, REGION, Keys, Live, allow

TOKEN = "an-agreed-token"
ROLES = "/_remit/imds/latest/meta-data/iam/security-credentials/"
TTL = "x-aws-ec2-metadata-token-ttl-seconds"


class Clock:
    """The server's time: how far it is from the real one."""

    away = 0.0

    def __call__(self) -> float:
        return time.time() + self.away


@pytest.fixture(scope="module", params=[False, True], ids=["v2", "v1"])
def site(request: pytest.FixtureRequest) -> Iterator[tuple[Live, Clock, bool]]:
    from moto.core.base_backend import BackendDict

    from remit.server.settings import Settings

    BackendDict.reset()
    clock = Clock()
    settings = Settings(region=REGION, account=ACCOUNT)
    built, _ = with_metadata(build(settings, clock=clock), Delivery(TOKEN, "app", v1=request.param))
    keys = [Keys(one.id, one.secret) for one in (built.administrator, built.root)]
    with running(built) as url:
        live = Live(url, built, *keys)
        role = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": role, "Action": "sts:AssumeRole"}],
        }
        for name in ("app", "other"):
            live.client("iam").create_role(
                RoleName=name, AssumeRolePolicyDocument=json.dumps(trust)
            )
        policy = {"Version": "2012-10-17", "Statement": [allow("sqs:ListQueues")]}
        live.client("iam").put_role_policy(
            RoleName="app", PolicyName="own", PolicyDocument=json.dumps(policy)
        )
        yield live, clock, request.param
    BackendDict.reset()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing of AWS is set, with no files of its own."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    return monkeypatch


def environment(kind: str, url: str) -> dict[str, str]:
    if kind == "container-role":
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/_remit/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
        }
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{url}/_remit/imds"}


@pytest.mark.parametrize("kind", ["container-role", "iam-role"])
def test_the_ordinary_chain_finds_them(site: Any, bare: pytest.MonkeyPatch, kind: str) -> None:
    live, _, _ = site
    for name, value in environment(kind, live.url).items():
        bare.setenv(name, value)
    bare.setenv("AWS_ENDPOINT_URL", live.url)
    session = boto3.Session(region_name=REGION)
    found = session.get_credentials()
    assert found is not None and found.method == kind
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/remit"
    session.client("sqs").list_queues()
    with pytest.raises(Exception, match="not authorized to perform: SNS:ListTopics"):
        session.client("sns").list_topics()


@pytest.mark.parametrize("kind", ["container-role", "iam-role"])
def test_they_are_refreshed(site: Any, bare: pytest.MonkeyPatch, kind: str) -> None:
    """botocore asks again from 15 minutes before the end; there are new ones by then (10.4)."""
    live, clock, _ = site
    for name, value in environment(kind, live.url).items():
        bare.setenv(name, value)
    found = Session().get_credentials()
    first = found.get_frozen_credentials().access_key
    assert found.get_frozen_credentials().access_key == first
    clock.away = 3000
    later = datetime.now(UTC) + timedelta(seconds=3000)
    bare.setattr(found, "_time_fetcher", lambda: later)
    try:
        second = found.get_frozen_credentials().access_key
        assert second != first
        assert found.get_frozen_credentials().access_key == second
    finally:
        clock.away = 0
        live.built.application.own.__self__._made.clear()


def asked(url: str, method: str, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=given)
    answer = connection.getresponse()
    status, text = answer.status, answer.read().decode()
    connection.close()
    return status, text


TOKEN_PATH = "/_remit/imds/latest/api/token"
CASES = [
    # method, path, headers, status with v2, with v1
    ("PUT", TOKEN_PATH, {TTL: "60"}, 200, 200),
    ("PUT", TOKEN_PATH, {TTL: "21600"}, 200, 200),
    ("PUT", TOKEN_PATH, {TTL: "21601"}, 400, 400),
    ("PUT", TOKEN_PATH, {TTL: "0"}, 400, 400),
    ("PUT", TOKEN_PATH, {}, 400, 400),
    ("PUT", TOKEN_PATH, {TTL: "60", "X-Forwarded-For": "10.0.0.1"}, 403, 403),
    ("GET", ROLES, {}, 401, 200),
    ("GET", ROLES + "app", {}, 401, 200),
    ("GET", ROLES, {"X-aws-ec2-metadata-token": "wrong"}, 401, 401),
    ("GET", "/_remit/imds/latest/meta-data/iam/info", {}, 401, 200),
    ("GET", "/_remit/imds/latest/nothing", {}, 401, 404),
    ("GET", "/_remit/credentials", {}, 401, 401),
    ("GET", "/_remit/credentials", {"Authorization": "wrong"}, 401, 401),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN + "\xe9"}, 401, 401),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN}, 200, 200),
    ("POST", "/_remit/credentials", {"Authorization": TOKEN}, 405, 405),
    ("GET", "/_remit/credentials/other", {"Authorization": TOKEN}, 200, 200),
    ("GET", "/_remit/credentials/none", {"Authorization": TOKEN}, 404, 404),
    ("GET", "/_remit/denials?principal=x", {}, 401, 401),
    ("GET", "/_remit/denials?principal=x", {"Authorization": TOKEN}, 200, 200),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN, "Host": "attacker.example"}, 403, 403),
    ("PUT", TOKEN_PATH, {TTL: "60", "Host": "attacker.example:80"}, 403, 403),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN, "Host": "localhost:4566"}, 200, 200),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN, "Origin": "https://attacker.example"}, 403, 403),
    ("GET", "/_remit/imds/latest/meta-data/iam/info", {"Sec-Fetch-Site": "cross-site"}, 403, 403),
    ("GET", "/_remit/credentials", {"Authorization": TOKEN, "Host": "[::1]:4566"}, 200, 200),
    ("GET", "/_remit/health", {}, 200, 200),
    ("GET", "/_remit/else", {}, 404, 404),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "headers", "v2", "v1"), CASES)
def test_statuses(
    site: Any, method: str, path: str, headers: dict[str, str], v2: int, v1: int
) -> None:
    live, _, has_v1 = site
    assert asked(live.url, method, path, **headers)[0] == (v1 if has_v1 else v2)


def test_a_role_that_is_made_anew_has_other_credentials(site: Any) -> None:
    """A session is bound to its role's unique id (facts 5.2): old credentials would not do."""
    live, _, _ = site
    path = "/_remit/credentials/other"
    first = json.loads(asked(live.url, "GET", path, Authorization=TOKEN)[1])
    again = json.loads(asked(live.url, "GET", path, Authorization=TOKEN)[1])
    assert first == again
    iam = live.client("iam")
    trust = iam.get_role(RoleName="other")["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role(RoleName="other")
    assert asked(live.url, "GET", path, Authorization=TOKEN)[0] == 404
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
    third = json.loads(asked(live.url, "GET", path, Authorization=TOKEN)[1])
    assert third["AccessKeyId"] != first["AccessKeyId"]


def test_denials_are_told_by_principal(site: Any, bare: pytest.MonkeyPatch) -> None:
    live, _, _ = site
    found = json.loads(
        asked(live.url, "GET", "/_remit/credentials?session=mine", Authorization=TOKEN)[1]
    )
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
    with pytest.raises(Exception, match="SNS:ListTopics"):
        live.client("sns", keys).list_topics()
    principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/mine"
    path = f"/_remit/denials?principal={principal}"
    [one] = json.loads(asked(live.url, "GET", path, Authorization=TOKEN)[1])
    assert (one["service"], one["operation"], one["action"]) == (
        "sns",
        "ListTopics",
        "sns:ListTopics",
    )
    assert found["SecretAccessKey"] not in json.dumps(one)
