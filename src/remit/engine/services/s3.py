"""When Amazon S3 calls a policy public: a rule about its text.

What may live here: the table of conditions that narrow a statement enough. A policy is public until
each of its Allows is seen to be narrowed to values that are fixed; whatever is not understood
narrows nothing.

Source: S3 User Guide, access-control-block-public-access, "The meaning of public"; facts/iam.md
9.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.core.arn import Arn
from remit.core.policy import Condition, Effect, Policy, Principals, Statement
from remit.engine.values import network

_WIDEST = {32: 8, 128: 32}
"""The shortest prefix that is not yet broad, by the width of the family's addresses."""


def is_public(policy: Policy) -> bool:
    """Whether S3 calls the policy of a bucket public: one public statement is enough."""
    return any(map(is_public_statement, policy.statements))


def is_public_statement(statement: Statement) -> bool:
    """Whether a statement lets in whoever comes, as far as its text tells."""
    if statement.effect is not Effect.ALLOW or _names_somebody(statement.principals):
        return False
    return not any(map(_narrows, statement.conditions))


def _names_somebody(principals: Principals | None) -> bool:
    """Every entry is an account, user, role or service, written out. An identity provider is
    nobody in particular."""
    if principals is None or principals.negated or not principals.entries:
        return False
    return all(
        kind in {"AWS", "Service", "CanonicalUser"} and _is_fixed(item.value)
        for kind, item in principals.entries
    )


def _is_fixed(text: str) -> bool:
    """Neither a wildcard nor a policy variable, wherever it stands."""
    return bool(text) and not {"*", "?"} & set(text) and "${" not in text


def _is_narrow_network(text: str) -> bool:
    """A range that is not very broad. One that cannot be read is."""
    if not _is_fixed(text):
        return False
    found = network(text)
    return found is not None and found.prefix >= _WIDEST[found.bits]


def _is_access_points(text: str) -> bool:
    """Access points of a fixed account; which of them may be left open in a bucket's policy."""
    arn = Arn.parse(text)
    if arn is None or "${" in text:
        return False
    named = (arn.partition, arn.service, arn.region, arn.account)
    return all(map(_is_fixed, named)) and arn.resource.startswith("accesspoint/")


_TEXT = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})
_ARN = _TEXT | {"arnequals", "arnlike"}
_ADDRESS = frozenset({"ipaddress"})
# Key to the operators that compare with it, and what its values must be. Others narrow nothing
# (unconfirmed: public-keys).
_NARROW: Mapping[str, tuple[frozenset[str], Callable[[str], bool]]] = {
    "aws:principalorgid": (_TEXT, _is_fixed),
    "aws:sourceaccount": (_TEXT, _is_fixed),
    "aws:sourcearn": (_ARN, _is_fixed),
    "aws:sourceip": (_ADDRESS, _is_narrow_network),
    "aws:sourceowner": (_TEXT, _is_fixed),
    "aws:sourcevpc": (_TEXT, _is_fixed),
    "aws:sourcevpce": (_TEXT, _is_fixed),
    "aws:userid": (_TEXT, _is_fixed),
    "s3:dataaccesspointaccount": (_TEXT, _is_fixed),
    "s3:dataaccesspointarn": (_ARN, _is_access_points),
}


def _narrows(condition: Condition) -> bool:
    """Whether a test holds for fixed values only. `...IfExists` and `ForAllValues` also hold
    where the key is not there, and `ForAnyValue` is for keys of which none is listed."""
    found = _NARROW.get(condition.key.value.lower())
    if found is None or not condition.values:
        return False
    operators, is_narrow = found
    return condition.operator.value.lower() in operators and all(
        is_narrow(item.value) for item in condition.values
    )
