"""How clients are made: with whose keys, for which region, to which endpoint."""

from __future__ import annotations

import re

from remit.core.text import Hole, HoleKind
from remit.scan.javascript.aws.charge import expanded, param
from remit.scan.javascript.aws.objects import Client, Keys
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import reason
from remit.scan.javascript.values import NOTHING, Obj, Value, nothing
from remit.scan.sdk.endpoint import Place, place
from remit.scan.sdk.known import REGION
from remit.scan.sdk.objects import Connection, Response, Where
from remit.scan.sdk.session import ASSUMED_ROLE, EXPLICIT_KEYS
from remit.scan.values import Absent, Blank

ROLE_KEY = Hole(HoleKind.DATA, "the role's key")
"""The keys that Lambda itself puts into the environment."""

_LAMBDA_KEY = re.compile(r"\bAWS_(ACCESS_KEY_ID|ACCESS_KEY)\b")
# The operations that hand out another role's keys. Source: STS API Reference, "Actions".
_ROLE_KEYS = frozenset(
    ["AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "GetFederationToken"]
)


def connections(m: Machine, service: str, config: Value, version: int) -> list[Connection]:
    """The connections that a client with this configuration may have."""
    shared = m.defaults if version == 2 else Obj()
    return [_connection(service, one, shared) for one in expanded(config)] or [Connection(service)]


def _connection(service: str, config: Value, shared: Obj) -> Connection:
    given = {**shared.slots, **(config.slots if isinstance(config, Obj) else {})}
    doubt = None
    unclear = config if not isinstance(config, Obj) else config.rest
    if unclear is not NOTHING and not nothing(unclear):
        doubt = reason(unclear, otherwise="the settings of a client")
    endpoint = _where(given.get("endpoint"))
    whose = place(endpoint, service)
    foreign = whose.value if whose in (Place.LOCAL, Place.ELSEWHERE) else _foreign(given)
    return Connection(service, _where(given.get("region")), foreign, endpoint, doubt)


def _where(value: Value) -> Where:
    """A region or an endpoint; what is not there, and the deployment's own, count as none."""
    if isinstance(value, (Absent, Blank)):
        return None
    found = param(value)
    if found in (None, "", REGION):
        return None
    return (
        found
        if isinstance(found, str) or hasattr(found, "name") or hasattr(found, "parts")
        # type: ignore[return-value]  # a text or a hole
        else (Hole(HoleKind.CODE, "a value that is no string"))
    )


def _foreign(given: dict[str, Value]) -> str | None:
    """Why the keys are not the role's own; None when they are, or when none are given."""
    keys = given.get("credentials")
    if isinstance(keys, Keys):
        return keys.foreign
    held = keys.slots if isinstance(keys, Obj) else given
    if isinstance(keys, Response):
        return _of_response(keys)
    if isinstance(keys, Obj) or not nothing(held.get("accessKeyId")):
        return whose_key(held.get("accessKeyId"), held.get("sessionToken"))
    if nothing(keys):
        return None
    return None if isinstance(keys, Absent) else EXPLICIT_KEYS


def whose_key(key: Value, token: Value) -> str | None:
    """Whose an access key is: the role's own comes with a session token from the environment."""
    if nothing(key):
        return None
    if isinstance(key, Response):
        return _of_response(key)
    own = key == ROLE_KEY or (isinstance(key, Hole) and bool(_LAMBDA_KEY.search(key.name)))
    return None if own and not nothing(token) else EXPLICIT_KEYS


def _of_response(key: Response) -> str:
    sts = key.connection.service == "sts" and key.operation in _ROLE_KEYS
    return ASSUMED_ROLE if sts else EXPLICIT_KEYS


def clients(
    m: Machine, service: str, config: Value, version: int, *, document: bool = False
) -> list[Value]:
    """The clients that a constructor may make."""
    bound = config.slots.get("params") if isinstance(config, Obj) else None
    return [
        Client(connection, version, document, bound)
        for connection in connections(m, service, config, version)
    ]
