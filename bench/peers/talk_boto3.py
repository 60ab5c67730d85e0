"""The conversation of bench/sdks.py through boto3: JSON on standard input and output."""

import json
import re
import sys

import boto3
from botocore import model
from botocore.config import Config
from botocore.exceptions import ClientError

# Where a service speaks several protocols: CBOR, as the SDKs for Java and Go do of themselves.
model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (
    "smithy-rpc-v2-cbor",
    *model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS,
)
CONFIG = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})


def client(service, keys):
    return boto3.client(service, config=CONFIG, **keys)


def told(service, operation, params, keys):
    made = client(service, keys)
    name = next(n for n, o in made.meta.method_to_api_mapping.items() if o == operation)
    try:
        return getattr(made, name)(**params), {"code": None, "class": None}
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return None, {"code": code, "class": re.sub(r"^.*\.", "", type(error).__name__)}


def credentials(found):
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found.get("SessionToken"),
    }


def main():
    asked = json.load(sys.stdin)
    lines = [told(*one, {})[1] for one in asked["made"]]
    key, _ = told("iam", "CreateAccessKey", {"UserName": asked["user"]}, {})
    keys = credentials(key["AccessKey"])
    for params in asked["assume"]:
        answer, line = told("sts", "AssumeRole", params, keys)
        lines.append(line)
    keys = credentials(answer["Credentials"])
    lines += [told(*one, keys)[1] for one in asked["calls"]]
    json.dump({"version": boto3.__version__, "lines": lines}, sys.stdout)


main()
