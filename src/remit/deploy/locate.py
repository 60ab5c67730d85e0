"""Where in a tree the projects are."""

from __future__ import annotations

from remit.core.tree import Tree

CHALICE = ".chalice/config.json"


class NoProject(ValueError):  # noqa: N818 - what is raised is the answer "none here"
    """There is no project that remit reads; the message says where one was looked for."""


def find(tree: Tree) -> list[str]:
    """The folders below the root that hold a Chalice project, sorted; `""` is the root itself."""
    found = []
    for path in tree.files("", CHALICE.rpartition("/")[2]):
        folder = path.removesuffix(CHALICE)
        if folder != path and (not folder or folder.endswith("/")):
            found.append(folder.rstrip("/"))
    return sorted(found)


def no_project(tree: Tree, folder: str) -> NoProject:
    """The error to raise when `folder` holds no project: it names the folders that do."""
    where = f"`{folder}`" if folder else "this folder"
    message = f"no Chalice project in {where}: there is no `{CHALICE}`"
    others = [f"`{name or '.'}`" for name in find(tree)]
    if not others:
        return NoProject(f"{message}. Run remit where `app.py` and `.chalice` stand.")
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return NoProject(f"{message}. There is one in {shown}: name that folder.")
