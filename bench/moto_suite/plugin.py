"""The pytest plugin that runs inside moto's tests: credentials, the time, and the exceptions.

An exception is expected to fail, strictly: one that passes fails the run, as does a name in the
list that no test has.
"""

from __future__ import annotations

import http.client
import os
import tomllib
from collections.abc import Generator
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

LIST = "REMIT_MOTO_EXCEPTIONS"
_IAM = "tests/test_iam/test_iam.py::"
# moto skips these in server mode because its own server does not load AWS's managed policies.
# `remit serve` has them, so they are run.
POLICIES = (
    f"{_IAM}test_get_aws_managed_policy",
    f"{_IAM}test_get_aws_managed_policy_version",
    f"{_IAM}test_get_aws_managed_policy_v12_version",
    f"{_IAM}test_managed_policy",
    f"{_IAM}test_get_account_authorization_details",
    "tests/test_iam/test_iam_groups.py::test_attach_group_policies",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let moto's decorators leave the credentials alone: each call is made as the administrator."""
    from moto.core.config import default_user_config

    default_user_config["core"]["mock_credentials"] = False


def pytest_sessionstart(session: pytest.Session) -> None:
    """Tell the server when a test stops its clock: both sides have the same time, as with AWS."""
    from freezegun import api

    start, stop = api._freeze_time.start, api._freeze_time.stop

    def started(self: Any) -> Any:
        found = start(self)
        _tell(str(self.time_to_freeze.replace(tzinfo=UTC).timestamp()))
        return found

    def stopped(self: Any) -> None:
        stop(self)
        _tell("")

    api._freeze_time.start, api._freeze_time.stop = started, stopped  # type: ignore[method-assign]


def _tell(time: str) -> None:
    where = urlsplit(os.environ["TEST_SERVER_MODE_ENDPOINT"])
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    connection.request("POST", f"/moto-api/clock?{time}")
    connection.getresponse().read()
    connection.close()


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run what moto would skip."""
    from moto import settings

    skipped = item.nodeid.partition("[")[0] in POLICIES
    settings.TEST_SERVER_MODE = not skipped
    try:
        return (yield)
    finally:
        settings.TEST_SERVER_MODE = True


def exceptions(path: Path) -> dict[str, str]:
    """Test id to reason, out of the tables of the list."""
    found: dict[str, str] = {}
    for table in tomllib.loads(path.read_text("utf-8")).values():
        for name in table["tests"]:
            found[name] = table["reason"]
    return found
