"""What protects the server: docs/security.md, claim by claim."""

from __future__ import annotations

import http.client
import io
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.server.live import ACCOUNT, REGION, Live, serving

SECRET = "hunter2-in-a-parameter"


# --- what listens, and what a process tells -----------------------------------------------------


@contextmanager
def process(*flags: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str], Path]]:
    """`remit serve` in a process of its own, what it told to export, and its standard error."""
    pytest.importorskip("moto", reason="the extra `serve` is not installed")
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    said = Path(flags[1]).with_name("said")
    with (
        said.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", "0", *flags],
            stdout=subprocess.PIPE, stderr=errors, text=True,
        ) as child,
    ):  # fmt: skip
        try:
            told: dict[str, str] = {}
            assert child.stdout is not None
            for line in child.stdout:
                name, _, value = line.removeprefix("export ").strip().partition("=")
                told[name] = value
                if line.startswith("# the root user"):
                    told["root"] = line.split()[-1]
                    break
            yield child, told, said
        finally:
            child.terminate()
            child.communicate()


def listening(pid: int) -> set[str]:
    """The addresses at which a process listens, out of Linux's tables."""
    links = (str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink())
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:  # in the state LISTEN
                words = bytes.fromhex(fields[1].partition(":")[0])
                parts = [words[at : at + 4][::-1] for at in range(0, len(words), 4)]
                found.add(str(ip_address(b"".join(parts))))
    return found


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="Linux's /proc")
def test_loopback_only_and_no_secret_in_process_log_or_messages(tmp_path: Path) -> None:
    place = tmp_path / "log.sqlite"
    with process("--log", str(place)) as (child, told, said):
        assert listening(child.pid) == {"127.0.0.1"}
        secrets = [told["AWS_SECRET_ACCESS_KEY"], told["root"], SECRET, *_used(told)]
        assert all(len(one) >= 16 for one in secrets)
        seen = [Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
        seen += [file.read_bytes() for file in tmp_path.iterdir()]
        assert any(b"iam:CreateUser" in content for content in seen)  # there is a log to look at
    seen += [file.read_bytes() for file in tmp_path.iterdir()]
    assert said.read_bytes() in seen
    for one in secrets:
        assert not any(one.encode() in content for content in seen)


def _used(told: dict[str, str]) -> list[str]:
    """Use secrets, rightly and wrongly; those that the server made."""

    def client(service: str, keys: tuple[str, str, str | None] | None = None) -> object:
        given = keys or (told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], None)
        return boto3.client(
            service, endpoint_url=told["AWS_ENDPOINT_URL"], region_name=REGION,
            aws_access_key_id=given[0], aws_secret_access_key=given[1], aws_session_token=given[2],
            config=Config(retries={"max_attempts": 0}),
        )  # fmt: skip

    iam: object = client("iam")
    iam.create_user(UserName="ann")  # type: ignore[attr-defined]
    key = iam.create_access_key(UserName="ann")["AccessKey"]  # type: ignore[attr-defined]
    hers = (key["AccessKeyId"], key["SecretAccessKey"], None)
    session = client("sts").get_session_token()["Credentials"]  # type: ignore[attr-defined]
    spoilt = (session["AccessKeyId"], SECRET, session["SessionToken"])
    for keys in (hers, spoilt, None):
        for service, method, params in (
            ("secretsmanager", "create_secret", {"Name": "s", "SecretString": SECRET}),
            ("iam", "create_login_profile", {"UserName": "ann", "Password": SECRET}),
            ("sts", "assume_role_with_web_identity",
             {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/no", "RoleSessionName": "no",
              "WebIdentityToken": SECRET}),
        ):  # fmt: skip
            try:
                getattr(client(service, keys), method)(**params)
            except ClientError:
                continue
    return [key["SecretAccessKey"], session["SecretAccessKey"], session["SessionToken"]]


def test_values_do_not_show_keys(live: Live) -> None:
    built = live.built
    _, theirs = live.user()
    session = live.session(live.role())
    made = built.state.account(ACCOUNT), built.state.key(theirs.id)
    shown = " ".join(map(repr, (built, built.application, built.enforcer, built.root, *made)))
    for secret in (live.administrator.secret, live.root.secret, theirs.secret, session.secret):
        assert secret not in shown
    assert repr(built.enforcer.master) not in shown


