"""The ways of bench/ways.py through the AWS CLI: JSON on standard input and output."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

AWS = sys.argv[1]
ASKED = json.load(sys.stdin)
CALLS = {
    "sts": ("sts", "get-caller-identity"),
    "dynamodb": ("dynamodb", "list-tables"),
    "s3": ("s3api", "list-buckets"),
    "ec2": ("ec2", "describe-vpcs"),
}
ERROR = re.compile(r"An error occurred \((\S+)\) when calling")
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def aws(*arguments, without=(), **environment):
    found = {name: value for name, value in os.environ.items() if name not in without} | environment
    return subprocess.run([AWS, *arguments], env=found, capture_output=True, text=True, check=False)


def who(*arguments, **environment):
    done = aws(
        "sts", "get-caller-identity", "--output", "json", *arguments, without=KEYS, **environment
    )
    if done.returncode:
        return done.stderr.strip()[-200:]
    return json.loads(done.stdout)["Arn"].split(":")[5].rpartition("/")[0]


def code(service, found):
    given = {name: value for name, value in zip(KEYS, found, strict=True) if value}
    done = aws(*CALLS[service], without=KEYS, AWS_MAX_ATTEMPTS="1", **given)
    error = ERROR.search(done.stderr)
    return error.group(1) if error else f"exit {done.returncode}"


def fetched(url):
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server's
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)


def copied(folder, key, **environment):
    there, back = Path(folder, "there"), Path(folder, "back")
    there.write_bytes(ASKED["piece"].encode() * ASKED["pieces"])
    where = f"s3://{ASKED['bucket']}/{key}"
    for one in (
        aws("s3", "cp", str(there), where, **environment),
        aws("s3", "cp", where, str(back), **environment),
    ):
        if one.returncode:
            return one.stderr.strip()[-200:]
    return "same" if back.read_bytes() == there.read_bytes() else "other"


def main():
    got = {}
    with tempfile.TemporaryDirectory() as folder:
        got["multipart there and back"] = copied(folder, "large")
        got["chunks over TLS"] = copied(
            folder,
            "chunked",
            AWS_ENDPOINT_URL=ASKED["tls"],
            AWS_CA_BUNDLE=ASKED["bundle"],
            AWS_ACCESS_KEY_ID=ASKED["tls_keys"][0],
            AWS_SECRET_ACCESS_KEY=ASKED["tls_keys"][1],
        )
    url = aws("s3", "presign", f"s3://{ASKED['bucket']}/large").stdout.strip()
    got["presigned"], got["presigned, another key"] = (
        fetched(url),
        fetched(url.replace("large", "large-other")),
    )
    for service in CALLS:
        got[f"wrong secret, {service}"] = code(service, ASKED["wrong"])
    for service in ("sts", "dynamodb", "s3"):
        got[f"expired, {service}"] = code(service, ASKED["expired"])
    got["role_arn of a profile"] = who("--profile", "assuming")
    got["credential_process"] = who("--profile", "process")
    got["container endpoint"] = who(**ASKED["container"])
    got["instance metadata"] = who(**ASKED["instance"])
    json.dump(got, sys.stdout)


main()
