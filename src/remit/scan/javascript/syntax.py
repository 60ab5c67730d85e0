"""Syntax trees: tree-sitter's nodes, opened when they are first looked at, and their places.

The grammars are an extra (`remit[javascript]`) and are imported when the first file is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from remit.core.span import Span

GRAMMARS = {
    ".js": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"),
    ".cjs": ("tree_sitter_javascript", "language"),
    ".jsx": ("tree_sitter_javascript", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".mts": ("tree_sitter_typescript", "language_typescript"),
    ".cts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
}
"""Where each kind of file has its grammar. JSX is part of the grammar for JavaScript."""

INSTALL = "install it with `pip install 'remit[javascript]'`"


class NoGrammarError(Exception):
    """tree-sitter or one of its grammars is not installed."""


class Node:
    """One node. `kids` are its named children, without comments; `tokens` the words and signs."""

    __slots__ = ("_fields", "_kids", "_tokens", "kind", "memo", "raw", "source")

    def __init__(self, raw: Any, source: Source) -> None:
        self.raw = raw
        self.kind: str = raw.type
        self.source = source
        self._kids: list[Node] | None = None
        self._fields: dict[str, Node] = {}
        self._tokens: tuple[str, ...] = ()
        self.memo: Any = None

    @property
    def kids(self) -> list[Node]:
        """The named children in their order."""
        return self._open() if self._kids is None else self._kids

    @property
    def tokens(self) -> tuple[str, ...]:
        """The anonymous children: keywords, operators and punctuation."""
        if self._kids is None:
            self._open()
        return self._tokens

    def field(self, name: str) -> Node | None:
        """The first child with this field name."""
        if self._kids is None:
            self._open()
        return self._fields.get(name)

    def _open(self) -> list[Node]:
        raw, source = self.raw, self.source
        self._kids, tokens = [], []
        for index, child in enumerate(raw.children):
            name = raw.field_name_for_child(index)
            if child.is_named:
                if child.type == "comment" or child.is_missing:
                    continue
                made = Node(child, source)
                self._kids.append(made)
            else:
                tokens.append(child.type)
                if name is None:
                    continue
                made = Node(child, source)
            if name is not None:
                self._fields.setdefault(name, made)
        self._tokens = tuple(tokens)
        return self._kids

    @property
    def text(self) -> str:
        """The source text of the node."""
        return self.source.raw[self.raw.start_byte : self.raw.end_byte].decode("utf-8", "replace")

    @property
    def span(self) -> Span:
        """Where the node stands."""
        return self.source.span(self.raw)

    def walk(self) -> Iterator[Node]:
        """The node and all below it, outer nodes first."""
        queue = [self]
        while queue:
            one = queue.pop()
            yield one
            queue.extend(reversed(one.kids))


class Source:
    """One parsed file."""

    __slots__ = ("file", "lines", "raw", "root")

    def __init__(self, file: str, raw: bytes, tree: Any) -> None:
        self.file = file
        self.raw = raw
        self.lines = raw.split(b"\n")
        self.root = Node(tree.root_node, self)

    def span(self, raw: Any) -> Span:
        """tree-sitter counts bytes from 0; people count characters from 1."""
        (line, column), (end_line, end_column) = raw.start_point, raw.end_point
        return Span(
            self.file,
            line + 1,
            self._column(line, column),
            end_line + 1,
            self._column(end_line, end_column),
        )

    def _column(self, line: int, offset: int) -> int:
        if line >= len(self.lines):
            return offset + 1
        return len(self.lines[line][:offset].decode("utf-8", "replace")) + 1

    def broken(self) -> Node | None:
        """The first place that does not parse; None when the whole file does."""
        if not self.root.raw.has_error:
            return None
        raw = self.root.raw
        while True:
            inner = next((c for c in raw.children if c.has_error or c.is_missing), None)
            if inner is None or raw.type == "ERROR":
                return Node(raw, self)
            raw = inner


@cache
def parser(suffix: str) -> Callable[[bytes], Any]:
    """A function from bytes to a tree. Raises NoGrammarError when the extra is not installed."""
    module, name = GRAMMARS[suffix]
    try:
        tree_sitter = import_module("tree_sitter")
        grammar = import_module(module)
    except ImportError as error:
        raise NoGrammarError(str(error)) from error
    made = tree_sitter.Parser(tree_sitter.Language(getattr(grammar, name)()))
    parse: Callable[[bytes], Any] = made.parse
    return parse
