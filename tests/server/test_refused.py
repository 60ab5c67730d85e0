"""Requests that are refused before anything is decided: they are in the log, with nothing secret.

Codes and texts: facts/iam.md 5.4, 7.5, 7.6.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED, auth
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.decision_log import Entry
from remit.app.decision_notes import entry
from remit.app.ports import Decided
from remit.core.decision import Verdict
from remit.core.http import HttpRequest
from remit.credentials.errors import AuthError
from remit.credentials.signature import read
from remit.enforce.denials import Refusal
from remit.report.decisions import Decisions
from remit.report.terminal import Screen
from remit.server.refused import refused
from tests.server.live import REGION, Keys, Live, serving
from tests.server.test_http import fetch


class Heard:
    """A log of which a test sees what is recorded."""

    def __init__(self) -> None:
        self.all: list[Decided] = []
        self.away = 0.0

    def record(self, decided: Decided) -> None:
        self.all.append(decided)

    def pending(self) -> None:
        return None

    def clock(self) -> float:
        return time.time() + self.away


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Live, Heard]]:
    heard = Heard()
    with serving(log=heard, clock=heard.clock) as live:
        yield live, heard


STRANGER = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def unsigned(live: Live, service: str) -> Any:
    config = Config(signature_version=UNSIGNED, retries={"max_attempts": 0})
    return boto3.client(service, endpoint_url=live.url, region_name=REGION, config=config)


Made = tuple[Callable[[], Any], str]
"""A call, and by whom the log should say it is."""


def unknown_key(live: Live, heard: Heard) -> Made:
    return live.client("dynamodb", Keys(STRANGER, SECRET)).list_tables, STRANGER


def wrong_secret(live: Live, heard: Heard) -> Made:
    first = live.administrator.id
    return live.client("iam", Keys(first, SECRET)).list_users, first


def wrong_secret_s3(live: Live, heard: Heard) -> Made:
    first = live.administrator.id
    return live.client("s3", Keys(first, SECRET)).list_buckets, first


def skewed(live: Live, heard: Heard) -> Made:
    heard.away = 3600.0
    return live.client("sqs").list_queues, live.administrator.id


def expired(live: Live, heard: Heard) -> Made:
    session = live.session(live.role())
    heard.away = 3600.0 * 2
    call = live.client("lambda", session).list_functions

    def later() -> Any:
        """With a client whose clock has gone on as well."""
        now = auth.get_current_datetime
        with pytest.MonkeyPatch.context() as patch:
            ahead = timedelta(seconds=heard.away)
            patch.setattr(auth, "get_current_datetime", lambda *a, **k: now(*a, **k) + ahead)
            return call()

    return later, session.id


def swapped(live: Live, heard: Heard) -> Made:
    """Key and secret in each other's place: the secret must not end in the log."""
    keys = Keys(SECRET.replace("/", "x"), live.administrator.id)
    return live.client("kms", keys).list_keys, "unknown"


def nobody(live: Live, heard: Heard) -> Made:
    return unsigned(live, "dynamodb").list_tables, "anonymous"


Row = tuple[Callable[[Live, Heard], Made], str, str]
ROWS: list[Row] = [
    (unknown_key, "dynamodb:ListTables", "UnrecognizedClientException: The security token included"),
    (wrong_secret, "iam:ListUsers", "SignatureDoesNotMatch: The request signature we calculated"),
    (wrong_secret_s3, "s3:ListBuckets", "SignatureDoesNotMatch: The request signature we calculated"),
    (skewed, "sqs:ListQueues", "SignatureDoesNotMatch: Signature expired: "),
    (expired, "lambda:ListFunctions", "ExpiredTokenException: The security token included"),
    (swapped, "kms:ListKeys", "UnrecognizedClientException: "),
    (nobody, "dynamodb:ListTables", "MissingAuthenticationTokenException: Request is missing"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].__name__)
def test_who_cannot_be_told(row: Row, site: tuple[Live, Heard]) -> None:
    """As AWS answers it, by the key that it says it is from."""
    made, action, note = row
    live, heard = site
    try:
        call, principal = made(live, heard)
        heard.all.clear()
        with pytest.raises(ClientError) as caught:
            call()
    finally:
        heard.away = 0.0
    [found] = map(entry, heard.all)
    assert (found.principal, found.action, found.resource) == (principal, action, "")
    assert found.verdict is Verdict.IMPLICIT_DENY
    assert found.note.startswith(note)
    answer = caught.value.response
    assert found.note.partition(":")[0] == answer["Error"]["Code"]
    assert found.request_id == answer["ResponseMetadata"]["RequestId"]
    said = repr(heard.all)
    for secret in (SECRET, SECRET.replace("/", "x"), live.administrator.secret):
        assert secret not in said


