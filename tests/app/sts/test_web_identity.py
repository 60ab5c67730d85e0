"""AssumeRoleWithWebIdentity: tokens of an issuer made for the test. No network."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from remit.app.sts.identity import caller as caller_of
from remit.app.sts.identity import keys
from remit.app.sts.ports import OidcProvider
from remit.credentials.errors import AuthError
from remit.credentials.tokens import NO_KEY, NOT_A_TOKEN, parse_keys
from tests.app.sts.world import (
    HERE,
    NOW,
    OIDC,
    ROLE,
    THERE,
    Desk,
    World,
    claims_of,
    deny,
    policy,
    trust,
)

ISSUER, HOST = "https://issuer.example/pool", "issuer.example/pool"
CLAIMS = {"iss": ISSUER, "sub": "system:app", "aud": "sts.amazonaws.com", "iat": NOW - 10,
          "exp": NOW + 600}  # fmt: skip


@cache
def rsa_key(name: str = "one") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def jwks() -> Mapping[str, object]:
    first = json.loads(RSAAlgorithm.to_jwk(rsa_key().public_key())) | {"kid": "one"}
    second = json.loads(ECAlgorithm.to_jwk(ec_key().public_key())) | {"kid": "two", "use": "sig"}
    return parse_keys(json.dumps({"keys": [first, second]}))


def token(claims: Mapping[str, Any] | None = None, *, kid: str | None = "one", **more: Any) -> str:
    made = {k: v for k, v in {**CLAIMS, **(claims or {}), **more}.items() if v is not None}
    key: Any = ec_key() if kid == "two" else rsa_key()
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(made, key, "ES256" if kid == "two" else "RS256", headers=headers)


def provider(**more: Any) -> OidcProvider:
    values: dict[str, Any] = {
        "principal": OIDC,
        "name": HOST,
        "audiences": ("sts.amazonaws.com",),
        "keys": jwks(),
    }
    return OidcProvider(**{**values, **more})


def trusted(*actions: str, **more: Any) -> dict[str, Any]:
    return trust(*(actions or ("sts:AssumeRoleWithWebIdentity",)), to={"Federated": OIDC}, **more)


def desk(document: Any = None, **more: Any) -> Desk:
    return Desk(World(trusts={ROLE: document or trusted()}, oidc=provider(), **more))


def assume(at: Desk, given: str, **more: Any) -> dict[str, Any]:
    params = {"RoleArn": ROLE, "RoleSessionName": "app", "WebIdentityToken": given, **more}
    return at.call("AssumeRoleWithWebIdentity", None, **params)


@pytest.mark.parametrize("kid", ["one", "two"])
def test_there_and_back(kid: str) -> None:
    result = assume(desk(), token(kid=kid))
    assert {k: v for k, v in result.items() if k != "Credentials"} == {
        "AssumedRoleUser": {
            "AssumedRoleId": "AROAEXAMPLEIDTARGET:app",
            "Arn": f"arn:aws:sts::{HERE}:assumed-role/target/app",
        },
        "SubjectFromWebIdentityToken": "system:app",
        "Audience": "sts.amazonaws.com",
        "Provider": OIDC,  # the provider's ARN [O] (5.2)
    }
    claims = claims_of(result)
    assert (claims.provider, claims.chained, claims.expires) == (OIDC, False, NOW + 3600)
    found = keys(caller_of(claims), NOW)
    assert found["aws:FederatedProvider"] == OIDC
    assert found[f"{HOST}:sub"] == "system:app"  # usable after the session starts (3.7)
    assert "aws:MultiFactorAuthPresent" not in found  # 3.6


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"StringEquals": {f"{HOST}:sub": "system:app"}}, {}, True),
    ({"StringEquals": {f"{HOST}:sub": "system:other"}}, {}, False),
    ({"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"}}, {}, True),
    ({"StringEquals": {"aws:FederatedProvider": OIDC}}, {}, True),
    ({"StringEquals": {"sts:RoleSessionName": "app"}}, {}, True),
    ({"ForAnyValue:StringEquals": {f"{HOST}:amr": "mfa"}}, {"amr": ["pwd", "mfa"]}, True),
    ({"ForAnyValue:StringEquals": {f"{HOST}:amr": "mfa"}}, {"amr": ["pwd"]}, False),
    ({"StringEquals": {f"{HOST}:email": "a@b"}}, {"email": "a@b"}, True),
    ({"StringEquals": {f"{HOST}:azp": "sts.amazonaws.com"}},
     {"azp": "sts.amazonaws.com", "aud": ["x", "y"]}, True),
    ({"Null": {"aws:PrincipalArn": "true"}}, {}, True),
    ({"Null": {"aws:userid": "true"}}, {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "claims", "allowed"), CONDITIONS)
def test_condition_keys(condition: dict[str, Any], claims: dict[str, Any], allowed: bool) -> None:
    at = desk(trusted(Condition=condition))
    if allowed:
        assert assume(at, token(claims))
        return
    with pytest.raises(AuthError) as error:
        assume(at, token(claims))
    assert (error.value.code, error.value.status) == ("AccessDenied", 403)
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


INVALID = "InvalidIdentityToken"
FAULTS: list[tuple[str, str, str, str]] = [
    ("no token", "not a token", INVALID, NOT_A_TOKEN),
    ("no issuer", token(iss=None), INVALID, "Missing a required claim: iss"),
    ("another issuer", token(iss="https://evil.example"), INVALID,
     "No OpenIDConnect provider found in your account for https://evil.example"),
    ("another audience", token(aud="other"), INVALID, "Incorrect token audience"),
    ("audiences without azp", token(aud=["sts.amazonaws.com", "x"]), INVALID,
     "Incorrect token audience"),
    ("azp counts", token(azp="other"), INVALID, "Incorrect token audience"),
    ("expired", token(exp=NOW), "ExpiredTokenException",
     f"Token expired: current date/time {int(NOW)} must be before the expiration date/time"
     f" {int(NOW)}"),
    ("no expiry", token(exp=None), INVALID, "Missing a required claim: exp"),
    ("no subject", token(sub=None), INVALID, "Missing a required claim: sub"),
    ("unknown key", token(kid="three"), INVALID, NO_KEY),
    ("no key id, two keys", token(kid=None), INVALID, NO_KEY),
    ("issued tomorrow", token(iat=NOW + 86400), INVALID, "The token is not valid yet"),
    ("another key's signature", jwt.encode(CLAIMS, rsa_key("other"), "RS256", headers={"kid": "one"}),
     INVALID, NO_KEY),
    ("the other kind of key", jwt.encode(CLAIMS, rsa_key(), "RS256", headers={"kid": "two"}),
     INVALID, NO_KEY),
    ("a shared secret", jwt.encode(CLAIMS, "x" * 32, "HS256", headers={"kid": "one"}), INVALID,
     NO_KEY),
    ("unsigned", jwt.encode(CLAIMS, None, "none", headers={"kid": "one"}), INVALID, NO_KEY),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given_", "code", "message"), FAULTS)
def test_faults(name: str, given_: str, code: str, message: str) -> None:
    """facts/iam.md 5.4."""
    with pytest.raises(AuthError) as error:
        assume(desk(), given_)
    assert (error.value.code, error.value.status) == (code, 400)
    assert error.value.message == message


def test_a_public_key_is_no_shared_secret() -> None:
    """A token signed by HMAC with the text of the public key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = ({"alg": "HS256", "kid": "one"}, CLAIMS)
    text = ".".join(
        urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (head, body)
    )
    import hmac

    mac = urlsafe_b64encode(hmac.digest(pem, text.encode(), "sha256")).decode().rstrip("=")
    with pytest.raises(AuthError) as error:
        assume(desk(), f"{text}.{mac}")
    assert error.value.message == NO_KEY


