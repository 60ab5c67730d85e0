"""The context keys of a request: what AWS would fill in from the request and its parameters.

What may live here: one table from condition key to where its value stands. Which keys an action
knows is told by the Service Authorization Reference; a key that it does not know is never set. Keys
that hang on state (tags of the resource, its owner) come through the state's port (app/permit.py),
those that hang on the caller from app/authenticate.py.

Rules: facts/iam.md 3.3 and 3.5 (IAM User Guide, reference_policies_condition-keys); the Service
Authorization Reference for the keys of services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from remit.app.sts.identity import written
from remit.catalog import iam
from remit.core.http import HttpRequest
from remit.core.request import Value
from remit.enforce import dynamodb
from remit.enforce.seen import Found, Seen


def of_request(
    request: HttpRequest, region: str, *, now: float, secure: bool, mfa: float | None = None
) -> dict[str, Value]:
    """The keys that every request has. `secure` says as what the transport counts; `mfa` is when
    the caller's session was opened with MFA."""
    keys: dict[str, Value] = {
        "aws:SourceIp": request.source,
        "aws:SecureTransport": "true" if secure or request.scheme == "https" else "false",
        "aws:CurrentTime": written(now),
        "aws:EpochTime": str(int(now)),
        "aws:RequestedRegion": region,
        "aws:ViaAWSService": "false",
    }
    for name, value in request.headers:
        if name == "user-agent":
            keys["aws:UserAgent"] = value
        elif name == "referer":
            keys["aws:Referer"] = value
    if mfa is not None:
        keys["aws:MultiFactorAuthAge"] = str(max(0, int(now - mfa)))
    return keys


def of_action(action: str, seen: Seen) -> dict[str, Value]:
    """The keys of one action's own that the request's parameters fill."""
    keys: dict[str, Value] = {}
    for source in _sources(action):
        keys.update(source(seen))
    return keys


# --- the table ----------------------------------------------------------------------------------

# Key to the parameter that is its value: `A.B` goes into a structure, `*` at the end makes a list,
# and several are tried in order.
_PARAMETERS: Mapping[str, str] = {
    "autoscaling:InstanceTypes": "InstanceType",
    "autoscaling:LaunchConfigurationName": "LaunchConfigurationName",
    "autoscaling:MaxSize": "MaxSize",
    "autoscaling:MinSize": "MinSize",
    "cloudformation:ResourceTypes": "ResourceTypes*",
    "cloudformation:RoleArn": "RoleARN",
    "cloudformation:StackPolicyUrl": "StackPolicyURL",
    "cloudformation:TemplateUrl": "TemplateURL",
    "cloudwatch:namespace": "Namespace",
    "dynamodb:ReturnConsumedCapacity": "ReturnConsumedCapacity",
    "dynamodb:ReturnValues": "ReturnValues",
    "dynamodb:Select": "Select",
    "ec2:AvailabilityZone": "Placement.AvailabilityZone AvailabilityZone",
    "ec2:EbsOptimized": "EbsOptimized",
    "ec2:Encrypted": "Encrypted",
    "ec2:InstanceType": "InstanceType",
    "ec2:KeyPairName": "KeyName",
    "ec2:MetadataHttpEndpoint": "MetadataOptions.HttpEndpoint",
    "ec2:MetadataHttpPutResponseHopLimit": "MetadataOptions.HttpPutResponseHopLimit",
    "ec2:MetadataHttpTokens": "MetadataOptions.HttpTokens",
    "ec2:Tenancy": "Placement.Tenancy",
    "ec2:VolumeIops": "Iops",
    "ec2:VolumeSize": "Size",
    "ec2:VolumeThroughput": "Throughput",
    "ec2:VolumeType": "VolumeType",
    "ec2:VpcID": "VpcId",
    "events:TargetArn": "Targets[].Arn*",
    "events:detail-type": "Entries[].DetailType*",
    "events:source": "Entries[].Source*",
    "iam:AWSServiceName": "AWSServiceName",
    "iam:PermissionsBoundary": "PermissionsBoundary",
    "iam:PolicyARN": "PolicyArn",
    "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "kms:EncryptionAlgorithm": "EncryptionAlgorithm",
    "kms:GrantOperations": "Operations*",
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:KeyOrigin": "Origin",
    "kms:KeySpec": "KeySpec CustomerMasterKeySpec",
    "kms:KeyUsage": "KeyUsage",
    "kms:MultiRegion": "MultiRegion",
    "kms:RetiringPrincipal": "RetiringPrincipal",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "kms:SigningAlgorithm": "SigningAlgorithm",
    "kms:MessageType": "MessageType",
    "lambda:FunctionArn": "FunctionName",
    "lambda:FunctionUrlAuthType": "FunctionUrlAuthType AuthType",
    "lambda:Layer": "Layers*",
    "lambda:Principal": "Principal",
    "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds*",
    "lambda:SubnetIds": "VpcConfig.SubnetIds*",
    "secretsmanager:Description": "Description",
    "secretsmanager:KmsKeyId": "KmsKeyId",
    "secretsmanager:Name": "Name",
    "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
    "secretsmanager:VersionId": "VersionId",
    "secretsmanager:VersionStage": "VersionStage",
    "sns:Endpoint": "Endpoint",
    "sns:Protocol": "Protocol",
    "ssm:Overwrite": "Overwrite",
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "sts:SourceIdentity": "SourceIdentity",
    "sts:TransitiveTagKeys": "TransitiveTagKeys*",
}


