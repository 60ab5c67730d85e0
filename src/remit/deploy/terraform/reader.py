"""Reads a Terraform project: a folder with `.tf` files, or a plan as JSON.

Nothing is run and nothing is fetched. `read` never raises for what is in the project.
Source: Terraform language documentation; `terraform show -json`: internals/json-format.
"""

from __future__ import annotations

import posixpath

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.model import Project, Stage, Tellings
from remit.deploy.terraform import stages as stage_files
from remit.deploy.terraform.module import Module
from remit.deploy.terraform.project import stage as made_stage
from remit.deploy.terraform.providers import settle
from remit.deploy.terraform.run import Files, Run


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The project that `marker`, a `.tf` file or a plan, stands for."""
    folder = posixpath.dirname(marker)
    files = Files(tree)
    problems: dict[Problem, None] = {}
    found: list[Stage] = []
    chosen = stage_files.chosen(tree, folder, marker, told)
    chosen = stage_files.other_projects(tree, folder, chosen) or [
        stage_files.Chosen(stage_files.DEFAULT, None, None, Span.whole(marker))
    ]
    for one in chosen:
        run = Run(files, one.name, told.stage(one.name), folder, one.workspace)
        run.values = stage_files.values(files, folder, one, run)
        found.append(_stage(run, folder, one))
        problems |= run.problems
    return Project(
        framework="terraform",
        name=posixpath.basename(folder) or "terraform",
        entry="",
        sources=(),
        roots=(),
        stages=tuple(found),
        problems=tuple(dict.fromkeys((*files.problems, *problems))),
    )


def _stage(run: Run, folder: str, chosen: stage_files.Chosen) -> Stage:
    body = run.files.folder(folder)
    settle(Module(run, "", folder, body))
    return made_stage(Module(run, "", folder, body), chosen.name, chosen.span)
