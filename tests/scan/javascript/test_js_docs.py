"""The example of docs/javascript.md finds what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.scan.javascript.js import scanned, shown

PAGE = (Path(__file__).parents[3] / "docs/javascript.md").read_text("utf-8")


def test_the_example() -> None:
    source, said = (re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("ts", "text"))
    assert source and said
    found = scanned({"src/app.ts": source[1]}, {"TABLE": "orders"}, entry="src/app")
    lines = [
        f"{one.call.span.file}:{one.call.span.line}:{one.call.span.column} {shown(one.call)}"
        for one in found.calls
    ]
    assert lines == said[1].splitlines()
    assert (found.problems, found.unattributed) == ((), ())
