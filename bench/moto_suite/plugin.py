"""The pytest plugin that runs inside moto's tests: credentials, and the exceptions.

An exception is expected to fail, strictly: one that passes fails the run, as does a name in the
list that no test has.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

LIST = "REMIT_MOTO_EXCEPTIONS"


def pytest_configure(config: pytest.Config) -> None:
    """Let moto's decorators leave the credentials alone: each call is made as the administrator."""
    from moto.core.config import default_user_config

    default_user_config["core"]["mock_credentials"] = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the exceptions."""
    reasons = exceptions(Path(os.environ[LIST]))
    known = set()
    for item in items:
        for name in (item.nodeid, item.nodeid.partition("[")[0]):
            if name in reasons:
                known.add(name)
                item.add_marker(pytest.mark.xfail(reason=reasons[name], strict=True))
                break
    whole = not config.getoption("keyword") and "::" not in "".join(config.args)
    if whole and (left := sorted(set(reasons) - known)):
        raise pytest.UsageError(f"exceptions that name no test: {', '.join(left)}")


def exceptions(path: Path) -> dict[str, str]:
    """Test id to reason, out of the tables of the list."""
    found: dict[str, str] = {}
    for table in tomllib.loads(path.read_text("utf-8")).values():
        for name in table["tests"]:
            found[name] = table["reason"]
    return found
