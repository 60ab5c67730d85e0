"""S3 and S3 Control.

Sources: S3 User Guide, using-with-s3-policy-actions ("Required permissions for Amazon S3 API
operations"); the API reference's "Permissions" of each operation; UsingKMSEncryption.
"""

from __future__ import annotations

from remit.catalog.rules.model import Family, Grant, key, pass_role, same

_OBJECT = ("object", "accesspointobject")
_BUCKET = ("bucket", "accesspoint")
_FILLS = {
    "BucketName": "Bucket|bucket",
    "AccessPointName": "Bucket|accesspoint",
    "ObjectName": "Key",
}
_SOURCE = {
    "BucketName": "CopySource|sourcebucket CopySource.Bucket|bucket",
    "ObjectName": "CopySource|sourcekey CopySource.Key",
    "AccessPointName": "CopySource|sourceobject CopySource.Bucket|accesspoint",
}
_PUT_CONTEXT = {
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-storage-class": "StorageClass",
}
_LIST_CONTEXT = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}
_KEYS = "Delete.Objects[]"
_ACL_PARAMETERS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")


def _object(action: str, when: str = "", unless: str = "") -> Grant:
    return Grant(f"s3:{action}", _OBJECT, when=when, unless=unless)


def _version(action: str, versioned: str) -> tuple[Grant, Grant]:
    """With a version id AWS checks the versioned action instead of the plain one."""
    return (
        _object(action, unless="VersionId"),
        Grant(f"s3:{versioned}", _OBJECT, when="VersionId", context={"s3:VersionId": "VersionId"}),
    )


def _bucket(action: str) -> tuple[Grant, ...]:
    return (Grant(f"s3:{action}", _BUCKET),)


def _acl(action: str, types: tuple[str, ...]) -> tuple[Grant, ...]:
    return tuple(
        Grant(f"s3:{action}", types, when=parameter, context={"s3:x-amz-acl": "ACL"})
        for parameter in _ACL_PARAMETERS
    )


def _data_key(*actions: str) -> tuple[Grant, ...]:
    """UsingKMSEncryption: the caller needs the key; the managed key `aws/s3` is open to all."""
    return tuple(
        Grant(
            one.action,
            arns=one.arns,
            when=one.when,
            unless="SSEKMSKeyId=alias/aws/s3",
            fill=one.fill,
            context=one.context,
        )
        for one in (key(action, "SSEKMSKeyId", via="s3") for action in actions)
    )


_WRITE_EXTRAS = (
    *_acl("PutObjectAcl", _OBJECT),
    _object("PutObjectTagging", when="Tagging"),
    _object("PutObjectLegalHold", when="ObjectLockLegalHoldStatus"),
    _object("PutObjectRetention", when="ObjectLockMode"),
)
_PUT = Grant("s3:PutObject", _OBJECT, context=_PUT_CONTEXT)
_READ_SOURCE = (
    Grant(
        "s3:GetObject",
        _OBJECT,
        fill=_SOURCE,
        unless="CopySource*?versionId= CopySource.VersionId",
        sure=True,
    ),
    *(
        Grant("s3:GetObjectVersion", _OBJECT, fill=_SOURCE, when=when, sure=True)
        for when in ("CopySource*?versionId=", "CopySource.VersionId")
    ),
)

