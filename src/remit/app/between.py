"""What one AWS service does with another on somebody's behalf: a delivery to decisions.

A service calls as itself, and then the receiver's policy alone counts; or it takes on a role first,
whose trust policy must let it in, and the role's policies count; or it goes on with the rights of
who called it. docs/between.md lists which service does which, with AWS's pages.

Rules: facts/iam.md 3.5, 3.6, 4.2 and 4.11 (IAM User Guide, reference_policies_condition-keys,
reference_policies_evaluation-logic, confused-deputy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from remit.account.applying import Own
from remit.app.authenticate import Caller, of_session
from remit.app.permit import Asked, Permitted, permit, sentence
from remit.app.ports import State
from remit.app.sts.errors import StsError
from remit.app.sts.identity import written
from remit.app.sts.ports import Means
from remit.app.sts.service import assume_as_service
from remit.core.decision import Decision, Verdict
from remit.core.request import Request, Value
from remit.credentials import sessions
from remit.engine.policyset import PolicySet

_ASSUME = "sts:AssumeRole"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of one service to another.

    `services` are the names under which policies know the sender, the usual one first; `account`
    owns `source`, the ARN of what the call is made for: a topic, a rule, a log group. `asked` are
    the permissions at the receiver. `role` is taken on first, under the name `session`; without one
    the service calls as itself, or as `caller` where it goes on with somebody's rights. `keys` are
    more condition keys of the call (`sts:ExternalId` of Firehose).
    """

    services: tuple[str, ...]
    account: str
    region: str
    asked: tuple[Asked, ...]
    source: str = ""
    role: str = ""
    session: str = ""
    caller: Caller | None = None
    keys: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on the way: who asked, what became of it, and AWS's sentence for a denial."""

    principal: str
    found: Permitted
    why: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the way goes on."""
        return self.found.allowed


def decide(delivery: Delivery, state: State, means: Means) -> tuple[Step, ...]:
    """Every decision of a delivery, in order; it arrives if all are allowed. The last is the one
    that denied, where one did."""
    if delivery.caller is not None:
        return (_called(delivery.caller, delivery, state, means),)
    if not delivery.role:
        return (_as_service(delivery, state, means),)
    assumed = [_assumed(service, delivery, state, means) for service in delivery.services]
    step, caller = next((one for one in assumed if one[0].allowed), assumed[0])
    if caller is None:
        return (step,)
    return step, _called(caller, delivery, state, means)


# --- as itself ----------------------------------------------------------------------------------


def _as_service(delivery: Delivery, state: State, means: Means) -> Step:
    """A service has several names (`logs.amazonaws.com`, `logs.us-east-1.amazonaws.com`), and a
    policy may use any of them: what denies one denies all, what allows one is enough."""
    found = [
        _called(_service(name, delivery, state), delivery, state, means)
        for name in delivery.services
    ]
    denied = next((one for one in found if _is_explicit(one.found)), None)
    return denied or next((one for one in found if one.allowed), found[0])


def _is_explicit(found: Permitted) -> bool:
    return found.decision is not None and found.decision.verdict is Verdict.EXPLICIT_DENY


def _service(name: str, delivery: Delivery, state: State) -> Caller:
    """The service as a caller: it brings no policies, only the keys against confused deputies."""
    keys = {**source_keys(delivery, state), "aws:PrincipalServiceNamesList": delivery.services}
    return Caller(name, delivery.account, "", Own(), keys)


def source_keys(delivery: Delivery, state: State) -> dict[str, Value]:
    """For whom a service calls (facts 3.5)."""
    keys: dict[str, Value] = {"aws:SourceAccount": delivery.account, **delivery.keys}
    if delivery.source:
        keys["aws:SourceArn"] = delivery.source
    organisation = state.account(delivery.account).organisation
    if organisation is not None:
        keys["aws:SourceOrgID"] = organisation.id
        keys["aws:SourceOrgPaths"] = (organisation.path,)
    return keys


# --- with a role --------------------------------------------------------------------------------


def _assumed(
    service: str, delivery: Delivery, state: State, means: Means
) -> tuple[Step, Caller | None]:
    """The role taken on by the service, and the session's caller; None when it may not."""
    heard: list[tuple[Request, Decision, PolicySet]] = []
    listening = Means(
        means.state, means.codes, means.now, means.entropy, means.master,
        lambda *one: heard.append(one),
    )  # fmt: skip
    keys = {**_of_call(delivery, means), **source_keys(delivery, state)}
    try:
        result = assume_as_service(
            service, delivery.role, delivery.session, listening, context=keys
        )
    except StsError as error:
        return Step(service, _heard(heard, allowed=False), error.message), None
    given = result["Credentials"]
    claims = sessions.unseal(given.access_key, given.token, means.master)
    # It signs nothing, so it is nobody's key: sessions of one second are one caller.
    caller = of_session(state.account(claims.account), "", claims)
    return Step(service, _heard(heard, allowed=caller is not None)), caller


def _heard(heard: Sequence[tuple[Request, Decision, PolicySet]], *, allowed: bool) -> Permitted:
    if not heard:
        return Permitted(allowed)
    request, decision, policies = heard[-1]
    return Permitted(allowed, request, decision, policies)


# --- the call -----------------------------------------------------------------------------------


def _called(caller: Caller, delivery: Delivery, state: State, means: Means) -> Step:
    """Every permission that the receiver asks for."""

    def context() -> Mapping[str, Value]:
        return _of_call(delivery, means)

    found = permit(caller, delivery.asked, state, context)
    if found.allowed or found.request is None:
        return Step(caller.principal, found)
    # Nobody is answered with it: it is for the owner of both ends, who may know the cause.
    owner = found.request.resource_account or delivery.account
    return Step(caller.principal, found, sentence(found, state.account(owner), state))


def _of_call(delivery: Delivery, means: Means) -> dict[str, Value]:
    """The keys of a call within AWS: it comes over TLS, and from no address that is known. What a
    service does with its caller's rights keeps more of the caller's call (`keys`)."""
    own = {} if delivery.caller is None else delivery.keys
    return {
        **own,
        "aws:SecureTransport": "true",
        "aws:CurrentTime": written(means.now),
        "aws:EpochTime": str(int(means.now)),
        "aws:RequestedRegion": delivery.region,
        "aws:ViaAWSService": "false" if delivery.caller is None else "true",
    }
