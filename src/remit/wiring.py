"""The only place where adapters meet ports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from remit.app.check import check as check_project
from remit.app.model import CheckResult, InputError, Progress, silent
from remit.app.project import Asked, Opened, open_project
from remit.app.review import Review
from remit.app.review import review as review_project
from remit.core.tree import Tree
from remit.store.files import FolderTree
from remit.store.git import GitTree

if TYPE_CHECKING:
    from mcp.server import MCPServer


def check(
    place: Path,
    stages: tuple[str, ...] = (),
    framework: str | None = None,
    progress: Progress = silent,
) -> CheckResult:
    """Check the project in the folder `place`, or the one that the file `place` marks.

    Raises InputError when there is none.
    """
    root, path = _split(place)
    return check_project(FolderTree(root), Asked(path, framework, stages), progress)


def review(
    place: Path,
    stages: tuple[str, ...] = (),
    framework: str | None = None,
    since: str | None = None,
    progress: Progress = silent,
) -> Review:
    """Review the project at `place`, compared with the commit `since` of its repository.

    Raises InputError when there is no project or no such commit.
    """
    root, path = _split(place)
    asked = Asked(path, framework, stages)
    if since is None:
        return review_project(FolderTree(root), asked, progress)
    with GitTree(root, since) as earlier:
        return review_project(FolderTree(root), asked, progress, earlier, since)


def opened(place: Path, stage: str, framework: str | None = None) -> tuple[Tree, Opened]:
    """The project at `place`, read but not checked, and its files.

    Raises InputError when there is none, or when it has no such stage.
    """
    from remit.check.rules import RULES

    root, path = _split(place)
    tree = FolderTree(root)
    return tree, open_project(tree, Asked(path, framework, (stage,)), [name for name, _ in RULES])


def assistants(root: Path) -> MCPServer[Any]:
    """The server for coding assistants, for projects in the folder `root`."""
    from remit.app.explain import explain_case
    from remit.server.assistants import Faces, server

    def check_below(project: str, stages: tuple[str, ...], framework: str | None) -> CheckResult:
        return check(_below(root, project), stages, framework)

    return server(Faces(check_below, explain_case))


def _below(root: Path, project: str) -> Path:
    """The place that an assistant names, which must not lead out of `root`."""
    try:
        place = (root / project).resolve()
    except (OSError, ValueError) as error:
        raise InputError(f"`{project}` is no path: {error}") from None
    if not place.is_relative_to(root.resolve()):
        raise InputError(f"`{project}` is not below the folder that is served")
    return place


def _split(place: Path) -> tuple[Path, str]:
    """The folder to look in and the file in it that is meant, "" for none."""
    if place.is_file():
        return place.parent, place.name
    if not place.is_dir():
        what = "is not a folder" if place.exists() else "does not exist"
        raise InputError(f"`{place}` {what}", "Name the project's folder, or its template.")
    return place, ""
