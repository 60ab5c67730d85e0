"""AssumeRole.

Source: facts/iam.md 4.11, 5.2 and 5.4 (STS API Reference, AssumeRole; IAM User Guide,
id_session-tags, id_credentials_temp_control-access_monitor).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from remit.app.sts import errors, session
from remit.app.sts.errors import denied, validation
from remit.app.sts.identity import as_context, merged
from remit.app.sts.permission import context, is_known, known, require_role, signer
from remit.app.sts.policies import NOTHING, packed_size, passed
from remit.app.sts.ports import Call, Caller, Means, Role, unheard
from remit.app.sts.session import Result, Wanted
from remit.app.sts.tags import NO_TAGS, SessionTags, session_tags
from remit.core.arn import Arn
from remit.core.request import Request, Value
from remit.explain.wording import denial

_ACTION = "sts:AssumeRole"
_PLAIN = frozenset({"RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"})
"""Parameters that hand over nothing."""


def assume_role(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Take on a role. `params` are checked. Raises StsError.

    What can be told from the call alone comes first; then whether the caller may, by the role's
    trust policy and its own; only then what the role itself limits.
    """
    caller, arn = signer(call), params["RoleArn"]
    role = means.state.role(arn)
    plain = role is not None and means.decided is unheard and params.keys() <= _PLAIN
    if plain and role is not None and is_known(caller, role, means.state.policies(caller, role)):
        # Nothing is handed over. Whoever is known passed all that follows with nothing to hand on.
        return _session(role, caller, params, means)
    if caller.is_root:
        raise denied(errors.ROOT_CALLER)
    if params.get("ProvidedContexts"):
        # No context provider is emulated, so none can have given the assertion.
        raise denied(denial(Request(caller.arn, "sts:SetContext", arn), None))
    given = passed(params, account_of(arn), means.state)
    transitive = params.get("TransitiveTagKeys", ())
    tags = session_tags(session.pairs(params.get("Tags", ())), transitive, caller.claims)
    size = None if given is NOTHING and tags is NO_TAGS else packed_size(given, tags.all)
    source = source_identity(caller, params.get("SourceIdentity"))
    mfa = session.used_mfa(params, caller, means)
    plain = tags is NO_TAGS and source is None and mfa is None
    role = _let_in(call, params, means, role, (tags, mfa), plain=plain)
    chained = caller.claims is not None and caller.claims.kind == "role"
    seconds = session.role_seconds(params.get("DurationSeconds"), role, chained=chained)
    name = params["RoleSessionName"]
    wanted = Wanted(name, seconds, given, tags, source, mfa=mfa, chained=chained)
    result = session.role_session(role, wanted, means)
    return result if size is None else {**result, "PackedPolicySize": size}


def _session(role: Role, caller: Caller, params: Mapping[str, Any], means: Means) -> Result:
    """A session of somebody who hands over nothing."""
    chained = caller.claims is not None and caller.claims.kind == "role"
    seconds = session.role_seconds(params.get("DurationSeconds"), role, chained=chained)
    wanted = Wanted(params["RoleSessionName"], seconds, NOTHING, NO_TAGS, chained=chained)
    return session.role_session(role, wanted, means)


def _let_in(
    call: Call,
    params: Mapping[str, Any],
    means: Means,
    role: Role | None,
    brought: tuple[SessionTags, float | None],
    *,
    plain: bool,
) -> Role:
    """The role, if the caller may take it on. `plain`: nothing is handed over. Raises StsError."""
    caller = signer(call)
    keys = {**context(call, means), **_keys(params, role, *brought)}
    require_role(Request(caller.arn, _ACTION, params["RoleArn"], None, keys), caller, role, means)
    assert role is not None  # noqa: S101 - require_role has denied what does not exist
    if plain and means.decided is unheard:
        known(caller, role, means.state.policies(caller, role))
    return role


def source_identity(caller: Caller, given: str | None) -> str | None:
    """The new session's source identity: once set it stays for the whole chain (5.2)."""
    before = caller.claims.source_identity if caller.claims is not None else None
    if before is not None and given not in (None, before):
        raise validation(errors.SOURCE_IDENTITY_SET)
    return before if before is not None else given


@lru_cache(maxsize=1024)
def account_of(role: str) -> str:
    """The account in a role's ARN, empty where there is none."""
    found = Arn.parse(role)
    return "" if found is None else found.account


def role_keys(role: Role | None, tags: SessionTags) -> dict[str, Value]:
    """The condition keys of the role. Inherited transitive tags count as tags of the role when its
    trust policy is asked (5.2)."""
    if role is None:
        return {}
    found = merged(role.tags, tags.inherited)
    return as_context(found, "aws:ResourceTag") | as_context(found, "iam:ResourceTag")


def _keys(
    params: Mapping[str, Any], role: Role | None, tags: SessionTags, mfa: float | None
) -> dict[str, Value]:
    found = role_keys(role, tags) | tags.context()
    found["sts:RoleSessionName"] = params["RoleSessionName"]
    for member in ("ExternalId", "SourceIdentity"):
        if member in params:
            found[f"sts:{member}"] = params[member]
    if mfa is not None:
        found["aws:MultiFactorAuthPresent"] = "true"
        found["aws:MultiFactorAuthAge"] = "0"
    return found
