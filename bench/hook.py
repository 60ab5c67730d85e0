"""`python -m bench.hook`: what judging adds to a call of boto3, in microseconds.

The call goes to a client whose answer is made up in `before-call`, so that nothing but botocore and
remit is measured. The median of single calls, with and without remit by turns.
"""

from __future__ import annotations

import os
import time
from statistics import median
from types import SimpleNamespace
from typing import Any

from remit.testing import enforce

CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "1"}}}),
    ("s3", "put_object", {"Bucket": "data", "Key": "k", "Body": b"x"}),
    (
        "sqs",
        "send_message",
        {
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/q",
            "MessageBody": "x",
        },
    ),
)
_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_ROUNDS = 400


def main() -> int:
    """Measure and print a row for each service."""
    import boto3

    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    role = enforce(policies=[_ALL], principal="arn:aws:iam::111122223333:role/app")
    print(f"{'microseconds a call':24}{'plain':>8}{'judged':>8}{'added':>8}")
    for service, method, params in CALLS:
        client: Any = boto3.client(service, region_name="eu-west-1")  # type: ignore[call-overload]
        client.meta.events.register("before-call", _answer)
        call = getattr(client, method)
        plain, judged = list[float](), list[float]()
        for _ in range(_ROUNDS):
            plain.append(_time(call, params))
            with role:
                judged.append(_time(call, params))
        before, after = (median(times[20:]) * 1e6 for times in (plain, judged))
        print(f"{service + '.' + method:24}{before:>8.0f}{after:>8.0f}{after - before:>8.0f}")
    return 0


def _answer(**_: object) -> tuple[SimpleNamespace, dict[str, object]]:
    return SimpleNamespace(status_code=200), {}


def _time(call: Any, params: dict[str, Any]) -> float:
    began = time.perf_counter()
    call(**params)
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
