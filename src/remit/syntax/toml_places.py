"""remit's table of a TOML file, and where its keys stand.

TOML's parser gives no positions: places are a reading by lines, good enough to point a person
there.

Tables, keys of tables and entries of arrays of tables are found. Keys within inline tables and
within values of several lines are not; a line inside such a value that looks like a key may be
taken for one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.core.span import Problem, Span
from remit.core.tree import Tree

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top; an entry of an array of tables is its number."""

_PREFIX = ("tool", "remit")
_MOST_SIGNS = 8  # no key holds more `=`; a line of nothing else must not cost quadratic time


@dataclass(frozen=True, slots=True)
class Table:
    """`[tool.remit]` of one file; `prefix` is the path that leads to it."""

    file: str
    content: Mapping[str, Any]
    prefix: Path
    places: Mapping[Path, Span]

    def at(self, path: Path) -> Span:
        """Where the key stands, or the nearest thing around it that was found."""
        whole = self.prefix + path
        for length in range(len(whole), 0, -1):
            if whole[:length] in self.places:
                return self.places[whole[:length]]
        return Span.whole(self.file)


def table(tree: Tree, file: str, own: bool) -> Table | Problem | None:
    """What `file` says to remit, or what is wrong with it; None where it says nothing.

    `own` says that the file is remit's, so that the table may stand there without its prefix.
    """
    if not tree.exists(file):
        return None
    try:
        text = tree.read(file).decode("utf-8-sig")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return _broken(file, error)
    tool = content.get("tool")
    nested = tool.get("remit") if isinstance(tool, dict) else None
    if nested is None and not own:
        return None
    prefix = _PREFIX if nested is not None else ()
    wanted = content if nested is None else nested
    found = Table(file, wanted, prefix, places(text, file))
    if not isinstance(wanted, dict):
        return Problem(found.at(()), "`tool.remit` must be a table", "Write `[tool.remit]`.")
    return found


def _broken(file: str, error: Exception) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem(Span.whole(file), "the file is not UTF-8", "Save it as UTF-8.")
    if isinstance(error, RecursionError):
        return Problem(Span.whole(file), "values are nested too deep", "Nest less.")
    if isinstance(error, OSError):
        return Problem(Span.whole(file), str(error), "Make it readable.")
    # "Invalid value (at line 3, column 9)": the place is only in the message.
    message, _, place = str(error).partition(" (at line ")
    line, _, column = place.rstrip(")").partition(", column ")
    at = (int(line), int(column)) if line.isdecimal() and column.isdecimal() else (1, 1)
    span = Span(file, *at, at[0], at[1] + 1)
    return Problem(span, f"not TOML: {message[:1].lower()}{message[1:]}", "Mend the TOML there.")


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
