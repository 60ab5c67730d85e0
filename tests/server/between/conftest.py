"""One world for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.between.world import World, worlds


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with worlds() as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.between()
    shared.invoked.clear()
    return shared
