"""Templates as text, read from a tree that is held in memory."""

from __future__ import annotations

from textwrap import dedent, indent

from remit.core.tree import MemoryTree
from remit.deploy.cloudformation import read
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.stack import Stack
from remit.deploy.cloudformation.template import Template
from remit.deploy.cloudformation.template import read as read_template
from remit.deploy.model import Project, Role, Stage, Tellings, Told

FILE = "template.yaml"


def project(
    files: dict[str, str] | str, told: Tellings | None = None, marker: str = FILE
) -> Project:
    contents = {FILE: files} if isinstance(files, str) else files
    tree = MemoryTree({name: dedent(text) for name, text in contents.items()})
    return read(tree, marker, told or Tellings())


def stage(files: dict[str, str] | str, told: Tellings | None = None) -> Stage:
    [found] = project(files, told).stages
    return found


def stack(template: str, told: Told | None = None) -> Stack:
    found = read_template(MemoryTree({FILE: dedent(template)}), FILE)
    assert isinstance(found, Template), found
    of = told or Told()
    return Stack(found, Names(of.values, of.region, of.account), parameters=of.values)


def resources(body: str) -> str:
    return "Resources:\n" + indent(dedent(body).strip(), "  ") + "\n"


def granted(role: Role) -> list[str]:
    """`action resource` of every Allow, sorted."""
    return sorted(
        f"{action.value} {resource.value}"
        for policy in role.policies
        for statement in policy.statements
        for action in statement.actions
        for resource in statement.resources or ()
    )
