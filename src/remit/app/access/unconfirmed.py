"""What nobody could confirm of grants, access control lists and Block Public Access, and what is
done instead: as engine/unconfirmed.py, for the files of this package.
"""

from __future__ import annotations

from remit.engine.unconfirmed import Unconfirmed

UNCONFIRMED: tuple[Unconfirmed, ...] = (
    Unconfirmed(
        "foreign-grant",
        "Whether a grant that the key's account made is enough for a principal of another account.",
        "That principal's own policies must allow the call too.",
        "kms.py",
        "4.12",
    ),
    Unconfirmed(
        "grant-pairs",
        "What constraints see of an encryption context with names that differ in letter case only.",
        "The last of them.",
        "kms.py",
        "4.12",
    ),
    Unconfirmed(
        "foreign-object",
        "Whether a bucket policy lets a third account replace or delete an object that is not the "
        "bucket owner's.",
        "It does not; it lets the bucket's and the object's owner.",
        "s3.py",
        "4.12",
    ),
    Unconfirmed(
        "ignored-acls",
        "Whether IgnorePublicAcls ignores a public list as a whole or its public lines.",
        "As a whole: its owner's lines are left.",
        "acl.py",
        "4.12",
    ),
    Unconfirmed(
        "write-marker",
        "Whether WRITE on a bucket lets delete an object that is not there, which makes a marker.",
        "It does not.",
        "s3.py",
        "4.12",
    ),
    Unconfirmed(
        "no-ownership",
        "How a bucket behaves whose ownership controls were deleted.",
        "As under ObjectWriter, the setting that buckets had before there was one.",
        "writes.py",
        "4.12",
    ),
    Unconfirmed(
        "new-bucket-public",
        "With which code a bucket is refused that is made with a public list and lists on.",
        "InvalidBucketAclWithBlockPublicAccessError, status 400.",
        "writes.py",
        "4.12",
    ),
)
