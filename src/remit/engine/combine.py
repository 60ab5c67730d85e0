"""Which layers bind which caller, and what their answers make together: the decision table.

Rules: facts/iam.md 4.2 (IAM User Guide, reference_policies_evaluation-logic). This is the form
for one account without resource policies; what they add goes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from remit.core.decision import Decision, Layer, Verdict
from remit.engine.context import Facts
from remit.engine.layers import Answer, UnsupportedLayer
from remit.engine.principal import Caller, CallerKind

# Callers that have an identity side; a direct service call and an anonymous one have none.
_WITH_IDENTITY = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.FEDERATED})
_ORGANISATION = frozenset({Layer.SCP, Layer.RCP})
_OWN = frozenset({Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION})


def binding(caller: Caller, given: Iterable[Layer]) -> tuple[Layer, ...]:
    """The layers that have a say about `caller`, out of those that are given."""
    return tuple(
        layer
        for layer in given
        if not (layer in _ORGANISATION and caller.service_linked)
        and not (layer in _OWN and caller.kind not in _WITH_IDENTITY)
    )


def granted(caller: Caller, answers: Sequence[Answer]) -> bool:
    """Whether every layer lets the request through, no Deny having matched."""
    if not all(answer.open for answer in answers):
        return False
    match caller.kind:
        case CallerKind.ROOT:
            return True  # everything in its own account
        case CallerKind.FEDERATED:
            # Without a session policy the identity side gives nothing (GetFederationToken).
            return any(answer.layer is Layer.SESSION for answer in answers)
        case _:
            return caller.kind in _WITH_IDENTITY


def combine(facts: Facts, answers: Sequence[Answer], warnings: tuple[str, ...]) -> Decision:
    """One decision out of the layers' answers. An explicit deny wins, whoever says it."""
    denies = tuple(named for answer in answers for named in answer.denies)
    if denies:
        return Decision(Verdict.EXPLICIT_DENY, denies, warnings)
    if not granted(facts.caller, answers):
        return Decision(Verdict.IMPLICIT_DENY, (), warnings)
    account = facts.caller.account
    if facts.owner is not None and account is not None and facts.owner != account:
        raise UnsupportedLayer(
            f"the resource belongs to account {facts.owner}, the principal to {account}: "
            "the resource's side is not decided yet"
        )
    allows = tuple(named for answer in answers for named in answer.allows)
    return Decision(Verdict.ALLOWED, allows, warnings)
