"""The four operations of IAM that the simulator answers: parameters and the live account in, the
members of the answer out.

Source: facts/iam.md 8.3; botocore's IAM model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from remit.account.model import Account
from remit.app.constraints import Constraints
from remit.app.simulator import documents, entries, errors, exclusions, principals, results
from remit.app.simulator.decide import Simulator
from remit.app.simulator.errors import SimulationError, invalid
from remit.app.simulator.model import (
    BOUNDARY_POLICY,
    IAM_POLICY,
    RESOURCE_POLICY,
    Simulation,
    Source,
)
from remit.app.simulator.principals import Attached, Entity
from remit.core.arn import Arn
from remit.core.policy import Policy

Params: TypeAlias = Mapping[str, Any]
Members: TypeAlias = dict[str, Any]

_CONSTRAINTS = Constraints(
    "iam",
    SimulationError,
    {
        # An empty list, which the wire cannot tell from none, is an implicit deny (8.3 [O]); of
        # context keys, it is an InvalidInput (recording A [O]).
        "SimulateCustomPolicyRequest": {"required": ["ActionNames"]},
        "GetContextKeysForCustomPolicyRequest": {"required": []},
        # Its text allows wildcards, which its pattern does not; AWS takes them (recording A [O]).
        "AttachmentName": {"pattern": r"[\w+=,.@*?-]+"},
    },
    shown=2_048,
)


def answer(operation: str, params: Params, account: Account) -> Members:
    """The output members of one of OPERATIONS, asked by somebody of `account`, which is the live
    one. Raises SimulationError."""
    return OPERATIONS[operation](_CONSTRAINTS.check(operation, params), account)


def _custom(params: Params, account: Account) -> Members:
    return _simulated("SimulateCustomPolicy", params, account, None)


def _principal(params: Params, account: Account) -> Members:
    entity = principals.find(account, params["PolicySourceArn"])
    return _simulated("SimulatePrincipalPolicy", params, account, entity)


def _custom_keys(params: Params, account: Account) -> Members:
    if not params.get("PolicyInputList"):
        raise invalid(errors.NO_POLICIES)
    return {"ContextKeyNames": list(documents.keys(_named_keys(params)))}


def _principal_keys(params: Params, account: Account) -> Members:
    """Those of a boundary too, for a simulation asks for them; those of SCPs not [M]."""
    entity = principals.find(account, params["PolicySourceArn"])
    held = (*entity.attached, *(entity.boundary or ()))
    attached = [_stored(one, IAM_POLICY).policy for one in held]
    return {"ContextKeyNames": list(documents.keys([*attached, *_named_keys(params)]))}


OPERATIONS: Mapping[str, Callable[[Params, Account], Members]] = {
    "GetContextKeysForCustomPolicy": _custom_keys,
    "GetContextKeysForPrincipalPolicy": _principal_keys,
    "SimulateCustomPolicy": _custom,
    "SimulatePrincipalPolicy": _principal,
}


def _named_keys(params: Params) -> list[Policy]:
    texts = params.get("PolicyInputList", ())
    return [documents.context_keys(text, _item(n)) for n, text in enumerate(texts, 1)]


def _item(number: int) -> str:
    return f"Policy input list item {number}"


# --- simulations --------------------------------------------------------------------------------


def _simulated(operation: str, params: Params, account: Account, entity: Entity | None) -> Members:
    resources = params.get("ResourceArns") or [results.EVERYTHING]
    _check_resources(resources)
    _check_actions(params["ActionNames"])
    excluded = exclusions.read(params.get("PolicyExclusionList", ()))
    caller = _caller(params.get("CallerArn"), entity)
    attached = () if entity is None else entity.attached
    policies = [_stored(one, IAM_POLICY) for one in attached if not excluded.has(one)]
    simulation = Simulation(
        account.id,
        (*policies, *_inputs(params)),
        _boundary(params, entity, excluded),
        _resource(params, resources, caller),
        _scp(params, account, entity, excluded),
        caller,
        _owner(params.get("ResourceOwner")),
        entries.read(params.get("ContextEntries", ())),
    )
    return results.page(Simulator(simulation), operation, params, resources)


def _inputs(params: Params) -> list[Source]:
    texts = enumerate(params.get("PolicyInputList", ()), 1)
    return [_given(text, _item(n), f"PolicyInputList.{n}", IAM_POLICY) for n, text in texts]


def _boundary(
    params: Params, entity: Entity | None, excluded: exclusions.Exclusions
) -> Source | None:
    """One that is given replaces the attached one (8.3)."""
    listed = params.get("PermissionsBoundaryPolicyInputList", ())
    if len(listed) > 1:
        raise invalid(errors.TWO_BOUNDARIES)
    if listed:
        name = "PermissionsBoundaryPolicyInputList.1"
        return _given(listed[0], "The permissions boundary", name, BOUNDARY_POLICY)
    if entity is None or entity.boundary is None or excluded.boundary:
        return None
    if not entity.boundary:  # its policy is gone: it allows nothing
        return Source("", BOUNDARY_POLICY, documents.NOTHING)
    return _stored(entity.boundary[0], BOUNDARY_POLICY)


def _resource(params: Params, resources: Sequence[str], caller: str | None) -> Source | None:
    """The resource's policy. The call must then name resources, and so must it (8.3 [O])."""
    text = params.get("ResourcePolicy")
    if text is None:
        return None
    if caller is None:
        raise invalid(errors.NO_CALLER)
    if results.EVERYTHING in resources:
        raise invalid(errors.NO_ENTITY.format(results.EVERYTHING))
    found = documents.given(
        text, "resource policy", "The resource policy", "ResourcePolicy", RESOURCE_POLICY,
        "resource",
    )  # fmt: skip
    named = [
        one.value for statement in found.policy.statements for one in statement.resources or ()
    ]
    if results.EVERYTHING in named:
        raise invalid(errors.NO_ARN.format(results.EVERYTHING))
    return found


