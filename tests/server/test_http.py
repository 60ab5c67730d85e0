"""What comes over the wire: presigned URLs, chunks, host names, strangers, and what is no request.

Rules: facts/iam.md 5.4, 7.3 to 7.6.
"""

from __future__ import annotations

import asyncio
import http.client
import select
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from remit.credentials import sessions
from remit.server import asgi, protocol
from tests.server.chunked import put
from tests.server.live import ACCOUNT, REGION, Keys, Live, allow, refused, serving
from tests.server.test_resources import to


def fetch(
    url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """A plain request, nothing added."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(
            method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path or "/",
            body,
            headers,
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def raw(live: Live, data: bytes) -> bytes:
    """What the server answers to these bytes before it closes, or within two seconds."""
    parts = urlsplit(live.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=2) as connection:
        answer = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass  # it has closed the connection while there was more to come
        return answer


@pytest.fixture(scope="module")
def bucket(live: Live) -> str:
    live.client("s3").create_bucket(Bucket="files")
    live.client("s3").put_object(Bucket="files", Key="dir/a b.txt", Body=b"content")
    return "files"


def test_presigned_urls_are_decided_as_their_signer(live: Live, bucket: str) -> None:
    params = {"Bucket": bucket, "Key": "dir/a b.txt"}
    url = live.client("s3", signature_version="s3v4").generate_presigned_url(
        "get_object", Params=params
    )
    assert fetch(url) == (200, b"content")
    assert fetch(url.replace("a%20b", "c"))[0] == 403  # another key: the signature is none of it
    put = live.client("s3", signature_version="s3v4").generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": "new"}
    )
    assert fetch(put, "PUT", b"by url")[0] == 200
    assert live.client("s3").get_object(Bucket=bucket, Key="new")["Body"].read() == b"by url"
    _, keys = live.user()
    theirs = live.client("s3", keys, signature_version="s3v4").generate_presigned_url(
        "get_object", Params=params
    )
    status, body = fetch(theirs)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    assert b"no identity-based policy allows the s3:GetObject action" in body


def test_the_old_signature(live: Live, bucket: str) -> None:
    """boto3 presigns by Signature Version 2 in us-east-1 unless it is told otherwise."""
    params = {"Bucket": bucket, "Key": "dir/a b.txt"}
    url = live.client("s3").generate_presigned_url("get_object", Params=params)
    assert "AWSAccessKeyId=" in url
    assert fetch(url) == (200, b"content")
    assert fetch(url, **{"x-amz-server-side-encryption-customer-key": "x"})[0] == 403
    assert fetch(url.replace("a%20b", "c"))[0] == 403
    put = live.client("s3").generate_presigned_url("put_object", Params={**params, "Key": "old"})
    assert fetch(put, "PUT", b"by url")[0] == 200
    assert fetch(put, "PUT", b"", **{"x-amz-copy-source": f"/{bucket}/dir/a b.txt"})[0] == 403
    _, keys = live.user()
    theirs = live.client("s3", keys).generate_presigned_url("get_object", Params=params)
    status, body = fetch(theirs)
    assert (status, b"no identity-based policy allows the s3:GetObject" in body) == (403, True)
    session = live.session(live.role(allow("s3:GetObject")))
    signed = live.client("s3", session).generate_presigned_url("get_object", Params=params)
    assert fetch(signed) == (200, b"content")
    other = signed.replace("x-amz-security-token=", "x-amz-security-token=a")
    assert fetch(other)[0] == 400  # InvalidToken
    past = live.client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=-5)
    status, body = fetch(past)
    assert (status, b"Request has expired" in body) == (403, True)


def test_the_old_signature_in_a_header(live: Live, bucket: str) -> None:
    client = live.client("s3", signature_version="s3")
    assert client.get_object(Bucket=bucket, Key="dir/a b.txt")["Body"].read() == b"content"
    assert [one["Key"] for one in client.list_objects(Bucket=bucket, Prefix="dir/")["Contents"]]
    status, body = fetch(f"{live.url}/{bucket}/dir/a%20b.txt", Authorization="AWS key:signature")
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)  # no date


def test_a_presigned_upload_is_no_copy(live: Live, bucket: str) -> None:
    """Whoever has the URL may not have the signer read another object for him."""
    live.client("s3").put_object(Bucket=bucket, Key="secret", Body=b"not for him")
    url = live.client("s3", signature_version="s3v4").generate_presigned_url(
        "put_object", Params={"Bucket": bucket, "Key": "drop"}
    )
    status, body = fetch(url, "PUT", b"", **{"x-amz-copy-source": f"/{bucket}/secret"})
    assert status == 403
    assert b"<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>" in body


def test_a_session_signs_urls_too(live: Live, bucket: str) -> None:
    session = live.session(live.role(allow("s3:GetObject")))
    client = live.client("s3", session, signature_version="s3v4")
    params = {"Bucket": bucket, "Key": "dir/a b.txt"}
    assert fetch(client.generate_presigned_url("get_object", Params=params)) == (200, b"content")


def test_multipart_and_large_bodies(live: Live, bucket: str) -> None:
    s3, data = live.client("s3"), b"0123456789abcdef" * (6 << 16)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    parts = []
    for number, piece in enumerate((data, b"end"), 1):
        made = s3.upload_part(
            Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=piece
        )
        parts.append({"PartNumber": number, "ETag": made["ETag"]})
    s3.complete_multipart_upload(
        Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == data + b"end"


def test_large_bodies_at_the_same_time_and_place(live: Live, bucket: str) -> None:
    """moto's backends know one thread only; large bodies come in several."""

    def put(number: int) -> int:
        body = bytes([number]) * ((1 << 20) + 1)
        answer = live.client("s3").put_object(Bucket=bucket, Key="contended", Body=body)
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(put, range(24))) == {200}


