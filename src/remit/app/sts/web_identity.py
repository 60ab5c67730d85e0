"""AssumeRoleWithWebIdentity.

Source: facts/iam.md 3.2, 3.7, 5.2 and 5.4 (STS API Reference; IAM User Guide,
reference_policies_iam-condition-keys, "Available keys for AWS OIDC federation").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.sts.assume_role import account_of
from remit.app.sts.errors import bad_token
from remit.app.sts.federation import let_in, result, role_arn, told_source, told_tags
from remit.app.sts.policies import passed
from remit.app.sts.ports import Call, Means, OidcProvider
from remit.app.sts.session import Result
from remit.core.request import Value
from remit.credentials import tokens
from remit.credentials.tokens import WebIdentity

_ACTION = "sts:AssumeRoleWithWebIdentity"
_OF_TOKENS = frozenset({"accounts.google.com"})
_LATER = ("amr", "aud", "id", "sub")
"""The keys that later calls of the session still have (3.7)."""


def assume_role_with_web_identity(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Take on a role with a token of an OpenID Connect provider. Raises AuthError."""
    arn, token = role_arn(params["RoleArn"]), params["WebIdentityToken"]
    account = account_of(arn)
    given = passed(params, account, means.state)
    issuer = tokens.issuer(token)
    provider = _provider(issuer, account, means)
    identity = tokens.verify(token, provider.keys, provider.audiences, means.now)
    tags = told_tags(identity.tags, identity.transitive)
    name, source = params["RoleSessionName"], told_source(identity.source_identity)
    own = keys(identity, provider.name)
    asked = {**own, "aws:FederatedProvider": provider.principal, "sts:RoleSessionName": name}
    if source is not None:
        asked["sts:SourceIdentity"] = source
    role = let_in(_ACTION, arn, provider.principal, asked, tags, call, means)
    later = tuple(
        (f"{provider.name}:{one}", value)
        for one in _LATER
        if isinstance(value := own.get(f"{provider.name}:{one}"), str)
    )
    found = result(
        role, params, (name, given, tags), means,
        source=source, provider=provider.principal, context=later,
    )  # fmt: skip
    return {
        **found,
        "SubjectFromWebIdentityToken": identity.subject,
        "Audience": identity.audience,
        "Provider": provider.principal,
    }


def _provider(issuer: str, account: str, means: Means) -> OidcProvider:
    name = issuer.removeprefix("https://")
    found = means.state.oidc_provider(account, name)
    if found is None:
        raise bad_token(f"No OpenIDConnect provider found in your account for {issuer}")
    return found


def keys(identity: WebIdentity, provider: str) -> dict[str, Value]:
    """The condition keys of a token: `<provider>:aud` and its like (3.7)."""
    claims = identity.claims
    found: dict[str, Value] = {
        f"{provider}:aud": identity.audience,
        f"{provider}:sub": identity.subject,
    }
    if "azp" in claims:
        found[f"{provider}:azp"] = str(claims["azp"])
    if provider in _OF_TOKENS:
        found[f"{provider}:oaud"] = identity.audiences[0] if identity.audiences else ""
    for name in ("email", "id"):
        if isinstance(claims.get(name), str):
            found[f"{provider}:{name}"] = claims[name]
    methods = claims.get("amr")
    if isinstance(methods, str | list) and methods:
        listed = [methods] if isinstance(methods, str) else methods
        found[f"{provider}:amr"] = tuple(str(one) for one in listed)
    return found
