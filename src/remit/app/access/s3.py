"""How access control lists, owners of objects and Block Public Access decide.

Sources: S3 User Guide, how-s3-evaluates-access-control, access-control-auth-workflow-
bucket-operation and ...-object-operation (user, bucket and object context), acl-overview,
about-object-ownership, access-control-block-public-access; facts/iam.md 4.12.

A list is read as a policy: an account in it is that account's root, which hands the question to the
account's own policies; everybody is `*`. An object of another account than the bucket's is decided
by that account: of the bucket's policy only the Denies count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from remit.account.applying import parsed
from remit.account.model import Document
from remit.app.access.acl import (
    ALL_USERS,
    AUTHENTICATED,
    FULL,
    ON_BUCKET,
    ON_OBJECT,
    WRITE,
    effective,
)
from remit.app.access.model import Acl, S3Access, Sources
from remit.engine.services.s3 import is_public

# What is the object owner's to allow. The rest of what is done to an object (writing and deleting
# it, its tags, locks, restoring) is the bucket owner's.
_OBJECT_OWNERS = frozenset(action for actions in ON_OBJECT.values() for action in actions) | {
    "s3:GetObjectAttributes",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionTorrent",
}
_FOREIGN = "the object belongs to another account than the bucket: no Allow of its policy counts"
_ANYBODY = {"AWS": "*"}
# Whoever has an account: anonymous callers and services have none.
_WITH_ACCOUNT = {
    "StringNotEquals": {"aws:PrincipalAccount": "anonymous"},
    "Null": {"aws:PrincipalAccount": "false"},
}
Statement = dict[str, Any]


def sources(
    policy: Document | None, access: S3Access, action: str, version: str, caller: str
) -> Sources:
    """What decides `action` beside the bucket's policy, asked by somebody of account `caller`.
    `version` is that of the object, empty for the newest."""
    beside = list[Document]()
    if access.block.restrict and is_public_document(policy):
        beside.append(_restricted(access.owner))
    if access.enforced:
        return Sources(tuple(beside))
    ignored = access.block.ignore_acls
    bucket = effective(access.bucket, ignore_public=ignored)
    if not access.in_bucket:
        return Sources((*beside, *_on_bucket(bucket)))
    beside += _writable(bucket, access, action)
    held = access.version(version)
    if held is None:
        return Sources(tuple(beside))
    found = effective(held, ignore_public=ignored)
    beside += _on_object(found)
    if found.owner == access.owner:
        return Sources(tuple(beside))
    if action in _OBJECT_OWNERS:
        return Sources(tuple(beside), denies_only=_FOREIGN, owner=found.owner)
    # unconfirmed: foreign-object
    stranger = caller not in {access.owner, found.owner}
    return Sources(tuple(beside), denies_only=_FOREIGN if stranger else "")


@lru_cache(maxsize=1024)
def is_public_document(policy: Document | None) -> bool:
    """Whether the policy of a bucket is public; none is not."""
    return policy is not None and is_public(parsed(policy))


# --- lists as policies --------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _on_bucket(acl: Acl) -> tuple[Document, ...]:
    return _listed("bucket ACL", acl, ON_BUCKET)


@lru_cache(maxsize=4096)
def _on_object(acl: Acl) -> tuple[Document, ...]:
    return _listed("object ACL", acl, ON_OBJECT)


def _listed(name: str, acl: Acl, table: Mapping[str, tuple[str, ...]]) -> tuple[Document, ...]:
    """A list as a policy; none where it says nothing."""
    statements = list[Statement]()
    for grant in acl.grants:
        allowed = [a for permission in _each(grant.permission) for a in table.get(permission, ())]
        statements += _allow(grant.grantee, allowed)
    return _document(name, statements)


def _each(permission: str) -> Iterable[str]:
    return ON_BUCKET if permission == FULL else (permission,)


def _writable(bucket: Acl, access: S3Access, action: str) -> tuple[Document, ...]:
    """WRITE on a bucket makes new objects. Of those that are there it overwrites and deletes only
    what is the grantee's own, as object or as bucket (acl-overview, "What permissions can I
    grant?")."""
    if action not in {"s3:PutObject", "s3:DeleteObject"}:
        return ()
    there = access.object
    if there is None:
        # Deleting what is not there leaves a marker. unconfirmed: write-marker
        holders = None if action == "s3:PutObject" else frozenset[str]()
    else:
        holders = frozenset({there.owner, access.owner})
    return _written(bucket, action, holders)


@lru_cache(maxsize=4096)
def _written(bucket: Acl, action: str, holders: frozenset[str] | None) -> tuple[Document, ...]:
    """`holders` are the accounts whom WRITE helps; None: all."""
    statements = list[Statement]()
    for grant in bucket.grants:
        if grant.permission not in {WRITE, FULL}:
            continue
        if holders is None or grant.grantee in holders:
            statements += _allow(grant.grantee, [action])
        elif grant.grantee in {ALL_USERS, AUTHENTICATED}:
            for holder in sorted(holders):
                statements += _allow(holder, [action])
    return _document("bucket ACL", statements)


def _allow(grantee: str, actions: list[str]) -> list[Statement]:
    """What a line says. A group whose members do not call here (log delivery), somebody without a
    signature as an account, and an id that is nobody's get nothing."""
    if not actions:
        return []
    statement: Statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    if grantee == ALL_USERS:
        return [statement | {"Principal": _ANYBODY}]
    if grantee == AUTHENTICATED:
        return [statement | {"Principal": _ANYBODY, "Condition": _WITH_ACCOUNT}]
    if grantee.isdigit():
        return [statement | {"Principal": {"AWS": f"arn:aws:iam::{grantee}:root"}}]
    return []


@lru_cache(maxsize=256)
def _restricted(owner: str) -> Document:
    """RestrictPublicBuckets: a public policy lets in AWS's services and the owner's account only;
    told as a Deny of a resource-based policy (facts 6.1)."""
    others = {
        "StringNotEqualsIfExists": {
            "aws:PrincipalAccount": owner,
            "aws:PrincipalIsAWSService": "true",
        }
    }
    statement = {
        "Effect": "Deny",
        "Principal": _ANYBODY,
        "Action": "s3:*",
        "Resource": "*",
        "Condition": others,
    }
    return _document("RestrictPublicBuckets", [statement])[0]


def _document(name: str, statements: list[Statement]) -> tuple[Document, ...]:
    if not statements:
        return ()
    text = json.dumps({"Version": "2008-10-17", "Statement": statements}, separators=(",", ":"))
    return (Document(name, text),)
