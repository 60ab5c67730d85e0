"""The rules as a program shows them: their names and what their pages say.

The pages of docs/findings are the one place where a rule is described. A wheel carries a copy of
them beside this file (`pyproject.toml`, force-include); in a checkout they are read where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PLACES = (Path(__file__).parent / "pages", Path(__file__).parents[3] / "docs" / "findings")

_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: one sentence, one paragraph (both plain), and its whole page in Markdown.

    All but `id` may be empty.
    """

    id: str
    short: str = ""
    full: str = ""
    page: str = ""


def rules(ids: Iterable[str], places: Iterable[Path] = _PLACES) -> tuple[Rule, ...]:
    """The rules named by `ids`, with what their pages say; without it where there is no page."""
    folders = [place for place in places if place.is_dir()]
    return tuple(_rule(id_, folders[:1]) for id_ in ids)


def _rule(id_: str, folders: list[Path]) -> Rule:
    for folder in folders:
        try:
            return parse(id_, (folder / f"{id_}.md").read_text("utf-8"))
        except OSError:
            break
    return Rule(id_)


def parse(id_: str, page: str) -> Rule:
    """A rule from its page: a title, a sentence, and the paragraphs of its section `What`."""
    paragraphs = [_plain(part) for part in page.strip().split("\n\n")]
    what = paragraphs.index("## What") + 1 if "## What" in paragraphs else 0
    return Rule(
        id_,
        short=paragraphs[1] if len(paragraphs) > 1 else "",
        full=paragraphs[what] if 0 < what < len(paragraphs) else "",
        page=page.strip(),
    )


def _plain(markdown: str) -> str:
    return _LINK.sub(r"\1", " ".join(markdown.split()))
