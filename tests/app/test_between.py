"""Deliveries as values: which of a service's names counts, what it tells of its source, roles.

Sources: facts/iam.md 3.5 (aws:SourceArn and its like), 4.2 (services bring no policies), 4.11.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from remit.account.applying import Own, attachable, policies_for
from remit.account.model import AccessKey, Account, Document, Organisation, Role
from remit.app.authenticate import of_key
from remit.app.between import Delivery, decide
from remit.app.permit import Asked
from remit.app.ports import NO_RESOURCE, Resource
from remit.app.sts import ports

HOME, QUEUE = "111122223333", "arn:aws:sqs:us-east-1:111122223333:q"
LOGS = ("logs.amazonaws.com", "logs.us-east-1.amazonaws.com")
SOURCE = "arn:aws:logs:us-east-1:111122223333:log-group:g:*"
ROLE = f"arn:aws:iam::{HOME}:role/r"


def document(*statements: dict[str, Any]) -> Document:
    return Document("own", json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def let(service: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": {"Service": service}, "Resource": QUEUE, **more}
    return {"Action": "sqs:SendMessage", **statement}


@dataclass
class World:
    """An account with a queue and perhaps a role: the states of both ports."""

    queue: Document | None = None
    own: Account = field(default_factory=lambda: Account(HOME))

    def account(self, account: str) -> Account:
        return self.own if account == HOME else Account(account)

    def key(self, access_key: str) -> AccessKey | None:
        return None

    def resource(self, arn: str, account: str) -> Resource:
        return Resource(HOME, self.queue) if arn == QUEUE else NO_RESOURCE

    # of app/sts

    def role(self, arn: str) -> ports.Role | None:
        found = self.own.role(arn)
        return None if found is None else ports.Role(found.arn, found.id, HOME, found.name)

    def policies(self, caller: Any, role: ports.Role | None) -> Any:
        found = None if role is None else self.own.role(role.arn)
        return policies_for(Own(), attachable(self.own, None if found is None else found.trust))


def means(world: Any) -> ports.Means:
    codes: Any = None  # no codes are asked for
    return ports.Means(world, codes, 1_700_000_000.0, lambda size: b"\1" * size, b"k" * 32)


ONE = Delivery(LOGS, HOME, "us-east-1", (Asked("sqs:SendMessage", QUEUE),), SOURCE)


def decided(world: World, delivery: Delivery = ONE) -> list[tuple[str, bool]]:
    return [(step.principal, step.allowed) for step in decide(delivery, world, means(world))]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([let(LOGS[0])], [(LOGS[0], True)]),
        ([let(LOGS[1])], [(LOGS[1], True)]),
        ([let("logs.eu-west-1.amazonaws.com")], [(LOGS[0], False)]),
        # What denies one name denies the service, whatever allows another.
        ([let(LOGS[0]), let(LOGS[1], "Deny")], [(LOGS[1], False)]),
        ([let(LOGS[1]), let(LOGS[0], "Deny")], [(LOGS[0], False)]),
        ([], [(LOGS[0], False)]),
    ],
)
def test_names_of_a_service(
    statements: list[dict[str, Any]], expected: list[tuple[str, bool]]
) -> None:
    assert decided(World(document(*statements) if statements else None)) == expected


@pytest.mark.parametrize(
    ("operator", "key", "value", "allowed"),
    [
        ("ArnLike", "aws:SourceArn", "arn:aws:logs:*:*:log-group:g:*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:logs:*:*:log-group:h:*", False),
        ("StringEquals", "aws:SourceAccount", HOME, True),
        ("StringEquals", "aws:SourceAccount", "444455556666", False),
        ("StringEquals", "aws:SourceOrgID", "o-1", True),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-1/r-1/*", True),
        ("Bool", "aws:PrincipalIsAWSService", "true", True),
        ("StringEquals", "aws:PrincipalServiceName", LOGS[0], True),
        ("ForAnyValue:StringEquals", "aws:PrincipalServiceNamesList", LOGS[1], True),
        ("Bool", "aws:ViaAWSService", "false", True),
        ("Bool", "aws:SecureTransport", "true", True),
        ("Null", "aws:SourceIp", "true", True),
        ("Null", "aws:PrincipalOrgID", "true", True),
        ("Null", "aws:CalledVia", "true", True),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
        ("DateEquals", "aws:CurrentTime", "2023-11-14T22:13:20Z", True),
    ],
)
def test_what_a_service_tells(operator: str, key: str, value: str, allowed: bool) -> None:
    home = Account(HOME, organisation=Organisation("o-1", "999999999999", "o-1/r-1/ou-1/"))
    world = World(document(let(LOGS[0], Condition={operator: {key: value}})), home)
    assert decided(world)[0][1] == allowed


def with_role(trusted: str, *statements: dict[str, Any]) -> World:
    trust = let(trusted) | {"Action": "sts:AssumeRole"}
    trust.pop("Resource")
    role = Role(ROLE, "r", "AROA1", document(trust), tuple(map(document, statements)))
    return World(own=Account(HOME, roles={"r": role}))


SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}
SESSION = f"arn:aws:sts::{HOME}:assumed-role/r/s"


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (with_role(LOGS[0], SEND), [(LOGS[0], True), (SESSION, True)]),
        (with_role(LOGS[1], SEND), [(LOGS[1], True), (SESSION, True)]),
        (with_role(LOGS[0]), [(LOGS[0], True), (SESSION, False)]),
        (with_role("lambda.amazonaws.com", SEND), [(LOGS[0], False)]),
        (World(), [(LOGS[0], False)]),  # no such role
    ],
)
def test_roles(world: World, expected: list[tuple[str, bool]]) -> None:
    assert decided(world, replace(ONE, role=ROLE, session="s")) == expected


def test_as_somebody() -> None:
    """With the caller's rights, and the keys of what is done for it."""
    root = of_key(Account(HOME), AccessKey("", "", HOME, None))
    via = {"Bool": {"aws:ViaAWSService": "false"}}
    direct_only = let("x", "Deny", Principal="*", Condition=via)
    others = let("x", "Deny", Principal="*", Condition={"Null": {"aws:CalledVia": "true"}})
    delivery = replace(ONE, caller=root, keys={"aws:CalledVia": ("cloudformation.amazonaws.com",)})
    assert decided(World(document(direct_only, others)), delivery) == [
        (f"arn:aws:iam::{HOME}:root", True)
    ]


def test_a_denial_says_why() -> None:
    (step,) = decide(ONE, World(document(let("sns.amazonaws.com"))), means(World()))
    assert step.why == (
        f"User: {LOGS[0]} is not authorized to perform: sqs:sendmessage on resource: {QUEUE}"
        " because no resource-based policy allows the sqs:sendmessage action"
    )
