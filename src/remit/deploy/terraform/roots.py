"""Which folders with `.tf` files are projects, and which are modules of another.

Kept light: it is asked whenever projects are looked for.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from remit.core.tree import Tree

_SOURCE = re.compile(rb'\bsource[ \t]*=[ \t]*"(\.\.?/[^"\n$]*)"')
_OWN = b'provider "aws"'
"""A module that configures its own provider is deployed by itself, whoever else calls it."""


def inner(tree: Tree, folders: Collection[str]) -> frozenset[str]:
    """Those of `folders` that a module call in another folder names."""
    found: set[str] = set()
    roots: set[str] = set()
    for path in tree.files("", ".tf"):
        folder = posixpath.dirname(path)
        try:
            data = tree.read(path)
        except OSError:
            continue
        if _OWN in data:
            roots.add(folder)
        for match in _SOURCE.finditer(data):
            called = posixpath.normpath(posixpath.join(folder, match[1].decode("utf-8", "replace")))
            called = "" if called == "." else called
            if called != folder:
                found.add(called)
    return frozenset((found & set(folders)) - roots)