def _ec2_region(seen: Seen) -> Found:
    return [("ec2:Region", seen.region)]


def _function_arn(seen: Seen) -> Found:
    """lambda:FunctionArn is the whole ARN, whatever form the name has."""
    name = seen.params.get("FunctionName")
    if not isinstance(name, str):
        return []
    head = f"arn:aws:lambda:{seen.region}:{seen.account}:function:"
    return [("lambda:FunctionArn", name if name.startswith("arn:") else head + name)]


def _encryption_context(path: str) -> Callable[[Seen], Found]:
    """The pairs of an encryption context, wherever the operation takes them."""

    def found(seen: Seen) -> Found:
        pairs = [
            pair
            for one in path.split()
            for context in _at(seen.params, one)
            if isinstance(context, dict)
            for pair in context.items()
        ]
        if pairs:
            yield "kms:EncryptionContextKeys", tuple(str(key) for key, _ in pairs)
        for key, value in pairs:
            yield f"kms:EncryptionContext:{key}", str(value)

    return found


# A grant's constraints stand for the encryption context that it allows (KMS Developer Guide,
# conditions-kms, kms:EncryptionContextKeys).
_ENCRYPTION_CONTEXT: Mapping[str, Callable[[Seen], Found]] = {
    "kms:CreateGrant": _encryption_context(
        "Constraints.EncryptionContextEquals Constraints.EncryptionContextSubset"
    ),
    "kms:ReEncryptFrom": _encryption_context("SourceEncryptionContext"),
    "kms:ReEncryptTo": _encryption_context("DestinationEncryptionContext"),
}


def _grant_constraint(seen: Seen) -> Found:
    """kms:GrantConstraintType: which constraints a grant is made with."""
    constraints = seen.params.get("Constraints")
    kinds = tuple(k for k, v in constraints.items() if v) if isinstance(constraints, dict) else ()
    return [("kms:GrantConstraintType", kinds[0] if len(kinds) == 1 else kinds)] if kinds else []


def _grant_for_service(seen: Seen) -> Found:
    """Whoever calls here is no service of AWS's that acts for somebody."""
    return [("kms:GrantIsForAWSResource", "false")]


def _caller_account(seen: Seen) -> Found:
    return [("kms:CallerAccount", seen.account)] if seen.account.isdigit() else []


def _secret(seen: Seen) -> Found:
    return [("secretsmanager:SecretId", seen.resource)] if "SecretId" in seen.params else []


def _s3_headers(seen: Seen) -> Found:
    """Keys of S3 that are the headers of the same name."""
    for name, value in seen.request.headers:
        if name.startswith("x-amz-") and not name.startswith("x-amz-meta-"):
            yield f"s3:{name}", value


def _s3_authentication(seen: Seen) -> Found:
    """Facts 7.4."""
    signature = seen.signature
    if signature is None:
        return
    presigned = signature.expires is not None
    yield "s3:authType", "REST-QUERY-STRING" if presigned else "REST-HEADER"
    yield "s3:signatureversion", signature.version
    if seen.request.received and signature.timestamp:  # an older version does not tell its age
        age = max(0, int((seen.request.received - signature.time) * 1000))
        yield "s3:signatureAge", str(age)


def _s3_parameter(key: str, *names: str) -> Callable[[Seen], Found]:
    def found(seen: Seen) -> Found:
        value = next((seen.params[name] for name in names if name in seen.params), None)
        return [] if value is None else [(key, str(value))]

    return found


def _location(seen: Seen) -> Found:
    configuration = seen.params.get("CreateBucketConfiguration")
    value = configuration.get("LocationConstraint") if isinstance(configuration, dict) else None
    return [("s3:LocationConstraint", value)] if isinstance(value, str) else []


