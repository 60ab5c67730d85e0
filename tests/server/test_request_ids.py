"""Ids of requests: of the usual form, each given once, whatever the thread."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")


def test_ids_are_written_as_those_of_aws() -> None:
    from remit.server.request_ids import Ids

    found = Ids(lambda length: bytes(range(16)) * (length // 16)).next()
    assert found == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert str(UUID(found)) == found


def test_nobody_is_given_an_id_twice() -> None:
    from remit.server.request_ids import Ids

    ids = Ids(os.urandom)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: ids.next(), range(3000)))
    assert len(set(found)) == 3000
