"""A call's parameters as the rule tables see them: paths to values, values to texts.

A path names a parameter: `Bucket`, `Config.RoleArn`, `Items[].Put.TableName` (each element of a
list), `RequestItems{}` (each key of a mapping), `Key()` (the value of a mapping's only entry, where
that is a text or a mapping itself). A value that is known in part stays a `Text`;
what is not known stays the scanner's own `Hole`, so that its name reaches the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from remit.core.call import Param, PartialDict
from remit.core.text import Hole, HoleKind, Text


class Given(Enum):
    """Whether the call sets a parameter."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Scope:
    """Parameters to look in. `open` says that more may have been given than are seen here.

    `rest` stands for every parameter that is not seen: the hole in place of a list's element.
    """

    params: Mapping[str, Param]
    open: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    rest: Hole | None = None

    def values(self, path: str) -> list[Param]:
        """All values at `path`; empty when the call does not set it. `None` counts as not set."""
        if path.startswith("@"):
            return [self.extra[path[1:]]] if path[1:] in self.extra else []
        # Not copied: enforce/plans.py sees by this dict what the answer hangs on.
        found: list[Param] = [self.params if isinstance(self.params, dict) else dict(self.params)]
        for step in path.split("."):
            found = [value for holder in found for value in _step(holder, step)]
        found = [value for value in found if value is not None]
        return found if found or self.rest is None else [self.rest]

    def given(self, path: str) -> Given:
        """Whether the call sets `path`.

        A hole as its value counts as set: the SDK refuses None. Below a hole, and where
        parameters were not seen, it may or may not be set.
        """
        holder, _, name = path.rpartition(".")
        outer = self.values(holder) if holder else []
        if any(isinstance(one, Hole) for one in outer):
            return Given.MAYBE
        if self.rest is not None and name not in self.params:
            return Given.MAYBE
        found = self.values(path)
        if any(value not in ("", [], {}, False) for value in found):
            return Given.YES
        return Given.MAYBE if self.open and not found else Given.NO

    def equals(self, path: str, wanted: str) -> Given:
        """Whether the value at `path` is `wanted` (letter case and quotes aside)."""
        found = self.texts(path) or tuple(text_of(v, path) for v in self.values(path))
        if not found:
            return Given.MAYBE if self.given(path) is Given.MAYBE else Given.NO
        known = [one.literal for one in found]
        if any(one is not None and one.casefold() == wanted.casefold() for one in known):
            return Given.YES
        return Given.MAYBE if None in known else Given.NO

    def begins(self, path: str, word: str) -> Given:
        """Whether the text at `path` begins with the keyword `word`."""
        found = self.texts(path)
        if not found:
            return Given.MAYBE if self.given(path) is Given.MAYBE else Given.NO
        first = found[0].parts[0] if found[0].parts else ""
        if not isinstance(first, str):
            return Given.MAYBE
        words = first.split(None, 1)
        return Given.YES if words and words[0].casefold() == word.casefold() else Given.NO

    def contains(self, path: str, mark: str) -> Given:
        """Whether the text at `path` holds `mark` in a piece that is known."""
        return (
            Given.YES
            if any(
                mark in part
                for text in self.texts(path)
                for part in text.parts
                if isinstance(part, str)
            )
            else Given.NO
        )

    def texts(self, path: str) -> tuple[Text, ...]:
        """The values at `path` as texts; what is no text becomes a hole named after the path."""
        found: list[Text] = []
        for value in self.values(path):
            for one in value if isinstance(value, list) else [value]:
                found.append(text_of(one, path))
        return tuple(found)

    def inside(self, value: Param) -> Scope:
        """The scope of one element of a list: its own members, then the call's."""
        if isinstance(value, dict):
            return Scope({**self.params, **value}, self.open, self.extra)
        rest = value if isinstance(value, Hole) else None
        return Scope(self.params, self.open, self.extra, rest)


_TEXTS = (str, Text, Hole, dict)


def _step(holder: Param, step: str) -> Iterator[Param]:
    name, kind = (step[:-2], step[-2:]) if step.endswith(("[]", "{}", "()")) else (step, "")
    if isinstance(holder, Hole):
        yield holder
        return
    value = holder.get(name) if isinstance(holder, dict) else None
    if value is None:
        return
    if kind == "()":
        whole = isinstance(value, dict) and not isinstance(value, PartialDict)
        entries = list(value.values()) if isinstance(value, dict) and whole else []
        yield from (one for one in entries if len(entries) == 1 and isinstance(one, _TEXTS))
    elif isinstance(value, Hole) or not kind:
        yield value
    elif isinstance(value, list if kind == "[]" else dict):
        yield from value
    else:
        yield value


def text_of(value: Param, name: str) -> Text:
    """A parameter's value as a text; a hole of kind CODE where it is none."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Hole | str):
        return Text.of(value)
    if isinstance(value, int | float):
        return Text.of(str(value))
    return Text.of(Hole(HoleKind.CODE, name))