def _object_tags(seen: Seen) -> Found:
    """s3:RequestObjectTag: of the header of a PutObject, or of the body of a PutObjectTagging."""
    written = seen.params.get("Tagging")
    if isinstance(written, dict):
        pairs = _pairs(written.get("TagSet"))
    else:
        pairs = dict(parse_qsl(written)) if isinstance(written, str) else {}
    yield from ((f"s3:RequestObjectTag/{key}", value) for key, value in pairs.items())
    if pairs:
        yield "s3:RequestObjectTagKeys", tuple(pairs)


def _request_tags(seen: Seen) -> Found:
    """aws:RequestTag and aws:TagKeys: the tags that a request brings, or takes away."""
    tags: dict[str, str] = {}
    for name in ("Tags", "tags", "TagList", "TagsList"):
        tags |= _pairs(seen.params.get(name))
    for one in seen.params.get("TagSpecifications") or ():
        if isinstance(one, dict) and _of_type(one.get("ResourceType"), seen.resource):
            tags |= _pairs(one.get("Tags"))
    configuration = seen.params.get("CreateBucketConfiguration")
    if isinstance(configuration, dict):
        tags |= _pairs(configuration.get("Tags"))
    yield from ((f"aws:RequestTag/{key}", value) for key, value in tags.items())
    keys = dict.fromkeys(tags)
    for name in ("TagKeys", "tagKeys"):
        given = seen.params.get(name)
        if isinstance(given, list):
            keys |= dict.fromkeys(map(str, given))
    if keys:
        yield "aws:TagKeys", tuple(keys)


def _of_type(kind: Any, resource: str) -> bool:
    """Whether tags for that type are for the resource: EC2 gives them by type."""
    return kind is None or resource == "*" or f":{kind}/" in resource


def _pairs(tags: Any) -> dict[str, str]:
    """Tags as services write them: a list of keys and values, or a mapping."""
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    found: dict[str, str] = {}
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict):
            key = tag.get("Key", tag.get("key", tag.get("TagKey")))
            value = tag.get("Value", tag.get("value", tag.get("TagValue", "")))
            if key is not None:
                found[str(key)] = str(value if value is not None else "")
    return found


# Key, or its beginning, to what fills it.
_FUNCTIONS: Mapping[str, Callable[[Seen], Found]] = {
    "aws:RequestTag/": _request_tags,
    "aws:TagKeys": _request_tags,
    "dynamodb:Attributes": dynamodb.attributes,
    "dynamodb:LeadingKeys": dynamodb.leading_keys,
    "ec2:Region": _ec2_region,
    "kms:CallerAccount": _caller_account,
    "kms:EncryptionContext": _encryption_context("EncryptionContext"),
    "kms:GrantConstraintType": _grant_constraint,
    "kms:GrantIsForAWSResource": _grant_for_service,
    "lambda:FunctionArn": _function_arn,
    "s3:RequestObjectTag": _object_tags,
    "s3:authType": _s3_authentication,
    "s3:delimiter": _s3_parameter("s3:delimiter", "Delimiter"),
    "s3:locationconstraint": _location,
    "s3:max-keys": _s3_parameter("s3:max-keys", "MaxKeys"),
    "s3:prefix": _s3_parameter("s3:prefix", "Prefix"),
    "s3:x-amz-": _s3_headers,
    "secretsmanager:SecretId": _secret,
}


@lru_cache(maxsize=4096)
def _sources(action: str) -> tuple[Callable[[Seen], Found], ...]:
    """What fills the keys of an action, each once."""
    known = iam.action(action)
    found: dict[Callable[[Seen], Found], None] = {}
    for key in sorted(known.all_keys) if known is not None else ():
        special = [fill for begin, fill in _FUNCTIONS.items() if key.startswith(begin)]
        if key.startswith("kms:EncryptionContext") and action in _ENCRYPTION_CONTEXT:
            special = [_ENCRYPTION_CONTEXT[action]]
        for fill in special:
            found[fill] = None
        if not special and key in _PARAMETERS:
            found[_from(key, _PARAMETERS[key])] = None
    return tuple(found)


def _from(key: str, paths: str) -> Callable[[Seen], Found]:
    def fill(seen: Seen) -> Found:
        for path in paths.split():
            values = list(_at(seen.params, path.removesuffix("*")))
            if values and path.endswith("*"):
                return [(key, tuple(map(_text, values)))]
            if values and not isinstance(values[0], (dict, list)):
                return [(key, _text(values[0]))]
        return []

    return fill


def _at(params: Any, path: str) -> Iterator[Any]:
    """The values at a path, those of lists one by one."""
    name, _, rest = path.partition(".")
    value = params.get(name.removesuffix("[]")) if isinstance(params, dict) else None
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        if rest:
            yield from _at(one, rest)
        else:
            yield one


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
