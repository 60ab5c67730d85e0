"""Source files: read once, parsed once, shared by all stages. Also where a module's file lies."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from remit.core.span import Problem, Span
from remit.core.tree import Tree

TASK = "/var/task/"
"""Where Lambda unpacks the package; also the working directory."""
LARGEST_FILE = 200_000
"""Bytes of a data file that is read for the names in it."""
LARGEST = 1_500_000
"""Bytes. Larger files are generated data, not code; the report says that they were left out."""


MODELLED = frozenset({"boto3", "botocore", "chalice", "jmespath", "s3transfer"})
"""Packages whose behaviour remit knows by itself: copies of them in `vendor` are not read."""
_CALLS_BOTO3 = re.compile(rb"^[ \t]*(?:import|from)[ \t]+boto3\b", re.MULTILINE)


def _yields(node: Any) -> bool:
    """Whether a function is a generator: a `yield` in it, not in a function inside it."""
    queue: list[ast.AST] = list(node.body) if isinstance(node.body, list) else [node.body]
    while queue:
        one = queue.pop()
        if isinstance(one, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            queue.extend(ast.iter_child_nodes(one))
    return False


_PYTHON2 = re.compile(
    rb"^[ \t]*(print[ \t]+[^(=\s]|except[ \t]+\w+[ \t]*,[ \t]*\w+[ \t]*:|exec[ \t]+['\"])",
    re.MULTILINE,
)


@dataclass(slots=True)
class Source:
    """One parsed file."""

    file: str
    tree: ast.Module
    lines: list[bytes]
    may_yield: bool = True

    def span(self, node: ast.AST) -> Span:
        """Where `node` stands. ast counts UTF-8 bytes from 0; people count characters from 1."""
        line: int = getattr(node, "lineno", 1)
        end: int = getattr(node, "end_lineno", None) or line
        return Span(
            self.file,
            line,
            self._column(line, getattr(node, "col_offset", 0)),
            end,
            self._column(end, getattr(node, "end_col_offset", None) or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        if line > len(self.lines):
            return offset + 1
        return len(self.lines[line - 1][:offset].decode("utf-8", "replace")) + 1


@dataclass(slots=True)
class Library:
    """The project's Python files, by module name. Files that can't be used end up in `problems`."""

    tree: Tree
    roots: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    parsed: dict[str, Source | None] = field(default_factory=dict)
    places: dict[str, tuple[str, bool] | None] = field(default_factory=dict)

    generators: dict[ast.AST, bool] = field(default_factory=dict)
    vendored: dict[str, bool] = field(default_factory=dict)
    searched: list[str] = field(default_factory=list)

    def yields(self, function: Any, source: Source) -> bool:
        """Whether a function of `source` is a generator; asked for each stage, answered once."""
        if not source.may_yield:
            return False
        known = self.generators.get(function)
        if known is None:
            known = self.generators[function] = _yields(function)
        return known

    def find(self, module: str) -> tuple[str, bool] | None:
        """The file of `module` and whether it is a package; None when it is not the project's."""
        if module not in self.places:
            self.places[module] = self._find(module)
        return self.places[module]

    def _find(self, module: str) -> tuple[str, bool] | None:
        for base in self._places(module):
            if self.tree.exists(f"{base}/__init__.py"):
                return f"{base}/__init__.py", True
            if self.tree.exists(f"{base}.py"):
                return f"{base}.py", False
        return None

    def _places(self, module: str) -> list[str]:
        """Where `module` may lie, without suffix: at the top, and in `vendor` what is followed."""
        top = module.partition(".")[0]
        if top in MODELLED:
            return []
        path = module.replace(".", "/")
        own, *others = self.roots
        bases = [f"{own}/{path}" if own else path, *(f"{one}/{path}" for one in self.searched)]
        return bases + [f"{root}/{path}" for root in others if self._is_followed(f"{root}/{top}")]

    def _is_followed(self, package: str) -> bool:
        """Whether a vendored package calls AWS: numpy and its like are not worth a walk."""
        known = self.vendored.get(package)
        if known is None:
            single = [f"{package}.py"] if self.tree.exists(f"{package}.py") else []
            files = [*single, *self.tree.files(package, ".py")]
            known = any(_CALLS_BOTO3.search(self._raw(file)) for file in files)
            self.vendored[package] = known
        return known

    def _raw(self, file: str) -> bytes:
        try:
            return self.tree.read(file)
        except OSError:
            return b""

    def search(self, path: str) -> None:
        """Look for modules in a folder of the package too; `path` is as the function sees it."""
        inside = posixpath.normpath(path.removeprefix(TASK))
        folder = posixpath.join(self.roots[0], inside)
        inner = inside not in (".", "") and not inside.startswith(("/", ".."))
        if inner and folder not in self.searched:
            self.searched.append(folder)

    def text(self, path: str) -> str | None:
        """A packaged text file by the path that the function sees; None when there is none."""
        inside = posixpath.normpath(path.removeprefix(TASK))
        for root in self.roots:
            file = posixpath.join(root, inside)
            try:
                raw = self.tree.read(file) if self.tree.exists(file) else b""
                if raw and len(raw) <= LARGEST_FILE:
                    return raw.decode()
            except (OSError, UnicodeDecodeError):
                return None
        return None

    def packaged(self, file: str) -> str:
        """The path of a source file as the function sees it, below `/var/task`."""
        root = next((r for r in self.roots if r and file.startswith(r + "/")), "")
        return TASK + file.removeprefix(root).lstrip("/")

    def is_folder(self, module: str) -> bool:
        """Whether `module` is a folder without `__init__.py` that holds Python files."""
        return any(bool(self.tree.files(base, ".py")) for base in self._places(module))

    def source(self, file: str) -> Source | None:
        """The parsed file; None, and a problem told once, when it can't be used."""
        if file not in self.parsed:
            self.parsed[file] = self._parse(file)
        return self.parsed[file]

    def _parse(self, file: str) -> Source | None:
        try:
            raw = self.tree.read(file)
        except OSError as error:
            self._lost(Span.whole(file), f"`{file}` cannot be read: {error.strerror or error}", "")
            return None
        if len(raw) > LARGEST:
            self._lost(
                Span.whole(file),
                f"`{file}` has {len(raw) / 1e6:.1f} MB and was not read",
                "files over 1.5 MB are taken for generated data; calls in them are not checked",
            )
            return None
        try:
            return Source(file, _quiet_parse(raw, file), raw.splitlines(), b"yield" in raw)
        except SyntaxError as error:
            self._lost(_place(file, error), *_explain(raw, error))
        except (ValueError, RecursionError, MemoryError) as error:
            deep = isinstance(error, (RecursionError, MemoryError))  # of the parser's own stack
            reason = "it is nested too deeply" if deep else str(error)
            self._lost(Span.whole(file), f"`{file}` does not parse: {reason}", _REST)
        return None

    def _lost(self, span: Span, message: str, hint: str) -> None:
        self.problems.append(Problem(span, message, hint))


_REST = "calls in this file are not checked; the other files are"


def _quiet_parse(raw: bytes, file: str) -> ast.Module:
    with warnings.catch_warnings():
        # Their invalid escapes are their linter's business, not ours.
        warnings.simplefilter("ignore")
        return ast.parse(raw, file)


def _place(file: str, error: SyntaxError) -> Span:
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    return Span(file, line, column, line, column + 1)


def _explain(raw: bytes, error: SyntaxError) -> tuple[str, str]:
    if _PYTHON2.search(raw):
        return "this file is Python 2", f"move it to Python 3; {_REST}"
    if b"\0" in raw:
        return "this file holds null bytes: it is no Python text", f"save it as UTF-8; {_REST}"
    if isinstance(error, UnicodeError) or "codec can't decode" in error.msg or "utf-8" in error.msg:
        return f"this file is not UTF-8: {error.msg}", f"save it as UTF-8; {_REST}"
    return f"this file does not parse: {error.msg}", f"mend the syntax; {_REST}"
