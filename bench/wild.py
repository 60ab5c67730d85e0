"""Code that nobody wrote for us: every module of the standard library and of some large packages,
through the scanner. `python -m bench wild` runs all of them; a test runs a sample.

Each module is imported by an `app.py` whose one route calls all its functions and the methods of
its classes with request data. Nothing of it is executed: it is input.
"""

from __future__ import annotations

import ast
import os
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from remit.core.tree import MemoryTree
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import LARGEST, Library

PACKAGES = ("boto3", "botocore", "hypothesis", "mypy", "pytest", "_pytest", "yaml")
FOLDER = "wild"  # not under their own names: some of these are modelled, not scanned
SLOW = 20.0
"""Seconds for one module on an idle core: more is a fault."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one module: seconds of CPU time, and what escaped from the scanner."""

    file: Path
    seconds: float
    found: Scan | None
    error: str = ""


def files() -> list[Path]:
    """Every Python file of the standard library (its tests as well) and of the packages."""
    return [*_below(Path(os.__file__).parent), *(p for name in PACKAGES for p in _package(name))]


def _package(name: str) -> Iterator[Path]:
    spec = find_spec(name)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        yield from _below(Path(folder))


def _below(folder: Path) -> list[Path]:
    return [
        p
        for p in sorted(folder.rglob("*.py"))
        if "site-packages" not in p.relative_to(folder).parts
    ]


def run(file: Path) -> Outcome:
    """Scan one file, as a package of its own with the files beside it."""
    beside = {one.stem: one for one in sorted(file.parent.glob("*.py"))}
    contents = {f"{FOLDER}/{name}.py": one.read_bytes() for name, one in beside.items()}
    contents.setdefault(f"{FOLDER}/__init__.py", b"")
    app = _app(file.stem, contents[f"{FOLDER}/{file.stem}.py"])
    library = Library(MemoryTree({**contents, "app.py": app}), ("",))
    started = time.process_time()
    try:
        found = scan(library, "app", {"STAGE": "dev"})
    except Exception:
        return Outcome(file, time.process_time() - started, None, traceback.format_exc())
    return Outcome(file, time.process_time() - started, found)


def _app(module: str, content: bytes) -> str:
    name = f"{FOLDER}.{module}" if module != "__init__" else FOLDER
    lines = ["from chalice import Chalice", "import importlib", "app = Chalice(app_name='x')"]
    lines += [f"m = importlib.import_module({name!r})", "@app.route('/{x}')", "def view(x):"]
    lines += [f"    {call}" for call in _calls(content)]
    return "\n".join([*lines, "    return x", ""])


def _calls(content: bytes) -> Iterator[str]:
    """A call of everything that a module defines."""
    if len(content) > LARGEST:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(content).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in body:
        if isinstance(node, functions):
            yield f"m.{node.name}(x, x)"
        elif isinstance(node, ast.ClassDef):
            yield f"it = m.{node.name}(x)"
            yield from (f"it.{one.name}(x)" for one in node.body if isinstance(one, functions))


def main() -> int:
    """Run everything; the status says whether anything escaped or took too long."""
    wrong, slowest = 0, list[Outcome]()
    everything = files()
    for done, file in enumerate(everything, start=1):
        outcome = run(file)
        if outcome.error or outcome.seconds > SLOW:
            wrong += 1
            print(f"{file}: {outcome.seconds:.1f} s\n{outcome.error}", flush=True)
        slowest = sorted([*slowest, outcome], key=lambda one: -one.seconds)[:10]
        if done % 250 == 0:
            print(f"{done} of {len(everything)} files, {wrong} wrong", flush=True)
    for one in slowest:
        print(f"{one.seconds:8.2f} s  {one.file}")
    print(f"{len(everything)} files, {wrong} wrong")
    return int(bool(wrong))
