"""The example of docs/sam.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from remit.app.check import check
from remit.core.tree import MemoryTree

PAGE = Path(__file__).parents[3] / "docs" / "sam.md"


def test_the_example() -> None:
    page = PAGE.read_text()
    [template] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    result = check(MemoryTree({"template.yaml": template, "src/app.py": code}))
    [finding] = result.findings
    assert (finding.id, finding.action) == ("missing-permission", "dynamodb:PutItem")
    assert str(finding.span).startswith("src/app.py:8:")
    assert [(one.span.file, one.span.line) for one in finding.related] == [("template.yaml", 15)]
    assert result.unresolved == ()
    assert "`src/app.py:8`" in page
    assert "line 15" in page
