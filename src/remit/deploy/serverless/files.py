"""The files of a service: each read and parsed once for all stages."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.syntax.document import load
from remit.syntax.nodes import Node, Scalar
from remit.syntax.source import DocumentError


@dataclass(slots=True)
class Files:
    """What is in a service's folder and around it; `problems` grows while it is read."""

    tree: Tree
    folder: str
    problems: dict[Problem, None] = field(default_factory=dict)
    _read: dict[str, Node | None] = field(default_factory=dict)

    def path(self, written: str) -> str | None:
        """The path in the tree of a path in the configuration; None when it leads out of it."""
        found = posixpath.normpath(posixpath.join(self.folder, written))
        return None if found.startswith(("../", "/")) or found == ".." else found

    def node(self, path: str) -> Node | None:
        """The value in a YAML or JSON file, another file as text; None when it holds none."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> Node | None:
        try:
            data = self.tree.read(path)
            if path.lower().endswith((".yml", ".yaml", ".json")):
                return load(data, path)
            return Scalar(text := data.decode().strip(), text, Span.whole(path))
        except DocumentError as error:
            self.problems[error.problem] = None
        except (OSError, UnicodeDecodeError) as error:
            self.problems[Problem(Span.whole(path), f"it can't be read: {error}")] = None
        return None
