"""Putting a project's roles into the live state, as its deployment would."""

from __future__ import annotations

import json
from collections.abc import Iterable

from remit.app.seeding import Seed
from remit.server.state import ADMINISTRATOR, MotoState


def plant(state: MotoState, account: str, roles: Iterable[Seed]) -> tuple[str, ...]:
    """Make the roles; their ARNs. A role that is there already is left as it is."""
    from moto.iam.models import iam_backends

    backend = iam_backends[account]["aws"]
    made = []
    for role in roles:
        if role.name in {one.name for one in backend.roles.values()}:
            continue
        boundary = None
        if role.boundary is not None:
            name = f"{role.name}-boundary"[:128]
            # Kept over a restart, it may be that of a role which is gone.
            backend.managed_policies.pop(f"arn:aws:iam::{account}:policy/{name}", None)
            boundary = backend.create_policy("", "/", role.boundary.text, name, []).arn
        trust = _trust(role.trust, account)
        made_role = backend.create_role(role.name, trust, "/", boundary, "", [], "43200")
        # Past moto's own checks: what is deployed is what counts here, right or wrong.
        made_role.policies.update({document.name: document.text for document in role.policies})
        made.append(made_role.arn)
    state.forget()
    return tuple(made)


def _trust(deployed: str | None, account: str) -> str:
    """The deployed trust policy (Lambda's, where none is known), and that the administrator of this
    server may take the role on."""
    statements = [] if deployed is None else json.loads(deployed)["Statement"]
    if not statements:
        service = {"Service": "lambda.amazonaws.com"}
        statements = [{"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}]
    own = {
        "Sid": "RemitServe",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:user/{ADMINISTRATOR}"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements, own]})
