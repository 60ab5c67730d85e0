"""AWS STS: taking on roles, and the operations that no policy touches.

Source: facts/iam.md 4.11, 4.12 and 5.2 (IAM User Guide, reference_policies_evaluation-logic_policy-
eval-basics-cross-account, id_credentials_temp_control-access_getsessiontoken, id_session-tags,
id_credentials_temp_control-access_monitor; STS API Reference).
"""

from __future__ import annotations

from collections.abc import Mapping

from remit.engine.context import ASSUMING, Facts
from remit.engine.principal import CallerKind
from remit.engine.services.terms import (
    COMMON,
    FREE,
    IDENTITY_ANYWHERE,
    REFUSED,
    REQUIRED,
    Terms,
)

_ROOT, _USER, _ROLE = CallerKind.ROOT, CallerKind.USER, CallerKind.ROLE

# Who can call an operation at all. A federated user can call nothing else of STS.
_CALLERS: Mapping[str, frozenset[CallerKind]] = {
    "sts:assumerole": frozenset({_USER, _ROLE, CallerKind.SERVICE}),
    "sts:assumerolewithsaml": frozenset({CallerKind.PROVIDER}),
    "sts:assumerolewithwebidentity": frozenset({CallerKind.PROVIDER}),
    "sts:assumeroot": frozenset({_USER, _ROLE}),
    "sts:getcalleridentity": frozenset({_ROOT, _USER, _ROLE, CallerKind.FEDERATED}),
    "sts:getfederationtoken": frozenset({_ROOT, _USER}),
    "sts:getsessiontoken": frozenset({_ROOT, _USER}),
}
# "Cannot call ... with session credentials" [O].
_LONG_TERM_ONLY = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})
# Allow and Deny have no effect on them.
_FREE = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})

_TAGS = ("aws:tagkeys", "sts:transitivetagkeys")
_SOURCES = ("aws:sourceidentity", "sts:sourceidentity")


def terms(facts: Facts) -> Terms:
    """A role's trust policy must let the caller in. AssumeRoot needs the identity side only, on
    the root of a member account."""
    action, kind = facts.action, facts.caller.kind
    callers = _CALLERS.get(action)
    if kind not in callers if callers is not None else kind is CallerKind.FEDERATED:
        return REFUSED
    if action in _LONG_TERM_ONLY and "aws:tokenissuetime" in facts.context:
        return REFUSED
    if action in _FREE:
        return FREE
    if action == "sts:assumeroot":
        return IDENTITY_ANYWHERE
    return REQUIRED if facts.trust else COMMON


def further(facts: Facts) -> tuple[str, ...]:
    """The actions that must be allowed beside the one asked for: whoever hands on session tags or
    a source identity, or inherits one, needs a permission for that too (facts 4.11)."""
    if facts.action not in ASSUMING:
        return ()
    keys = facts.context
    tags = any(key in keys for key in _TAGS) or any(k.startswith("aws:requesttag/") for k in keys)
    sources = any(key in keys for key in _SOURCES)
    return ("sts:tagsession",) * tags + ("sts:setsourceidentity",) * sources