@pytest.mark.parametrize(
    ("document", "more"),
    [
        (trust("sts:AssumeRoleWithWebIdentity", to="*"), {}),  # unconfirmed: star-tokens
        (trust("sts:AssumeRole", to={"Federated": OIDC}), {}),
        (trust("sts:AssumeRoleWithWebIdentity", to={"Federated": f"{OIDC}2"}), {}),
        (trusted(), {"rcp": (policy(deny("sts:*", Resource="*", Principal="*")),)}),  # 4.7
    ],
)
def test_denied(document: Any, more: dict[str, Any]) -> None:
    with pytest.raises(AuthError) as error:
        assume(desk(document, **more), token())
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def test_an_unknown_role_and_another_account() -> None:
    with pytest.raises(AuthError) as error:
        assume(desk(), token(), RoleArn=f"{ROLE}2")
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    with pytest.raises(AuthError) as error:
        assume(desk(), token(), RoleArn=ROLE.replace(HERE, THERE))
    assert error.value.message == f"No OpenIDConnect provider found in your account for {ISSUER}"


TAGGED = {
    "https://aws.amazon.com/tags": {
        "principal_tags": {"team": ["blue"], "cost": "1"},
        "transitive_tag_keys": ["team"],
    }
}
THREE = ("sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity")


