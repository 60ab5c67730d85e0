"""Principals of another account than the server's own, made in moto's state."""

from __future__ import annotations

import itertools
from typing import Any

from tests.server.live import Keys, Live, document

OTHER = "444455556666"
THIRD = "777788889999"
_NUMBERS = itertools.count(1)


def _iam(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account]["aws"]


def user_of(live: Live, account: str, *statements: dict[str, Any]) -> tuple[str, Keys]:
    """A new user of another account; its ARN and keys."""
    name, iam = f"visitor-{next(_NUMBERS)}", _iam(account)
    made = iam.create_user("us-east-1", name, "/", [])
    if statements:
        iam.put_user_policy(name, "own", document(*statements))
    key = iam.create_access_key(name)
    live.built.state.forget()
    return made.arn, Keys(key.access_key_id, key.secret_access_key)


def session_of(live: Live, account: str, *statements: dict[str, Any]) -> tuple[str, Keys]:
    """A session of a new role of another account; the role's ARN and the session's keys."""
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    visitor, keys = user_of(live, account, assume)
    name, iam = f"role-of-{next(_NUMBERS)}", _iam(account)
    trust = {"Effect": "Allow", "Principal": {"AWS": visitor}, "Action": "sts:AssumeRole"}
    made = iam.create_role(name, document(trust), "/", None, "", [], 3600)
    if statements:
        iam.put_role_policy(name, "own", document(*statements))
    live.built.state.forget()
    answer = live.client("sts", keys).assume_role(RoleArn=made.arn, RoleSessionName="work")
    found = answer["Credentials"]
    arn = str(made.arn)
    return arn, Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
