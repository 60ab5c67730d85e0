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
    REQUIRED,
    Terms,
    refused,
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
    able = _able(facts)
    if facts.action in _FREE and able:
        return FREE
    common = REQUIRED if facts.trust else COMMON
    common = IDENTITY_ANYWHERE if facts.action == "sts:assumeroot" else common
    return common if able else refused(common)


def _able(facts: Facts) -> bool:
    """Whether such a caller can make such a call at all."""
    action, kind = facts.action, facts.caller.kind
    callers = _CALLERS.get(action)
    if callers is None:
        return kind is not CallerKind.FEDERATED
    long_term = "aws:tokenissuetime" not in facts.context
    return kind in callers and (long_term or action not in _LONG_TERM_ONLY)


def further(facts: Facts) -> tuple[str, ...]:
    """The actions that must be allowed beside the one asked for: whoever hands on session tags or
    a source identity, or inherits one, needs a permission for that too (facts 4.11)."""
    if facts.action not in ASSUMING:
        return ()
    keys = facts.context
    tags = any(key in keys for key in _TAGS) or any(k.startswith("aws:requesttag/") for k in keys)
    sources = any(key in keys for key in _SOURCES)
    return ("sts:tagsession",) * tags + ("sts:setsourceidentity",) * sources
