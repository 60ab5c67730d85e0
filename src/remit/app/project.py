"""The project that a person means: found, read, and filled with what the settings say of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from remit.app.errors import InputError
from remit.app.settings import Settings, SettingsError
from remit.app.settings import load as load_settings
from remit.core.text import Hole, Text
from remit.core.tree import Tree
from remit.deploy import Found, NoProject, choose, reader
from remit.deploy.model import Function, Project, Stage, Told


@dataclass(frozen=True, slots=True)
class Asked:
    """Which project: `path` a folder or a marking file below the tree's root, `framework` where
    there are several. `stages` names those to report, all when empty."""

    path: str = ""
    framework: str | None = None
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A project with its settings. `found` says where it is."""

    project: Project
    settings: Settings
    found: Found


def open_project(tree: Tree, asked: Asked, findings: Collection[str]) -> Opened:
    """Find and read the project that is asked for. `findings` are the ids of all rules.

    Raises InputError when there is none, when its files do not say what is deployed, when the
    settings are broken, or when it has no such stage.
    """
    try:
        found = choose(tree, asked.path, asked.framework)
    except NoProject as error:
        message, _, hint = str(error).partition(". ")
        raise InputError(message, hint) from None
    settings = _settings(tree, found.folder, findings)
    project = reader(found.framework)(tree, found.marker, settings.told)
    if not project.stages:
        raise _unusable(project)
    for name in asked.stages:
        if name not in (known := [stage.name for stage in project.stages]):
            raise unknown_stage(name, known)
    stages = tuple(_settled(stage, settings.stage(stage.name)) for stage in project.stages)
    return Opened(replace(project, stages=stages), settings, found)


def unknown_stage(asked: str, known: Sequence[str]) -> InputError:
    """The error for a stage that the project does not have: which there are, and the nearest."""
    message = f"the project has no stage `{asked}`"
    if not known:
        return InputError(message, "it has no stages at all")
    stages = "its stages are " + ", ".join(f"`{name}`" for name in known)
    nearest = get_close_matches(asked, known, n=1)
    return InputError(message, f"did you mean `{nearest[0]}`? {stages}" if nearest else stages)


def _unusable(project: Project) -> InputError:
    """The error for a project whose configuration does not say what is deployed."""
    [first, *_] = project.problems  # the reader has told why there are no stages
    return InputError(first.message, first.hint, first.span)


def _settings(tree: Tree, folder: str, findings: Collection[str]) -> Settings:
    """The project's own settings; all their faults at once when there are any."""
    try:
        return load_settings(tree, folder, findings)
    except SettingsError as error:
        first, *rest = error.problems
        more = f" (and {len(rest)} more)" if rest else ""
        raise InputError(first.message + more, first.hint, first.span) from None


def _settled(stage: Stage, given: Told) -> Stage:
    """The stage with what the settings say of it: account, region, environment variables."""

    def more(function: Function) -> Function:
        # The project's own configuration is what is deployed: settings fill what it leaves open.
        environment = {name: _filled(value, given) for name, value in function.environment.items()}
        return replace(function, environment={**given.values, **environment})

    return replace(
        stage,
        account=given.account or stage.account,
        region=given.region or stage.region,
        default=more(stage.default),
        functions={name: more(function) for name, function in stage.functions.items()},
    )


def _filled(value: str | Text, given: Told) -> str | Text:
    if isinstance(value, str):
        return value
    parts = (given.values.get(p.name, p) if isinstance(p, Hole) else p for p in value.parts)
    text = Text.of(*parts)
    return text if text.literal is None else text.literal
