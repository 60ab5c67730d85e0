"""The only place where adapters meet ports."""

from __future__ import annotations

from pathlib import Path

from remit.app.check import check as check_project
from remit.app.model import CheckResult, InputError, Progress, silent
from remit.store.files import FolderTree


def check(root: Path, stages: tuple[str, ...] = (), progress: Progress = silent) -> CheckResult:
    """Check the project in the folder `root`. Raises InputError when there is none."""
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"`{root}` {what}", "Name the folder that holds `app.py` and `.chalice`.")
    return check_project(FolderTree(root), stages, progress)
