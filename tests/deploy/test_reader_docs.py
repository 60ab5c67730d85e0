"""The examples of the readers' pages are real: checked, they say what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from remit.app.check import check
from remit.app.project import Asked
from remit.core.finding import Finding, Severity
from remit.core.tree import MemoryTree

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```(\w+) (.+)\n((?:(?!```).*\n)*)```$", re.MULTILINE)


def shown(one: Finding) -> str:
    return f"{one.span} {one.stage} {one.severity} {one.id}: {one.message}"


@pytest.mark.parametrize("page", ["serverless", "bare"])
def test_the_example(page: str) -> None:
    files: dict[str, str] = {}
    expected: tuple[str, str] | None = None
    for kind, name, content in _FENCE.findall((DOCS / f"{page}.md").read_text("utf-8")):
        if kind == "text":
            expected = expected or (name, content)
        elif expected is None:
            files[name] = content
    assert expected is not None
    command, report = expected
    stage = command.partition("--stage ")[2]
    result = check(MemoryTree(files), Asked(stages=(stage,) if stage else ()))
    found = [shown(one) for one in result.findings if one.severity is Severity.ERROR]
    assert "\n".join(found) + "\n" == report
    assert not result.problems
