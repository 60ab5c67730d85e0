"""The project's JavaScript and TypeScript files: read once, parsed once, found by specifier."""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass, field
from typing import Any

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.scan.javascript.syntax import GRAMMARS, INSTALL, NoGrammarError, Source, parser

LARGEST = 1_500_000
"""Bytes. Larger files are bundles or data, not code; the report says that they were left out."""
LARGEST_DATA = 200_000
"""Bytes of a JSON file that is read for the names in it."""

SUFFIXES = tuple(GRAMMARS)
# TypeScript lets an import name the file that the compiler will write.
# Source: TypeScript Handbook, "Modules - Reference", file extension substitution.
_WRITTEN_AS = {
    ".js": (".ts", ".tsx", ".js", ".jsx"),
    ".jsx": (".tsx", ".jsx"),
    ".mjs": (".mts", ".mjs"),
    ".cjs": (".cts", ".cjs"),
}
_REST = "calls in this file are not checked; the other files are"


@dataclass(slots=True)
class Library:
    """Files of one tree. Those that can't be used end up in `problems`, each once."""

    tree: Tree
    problems: list[Problem] = field(default_factory=list)
    parsed: dict[str, Source | None] = field(default_factory=dict)
    _found: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _aliases: dict[str, list[tuple[str, list[str]]]] = field(default_factory=dict)
    _ungrammatical: bool = False

    # -- finding ---------------------------------------------------------------------------

    def entry(self, path: str) -> str | None:
        """The file that a handler's path means, with or without its extension."""
        return self._file(_normal(path))

    def find(self, specifier: str, importer: str) -> str | None:
        """The file that `specifier` means in `importer`; None when it is not the project's."""
        key = (specifier, posixpath.dirname(importer))
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, specifier: str, folder: str) -> str | None:
        if specifier.startswith("."):
            return self._file(_normal(posixpath.join(folder, specifier)))
        if specifier.startswith("/opt/nodejs/"):  # a layer; its code is packaged elsewhere
            return None
        for pattern, targets in self._paths(folder):
            matched = _match(pattern, specifier)
            for target in targets if matched is not None else ():
                found = self._file(_normal(target.replace("*", matched or "", 1)))
                if found is not None:
                    return found
        return None

    def _file(self, base: str | None) -> str | None:
        if base is None:
            return None
        stem, suffix = posixpath.splitext(base)
        for other in _WRITTEN_AS.get(suffix, ()):
            if self.tree.exists(stem + other):
                return stem + other
        if suffix in (*SUFFIXES, ".json") and self.tree.exists(base):
            return base
        for other in (*SUFFIXES, ".json"):
            if self.tree.exists(base + other):
                return base + other
        for other in SUFFIXES:
            inner = posixpath.join(base, "index" + other)
            if self.tree.exists(inner):
                return inner
        return None

    def _paths(self, folder: str) -> list[tuple[str, list[str]]]:
        """`paths` and `baseUrl` of the nearest tsconfig.json at or above `folder`."""
        if folder not in self._aliases:
            file = posixpath.join(folder, "tsconfig.json")
            if self.tree.exists(file):
                self._aliases[folder] = self._read_paths(file)
            elif folder:
                self._aliases[folder] = self._paths(posixpath.dirname(folder))
            else:
                self._aliases[folder] = []
        return self._aliases[folder]

    def _read_paths(self, file: str, depth: int = 0) -> list[tuple[str, list[str]]]:
        config = self.data(file, comments=True)
        options = config.get("compilerOptions") if isinstance(config, dict) else None
        if not isinstance(options, dict):
            options = {}
        parent = config.get("extends") if isinstance(config, dict) else None
        inherited: list[tuple[str, list[str]]] = []
        if isinstance(parent, str) and parent.startswith(".") and depth < 5:
            above = _normal(posixpath.join(posixpath.dirname(file), parent))
            known = next((a for a in (above, f"{above}.json") if a and self.tree.exists(a)), None)
            inherited = self._read_paths(known, depth + 1) if known else []
        base = posixpath.join(posixpath.dirname(file), str(options.get("baseUrl", ".")))
        paths = options.get("paths")
        found = [
            (pattern, [posixpath.join(base, one) for one in targets if isinstance(one, str)])
            for pattern, targets in (paths.items() if isinstance(paths, dict) else ())
            if isinstance(targets, list)
        ]
        if "baseUrl" in options:
            found.append(("*", [posixpath.join(base, "*")]))
        return found or inherited

    # -- reading ---------------------------------------------------------------------------

    def data(self, file: str, *, comments: bool = False) -> Any:
        """A JSON file's value; None when it can't be read."""
        try:
            raw = self.tree.read(file)
            text = raw.decode("utf-8-sig") if len(raw) <= LARGEST_DATA else "null"
            return json.loads(_bare(text) if comments else text)
        except (OSError, ValueError, RecursionError):
            return None

    def source(self, file: str) -> Source | None:
        """The parsed file; None, and a problem told once, when it can't be used."""
        if file not in self.parsed:
            self.parsed[file] = self._parse(file)
        return self.parsed[file]

    def _parse(self, file: str) -> Source | None:
        try:
            raw = self.tree.read(file)
        except OSError as error:
            reason = f"`{file}` cannot be read: {error.strerror or error}"
            self.problems.append(Problem(Span.whole(file), reason, _REST))
            return None
        refused = _refused(file, raw)
        if refused is not None:
            self.problems.append(refused)
            return None
        try:
            parsed = parser(posixpath.splitext(file)[1])(raw)
        except NoGrammarError:
            self._no_grammar(Span.whole(file))
            return None
        return self._checked(Source(file, raw, parsed))

    def _checked(self, source: Source) -> Source:
        broken = source.broken()
        if broken is not None:
            message = f"this file does not parse: `{_short(broken.text)}` was not understood"
            hint = "mend the syntax; calls near this place are not checked, the rest of the file is"
            self.problems.append(Problem(broken.span, message, hint))
        return source

    def _no_grammar(self, span: Span) -> None:
        if not self._ungrammatical:
            self._ungrammatical = True
            message = "JavaScript and TypeScript functions are not read: no `tree-sitter` here"
            self.problems.append(Problem(span, message, INSTALL))


