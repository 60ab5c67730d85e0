"""The only place where adapters meet ports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remit.app.check import FINDINGS
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

    from remit.app.decision_log import DecisionLog, Keep
    from remit.app.generate import Generated, Wish
    from remit.app.running import Denied, Plan, Told
    from remit.app.seeding import Seeds
    from remit.store.state_file import StateFile


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


def decision_log(
    place: str | Path, *, create: bool = True, keep: Keep | None = None
) -> DecisionLog:
    """The decision log in the file or at the PostgreSQL URL `place`; with `create` one is made
    where there is none. Raises InputError."""
    from remit.store.decision_log import connect

    return connect(place, create=create, keep=keep)


def state_file(place: Path, key: Path | None, variable: str | None) -> StateFile:
    """The state in the file `place`, which is made where there is none, with the key in the file
    `key` or else in `variable`, the environment's. Raises InputError."""
    from remit.store.state_file import StateFile  # nothing that a check needs
    from remit.store.state_key import state_key

    return StateFile(place, state_key(key, variable, make=not place.exists()))


def opened(place: Path, stage: str, framework: str | None = None) -> tuple[Tree, Opened]:
    """The project at `place`, read but not checked, and its files.

    Raises InputError when there is none, or when it has no such stage.
    """
    root, path = _split(place)
    tree = FolderTree(root)
    return tree, open_project(tree, Asked(path, framework, (stage,)), FINDINGS)


def seeds(
    place: Path, stage: str | None, framework: str | None, account: str | None, region: str | None
) -> Seeds:
    """The deployed roles of the project at `place`. Raises InputError."""
    from remit.app.seeding import seeds as read_seeds  # nothing that a check needs

    root, path = _split(place)
    asked = Asked(path, framework, (stage,) if stage else ())
    return read_seeds(FolderTree(root), asked, account, region)


def running(
    place: Path,
    stage: str | None,
    framework: str | None,
    function: str | None = None,
    role: str | None = None,
    *,
    learn: bool = False,
) -> Plan:
    """As whom a command runs in the project at `place`. Raises InputError."""
    from remit.app.running import plan  # nothing that a check needs

    root, path = _split(place)
    asked = Asked(path, framework, (stage,) if stage else ())
    return plan(FolderTree(root), asked, function, role, learn=learn)


def denials(place: Path, plan: Plan, denied: Iterable[Denied]) -> tuple[Told, ...]:
    """What was denied to a command that ran in the project at `place`, and what to do."""
    from remit.app.running import told  # nothing that a check needs

    root, _ = _split(place)
    return told(FolderTree(root), plan, denied)


def assistants(root: Path) -> MCPServer[Any]:
    """The server for coding assistants, for projects in the folder `root`."""
    from remit.app.explain import explain_case
    from remit.app.generate import NOTHING_SPECIAL
    from remit.app.validate import Asked as Document
    from remit.app.validate import check_documents
    from remit.report import generated_json, validation_json
    from remit.server.assistants import Faces, server
    from remit.validate.model import PolicyType

    def check_below(project: str, stages: tuple[str, ...], framework: str | None) -> CheckResult:
        return check(_below(root, project), stages, framework)

    def validated(policy: str, kind: str | None, resource_type: str | None) -> Any:
        if kind is not None and kind not in {*PolicyType}:
            raise InputError(f"there is no type `{kind}`", f"it is one of {', '.join(PolicyType)}")
        asked = Document(PolicyType(kind) if kind else None, resource_type)
        given = [("policy", policy.encode("utf-8", "surrogatepass"))]
        return validation_json.document(check_documents(given, asked))

    def generated(project: str, stage: str | None, framework: str | None) -> Any:
        stages = (stage,) if stage is not None else ()
        found = generate(_below(root, project), NOTHING_SPECIAL, stages, framework)
        return generated_json.document(found)

    return server(Faces(check_below, explain_case, generated, validated))


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
