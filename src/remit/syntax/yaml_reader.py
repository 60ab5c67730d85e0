"""YAML 1.1 with positions, read from PyYAML's events.

Events, not PyYAML's composed trees: so depth and aliases are bounded while reading, and nothing
recurses. No object is ever constructed. A plain scalar is an integer, a float, a boolean or null
where YAML 1.1 says so; everything else, dates too, is text. Merge keys (`<<`) are merged.
Aliases share one node; what a document would be with its aliases written out is counted, and
bounded, so that no walk over the nodes can explode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from remit.core.span import Problem
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence, Value
from remit.syntax.source import MAX_DEPTH, MAX_NODES, DocumentError, Source

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_MERGE = _CORE + "merge"
_CONVERTERS = {
    _CORE + "null": "construct_yaml_null",
    _CORE + "bool": "construct_yaml_bool",
    _CORE + "int": "construct_yaml_int",
    _CORE + "float": "construct_yaml_float",
}
_KNOWN = {
    None,
    "!",
    *_CONVERTERS,
    *(_CORE + name for name in ("str", "seq", "map", "timestamp", "value")),
}
_MAX_DIGITS = 400  # of a number; longer plain text stays text
# YAML 1.1, 5.1: the characters a stream may hold (c-printable, and the byte order mark).
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE = "yaml-syntax-error"
# By the character at which PyYAML stopped.
_HINTS = {
    "\t": "indent with spaces: YAML takes no tabs",
    ":": "put text that holds `: ` in quotes",
    "@": "put text that begins with `@` in quotes",
    "`": "put text that begins with a backtick in quotes",
    "%": "put text that begins with `%` in quotes",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A complete node, the number of nodes it stands for, and the levels below it."""

    node: Node
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read. `end` is where its last item ends."""

    event: Any
    end: int
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 0


def read(source: Source) -> Node:
    """The document's one value. Raises DocumentError where the text is not one YAML document."""
    bad = _UNPRINTABLE.search(source.text)
    if bad is not None:
        message = f"the character U+{ord(bad[0]):04X}, which YAML does not allow"
        raise source.error(bad.start(), bad.end(), message, "remove it", _CODE)
    loader = _LOADER(source.text)
    try:
        return _Builder(source, loader).build(_events(loader))
    except yaml.MarkedYAMLError as error:
        raise _explained(source, error) from error
    except yaml.YAMLError as error:  # the reader's own: a character that the test above let pass
        raise source.error(0, 0, "a character that YAML does not allow", "", _CODE) from error
    finally:
        loader.dispose()


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


