"""Calling an API of API Gateway with IAM authorization; the API's resource policy is the resource's
policy. Other authorizers, and methods that are open to all, are the gateway's business.

Source: facts/api-gateway.md 1.3 to 1.5 and 1.9 (API Gateway Developer Guide,
apigateway-authorization-flow, apigateway-private-apis).
"""

from __future__ import annotations

from remit.engine.context import Facts
from remit.engine.services.terms import COMMON, Terms

_INVOKE = Terms(private=True)


def terms(facts: Facts) -> Terms:
    """As in common: either side in one account, both between two. A private API without a
    resource policy fails every call; an anonymous call needs its Allow (unconfirmed:
    open-method)."""
    return _INVOKE if facts.action == "execute-api:invoke" else COMMON
