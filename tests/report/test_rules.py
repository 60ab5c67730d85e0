"""What SARIF says of the rules comes from their pages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from remit.report.group import RULES
from remit.report.rules import Rule, parse, rules

ROOT = Path(__file__).parents[2]


def test_every_rule_has_a_text() -> None:
    told = rules(RULES)
    assert [rule.id for rule in told] == list(RULES)
    for rule in told:
        # docs.github.com: at most 1024 characters are shown of a description.
        assert 0 < len(rule.short) <= 120
        assert 0 < len(rule.full) <= 1024
        assert "](" not in rule.short + rule.full
        assert rule.page == (ROOT / f"docs/findings/{rule.id}.md").read_text("utf-8").strip()


def test_a_page() -> None:
    (rule,) = rules(["unknown-action"])
    assert rule.short == "A policy names an action that AWS does not have."
    assert rule.full.startswith(
        "The service's prefix or the action's name is not in the Service Authorization Reference. "
    )


@pytest.mark.parametrize("page", ["", "# x", "## What", "# x\n\n## What", "text"])
def test_pages_that_lack_something(page: str) -> None:
    assert parse("x", page).full == ""


def test_without_pages_a_rule_is_its_name(tmp_path: Path) -> None:
    assert rules(["a", "b"], [tmp_path, tmp_path / "none"]) == (Rule("a"), Rule("b"))


def test_a_wheel_carries_the_pages_where_they_are_looked_for() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = told["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"docs/findings": "remit/report/pages"}