def test_anonymous_denials(site: tuple[Live, Heard]) -> None:
    """Of a service that takes anonymous calls the policies decide."""
    live, heard = site
    heard.all.clear()
    assert fetch(f"{live.url}/some-bucket/key")[0] == 403
    [one] = map(entry, heard.all)
    assert (one.principal, one.action, one.verdict) == ("anonymous", "s3:GetObject", Verdict.IMPLICIT_DENY)  # fmt: skip
    assert one.resource == "arn:aws:s3:::some-bucket/key"


def test_what_is_no_operation(site: tuple[Live, Heard]) -> None:
    live, heard = site
    heard.all.clear()
    scope = f"{STRANGER}/20250101/us-east-1/dynamodb/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00ff"
    fetch(
        f"{live.url}/",
        "POST",
        b"{}",
        Authorization=signed,
        **{"X-Amz-Target": "DynamoDB_20120810.Nothing"},
    )
    fetch(f"{live.url}/?Action=Nothing&Version=2011-06-15")
    fetch(f"{live.url}/", "POST", b"{}", Authorization=signed.replace("dynamodb", "nobody"))
    found = [(one.principal, one.action, one.note) for one in map(entry, heard.all)]
    assert found == [
        (STRANGER, "dynamodb:?", "UnknownOperationException: no operation `DynamoDB_20120810.Nothing` is known"),
        ("anonymous", "?:?", "InvalidAction: Could not find operation `Nothing` of version `2011-06-15`"),
        (STRANGER, "?:?", "UnknownOperationException: no service is signed as `nobody`"),
    ]  # fmt: skip


def test_a_token_that_does_not_hold(site: tuple[Live, Heard]) -> None:
    """STS's own kind of authentication; a call that is not well formed decides nothing."""
    live, heard = site
    role = live.role()
    heard.all.clear()
    named = {"RoleArn": f"arn:aws:iam::111122223333:role/{role}", "RoleSessionName": "me"}
    with suppress(ClientError):
        unsigned(live, "sts").assume_role_with_web_identity(
            **named, WebIdentityToken="no.token.atall"
        )
    with suppress(ClientError):
        live.client("sts").assume_role(**named, DurationSeconds=43_201)
    [one] = map(entry, heard.all)
    assert (one.action, one.verdict) == ("sts:AssumeRoleWithWebIdentity", Verdict.IMPLICIT_DENY)
    assert one.note.startswith("InvalidIdentityToken: ")
    assert "no.token" not in one.note


def test_the_table_says_what_was_wrong() -> None:
    """No policy had a say, so none is spoken of."""
    one = Entry("id", 0.0, STRANGER, "iam:ListUsers", "", Verdict.IMPLICIT_DENY, note="SignatureDoesNotMatch: x")  # fmt: skip
    drawn = Decisions(Screen(100), True, lambda at: datetime.fromtimestamp(at, UTC))
    assert [line.strip() for line in drawn.lines(one)][1:] == ["SignatureDoesNotMatch: x"]


# --- nothing secret -----------------------------------------------------------------------------

_HEADERS = st.one_of(
    st.just("AWS4-HMAC-SHA256 {}"),
    st.just("{}"),
    st.just("AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host, Signature=1"),
    st.just("AWS4-HMAC-SHA256 Credential={}/20250101/us-east-1/s3/aws4_request"),
    st.just("AWS4-HMAC-SHA256 Credential=A/1/2/3/{}, SignedHeaders=host, Signature=1"),
    st.just("AWS4-HMAC-SHA256 Credential=A/{}/2/3/aws4_request, SignedHeaders=host, Signature=1"),
    st.just("AWS4-HMAC-SHA256 SignedHeaders=host, Signature={}"),
    st.just("Basic {}"),
)
_SECRETS = st.text("abcXYZ019+/='\" ,:", min_size=12, max_size=40).map(lambda text: f"sEcReT{text}")


@given(_HEADERS, _SECRETS)
@settings(max_examples=300, deadline=None)
def test_a_malformed_signature_is_not_repeated(header: str, secret: str) -> None:
    sent = HttpRequest(
        "GET",
        "/",
        "",
        (("authorization", header.format(secret)), ("x-amz-date", "20250101T000000Z")),
    )
    try:
        read(sent)
    except AuthError as error:
        found = refused(Refusal(error.code, error.message), ("s3", ""), sent, "id", 0.0)
        assert "sEcReT" not in found.why + found.principal
