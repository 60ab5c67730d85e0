"""Where in a tree the projects are, and which reader reads them.

A reader is a module with `read(tree, path, told) -> Project`. It is listed here by its framework's
name with the files by which a project is known; it is imported only when it is wanted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias

from remit.core.tree import Tree
from remit.deploy.model import Project, Tellings

Read: TypeAlias = Callable[[Tree, str, Tellings], Project]

CHALICE = ".chalice/config.json"


class NoProject(ValueError):  # noqa: N818 - what is raised is the answer "none here"
    """There is no project that remit reads; the message says where one was looked for."""


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: its name, its reader's module, and the files that mark a project.

    `markers` are paths below the project's folder; one that begins with `*` is how a file's name
    ends, and marks its folder once. `holds` are pieces of text of which a marker that other tools
    use as well (`template.yaml`) must hold one. `endings` are those of any other file that a person
    may name. `hidden` are markers in folders that are not listed because tools write them: these
    are looked for beside the projects of `beside`. `parts` is the module whose
    `inner(tree, folders)` says which marked folders are parts of another project, where there are
    such. `shown` is the marker that people know, where it is not the first.
    """

    name: str
    module: str
    markers: tuple[str, ...]
    holds: tuple[bytes, ...] = ()
    endings: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    beside: str = ""
    parts: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A project that was found: its folder, the framework, and the file that marks it."""

    folder: str
    framework: str
    marker: str


_TEMPLATES = ("template.yaml", "template.yml", "template.json")
_TEMPLATE_ENDINGS = (".yaml", ".yml", ".json", ".template")

FRAMEWORKS = (
    Framework("chalice", "remit.deploy.chalice", (CHALICE,)),
    Framework(
        "serverless",
        "remit.deploy.serverless",
        tuple(f"serverless.{end}" for end in ("yml", "yaml", "json", "ts", "js")),
        holds=(b"provider",),
    ),
    Framework(
        "cdk",
        "remit.deploy.cdk",
        ("manifest.json",),
        holds=(b"aws:cloudformation:stack", b"cdk:cloud-assembly"),
        hidden=("cdk.out/manifest.json",),
        beside="cdk.json",
        shown="cdk.out/manifest.json",
    ),
    Framework(
        "sam",
        "remit.deploy.cloudformation",
        _TEMPLATES,
        holds=(b"AWS::Serverless",),
        endings=_TEMPLATE_ENDINGS,
    ),
    Framework(
        "cloudformation",
        "remit.deploy.cloudformation",
        _TEMPLATES,
        holds=(b"AWS::",),
        endings=_TEMPLATE_ENDINGS,
    ),
    Framework(
        "bare",
        "remit.deploy.bare",
        ("remit.toml", "pyproject.toml"),
        holds=(b"[[role]]", b"[[function]]", b"[[tool.remit.role]]", b"[[tool.remit.function]]"),
    ),
    Framework(
        "terraform",
        "remit.deploy.terraform",
        ("*.tfplan.json", "tfplan.json", "plan.json", "*.tf"),
        holds=(b'"planned_values"', b'resource "aws_', b'provider "aws"', b'module "'),
        endings=(".json", ".tf"),
        parts="remit.deploy.terraform.roots",
        shown="*.tf",
    ),
)
"""In the order of preference for projects in one folder."""


def find(tree: Tree) -> list[Found]:
    """The projects in a tree: by folder, then by the order of `FRAMEWORKS`."""
    paths = tree.files()
    found = [
        Found(folder, framework.name, path)
        for framework in FRAMEWORKS
        for folder, path in _marked(tree, paths, framework)
    ]
    order = [framework.name for framework in FRAMEWORKS]
    return sorted(found, key=lambda one: (one.folder, order.index(one.framework), one.marker))


def _marked(tree: Tree, paths: Iterable[str], framework: Framework) -> Iterable[tuple[str, str]]:
    yield from _hidden(tree, paths, framework)
    marked: dict[str, str] = {}
    for marker in framework.markers:
        for path in paths:
            folder = _folder(path, marker)
            if folder is None or (marker.startswith("*") and folder in marked):
                continue
            if not framework.holds or _holds(tree, path, framework.holds):
                marked.setdefault(folder, path)
                if not framework.parts:
                    yield folder, path
    if framework.parts and marked:
        inner = import_module(framework.parts).inner(tree, marked)
        yield from ((folder, path) for folder, path in marked.items() if folder not in inner)


def _folder(path: str, marker: str) -> str | None:
    """The folder that `path` marks, None when it is no such marker."""
    if marker.startswith("*"):
        return posixpath.dirname(path) if path.endswith(marker[1:]) else None
    folder = path.removesuffix(marker)
    if folder == path or (folder and not folder.endswith("/")):
        return None
    return folder.rstrip("/")


def _hidden(tree: Tree, paths: Iterable[str], framework: Framework) -> Iterable[tuple[str, str]]:
    """Markers in folders that tools write, at the root and beside what announces them."""
    beside = framework.beside
    folders = {path.removesuffix(beside) for path in paths if posixpath.basename(path) == beside}
    for folder in sorted({"", *folders}) if framework.hidden else ():
        for marker in framework.hidden:
            if tree.exists(folder + marker):
                yield folder.rstrip("/"), folder + marker


def _named(tree: Tree, path: str, framework: str | None) -> Found | None:
    """The project of a file that a person named: one that marks a project, or any template."""
    if not path or not tree.exists(path):
        return None
    for one in FRAMEWORKS:
        marker = next((m for m in (*one.hidden, *one.markers) if f"/{path}".endswith("/" + m)), "")
        fits = marker or path.endswith(one.endings or ("/",))
        if fits and framework in (None, one.name) and _holds(tree, path, one.holds):
            folder = path.removesuffix(marker) if marker else posixpath.dirname(path)
            return Found(folder.rstrip("/"), one.name, path)
    return None


def _holds(tree: Tree, path: str, pieces: tuple[bytes, ...]) -> bool:
    try:
        data = tree.read(path)
    except OSError:
        return True  # the reader says why it can't be read
    return any(piece in data for piece in pieces)


def choose(tree: Tree, path: str = "", framework: str | None = None) -> Found:
    """The project at `path` (a folder, or the file that marks it; "" is the tree's root).

    Below a folder without a project of its own the only one there is is taken. `framework` names
    the one that is meant where there are several. Raises NoProject.
    """
    path = path.strip("/")
    named = _named(tree, path, framework)
    if named is not None:
        return named
    everything = [one for one in find(tree) if framework in (None, one.framework)]
    below = [
        one for one in everything if not path or one.marker == path or _is_in(one.folder, path)
    ]
    here = [one for one in below if path in (one.folder, one.marker)]
    if here:
        return here[0]
    if len({one.folder for one in below}) == 1:
        return below[0]
    raise NoProject(_nothing(path, framework, below or everything))


def reader(framework: str) -> Read:
    """The reader of a framework."""
    found = next(one for one in FRAMEWORKS if one.name == framework)
    read: Read = import_module(found.module).read
    return read


def _is_in(folder: str, path: str) -> bool:
    return folder == path or folder.startswith(path + "/")


def _nothing(path: str, framework: str | None, others: list[Found]) -> str:
    """What to say when there is no project, or when there are several and none is meant."""
    where = f"`{path}`" if path else "this folder"
    kind = f"{framework} project" if framework else "project that remit reads"
    names = list(dict.fromkeys(f"`{posixpath.normpath(one.folder or '.')}`" for one in others))
    if not names:
        known = ", ".join(f"`{one.shown or one.markers[0]}` ({one.name})" for one in FRAMEWORKS)
        return f"no {kind} in {where}. Such a project is known by {known}."
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"no {kind} in {where} itself. There is one in {shown}: name that folder."
