"""IAM itself. Source: facts/iam.md 4.11 and 5.2 (IAM User Guide, id_roles_use_passrole,
id_credentials_temp_control-access_getfederationtoken)."""

from __future__ import annotations

from remit.engine.context import Facts
from remit.engine.principal import CallerKind
from remit.engine.services.terms import IDENTITY_ONLY, Terms, refused


def terms(facts: Facts) -> Terms:
    """A role's trust policy says who may take it on, not who may pass or change it. Federated
    users cannot call IAM."""
    return refused(IDENTITY_ONLY) if facts.caller.kind is CallerKind.FEDERATED else IDENTITY_ONLY