def test_chunked_uploads_are_joined(live: Live, bucket: str) -> None:
    """Signed chunks, as SDKs for other languages send them."""
    for mode in ("signed", "signed-trailer", "unsigned-trailer"):
        data = b"piece" * 5000
        assert put(live, bucket, mode, data) == 200
        assert live.client("s3").get_object(Bucket=bucket, Key=mode)["Body"].read() == data
        assert put(live, bucket, mode, data, cut=12_000) == 400
        if mode != "unsigned-trailer":
            assert put(live, bucket, mode, data, spoil=True) == 403


def test_buckets_in_host_names(live: Live, bucket: str) -> None:
    port = urlsplit(live.url).port
    client = boto3.client(
        "s3",
        endpoint_url=f"http://localhost:{port}",
        region_name=REGION,
        aws_access_key_id=live.administrator.id,
        aws_secret_access_key=live.administrator.secret,
        config=Config(s3={"addressing_style": "virtual"}, signature_version="s3v4"),
    )
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "dir/a b.txt"}
    )
    host = urlsplit(url).netloc
    assert host == f"{bucket}.localhost:{port}"
    reached = url.replace(host, urlsplit(live.url).netloc)
    assert fetch(reached, Host=host) == (200, b"content")
    assert fetch(reached, Host=f"other.localhost:{port}")[0] == 403


def test_strangers_are_let_in_by_resource_policies_only(live: Live, bucket: str) -> None:
    url = f"{live.url}/{bucket}/dir/a%20b.txt"
    status, body = fetch(url)
    assert (status, b"<Message>Access Denied</Message>" in body) == (403, True)
    s3 = live.client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=to("*", "s3:GetObject", resource=f"arn:aws:s3:::{bucket}/dir/*")
    )
    assert fetch(url) == (200, b"content")
    assert fetch(f"{live.url}/{bucket}/new")[0] == 403
    s3.delete_bucket_policy(Bucket=bucket)
    unsigned = boto3.client(
        "dynamodb",
        endpoint_url=live.url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED),
    )
    assert refused(unsigned.list_tables)[0] == "MissingAuthenticationTokenException"


def test_clients_cannot_name_the_account_themselves(live: Live, bucket: str) -> None:
    """moto takes an account from a header: not from a client's."""
    _, keys = live.user(allow("sqs:*"))
    client = live.client("sqs", keys)
    client.meta.events.register(
        "before-sign",
        lambda request, **_: request.headers.add_header("x-moto-account-id", "999999999999"),
    )
    assert ACCOUNT in client.create_queue(QueueName="own")["QueueUrl"]


