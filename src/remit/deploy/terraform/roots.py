"""Which folders with `.tf` files are projects, and which are modules of another.

Kept light: it is asked whenever projects are looked for.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from remit.core.tree import Tree

_SOURCE = re.compile(rb'^[ \t]*source[ \t]*=[ \t]*"(\.\.?/[^"\n$]*)"', re.MULTILINE)


def inner(tree: Tree, folders: Collection[str]) -> frozenset[str]:
    """Those of `folders` that a module call in another folder names."""
    found: set[str] = set()
    for path in tree.files("", ".tf"):
        folder = posixpath.dirname(path)
        try:
            data = tree.read(path)
        except OSError:
            continue
        for match in _SOURCE.finditer(data):
            called = posixpath.normpath(posixpath.join(folder, match[1].decode("utf-8", "replace")))
            called = "" if called == "." else called
            if called != folder:
                found.add(called)
    return frozenset(found & set(folders))
