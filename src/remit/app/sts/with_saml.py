"""AssumeRoleWithSAML.

Source: facts/iam.md 3.7, 5.2 and 5.4 (STS API Reference; IAM User Guide,
id_roles_providers_create_saml_assertions, reference_policies_iam-condition-keys "Available keys
for SAML-based federation", troubleshoot_saml).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from remit.app.sts.assume_role import account_of
from remit.app.sts.errors import bad_token, denied, validation
from remit.app.sts.federation import let_in, result, role_arn, told_source, told_tags
from remit.app.sts.policies import passed
from remit.app.sts.ports import Call, Means
from remit.app.sts.session import Result
from remit.core.request import Value
from remit.credentials import saml
from remit.credentials.saml import Assertion

_ACTION = "sts:AssumeRoleWithSAML"
_AWS = "https://aws.amazon.com/SAML/Attributes/"
_TAG = f"{_AWS}PrincipalTag:"
_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}")
_IDENTITY_CENTER = "AWSReservedSSO_"  # those roles cannot be had so (STS API Reference)
_SHORTEST, _LONGEST = 900, 43_200
DENIED = "Not authorized to perform sts:AssumeRoleWithSAML"
NO_NAME = "RoleSessionName is required in AuthnResponse"
WRONG_NAME = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
NO_PROVIDER = "Specified provider doesn't exist"

_EDU_PERSON = (
    "Affiliation Nickname OrgDN OrgUnitDN PrimaryAffiliation PrincipalName Entitlement"
    " PrimaryOrgUnitDN ScopedAffiliation TargetedID Assurance"
)
_EDU_ORG = "HomePageURI IdentityAuthNPolicyURI LegalName SuperiorURI WhitePagesURI"
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
ATTRIBUTES: Mapping[str, str] = {
    **{
        f"urn:oid:1.3.6.1.4.1.5923.1.1.1.{number}": f"saml:eduPerson{name}"
        for number, name in enumerate(_EDU_PERSON.split(), 1)
    },
    **{
        f"urn:oid:1.3.6.1.4.1.5923.1.2.1.{number}": f"saml:eduOrg{name}"
        for number, name in enumerate(_EDU_ORG.split(), 2)
    },
    "urn:oid:2.5.4.3": "saml:cn",
    "urn:oid:2.5.4.4": "saml:surname",
    "urn:oid:2.5.4.42": "saml:givenName",
    "urn:oid:2.5.4.45": "saml:x500UniqueIdentifier",
    "urn:oid:0.9.2342.19200300.100.1.1": "saml:uid",
    "urn:oid:0.9.2342.19200300.100.1.3": "saml:mail",
    "urn:oid:0.9.2342.19200300.100.1.45": "saml:organizationStatus",
    f"{_CLAIMS}name": "saml:name",
    f"{_CLAIMS}givenname": "saml:givenName",
    f"{_CLAIMS}surname": "saml:surname",
    f"{_CLAIMS}emailaddress": "saml:mail",
    "http://schemas.xmlsoap.org/claims/CommonName": "saml:commonName",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": (
        "saml:primaryGroupSID"
    ),
}
"""Attributes that become condition keys. All but those of eduPerson and eduOrg are lists."""


def assume_role_with_saml(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Take on a role with a SAML assertion. Raises AuthError."""
    arn, principal = role_arn(params["RoleArn"]), params["PrincipalArn"]
    given = passed(params, account_of(arn), means.state)
    provider = means.state.saml_provider(principal)
    if provider is None:
        raise bad_token(NO_PROVIDER)
    assertion = saml.verify(params["SAMLAssertion"], provider.metadata, means.now)
    reserved = arn.rpartition("/")[2].startswith(_IDENTITY_CENTER)
    if reserved or not _maps(assertion, arn, principal):
        raise denied(DENIED)
    name = _name(assertion)
    source = told_source(next(iter(assertion.values(f"{_AWS}SourceIdentity")), None))
    tags = told_tags(_tags(assertion), assertion.values(f"{_AWS}TransitiveTagKeys"))
    own = keys(assertion, principal)
    asked = {**own, "sts:RoleSessionName": name}
    if source is not None:
        asked["sts:SourceIdentity"] = source
    role = let_in(_ACTION, arn, principal, asked, tags, call, means)
    longest = None if assertion.ends is None else assertion.ends - means.now
    timed = params if "DurationSeconds" in params else {**params, **_duration(assertion)}
    found = result(
        role, timed, (name, given, tags), means,
        longest=longest, source=source, provider=principal, context=_later(own),
    )  # fmt: skip
    return {
        **found,
        "Subject": assertion.subject,
        "SubjectType": assertion.subject_type,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": str(own["saml:namequalifier"]),
    }


def keys(assertion: Assertion, provider: str) -> dict[str, Value]:
    """The condition keys of an assertion (3.7)."""
    account, name = account_of(provider), provider.rpartition("/")[2]
    found: dict[str, Value] = {
        "saml:aud": assertion.recipient,
        "saml:iss": assertion.issuer,
        "saml:doc": f"{account}/{name}",
        "saml:sub": assertion.subject,
        "saml:sub_type": assertion.subject_type,
        "saml:namequalifier": saml.name_qualifier(assertion.issuer, account, name),
    }
    for attribute, values in assertion.attributes:
        key = ATTRIBUTES.get(attribute)
        if key is not None and values:
            single = key.startswith("saml:edu") and len(values) == 1
            found[key] = values[0] if single else values
    return found


def _later(own: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """The keys that later calls of the session still have (3.7)."""
    later = ("saml:namequalifier", "saml:sub", "saml:sub_type")
    return tuple((key, str(own[key])) for key in later)


def _maps(assertion: Assertion, role: str, provider: str) -> bool:
    """Whether the assertion gives this role to its subject: a pair of ARNs, in either order."""
    listed = assertion.values(f"{_AWS}Role")
    pairs = ({one.strip() for one in value.split(",")} for value in listed)
    return any(pair == {role, provider} for pair in pairs)


def _name(assertion: Assertion) -> str:
    found = assertion.values(f"{_AWS}RoleSessionName")
    if not found or not found[0]:
        raise bad_token(NO_NAME)
    if _NAME.fullmatch(found[0]) is None:
        raise bad_token(WRONG_NAME)
    return found[0]


def _tags(assertion: Assertion) -> list[tuple[str, str]]:
    return [
        (name.removeprefix(_TAG), values[0] if values else "")
        for name, values in assertion.attributes
        if name.startswith(_TAG)
    ]


def _duration(assertion: Assertion) -> dict[str, int]:
    """The SessionDuration of the assertion, where the call itself does not say how long."""
    found = assertion.values(f"{_AWS}SessionDuration")
    if not found:
        return {}
    text = found[0]
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise validation(f"Value '{text}' at 'SessionDuration' must be 900 to 43200 seconds.")
    return {"DurationSeconds": seconds}
