"""The ways of bench/ways.py through boto3: JSON on standard input and output."""

import io
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ASKED = json.load(sys.stdin)
CALLS = {
    "sts": "get_caller_identity",
    "dynamodb": "list_tables",
    "s3": "list_buckets",
    "ec2": "describe_vpcs",
}
CONFIG = Config(
    retries={"max_attempts": 0}, s3={"addressing_style": "path"}, signature_version=None
)


def session(**keys):
    return boto3.Session(**keys)


def client(service, keys, **more):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, **more)
    return boto3.client(service, config=config, **keys)


def keys(found):
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    return dict(zip(names, found, strict=True))


def who(**more):
    for name, value in more.pop("environment", {}).items():
        os.environ[name] = value
    return (
        session(**more).client("sts").get_caller_identity()["Arn"].split(":")[5].rpartition("/")[0]
    )


def code(service, found):
    try:
        getattr(client(service, keys(found)), CALLS[service])()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "answered"


def fetched(url):
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server's
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)


def presigned(key):
    s3 = client("s3", {}, signature_version="s3v4")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": ASKED["bucket"], "Key": key})
    return fetched(url), fetched(url.replace(key, key + "-other"))


def copied(key, endpoint=None, bundle=None):
    s3 = client(
        "s3",
        {"endpoint_url": endpoint, "verify": bundle, **keys(ASKED["tls_keys"])} if endpoint else {},
    )
    data = ASKED["piece"].encode() * ASKED["pieces"]
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(data), ASKED["bucket"], key, Config=parts)
    found = io.BytesIO()
    s3.download_fileobj(ASKED["bucket"], key, found)
    return "same" if found.getvalue() == data else "other"


def main():
    got = {}
    got["multipart there and back"] = copied("large")
    got["chunks over TLS"] = copied("chunked", ASKED["tls"], ASKED["bundle"])
    got["presigned"], got["presigned, another key"] = presigned("large")
    for service in CALLS:
        got[f"wrong secret, {service}"] = code(service, ASKED["wrong"])
    for service in ("sts", "dynamodb", "s3"):
        got[f"expired, {service}"] = code(service, ASKED["expired"])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name)
    got["role_arn of a profile"] = who(profile_name="assuming")
    got["credential_process"] = who(profile_name="process")
    got["container endpoint"] = who(environment=ASKED["container"])
    for name in ASKED["container"]:
        os.environ.pop(name)
    got["instance metadata"] = who(environment=ASKED["instance"])
    json.dump(got, sys.stdout)


main()
