"""Grants of a KMS key as policies: what a grant allows is said by a statement for its grantee.

Sources: KMS Developer Guide, grants, create-grant-overview (constraints; what a grant that came
from a grant may allow), grant-delete (who retires one), policy-evaluation ("a grant or IAM policy
in your account"); KMS API Reference, GrantConstraints; facts/iam.md 4.7 and 4.12.

A grant only allows. For a principal of the key's account its statement counts with the key policy.
For one of another account the identity side must allow as well, and there the grant counts too if
that account made it ("a grant or IAM policy in your account"). That a grant made by the key's
account does not is unconfirmed: foreign-grant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from remit.account.model import Document
from remit.app.access.model import KmsAccess, KmsGrant, Sources, Who
from remit.core.arn import Arn

RETIRE = "RetireGrant"
_PREFIX = "kms:"
# The operations to which constraints apply: those that take an encryption context. For CreateGrant
# they apply to the constraints of the grant that is to be made.
_CONSTRAINED = frozenset(
    {
        "CreateGrant",
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    }
)
_NOT_BY_KEY_POLICY = "a key policy does not grant `kms:RetireGrant`"
Statement = dict[str, Any]


def sources(access: KmsAccess, action: str, about: str, caller: Who) -> Sources:
    """What a key's grants have to do with `action`, asked by `caller`. `about` is the id or token
    of the grant that a request is about."""
    operation = action.removeprefix(_PREFIX)
    if operation == RETIRE:
        return _retiring(access, about, caller)
    mine = [
        grant
        for grant in access.grants
        if operation in grant.operations and _may_name(grant.grantee, caller)
    ]
    own = tuple(
        identity_document(grant, operation)
        for grant in mine
        if caller.account not in {access.owner, ""}
        and grant.issuer == caller.account
        and _names(grant.grantee, caller)
    )
    return Sources(tuple(resource_document(grant, operation) for grant in mine), own)


def _retiring(access: KmsAccess, about: str, caller: Who) -> Sources:
    """Who may retire a grant is told by that grant. The accounts of the key and of whoever made the
    grant can let their own principals do it; whom the grant names needs no such permission."""
    grant = next((one for one in access.grants if about and about in (one.id, one.token)), None)
    accounts, named = [access.owner], list[str]()
    if grant is not None:
        accounts.append(grant.issuer)
        named = [grant.retiring] if grant.retiring else []
        named += [grant.grantee] if RETIRE in grant.operations else []
    roots = tuple(dict.fromkeys(f"arn:aws:iam::{account}:root" for account in accounts if account))
    label = f"grant {grant.id}" if grant is not None else "grants of the key"
    beside = _retire_document(label, (*roots, *named))
    own = _retire_document(label, None)
    foreign = caller.account != access.owner and any(_names(one, caller) for one in named)
    return Sources((beside,), (own,) if foreign else (), _NOT_BY_KEY_POLICY)


# --- as policies --------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def resource_document(grant: KmsGrant, operation: str) -> Document:
    """What a grant says, as the policy of its key."""
    principals = _principals((grant.grantee,))
    statement = _statement(grant, operation) if principals else None
    return _document(
        f"grant {grant.id}", None if statement is None else {**statement, "Principal": principals}
    )


@lru_cache(maxsize=1024)
def identity_document(grant: KmsGrant, operation: str) -> Document:
    """What a grant says, as a policy of its grantee."""
    return _document(f"grant {grant.id}", _statement(grant, operation))


@lru_cache(maxsize=1024)
def _retire_document(name: str, principals: tuple[str, ...] | None) -> Document:
    statement: Statement = {"Effect": "Allow", "Action": _PREFIX + RETIRE, "Resource": "*"}
    if principals is not None:
        statement["Principal"] = _principals(principals)
    return _document(name, statement)


def _statement(grant: KmsGrant, operation: str) -> Statement | None:
    """None where the constraints contradict each other, so that no request meets them."""
    conditions: dict[str, dict[str, Any]] = {}
    if operation in _CONSTRAINED:
        pairs = _pairs(grant)
        if pairs is None:
            return None
        _constrain(conditions, pairs, grant)
    if operation == "CreateGrant":
        _no_wider(conditions, grant)
    statement: Statement = {"Effect": "Allow", "Action": _PREFIX + operation, "Resource": "*"}
    return statement | ({"Condition": conditions} if conditions else {})


def _pairs(grant: KmsGrant) -> Mapping[str, str] | None:
    """What both constraints demand. Names of pairs are compared in any letter case, values as they
    are (GrantConstraints). Context keys know no letter case, so a request has each name once
    (unconfirmed: grant-pairs)."""
    found: dict[str, str] = {}
    for key, value in (*grant.equals, *grant.subset):
        if found.setdefault(key.lower(), value) != value:
            return None
    return found


def _constrain(
    conditions: dict[str, dict[str, Any]], pairs: Mapping[str, str], grant: KmsGrant
) -> None:
    """The request's encryption context has the pairs, and with `EncryptionContextEquals` no
    others."""
    if pairs:
        wanted = {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}
        conditions["StringEquals"] = wanted
    if grant.equals:
        every = [key for key, _ in grant.equals]
        conditions["ForAllValues:StringEqualsIgnoreCase"] = {"kms:EncryptionContextKeys": every}


def _no_wider(conditions: dict[str, dict[str, Any]], grant: KmsGrant) -> None:
    """A grant that is made by right of a grant allows no more operations, and its constraints are
    as strict."""
    conditions["ForAllValues:StringEquals"] = {"kms:GrantOperations": list(grant.operations)}
    conditions["Null"] = {"kms:GrantOperations": "false"}
    if grant.equals:
        exact = {"kms:GrantConstraintType": "EncryptionContextEquals"}
        conditions["StringEqualsIgnoreCase"] = exact


def _document(name: str, statement: Statement | None) -> Document:
    # Of this version `${` is text: what stands in a grant is not a policy's variable.
    found = {"Version": "2008-10-17", "Statement": [statement] if statement else []}
    return Document(name, json.dumps(found, separators=(",", ":")))


# --- who is named -------------------------------------------------------------------------------


def _principals(named: tuple[str, ...]) -> Mapping[str, list[str]]:
    """A `Principal` for these. What names nobody in particular names nobody."""
    services = [one for one in named if one.endswith(".amazonaws.com") and ":" not in one]
    arns = [one for one in named if _is_principal(one)]
    found = {"AWS": arns, "Service": services}
    return {kind: values for kind, values in found.items() if values}


def _is_principal(text: str) -> bool:
    arn = Arn.parse(text)
    return (
        arn is not None
        and arn.service in {"iam", "sts"}
        and arn.account.isdigit()
        and not {"*", "?"} & set(text)
    )


def _may_name(named: str, caller: Who) -> bool:
    """Whether it could be the caller: most grants of a key are for others."""
    return f":{caller.account}:" in named or not named.startswith("arn:")


def _names(named: str, caller: Who) -> bool:
    """Whether an ARN is the caller's own: its user, role or session, not its account."""
    return bool(named) and named in (caller.principal, caller.identity)
