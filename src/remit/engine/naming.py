"""Does a statement speak of the caller: `Principal` and `NotPrincipal`.

What may live here: the forms in which a caller can be named, and the reading of the two elements.
What a form is worth is combine.py's table.

Rules: facts/iam.md 1.5, 1.6, 4.3 and 4.9 (IAM User Guide, reference_policies_elements_principal,
reference_policies_elements_notprincipal). Names in `unconfirmed` comments: unconfirmed.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from remit.core.arn import Arn
from remit.core.pattern import Pattern
from remit.core.policy import Effect, Principals, Statement
from remit.engine.principal import Caller, CallerKind


class Form(Enum):
    """How a statement names its caller."""

    ACCOUNT = "the account"
    USER = "the user"
    ISSUER = "the user whose federated session it is"
    ROLE = "the role"
    SESSION = "the role session"
    FEDERATED = "the federated user"
    SERVICE = "the service"
    PROVIDER = "the identity provider"
    EVERYONE = "everybody"
    UNSURE = "somebody who may be the caller"
    """What is not known. It never grants; a Deny holds against it."""
    NOBODY = "nobody"
    """No resource-based policy lets the caller in."""

    # There is one object for each form, so this is as good as the hash of its name, and quick.
    __hash__ = object.__hash__


Key: TypeAlias = tuple[str, str]
"""A kind of `Principal` entry and its text. Kinds in small letters are ours: they stand for a role
by name, the users of an account, anybody's canonical id."""

_STARS: tuple[Key, ...] = (("*", "*"), ("AWS", "*"))
_ANY_CANONICAL: Key = ("canonical", "")
_SOMEBODY = frozenset({Form.UNSURE})
_NO_ONE: frozenset[Form] = frozenset()

# Every form must be listed to be exempt from a Deny with NotPrincipal (facts 1.6, 4.9).
_EXEMPT: Mapping[CallerKind, frozenset[Form]] = {
    CallerKind.ROOT: frozenset({Form.ACCOUNT}),
    CallerKind.USER: frozenset({Form.ACCOUNT, Form.USER}),
    CallerKind.ROLE: frozenset({Form.ACCOUNT, Form.ROLE, Form.SESSION}),
    CallerKind.FEDERATED: frozenset({Form.ACCOUNT, Form.FEDERATED}),
    CallerKind.SERVICE: frozenset({Form.SERVICE}),
    CallerKind.PROVIDER: frozenset({Form.PROVIDER}),
    CallerKind.ANONYMOUS: frozenset({Form.EVERYONE}),
}
_BOUNDED = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.FEDERATED})


# --- the caller's side --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Who:
    """A caller, and the entries of a `Principal` that name it, each as what: in the resource's
    policy, and in a VPC endpoint's. `trust`: the resource's policy is a role's trust policy."""

    caller: Caller
    trust: bool
    at_resource: Mapping[Key, Form]
    at_endpoint: Mapping[Key, Form]


def identified(caller: Caller, trust: bool) -> Who:
    """The caller in all its forms."""
    return Who(caller, trust, *_forms(caller, trust))


@lru_cache(maxsize=1024)
def _forms(caller: Caller, trust: bool) -> tuple[Mapping[Key, Form], Mapping[Key, Form]]:
    own = dict(_own_forms(caller))
    at_resource = dict.fromkeys(_STARS, _everyone(caller, trust)) | own
    if caller.kind is CallerKind.PROVIDER and trust:
        # Providers are principals of trust policies only; elsewhere they match nobody.
        at_resource["Federated", caller.principal] = Form.PROVIDER
        at_resource["Federated", "*"] = Form.UNSURE  # unconfirmed: star-kinds
    # Whoever does not sign is anonymous to an endpoint (facts 4.12).
    return at_resource, dict.fromkeys(_STARS, Form.EVERYONE) | own


def _everyone(caller: Caller, trust: bool) -> Form:
    """What `*` says. In a trust policy it is any authenticated principal, and delegates like an
    account (facts 1.5, 4.11 [O])."""
    if caller.kind is CallerKind.PROVIDER:
        return Form.UNSURE  # unconfirmed: star-tokens
    if not trust:
        return Form.EVERYONE
    return Form.ACCOUNT if caller.account else Form.UNSURE  # unconfirmed: star-trust


def _own_forms(caller: Caller) -> Iterator[tuple[Key, Form]]:
    if caller.kind is CallerKind.SERVICE:
        yield ("Service", caller.principal), Form.SERVICE
        yield ("Service", "*"), Form.UNSURE  # unconfirmed: star-kinds
    elif caller.account is not None:
        yield from _account_forms(caller)


