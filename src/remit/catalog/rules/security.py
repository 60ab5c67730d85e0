"""KMS, Secrets Manager, Systems Manager.

Sources: KMS Developer Guide, kms-api-permissions-reference and alias-authorization; Secrets
Manager User Guide, reference_iam-permissions and security-encryption; Systems Manager User
Guide, sysman-paramstore-access and sysman-paramstore-securestring.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, key, pass_role, same

_KEY = ("key",)


def _on_key(action: str, fill: str, alias: str = "KeyId") -> Grant:
    return Grant(
        f"kms:{action}",
        _KEY,
        fill={"KeyId": fill},
        context={"kms:RequestAlias": f"{alias}|requestalias"},
    )


def _on_alias(action: str) -> Grant:
    return Grant(f"kms:{action}", ("alias",), fill={"Alias": "AliasName|alias"})


_ALIASED = (
    "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac",
    "GetPublicKey", "Sign", "Verify", "VerifyMac", "DeriveSharedSecret",
)  # fmt: skip
_KMS = Family(
    rules={
        **{name: (_on_key(name, "KeyId|kms"),) for name in _ALIASED},
        "Decrypt": (_on_key("Decrypt", "KeyId|kms !key_of_the_ciphertext"),),
        "RetireGrant": (_on_key("RetireGrant", "KeyId|kms !key_of_the_grant"),),
        "ReEncrypt": (
            _on_key("ReEncryptFrom", "SourceKeyId|kms !key_of_the_ciphertext", "SourceKeyId"),
            _on_key("ReEncryptTo", "DestinationKeyId|kms", "DestinationKeyId"),
        ),
        "CreateAlias": (
            _on_alias("CreateAlias"),
            Grant("kms:CreateAlias", _KEY, fill={"KeyId": "TargetKeyId|kms"}),
        ),
        "UpdateAlias": (
            _on_alias("UpdateAlias"),
            Grant("kms:UpdateAlias", _KEY, fill={"KeyId": "TargetKeyId|kms"}),
        ),
        "DeleteAlias": (
            _on_alias("DeleteAlias"),
            Grant("kms:DeleteAlias", _KEY, fill={"KeyId": "!key_behind_the_alias"}),
        ),
    },
    extras={
        "CreateKey": (Grant("kms:TagResource", _KEY, when="Tags", fill={"KeyId": "!new_key"}),),
    },
    fills={"KeyId": "KeyId|kms"},
)

_ANY_SECRET = ("Secret",)


def _managed(action: str) -> Grant:
    """security-encryption: only a customer managed key asks its caller for a permission."""
    grant = key(action, "KmsKeyId", via="secretsmanager")
    return Grant(
        grant.action,
        arns=grant.arns,
        when="KmsKeyId",
        unless="KmsKeyId=alias/aws/secretsmanager",
        fill=grant.fill,
        context=grant.context,
    )


_SECRETS = Family(
    rules={
        # reference_iam-permissions, BatchGetSecretValue: and GetSecretValue on each secret.
        "BatchGetSecretValue": (
            Grant("secretsmanager:BatchGetSecretValue", ("*",)),
            Grant(
                "secretsmanager:GetSecretValue",
                _ANY_SECRET,
                when="SecretIdList",
                fill={"SecretId": "SecretIdList|secret"},
            ),
            Grant("secretsmanager:ListSecrets", ("*",), when="Filters"),
        ),
        "CreateSecret": (
            Grant(
                "secretsmanager:CreateSecret",
                _ANY_SECRET,
                fill={"SecretId": "Name|secret"},
                context={"secretsmanager:Name": "Name"},
            ),
            Grant(
                "secretsmanager:TagResource",
                _ANY_SECRET,
                when="Tags",
                fill={"SecretId": "Name|secret"},
            ),
            _managed("GenerateDataKey"),
            _managed("Decrypt"),
        ),
    },
    extras={
        "UpdateSecret": (_managed("GenerateDataKey"), _managed("Decrypt")),
        "RotateSecret": (
            Grant(
                "lambda:InvokeFunction",
                ("function",),
                when="RotationLambdaARN",
                fill={"FunctionName": "RotationLambdaARN"},
            ),
        ),
    },
    unmapped=dict.fromkeys(
        ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica", "ListResourcePolicies"),
        NEWER,
    ),
    fills={"SecretId": "SecretId|secret SecretARN"},
)

# A SecureString may be under the managed key aws/ssm, which is open to the account's callers.
_SECURE = Grant(
    "kms:Decrypt",
    arns=("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",),
    when="WithDecryption=true",
    fill={"KeyId": "!key_of_the_parameter"},
    context={"kms:ViaService": "~ssm"},
    condition="the parameter is encrypted with a customer managed key",
)
_DOCUMENT = ("arn:${Partition}:ssm:${Region}:${Account}:document/${DocumentName}",)
_AWS_DOCUMENT = ("arn:${Partition}:ssm:${Region}::document/${DocumentName}",)
_KINDS = (
    ("Parameter", "parameter"),
    ("Document", "document"),
    ("MaintenanceWindow", "maintenancewindow"),
    ("ManagedInstance", "managed-instance"),
    ("PatchBaseline", "patchbaseline"),
    ("OpsItem", "opsitem"),
    ("OpsMetadata", "opsmetadata"),
    ("Automation", "automation-execution"),
    ("Association", "association"),
)


def _tagging(action: str) -> tuple[Grant, ...]:
    """The parameter ResourceType says of which type ResourceId is."""
    return tuple(
        Grant(f"ssm:{action}", (type_name,), when=f"ResourceType={kind}", ask=True)
        for kind, type_name in _KINDS
    )


def _parameters(action: str, fill: str, *extras: Grant) -> tuple[Grant, ...]:
    fills = {"ParameterNameWithoutLeadingSlash": fill}
    return (Grant(f"ssm:{action}", ("parameter",), fill=fills), *extras)


_SSM = Family(
    rules={
        "GetParameter": _parameters("GetParameter", "Name|noslash", _SECURE),
        "GetParameterHistory": _parameters("GetParameterHistory", "Name|noslash", _SECURE),
        "GetParameters": _parameters("GetParameters", "Names|noslash", _SECURE),
        # AWS checks the path itself; whether a trailing slash stays is not documented.
        "GetParametersByPath": (
            Grant(
                "ssm:GetParametersByPath",
                ("parameter",),
                fill={"ParameterNameWithoutLeadingSlash": "Path|path"},
                also=(
                    "arn:${Partition}:ssm:${Region}:${Account}:"
                    "parameter/${ParameterNameWithoutLeadingSlash}/",
                ),
            ),
            _SECURE,
        ),
        "SendCommand": (
            Grant("ssm:SendCommand", arns=_DOCUMENT, also=_AWS_DOCUMENT, types=("document",)),
            Grant(
                "ssm:SendCommand",
                arns=("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}",),
                types=("instance",),
                when="InstanceIds",
                fill={"InstanceId": "InstanceIds"},
                also=("arn:${Partition}:ssm:${Region}:${Account}:managed-instance/${InstanceId}",),
            ),
            pass_role("ServiceRoleArn", "ssm.amazonaws.com"),
        ),
        "StartSession": (
            Grant(
                "ssm:StartSession",
                ("instance", "managed-instance"),
                fill={"InstanceId": "Target"},
                also=("arn:${Partition}:ssm:${Region}:${Account}:managed-instance/${InstanceId}",),
            ),
        ),
        "StartAutomationExecution": (
            Grant(
                "ssm:StartAutomationExecution",
                arns=_DOCUMENT,
                types=("document",),
                also=(
                    *_AWS_DOCUMENT,
                    "arn:${Partition}:ssm:${Region}:${Account}:"
                    "automation-definition/${DocumentName}:${V}",
                    "arn:${Partition}:ssm:${Region}::automation-definition/${DocumentName}:${V}",
                ),
            ),
            pass_role("Parameters.AutomationAssumeRole", "ssm.amazonaws.com"),
        ),
        **{
            name: _tagging(name)
            for name in ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")
        },
    },
    extras={
        "PutParameter": (
            Grant(
                "kms:Encrypt",
                arns=("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",),
                when="KeyId",
                unless="KeyId=alias/aws/ssm",
                fill={"KeyId": "KeyId|kms"},
                context={"kms:ViaService": "~ssm"},
            ),
            Grant("ssm:AddTagsToResource", ("parameter",), when="Tags"),
        ),
        **same(
            "RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask",
            pass_role("ServiceRoleArn", "ssm.amazonaws.com"),
        ),
        "CreateActivation": (pass_role("IamRole", "ssm.amazonaws.com"),),
    },
    types={
        "CreateAssociation": ("document",),
        "DeregisterTargetFromMaintenanceWindow": ("maintenancewindow",),
        "DeregisterTaskFromMaintenanceWindow": ("maintenancewindow",),
        "UpdateMaintenanceWindowTarget": ("maintenancewindow",),
        "UpdateMaintenanceWindowTask": ("maintenancewindow",),
        "UpdateManagedInstanceRole": ("managed-instance",),
    },
    unmapped=dict.fromkeys(
        (
            "DeregisterDefaultHostManagementConfiguration",
            "RegisterDefaultHostManagementConfiguration",
        ),
        NEWER,
    ),
    fills={
        "ParameterNameWithoutLeadingSlash": "Name|noslash Names|noslash ResourceId|noslash",
        "DocumentName": "DocumentName Name ResourceId",
        "V": "DocumentVersion !version",
        "maintenancewindow.ResourceId": "WindowId ResourceId",
        "opsitem.ResourceId": "OpsItemId ResourceId",
        "opsmetadata.ResourceId": "OpsMetadataArn ResourceId",
        "servicesetting.ResourceId": "SettingId|noslash",
        "PatchBaselineIdResourceId": "BaselineId ResourceId",
        "AutomationExecutionId": "AutomationExecutionId ResourceId",
        "AssociationId": "AssociationId ResourceId",
        "managed-instance.InstanceId": "InstanceId ResourceId",
    },
)

FAMILIES = {"kms": _KMS, "secretsmanager": _SECRETS, "ssm": _SSM}
