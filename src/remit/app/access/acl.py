"""Access control lists of S3: who is in them, what requests say of them, what they allow.

What may live here: the tables of canned lists and of permissions, reading a list out of a request's
parameters, and which of its lines are public.

Sources: S3 User Guide, acl-overview (grantees, permissions and the actions they stand for, canned
lists), access-control-block-public-access ("The meaning of public", ACLs); S3 API Reference,
ErrorResponses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from remit.app.access.model import Acl, AclGrant

_GROUPS = "http://acs.amazonaws.com/groups/"
ALL_USERS = f"{_GROUPS}global/AllUsers"
AUTHENTICATED = f"{_GROUPS}global/AuthenticatedUsers"
LOG_DELIVERY = f"{_GROUPS}s3/LogDelivery"
GROUPS = frozenset({ALL_USERS, AUTHENTICATED, LOG_DELIVERY})
PUBLIC = frozenset({ALL_USERS, AUTHENTICATED})

FULL = "FULL_CONTROL"
READ, WRITE, READ_ACP, WRITE_ACP = "READ", "WRITE", "READ_ACP", "WRITE_ACP"
_PERMISSIONS = frozenset({FULL, READ, WRITE, READ_ACP, WRITE_ACP})
MOST = 100
"""Lines of a list."""

ANONYMOUS = "anonymous"
_ANONYMOUS_ID = "65a011a29cdf8ec533ec3d1ccaae921c"
"""The owner of what was written without a signature."""


class AclError(ValueError):
    """A list that S3 refuses: its error's code, and the sentence as the exception's text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- who ----------------------------------------------------------------------------------------


def canonical_id(account: str) -> str:
    """The canonical user id of an account. AWS's tell nothing of it; these begin with its number,
    so that an id can be read back."""
    if account == ANONYMOUS:
        return _ANONYMOUS_ID
    return account + hashlib.sha256(account.encode()).hexdigest()[len(account) :]


def account_of(canonical: str) -> str | None:
    """The account of a canonical user id; None where it is nobody's."""
    if canonical == _ANONYMOUS_ID:
        return ANONYMOUS
    account = canonical[:12]
    is_one = account.isascii() and account.isdigit() and canonical == canonical_id(account)
    return account if is_one else None


def owned(owner: str) -> Acl:
    """The list that everything begins with."""
    return Acl(owner, (AclGrant(owner, FULL),))


# --- what a request says ------------------------------------------------------------------------

# Canned list to lines beside the owner's; `bucket` is the bucket's owner (acl-overview). EC2's
# reading of bundles (aws-exec-read) is nobody's who calls here.
_CANNED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "private": (),
    "public-read": ((ALL_USERS, READ),),
    "public-read-write": ((ALL_USERS, READ), (ALL_USERS, WRITE)),
    "authenticated-read": ((AUTHENTICATED, READ),),
    "aws-exec-read": (),
    "bucket-owner-read": (("bucket", READ),),
    "bucket-owner-full-control": (("bucket", FULL),),
    "log-delivery-write": ((LOG_DELIVERY, WRITE), (LOG_DELIVERY, READ_ACP)),
}
BUCKET_OWNER_FULL = "bucket-owner-full-control"
HEADERS: Mapping[str, str] = {
    "GrantFullControl": FULL,
    "GrantRead": READ,
    "GrantReadACP": READ_ACP,
    "GrantWrite": WRITE,
    "GrantWriteACP": WRITE_ACP,
}
Emails = Callable[[str], str | None]
"""The account of an e-mail address."""


def requested(
    params: Mapping[str, Any], owner: str, bucket_owner: str, emails: Emails
) -> Acl | None:
    """The list that a request brings, for what `owner` owns; None where it brings none. Raises
    AclError."""
    canned = params.get("ACL")
    headers = [(name, str(params[name])) for name in HEADERS if params.get(name)]
    body = params.get("AccessControlPolicy")
    if canned and headers:
        raise AclError(
            "InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed"
        )
    if canned:
        return _canned(str(canned), owner, bucket_owner)
    if headers:
        lines = [line for name, text in headers for line in _header(HEADERS[name], text, emails)]
    elif isinstance(body, dict) and body:
        lines = _body(body, emails)
    else:
        return None
    if len(lines) > MOST:
        raise AclError("MalformedACLError", f"An ACL has at most {MOST} grants")
    return Acl(owner, tuple(lines))


