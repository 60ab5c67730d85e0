"""Needs and deployments for tests of `remit.generate`, from the texts of tests/check/support."""

from __future__ import annotations

import json
from typing import Any

from remit.core.span import Span
from remit.deploy.formats import FORMATS, Spelling
from remit.generate.model import Deployment, Proposal, Wanted
from remit.generate.propose import propose
from tests.check.support import need

KNOWN = {"aws:SecureTransport": "true"}
HERE = Deployment(region="eu-west-1", account="111122223333", known=KNOWN)
NOWHERE = Deployment(known=KNOWN)


def wanted(action: str, resource: str = "*", line: int = 7, **more: Any) -> Wanted:
    """One need of one call; `own` says whose request it is."""
    own = more.pop("own", True)
    origin = more.get("origin", "code")
    condition = more.get("condition") or ""
    made = need(action, resource, line, **more).need
    return Wanted(made, Span("app.py", line, 5, line, 20), action, origin, condition, own)


def proposed(*found: Wanted, at: Deployment = HERE, **more: Any) -> Proposal:
    return propose(list(found), at, **more)


def document(proposal: Proposal, spelling: Spelling | None = None) -> dict[str, Any]:
    text = FORMATS["policy"].document(proposal.parts[0], spelling or Spelling(), "")
    made: dict[str, Any] = json.loads(text)
    return made


def short(proposal: Proposal) -> list[str]:
    """Each statement as `Sid: actions on resources`, prefixes of ARNs left out."""
    return [
        f"{one.grant.sid}: {' '.join(one.grant.actions)} on {' '.join(one.grant.resources)}"
        for one in proposal.statements
    ]
