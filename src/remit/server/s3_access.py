"""Calls of S3 around moto: what Block Public Access denies, what S3 refuses, and the operations
that remit answers in moto's stead or follows up. moto knows one owner of everything, lets objects
inherit lists, and does not read some of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from remit.account.model import Document
from remit.app.access.acl import GROUPS, AclError, canonical_id, effective, owned
from remit.app.access.model import Acl, S3Access
from remit.app.access.s3 import is_public_document
from remit.app.access.writes import ENFORCED, blocked, check, owner_of_new, says_something
from remit.core.http import HttpAnswer
from remit.enforce.recognize import Recognized
from remit.explain.wording import PolicyType
from remit.server.s3_lists import LIST, account_of_email, at, bucket_named, keep, meant

Forward = Callable[[], HttpAnswer]
"""moto's answer to the call."""
_WRITER = "object writer"


# --- before a call ------------------------------------------------------------------------------


def denied(call: Recognized, account: str) -> PolicyType | None:
    """The switch of Block Public Access that denies a call of `account` which policies allow."""
    if not says_something(call.operation, call.params):
        return None
    return blocked(call.operation, call.params, at(call.params, account), account, account_of_email)


# --- calls --------------------------------------------------------------------------------------


def answer(call: Recognized, account: str, forward: Forward) -> HttpAnswer | AclError:
    """The answer to a call of `account` that may be made; an AclError for what S3 refuses."""
    acl = None
    if says_something(call.operation, call.params):
        try:
            acl = check(
                call.operation, call.params, at(call.params, account), account, account_of_email
            )
        except AclError as error:
            return error
    return _CALLS[call.operation](call, account, acl, forward)


def _create_bucket(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    there = bucket_named(call.params.get("Bucket"))
    found = forward()
    made = bucket_named(call.params.get("Bucket"))
    if there is None and made is not None and acl is not None:
        keep(made, acl)
    return found


def _put_bucket_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = bucket_named(call.params.get("Bucket"))
    if bucket is None or acl is None:
        return forward()  # which tells what is wrong
    keep(bucket, acl)
    return HttpAnswer(200)


def _put_object_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    held = meant(call.params)
    if held is None or acl is None:
        return forward()
    keep(held, acl)
    return HttpAnswer(200)


def _write(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    """PutObject and CopyObject: a new object has its own list, and an owner. With lists off there
    is nothing to tell of it."""
    found = forward()
    bucket = bucket_named(call.params.get("Bucket"))
    if found.status == 200 and bucket is not None and bucket.ownership_rule != ENFORCED:
        _own(call.params, account, acl)
    return found


def _begin(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    """CreateMultipartUpload: what was asked for is kept with the upload."""
    found = forward()
    bucket = bucket_named(call.params.get("Bucket"))
    number = re.search(rb"<UploadId>([^<]+)</UploadId>", found.body)
    upload = bucket.multiparts.get(number[1].decode()) if bucket is not None and number else None
    if upload is not None:
        setattr(upload, LIST, (dict(call.params), account, acl))
    return found


def _complete(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    bucket = bucket_named(call.params.get("Bucket"))
    upload = None if bucket is None else bucket.multiparts.get(call.params.get("UploadId"))
    begun = getattr(upload, LIST, None)
    found = forward()
    if begun is not None and found.status == 200:
        _own(*begun)
    return found


def _own(params: Mapping[str, Any], writer: str, acl: Acl | None) -> None:
    """Give what was just written its owner and its list."""
    bucket, held = bucket_named(params.get("Bucket")), meant({**params, "VersionId": None})
    if bucket is None or held is None:
        return
    home = str(bucket.account_id)
    owner = owner_of_new(str(bucket.ownership_rule or _WRITER), params, writer, home)
    keep(held, owned(owner) if acl is None or owner != writer else acl)


def _get_bucket_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = bucket_named(call.params.get("Bucket"))
    return forward() if bucket is None else _told(at(call.params, account), of_object=False)


def _get_object_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    access = at(call.params, account)
    return forward() if access.object is None else _told(access, of_object=True)


def _get_policy_status(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = bucket_named(call.params.get("Bucket"))
    if bucket is None or not bucket.policy:
        return forward()
    policy = Document("policy", bucket.policy.decode("utf-8", "replace"))
    public = "true" if is_public_document(policy) else "false"
    return _xml(f"<PolicyStatus {_SPACE}><IsPublic>{public}</IsPublic></PolicyStatus>")


def _list_buckets(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    """The one place where people read their canonical id (S3 User Guide,
    finding-canonical-user-id)."""
    found = forward()
    return replace(found, body=found.body.replace(_MOTOS_ID, canonical_id(account).encode()))


def _checked(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    return forward()


_MOTOS_ID = b"bcaf1ffd86f41161ca5fb16fd081034f"
_CALLS: Mapping[str, Callable[[Recognized, str, Acl | None, Forward], HttpAnswer]] = {
    "CompleteMultipartUpload": _complete,
    "CopyObject": _write,
    "CreateBucket": _create_bucket,
    "CreateMultipartUpload": _begin,
    "GetBucketAcl": _get_bucket_acl,
    "GetBucketPolicyStatus": _get_policy_status,
    "GetObjectAcl": _get_object_acl,
    "ListBuckets": _list_buckets,
    "PutBucketAcl": _put_bucket_acl,
    "PutBucketOwnershipControls": _checked,
    "PutObject": _write,
    "PutObjectAcl": _put_object_acl,
}
CALLS = frozenset(_CALLS)


# --- answers ------------------------------------------------------------------------------------

_SPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_INSTANCE = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def _told(access: S3Access, *, of_object: bool) -> HttpAnswer:
    """A list as it counts: of the bucket's owner alone where lists are off; without what Block
    Public Access ignores (access-control-block-public-access)."""
    acl = access.object if of_object and access.object is not None else access.bucket
    if access.enforced:
        acl = owned(access.owner)
    acl = effective(acl, ignore_public=access.block.ignore_acls)
    grants = "".join(
        f"<Grant>{_grantee(one.grantee)}<Permission>{one.permission}</Permission></Grant>"
        for one in acl.grants
    )
    return _xml(
        f"<AccessControlPolicy {_SPACE}><Owner><ID>{canonical_id(acl.owner)}</ID></Owner>"
        f"<AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    )


def _grantee(grantee: str) -> str:
    if grantee in GROUPS:
        return f'<Grantee {_INSTANCE} xsi:type="Group"><URI>{escape(grantee)}</URI></Grantee>'
    name = canonical_id(grantee)
    return f'<Grantee {_INSTANCE} xsi:type="CanonicalUser"><ID>{name}</ID></Grantee>'


def _xml(body: str) -> HttpAnswer:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return HttpAnswer(200, (("content-type", "application/xml"),), text.encode())
