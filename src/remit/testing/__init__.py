"""Tests that are refused what AWS would refuse: every boto3 call of this process, decided.

    from remit.testing import enforce

    with enforce(project=".", stage="prod", function="api_handler") as recorder:
        handler(event, None)
    assert not recorder.denied

Names are imported when they are first used: the pytest plugin is loaded by every test run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remit.testing.enforcement import enforce as enforce
    from remit.testing.record import Recorder as Recorder
    from remit.testing.record import Seen as Seen
    from remit.testing.record import Verdict as Verdict

_HOME = {
    "Recorder": "remit.testing.record",
    "Seen": "remit.testing.record",
    "Verdict": "remit.testing.record",
    "enforce": "remit.testing.enforcement",
}

__all__ = ["Recorder", "Seen", "Verdict", "enforce"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
