"""Terraform's functions that read files, which are those of the tree and no others.

Source: Terraform language, functions/*.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from remit.core.text import Text
from remit.deploy.terraform import parser
from remit.deploy.terraform.nodes import Piece
from remit.deploy.terraform.shaped import Context, Shaped, fields
from remit.deploy.terraform.values import Fault, Value, of_text, plain, wrapped
from remit.syntax.source import DocumentError, Source


def in_tree(path: str, base: str) -> str | None:
    """A path as Terraform sees it from `base` as a path of the tree; None when it leads out."""
    found = posixpath.normpath(posixpath.join(base, path))
    return None if found.startswith(("..", "/")) else found


def _source(value: Value, context: Context) -> Source | None:
    path = plain(value)
    found = in_tree(str(path), context.run.base)
    if found is None:
        return None
    try:
        return parser.source(context.run.files.tree.read(found), found)
    except DocumentError as error:
        raise Fault(context.span, error.problem.message) from None
    except OSError as error:
        raise Fault(context.span, str(error)) from None


def _file(values: Sequence[Value], context: Context) -> Value | None:
    source = _source(values[0], context)
    if source is None:
        return None
    return of_text(Text.of(source.text), context.span, (whole(source),))


def _templatefile(values: Sequence[Value], context: Context) -> Value | None:
    source = _source(values[0], context)
    if source is None:
        return None
    return rendered(source, fields(values[1]), context)


def rendered(source: Source, names: Mapping[str, Value], context: Context) -> Value:
    """A template with its variables filled in. Raises Fault."""
    try:
        return context.render(parser.template(source), names)
    except DocumentError as error:
        raise Fault(error.problem.span, error.problem.message) from None


def whole(source: Source) -> Piece:
    """All of a text as a piece."""
    return Piece(source.text, source, 0)


def _fileexists(values: Sequence[Value], context: Context) -> Value | None:
    found = in_tree(str(plain(values[0])), context.run.base)
    if found is None:
        return None
    return Value(context.run.files.tree.exists(found), context.span)


def _fileset(values: Sequence[Value], context: Context) -> Value | None:
    from fnmatch import fnmatchcase

    folder, pattern = in_tree(str(plain(values[0])), context.run.base), str(plain(values[1]))
    if folder is None or "{" in pattern:
        return None
    prefix = "" if folder == "." else folder + "/"
    names = [n.removeprefix(prefix) for n in context.run.files.tree.files(prefix.rstrip("/"))]
    deep = "**" in pattern
    return wrapped(
        [
            n
            for n in names
            if fnmatchcase(n, pattern) and (deep or n.count("/") == pattern.count("/"))
        ],
        context.span,
    )


TABLE: Mapping[str, Shaped] = {
    "file": _file,
    "templatefile": _templatefile,
    "fileexists": _fileexists,
    "fileset": _fileset,
}
"""The functions by name."""
