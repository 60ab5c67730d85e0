"""The list of exceptions to moto's suite, and its table in docs/moto-suite.md. Running the suite
needs the network: `make moto-suite`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((ROOT / "tests" / "moto_suite.toml").read_text("utf-8"))
# Names without a parameter stand for several tests: one for each region or partition.
SEVERAL = {
    "tests/test_sts/test_sts.py::test_assume_role_with_web_identity": 2,
    "tests/test_sts/test_sts.py::test_sts_regions": 3,
    "tests/test_sts/test_sts.py::test_get_caller_identity_with_default_credentials": 2,
}


def test_every_exception_has_one_place_and_a_reason() -> None:
    names = [name for group in GROUPS.values() for name in group["tests"]]
    assert len(names) == len(set(names))
    assert all(len(group["reason"]) > 20 for group in GROUPS.values())


def test_the_documented_numbers_are_the_list_s() -> None:
    page = (ROOT / "docs" / "moto-suite.md").read_text("utf-8")
    told = {name: int(n) for name, n in re.findall(r"<!-- (\w+) -->.*\| (\d+) \|", page)}
    counted = {
        group: sum(SEVERAL.get(name, 1) for name in held["tests"]) for group, held in GROUPS.items()
    }
    assert told == counted
    assert f"{sum(counted.values())} are exceptions" in page
