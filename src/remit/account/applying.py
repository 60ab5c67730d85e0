"""Which policies apply to whom: an account's state and a caller to the engine's policy set.

Rules: facts/iam.md 4.1 and 4.2 (IAM User Guide, reference_policies_evaluation-logic), 5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from remit.account.model import Account, Document, Role, User
from remit.core.policy import Effect, Policy
from remit.core.span import Span
from remit.engine.policyset import PolicySet
from remit.syntax.policy import parse_text

Level = tuple[Document, ...]
_PARSED = 4_096
_COMPILED = 2_048


@dataclass(frozen=True, slots=True)
class Own:
    """The policies that a caller brings: as in `PolicySet`, as texts."""

    identity: Level = ()
    boundary: Level | None = None
    session: Level | None = None
    scp: tuple[Level, ...] | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for with every request, and of many texts.
        told = hash((self.identity, self.boundary, self.session, self.scp))
        object.__setattr__(self, "_hash", told)

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class There:
    """The policies that bind whoever comes to a resource. `beside` count with its own policy;
    `denies_only` says why nothing but the Denies of that counts, where it is so."""

    resource: Document | None = None
    rcp: tuple[Level, ...] | None = None
    beside: Level = ()
    denies_only: str = ""


NOWHERE = There()


def brought(
    account: Account,
    identity: User | Role | None,
    session: Iterable[Document] | None = None,
) -> Own:
    """What a caller of `account` brings: a user, a role, or None for root and for nobody.

    `session` are the session policies, None where none was set. A permissions boundary that is no
    longer there allows nothing.
    """
    organisation = account.organisation
    scp = None if organisation is None else organisation.scp
    given = None if session is None else tuple(session)
    if identity is None:
        return Own((), None, given, scp)
    inline, attached = list(identity.inline), list(identity.attached)
    if isinstance(identity, User):
        for name in identity.groups:
            if (group := account.groups.get(name)) is not None:
                inline += group.inline
                attached += group.attached
    boundary = None if identity.boundary is None else managed(account, (identity.boundary,))
    return Own((*inline, *managed(account, dict.fromkeys(attached))), boundary, given, scp)


def managed(account: Account, arns: Iterable[str]) -> Level:
    """The managed policies of these ARNs, those that are there."""
    return tuple(Document(arn, account.managed[arn]) for arn in arns if arn in account.managed)


def attachable(account: Account, resource: Document | None) -> There:
    """What binds callers at a resource of `account` with that policy."""
    organisation = account.organisation
    rcp = None if organisation is None else organisation.rcp
    return NOWHERE if rcp is None and resource is None else There(resource, rcp)


def policies_for(own: Own, there: There) -> PolicySet:
    """The policy set of a caller at a resource, compiled once while the texts stay the same."""
    return compiled(own, there).policies


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy set, and whether anything in it looks at a request's context."""

    policies: PolicySet

    @property
    def conditional(self) -> bool:
        """Whether anything in it looks at a request's context."""
        return self.policies.conditional


@lru_cache(maxsize=_COMPILED)
def compiled(own: Own, there: There) -> Compiled:
    """As `policies_for`, with what is known of the set."""
    documents = [*own.identity, *(own.boundary or ()), *(own.session or ())]
    for levels in (own.scp, there.rcp):
        documents += (one for level in levels or () for one in level)
    documents += there.beside if there.resource is None else (there.resource, *there.beside)
    return Compiled(_set(own, there, any(map(_is_conditional, documents))))


def _is_conditional(document: Document) -> bool:
    """Whether a document has conditions, or variables, which are filled from context keys."""
    statements = parsed(document).statements
    return "${" in document.text or any(one.conditions for one in statements)


def _set(own: Own, there: There, conditional: bool) -> PolicySet:
    return PolicySet(
        conditional=conditional,
        identity=_parsed(own.identity),
        resource=_resource(there),
        boundary=None if own.boundary is None else _parsed(own.boundary),
        session=None if own.session is None else _parsed(own.session),
        scp=None if own.scp is None else [_parsed(level) for level in own.scp],
        rcp=None if there.rcp is None else [_parsed(level) for level in there.rcp],
        beside=_parsed(there.beside),
    )


def _resource(there: There) -> Policy | None:
    """The resource's policy. A statement with a fault grants nothing and keeps its number."""
    if there.resource is None:
        return None
    found = parsed(there.resource)
    if not there.denies_only:
        return found
    fault = (there.denies_only,)
    statements = tuple(
        replace(one, faults=(*one.faults, *fault)) if one.effect is Effect.ALLOW else one
        for one in found.statements
    )
    return replace(found, statements=statements)


@lru_cache(maxsize=_PARSED)
def parsed(document: Document) -> Policy:
    """The policy in a document; one that says nothing where there is none in it."""
    policy, _ = parse_text(document.text, "policy.json", document.name)
    return policy or Policy("", (), Span.whole(document.name), document.name)


def _parsed(documents: Sequence[Document]) -> tuple[Policy, ...]:
    return tuple(map(parsed, documents))
