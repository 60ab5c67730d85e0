"""AWS KMS. Source: facts/iam.md 4.12 (KMS Developer Guide, policy-evaluation, key-policy-default,
and its page of permissions, where some operations have no key as their resource).

Grants of a key count as policies beside the key's own, where they are given.
"""

from __future__ import annotations

from remit.core.arn import Arn
from remit.engine.context import Facts
from remit.engine.services.terms import IDENTITY_ONLY, REQUIRED, Terms

_WITHOUT_KEY = frozenset(
    {
        "kms:connectcustomkeystore",
        "kms:createcustomkeystore",
        "kms:createkey",
        "kms:deletecustomkeystore",
        "kms:describecustomkeystores",
        "kms:disconnectcustomkeystore",
        "kms:generaterandom",
        "kms:listaliases",
        "kms:listkeys",
        "kms:updatecustomkeystore",
    }
)


def terms(facts: Facts) -> Terms:
    """The key policy must name the caller, or its account so that identity policies count. What
    has no key, and an alias (its key is asked on its own), has no key policy."""
    if facts.action in _WITHOUT_KEY or _is_alias(facts.resource):
        return IDENTITY_ONLY
    return REQUIRED


def _is_alias(resource: str) -> bool:
    arn = Arn.parse(resource)
    return arn is not None and arn.resource.startswith("alias/")
