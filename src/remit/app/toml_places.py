"""Where the keys of a TOML file stand: a reading by lines, good enough to point a person there.

Tables, keys of tables and entries of arrays of tables are found. Keys within inline tables and
within values of several lines are not; a line inside such a value that looks like a key may be
taken for one.
"""

from __future__ import annotations

import tomllib
from typing import Any, TypeAlias

from remit.core.span import Span

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top; an entry of an array of tables is its number."""

_MOST_SIGNS = 8  # no key holds more `=`; a line of nothing else must not cost quadratic time


def places(text: str, file: str) -> dict[Path, Span]:
    """Every key that was found and where it stands. `text` must be TOML that parses."""
    found: dict[Path, Span] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        column = line.find(stripped) + 1
        if stripped.startswith("["):
            keys = _header(stripped)
            if not keys:
                continue
            table = _numbered(keys, counts, new=stripped.startswith("[["))
            path, width = table, len(stripped)
        else:
            keys, width = _key(stripped)
            path = table + keys
        if keys:
            span = Span(file, number, column, number, column + width)
            found.setdefault(path, span)
    return found


def _numbered(keys: Path, counts: dict[Path, int], new: bool) -> Path:
    """The path of a header, with the number of the entry that it is in or begins."""
    path: Path = ()
    for index, key in enumerate(keys):
        path = (*path, key)
        last = index == len(keys) - 1
        if last and new:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _header(line: str) -> Path:
    """The keys of `[a.b]` or `[[a.b]]`, by TOML's own parser; empty when it is no header."""
    return _keys(_parsed(line))


def _key(line: str) -> tuple[Path, int]:
    """The keys left of the first `=` that is not part of a quoted key, and their width."""
    at = line.find("=")
    for _ in range(_MOST_SIGNS):
        if at < 0 or line.startswith("#"):
            break
        keys = _keys(_parsed(f"{line[:at]}= 0"))
        if keys:
            return keys, len(line[:at].rstrip())
        at = line.find("=", at + 1)
    return (), 0


def _parsed(line: str) -> dict[str, Any]:
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return {}


def _keys(content: dict[str, Any]) -> Path:
    keys: list[str] = []
    inner: object = content
    while True:
        if isinstance(inner, list):
            inner = inner[0]
        if not isinstance(inner, dict) or not inner:
            return tuple(keys)
        ((key, inner),) = inner.items()
        keys.append(key)