# --- browsers -----------------------------------------------------------------------------------


def asked(live: Live, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    """Status, and the names of all headers and the body, of an answer to a page's request."""
    where = urlsplit(live.url)
    with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)) as one:
        one.request(method, path, body, {n.replace("_", "-"): v for n, v in headers.items()})
        answer = one.getresponse()
        return answer.status, " ".join([*answer.headers.keys(), repr(answer.read())]).lower()


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/", {"content_type": "text/plain"}),
        ("POST", "/", {"content_type": "application/x-www-form-urlencoded"}),
        ("GET", "/", {}),
        ("GET", "/?Action=ListUsers&Version=2010-05-08", {}),
        ("GET", "/private/object", {}),
        ("PUT", "/private/object", {}),
        ("OPTIONS", "/private/object", {"access_control_request_method": "PUT"}),
        ("OPTIONS", "/", {"access_control_request_method": "POST", "access_control_request_headers": "x-amz-target"}),
    ],
)  # fmt: skip
def test_a_page_on_the_web_gets_nothing(
    live: Live, method: str, path: str, headers: dict[str, str]
) -> None:
    body = b"Action=ListUsers&Version=2010-05-08" if method == "POST" else b""
    status, shown = asked(live, method, path, body, origin="https://evil.example", **headers)
    assert 400 <= status < 500
    assert "access-control-" not in shown
    assert "remit-administrator" not in shown


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback and its key, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
    )
    made = builder.sign(key, hashes.SHA256())
    place = tmp_path_factory.mktemp("tls") / "both.pem"
    kept = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(*kept, serialization.NoEncryption())
    place.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return place


def test_tls_of_today_only(certificate: Path) -> None:
    with serving(certificate=certificate) as live:
        assert live.url.startswith("https://")
        sts = boto3.client(
            "sts", endpoint_url=live.url, region_name=REGION, verify=str(certificate),
            aws_access_key_id=live.administrator.id,
            aws_secret_access_key=live.administrator.secret,
        )  # fmt: skip
        assert sts.get_caller_identity()["Account"] == ACCOUNT
        sts.close()  # or the server waits for it to say goodbye
        _uploads(live, certificate)
        assert _agreed(live, ssl.TLSVersion.TLSv1_3)[1] == "TLSv1.3"
        cipher, version, _ = _agreed(live, ssl.TLSVersion.TLSv1_2)
        assert version == "TLSv1.2"
        assert cipher.startswith("ECDHE-") and ("GCM" in cipher or "CHACHA20" in cipher)
        for old in map(ssl.TLSVersion, (0x0301, 0x0302)):  # 1.0 and 1.1
            with pytest.raises(OSError):
                _agreed(live, old)
        for weak in ("ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"):
            with pytest.raises(OSError):
                _agreed(live, ssl.TLSVersion.TLSv1_2, weak)


def _uploads(live: Live, certificate: Path) -> None:
    """Over TLS boto3 sends bodies in chunks, with a checksum after them."""
    s3 = boto3.client(
        "s3", endpoint_url=live.url, region_name=REGION, verify=str(certificate),
        aws_access_key_id=live.administrator.id,
        aws_secret_access_key=live.administrator.secret,
    )  # fmt: skip
    sent: list[bytes] = []
    s3.meta.events.register(
        "before-send", lambda request, **_: sent.append(request.headers.get("Transfer-Encoding"))
    )
    s3.create_bucket(Bucket="chunked")
    s3.put_object(Bucket="chunked", Key="k", Body=io.BytesIO(b"piece" * 50_000))
    assert sent[-1] == b"chunked"
    assert s3.get_object(Bucket="chunked", Key="k")["Body"].read() == b"piece" * 50_000
    s3.close()


def _agreed(live: Live, version: ssl.TLSVersion, ciphers: str = "ALL") -> tuple[str, str, int]:
    """What is agreed with a client that knows one version only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that the client's version is old
        context.minimum_version = context.maximum_version = version
    where = urlsplit(live.url)
    with (
        create_connection((where.hostname or "", where.port or 0), timeout=10) as plain,
        context.wrap_socket(plain) as secured,
    ):
        found = secured.cipher()
        assert found is not None
        return found


def test_no_certificate_no_answer_over_tls(live: Live) -> None:
    with pytest.raises(OSError):
        _agreed(live, ssl.TLSVersion.TLSv1_3)
