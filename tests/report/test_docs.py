"""The pages: every rule has one, with all its parts; examples parse; links lead somewhere."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from remit.cli.sources import reader
from remit.report.group import RULES
from remit.report.text import render
from remit.wiring import check

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SECTIONS = ["What", "Why it matters", "Remedy", "Before and after", "When remit keeps silent"]

IDS = {
    "missing-permission",
    "policy-validation",
    "ineffective-grant",
    "unused-permission",
    "over-broad-grant",
    "unknown-action",
    "invalid-policy",
    "stage-drift",
    "stage-without-policy",
    "no-log-permission",
    "denied-at-import",
    "masked-failure",
}

PARSERS = {"json": json.loads, "python": ast.parse, "toml": tomllib.loads}


def fences(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: (what stands behind the opening fence, the content)."""
    return re.findall(r"^```(.+)\n((?:(?!```).*\n)*)```$", page.read_text("utf-8"), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_rules_are_those_that_the_report_orders() -> None:
    assert set(RULES) == IDS
    assert len(RULES) == len(IDS)


def test_there_is_a_page_for_each_rule_and_no_other() -> None:
    assert {page.stem for page in ROOT.glob("docs/findings/*.md")} == IDS


@pytest.mark.parametrize("rule", sorted(IDS))
def test_the_page_of_a_rule(rule: str) -> None:
    page = ROOT / f"docs/findings/{rule}.md"
    text = page.read_text("utf-8")
    assert text.startswith(f"# {rule}\n\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    bodies = re.split(r"^## .+$", text, flags=re.MULTILINE)
    assert all(body.strip() for body in bodies)
    kinds = [kind.split()[1:] for kind, _ in fences(page)]
    assert kinds == [["before"], ["after"]]
    assert "https://" in text, "a page names AWS's own"


@pytest.mark.parametrize("index", ["README.md", "docs/check.md"])
def test_every_rule_is_listed(index: str) -> None:
    linked = re.findall(
        r"\| \[([a-z-]+)\]\((?:docs/)?findings/\1\.md\)", (ROOT / index).read_text()
    )
    assert tuple(linked) == RULES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_parse(page: Path) -> None:
    for kind, content in fences(page):
        parse = PARSERS.get(kind.split()[0])
        if parse:
            parse(content)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", ["README.md", "docs/start.md"])
def test_the_report_that_is_shown_is_a_real_one(page: str) -> None:
    demo = ROOT / "examples/orders-api"
    shown = next(content for kind, content in fences(ROOT / page) if kind == "text")
    lines = shown.removeprefix("$ remit check examples/orders-api --stage dev\n")
    report = render(check(demo, ("dev",)), reader(demo), 80, False)
    assert lines in report
