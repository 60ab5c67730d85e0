"""Permissions that are used without a call that a scan of the code could see.

A grant of these is never called idle for sure: each entry says who else may use it.
"""

from __future__ import annotations

from dataclasses import replace

from remit.catalog import iam
from remit.check.grants import Grant
from remit.check.match import reaches

# KMS Developer Guide, "How AWS services use KMS": a service decrypts with its caller's permission.
_KMS = "data that the code reads or writes may be encrypted with this key"
# S3 API Reference, GetObject, "Permissions": without ListBucket a missing key answers 403.
_LIST = "without it S3 answers 403 instead of 404 for an object that is not there"
# S3 User Guide, mpuoverview: an upload of many parts that fails is cleaned up with these.
_PARTS = "an upload in parts that fails is cleaned up with it"
_SIGNED = "it is used by signed HTTP requests or by a driver, not by an SDK call"
_NETWORK = "Lambda needs it when the function is put into a VPC"
_XRAY = "the X-Ray daemon uses it when tracing is on"
_SDK = "the SDK uses it behind other calls"

# Patterns of lower-case actions; the first that matches counts.
REASONS: tuple[tuple[str, str], ...] = (
    ("kms:*crypt*", _KMS),
    ("kms:generatedatakey*", _KMS),
    ("kms:describekey", _KMS),
    ("kms:creategrant", _KMS),
    ("s3express:createsession", _SDK),
    ("timestream:describeendpoints", _SDK),
    ("xray:*", _XRAY),
    ("lambda:*durableexecution*", "the SDK for durable functions uses it"),
    ("ec2:*networkinterface*", _NETWORK),
    ("ec2:*privateipaddresses", _NETWORK),
    ("elasticfilesystem:client*", "Lambda needs it when a file system is mounted"),
    ("rds-db:*", _SIGNED),
    ("es:eshttp*", _SIGNED),
    ("aoss:apiaccessall", _SIGNED),
    ("execute-api:invoke", _SIGNED),
    ("appsync:graphql", _SIGNED),
    ("lambda:invokefunctionurl", _SIGNED),
    ("kafka-cluster:*", _SIGNED),
    ("neptune-db:*", _SIGNED),
    ("cassandra:*", _SIGNED),
    ("dax:*", _SIGNED),
    ("elasticache:connect", _SIGNED),
    ("memorydb:connect", _SIGNED),
    ("iot:connect", _SIGNED),
    ("iot:publish", _SIGNED),
    ("iot:receive", _SIGNED),
    ("iot:subscribe", _SIGNED),
    ("aps:remotewrite", _SIGNED),
    ("vpc-lattice-svcs:*", _SIGNED),
    ("transcribe:startstream*", _SIGNED),
    ("dsql:dbconnect*", _SIGNED),
    ("redshift:getclustercredentials*", _SIGNED),
)


# Actions that stand beside another one: (action, the one that is called, why).
BESIDE: tuple[tuple[str, str, str], ...] = (
    ("s3:listbucket", "s3:GetObject", _LIST),
    ("s3:abortmultipartupload", "s3:PutObject", _PARTS),
    ("s3:listmultipartuploadparts", "s3:PutObject", _PARTS),
)


def reason(action: str, grant: Grant) -> str | None:
    """Who may use `action` unseen through `grant`; None when every use is a call in the code."""
    lowered = action.lower()
    for beside, called, why in BESIDE:
        if beside == lowered and _calls_inside(grant, called):
            return why
    return next((why for pattern, why in REASONS if iam.glob(pattern, lowered)), None)


def _calls_inside(grant: Grant, called: str) -> bool:
    """Whether some call needs the action `called` in a bucket that the statement lists."""
    inside = [
        replace(item, value=item.value.rstrip("/*") + "/*")
        for item in grant.statement.resources or ()
    ]
    return any(
        one.need.action == called and reaches(grant.policy, item, one.need)
        for one in grant.needed
        for item in inside
    )
