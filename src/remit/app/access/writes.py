"""What S3 refuses to be told of access: public lists and policies that are blocked, lists where
they are off.

What may live here: the operations that bring an access control list or a bucket policy, and why one
is refused. Two answers: a switch of Block Public Access denies (403, with a cause of its own), what
does not fit the bucket is an error (400).

Sources: S3 User Guide, access-control-block-public-access, about-object-ownership,
object-ownership-error-responses; S3 API Reference, CreateBucket (a bucket cannot be made with a
public list); facts/iam.md 6.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.account.model import Document
from remit.app.access.acl import (
    BUCKET_OWNER_FULL,
    HEADERS,
    AclError,
    Emails,
    is_owners_only,
    is_public_acl,
    requested,
)
from remit.app.access.model import Acl, S3Access
from remit.app.access.s3 import is_public_document
from remit.explain.wording import PolicyType

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
OF_BUCKET = frozenset({"CreateBucket", "PutBucketAcl"})
OF_NEW_OBJECT = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
OF_OBJECT = OF_NEW_OBJECT | {"PutObjectAcl"}
_WITH_LISTS = OF_BUCKET | OF_OBJECT
_LISTS = frozenset({"ACL", "AccessControlPolicy", *HEADERS})
_OTHERS = frozenset({"PutBucketPolicy", "PutBucketOwnershipControls"})


def says_something(operation: str, params: Mapping[str, Any]) -> bool:
    """Whether a call of S3 brings anything that is checked here. Asked about every call."""
    return operation in _OTHERS or (operation in _WITH_LISTS and not _LISTS.isdisjoint(params))


def brought(
    operation: str, params: Mapping[str, Any], access: S3Access, writer: str, emails: Emails
) -> Acl | None:
    """The list that a request of `writer`'s account brings. Raises AclError."""
    owner = access.owner
    if operation in OF_NEW_OBJECT:
        owner = writer
    elif operation in OF_OBJECT and access.object is not None:
        owner = access.object.owner
    return requested(params, owner, access.owner, emails)


def blocked(
    operation: str, params: Mapping[str, Any], access: S3Access, writer: str, emails: Emails
) -> PolicyType | None:
    """The switch of Block Public Access that denies a request which policies allow."""
    if operation == "PutBucketPolicy":
        public = access.block.block_policy and is_public_document(_policy(params))
        return PolicyType.BLOCKED_POLICIES if public else None
    if operation not in _WITH_LISTS or access.enforced or not access.block.block_acls:
        return None  # where lists are off none is taken: an error
    try:
        acl = brought(operation, params, access, writer, emails)
    except AclError:
        return None
    return PolicyType.BLOCKED_ACLS if acl is not None and is_public_acl(acl) else None


def _policy(params: Mapping[str, Any]) -> Document | None:
    text = params.get("Policy")
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return Document("policy", text) if isinstance(text, str) else None


def check(
    operation: str, params: Mapping[str, Any], access: S3Access, writer: str, emails: Emails
) -> Acl | None:
    """The list that a request brings. Raises AclError for what S3 does not take."""
    acl = brought(operation, params, access, writer, emails)
    if operation == "CreateBucket":
        _check_new(params, acl, access)
    elif operation == "PutBucketOwnershipControls":
        if _ownership(params) == ENFORCED:
            _only_owner(access.bucket, access.owner)
    elif acl is not None and access.enforced and not _is_harmless(params, acl, access):
        raise AclError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    return acl


def _check_new(params: Mapping[str, Any], acl: Acl | None, access: S3Access) -> None:
    """A new bucket has lists off unless told otherwise, and public access blocked in any case."""
    if acl is None:
        return
    if params.get("ObjectOwnership", ENFORCED) == ENFORCED:
        _only_owner(acl, access.owner)
    elif is_public_acl(acl):
        # unconfirmed: new-bucket-public
        raise AclError(
            "InvalidBucketAclWithBlockPublicAccessError",
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        )


def _only_owner(acl: Acl, owner: str) -> None:
    if any(grant.grantee != owner for grant in acl.grants):
        raise AclError(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def _is_harmless(params: Mapping[str, Any], acl: Acl, access: S3Access) -> bool:
    canned = params.get("ACL")
    return canned == BUCKET_OWNER_FULL if canned else is_owners_only(acl, access.owner)


def _ownership(params: Mapping[str, Any]) -> str:
    controls = params.get("OwnershipControls")
    rules = controls.get("Rules") if isinstance(controls, dict) else None
    first = rules[0] if isinstance(rules, list) and rules else None
    return str(first.get("ObjectOwnership", "")) if isinstance(first, dict) else ""


def owner_of_new(ownership: str, params: Mapping[str, Any], writer: str, bucket_owner: str) -> str:
    """Who owns what is written now: with lists off the bucket's owner; where that is preferred, if
    the writer gives it full control; else the writer (about-object-ownership), also in a bucket
    without a setting (unconfirmed: no-ownership)."""
    preferred = ownership == PREFERRED and params.get("ACL") == BUCKET_OWNER_FULL
    return bucket_owner if ownership == ENFORCED or preferred else writer
