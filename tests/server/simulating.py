"""Calls of the Simulate APIs through boto3, and the policies in them."""

from __future__ import annotations

from typing import Any

from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, document

FAR = "444455556666"
ANN = f"{HEAD}user/ann"
KEY = "arn:aws:s3:::b/k"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
FAR_QUEUE = f"arn:aws:sqs:us-east-1:{FAR}:q"
GET = document(allow("s3:GetObject", resource="arn:aws:s3:::b/*"))
SEND = document(allow("sqs:SendMessage"))
NOTHING = document(allow("ec2:DescribeInstances"))


def when(operator: str, key: str, *values: str, effect: str = "Allow") -> dict[str, Any]:
    statement = allow("s3:GetObject", Condition={operator: {key: list(values)}})
    return {**statement, "Effect": effect}


def entry(key: str, *values: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": list(values), "ContextKeyType": kind}


def unchecked(live: Live, keys: Keys | None = None) -> Any:
    """A client that does not look at parameters before it sends them; one for a server."""
    known = live.url, keys
    if known not in _CLIENTS:
        _CLIENTS[known] = live.client("iam", keys, parameter_validation=False)
    return _CLIENTS[known]


_CLIENTS: dict[tuple[str, Keys | None], Any] = {}


def custom(live: Live, **params: Any) -> dict[str, Any]:
    """The one result of a call."""
    asked = {"PolicyInputList": [], "ActionNames": ["s3:GetObject"], **params}
    [found] = unchecked(live).simulate_custom_policy(**asked)["EvaluationResults"]
    return dict(found)


def shared(principal: Any, *, effect: str = "Allow", resource: str = QUEUE) -> str:
    statement = {**allow("sqs:SendMessage", resource=resource), "Principal": principal}
    return document({**statement, "Effect": effect})


def sent(**more: Any) -> dict[str, Any]:
    """Somebody sends a message to a queue of the account."""
    return {"ActionNames": ["sqs:SendMessage"], "ResourceArns": [QUEUE], "CallerArn": ANN, **more}


A, E, I = "allowed", "explicitDeny", "implicitDeny"  # noqa: E741  the three decisions, as a table
