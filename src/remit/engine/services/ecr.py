"""Amazon ECR. Source: facts/iam.md 4.12 (ECR User Guide, repository-policies)."""

from __future__ import annotations

from remit.engine.context import Facts
from remit.engine.services.terms import COMMON, IDENTITY_ONLY, Terms


def terms(facts: Facts) -> Terms:
    """A token for the registry is of no repository: identity policies grant it, on `*`."""
    return IDENTITY_ONLY if facts.action == "ecr:getauthorizationtoken" else COMMON
