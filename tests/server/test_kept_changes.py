"""What is written change by change is what would be written of the whole, and comes back from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.live import ACCOUNT, document

pytest.importorskip("moto", reason="the extra `serve` is not installed")

NAMES = ("a", "b", "c")
AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EMPTY = document()


@pytest.fixture(scope="module", autouse=True)
def _moto() -> Iterator[None]:
    from remit.server import emulator

    emulator.prepare()
    _reset()
    yield
    _reset()


def _reset() -> None:
    from moto.core.base_backend import BackendDict
    from moto.organizations.models import organizations_backends

    BackendDict.reset()
    organizations_backends.master_accounts.clear()


def _policy(name: str) -> str:
    return AWS if name == "c" else f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def _profile(iam: Any, x: str, y: str) -> None:
    iam.create_instance_profile(x, "/", [], [])
    iam.add_role_to_instance_profile(x, y)


def _renamed_group(iam: Any, x: str, y: str) -> None:
    iam.update_group(x, y, "/new/")


_ROLE = (EMPTY, "/", None, "", [], None)
_CALLS: dict[str, Any] = {
    "create user": lambda iam, x, _: iam.create_user(
        "us-east-1", x, "/", [{"Key": "k", "Value": x}]
    ),
    "delete user": lambda iam, x, _: iam.delete_user(x),
    "rename user": lambda iam, x, y: iam.update_user(x, "/p/", y),
    "tag user": lambda iam, x, y: iam.tag_user(x, [{"Key": y, "Value": y}]),
    "put policy": lambda iam, x, y: iam.put_user_policy(x, y, EMPTY),
    "key": lambda iam, x, _: iam.create_access_key(x, "AKIA"),
    "delete key": lambda iam, x, _: iam.delete_access_key(
        iam.list_access_keys(x)[0].access_key_id, x
    ),
    "deactivate key": lambda iam, x, _: iam.update_access_key(
        x, iam.list_access_keys(x)[0].access_key_id, "Inactive"
    ),
    "create group": lambda iam, x, _: iam.create_group(x),
    "delete group": lambda iam, x, _: iam.delete_group(x),
    "rename group": _renamed_group,
    "join": lambda iam, x, y: iam.add_user_to_group(x, y),
    "leave": lambda iam, x, y: iam.remove_user_from_group(x, y),
    "create policy": lambda iam, x, _: iam.create_policy("", "/", EMPTY, x, []),
    "delete policy": lambda iam, x, _: iam.delete_policy(_policy(x)),
    "version": lambda iam, x, _: iam.create_policy_version(_policy(x), EMPTY, "true"),
    "attach": lambda iam, x, y: iam.attach_user_policy(_policy(y), x),
    "detach": lambda iam, x, y: iam.detach_user_policy(_policy(y), x),
    "attach role": lambda iam, x, y: iam.attach_role_policy(_policy(y), x),
    "create role": lambda iam, x, _: iam.create_role(x, *_ROLE),
    "delete role": lambda iam, x, _: iam.delete_role(x),
    "profile": _profile,
    "device": lambda iam, x, _: iam.create_virtual_mfa_device(x, "/"),
    "enable": lambda iam, x, y: iam.enable_mfa_device(
        x, f"arn:aws:iam::{ACCOUNT}:mfa/{y}", "123456", "123456"
    ),
    "alias": lambda iam, x, _: iam.create_account_alias(x),
}
_STEPS = st.lists(
    st.tuples(st.sampled_from([*_CALLS]), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    min_size=5,
    max_size=15,
)


def _do(iam: Any, step: tuple[str, str, str]) -> None:
    from moto.core.exceptions import ServiceException

    what, x, y = step
    with suppress(ServiceException, IndexError, KeyError, ValueError):
        _CALLS[what](iam, x, y)  # moto refuses some, and fails half-way in some


def _whole() -> dict[str, str | None]:
    from remit.server.kept_state import Kept

    return Kept({"account": ACCOUNT}, {}).changes()


@settings(max_examples=15, deadline=None)
@given(_STEPS)
def test_rows_follow_every_change(steps: list[tuple[str, str, str]]) -> None:
    from moto.iam.models import iam_backends

    from remit.server.kept_state import Kept

    _reset()
    iam = iam_backends[ACCOUNT]["aws"]
    kept, rows = Kept({"account": ACCOUNT}, {}), {}
    for step in steps:
        _do(iam, step)
        for name, text in kept.changes().items():
            rows.pop(name, None) if text is None else rows.update({name: text})
        assert rows == _whole(), step
    before = {one.name: sorted(one.managed_policies) for one in iam.users.values()}
    _reset()
    back = Kept({}, {})
    back.restore(rows)
    assert _whole() == rows
    assert back.changes() == rows
    iam = iam_backends[ACCOUNT]["aws"]
    assert {one.name: sorted(one.managed_policies) for one in iam.users.values()} == before
    for user in iam.users.values():
        for key in user.access_keys:
            assert iam.access_keys.get(key.access_key_id) in (key, None)
    for group in iam.groups.values():
        assert all(iam.users.get(one.name) in (one, None) for one in group.users)


@pytest.mark.parametrize(
    "steps",
    [
        # What a row points to has another key, or none any more.
        [("create user", "a", "a"), ("create group", "a", "a"), ("join", "a", "a"), ("rename user", "a", "b")],
        [("create user", "a", "a"), ("create group", "a", "a"), ("join", "a", "a"), ("delete user", "a", "a")],
        [("create role", "a", "a"), ("attach role", "a", "c"), ("delete policy", "c", "c")],
        [("create user", "a", "a"), ("create policy", "a", "a"), ("attach", "a", "a"), ("delete policy", "a", "a")],
        [("create user", "a", "a"), ("key", "a", "a"), ("rename user", "a", "b"), ("delete key", "b", "b")],
    ],
)  # fmt: skip
def test_what_is_pointed_to_may_move(steps: list[tuple[str, str, str]]) -> None:
    test_rows_follow_every_change.hypothesis.inner_test(steps)  # type: ignore[attr-defined]  # hypothesis puts it there
