"""The live state with more policies: of log groups, streams and event buses.

A log group has no policy of its own; those of its account and region name the groups that they are
for (CloudWatch Logs API Reference, PutResourcePolicy).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from remit.account.model import AccessKey, Account, Document
from remit.app.ports import NO_RESOURCE, Resource
from remit.core.arn import Arn
from remit.server.state import MotoState


@dataclass(frozen=True, slots=True)
class Receivers:
    """The port `State`, where deliveries are decided."""

    state: MotoState

    def account(self, account: str) -> Account:
        """The identities of an account."""
        return self.state.account(account)

    def key(self, access_key: str) -> AccessKey | None:
        """A long-term key."""
        return self.state.key(access_key)

    def resource(self, arn: str, account: str) -> Resource:
        """What is under an ARN."""
        parsed = Arn.parse(arn)
        texts = _POLICIES.get(parsed.service) if parsed is not None else None
        if parsed is None or texts is None:
            return self.state.resource(arn, account)
        owner = parsed.account or account
        return Resource(owner, _joined(parsed, texts(parsed, owner))) if owner else NO_RESOURCE


def _joined(arn: Arn, texts: Iterable[str]) -> Document | None:
    """Several policies are one with all their statements. One that cannot be read says nothing."""
    statements: list[Any] = []
    for text in texts:
        try:
            held = json.loads(text).get("Statement", [])
        except (ValueError, AttributeError):
            continue
        statements += held if isinstance(held, list) else [held]
    if not statements:
        return None
    whole = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return Document(f"policy of {arn.service} {arn.resource}", whole)


def _logs(arn: Arn, account: str) -> Iterable[str]:
    from moto.logs.models import logs_backends

    held = logs_backends[account][arn.region].resource_policies.values()
    return [str(one.policy_document) for one in held]


def _kinesis(arn: Arn, account: str) -> Iterable[str]:
    from moto.kinesis.models import kinesis_backends

    held = kinesis_backends[account][arn.region].resource_policies.get(str(arn))
    return [] if held is None else [held]


def _events(arn: Arn, account: str) -> Iterable[str]:
    from moto.events.models import events_backends

    name = arn.resource.removeprefix("event-bus/")
    bus = events_backends[account][arn.region].event_buses.get(name)
    return [] if bus is None or bus.policy is None else [bus.policy]


_POLICIES: Mapping[str, Callable[[Arn, str], Iterable[str]]] = {
    "events": _events,
    "kinesis": _kinesis,
    "logs": _logs,
}
