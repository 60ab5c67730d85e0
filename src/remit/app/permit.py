"""Whether a caller may make a call: every permission that it asks for must be granted.

What may live here: one decision out of the decisions about a call's permissions, and AWS's sentence
for a denial. What a call asks for is told by enforce/calls.py; how one is decided by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

from remit.account.applying import Compiled, There, attachable, compiled
from remit.account.model import Account
from remit.app.access.model import Access, Who
from remit.app.access.sources import sources, with_own
from remit.app.authenticate import Caller
from remit.app.ports import Resource, State
from remit.core.decision import Decision, Layer, Verdict
from remit.core.request import Request, Value
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.explain.causes import Trace, documents
from remit.explain.trace import trace
from remit.explain.wording import Cause, PolicyType, denial, plain, policy_type

_S3 = "s3:"
Context: TypeAlias = Callable[[], Mapping[str, Value]]
"""Gives context keys; many requests are decided without."""


@dataclass(slots=True)
class Asked:
    """One permission that a call asks for: an action on a resource, or on any of `alternatives`.
    `context` gives the context keys that belong to this permission alone. `about` names what of the
    resource is meant, where that has no ARN: a grant of a key, a version of an object. Not frozen:
    one is made for each call."""

    action: str
    resource: str
    alternatives: tuple[str, ...] = ()
    context: Context = dict
    about: str = ""


@dataclass(frozen=True, slots=True)
class Permitted:
    """What became of a call: the request that decided (the denied one, else the last), with its
    decision and policies; None where the call asks for no permission. `blocked` is the switch of S3
    Block Public Access that denies what policies allow."""

    allowed: bool
    request: Request | None = None
    decision: Decision | None = None
    policies: PolicySet | None = field(default=None, repr=False)
    blocked: PolicyType | None = None


FREE = Permitted(True)


def permit(
    caller: Caller, asked: Sequence[Asked], state: State, context: Callable[[], Mapping[str, Value]]
) -> Permitted:
    """Decide a call. `context` gives the keys that all its permissions share."""
    last = FREE
    for one in asked:
        last = _decide(caller, one, state, context)
        if not last.allowed:
            break
    return last


def _decide(
    caller: Caller, asked: Asked, state: State, context: Callable[[], Mapping[str, Value]]
) -> Permitted:
    """One permission. Where one of several resources may be meant an explicit deny on any of them
    denies; otherwise one that is allowed is enough."""
    first: Permitted | None = None
    allowed: Permitted | None = None
    for name in (asked.resource, *asked.alternatives):
        found = _on(caller, asked, name, state, context)
        if found.decision is not None and found.decision.verdict is Verdict.EXPLICIT_DENY:
            return found
        first = first or found
        allowed = allowed or (found if found.allowed else None)
    return allowed or first or FREE


def _on(
    caller: Caller,
    asked: Asked,
    name: str,
    state: State,
    context: Context,
) -> Permitted:
    resource = state.resource(name, caller.account)
    owner = resource.account or _account(name) or caller.account
    account = state.account(owner if owner.isdigit() else caller.account)
    there = attachable(account, resource.policy)
    if resource.access is None:
        found = _compiled(caller, there)
    else:
        found, owner = _with_access(caller, asked, there, resource.access, owner)
    if not found.conditional and not asked.action.startswith(_BY_CONTEXT):
        # Nothing looks at the context: it is put together only where it will be told. So the answer
        # hangs on the policies, which remember it, the caller (equal to itself only), the action
        # and the resource.
        memory, key = found.policies.memory, (caller, asked.action, name, owner)
        known = memory.permitted.get(key)
        if isinstance(known, Permitted):
            return known
        request = Request(caller.principal, asked.action, name, owner, caller.keys)
        decision = authorize(request, found.policies)
        if decision.allowed:
            allowed = Permitted(True, request, decision, found.policies)
            memory.keep_permitted(key, allowed)
            return allowed
    keys = {**context(), **caller.keys, **_resource_keys(asked.action, resource), **asked.context()}
    if resource.account is not None and owner != resource.account:
        keys["aws:ResourceAccount"] = resource.account
    if account.organisation is not None:
        keys["aws:ResourceOrgID"] = account.organisation.id
        keys["aws:ResourceOrgPaths"] = (account.organisation.path,)
    request = Request(caller.principal, asked.action, name, owner, keys)
    decision = authorize(request, found.policies)
    return Permitted(decision.allowed, request, decision, found.policies)


@lru_cache(maxsize=1024)
def _compiled(caller: Caller, there: There) -> Compiled:
    """A caller is equal to itself only, and never brings other policies: so it is found at once,
    while to find its policies all of them would be looked at."""
    return compiled(caller.own, there)


def _with_access(
    caller: Caller, asked: Asked, there: There, access: Access, owner: str
) -> tuple[Compiled, str]:
    """The policies together with grants and access control lists, and the account that decides: of
    an object in a bucket it may be another than the bucket's."""
    identity = "" if caller.identity is None else caller.identity.arn
    who = Who(caller.account, caller.principal, identity)
    beside = sources(access, there.resource, asked.action, asked.about, who)
    there = replace(there, beside=beside.beside, denies_only=beside.denies_only)
    return compiled(with_own(caller.own, beside.own), there), beside.owner or owner


