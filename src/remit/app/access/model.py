"""Grants, access control lists and Block Public Access as values, and what is decided from them.

What may live here: the values that come with a `Resource` (app/ports.py). They are compared and
remembered by what is in them: whoever changes a grant or a list makes another value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from remit.account.model import Document

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Who:
    """A caller, as grants and lists name one: its account, the ARN that decisions name, and that of
    the user or role behind it, empty where there is none."""

    account: str
    principal: str
    identity: str = ""


# --- KMS ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KmsGrant:
    """One grant of a key. `grantee` and `retiring` are ARNs or service principals, `operations` the
    names of grant operations, `issuer` the account whose principal made it. `equals` and `subset`
    are the pairs of the two constraints on the encryption context, empty where there is none."""

    id: str
    token: str
    grantee: str
    operations: tuple[str, ...]
    issuer: str
    retiring: str = ""
    equals: Pairs = ()
    subset: Pairs = ()


@dataclass(frozen=True, slots=True)
class KmsAccess:
    """The grants of a key of the account `owner`."""

    owner: str
    grants: tuple[KmsGrant, ...]


# --- S3 -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AclGrant:
    """One line of an access control list. `grantee` is an account, a group's URI, or a canonical id
    that is nobody's here."""

    grantee: str
    permission: str


@dataclass(frozen=True, slots=True)
class Acl:
    """An access control list. `owner` is the account that owns the bucket or object."""

    owner: str
    grants: tuple[AclGrant, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicBlock:
    """The four switches of S3 Block Public Access."""

    block_acls: bool = False
    ignore_acls: bool = False
    block_policy: bool = False
    restrict: bool = False

    def __or__(self, other: PublicBlock) -> PublicBlock:
        """Both together: the most restrictive of each."""
        return PublicBlock(
            self.block_acls or other.block_acls,
            self.ignore_acls or other.ignore_acls,
            self.block_policy or other.block_policy,
            self.restrict or other.restrict,
        )


ALL_BLOCKED = PublicBlock(True, True, True, True)


@dataclass(frozen=True, slots=True)
class S3Access:
    """What hangs on a bucket, or on an object in it, beside its policy.

    `owner` is the bucket's account. `enforced`: access control lists are off, and everything in the
    bucket is its owner's. `in_bucket`: an object is meant, and `object` is its list, None where
    there is no such object; `versions` are the lists of all its versions, where it has several.
    `block` is what the bucket's and its account's switches come to.
    """

    owner: str
    enforced: bool
    bucket: Acl
    in_bucket: bool = False
    object: Acl | None = None
    block: PublicBlock = PublicBlock()
    versions: tuple[tuple[str, Acl], ...] = ()

    def version(self, number: str) -> Acl | None:
        """The list of the version that a request names, of the newest where it names none."""
        return dict(self.versions).get(number) if number and self.versions else self.object


Access: TypeAlias = KmsAccess | S3Access


@dataclass(frozen=True, slots=True)
class Sources:
    """What decides a permission beside the resource's own policy: `beside` counts with that, `own`
    with the caller's identity policies. `denies_only` says why nothing but the Denies of that
    policy counts, where it is so. `owner` decides instead of the resource's account, where it is
    another's."""

    beside: tuple[Document, ...] = ()
    own: tuple[Document, ...] = ()
    denies_only: str = ""
    owner: str | None = None


NOTHING_BESIDE = Sources()