@pytest.mark.parametrize(
    ("service", "code"),
    [("sts", "SignatureDoesNotMatch"), ("dynamodb", "InvalidSignatureException"), ("ec2", "AuthFailure"), ("s3", "SignatureDoesNotMatch"), ("lambda", "InvalidSignatureException"), ("cloudwatch", "SignatureDoesNotMatch")],
)  # fmt: skip
def test_a_wrong_secret_is_refused_in_every_protocol(live: Live, service: str, code: str) -> None:
    calls = {
        "sts": "get_caller_identity", "dynamodb": "list_tables", "ec2": "describe_vpcs",
        "s3": "list_buckets", "lambda": "list_functions", "cloudwatch": "list_metrics",
    }  # fmt: skip
    client = live.client(service, Keys(live.administrator.id, "wrong" * 8))
    assert refused(getattr(client, calls[service]))[0] == code


def test_the_clock_counts() -> None:
    """Requests that were signed long ago, or in the future, are refused."""
    offset = 0.0
    with serving(clock=lambda: time.time() + offset) as live:
        session = live.session(live.role(allow("*")), DurationSeconds=900)
        live.client("sts", session).get_caller_identity()
        offset = 850.0
        live.client("sts", session).get_caller_identity()
        offset = 1000.0
        code, message = refused(live.client("sts").get_caller_identity)
        assert code == "SignatureDoesNotMatch"
        assert message.startswith("Signature expired: ")
        assert refused(live.client("s3").list_buckets)[0] == "RequestTimeTooSkewed"
        offset = -1000.0
        assert refused(live.client("sts").get_caller_identity)[1].startswith(
            "Signature not yet current: "
        )


def test_a_session_that_is_over_is_refused() -> None:
    with serving() as live:
        name = live.role(allow("*"))
        role = live.built.state.account(ACCOUNT).roles[name]
        now = time.time()
        claims = sessions.Claims("role", ACCOUNT, role.arn, role.id, "s", now - 3700, now - 100)
        made = sessions.issue(claims, live.built.enforcer.master, live.built.enforcer.entropy)
        keys = Keys(made.access_key, made.secret, made.token)
        assert refused(live.client("sts", keys).get_caller_identity)[0] == "ExpiredToken"
        assert refused(live.client("dynamodb", keys).list_tables)[0] == "ExpiredTokenException"
        assert refused(live.client("s3", keys).list_buckets)[0] == "ExpiredToken"


def test_what_is_read_is_what_was_decided(live: Live) -> None:
    """A header that nobody signed does not make the emulator read another body."""
    client = live.client("dynamodb")

    def spoil(request: Any, **_: Any) -> None:
        request.headers["content-encoding"] = "gzip"

    client.meta.events.register("before-send", spoil)
    assert client.list_tables()["TableNames"] == []