# Services whose own rules look at the context, whatever the policies say (engine/services).
_BY_CONTEXT = ("sts:", "kms:", "execute-api:")


def _account(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else None


def _resource_keys(action: str, resource: Resource) -> dict[str, Value]:
    keys: dict[str, Value] = {f"aws:ResourceTag/{key}": value for key, value in resource.tags}
    prefix = action.partition(":")[0]
    if prefix in _OWN_RESOURCE_TAG:
        keys |= {f"{prefix}:ResourceTag/{key}": value for key, value in resource.tags}
    for key, value in resource.object_tags:
        keys[f"s3:ExistingObjectTag/{key}"] = value
    if action.startswith(_S3) and resource.account is not None:
        keys["s3:ResourceAccount"] = resource.account
    return keys


def _denying(found: Trace, layer: Layer) -> str | None:
    """The ARN of the policy of that layer that denies; None for one that has none."""
    for named in found.decision.determining:
        if named.layer is layer:
            name = documents(found.policies, layer)[named.policy].name
            return name if name.startswith("arn:") else None
    return None


# Services with a key of their own beside aws:ResourceTag (Service Authorization Reference).
_OWN_RESOURCE_TAG = frozenset(
    {"ec2", "iam", "ecs", "ecr", "secretsmanager", "ssm", "elasticloadbalancing", "autoscaling"}
)


def sentence(denied: Permitted, home: Account | None, state: State, encoded: str = "") -> str:
    """AWS's sentence for a denied call, with the clause that names the cause (facts 6.1).

    `home` is the caller's account, None for who has none. Who belongs neither to the resource's
    account nor to its organisation is not told the cause.
    """
    request, policies = denied.request, denied.policies
    if request is None or policies is None:
        return ""
    if denied.blocked is not None:
        return denial(request, Cause(denied.blocked, explicit=False))
    found = trace(request, policies)
    spoken = Request(
        request.principal, found.action, request.resource, request.resource_account, request.context
    )
    owner = request.context.get("aws:ResourceAccount")  # a bucket's, not that of an object in it
    owner = owner if isinstance(owner, str) else request.resource_account
    if not _related(home, owner, state):
        return plain(spoken) or denial(spoken, None, encoded)
    cause = None
    if found.blocking:
        layer = found.blocking[0]
        explicit = found.decision.verdict is Verdict.EXPLICIT_DENY
        arn = _denying(found, layer) if explicit else None
        cause = Cause(policy_type(layer, found.action), explicit, arn)
    return denial(spoken, cause, encoded)


def _related(home: Account | None, owner: str | None, state: State) -> bool:
    """Whether a caller is told why: one of the same account, or of the same organisation."""
    if home is None:
        return False
    if owner is None or owner == home.id:
        return True
    theirs = state.account(owner).organisation
    return (
        home.organisation is not None and theirs is not None and home.organisation.id == theirs.id
    )
