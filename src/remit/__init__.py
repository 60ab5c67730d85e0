"""remit: who may do what on AWS.

    from remit import PolicySet, Request, authorize, parse_policy

    policies = PolicySet(identity=[parse_policy(text)])
    decision = authorize(Request(principal, action, resource), policies)

Everything here is a value or a pure function: immutable, typed, no files, no network, no clock.
Names are imported when they are first used, so `import remit` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remit.app.documents import PolicyError as PolicyError
    from remit.app.documents import parse_policy as parse_policy
    from remit.core.decision import Decision as Decision
    from remit.core.decision import Determining as Determining
    from remit.core.decision import Layer as Layer
    from remit.core.decision import Verdict as Verdict
    from remit.core.policy import Policy as Policy
    from remit.core.request import Request as Request
    from remit.engine.authorize import authorize as authorize
    from remit.engine.policyset import PolicySet as PolicySet

__version__ = "0.1.0"

_HOME = {
    "Decision": "remit.core.decision",
    "Determining": "remit.core.decision",
    "Layer": "remit.core.decision",
    "Policy": "remit.core.policy",
    "PolicyError": "remit.app.documents",
    "PolicySet": "remit.engine.policyset",
    "Request": "remit.core.request",
    "Verdict": "remit.core.decision",
    "authorize": "remit.engine.authorize",
    "parse_policy": "remit.app.documents",
}

__all__ = [  # noqa: RUF022  as people read them: what is decided, against what, the answer
    "authorize",
    "Request",
    "PolicySet",
    "Policy",
    "parse_policy",
    "PolicyError",
    "Decision",
    "Verdict",
    "Determining",
    "Layer",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *_HOME})
