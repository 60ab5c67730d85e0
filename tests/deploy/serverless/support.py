"""A service given as text, read; and what its roles allow, in short."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from remit.core.need import Need
from remit.core.text import Text
from remit.core.tree import MemoryTree
from remit.deploy.model import Project, Role, Stage, Tellings, Told
from remit.deploy.serverless import read
from remit.explain.deployed import judge_of

FILE = "serverless.yml"


def project(
    text: str, files: Mapping[str, str] | None = None, told: Tellings | None = None
) -> Project:
    """The service of a configuration, with other files beside it."""
    tree = MemoryTree({FILE: dedent(text), **(files or {})})
    return read(tree, FILE, told or Tellings())


def stage(
    text: str,
    files: Mapping[str, str] | None = None,
    name: str = "",
    told: Told | None = None,
) -> Stage:
    """One stage of it: the first, or the one of that name."""
    tellings = Tellings(stages={name or "dev": told}) if told is not None else None
    found = project(text, files, tellings)
    assert found.stages, found.problems
    return next(one for one in found.stages if name in ("", one.name))


def standing(role: Role, action: str, resource: str | Text) -> str:
    """`allowed`, `denied` or `unknown`."""
    assert role.unknown is None, role.unknown
    text = Text.of(resource) if isinstance(resource, str) else resource
    return str(judge_of(role.policies)(Need(action, text), {}).standing)


def grants(role: Role, written: bool) -> list[str]:
    """`action on resource` of every statement: those that people wrote, or all others."""
    return [
        f"{action.value} on {resource.value}"
        for policy in role.policies
        if policy.ready_made is not written
        for statement in policy.statements
        for action in statement.actions
        for resource in statement.resources or ()
    ]


def said(found: Project) -> list[str]:
    """The problems, each with its line."""
    return [f"{one.span.file}:{one.span.line}: {one.message}" for one in found.problems]
