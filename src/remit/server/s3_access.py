"""Access control lists, owners of objects and Block Public Access over moto's S3.

What may live here: the state (lists and owners as attributes of moto's buckets and objects; the
switches where moto keeps them), the defaults of a new bucket, and the operations that remit answers
in moto's stead or follows up: moto knows one owner of everything, and lets objects inherit lists.

A new bucket is as AWS has made it since April 2023: lists off, all four switches on (S3 User Guide,
create-bucket-faq, "Default settings for new S3 buckets").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from remit.account.model import Document
from remit.app.access.acl import (
    GROUPS,
    AclError,
    canonical_id,
    effective,
    owned,
)
from remit.app.access.model import Acl, PublicBlock, S3Access
from remit.app.access.s3 import is_public_document
from remit.app.access.writes import CHECKED, ENFORCED, blocked, check, owner_of_new
from remit.core.http import HttpAnswer
from remit.enforce.recognize import Recognized
from remit.explain.wording import PolicyType

Forward = Callable[[], HttpAnswer]
"""moto's answer to the call."""
_LIST = "remit_acl"
_WRITER = "object writer"


# --- the state ----------------------------------------------------------------------------------


def extend() -> None:
    """Give moto's buckets AWS's defaults. May be called again."""
    from moto.s3.models import FakeBucket, PublicAccessBlock

    original = FakeBucket.__init__
    if getattr(original, "of_remit", False):
        return

    def init(self: Any, *args: Any, **more: Any) -> None:
        original(self, *args, **more)
        self.ownership_rule = ENFORCED
        self.public_access_block = PublicAccessBlock(True, True, True, True)

    init.of_remit = True  # type: ignore[attr-defined]  # a mark
    FakeBucket.__init__ = init  # type: ignore[method-assign]  # it goes on where moto's ends


def mattering(bucket: Any, key: str, policy: Document | None) -> S3Access | None:
    """What decides beside a bucket's policy; None where nothing does: with lists off, unless the
    policy is a public one that is restricted. Every request on S3 comes here."""
    if bucket.ownership_rule != ENFORCED:
        return of_bucket(bucket, key)
    if policy is None or not is_public_document(policy):
        return None
    found = of_bucket(bucket, "")
    return found if found.block.restrict else None


def of_bucket(bucket: Any, key: str, version: str | None = None) -> S3Access:
    """What hangs on a bucket of moto's, or on an object in it where `key` is not empty."""
    owner = str(bucket.account_id)
    held = _object(bucket, key, version) if key else None
    return S3Access(
        owner,
        bucket.ownership_rule == ENFORCED,
        _list_of(bucket, owner),
        bool(key),
        None if held is None else _list_of(held, owner),
        _switches(bucket.public_access_block) | _of_account(owner),
        _versions(bucket, key, owner) if key and bucket.is_versioned else (),
    )


def _versions(bucket: Any, key: str, owner: str) -> tuple[tuple[str, Acl], ...]:
    held = [one for one in bucket.keys.getlist(key, []) if hasattr(one, "acl")]
    return tuple((str(one.version_id), _list_of(one, owner)) for one in held)


def _list_of(held: Any, owner: str) -> Acl:
    """What nobody gave a list is the bucket owner's alone."""
    found: Acl | None = getattr(held, _LIST, None)
    return found or owned(owner)


def _object(bucket: Any, key: str, version: str | None) -> Any:
    versions = bucket.keys.getlist(key, [])
    if version:
        versions = [one for one in versions if one.version_id == version]
    found = versions[-1] if versions else None
    return found if hasattr(found, "acl") else None  # a marker of a deletion has none


def _switches(held: Any) -> PublicBlock:
    if held is None:
        return PublicBlock()
    return PublicBlock(
        bool(held.block_public_acls),
        bool(held.ignore_public_acls),
        bool(held.block_public_policy),
        bool(held.restrict_public_buckets),
    )


def _of_account(account: str) -> PublicBlock:
    from moto.s3control.models import s3control_backends

    regions = dict.get(s3control_backends, account)
    backend = dict.get(regions, "aws") if regions is not None else None
    return _switches(backend.public_access_block) if backend is not None else PublicBlock()


def _bucket(name: Any) -> Any:
    """A bucket, whoever owns it; None where there is none."""
    from moto.s3.models import s3_backends

    partition, owner = s3_backends.bucket_accounts.get(str(name), ("", ""))
    return s3_backends[owner][partition].buckets.get(str(name)) if owner else None


def _at(params: Mapping[str, Any], account: str) -> S3Access:
    """What hangs on what a call is about. A bucket that is to be made has the defaults, with the
    account's switches."""
    bucket = _bucket(params.get("Bucket"))
    if bucket is None:
        return S3Access(account, False, owned(account), block=_of_account(account))
    return of_bucket(bucket, str(params.get("Key") or ""), params.get("VersionId"))


