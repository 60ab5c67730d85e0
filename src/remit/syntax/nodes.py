"""What a JSON or YAML document consists of, every part with its place in the file.

The readers (`json_reader`, `yaml_reader`) make these nodes; the policy parser and the readers of
deployment files walk them. A node is a value: it may stand in a tree more than once (a YAML
alias), and then its span is where it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from remit.core.span import Span

Value: TypeAlias = "str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One single value. The span covers the token, for a JSON string with its quotes.

    `text` is the value as text: a string itself, a number, boolean or null as the author wrote it
    (`1e400`, `true`). A string may hold lone surrogates, because JSON can write them (`\\ud800`).
    `tag` is a YAML tag that remit does not resolve (`!Ref`).
    """

    value: Value
    text: str
    span: Span
    tag: str | None = None

    @property
    def is_string(self) -> bool:
        """Whether it is text, and not a number, a boolean or null."""
        return isinstance(self.value, str)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, in order."""

    items: tuple[Node, ...]
    span: Span
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file. A key that is written twice is there twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span
    tag: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The texts of all keys, in order, duplicates included."""
        return tuple(key.text for key, _ in self.entries)

    def get(self, key: str) -> Node | None:
        """The value under `key`; of duplicates the last one counts, as in JSON."""
        for scalar, node in reversed(self.entries):
            if scalar.text == key:
                return node
        return None

    def duplicates(self) -> Iterator[tuple[Scalar, Scalar]]:
        """Every key that repeats an earlier one, with that earlier one."""
        first: dict[str, Scalar] = {}
        for key, _ in self.entries:
            if key.text in first:
                yield key, first[key.text]
            first.setdefault(key.text, key)


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node) -> object:
    """The same data as ordinary Python values: dict, list, str, int, float, bool, None.

    Keys are text, tags are dropped, of duplicate keys the last one counts. Nesting is bounded by
    `document.MAX_DEPTH`, so the recursion is safe.
    """
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}
