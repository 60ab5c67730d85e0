"""Keys, secrets and parameters: from properties to calls.

Source: CloudFormation Template Reference, the page of each type; KMS, Secrets Manager and Systems
Manager API References.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from remit.app.provision.model import Step
from remit.app.provision.of import Of, within, without_nothing
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.model import Data


def key(of: Of) -> Iterator[Step]:
    """AWS::KMS::Key. Its policy is put like all others (policies.py)."""
    of.get("KeyPolicy")
    yield Step(
        "kms",
        "CreateKey",
        without_nothing(
            {
                **of.same("Description", "KeyUsage", "KeySpec", "MultiRegion", "Origin"),
                "Tags": of.tags("TagKey", "TagValue"),
            }
        ),
        {"KeyMetadata.KeyId": of.title},
    )
    if of.is_set("EnableKeyRotation"):
        yield Step("kms", "EnableKeyRotation", {"KeyId": of.title})


def alias(of: Of) -> Iterator[Step]:
    """AWS::KMS::Alias."""
    yield Step("kms", "CreateAlias", of.same("AliasName", "TargetKeyId"))


_GENERATED = "GenerateSecretString"
_OPTIONS = (
    "ExcludeLowercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "ExcludeUppercase",
    "IncludeSpace",
    "PasswordLength",
    "RequireEachIncludedType",
)


def secret(of: Of) -> Iterator[Step]:
    """AWS::SecretsManager::Secret, with a generated value where it asks for one."""
    value = of.get("SecretString")
    if value is None and of.get(_GENERATED) is not None:
        made = Hole(HoleKind.DATA, f"value of {of.resource.name}")
        options = {one: within(of.get(_GENERATED), one) for one in _OPTIONS}
        # What would end the string in which it stands is left out too.
        excluded = f'{_text(within(of.get(_GENERATED), "ExcludeCharacters"))}"\\'
        yield Step(
            "secretsmanager",
            "GetRandomPassword",
            without_nothing({**options, "ExcludeCharacters": excluded}),
            {"RandomPassword": Text.of(made)},
            secret=True,
            before=True,
        )
        value = _within_template(of, made)
    yield Step(
        "secretsmanager",
        "CreateSecret",
        without_nothing(
            {
                "Name": of.title,
                **of.same("Description", "KmsKeyId"),
                "SecretString": value,
                "Tags": of.tags(),
            }
        ),
        {"ARN": of.attribute("Arn")},
        secret=True,
    )


def _within_template(of: Of, made: Hole) -> Text:
    """The generated value alone, or as a key of the object that the template gives."""
    name = _text(within(of.get(_GENERATED), "GenerateStringKey"))
    template = _text(within(of.get(_GENERATED), "SecretStringTemplate"))
    try:
        given = json.loads(template) if template else None
    except (ValueError, RecursionError):
        given = None
    if not name or not isinstance(given, dict):
        return Text.of(made)
    mark = "\x00"
    before, _, after = json.dumps({**given, name: mark}).partition(json.dumps(mark)[1:-1])
    return Text.of(before, made, after)


def _text(value: Data) -> str:
    return value if isinstance(value, str) else ""


def parameter(of: Of) -> Iterator[Step]:
    """AWS::SSM::Parameter."""
    yield Step(
        "ssm",
        "PutParameter",
        without_nothing(
            {
                "Name": of.title,
                **of.same("Type", "Value", "Description", "AllowedPattern", "Tier", "DataType"),
                "Tags": of.tags(),
            }
        ),
        secret=True,
    )
