"""The scans of a stage: each function's code interpreted with its environment, each once."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from remit.core.span import Problem
from remit.core.tree import Overlay, Tree
from remit.deploy.model import Code, Function, Project, Stage
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import Library

if TYPE_CHECKING:
    from remit.scan import javascript


@dataclass(slots=True)
class Sources:
    """The source files of a project, each parsed once for all stages and functions."""

    tree: Tree
    project: Project
    lost: tuple[Problem, ...] = ()
    libraries: dict[tuple[str, ...], Library] = field(default_factory=dict)
    scripts: dict[tuple[str, ...], javascript.Library] = field(default_factory=dict)

    def library(self, code: Code | None = None) -> Library:
        """The Python files below the roots of `code`, or of the project as a whole."""
        roots = code.roots if code is not None else self.project.roots
        inline = dict(code.inline) if code is not None else {}
        key = (*roots, *inline)
        if key not in self.libraries:
            tree = Overlay(self.tree, inline) if inline else self.tree
            self.libraries[key] = Library(tree, roots, list(self.lost))
        return self.libraries[key]

    def script(self, code: Code) -> javascript.Library:
        """The JavaScript and TypeScript files of the tree, which imports find by path."""
        from remit.scan import javascript

        inline = dict(code.inline)
        key = tuple(inline)
        if key not in self.scripts:
            tree = Overlay(self.tree, inline) if inline else self.tree
            self.scripts[key] = javascript.Library(tree, list(self.lost))
        return self.scripts[key]

    @property
    def parsed(self) -> Mapping[str, object | None]:
        """Every file that was looked into; None for one that could not be used."""
        found: dict[str, object | None] = {}
        for one in self.libraries.values():
            found |= one.parsed
        for script in self.scripts.values():
            found |= script.parsed
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read."""
        found = [problem for one in self.libraries.values() for problem in one.problems]
        found += [problem for one in self.scripts.values() for problem in one.problems]
        return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class Scans:
    """The scans of one stage. `values` fills holes by name."""

    sources: Sources
    stage: Stage
    values: Mapping[str, str]
    made: dict[object, Scan] = field(default_factory=dict)
    run: dict[object, tuple[str, Scan]] = field(default_factory=dict)

    def of(self, function: Function) -> Scan:
        """The scan of a function's own code, or of the program that it belongs to."""
        owner = function.name if function.code is not None else ""
        key = owner, function.code, frozenset(function.environment.items())
        if key not in self.made:
            self.made[key] = self._shared(function, owner)
        return self.made[key]

    def all(self) -> tuple[Scan, ...]:
        """Everything scanned so far."""
        return tuple(self.made.values())

    def _shared(self, function: Function, owner: str) -> Scan:
        """The scan of another function with the same code in the same environment, if any."""
        run = function.code, tuple(function.environment.items())
        if run in self.run:
            return _as_function(*self.run[run], owner)
        found = self._scan(function)
        if not any(f"`{owner}`" in one.why for one in found.unattributed):
            self.run[run] = owner, found
        return found

    def _scan(self, function: Function) -> Scan:
        code = function.code
        if code is None and not self.sources.project.entry:
            return Scan()  # `function.unread` says why
        if code is None:
            entry = self.sources.project.entry
            library = self.sources.library()
            return scan(
                library, entry, function.environment, region=self.stage.region, values=self.values
            )
        return _SCANNERS[code.language](self, function, code)


def _as_function(done: str, found: Scan, name: str) -> Scan:
    """What the function `done` does, as done by `name`: the same code in the same environment."""
    if name == done:
        return found
    entries = (
        replace(e, function=name if e.function == done else e.function) for e in found.entries
    )
    calls = (replace(c, function=name if c.function == done else c.function) for c in found.calls)
    return replace(found, entries=tuple(entries), calls=tuple(calls))


def _python(scans: Scans, function: Function, code: Code) -> Scan:
    return scan(
        scans.sources.library(code),
        code.module.replace("/", "."),
        function.environment,
        handler=code.handler,
        function=function.name,
        region=scans.stage.region,
        values=scans.values,
    )


def _javascript(scans: Scans, function: Function, code: Code) -> Scan:
    from remit.scan import javascript  # only for projects that have such functions

    return javascript.scan(
        scans.sources.script(code),
        posixpath.join(code.roots[0], code.module),
        code.handler,
        function.environment,
        function=function.name,
        region=scans.stage.region,
        values=scans.values,
    )


_SCANNERS: dict[str, Callable[[Scans, Function, Code], Scan]] = {
    "python": _python,
    "javascript": _javascript,
}