class _Builder:
    """Turns events into nodes, with a stack of what is open."""

    def __init__(self, source: Source, loader: Any) -> None:
        self.source = source
        self.loader = loader
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Part] = {}
        self.total = 0
        self.root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node:
        """Reads all events; the stream must hold exactly one document."""
        for event in events:
            start, end = event.start_mark.index, event.end_mark.index
            if isinstance(event, ScalarEvent):
                self.add(_Part(self.scalar(event)), event.anchor, start, end)
            elif isinstance(event, CollectionStartEvent):
                self.check_depth(0, start)
                self.stack.append(_Open(event, end))
            elif isinstance(event, CollectionEndEvent):
                self.close(end)
            elif isinstance(event, AliasEvent):
                self.alias(event, start, end)
            elif isinstance(event, DocumentStartEvent) and self.root is not None:
                raise self.error(start, end, "a second YAML document", "a file holds one")
        if self.root is None:
            raise self.source.error(0, 0, "the document is empty", "", "empty-document")
        return self.root

    def add(self, part: _Part, anchor: str | None, start: int, end: int) -> None:
        """Puts a complete node where it belongs."""
        self.total += 1
        if self.total > MAX_NODES:
            raise self.source.error(
                start,
                end,
                f"more than {MAX_NODES} values in one document",
                "write fewer aliases: each use counts as what it stands for",
                "document-too-large",
            )
        if anchor is not None:
            self.anchors[anchor] = part
        if not self.stack:
            self.root = part.node
            return
        parent = self.stack[-1]
        parent.items.append(part.node)
        parent.end = end
        parent.size += part.size
        parent.height = max(parent.height, part.height + 1)

    def alias(self, event: Any, start: int, end: int) -> None:
        """`*name`: the node that `&name` marked, once more."""
        name: str = event.anchor
        known = self.anchors.get(name)
        if known is None or any(part.event.anchor == name for part in self.stack):
            raise self.error(
                start, end, f"`*{name}` names nothing that ends before it", f"write `&{name}` first"
            )
        self.check_depth(known.height, start)
        self.total += known.size - 1
        self.add(known, None, start, end)

    def close(self, end: int) -> None:
        """The innermost list or mapping is complete.

        PyYAML ends a block at the next token, so a block ends with its last item instead.
        """
        done = self.stack.pop()
        event = done.event
        start = event.start_mark.index
        if not event.flow_style:
            end = done.end
        span, tag = self.source.span(start, end), _foreign(event.tag)
        node: Node
        if isinstance(event, SequenceStartEvent):
            node = Sequence(tuple(done.items), span, tag)
        else:
            node = Mapping(self.entries(done.items), span, tag)
        self.add(_Part(node, done.size, done.height), event.anchor, start, end)

    def scalar(self, event: Any) -> Scalar:
        """A single value, converted where YAML 1.1 resolves it to one of JSON's types."""
        text: str = event.value
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in {"|", ">"}:
            end = start + len(self.source.text[start:end].rstrip())
        tag = event.tag
        if tag is None or tag == "!":
            tag = self.loader.resolve(yaml.ScalarNode, text, event.implicit)
        return Scalar(self.value(tag, text), text, self.source.span(start, end), _foreign(tag))

    def value(self, tag: str, text: str) -> Value:
        """The value of `text` under a resolved tag; text where the tag does not fit it."""
        convert = _CONVERTERS.get(tag)
        if convert is None or len(text) > _MAX_DIGITS:
            return text
        try:
            value: Value = getattr(self.loader, convert)(yaml.ScalarNode(tag, text))
        except (ValueError, LookupError):  # `0x_` resolves to a number and is none
            return text
        return value

    def entries(self, items: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        """Keys and values from a mapping's items, which alternate; merge keys are merged."""
        own: list[tuple[Scalar, Node]] = []
        merged: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise self.at(key, "a key that is a list or an object", "put braces in quotes")
            if key.tag == _MERGE:
                for entries in self.merge(value):
                    merged = {**entries, **merged}  # what is named first wins
            else:
                own.append((key, value))
        taken = {key.text for key, _ in own} if merged else set()
        return (*(entry for text, entry in merged.items() if text not in taken), *own)

    def merge(self, value: Node) -> Iterator[dict[str, tuple[Scalar, Node]]]:
        """What `<<: value` brings: one mapping's entries, or those of each in a list."""
        for source in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(source, Mapping):
                raise self.at(source, "`<<` merges something that is no mapping", "name a mapping")
            yield {key.text: (key, node) for key, node in source.entries}

    def check_depth(self, below: int, start: int) -> None:
        """Refuses one more level with `below` levels in it."""
        if len(self.stack) + below >= MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise self.source.error(start, start + 1, message, "", "document-too-deep")

    def error(self, start: int, end: int, message: str, hint: str) -> DocumentError:
        """What is wrong with `text[start:end]`."""
        return self.source.error(start, end, message, hint, _CODE)

    def at(self, node: Node, message: str, hint: str) -> DocumentError:
        """What is wrong with a node that was read before."""
        return DocumentError(Problem(node.span, message, hint, _CODE))


def _foreign(tag: str | None) -> str | None:
    """A tag that is kept on the node: none of YAML's own types."""
    return None if tag in _KNOWN else tag


def _explained(source: Source, error: yaml.MarkedYAMLError) -> DocumentError:
    """PyYAML's complaint, in its words, at its place, with a remedy where there is a usual one."""
    if error.context == "while scanning an alias" and error.context_mark is not None:
        at = error.context_mark.index
        hint = 'put a `*` that is text in quotes: `"*"`'
        return source.error(
            at, at + 1, "in YAML `*` begins an alias, and needs its name", hint, _CODE
        )
    mark = error.problem_mark or error.context_mark
    at = min(mark.index, len(source.text)) if mark is not None else 0
    message = " ".join(str(part) for part in (error.context, error.problem) if part)
    character = source.text[at : at + 1]
    hint = _HINTS.get(character, "")
    end = at if character in {"", "\n", "\r"} else at + 1
    return source.error(at, end, f"this is not YAML: {message}", hint, _CODE)
