"""Credentials where clients look for them: instance metadata, the container endpoint,
`credential_process`, a Lambda function's environment.

What may live here: documents, headers and statuses, as pure functions of a request, credentials
and a time. Who listens, and which role is meant, is for others.

Source: facts/iam.md 10 (EC2 User Guide, instance-metadata-security-credentials,
configuring-instance-metadata-service; ECS Developer Guide, task-iam-roles; AWS CLI User Guide,
sourcing-external; Lambda Developer Guide, configuration-envvars).
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from remit.core.http import HttpRequest
from remit.credentials.sessions import Credentials

TOKEN_PATH = "/latest/api/token"  # noqa: S105 - a path
_TTL = "x-aws-ec2-metadata-token-ttl-seconds"
_TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 - a header
_ROLES = "/latest/meta-data/iam/security-credentials"
_INFO = "/latest/meta-data/iam/info"
_LONGEST = 21_600
_STAMP = 8

RENEW = 1200
"""Seconds before their end at which credentials should be replaced. AWS has new ones at least five
minutes before; botocore asks for them from fifteen minutes before (10.1, 10.4)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/plain"),)


@dataclass(frozen=True, slots=True)
class Profile:
    """The instance profile that an instance has: its role's name, its own ARN and id, and the
    role's credentials with the time at which they were made."""

    role: str
    arn: str
    unique_id: str
    credentials: Credentials
    made: float


def due(credentials: Credentials, now: float) -> bool:
    """Whether it is time for new ones."""
    return now >= credentials.expires - RENEW


# --- instance metadata --------------------------------------------------------------------------


def metadata(
    request: HttpRequest, profile: Profile | None, now: float, master: bytes, *, v1: bool = False
) -> Answer:
    """What the instance metadata service answers. With `v1`, requests need no token. Without a
    profile the instance has no role."""
    if request.path == TOKEN_PATH:
        return _new_token(request, now, master)
    if request.method not in ("GET", "HEAD"):
        return Answer(405)
    given = request.header(_TOKEN)
    if given is None and not v1:
        return Answer(401)
    if given is not None and not _holds(given, now, master):
        return Answer(401)
    return _item(request.path, profile)


def _new_token(request: HttpRequest, now: float, master: bytes) -> Answer:
    if request.method != "PUT":
        return Answer(405)
    if request.header("x-forwarded-for") is not None:
        return Answer(403)
    text = request.header(_TTL) or ""
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    if not 1 <= seconds <= _LONGEST:
        return Answer(400)
    stamp = (int(now) + seconds).to_bytes(_STAMP)
    token = urlsafe_b64encode(stamp + _seal(stamp, master)).decode()
    return Answer(200, token, (("content-type", "text/plain"), (_TTL, str(seconds))))


def _holds(token: str, now: float, master: bytes) -> bool:
    try:
        data = urlsafe_b64decode(token)
    except ValueError:
        return False
    stamp, seal = data[:_STAMP], data[_STAMP:]
    return hmac.compare_digest(seal, _seal(stamp, master)) and now < int.from_bytes(stamp)


def _seal(stamp: bytes, master: bytes) -> bytes:
    """A token is its end and a proof that it is ours, so that no store has to keep it."""
    return hmac.digest(master, b"metadata token:" + stamp, "sha256")


def _item(path: str, profile: Profile | None) -> Answer:
    if profile is None:
        return Answer(404)
    if path in (_ROLES, _ROLES + "/"):
        return Answer(200, profile.role)
    head = {"Code": "Success", "LastUpdated": _iso(profile.made)}
    if path == f"{_ROLES}/{profile.role}":
        return _document({**head, "Type": "AWS-HMAC", **_members(profile.credentials, "Token")})
    if path == _INFO:
        own = {"InstanceProfileArn": profile.arn, "InstanceProfileId": profile.unique_id}
        return _document({**head, **own})
    return Answer(404)


# --- containers ---------------------------------------------------------------------------------


def container(
    request: HttpRequest, credentials: Credentials, token: str | None, role: str = ""
) -> Answer:
    """What the container credentials endpoint answers. `token` is what the client must send as
    its Authorization header, where one was agreed; `role` the role's ARN."""
    if request.method != "GET":
        return Answer(405)
    given = request.header("authorization") or ""
    if token is not None and not hmac.compare_digest(_bytes(given), _bytes(token)):
        return _document({"code": "AccessDenied", "message": "wrong authorization token"}, 401)
    found = _members(credentials, "Token")
    return _document({**found, "RoleArn": role} if role else found)


# --- without a server ---------------------------------------------------------------------------


def process(credentials: Credentials, account: str = "") -> str:
    """What a `credential_process` writes to its standard output."""
    found = {"Version": 1, **_members(credentials, "SessionToken")}
    return json.dumps({**found, "AccountId": account} if account else found)


def environment(credentials: Credentials, region: str) -> dict[str, str]:
    """The environment in which a Lambda function finds its role's credentials."""
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret,
        "AWS_SESSION_TOKEN": credentials.token,
        "AWS_ACCESS_KEY": credentials.access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


def _members(given: Credentials, token: str) -> dict[str, str]:
    return {
        "AccessKeyId": given.access_key,
        "SecretAccessKey": given.secret,
        token: given.token,
        "Expiration": _iso(given.expires),
    }


def _document(content: dict[str, str], status: int = 200) -> Answer:
    return Answer(status, json.dumps(content), (("content-type", "application/json"),))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