def test_tags_and_source_identity() -> None:
    """IAM User Guide, id_session-tags, "Passing session tags using AssumeRoleWithWebIdentity"."""
    given_ = token({**TAGGED, "https://aws.amazon.com/source_identity": "ann"})
    result = assume(desk(trusted(*THREE)), given_)
    claims = claims_of(result)
    assert claims.tags == (("team", "blue"), ("cost", "1"))
    assert (claims.transitive, claims.source_identity) == (("team",), "ann")
    assert result["SourceIdentity"] == "ann"
    assert result["PackedPolicySize"] > 0
    for actions in (THREE[:2], THREE[::2]):
        with pytest.raises(AuthError):
            assume(desk(trusted(*actions)), given_)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"https://aws.amazon.com/source_identity": "a b"}, "InvalidIdentityToken"),
        ({"https://aws.amazon.com/tags": {"principal_tags": {"k" * 129: "x"}}}, "ValidationError"),
        ({"https://aws.amazon.com/tags": {"principal_tags": {"k": "x" * 257}}}, "ValidationError"),
        ({"https://aws.amazon.com/tags": {"principal_tags": {f"k{n}": "x" for n in range(51)}}},
         "ValidationError"),
        ({"https://aws.amazon.com/tags": {"principal_tags": {"aws:k": "x"}}}, "ValidationError"),
    ],
)  # fmt: skip
def test_tags_of_a_token_have_limits_too(claims: dict[str, Any], code: str) -> None:
    with pytest.raises(AuthError) as error:
        assume(desk(trusted(*THREE)), token(claims))
    assert error.value.code == code


def test_google_s_audience() -> None:
    """facts/iam.md 3.7: `:aud` is azp, `:oaud` the aud claim."""
    name = "accounts.google.com"
    condition = {"StringEquals": {f"{name}:aud": "client", f"{name}:oaud": "other"}}
    document = trust("sts:AssumeRoleWithWebIdentity", to={"Federated": name}, Condition=condition)
    google = provider(principal=name, name=name, audiences=("client",))
    at = Desk(World(trusts={ROLE: document}, oidc=google))
    given_ = token(iss=f"https://{name}", azp="client", aud="other")
    assert claims_of(assume(at, given_)).provider == name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    good = token()
    place = data.draw(st.integers(0, len(good) - 1))
    char = data.draw(st.sampled_from("AQgw.-_!é\x00"))
    bad = good[:place] + char + good[place + 1 :]
    raw = [part.rstrip("=") for part in bad.split(".")]
    if bad == good or _same(raw, good.split(".")):
        return
    with pytest.raises(AuthError):
        assume(desk(), bad)


def _same(one: list[str], other: list[str]) -> bool:
    """The last character of Base64 may hold bits that nobody reads."""
    from base64 import urlsafe_b64decode

    def read(parts: list[str]) -> list[bytes] | None:
        try:
            return [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts]
        except ValueError:
            return None

    return read(one) == read(other)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": {}}', "[" * 100_000])
def test_documents_that_are_no_keys(text: str) -> None:
    with pytest.raises(ValueError, match=r"JWKS|Expecting"):
        parse_keys(text)


@pytest.mark.parametrize(
    "document",
    [{"keys": []}, {"keys": [1, "x", None]}, {"keys": [{"kid": "one"}]},
     {"keys": [{"kid": "one", "kty": "RSA", "n": "!", "e": "AQAB"}]},
     {"keys": [{"kid": "one", "kty": "oct", "k": "AAAA"}]}],
)  # fmt: skip
def test_odd_keys_verify_nothing(document: Mapping[str, object]) -> None:
    at = Desk(World(trusts={ROLE: trusted()}, oidc=provider(keys=document)))
    with pytest.raises(AuthError) as error:
        assume(at, token())
    assert error.value.message == NO_KEY