def _scp(
    params: Params, account: Account, entity: Entity | None, excluded: exclusions.Exclusions
) -> tuple[tuple[Policy, ...], ...] | None:
    """The levels that were given, root first; for an entity those of its account."""
    levels = params.get("OrderedOrganizationPolicyInputList")
    if levels:
        return tuple(_level(level, n) for n, level in enumerate(levels, 1))
    organisation = account.organisation
    if entity is None or organisation is None or organisation.scp is None or excluded.scp:
        return None
    return tuple(
        tuple(documents.stored(one.text, one.name, "", "").policy for one in level)
        for level in organisation.scp
    )


def _level(level: Params, number: int) -> tuple[Policy, ...]:
    texts = level.get("ServiceControlPolicyInputList", ())
    if not texts:
        raise invalid(errors.NO_POLICIES_OF_LEVEL.format(number))
    what = f"Organization policy {number}, item"
    return tuple(_given(text, f"{what} {n}", "", "").policy for n, text in enumerate(texts, 1))


def _given(text: str, what: str, id_: str, kind: str) -> Source:
    return documents.given(text, id_, what, id_, kind, "identity")


def _stored(attached: Attached, kind: str) -> Source:
    document = attached.document
    return documents.stored(document.text, document.name, attached.id, kind)


# --- names --------------------------------------------------------------------------------------


def _check_resources(resources: Sequence[str]) -> None:
    """ARNs, or `*` alone."""
    for one in resources:
        arn = Arn.parse(one)
        whole = arn is not None and bool(arn.partition and arn.service and arn.resource)
        if not whole and not (one == results.EVERYTHING and len(resources) == 1):
            raise invalid(errors.NO_ARN.format(one))


def _check_actions(actions: Sequence[str]) -> None:
    """A name has a prefix; whatever else it is, it is taken literally (8.3 [O])."""
    if not all(":" in action for action in actions):
        raise invalid(errors.NO_ACTION)


def _caller(arn: str | None, entity: Entity | None) -> str | None:
    if arn is None:
        return None if entity is None else entity.arn
    if principals.parse(arn) is None:
        raise invalid(errors.OTHER_CALLER)
    return arn


def _owner(text: str | None) -> str | None:
    """The account of an ARN: a number is refused (8.3 [O])."""
    if text is None:
        return None
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or not principals.is_account(arn.account):
        raise invalid(errors.NO_OWNER.format(text))
    return arn.account
