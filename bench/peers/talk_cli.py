"""The conversation of bench/sdks.py through the AWS CLI: JSON on standard input and output."""

import json
import os
import re
import subprocess
import sys

AWS = sys.argv[1]
# As the CLI words an error; the class is the exit status.
ERROR = re.compile(r"An error occurred \((\S+)\) when calling")


def told(service, operation, params, keys):
    group = {"s3": "s3api"}.get(service, service)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", operation).lower()
    command = [AWS, group, name, "--cli-input-json", json.dumps(params), "--output", "json"]
    if service == "sqs":
        # Version 1 of the CLI sets an address of its own for SQS, whatever AWS_ENDPOINT_URL says.
        command += ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
    done = subprocess.run(
        command, env=os.environ | keys, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return json.loads(done.stdout or "{}"), {"code": None, "class": None}
    found = ERROR.search(done.stderr)
    code = found.group(1) if found else done.stderr.strip()[-200:]
    return None, {"code": code, "class": f"exit {done.returncode}"}


def credentials(found):
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        **({"AWS_SESSION_TOKEN": found["SessionToken"]} if "SessionToken" in found else {}),
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
    done = subprocess.run([AWS, "--version"], capture_output=True, text=True, check=True)
    json.dump({"version": done.stdout.strip(), "lines": lines}, sys.stdout)


main()
