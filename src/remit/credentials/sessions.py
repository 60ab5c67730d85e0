"""Short-lived credentials that no store has to keep: all that a session is, sealed in its token.

The token is an AES-256-GCM box around the claims, bound to the access key id; the secret follows
from that id. So a session holds over restarts with the same master key, and ends with it. What may
have changed since (the role is deleted, its policies are others) is the business of who uses the
claims: they bind to the role's unique id (facts/iam.md 5.2).
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from operator import attrgetter

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remit.credentials.errors import AuthError
from remit.credentials.keys import TEMPORARY, Entropy, access_key_id, secret_of

_VERSION = b"r1"
_NONCE = 12
LONGEST = 16_384
"""Characters of a token. AWS's have no fixed length; a longer one is none of ours."""

_Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True, unsafe_hash=True)
class Claims:
    """What a session is. Nobody changes them; they are not frozen because a frozen one takes three
    times as long to make.

    `kind` is `role`, `user` (GetSessionToken), `federated` (GetFederationToken) or `root` (of
    AssumeRoot when `context` holds aws:AssumedRoot, else of GetSessionToken); `issuer` the ARN of
    the role, user or root behind it and `issuer_id` its unique id; `name` the session's.
    Times are seconds since the epoch. `policies` are session policies as JSON text,
    `policy_arns` managed ones. `tags` are session tags, `transitive` the keys that go on to the
    next session. `provider` is the federated provider's ARN, `mfa` when MFA was used,
    `chained` whether role credentials took this role. `context` holds further context keys that
    are frozen into the session (facts/iam.md 3.2).
    """

    kind: str
    account: str
    issuer: str
    issuer_id: str
    name: str
    issued: float
    expires: float
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: _Pairs = ()
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    provider: str | None = None
    mfa: float | None = None
    chained: bool = False
    context: _Pairs = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client is given."""

    access_key: str
    secret: str
    token: str
    expires: float

    def __repr__(self) -> str:
        return f"Credentials({self.access_key})"  # the rest must not end in a log


def issue(claims: Claims, master: bytes, entropy: Entropy) -> Credentials:
    """Credentials for a session. `master` is a key of 32 bytes."""
    access_key = access_key_id(TEMPORARY, claims.account, entropy)
    nonce = entropy(_NONCE)
    box = _box(master).encrypt(nonce, _written(claims).encode(), access_key.encode())
    token = b64encode(_VERSION + nonce + box).decode()
    return Credentials(access_key, secret_of(access_key, master), token, claims.expires)


def unseal(access_key: str, token: str, master: bytes) -> Claims:
    """The claims in a token, whether they have expired or not.

    Raises AuthError, as AWS words it, for a token that is not this key's, or none of ours.
    """
    try:
        data = b64decode(token, validate=True) if len(token) <= LONGEST else b""
        if not hmac.compare_digest(data[: len(_VERSION)], _VERSION):
            raise invalid()
        nonce = data[len(_VERSION) :][:_NONCE]
        box = data[len(_VERSION) + _NONCE :]
        content = _box(master).decrypt(nonce, box, access_key.encode())
    except (ValueError, InvalidTag):
        raise invalid() from None
    return _claims(json.loads(content))


def is_token(token: str) -> bool:
    """Whether a token has the form of ours, whomever it belongs to."""
    try:
        data = b64decode(token, validate=True) if len(token) <= LONGEST else b""
    except ValueError:
        return False
    return data.startswith(_VERSION)


def check_expiry(claims: Claims, now: float) -> None:
    """Raises AuthError when the session is over."""
    if now >= claims.expires:
        raise expired()


def invalid() -> AuthError:
    """The answer to an unknown key and to a token that is not its own."""
    text = "The security token included in the request is invalid."
    return AuthError("InvalidClientTokenId", text)


def expired() -> AuthError:
    """The answer to a session that is over."""
    return AuthError("ExpiredToken", "The security token included in the request is expired")


@lru_cache(maxsize=16)
def _box(master: bytes) -> AESGCM:
    """The box, with a key of its own: not the one from which secrets follow."""
    return AESGCM(hmac.digest(master, b"session token", "sha256"))


_REMEMBERED = 1024
"""Characters of a session's first claims up to which they are remembered."""
_FIRST = ("kind", "account", "issuer", "issuer_id", "name")
_LATER = tuple(field.name for field in fields(Claims) if field.default is not MISSING)
_DEFAULTS = tuple(field.default for field in fields(Claims) if field.default is not MISSING)
_first, _later = attrgetter(*_FIRST), attrgetter(*_LATER)
_texts = json.encoder.encode_basestring_ascii
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _written(claims: Claims) -> str:
    """The fields that say something, so that tokens stay short."""
    first = _first(claims)
    head = _head(first) if sum(map(len, first)) <= _REMEMBERED else _begun(first)
    found = [f'{head}"issued":{claims.issued!r},"expires":{claims.expires!r}']
    later = _later(claims)
    if later != _DEFAULTS:
        for name, value, default in zip(_LATER, later, _DEFAULTS, strict=True):
            if value != default:
                found.append(f'"{name}":{_encode(value)}')
    return f"{{{','.join(found)}}}"


def _begun(first: tuple[str, ...]) -> str:
    """The claims that sessions of one role and name have in common."""
    return "".join(f'"{name}":{_texts(value)},' for name, value in zip(_FIRST, first, strict=True))


_head = lru_cache(maxsize=1024)(_begun)


def _claims(content: dict[str, object]) -> Claims:
    known = {field.name for field in fields(Claims)}
    return Claims(**{name: _frozen(v) for name, v in content.items() if name in known})  # type: ignore[arg-type]  # sealed by `issue`: the fields are its own


def _frozen(value: object) -> object:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