_CONFIGURATIONS = {
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "BucketAnalyticsConfiguration": "AnalyticsConfiguration",
    "BucketCors": "BucketCORS",
    "BucketEncryption": "EncryptionConfiguration",
    "BucketIntelligentTieringConfiguration": "IntelligentTieringConfiguration",
    "BucketInventoryConfiguration": "InventoryConfiguration",
    "BucketLifecycle": "LifecycleConfiguration",
    "BucketLifecycleConfiguration": "LifecycleConfiguration",
    "BucketMetricsConfiguration": "MetricsConfiguration",
    "BucketNotification": "BucketNotification",
    "BucketNotificationConfiguration": "BucketNotification",
    "BucketOwnershipControls": "BucketOwnershipControls",
    "BucketReplication": "ReplicationConfiguration",
    "BucketTagging": "BucketTagging",
    "ObjectLockConfiguration": "BucketObjectLockConfiguration",
    "PublicAccessBlock": "BucketPublicAccessBlock",
}
# Deleting one of these configurations is putting an empty one, also for permissions.
_RULES: dict[str, tuple[Grant, ...]] = {
    **{f"Get{name}": _bucket(f"Get{action}") for name, action in _CONFIGURATIONS.items()},
    **{f"Put{name}": _bucket(f"Put{action}") for name, action in _CONFIGURATIONS.items()},
    **{f"Delete{name}": _bucket(f"Put{action}") for name, action in _CONFIGURATIONS.items()},
    "ListBucketAnalyticsConfigurations": _bucket("GetAnalyticsConfiguration"),
    "ListBucketIntelligentTieringConfigurations": _bucket("GetIntelligentTieringConfiguration"),
    "ListBucketInventoryConfigurations": _bucket("GetInventoryConfiguration"),
    "ListBucketMetricsConfigurations": _bucket("GetMetricsConfiguration"),
    "CreateBucketMetadataConfiguration": _bucket("CreateBucketMetadataTableConfiguration"),
    "GetBucketMetadataConfiguration": _bucket("GetBucketMetadataTableConfiguration"),
    "DeleteBucketMetadataConfiguration": _bucket("DeleteBucketMetadataTableConfiguration"),
    "HeadBucket": _bucket("ListBucket"),
    **same("ListObjects ListObjectsV2", Grant("s3:ListBucket", _BUCKET, context=_LIST_CONTEXT)),
    "ListObjectVersions": (Grant("s3:ListBucketVersions", _BUCKET, context=_LIST_CONTEXT),),
    "ListMultipartUploads": _bucket("ListBucketMultipartUploads"),
    "ListParts": (_object("ListMultipartUploadParts"),),
    "ListBuckets": (Grant("s3:ListAllMyBuckets", ("*",), also=("arn:${Partition}:s3:::*",)),),
    "ListDirectoryBuckets": (
        Grant(
            "s3express:ListAllMyDirectoryBuckets",
            ("*",),
            also=("arn:${Partition}:s3express:${Region}:${Account}:*",),
        ),
    ),
    **same("CreateSession RenameObject", Grant("s3express:CreateSession", ("bucket",))),
    **same("GetObject HeadObject", *_version("GetObject", "GetObjectVersion")),
    "SelectObjectContent": (_object("GetObject"),),
    "GetObjectAcl": _version("GetObjectAcl", "GetObjectVersionAcl"),
    "PutObjectAcl": _version("PutObjectAcl", "PutObjectVersionAcl"),
    "GetObjectTagging": _version("GetObjectTagging", "GetObjectVersionTagging"),
    "PutObjectTagging": _version("PutObjectTagging", "PutObjectVersionTagging"),
    "DeleteObjectTagging": _version("DeleteObjectTagging", "DeleteObjectVersionTagging"),
    "GetObjectAttributes": (
        *_version("GetObject", "GetObjectVersion"),
        *_version("GetObjectAttributes", "GetObjectVersionAttributes"),
    ),
    "DeleteObject": (
        *_version("DeleteObject", "DeleteObjectVersion"),
        _object("BypassGovernanceRetention", when="BypassGovernanceRetention=true"),
    ),
    "DeleteObjects": (
        Grant("s3:DeleteObject", _OBJECT, each=_KEYS, unless="VersionId", sure=True),
        Grant("s3:DeleteObjectVersion", _OBJECT, each=_KEYS, when="VersionId", sure=True),
        Grant(
            "s3:BypassGovernanceRetention",
            _OBJECT,
            when="BypassGovernanceRetention=true",
            fill={"ObjectName": f"{_KEYS}.Key"},
        ),
    ),
    "PutObject": (_PUT, *_WRITE_EXTRAS, *_data_key("GenerateDataKey")),
    "CopyObject": (_PUT, *_READ_SOURCE, *_WRITE_EXTRAS, *_data_key("GenerateDataKey")),
    "CreateMultipartUpload": (
        _PUT,
        *_WRITE_EXTRAS,
        *_data_key("GenerateDataKey", "Decrypt"),
    ),
    **same("UploadPart CompleteMultipartUpload", _object("PutObject")),
    "UploadPartCopy": (_object("PutObject"), *_READ_SOURCE),
    "WriteGetObjectResponse": (
        Grant(
            "s3-object-lambda:WriteGetObjectResponse",
            ("objectlambdaaccesspoint",),
            fill={"AccessPointName": "!access_point_of_the_request"},
        ),
    ),
}
_EXTRAS = {
    "CreateBucket": (
        *_acl("PutBucketAcl", ("bucket",)),
        Grant(
            "s3:PutBucketObjectLockConfiguration",
            ("bucket",),
            when="ObjectLockEnabledForBucket=true",
        ),
        Grant("s3:PutBucketVersioning", ("bucket",), when="ObjectLockEnabledForBucket=true"),
        Grant("s3:PutBucketOwnershipControls", ("bucket",), when="ObjectOwnership"),
    ),
    "PutBucketReplication": (pass_role("ReplicationConfiguration.Role", "s3.amazonaws.com"),),
    "PutObjectRetention": (
        _object("BypassGovernanceRetention", when="BypassGovernanceRetention=true"),
    ),
}


def _control(action: str) -> tuple[Grant, ...]:
    return (Grant(f"s3:{action}", ("*",)),)


_OUTPOSTS = (
    "acts on S3 on Outposts buckets (prefix `s3-outposts`), whose resources need the outpost's id"
)
_DIRECTORY = "acts on access points of directory buckets (prefix `s3express`)"
_CONTROL = Family(
    rules={
        "GetPublicAccessBlock": _control("GetAccountPublicAccessBlock"),
        "PutPublicAccessBlock": _control("PutAccountPublicAccessBlock"),
        "DeletePublicAccessBlock": _control("PutAccountPublicAccessBlock"),
    },
    extras={"CreateJob": (pass_role("RoleArn", "batchoperations.s3.amazonaws.com"),)},
    unmapped={
        **dict.fromkeys(
            (
                "DeleteBucketLifecycleConfiguration",
                "DeleteBucketReplication",
                "DeleteBucketTagging",
                "GetBucket",
                "GetBucketLifecycleConfiguration",
                "GetBucketReplication",
                "ListRegionalBuckets",
                "PutBucketLifecycleConfiguration",
                "PutBucketReplication",
            ),
            _OUTPOSTS,
        ),
        **dict.fromkeys(
            (
                "DeleteAccessPointScope",
                "GetAccessPointScope",
                "ListAccessPointsForDirectoryBuckets",
                "PutAccessPointScope",
            ),
            _DIRECTORY,
        ),
    },
    fills={"AccessPointName": "Name", "BucketName": "Bucket|bucket", "ConfigId": "ConfigId"},
)

FAMILIES = {
    "s3": Family(rules=_RULES, extras=_EXTRAS, fills=_FILLS),
    "s3control": _CONTROL,
}
