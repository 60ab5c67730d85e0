"""The only place where adapters meet ports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from remit.app.check import check as check_project
from remit.app.model import CheckResult, InputError, Progress, silent
from remit.app.project import Asked
from remit.store.files import FolderTree

if TYPE_CHECKING:
    from remit.app.generate import Generated, Wish


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


def generate(
    place: Path,
    wish: Wish,
    stages: tuple[str, ...] = (),
    framework: str | None = None,
    progress: Progress = silent,
) -> Generated:
    """The smallest policies for the project in `place`. Raises InputError."""
    from remit.app.generate import generate as generate_policies  # nothing that a check needs

    root, path = _split(place)
    return generate_policies(FolderTree(root), Asked(path, framework, stages), wish, progress)


def _split(place: Path) -> tuple[Path, str]:
    """The folder to look in and the file in it that is meant, "" for none."""
    if place.is_file():
        return place.parent, place.name
    if not place.is_dir():
        what = "is not a folder" if place.exists() else "does not exist"
        raise InputError(f"`{place}` {what}", "Name the project's folder, or its template.")
    return place, ""