def _emails(address: str) -> str | None:
    """The account that an organisation knows under an address."""
    from moto.organizations.models import organizations_backends

    for regions in list(dict.values(organizations_backends)):
        for backend in list(dict.values(regions)):
            for account in backend.accounts:
                if str(account.email).lower() == address.lower():
                    return str(account.id)
    return None


# --- before a call ------------------------------------------------------------------------------


def denied(call: Recognized, account: str) -> PolicyType | None:
    """The switch of Block Public Access that denies a call of `account` which policies allow."""
    if call.operation not in CHECKED:
        return None
    return blocked(call.operation, call.params, _at(call.params, account), account, _emails)


# --- calls --------------------------------------------------------------------------------------


def answer(call: Recognized, account: str, forward: Forward) -> HttpAnswer | AclError:
    """The answer to a call of `account` that may be made; an AclError for what S3 refuses."""
    acl = None
    if call.operation in CHECKED:
        try:
            acl = check(call.operation, call.params, _at(call.params, account), account, _emails)
        except AclError as error:
            return error
    return _CALLS[call.operation](call, account, acl, forward)


def _create_bucket(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    there = _bucket(call.params.get("Bucket"))
    found = forward()
    made = _bucket(call.params.get("Bucket"))
    if there is None and made is not None and acl is not None:
        _keep(made, acl)
    return found


def _put_bucket_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = _bucket(call.params.get("Bucket"))
    if bucket is None or acl is None:
        return forward()  # which tells what is wrong
    _keep(bucket, acl)
    return HttpAnswer(200)


def _put_object_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    held = _meant(call.params)
    if held is None or acl is None:
        return forward()
    _keep(held, acl)
    return HttpAnswer(200)


def _write(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    """PutObject and CopyObject: a new object has its own list, and an owner."""
    found = forward()
    if found.status == 200:
        _own(call.params, account, acl)
    return found


def _begin(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    """CreateMultipartUpload: what was asked for is kept with the upload."""
    found = forward()
    bucket = _bucket(call.params.get("Bucket"))
    number = re.search(rb"<UploadId>([^<]+)</UploadId>", found.body)
    upload = bucket.multiparts.get(number[1].decode()) if bucket is not None and number else None
    if upload is not None:
        setattr(upload, _LIST, (dict(call.params), account, acl))
    return found


def _complete(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
    bucket = _bucket(call.params.get("Bucket"))
    upload = None if bucket is None else bucket.multiparts.get(call.params.get("UploadId"))
    begun = getattr(upload, _LIST, None)
    found = forward()
    if begun is not None and found.status == 200:
        _own(*begun)
    return found


def _own(params: Mapping[str, Any], writer: str, acl: Acl | None) -> None:
    """Give what was just written its owner and its list."""
    bucket, held = _bucket(params.get("Bucket")), _meant({**params, "VersionId": None})
    if bucket is None or held is None:
        return
    home = str(bucket.account_id)
    owner = owner_of_new(str(bucket.ownership_rule or _WRITER), params, writer, home)
    _keep(held, owned(owner) if acl is None or owner != writer else acl)


def _get_bucket_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = _bucket(call.params.get("Bucket"))
    return forward() if bucket is None else _told(_at(call.params, account), of_object=False)


def _get_object_acl(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    access = _at(call.params, account)
    return forward() if access.object is None else _told(access, of_object=True)


def _get_policy_status(
    call: Recognized, account: str, acl: Acl | None, forward: Forward
) -> HttpAnswer:
    bucket = _bucket(call.params.get("Bucket"))
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


def _ownership(call: Recognized, account: str, acl: Acl | None, forward: Forward) -> HttpAnswer:
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
    "PutBucketOwnershipControls": _ownership,
    "PutObject": _write,
    "PutObjectAcl": _put_object_acl,
}
CALLS = frozenset(_CALLS)


# --- small things -------------------------------------------------------------------------------


def _meant(params: Mapping[str, Any]) -> Any:
    """The object that a call names."""
    bucket = _bucket(params.get("Bucket"))
    key = str(params.get("Key") or "")
    return None if bucket is None else _object(bucket, key, params.get("VersionId"))


def _keep(held: Any, acl: Acl) -> None:
    """Give a bucket or object a list; moto's logging reads its own form of it."""
    from moto.s3.models import FakeAcl, FakeGrant, FakeGrantee

    setattr(held, _LIST, acl)
    held.acl = FakeAcl(
        [
            FakeGrant(
                [
                    FakeGrantee(uri=one.grantee)
                    if one.grantee in GROUPS
                    else FakeGrantee(canonical_id(one.grantee))
                ],
                [one.permission],
            )
            for one in acl.grants
        ]
    )


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
