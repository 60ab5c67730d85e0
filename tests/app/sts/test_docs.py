"""docs/sts.md says what the code does."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

from remit.app.sts.operations import OPERATIONS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sts.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """The rows of the table that begins with `head`."""
    lines = PAGE[PAGE.index(head) :].splitlines()[2:]
    table = lines[: next((n for n, line in enumerate(lines) if not line.startswith("|")), None)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_operation_is_there() -> None:
    assert {row[0].strip("`") for row in rows("| Operation |")} == OPERATIONS.keys()


def test_the_words_that_are_ours_are_in_the_code() -> None:
    files = [
        *(ROOT / "src/remit/app/sts").glob("*.py"),
        *(ROOT / "src/remit/credentials").glob("*.py"),
    ]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    for name, message in rows("| Code |"):
        for piece in re.split(r"\{\w+\}", message):
            assert piece.strip() in code, (name, message)


def test_the_example() -> None:
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    out = io.StringIO()
    with redirect_stdout(out):
        exec(found[1], {})  # noqa: S102 - the page's own example
    assert out.getvalue() == found[2]
