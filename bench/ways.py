"""`make peers`, second part: the ways to credentials, what is said of bad ones, and large objects,
through boto3, the AWS CLI and the AWS SDK for JavaScript v3.

A server in a process of its own hands out a role; profiles, a process, the container endpoint and
instance metadata lead to it. Its clock is put on, so that a session is over while signatures hold.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from bench.faults.target import Target, serving
from bench.moto_suite.__main__ import HERE

ACCOUNT, EXTERNAL, BUCKET = "123456789012", "a-shared-secret", "remit-ways"
SHIFT = 870
"""Seconds: twice so many are more than a session of 15 minutes, once is less than the 15 minutes
that signatures hold."""
_ROLE = "assumed-role/worker"
EXPECTED: Mapping[str, str] = {
    "multipart there and back": "same",
    "chunks over TLS": "same",
    "presigned": "200",
    "presigned, another key": "403",
    "wrong secret, sts": "SignatureDoesNotMatch",
    "wrong secret, dynamodb": "InvalidSignatureException",
    "wrong secret, s3": "SignatureDoesNotMatch",
    "wrong secret, ec2": "AuthFailure",
    "expired, sts": "ExpiredToken",
    "expired, dynamodb": "ExpiredTokenException",
    "expired, s3": "ExpiredToken",
    "role_arn of a profile": _ROLE,
    "credential_process": _ROLE,
    "container endpoint": _ROLE,
    "instance metadata": _ROLE,
}
# The SDK for JavaScript leaves the path of AWS_EC2_METADATA_SERVICE_ENDPOINT away.
_NONE = "CredentialsProviderError: Could not load credentials from any providers"
UNLIKE: Mapping[str, Mapping[str, str]] = {"javascript": {"instance metadata": _NONE}}
_PROGRAM = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))\n"


def compared(name: str, command: list[str]) -> int:
    """Go all ways with one client, and print what it saw; how many answers are not as expected."""
    with tempfile.TemporaryDirectory() as place, _prepared(Path(place)) as (asked, environment):
        done = subprocess.run(
            command, input=json.dumps(asked), env=environment, text=True, stdout=subprocess.PIPE,
            check=True,
        )  # fmt: skip
    heard = json.loads(done.stdout)
    wrong = 0
    print(f"\n{name}: ways")
    for way, expected in {**EXPECTED, **UNLIKE.get(name, {})}.items():
        fits = heard.get(way) == expected
        wrong += not fits
        mark = "" if fits else f"   <-- expected {expected}"
        print(f"  {way:40}{heard.get(way)}{mark}")
    return wrong


@contextmanager
def _prepared(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """What a client is asked, and the environment in which it runs."""
    token, both = folder / "token", folder / "both.pem"
    _certificate(both)
    flags = ("--role", "worker", "--token-file", str(token))
    with (
        serving(*flags, patience=60.0) as target,
        serving("--certificate", str(both), "--key", str(both), patience=60.0) as secured,
    ):
        here = f"http://127.0.0.1:{target.port}"
        there = f"https://127.0.0.1:{secured.port}"
        made = _made(target, here)
        boto3.client(
            "s3", endpoint_url=there, verify=str(both), **_keys(secured)
        ).create_bucket(Bucket=BUCKET)  # fmt: skip
        _profiles(folder, made["user"], target.port, token)
        asked = {
            "bucket": BUCKET, "piece": "0123456789abcdef", "pieces": 1 << 20,
            "tls": there, "bundle": str(both),
            "tls_keys": [secured.keys.access_key, secured.keys.secret_key, None],
            "expired": made["session"],
            "wrong": [made["user"][0], "wrong" * 8, None],
            "container": {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{here}/_remit/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": token.read_text(),
            },
            "instance": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{here}/_remit/imds"},
        }  # fmt: skip
        yield asked, _environment(folder, target, here, both)


def _environment(folder: Path, target: Target, here: str, both: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ENDPOINT_URL": here, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": target.keys.access_key,
        "AWS_SECRET_ACCESS_KEY": target.keys.secret_key,
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "NODE_EXTRA_CA_CERTS": str(both),
        "HOME": str(folder),  # the CLI keeps sessions there, which end with the server
        "PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}",
    }  # fmt: skip


def _keys(target: Target) -> dict[str, Any]:
    keys = target.keys
    return {
        "aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key,
        "region_name": "us-east-1",
    }  # fmt: skip


def _made(target: Target, here: str) -> dict[str, Any]:
    """A user who may take on the role with its external id, and a session of his that is over."""
    given: dict[str, Any] = {"endpoint_url": here, **_keys(target)}
    iam: Any = boto3.client("iam", **given)
    iam.create_user(UserName="worker")
    key = iam.create_access_key(UserName="worker")["AccessKey"]
    trust = {
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/worker"},
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL}},
    }  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=document)
    boto3.client("s3", **given).create_bucket(Bucket=BUCKET)
    mine = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    _wrong_by(target, -SHIFT)
    found = boto3.client("sts", **{**given, **mine}).assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/worker", RoleSessionName="over",
        ExternalId=EXTERNAL, DurationSeconds=900,
    )["Credentials"]  # fmt: skip
    _wrong_by(target, SHIFT)
    session = [found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]]
    return {"user": [key["AccessKeyId"], key["SecretAccessKey"]], "session": session}


def _wrong_by(target: Target, seconds: float) -> None:
    target.clock.write_text(str(seconds))
    target.process.send_signal(signal.SIGUSR1)


def _profiles(folder: Path, user: list[str], port: int, token: Path) -> None:
    """The files of `aws configure`."""
    program = folder / "ask.py"
    program.write_text(_PROGRAM)
    (folder / "credentials").write_text(
        f"[worker]\naws_access_key_id = {user[0]}\naws_secret_access_key = {user[1]}\n"
    )
    asking = f"credentials --role worker --port {port} --token-file {token}"
    (folder / "config").write_text(
        "[default]\ns3 =\n  signature_version = s3v4\n"
        f"[profile assuming]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/worker\n"
        f"source_profile = worker\nexternal_id = {EXTERNAL}\nregion = us-east-1\n"
        f"[profile worker]\nregion = us-east-1\n"
        f"[profile process]\ncredential_process = {sys.executable} {program} {asking}\n"
    )


def _certificate(place: Path) -> None:
    """A certificate for loopback, and its key, by the system's openssl."""
    out = [arg for name in ("-keyout", "-out") for arg in (name, str(place.with_name(name)))]
    subprocess.run(
        [  # noqa: S607  a tool of the system
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", *out,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    place.write_text("".join(place.with_name(one).read_text() for one in ("-keyout", "-out")))
