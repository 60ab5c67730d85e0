"""Delivery of credentials: read back by botocore's own fetchers, without a socket."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("cryptography", reason="the extra `serve` is not installed")

from botocore.awsrequest import AWSResponse
from botocore.credentials import ProcessProvider
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from remit.core.http import HttpRequest
from remit.credentials.delivery import (
    RENEW,
    Profile,
    container,
    due,
    environment,
    metadata,
    process,
)
from remit.credentials.sessions import Credentials

MASTER = bytes(range(32))
NOW = 1_700_000_000.0
GIVEN = Credentials("ASIAEXAMPLE", "secret", "token", NOW + 3600)
END = "2023-11-14T23:13:20Z"
PROFILE = Profile("app", "arn:aws:iam::111122223333:instance-profile/app", "AIPAX", GIVEN, NOW)
TTL, TOKEN = "x-aws-ec2-metadata-token-ttl-seconds", "x-aws-ec2-metadata-token"
ROLES = "/latest/meta-data/iam/security-credentials/"


class Raw:
    """What botocore reads a body from."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]


class Wire:
    """In the place of botocore's HTTP session."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.seen: list[HttpRequest] = []

    def send(self, request: Any) -> AWSResponse:
        headers = tuple(
            (name.lower(), value.decode() if isinstance(value, bytes) else str(value))
            for name, value in request.headers.items()
        )
        asked = HttpRequest(request.method, urlsplit(request.url).path, headers=headers)
        self.seen.append(asked)
        found = self.answer(asked)
        return AWSResponse(request.url, found.status, dict(found.headers), Raw(found.body))


def get(path: str, method: str = "GET", **headers: str) -> HttpRequest:
    listed = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpRequest(method, path, headers=listed)


def token(seconds: str = "60") -> str:
    asked = HttpRequest("PUT", "/latest/api/token", headers=((TTL, seconds),))
    found = metadata(asked, PROFILE, NOW, MASTER)
    assert (found.status, dict(found.headers)[TTL]) == (200, seconds)
    return found.body


@pytest.mark.parametrize("old", [False, True])
def test_botocore_finds_an_instance_s_role(old: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = InstanceMetadataFetcher(num_attempts=1)
    wire = Wire(lambda asked: metadata(asked, PROFILE, NOW, MASTER, v1=old))
    monkeypatch.setattr(fetcher, "_session", wire)
    monkeypatch.setattr(fetcher, "_evaluate_expiration", lambda _: None)  # reads the clock
    assert fetcher.retrieve_iam_role_credentials() == {
        "role_name": "app",
        "access_key": GIVEN.access_key,
        "secret_key": GIVEN.secret,
        "token": GIVEN.token,
        "expiry_time": END,
    }
    assert [one.method for one in wire.seen] == ["PUT", "GET", "GET"]


@pytest.mark.parametrize("agreed", [None, "Bearer x"])
def test_botocore_finds_a_container_s_role(agreed: str | None) -> None:
    wire = Wire(lambda asked: container(asked, GIVEN, agreed, "arn:aws:iam::111122223333:role/app"))
    fetcher = ContainerMetadataFetcher(session=wire, sleep=lambda _: None)
    headers = {} if agreed is None else {"Authorization": agreed}
    found = fetcher.retrieve_full_uri("http://127.0.0.1/credentials", headers=headers)
    assert found == {
        "AccessKeyId": GIVEN.access_key,
        "SecretAccessKey": GIVEN.secret,
        "Token": GIVEN.token,
        "Expiration": END,
        "RoleArn": "arn:aws:iam::111122223333:role/app",
    }


@pytest.mark.parametrize("given", [None, "", "Bearer y", "Bearer xx", "é"])
def test_the_container_s_token_must_fit(given: str | None) -> None:
    headers = () if given is None else (("authorization", given),)
    assert container(HttpRequest("GET", "/", headers=headers), GIVEN, "Bearer x").status == 401
    assert container(get("/", "POST"), GIVEN, None).status == 405


def test_botocore_reads_a_process(tmp_path: Any) -> None:
    later = Credentials("ASIAEXAMPLE", "secret", "token", 4_000_000_000)
    script = tmp_path / "give.py"
    script.write_text(f"print({process(later, '111122223333')!r})")
    config = {"profiles": {"dev": {"credential_process": f'"{sys.executable}" "{script}"'}}}
    found = ProcessProvider("dev", lambda: config).load()
    assert found is not None
    frozen = found.get_frozen_credentials()
    assert (frozen.access_key, frozen.secret_key, frozen.token) == (
        "ASIAEXAMPLE",
        "secret",
        "token",
    )
    assert "AccountId" not in json.loads(process(GIVEN))


def test_environment() -> None:
    """facts/iam.md 10.2."""
    assert environment(GIVEN, "eu-west-1") == {
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ACCESS_KEY": "ASIAEXAMPLE",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("method", "path", "headers", "v1", "status"),
    [
        ("PUT", "/latest/api/token", {}, False, 400),
        ("PUT", "/latest/api/token", {TTL: "0"}, False, 400),
        ("PUT", "/latest/api/token", {TTL: "21601"}, False, 400),
        ("PUT", "/latest/api/token", {TTL: "x"}, False, 400),
        ("PUT", "/latest/api/token", {TTL: "21600"}, False, 200),
        ("PUT", "/latest/api/token", {TTL: "60", "x-forwarded-for": "1.2.3.4"}, False, 403),
        ("GET", "/latest/api/token", {TTL: "60"}, False, 405),
        ("GET", ROLES, {}, False, 401),
        ("GET", ROLES, {}, True, 200),
        ("GET", ROLES, {TOKEN: "x"}, True, 401),
        ("GET", ROLES, {TOKEN: "é"}, True, 401),
        ("GET", ROLES, {TOKEN: ""}, True, 401),
        ("GET", ROLES + "other", {}, True, 404),
        ("GET", "/latest/meta-data/iam/info", {}, True, 200),
        ("GET", "/latest/user-data", {}, True, 404),
        ("POST", ROLES, {}, True, 405),
    ],
)
def test_statuses(method: str, path: str, headers: dict[str, str], v1: bool, status: int) -> None:
    """facts/iam.md 10.1."""
    asked = HttpRequest(method, path, headers=tuple(headers.items()))
    assert metadata(asked, PROFILE, NOW, MASTER, v1=v1).status == status


def test_tokens_end() -> None:
    asked = HttpRequest("GET", ROLES, headers=((TOKEN, token()),))
    for later, status in ((0, 200), (59, 200), (60, 401)):
        assert metadata(asked, PROFILE, NOW + later, MASTER).status == status
    assert metadata(asked, PROFILE, NOW, bytes(32)).status == 401
    assert metadata(asked, None, NOW, MASTER).status == 404


def test_documents() -> None:
    found = metadata(get("/latest/meta-data/iam/info"), PROFILE, NOW, MASTER, v1=True)
    assert json.loads(found.body) == {
        "Code": "Success",
        "LastUpdated": "2023-11-14T22:13:20Z",
        "InstanceProfileArn": PROFILE.arn,
        "InstanceProfileId": "AIPAX",
    }
    given = metadata(get(ROLES + "app"), PROFILE, NOW, MASTER, v1=True)
    assert json.loads(given.body)["Type"] == "AWS-HMAC"


def test_renewal_comes_before_botocore_asks() -> None:
    assert not due(GIVEN, NOW + 3600 - RENEW - 1)
    assert due(GIVEN, NOW + 3600 - RENEW)
    assert RENEW > 15 * 60
