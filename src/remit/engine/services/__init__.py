"""What services ask beyond the common rules: a plain function each, found by the action's prefix.

A service that is not here follows the common rules: in one account its resource's policy or the
caller's identity policies are enough, between two accounts both must allow.

Grants of a KMS key and access control lists are nobody's special rule: who knows them gives them as
policies beside the resource's (`PolicySet.beside`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.engine.context import Facts
from remit.engine.services import ecr, execute_api, iam, kms, sqs, sts
from remit.engine.services.terms import COMMON, Terms

SERVICES: Mapping[str, Callable[[Facts], Terms]] = {
    "ecr": ecr.terms,
    "execute-api": execute_api.terms,
    "iam": iam.terms,
    "kms": kms.terms,
    "sqs": sqs.terms,
    "sts": sts.terms,
}

# Where the terms, or what comes of them, hang on the resource or the context of a request: not on
# its caller and its action alone.
BY_REQUEST = frozenset({"execute-api", "kms", "sts"})


def terms_of(facts: Facts) -> Terms:
    """The terms on which the request's service decides it."""
    special = SERVICES.get(facts.service)
    return COMMON if special is None else special(facts)
