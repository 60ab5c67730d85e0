"""What the state tells of names that a call leaves open: the one secret, key or user that fits.

What may live here: one table from the service in an ARN to what could be meant. Reading only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from remit.core.arn import Arn
from remit.core.text import Text
from remit.enforce.calls import Lookups
from remit.enforce.recognize import Recognized
from remit.server import kms_grants as grants
from remit.server.resources import backend_of, table_of


def partition_key(table: str) -> str | None:
    """The name of a DynamoDB table's partition key."""
    arn = Arn.parse(table)
    found = table_of(arn, arn.account) if arn is not None else None
    return None if found is None else str(found.hash_key_attr)


def complete(call: Recognized, text: Text, account: str) -> str | None:
    """The one ARN that fits a text with holes; None where none does, or several do."""
    if call.service == "kms" and call.operation == "RetireGrant":
        return grants.key_of(call.params)
    first = text.parts[0] if text.parts else ""
    head = first.split(":") if isinstance(first, str) else []
    service = head[2] if len(head) > 2 else ""
    region = head[3] if len(head) > 3 else ""
    known = _KNOWN.get(service)
    if known is None:
        return None
    found = {arn for arn in known(call, account, region) if _fits(text, arn)}
    return found.pop() if len(found) == 1 else None


def _fits(text: Text, arn: str) -> bool:
    """Whether the literal pieces of a text stand in an ARN in their order, the last at its end;
    a hole of known width stands for that many characters."""
    parts = text.parts
    place = 0
    for index, part in enumerate(parts):
        if not isinstance(part, str):
            if index == len(parts) - 1:
                rest = arn[place:]
                return bool(rest) and (part.width is None or len(rest) == part.width)
            continue
        if index == 0:
            if not arn.startswith(part):
                return False
            place = len(part)
        elif index == len(parts) - 1:
            return len(arn) - len(part) > place and arn.endswith(part)
        else:
            found = arn.find(part, place + 1)
            if found < 0:
                return False
            place = found + len(part)
    return place == len(arn)


def _secrets(call: Recognized, account: str, region: str) -> Iterable[str]:
    backend = backend_of("moto.secretsmanager.models", "secretsmanager_backends", account, region)
    return [one.arn for one in dict.values(backend.secrets)] if backend is not None else []


def _users_and_roles(call: Recognized, account: str, region: str) -> Iterable[str]:
    backend = backend_of("moto.iam.models", "iam_backends", account, "aws")
    if backend is None:
        return []
    holders = (*backend.users.values(), *backend.roles.values(), *backend.groups.values())
    return [one.arn for one in holders]


def _keys(call: Recognized, account: str, region: str) -> Iterable[str]:
    """The key that a ciphertext was made with, or that an alias stands for."""
    from moto.kms.utils import _deserialize_ciphertext_blob

    backend = backend_of("moto.kms.models", "kms_backends", account, region)
    if backend is None:
        return []
    alias = call.params.get("KeyId")
    if isinstance(alias, str) and "alias/" in alias:
        name = "alias/" + alias.partition("alias/")[2]
        return [key.arn for key in backend.keys.values() if name in key.aliases]
    blob = call.params.get("CiphertextBlob")
    if not isinstance(blob, str | bytes):
        return []
    try:
        from base64 import b64decode

        name = _deserialize_ciphertext_blob(b64decode(blob)).key_id
    except Exception:
        return []
    key = backend.keys.get(name)
    return [key.arn] if key is not None else []


_KNOWN: Mapping[str, Callable[[Recognized, str, str], Iterable[str]]] = {
    "iam": _users_and_roles,
    "kms": _keys,
    "secretsmanager": _secrets,
}


LOOKUPS = Lookups(complete, partition_key)
"""As recognized calls ask for them."""
