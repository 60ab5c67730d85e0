"""Who calls: an HTTP request and the live state to a caller, or AWS's own error.

The order in which things are checked is AWS's (facts/iam.md 5.4, 7.6): the signature's form, the
clock, its scope, the key or the session token, expiry, whether the session's issuer is still there,
and last the signature itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from remit.account.applying import Own, brought, managed
from remit.account.model import AccessKey, Account, Document, Role, Tags, User
from remit.app.ports import State
from remit.app.sts.identity import caller as sts_caller
from remit.app.sts.identity import lasting
from remit.core.http import HttpRequest
from remit.core.request import Value
from remit.credentials import chunks, sessions, sigv2
from remit.credentials.canonical import AS_S3
from remit.credentials.errors import AuthError
from remit.credentials.keys import LONG_TERM, secret_of
from remit.credentials.sessions import Claims
from remit.credentials.signature import Signature, read
from remit.credentials.sigv4 import (
    STREAMING,
    check_clock,
    check_coverage,
    check_scope,
    check_signature,
    signing_key,
)


@dataclass(frozen=True, slots=True, eq=False)
class Caller:
    """Somebody who calls. `principal` is as decisions name it, `own` what policies it brings and
    `keys` the context keys that come with it. `claims` are those of a session, None for a
    long-term key; `identity` the user or role behind it, None for root."""

    principal: str
    account: str
    access_key: str
    own: Own
    keys: Mapping[str, Value] = field(default_factory=dict)
    user_id: str = ""
    identity: User | Role | None = None
    claims: Claims | None = None


ANONYMOUS = Caller("anonymous", "anonymous", "", Own(), {}, "anonymous")


@dataclass(slots=True)
class Authenticated:
    """A caller whose signature fits, and the request with its body joined from its chunks. Not
    frozen: one is made for each request."""

    caller: Caller
    request: HttpRequest
    signature: Signature | None = field(default=None)


def is_signed(request: HttpRequest) -> bool:
    """Whether a request says at all who signed it."""
    if request.header("authorization") is not None or "X-Amz-Signature=" in request.query:
        return True
    return sigv2.is_used(request)


def authenticate(
    request: HttpRequest, service: str, state: State, now: float, master: bytes
) -> Authenticated:
    """The caller of a request. `service` is the name under which the called service is signed,
    `now` the time in seconds, `master` the key of temporary credentials. Raises AuthError."""
    signature = read(request)
    check_clock(signature, now)
    check_scope(signature, None, service)
    check_coverage(signature)
    caller, secret = _known(signature, state, now, master)
    check_signature(request, signature, secret)
    return Authenticated(caller, _joined(request, signature, secret), signature)


def authenticate_old(
    request: HttpRequest, region: str, state: State, now: float, master: bytes
) -> Authenticated:
    """The caller of a request to S3 that is signed by Signature Version 2, its path beginning with
    the bucket. Raises AuthError."""
    signature = sigv2.read(request, region)
    check_clock(signature, now)
    caller, secret = _known(signature, state, now, master)
    sigv2.check_signature(request, signature, secret)
    return Authenticated(caller, request, signature)


def _known(signature: Signature, state: State, now: float, master: bytes) -> tuple[Caller, str]:
    """The caller that a key or a token names, and the secret."""
    access_key = signature.access_key
    if access_key.startswith(LONG_TERM):
        key = state.key(access_key)
        if key is None or not key.active or signature.token is not None:
            raise _invalid(signature)
        caller = of_key(state.account(key.account), key)
        if caller is None:
            raise sessions.invalid()
        return caller, key.secret
    try:
        claims = _claims(access_key, signature.token or "", master)
    except AuthError:
        raise _invalid(signature) from None
    sessions.check_expiry(claims, now)
    found = of_session(state.account(claims.account), access_key, claims)
    if found is None:
        raise sessions.invalid()
    return found, secret_of(access_key, master)


def _invalid(signature: Signature) -> AuthError:
    """What is said of a key that is not known or of a token that is not its own. S3 tells apart
    what is no token at all, and echoes it (facts/iam.md 7.6)."""
    token = signature.token
    if not token or signature.service not in AS_S3 or sessions.is_token(token):
        return sessions.invalid()
    text = "The provided token is malformed or otherwise invalid."
    return AuthError("InvalidToken", text, 400, (("Token-0", token),))


@lru_cache(maxsize=1024)
def _claims(access_key: str, token: str, master: bytes) -> Claims:
    return sessions.unseal(access_key, token, master)


def _joined(request: HttpRequest, signature: Signature, secret: str) -> HttpRequest:
    """The request with its whole body, where that came in chunks."""
    mode = request.header("x-amz-content-sha256")
    if mode is None or not mode.startswith(STREAMING):
        return request
    key = signing_key(secret, signature.date, signature.region, signature.service)
    return joined(request, mode, signature, key)


def joined(request: HttpRequest, mode: str, signature: Signature, key: bytes) -> HttpRequest:
    """A chunked request as the client would have sent it in one piece. Raises AuthError."""
    length = request.header("x-amz-decoded-content-length")
    size = int(length) if length is not None and length.isdecimal() else None
    found = chunks.join(request.body, mode, signature, key, size)
    kept = tuple(filter(None, map(_unchunked, request.headers)))
    return replace(request, headers=(*kept, *found.trailers), body=found.body)


def _unchunked(header: tuple[str, str]) -> tuple[str, str] | None:
    """A header as it is without chunks; None for one that only speaks of them."""
    name, value = header
    if name in ("x-amz-decoded-content-length", "x-amz-trailer", "content-length"):
        return None
    if name == "x-amz-content-sha256":
        return name, "UNSIGNED-PAYLOAD"
    if name == "content-encoding":
        rest = ",".join(v for v in value.replace(" ", "").split(",") if v != "aws-chunked")
        return (name, rest) if rest else None
    return header


# --- long-term keys -----------------------------------------------------------------------------


@lru_cache(maxsize=256)
def of_key(account: Account, key: AccessKey) -> Caller | None:
    """The user or root of a long-term key; None when the user is no longer there."""
    if key.user is None:
        keys = {"aws:userid": account.id} | _of_account(account)
        return Caller(account.root, account.id, key.id, brought(account, None), keys, account.id)
    user = account.users.get(key.user)
    if user is None:
        return None
    keys = {"aws:userid": user.id} | _principal_tags(user.tags) | _of_account(account)
    return Caller(user.arn, account.id, key.id, brought(account, user), keys, user.id, user)


# --- sessions -----------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def of_session(account: Account, access_key: str, claims: Claims) -> Caller | None:
    """The caller of a session; None when the role or user behind it is no longer there: a session
    is bound to its issuer's unique id (facts 5.2)."""
    identity = None
    if not claims.issuer.endswith(":root"):  # an account's root is always there, and has no tags
        identity = _issuer(account, claims)
        if identity is None:
            return None
    policies = None
    if claims.policies or claims.policy_arns:
        texts = (Document("session policy", text) for text in claims.policies)
        policies = (*texts, *managed(account, claims.policy_arns))
    own = brought(account, identity, policies)
    if identity is None and claims.kind == "federated":
        own = replace(own, identity=(_ROOT,))
    who = sts_caller(claims, {} if identity is None else told_tags(identity, claims))
    keys = {**lasting(who), **_of_account(account)}
    return Caller(who.arn, account.id, access_key, own, keys, who.user_id, identity, claims)


def told_tags(identity: User | Role, claims: Claims | None) -> dict[str, str]:
    """The tags of a user or role that count for its keys and sessions. Those of a user were copied
    into a federated session when it began (facts 5.2)."""
    federated = claims is not None and claims.kind == "federated"
    return {} if federated else dict(identity.tags)


# What root brings into a federated session, of which the session policies leave a part (STS API
# Reference, GetFederationToken). Its own calls need no policy.
_ROOT = Document(
    "root",
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
)


def _issuer(account: Account, claims: Claims) -> User | Role | None:
    found: User | Role | None
    if claims.kind == "role":
        found = account.role(claims.issuer)
    else:
        found = account.users.get(claims.issuer.rpartition("/")[2])
    return found if found is not None and found.id == claims.issuer_id else None


def _principal_tags(tags: Tags) -> dict[str, Value]:
    return {f"aws:PrincipalTag/{key}": value for key, value in tags}


def _of_account(account: Account) -> dict[str, Value]:
    organisation = account.organisation
    if organisation is None:
        return {}
    return {
        "aws:PrincipalOrgID": organisation.id,
        "aws:PrincipalOrgPaths": (organisation.path,),
    }
