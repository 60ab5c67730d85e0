"""Grants of KMS keys as moto holds them, and what it does not: who made one.

A grant counts at once, with its token and without: the delay that AWS has is not played.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from remit.app.access.model import KmsAccess, KmsGrant, Pairs
from remit.core.http import HttpAnswer
from remit.enforce.recognize import Recognized

_ISSUER = "remit_issuer"


def of_key(key: Any, owner: str) -> KmsAccess | None:
    """The grants of a key; None where it has none."""
    held = list(key.grants.values())
    return KmsAccess(owner, tuple(_grant(one, owner) for one in held)) if held else None


def _grant(held: Any, owner: str) -> KmsGrant:
    constraints = held.constraints if isinstance(held.constraints, dict) else {}
    operations = held.operations if isinstance(held.operations, list) else []
    return KmsGrant(
        str(held.id),
        str(held.token),
        str(held.grantee_principal or ""),
        tuple(map(str, operations)),
        str(getattr(held, _ISSUER, owner)),
        str(held.retiring_principal or ""),
        _pairs(constraints.get("EncryptionContextEquals")),
        _pairs(constraints.get("EncryptionContextSubset")),
    )


def _pairs(context: Any) -> Pairs:
    if not isinstance(context, dict):
        return ()
    return tuple((str(key), str(value)) for key, value in sorted(context.items()))


def key_of(params: Mapping[str, Any]) -> str | None:
    """The key of the grant that has a token, in whatever account; None where there is none."""
    token = params.get("GrantToken")
    for key in _keys() if token else ():
        if any(one.token == token for one in list(key.grants.values())):
            return str(key.arn)
    return None


def _keys() -> list[Any]:
    from moto.kms.models import kms_backends

    return [
        key
        for regions in list(dict.values(kms_backends))
        for backend in list(dict.values(regions))
        for key in list(dict.values(backend.keys))
    ]


def create(call: Recognized, account: str, forward: Callable[[], HttpAnswer]) -> HttpAnswer:
    """CreateGrant: remember the account whose principal asked for it."""
    answer = forward()
    if answer.status != 200 or not account.isdigit():
        return answer
    made = json.loads(answer.body).get("GrantId")
    for key in _keys():
        if made in key.grants:
            setattr(key.grants[made], _ISSUER, account)
    return answer
