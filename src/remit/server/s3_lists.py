"""What moto's S3 has of access, and what it has not: lists and owners as attributes of its buckets
and objects, the switches of Block Public Access where moto keeps them, what a new bucket has.

A new bucket is as AWS has made it since April 2023: lists off, all four switches on (S3 User Guide,
create-bucket-faq, "Default settings for new S3 buckets").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.account.model import Document
from remit.app.access.acl import GROUPS, canonical_id, owned
from remit.app.access.model import Acl, PublicBlock, S3Access
from remit.app.access.s3 import is_public_document
from remit.app.access.writes import ENFORCED

LIST = "remit_acl"
"""The attribute of moto's buckets, objects and uploads under which a list is kept."""


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
    _of_template()


def _of_template() -> None:
    """Buckets of CloudFormation: moto reads neither their switches nor who owns objects."""
    from moto.s3.models import FakeBucket

    kind: Any = FakeBucket
    made = kind.create_from_cloudformation_json.__func__
    changed = kind.update_from_cloudformation_json.__func__

    def create(cls: Any, name: str, template: Any, *args: Any, **more: Any) -> Any:
        return _configured(made(cls, name, template, *args, **more), template)

    def update(cls: Any, held: Any, name: str, template: Any, *args: Any, **more: Any) -> Any:
        return _configured(changed(cls, held, name, template, *args, **more), template)

    kind.create_from_cloudformation_json = classmethod(create)
    kind.update_from_cloudformation_json = classmethod(update)


def _configured(bucket: Any, template: Any) -> Any:
    from moto.s3.models import PublicAccessBlock

    properties = template.get("Properties", {})
    switches = properties.get("PublicAccessBlockConfiguration")
    if isinstance(switches, dict):
        given = (switches.get(name, False) for name in _SWITCHES)
        bucket.public_access_block = PublicAccessBlock(*given)
    rules = (properties.get("OwnershipControls") or {}).get("Rules") or ()
    for rule in rules:
        bucket.ownership_rule = rule.get("ObjectOwnership", bucket.ownership_rule)
    return bucket


_SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


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
    found: Acl | None = getattr(held, LIST, None)
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


def bucket_named(name: Any) -> Any:
    """A bucket, whoever owns it; None where there is none."""
    from moto.s3.models import s3_backends

    partition, owner = s3_backends.bucket_accounts.get(str(name), ("", ""))
    return s3_backends[owner][partition].buckets.get(str(name)) if owner else None


def at(params: Mapping[str, Any], account: str) -> S3Access:
    """What hangs on what a call is about. A bucket that is to be made has the defaults, with the
    account's switches."""
    bucket = bucket_named(params.get("Bucket"))
    if bucket is None:
        return S3Access(account, False, owned(account), block=_of_account(account))
    return of_bucket(bucket, str(params.get("Key") or ""), params.get("VersionId"))


def account_of_email(address: str) -> str | None:
    """The account that an organisation knows under an address."""
    from moto.organizations.models import organizations_backends

    for regions in list(dict.values(organizations_backends)):
        for backend in list(dict.values(regions)):
            for account in backend.accounts:
                if str(account.email).lower() == address.lower():
                    return str(account.id)
    return None


def meant(params: Mapping[str, Any]) -> Any:
    """The object that a call names."""
    bucket = bucket_named(params.get("Bucket"))
    key = str(params.get("Key") or "")
    return None if bucket is None else _object(bucket, key, params.get("VersionId"))


def keep(held: Any, acl: Acl) -> None:
    """Give a bucket or object a list; moto's logging reads its own form of it."""
    from moto.s3.models import FakeAcl, FakeGrant, FakeGrantee

    setattr(held, LIST, acl)
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
