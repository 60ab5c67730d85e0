"""Who a session is: its ARN, its id, and the condition keys that follow from its claims.

Source: facts/iam.md 3.2, 3.6 and 5.3 (IAM User Guide, reference_policies_variables,
reference_policies_condition-keys, reference_identifiers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from remit.app.sts.ports import NO_TAGS, Caller, State, Tags
from remit.core.arn import Arn
from remit.core.policy import Policy
from remit.core.request import Value
from remit.credentials.sessions import Claims, invalid
from remit.syntax.policy import parse_text

_SAML = ":saml-provider/"


def caller(claims: Claims, tags: Tags = NO_TAGS) -> Caller:
    """The caller that holds these claims. `tags` are those of its role or user."""
    return Caller(arn(claims), claims.account, user_id(claims), claims, tags)


def arn(claims: Claims) -> str:
    """The ARN under which a session calls."""
    found = Arn.parse(claims.issuer)
    head = f"arn:{found.partition if found else 'aws'}:sts::{claims.account}"
    match claims.kind:
        case "role":
            role = claims.issuer.rpartition("/")[2]
            return f"{head}:assumed-role/{role}/{claims.name}"
        case "federated":
            return f"{head}:federated-user/{claims.name}"
        case _:  # a user's or root's own session is the user or root
            return claims.issuer


def user_id(claims: Claims) -> str:
    """The UserId of GetCallerIdentity, which is also aws:userid."""
    match claims.kind:
        case "role":
            return f"{claims.issuer_id}:{claims.name}"
        case "federated":
            return f"{claims.account}:{claims.name}"
        case _:
            return claims.issuer_id


def check_issuer(claims: Claims, state: State) -> None:
    """Whether the role behind a session is still the one that it was made for: after it is deleted,
    or made anew under the same name, the session's token is invalid (5.2, 5.4 [O]).

    Raises AuthError. Users and roots are told by the adapter, which knows them.
    """
    if claims.kind != "role":
        return
    role = state.role(claims.issuer)
    if role is None or role.unique_id != claims.issuer_id:
        raise invalid()


def keys(who: Caller, now: float) -> dict[str, Value]:
    """The condition keys that follow from the caller, beyond those that its ARN tells."""
    found, claims = lasting(who), who.claims
    if claims is not None and claims.mfa is not None and "aws:MultiFactorAuthPresent" in found:
        found["aws:MultiFactorAuthAge"] = str(int(max(0.0, now - claims.mfa)))
    return found


def lasting(who: Caller) -> dict[str, Value]:
    """Those of `keys` that stay the same while a session lasts."""
    found: dict[str, Value] = {}
    claims = who.claims
    if claims is None or ("aws:AssumedRoot", "true") not in claims.context:  # not known then (3.6)
        found["aws:userid"] = who.user_id
    if claims is not None:
        found.update(claims.context)
        found.update(_session_keys(claims))
    if not who.is_root:
        tags = merged(who.tags, dict(claims.tags) if claims is not None else NO_TAGS)
        found.update((f"aws:PrincipalTag/{key}", value) for key, value in tags.items())
    return found


def _session_keys(claims: Claims) -> Iterator[tuple[str, Value]]:
    yield "aws:TokenIssueTime", written(claims.issued)
    if claims.kind == "role":
        yield "aws:PrincipalArn", claims.issuer
    if claims.provider is not None and _SAML not in claims.provider:
        yield "aws:FederatedProvider", claims.provider
    if claims.source_identity is not None:
        yield "aws:SourceIdentity", claims.source_identity
    if claims.provider is None and claims.kind in ("role", "user"):
        yield "aws:MultiFactorAuthPresent", "true" if claims.mfa is not None else "false"


def merged(tags: Tags, over: Tags) -> dict[str, str]:
    """Tags, of which those in `over` win. Keys differ in more than letter case (5.2)."""
    taken = {key.lower() for key in over}
    return {key: value for key, value in tags.items() if key.lower() not in taken} | dict(over)


def session_policies(claims: Claims, state: State) -> tuple[Policy, ...] | None:
    """The session's own policies, parsed; None where none was given, so that none restricts.

    A managed one counts as it is now. One that is gone allows nothing, but the others still do.
    """
    if not claims.policies and not claims.policy_arns:
        return None
    managed = ((one, state.managed_policy(one)) for one in claims.policy_arns)
    texts = [*(("session.json", text) for text in claims.policies), *managed]
    parsed = (parse_text(text, name, name)[0] for name, text in texts if text is not None)
    return tuple(policy for policy in parsed if policy is not None)


def written(seconds: float) -> str:
    """A moment as AWS writes it, in whole seconds."""
    return _written(int(seconds))


@lru_cache(maxsize=1024)
def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_context(tags: Mapping[str, str], prefix: str) -> dict[str, Value]:
    """Tags as condition keys."""
    return {f"{prefix}/{key}": value for key, value in tags.items()}
