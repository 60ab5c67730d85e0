"""The tables `[[role]]` and `[[function]]`: what stands in them, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from remit.core.span import Problem, Span
from remit.syntax.names import nearest
from remit.syntax.source import shown
from remit.syntax.toml_places import Path, Table

Entry: TypeAlias = Mapping[str, Any]


class Tables:
    """One file's tables. `problems` grows while they are read."""

    def __init__(self, found: Table) -> None:
        self._table = found
        self.problems: dict[Problem, None] = {}

    def at(self, path: Path) -> Span:
        """Where a key stands."""
        return self._table.at(path)

    def entries(self, key: str, known: Collection[str]) -> list[tuple[int, Entry]]:
        """The tables of `[[key]]` that are tables, with their number."""
        listed = self._table.content.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            self.say(self.at((key,)), f"`{key}` must be tables", f"Write `[[{key}]]`.")
            return []
        names: set[object] = set()
        for index, entry in enumerate(listed):
            for name in entry:
                if name not in known:
                    near = nearest(name, known)
                    hint = f"Did you mean `{near}`?" if near else f"It knows {_listed(known)}."
                    place = self.at((key, index, name))
                    self.say(place, f"remit knows no {shown(name)} in `[[{key}]]`", hint)
            name = entry.get("name")
            if not isinstance(name, str) or not name or name in names:
                what = f"a `[[{key}]]` has no name of its own"
                self.say(self.at((key, index)), what, 'Write `name = "..."`.')
            names.add(str(name))
        return list(enumerate(listed))

    def is_in(self, entry: Entry, stage: str, at: Path) -> bool:
        """Whether the entry is there in a stage."""
        return "stages" not in entry or stage in self.texts(entry, "stages", at)

    def text(self, entry: Entry, key: str, at: Path) -> str:
        """A string, "" where there is none; `at` is the path of the entry."""
        value = entry.get(key, "")
        if isinstance(value, str):
            return value
        self.say(self.at((*at, key)), f"`{key}` must be a string", "Put it in quotes.")
        return ""

    def texts(self, entry: Entry, key: str, at: Path) -> list[str]:
        """A list of strings; a single one is a list of one."""
        value = entry.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            return listed
        place = self.at((*at, key))
        self.say(place, f"`{key}` must be a list of strings", f'Write `{key} = ["..."]`.')
        return []

    def say(self, span: Span, message: str, hint: str) -> None:
        """Notes a problem."""
        self.problems[Problem(span, message, hint)] = None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
