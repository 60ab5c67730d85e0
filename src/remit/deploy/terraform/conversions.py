"""Arguments of resources whose properties in CloudFormation have another shape.

Source: the AWS provider's documentation and the CloudFormation Template Reference, a page for each
type in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from remit.core.text import Text
from remit.deploy.model import Data
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources
from remit.deploy.terraform.values import Value

_NO_PART = frozenset(
    {
        "bucket_prefix",
        "count",
        "deletion_window_in_days",
        "depends_on",
        "for_each",
        "force_delete",
        "force_destroy",
        "force_overwrite_replica_secret",
        "lifecycle",
        "name_prefix",
        "overwrite",
        "policy",
        "provider",
        "provisioner",
        "recovery_window_in_days",
        "skip_destroy",
        "timeouts",
    }
)
"""Arguments that say how Terraform works, or that are read elsewhere."""


@dataclass(slots=True)
class Arguments:
    """The arguments of one resource as plain data, with a record of what was read."""

    instance: Instance
    resources: Resources
    _read: set[str] = field(default_factory=set)

    def get(self, name: str) -> Data:
        """An argument; None where it is absent."""
        self._read.add(name)
        return data(self.instance.get(name))

    def blocks(self, name: str) -> list[Mapping[str, Data]]:
        """The blocks of a type."""
        value = self.get(name)
        items = value if isinstance(value, tuple | list) else (value,)
        return [one for one in items if isinstance(one, Mapping)]

    def block(self, name: str) -> Mapping[str, Data]:
        """The only block of a type; empty where there is none."""
        found = self.blocks(name)
        return found[0] if found else {}

    def others(self, type_: str, by: str, *attributes: str) -> Iterator[Arguments]:
        """The resources of a type that name this one in the argument `by`."""
        for one in self.resources.of(type_):
            meant = self.resources.meant(one.get(by), self.instance.type, *attributes)
            if meant is self.instance:
                yield Arguments(one, self.resources)

    def unread(self, title: str) -> list[str]:
        """What is written and was not read."""
        body = self.instance.body
        blocks = (b.labels[0] if b.type == "dynamic" and b.labels else b.type for b in body.blocks)
        names = dict.fromkeys((*body.attributes, *blocks))
        return [n for n in names if n not in self._read and n not in _NO_PART and n != title]


def data(value: Value) -> Data:
    """A value as plain data; None for what has no plain form."""
    found = value.data
    if isinstance(found, tuple):
        return tuple(data(one) for one in found)
    if isinstance(found, Mapping):
        return {key: data(one) for key, one in found.items()}
    if found is None or isinstance(found, str | bool | int | float | Text):
        return found
    return None


def _some(values: Mapping[str, Data]) -> dict[str, Data]:
    return {key: value for key, value in values.items() if value not in (None, "", (), [], {})}


def nothing(of: Arguments) -> dict[str, Data]:
    """All properties are arguments of another name."""
    return {}


def log_group(of: Arguments) -> dict[str, Data]:
    """Zero days stand for ever."""
    days = of.get("retention_in_days")
    return {} if days in (None, 0) else {"RetentionInDays": days}


def parameter(of: Arguments) -> dict[str, Data]:
    """The value, in either of its arguments."""
    value, plain = of.get("value"), of.get("insecure_value")
    return {"Value": plain if value is None else value}


def secret(of: Arguments) -> dict[str, Data]:
    """The value, from its version."""
    for one in of.others("aws_secretsmanager_secret_version", "secret_id", "id", "arn"):
        return _some({"SecretString": one.get("secret_string")})
    return {}


def queue(of: Arguments) -> dict[str, Data]:
    """The redrive policy, its own or from a resource of its own."""
    found = of.get("redrive_policy")
    for one in of.others("aws_sqs_queue_redrive_policy", "queue_url", "url", "id"):
        found = one.get("redrive_policy")
    return _some({"RedrivePolicy": found})


def stream(of: Arguments) -> dict[str, Data]:
    """The mode."""
    mode = of.block("stream_mode_details").get("stream_mode")
    return {"StreamModeDetails": {"StreamMode": mode}} if mode is not None else {}


_PASSWORD = {
    "minimum_length": "MinimumLength",
    "require_lowercase": "RequireLowercase",
    "require_numbers": "RequireNumbers",
    "require_symbols": "RequireSymbols",
    "require_uppercase": "RequireUppercase",
}


def user_pool(of: Arguments) -> dict[str, Data]:
    """The password policy."""
    written = of.block("password_policy")
    policy = _some({to: written.get(name) for name, to in _PASSWORD.items()})
    return {"Policies": {"PasswordPolicy": policy}} if policy else {}


# --- tables -------------------------------------------------------------------------------------


def table(of: Arguments) -> dict[str, Data]:
    """Keys, indexes, throughput, stream and lifetime."""
    by_request = of.get("billing_mode") == "PAY_PER_REQUEST"
    units = _units({name: of.get(name) for name in ("read_capacity", "write_capacity")})
    lifetime, recovery = of.block("ttl"), of.block("point_in_time_recovery")
    encryption = of.block("server_side_encryption")
    enabled = of.get("stream_enabled")
    view = of.get("stream_view_type")
    return _some(
        {
            "ProvisionedThroughput": None if by_request else units,
            "AttributeDefinitions": tuple(
                {"AttributeName": one.get("name"), "AttributeType": one.get("type")}
                for one in of.blocks("attribute")
            ),
            "KeySchema": _keys(of.get("hash_key"), of.get("range_key")),
            "GlobalSecondaryIndexes": tuple(
                _index(one, by_request) for one in of.blocks("global_secondary_index")
            ),
            "LocalSecondaryIndexes": tuple(
                _index({"hash_key": of.get("hash_key"), **one}, True)
                for one in of.blocks("local_secondary_index")
            ),
            "StreamSpecification": {"StreamViewType": view} if enabled is True and view else None,
            "TimeToLiveSpecification": _some(
                {
                    "AttributeName": lifetime.get("attribute_name"),
                    "Enabled": lifetime.get("enabled"),
                }
            )
            if lifetime
            else None,
            "PointInTimeRecoverySpecification": {
                "PointInTimeRecoveryEnabled": recovery.get("enabled")
            }
            if recovery
            else None,
            "SSESpecification": _some(
                {
                    "SSEEnabled": encryption.get("enabled"),
                    "SSEType": "KMS",
                    "KMSMasterKeyId": encryption.get("kms_key_arn"),
                }
            )
            if encryption
            else None,
        }
    )


def _keys(first: Data, second: Data) -> Data:
    found: list[Data] = [{"AttributeName": first, "KeyType": "HASH"}]
    if second is not None:
        found.append({"AttributeName": second, "KeyType": "RANGE"})
    return tuple(found)


def _units(of: Mapping[str, Data]) -> Data:
    return {
        "ReadCapacityUnits": of.get("read_capacity") or 1,
        "WriteCapacityUnits": of.get("write_capacity") or 1,
    }


def _index(one: Mapping[str, Data], by_request: bool) -> Data:
    projection = _some(
        {
            "ProjectionType": one.get("projection_type"),
            "NonKeyAttributes": one.get("non_key_attributes"),
        }
    )
    return _some(
        {
            "IndexName": one.get("name"),
            "KeySchema": _keys(one.get("hash_key"), one.get("range_key")),
            "Projection": projection,
            "ProvisionedThroughput": None if by_request else _units(one),
        }
    )


# --- buckets ------------------------------------------------------------------------------------


def bucket(of: Arguments) -> dict[str, Data]:
    """What stands in the resource itself, as in old versions, or in resources of their own."""
    versioning: Data = "Enabled" if of.block("versioning").get("enabled") is True else None
    for one in of.others("aws_s3_bucket_versioning", "bucket", "id", "bucket"):
        versioning = one.block("versioning_configuration").get("status")
    cors = of.blocks("cors_rule")
    for one in of.others("aws_s3_bucket_cors_configuration", "bucket", "id", "bucket"):
        cors = one.blocks("cors_rule")
    rules: list[Data] = []
    for one in of.others(
        "aws_s3_bucket_server_side_encryption_configuration", "bucket", "id", "bucket"
    ):
        rules = [_encryption(rule) for rule in one.blocks("rule")]
    owner: Data = None
    for one in of.others("aws_s3_bucket_ownership_controls", "bucket", "id", "bucket"):
        owner = one.block("rule").get("object_ownership")
    public: dict[str, Data] = {}
    for one in of.others("aws_s3_bucket_public_access_block", "bucket", "id", "bucket"):
        public = _some({to: one.get(name) for name, to in _PUBLIC.items()})
    locked = of.get("object_lock_enabled")
    return _some(
        {
            "ObjectLockEnabled": locked if locked is True else None,
            "VersioningConfiguration": {"Status": versioning}
            if versioning in ("Enabled", "Suspended")
            else None,
            "CorsConfiguration": {"CorsRules": tuple(map(_cors, cors))} if cors else None,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": tuple(rules)}
            if rules
            else None,
            "PublicAccessBlockConfiguration": public,
            "OwnershipControls": {"Rules": ({"ObjectOwnership": owner},)} if owner else None,
        }
    )


_PUBLIC = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
_CORS = {
    "allowed_headers": "AllowedHeaders",
    "allowed_methods": "AllowedMethods",
    "allowed_origins": "AllowedOrigins",
    "expose_headers": "ExposedHeaders",
    "id": "Id",
    "max_age_seconds": "MaxAge",
}


def _cors(rule: Mapping[str, Data]) -> Data:
    return _some({to: rule.get(name) for name, to in _CORS.items()})


def _encryption(rule: Mapping[str, Data]) -> Data:
    listed = rule.get("apply_server_side_encryption_by_default")
    inner = listed[0] if isinstance(listed, tuple | list) and listed else listed
    default = inner if isinstance(inner, Mapping) else {}
    return _some(
        {
            "ServerSideEncryptionByDefault": _some(
                {
                    "SSEAlgorithm": default.get("sse_algorithm"),
                    "KMSMasterKeyID": default.get("kms_master_key_id"),
                }
            ),
            "BucketKeyEnabled": rule.get("bucket_key_enabled"),
        }
    )
