"""Asking the engine, and saying no as STS says it.

Source: facts/iam.md 4.11, 5.4 and 6.1 (IAM User Guide, troubleshoot_access-denied).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from remit.app.sts.errors import StsError, denied
from remit.app.sts.identity import keys
from remit.app.sts.ports import Call, Caller, Means, Role
from remit.core.decision import Decision, Verdict
from remit.core.request import Request, Value
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.engine.principal import PrincipalError
from remit.explain.trace import trace
from remit.explain.wording import WEB_IDENTITY, Cause, denial, policy_type


def signer(call: Call) -> Caller:
    """Who signed. Raises StsError when nobody did."""
    if call.caller is None:
        text = "Request is missing Authentication Token"
        raise StsError("MissingAuthenticationToken", text)
    return call.caller


def context(call: Call, means: Means) -> dict[str, Value]:
    """The condition keys of the call itself and of its caller."""
    own = keys(call.caller, means.now) if call.caller is not None else {}
    return {**call.context, **own}


def require(
    action: str, resource: str, call: Call, means: Means, extra: Mapping[str, Value] | None = None
) -> None:
    """Whether the caller may, by policies alone. Raises StsError with AWS's sentence."""
    caller = signer(call)
    if not able(caller, action):
        raise denied(denial(Request(caller.arn, action, resource), None))
    policies = means.state.policies(caller, None)
    asked = Request(caller.arn, action, resource, None, {**context(call, means), **(extra or {})})
    decision = authorize(asked, policies)
    means.decided(asked, decision, policies)
    if not decision.allowed:
        raise denied(denial(asked, _cause(asked, policies, decision)))


def require_role(request: Request, caller: Caller | None, role: Role | None, means: Means) -> None:
    """Whether the role may be taken on. Raises StsError.

    A role that does not exist is denied in the same words [O], so a clause stands only where a
    Deny matched and the caller is of the role's account.
    """
    policies = means.state.policies(caller, role)
    try:
        decision = authorize(request, policies)
    except PrincipalError:
        decision = Decision(Verdict.IMPLICIT_DENY)
    means.decided(request, decision, policies)
    if role is not None and decision.allowed:
        return
    action, cause = request.action, None
    if role is not None:
        action = trace(request, policies).action
        if f":{role.account}:" in request.principal and decision.determining:
            cause = Cause(policy_type(decision.determining[0].layer, action), True)
    if request.action != "sts:AssumeRole":  # with a token: there is no user to name
        raise denied(f"{WEB_IDENTITY}{action}")
    raise denied(denial(replace(request, action=action), cause))


def is_known(caller: Caller, role: Role, policies: PolicySet) -> bool:
    """Whether it is known that these policies let the caller take on the role with nothing handed
    over: no tags, no source identity, no MFA of this call. `known` remembers it.

    Where no policy looks at the context, what the engine takes from it follows from who calls
    (aws:userid, aws:PrincipalArn, aws:TokenIssueTime, what an earlier session has handed on): from
    the caller's ARN, id and claims, which are the key.
    """
    return not policies.conditional and _key(caller, role) in policies.memory.allowed


def known(caller: Caller, role: Role, policies: PolicySet) -> None:
    """Remember for `is_known` what was decided so."""
    if not policies.conditional:
        policies.memory.keep_allowed(_key(caller, role))


def _key(caller: Caller, role: Role) -> tuple[object, ...]:
    return caller.arn, caller.user_id, caller.claims, role.arn


def able(caller: Caller, action: str) -> bool:
    """Whether a session of this kind can make the call at all (5.2): those of GetSessionToken only
    take on roles. What the engine knows of callers by their ARN it says itself."""
    claims = caller.claims
    if claims is None or action == "sts:AssumeRole":
        return True
    return claims.kind not in ("user", "root") or bool(claims.context)  # AssumeRoot's say so


def _cause(asked: Request, policies: PolicySet, decision: Decision) -> Cause | None:
    explicit = decision.verdict is Verdict.EXPLICIT_DENY
    if explicit and decision.determining:
        return Cause(policy_type(decision.determining[0].layer, asked.action), True)
    blocking = trace(asked, policies).blocking
    return Cause(policy_type(blocking[0], asked.action), False) if blocking else None
