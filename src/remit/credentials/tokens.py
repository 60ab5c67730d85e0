"""Web identity tokens: JSON Web Tokens, verified against keys that are given.

Source: facts/iam.md 3.7 and 5.4 (IAM User Guide, id_roles_providers_create_oidc,
reference_policies_iam-condition-keys, id_session-tags; STS API Reference,
AssumeRoleWithWebIdentity). Nothing is fetched: who wants other keys gives another document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remit.credentials.errors import AuthError

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
"""RSA and elliptic curves; no shared secrets, and not `none`."""
SKEW = 300
"""Seconds by which a token may be issued in the future."""
_TAGS = "https://aws.amazon.com/tags"
_SOURCE = "https://aws.amazon.com/source_identity"

NOT_A_TOKEN = (
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"  # noqa: S105 - a sentence
)
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference"
    " AssumeRoleWithWebIdentity documentation for requirements"
)
WRONG_AUDIENCE = "Incorrect token audience"


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """What a verified token says.

    `audience` is the one that counts: `azp` where there is one. `audiences` are all of `aud`.
    `tags`, `transitive` and `source_identity` are those that AWS reads from claims of its own.
    """

    issuer: str
    subject: str
    audience: str
    audiences: tuple[str, ...]
    claims: Mapping[str, Any]
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None


def issuer(token: str) -> str:
    """Who a token says it is from; nothing is verified. Raises AuthError."""
    found = _unverified(token).get("iss")
    if not isinstance(found, str) or not found:
        raise invalid("Missing a required claim: iss")
    return found


def verify(
    token: str, keys: Mapping[str, object], audiences: tuple[str, ...], now: float
) -> WebIdentity:
    """What the token says, if one of `keys` (a JWKS document, parsed) signed it, it is meant for
    one of `audiences`, and holds at `now`. Raises AuthError."""
    claims = _signed(token, keys)
    for name in ("iss", "sub", "aud", "exp", "iat"):
        if name not in claims:
            raise invalid(f"Missing a required claim: {name}")
    _check_times(claims, now)
    listed = _texts(claims["aud"])
    party = claims.get("azp")
    audience = party if isinstance(party, str) else listed[0] if len(listed) == 1 else None
    if audience is None or audience not in audiences:
        raise invalid(WRONG_AUDIENCE)
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise invalid("Missing a required claim: sub")
    tags, transitive = _tags(claims)
    source = claims.get(_SOURCE)
    return WebIdentity(
        str(claims["iss"]),
        subject,
        audience,
        listed,
        claims,
        tags,
        transitive,
        source if isinstance(source, str) else None,
    )


def invalid(message: str) -> AuthError:
    """A token that does not hold."""
    return AuthError("InvalidIdentityToken", message, 400)


def _unverified(token: str) -> dict[str, Any]:
    from jwt import decode
    from jwt.exceptions import PyJWTError

    try:
        found: dict[str, Any] = decode(token, options={"verify_signature": False})
    except (PyJWTError, ValueError, RecursionError):
        raise invalid(NOT_A_TOKEN) from None
    return found


def _signed(token: str, keys: Mapping[str, object]) -> dict[str, Any]:
    """The claims, the signature verified and nothing else: the clock is the caller's."""
    from jwt import PyJWK, decode, get_unverified_header
    from jwt.exceptions import PyJWTError

    try:
        header = get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        raise invalid(NOT_A_TOKEN) from None
    algorithm, key = header.get("alg"), _key(keys, header.get("kid"))
    if key is None or algorithm not in ALGORITHMS:
        raise invalid(NO_KEY)
    options = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub")}
    try:
        made = PyJWK.from_dict(dict(key), algorithm)
        found: dict[str, Any] = decode(token, made, [algorithm], options=options)  # type: ignore[arg-type]  # a TypedDict of just these
    except (PyJWTError, ValueError, TypeError, KeyError, RecursionError):
        raise invalid(NO_KEY) from None
    return found


def _key(keys: Mapping[str, object], wanted: object) -> Mapping[str, Any] | None:
    """The key of that id. A token without one is for a document with one key."""
    listed = keys.get("keys")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if wanted is None:
        return found[0] if len(found) == 1 else None
    return next((one for one in found if one.get("kid") == wanted), None)


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if not all(isinstance(one, int | float) for one in times.values()):
        raise invalid(NOT_A_TOKEN)
    if now >= times["exp"]:
        text = (
            f"Token expired: current date/time {int(now)} must be before the expiration date/time"
            f" {int(times['exp'])}"
        )
        raise AuthError("ExpiredTokenException", text, 400)
    if max(times["iat"], times.get("nbf", 0)) > now + SKEW:
        raise invalid("The token is not valid yet")


def _tags(claims: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Session tags: an object of AWS's own name, whose values are lists of one (id_session-tags,
    "Passing session tags using AssumeRoleWithWebIdentity")."""
    holder = claims.get(_TAGS)
    if not isinstance(holder, dict):
        return (), ()
    listed = holder.get("principal_tags")
    if not isinstance(listed, dict):
        listed = {}
    tags = tuple((key, one) for key, value in listed.items() for one in _texts(value)[:1])
    return tags, _texts(holder.get("transitive_tag_keys", ()))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def parse_keys(text: str | bytes) -> Mapping[str, object]:
    """A JWKS document. Raises ValueError for one that is none."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("the JWKS document is nested too deeply") from None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("a JWKS document is an object with a list `keys`")
    return found