def _refused(file: str, raw: bytes) -> Problem | None:
    """Why these bytes are not parsed; None when they are."""
    save = f"save it as UTF-8; {_REST}"
    if len(raw) > LARGEST:
        return Problem(
            Span.whole(file),
            f"`{file}` has {len(raw) / 1e6:.1f} MB and was not read",
            "files over 1.5 MB are taken for bundles; calls in them are not checked",
        )
    if b"\0" in raw:
        message = "this file holds null bytes: it is no JavaScript text"
        return Problem(Span.whole(file), message, save)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"this file is not UTF-8: {error.reason}"
        return Problem(Span(file, line, 1, line, 1), message, save)
    return None


def _normal(path: str) -> str | None:
    """The path inside the tree; None when it leads out of it."""
    normal = posixpath.normpath(path)
    return None if normal.startswith(("../", "/")) or normal == ".." else normal


def _match(pattern: str, specifier: str) -> str | None:
    """What stands for the `*` of a tsconfig pattern; None when the pattern does not fit."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if pattern == specifier else None
    fits = specifier.startswith(head) and specifier.endswith(tail)
    long_enough = len(specifier) >= len(head) + len(tail)
    return specifier[len(head) : len(specifier) - len(tail)] if fits and long_enough else None


def _bare(text: str) -> str:
    """JSON without the comments and trailing commas that tsconfig files may have."""
    out: list[str] = []
    index, quoted = 0, False
    while index < len(text):
        char = text[index]
        if quoted:
            step = 2 if char == "\\" else 1
            quoted = char != '"'
            out.append(text[index : index + step])
            index += step
        elif text.startswith("//", index):
            index = text.find("\n", index) if "\n" in text[index:] else len(text)
        elif text.startswith("/*", index):
            end = text.find("*/", index + 2)
            index = len(text) if end < 0 else end + 2
        else:
            quoted = char == '"'
            if char in "}]":
                _drop_comma(out)
            out.append(char)
            index += 1
    return "".join(out)


def _drop_comma(out: list[str]) -> None:
    last = len(out) - 1
    while last >= 0 and out[last].isspace():
        last -= 1
    if last >= 0 and out[last] == ",":
        out[last] = " "


def _short(text: str) -> str:
    first = text.strip().split("\n", 1)[0]
    return first if len(first) <= 40 else first[:37] + "..."
