"""Changing a JSON text as little as possible: everything that is not meant stays as it is.

Edits are pieces of text at offsets, found by the spans of the nodes that were read from the same
text. What is added looks like its neighbours: their indentation, one line or many, line ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.core.span import Span
from remit.syntax import nodes
from remit.syntax.source import Source

Value = object
"""A plain JSON value: what `json.dumps` takes."""

_INDENTED = re.compile(r"^([ \t]+)\S", re.MULTILINE)
_KEY = re.compile(r'[ \t]*+"[^"]*+"[ \t]*+:[ \t]*+')
_WIDEST = 100


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The text from `start` to `end` (offsets) becomes `text`."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """`text` after all edits; they must not overlap. Those at one place keep their order."""
    pieces = []
    at = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*pieces, text[at:]))


class Editor:
    """Edits of one text. `source` holds it without a byte order mark."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        found = _INDENTED.search(self.text)
        self.unit = found[1] if found else "  "
        self.tight = '": ' not in self.text and '":' in self.text
        self.one_line = "\n" not in self.text.strip()

    # --- what is there ----------------------------------------------------------------------

    def start(self, span: Span) -> int:
        """The offset at which a span begins."""
        return self.source.starts[span.line - 1] + span.column - 1

    def end(self, span: Span) -> int:
        """The offset behind a span."""
        return self.source.starts[span.end_line - 1] + span.end_column - 1

    def lead(self, offset: int) -> str:
        """The white space with which the line of `offset` begins."""
        begin = max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1
        line = self.text[begin:offset]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def first_on_line(self, offset: int) -> bool:
        """Whether nothing but white space stands before `offset` on its line."""
        begin = max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1
        return not self.text[begin:offset].strip(" \t")

    def _alone_with_key(self, offset: int) -> bool:
        """Whether nothing but a key stands before `offset` on its line."""
        begin = max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1
        return _KEY.fullmatch(self.text, begin, offset) is not None

    # --- taking out -------------------------------------------------------------------------

    def without(self, items: Sequence[nodes.Node], removed: Collection[int]) -> list[Edit]:
        """The list less the items with those numbers, with their commas. One must stay."""
        kept = [index for index in range(len(items)) if index not in removed]
        edits = []
        for index in removed:
            if any(one > index for one in kept):
                here, after = items[index].span, items[index + 1].span
                edits.append(Edit(self.start(here), self.start(after), ""))
        if kept[-1] != len(items) - 1:
            begin = self.end(items[kept[-1]].span)
            edits.append(Edit(begin, self.end(items[-1].span), ""))
        return edits

    def emptied(self, items: nodes.Sequence) -> Edit:
        """The list without any item."""
        return Edit(self.start(items.span), self.end(items.span), "[]")

    # --- putting in -------------------------------------------------------------------------

    def extended(self, node: nodes.Node, values: Sequence[str]) -> Edit:
        """A list of strings, or one string that becomes a list, with more strings at its end."""
        if isinstance(node, nodes.Sequence) and node.items:
            last = node.items[-1].span
            at = self.end(last)
            lead = self._between(node)
            return Edit(at, at, "".join(f",{lead}{_string(one)}" for one in values))
        begin, end = self.start(node.span), self.end(node.span)
        own = [self.text[begin:end]] if isinstance(node, nodes.Scalar) else []
        texts = [*own, *map(_string, values)]
        long = self._lists_are_long() and self._alone_with_key(begin)
        return Edit(begin, end, self._list(texts, self.lead(begin), long))

    def appended(self, node: nodes.Node, values: Sequence[Mapping[str, Value]]) -> list[Edit]:
        """A list of objects, or one object that becomes a list, with more objects at its end."""
        if isinstance(node, nodes.Sequence) and not node.items:
            return [Edit(self.start(node.span), self.end(node.span), self._new_list(node, values))]
        items = node.items if isinstance(node, nodes.Sequence) else (node,)
        last = items[-1].span
        at = self.end(last)
        lead = self._between(node) if isinstance(node, nodes.Sequence) else " "
        made = "".join(f",{lead}{self._like(one, items[-1])}" for one in values)
        if isinstance(node, nodes.Sequence):
            return [Edit(at, at, made)]
        begin = self.start(node.span)
        return [Edit(begin, begin, "["), Edit(at, at, made + "]")]

    def _between(self, node: nodes.Sequence) -> str:
        """What stands between a comma of the list and the next item."""
        if len(node.items) > 1:
            gap = self.text[self.end(node.items[-2].span) : self.start(node.items[-1].span)]
            return gap[gap.index(",") + 1 :]
        begin = self.start(node.items[0].span)
        if self.first_on_line(begin):
            return self.newline + self.lead(begin)
        return "" if self.tight else " "

    def _like(self, value: Mapping[str, Value], other: nodes.Node) -> str:
        """An object that is laid out as its neighbour is."""
        if other.span.line == other.span.end_line:
            return self._flat(value)
        lead = self.lead(self.end(other.span))
        keys = other.entries if isinstance(other, nodes.Mapping) else ()
        first = self.start(keys[0][0].span) if keys else 0
        own = keys and self.first_on_line(first)
        return self.object(value, lead, self.lead(first) if own else lead + self.unit)

    def _new_list(self, node: nodes.Node, values: Sequence[Mapping[str, Value]]) -> str:
        if self.one_line:
            return "[" + ("," if self.tight else ", ").join(map(self._flat, values)) + "]"
        outer = self.lead(self.start(node.span))
        inner = outer + self.unit
        made = [inner + self.object(one, inner, inner + self.unit) for one in values]
        return f"[{self.newline}{f',{self.newline}'.join(made)}{self.newline}{outer}]"

    def object(self, value: Mapping[str, Value], lead: str, inner: str) -> str:
        """An object over several lines. `lead` is the indentation of its closing brace, `inner`
        that of its entries."""
        entries = [
            f"{inner}{_string(key)}{self._colon}{self._value(one, inner)}"
            for key, one in value.items()
        ]
        return f"{{{self.newline}{f',{self.newline}'.join(entries)}{self.newline}{lead}}}"

    @property
    def _colon(self) -> str:
        return ":" if self.tight else ": "

    def _value(self, value: Value, lead: str) -> str:
        if isinstance(value, Mapping):
            return self.object(value, lead, lead + self.unit)
        if isinstance(value, list | tuple):
            return self._list([_string(one) for one in value], lead, self._lists_are_long())
        return _string(value)

    def _list(self, texts: Sequence[str], lead: str, long: bool) -> str:
        flat = "[" + ("," if self.tight else ", ").join(texts) + "]"
        if self.one_line or (not long and len(lead) + len(flat) <= _WIDEST):
            return flat
        inner = self.newline + lead + self.unit
        return f"[{inner}{f',{inner}'.join(texts)}{self.newline}{lead}]"

    def _flat(self, value: Mapping[str, Value]) -> str:
        separators = (",", ":") if self.tight else (", ", ": ")
        return json.dumps(value, ensure_ascii=False, separators=separators)

    def _lists_are_long(self) -> bool:
        """Whether the file writes its lists of strings with one item a line. Of none: yes."""
        return not re.search(r'\[[ \t]*"', self.text)


def _string(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def strings(node: nodes.Node | None) -> Iterator[nodes.Node]:
    """The items of a list, or the one value that stands for a list of one."""
    if isinstance(node, nodes.Sequence):
        yield from node.items
    elif node is not None:
        yield node