def _canned(name: str, owner: str, bucket_owner: str) -> Acl:
    if name not in _CANNED:
        raise AclError("InvalidArgument", f"`{name}` is no canned ACL")
    lines = [AclGrant(owner, FULL)]
    for grantee, permission in _CANNED[name]:
        line = AclGrant(bucket_owner if grantee == "bucket" else grantee, permission)
        if line.grantee != owner:
            lines.append(line)
    return Acl(owner, tuple(lines))


def _header(permission: str, text: str, emails: Emails) -> list[AclGrant]:
    """`id="...", uri="...", emailAddress="..."`."""
    found = []
    for part in text.split(","):
        kind, mark, value = part.strip().partition("=")
        if not mark:
            raise AclError("InvalidArgument", "Argument format not recognized")
        kind = {"id": "ID", "uri": "URI", "emailaddress": "EmailAddress"}.get(kind.lower(), "")
        found.append(AclGrant(_grantee({kind: value.strip().strip('"')}, emails), permission))
    return found


def _body(body: Mapping[str, Any], emails: Emails) -> list[AclGrant]:
    found = []
    for one in body.get("Grants") or ():
        grantee = one.get("Grantee") if isinstance(one, dict) else None
        permission = one.get("Permission") if isinstance(one, dict) else None
        if not isinstance(grantee, dict) or permission not in _PERMISSIONS:
            raise AclError(
                "MalformedACLError",
                "The XML you provided was not well-formed or did not validate against our published"
                " schema",
            )
        found.append(AclGrant(_grantee(grantee, emails), str(permission)))
    return found


def _grantee(told: Mapping[str, Any], emails: Emails) -> str:
    if uri := told.get("URI"):
        if uri not in GROUPS:
            raise AclError("InvalidArgument", "Invalid group uri")
        return str(uri)
    if address := told.get("EmailAddress"):
        account = emails(str(address))
        if account is None:
            raise AclError(
                "UnresolvableGrantByEmailAddress",
                "The email address you provided does not match any account on record.",
            )
        return account
    account = account_of(str(told.get("ID", "")))
    if account is None:
        raise AclError("InvalidArgument", "Invalid id")
    return account


# --- what it says -------------------------------------------------------------------------------

# Permission to the actions that it stands for (acl-overview, "Mapping of ACL permissions and access
# policy permissions"). WRITE is another matter: s3.py.
ON_BUCKET: Mapping[str, tuple[str, ...]] = {
    READ: ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    READ_ACP: ("s3:GetBucketAcl",),
    WRITE_ACP: ("s3:PutBucketAcl",),
}
ON_OBJECT: Mapping[str, tuple[str, ...]] = {
    READ: ("s3:GetObject", "s3:GetObjectVersion"),
    READ_ACP: ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    WRITE_ACP: ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}


def is_public_acl(acl: Acl) -> bool:
    """Whether it lets in everybody, or everybody with an account."""
    return any(grant.grantee in PUBLIC for grant in acl.grants)


def is_owners_only(acl: Acl, bucket_owner: str) -> bool:
    """Whether it gives the bucket's owner full control and nobody else anything: the one list that
    may be sent where lists are off (about-object-ownership)."""
    return bool(acl.grants) and all(grant == AclGrant(bucket_owner, FULL) for grant in acl.grants)


def effective(acl: Acl, *, ignore_public: bool) -> Acl:
    """What counts of a list. A public one that is ignored leaves its owner's lines
    (IgnorePublicAcls; unconfirmed: ignored-acls)."""
    if not ignore_public or not is_public_acl(acl):
        return acl
    return Acl(acl.owner, tuple(one for one in acl.grants if one.grantee == acl.owner))