def _account_forms(caller: Caller) -> Iterator[tuple[Key, Form]]:
    head, account = f"arn:{caller.partition}", caller.account
    yield ("AWS", f"{account}"), Form.ACCOUNT
    yield ("AWS", f"{head}:iam::{account}:root"), Form.ACCOUNT
    yield _ANY_CANONICAL, Form.UNSURE  # unconfirmed: canonical-user
    match caller.kind:
        case CallerKind.USER:
            yield ("AWS", caller.principal), Form.USER
            if caller.unique:
                yield ("AWS", caller.unique), Form.USER
        case CallerKind.ROLE:
            yield from _role_forms(caller, head)
        case CallerKind.FEDERATED:
            yield ("AWS", caller.principal), Form.FEDERATED
            yield ("users", f"{head}:{account}"), Form.UNSURE  # unconfirmed: federated-issuer
        case _:
            pass


def _role_forms(caller: Caller, head: str) -> Iterator[tuple[Key, Form]]:
    """A role is named by its ARN or id; where its path is not known, by its name, of which an
    account has but one (IAM User Guide, reference_iam-quotas, names)."""
    if caller.role is not None:
        yield ("AWS", caller.role), Form.ROLE
    else:
        yield ("role", f"{head}:{caller.account}:{caller.name}"), Form.ROLE
    if caller.unique:
        yield ("AWS", caller.unique), Form.ROLE
    if caller.session is not None:
        session = f"{head}:sts::{caller.account}:assumed-role/{caller.name}/{caller.session}"
        yield ("AWS", session), Form.SESSION


# --- the statement's side -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speaks:
    """A compiled `Principal` or `NotPrincipal`.

    `endpoint`: in a VPC endpoint's policy. `bounded`: the caller has a permissions boundary.
    `loose` are entries that are not understood, as patterns; only a Deny has them. `placed`: the
    statement has a Resource, which trust policies must not have.
    """

    keys: frozenset[Key]
    deny: bool
    negated: bool
    endpoint: bool
    bounded: bool
    placed: bool
    loose: tuple[Pattern, ...] = ()

    def __call__(self, who: Who) -> frozenset[Form]:
        """As what it names the caller; empty when it does not speak of it."""
        trust = who.trust and not self.endpoint
        if trust and self.placed and not self.deny:
            return _NO_ONE
        forms = who.at_endpoint if self.endpoint else who.at_resource
        listed = frozenset(forms[key] for key in self.keys & forms.keys())
        if self.negated and self.deny:
            return self._all_but(who.caller.kind, listed)
        if self.negated:
            # An Allow for all others takes in whoever is not listed, in whatever form. Trust
            # policies do not have it (facts 1.6, 1.7).
            return _NO_ONE if listed or trust else frozenset({forms["*", "*"]}) - _SOMEBODY
        if not self.deny:
            return listed - _SOMEBODY
        return listed or self._loosely(forms)

    def _all_but(self, kind: CallerKind, listed: frozenset[Form]) -> frozenset[Form]:
        """A Deny for all others: it holds unless every form of the caller is listed; always, where
        the caller has a boundary."""
        if self.bounded and kind in _BOUNDED:
            return _SOMEBODY
        exempt = _EXEMPT[kind] <= listed or not self.keys.isdisjoint(_STARS)
        return _NO_ONE if exempt else _SOMEBODY

    def _loosely(self, forms: Iterable[Key]) -> frozenset[Form]:
        if not self.keys and not self.loose:
            return _SOMEBODY  # it names nobody that can be understood
        met = any(pattern.matches(text) for pattern in self.loose for _, text in forms)
        return _SOMEBODY if met else _NO_ONE


def everybody(_: Who) -> frozenset[Form]:
    """The principals of an RCP: all there are."""
    return frozenset({Form.EVERYONE})


def compile_speaks(
    statement: Statement, principals: Principals, *, endpoint: bool, bounded: bool
) -> Speaks:
    """Compile the principals of a statement in the policy of a resource, or of a VPC endpoint;
    `bounded`: the caller has a permissions boundary."""
    deny = statement.effect is Effect.DENY
    loose = [
        Pattern.parse(item.value)
        for kind, item in principals.entries
        if deny and kind == "AWS" and item.value != "*" and not {"*", "?"}.isdisjoint(item.value)
    ]
    return Speaks(
        frozenset(_keys((kind, item.value) for kind, item in principals.entries)),
        deny,
        principals.negated,
        endpoint,
        bounded,
        statement.resources is not None,
        tuple(loose),
    )


def _keys(entries: Iterable[Key]) -> Iterator[Key]:
    """The entries, and what a caller of whom not all is known can be compared with."""
    for kind, text in entries:
        yield kind, text
        if kind == "CanonicalUser":
            yield _ANY_CANONICAL
        arn = Arn.parse(text) if kind == "AWS" else None
        if arn is None or arn.service != "iam":
            continue
        form, _, rest = arn.resource.partition("/")
        whose = f"arn:{arn.partition}:{arn.account}"
        if form == "role":
            yield "role", f"{whose}:{rest.rpartition('/')[2]}"
        elif form == "user":
            yield "users", whose