HOSTILE: list[Any] = [
    b"\x00\x01\x02\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /%zz%00 HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=/////\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: \xff\xfe\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nAction",
    b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 1\r\n\r\n{",
    b"POST /service/x/operation/y HTTP/1.1\r\nHost: x\r\nSmithy-Protocol: rpc-v2-cbor\r\nContent-Length: 1\r\n\r\n\xff",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort",
    b"PUT /b/k HTTP/1.1\r\nHost: [::1\r\nContent-Length: 0\r\n\r\n",
    b"GET /?X-Amz-Signature=x&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_request_is_answered_and_nothing_breaks(live: Live, data: bytes) -> None:
    answer = raw(live, data)
    assert answer == b"" or (answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 3")))
    live.client("sts").get_caller_identity()


def test_bodies_have_a_limit() -> None:
    with serving(largest=1 << 20) as live:
        head = b"PUT /b/k HTTP/1.1\r\nHost: x\r\n"
        assert raw(live, head + b"Content-Length: 1073741824\r\n\r\n").startswith(b"HTTP/1.1 413")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        endless = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 17
        assert raw(live, endless).startswith(b"HTTP/1.1 413")
        live.client("sts").get_caller_identity()


def test_a_body_that_does_not_come_times_out() -> None:
    with serving(patience=0.2) as live:
        parts = urlsplit(live.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            connection.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx")
            assert connection.recv(65536).startswith(b"HTTP/1.1 408")


FLOODS = {
    "headers": b"x: y\r\n" * 170_000,
    "one header": b"x: " + b"y" * (1 << 20),
    "a target": None,
    "trailers": b"transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + b"x: y\r\n" * 170_000,
    "one extension": b"transfer-encoding: chunked\r\n\r\n1;" + b"x" * (1 << 20),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_what_never_ends_is_ended(live: Live, flood: bytes | None) -> None:
    """431, or a connection that just ends while more is being sent; and the next one is answered."""
    head = b"PUT /b/k HTTP/1.1\r\nHost: x\r\n"
    parts = urlsplit(live.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        try:  # nothing is closed here: it is the server that ends it, long before its patience
            connection.sendall(b"GET /" + b"a" * (1 << 20) if flood is None else head + flood)
            answer = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    live.client("sts").get_caller_identity()


def test_long_headers_are_taken(live: Live) -> None:
    """Up to what S3 and load balancers take: 64 KB, in pieces."""
    parts = urlsplit(live.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        for piece in (
            b"GET /_remit/health HTTP/1.1\r\nHost: x\r\n",
            b"x: " + b"y" * 65_536,
            b"\r\n\r\n",
        ):
            connection.sendall(piece)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("patience", "unread"), [(0.5, 1 << 30), (60.0, 1 << 20)])
def test_who_does_not_read_is_given_up(
    monkeypatch: pytest.MonkeyPatch, patience: float, unread: int
) -> None:
    """After a while; at once when too much lies unread."""
    from moto.s3.models import s3_backends

    monkeypatch.setattr(protocol, "UNREAD", unread)
    monkeypatch.setattr(protocol, "_ROUND", 0.2)
    with serving(patience=patience) as live:
        s3 = live.client("s3", signature_version="s3v4")
        s3.create_bucket(Bucket="large")
        # Not by a request, which would have to come within the patience too.
        s3_backends[ACCOUNT]["aws"].put_object("large", "k", b"x" * (32 << 20))
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "large", "Key": "k"})
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            asked = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n"
            connection.sendall(asked.encode())
            ended = select.poll()
            ended.register(connection, 0)  # an error or the end, and not what could be read
            assert ended.poll(10_000)
        live.client("sts").get_caller_identity()


def test_one_looks_at_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come one after the other."""
    asked: Counter[int] = Counter()  # by server: the tests' own may look meanwhile

    def patience(one: Any) -> float:
        asked[id(one.server_state)] += 1
        return 60.0

    monkeypatch.setattr(protocol, "_ROUND", 1000.0)
    monkeypatch.setattr(protocol, "_patience", patience)
    with serving() as live:
        for _ in range(20):
            assert fetch(f"{live.url}/_remit/health")[0] == 200
    assert max(asked.values()) == 1


def test_all_bodies_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many large bodies at once: what does not fit is asked to come again, and fits then."""
    monkeypatch.setattr(asgi, "ROOM", 100_000)
    with serving(largest=100_000) as live:
        assert asyncio.run(_together(replace(live.built.application))) == [503, 403, 403]


async def _together(application: Any) -> list[int]:
    """Statuses of an upload beside another that is under way, of that one, and of one after it."""
    go_on = asyncio.Event()

    async def sent(wait: bool) -> int:
        pieces = [{"type": "http.request", "body": b"x" * 60_000, "more_body": True}]
        pieces.append({"type": "http.request", "body": b"x"})
        statuses: list[int] = []

        async def receive() -> Any:
            if wait and len(pieces) == 1:
                await go_on.wait()
            return pieces.pop(0)

        async def send(message: Any) -> None:
            statuses.append(message.get("status"))

        scope = {
            "type": "http", "method": "PUT", "raw_path": b"/b/k", "query_string": b"",
            "headers": [(b"host", b"localhost")], "scheme": "http", "client": ("127.0.0.1", 1),
        }  # fmt: skip
        await application(scope, receive, send)
        return statuses[0]

    first = asyncio.ensure_future(sent(wait=True))
    await asyncio.sleep(0)
    beside = await sent(wait=False)
    go_on.set()
    return [beside, await first, await sent(wait=False)]


def test_health(live: Live) -> None:
    assert fetch(f"{live.url}/_remit/health") == (200, b'{"status": "ok"}\n')
