"""Which layers bind which caller, and what their answers make together: the decision table.

Rules: facts/iam.md 4.2 to 4.5 (IAM User Guide, reference_policies_evaluation-logic,
..._policy-eval-denyallow, ..._policy-eval-basics-cross-account, access_policies_boundaries).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from remit.core.decision import Decision, Layer, Verdict
from remit.engine.context import Facts
from remit.engine.layers import Answer
from remit.engine.naming import Form
from remit.engine.organisation import rcp_binds, scp_binds
from remit.engine.principal import CallerKind
from remit.engine.services.terms import Terms

_FILTERS = frozenset({Layer.RCP, Layer.SCP, Layer.VPC_ENDPOINT})
_OWN = frozenset({Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION})
_NONE = frozenset[Layer]()

# The layers of its own that a caller brings. Root has everything in its account: nothing but the
# Denies of a task policy (AssumeRoot) limits it. The others have no identity side.
_BRINGS: Mapping[CallerKind, frozenset[Layer]] = {
    CallerKind.USER: _OWN,
    CallerKind.ROLE: _OWN,
    CallerKind.FEDERATED: _OWN,
    CallerKind.ROOT: frozenset({Layer.SESSION}),
    CallerKind.SERVICE: _NONE,
    CallerKind.PROVIDER: _NONE,
    CallerKind.ANONYMOUS: _NONE,
}

# The decision table of one account: as what a resource's policy names the caller, and whose
# silence then still blocks (facts 4.4). Naming the account delegates; naming nobody leaves all to
# the caller's own policies. An explicit Deny blocks always, and between accounts all must allow.
BLOCKS: Mapping[Form, frozenset[Layer]] = {
    Form.NOBODY: _OWN,
    Form.ACCOUNT: _OWN,
    Form.USER: _NONE,
    Form.ISSUER: frozenset({Layer.BOUNDARY, Layer.SESSION}),
    Form.ROLE: frozenset({Layer.BOUNDARY, Layer.SESSION}),
    Form.SESSION: _NONE,
    Form.FEDERATED: _NONE,
    Form.EVERYONE: _NONE,
    Form.SERVICE: _NONE,
    Form.PROVIDER: _NONE,
}


def binding(facts: Facts, terms: Terms, given: Iterable[Layer]) -> frozenset[Layer]:
    """The layers that have a say about the request, out of those that are given."""
    says = {
        Layer.SCP: scp_binds(facts.caller),
        Layer.RCP: rcp_binds(facts),
        Layer.VPC_ENDPOINT: True,
        Layer.RESOURCE: terms.consults,
    }
    brings = _BRINGS[facts.caller.kind]
    return frozenset(layer for layer in given if says.get(layer, layer in brings))


def combine(facts: Facts, terms: Terms, answers: Sequence[Answer]) -> Decision:
    """One decision out of the layers' answers. An explicit deny wins, whoever says it."""
    denies = tuple(named for answer in answers for named in answer.denies)
    if denies:
        return Decision(Verdict.EXPLICIT_DENY, denies)
    if not granted(facts, terms, {answer.layer: answer for answer in answers}):
        return Decision(Verdict.IMPLICIT_DENY)
    return Decision(Verdict.ALLOWED, tuple(n for answer in answers for n in answer.allows))


def granted(facts: Facts, terms: Terms, by_layer: Mapping[Layer, Answer]) -> bool:
    """Whether the request is let through, no Deny having matched."""
    if terms.refused or not all(a.open for a in by_layer.values() if a.layer in _FILTERS):
        return False
    if terms.private and Layer.RESOURCE not in by_layer and _through_endpoint(facts, by_layer):
        return False
    silent = _silent(facts, by_layer)
    named = _named(facts, by_layer)
    if facts.foreign:
        return terms.crosses and not silent and (bool(named) or not terms.consults)
    ways = named if terms.requires else named | {Form.NOBODY}
    return any(BLOCKS[way].isdisjoint(silent) for way in ways)


def _silent(facts: Facts, by_layer: Mapping[Layer, Answer]) -> Set[Layer]:
    """The layers of the caller's own that do not allow the request."""
    kind = facts.caller.kind
    if kind is CallerKind.ROOT:
        return _NONE
    if not _BRINGS[kind]:
        return frozenset({Layer.IDENTITY})
    silent = {layer for layer, answer in by_layer.items() if layer in _OWN and not answer.open}
    if kind is CallerKind.FEDERATED and Layer.SESSION not in by_layer:
        # Without a session policy the identity side gives nothing (GetFederationToken).
        silent.add(Layer.SESSION)
    return silent


def _named(facts: Facts, by_layer: Mapping[Layer, Answer]) -> frozenset[Form]:
    """As what the resource's policy lets the caller in."""
    named = by_layer[Layer.RESOURCE].named if Layer.RESOURCE in by_layer else frozenset()
    with_session = Layer.SESSION in by_layer
    match facts.caller.kind:
        case CallerKind.USER if with_session and Form.USER in named:
            # A user has no session policy; the federated session of a user has (facts 4.4).
            return named - {Form.USER} | {Form.ISSUER}
        case CallerKind.FEDERATED if not with_session:
            return named & {Form.FEDERATED}  # unconfirmed: federated-star
        case _:
            return named


def _through_endpoint(facts: Facts, by_layer: Mapping[Layer, Answer]) -> bool:
    return Layer.VPC_ENDPOINT in by_layer or "aws:sourcevpce" in facts.context
