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
from remit.deploy.terraform.nodes import Body
from remit.deploy.terraform.plan import Plan
from remit.deploy.terraform.project import stage as made_stage
from remit.deploy.terraform.providers import settle
from remit.deploy.terraform.run import MAX_STEPS, STEPS_OF_RESOURCE, Files, Run
from remit.deploy.terraform.values import wrapped
from remit.syntax.source import DocumentError

_PLAN_SUFFIX = ".tfplan.json"
_PLAN_NAMES = ("tfplan.json", "plan.json")


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The project that `marker`, a `.tf` file or a plan, stands for."""
    folder = posixpath.dirname(marker)
    files = Files(tree)
    plans = _plans(tree, folder, marker)
    problems: dict[Problem, None] = {}
    found: list[Stage] = []
    if plans:
        for path in plans:
            found += _planned(files, folder, path, told, problems)
    else:
        for one in stage_files.chosen(tree, folder, marker, told):
            run = Run(files, one.name, told.stage(one.name), folder, one.workspace)
            run.values = stage_files.values(files, folder, one, run)
            found.append(_stage(run, files.folder(folder), one.name, one.span))
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


def _stage(run: Run, body: Body, name: str, span: Span) -> Stage:
    settle(Module(run, "", run.base, body))
    return made_stage(Module(run, "", run.base, body), name, span)


def _plans(tree: Tree, folder: str, marker: str) -> list[str]:
    """The plans to read: the one that is named, else those beside the sources."""
    if marker.endswith(".json"):
        return [marker]
    prefix = folder + "/" if folder else ""
    direct = [
        path for path in tree.files(folder, "plan.json") if "/" not in path.removeprefix(prefix)
    ]
    return [p for p in direct if p.endswith(_PLAN_SUFFIX) or posixpath.basename(p) in _PLAN_NAMES]


def _planned(
    files: Files, folder: str, path: str, told: Tellings, problems: dict[Problem, None]
) -> list[Stage]:
    """The stage of a plan, none when it can't be read (a problem says why)."""
    name = posixpath.basename(path).removesuffix(_PLAN_SUFFIX)
    name = stage_files.DEFAULT if name.endswith(".json") else name
    try:
        plan = Plan(files.tree.read(path), path)
    except DocumentError as error:
        problems.setdefault(error.problem)
        return []
    except OSError as error:
        problems.setdefault(Problem(Span.whole(path), str(error), "Make it readable."))
        return []
    budget = MAX_STEPS + STEPS_OF_RESOURCE * plan.size
    run = Run(files, name, told.stage(name), folder, overlay=plan, budget=budget)
    run.values = {key: wrapped(value, plan.place("")) for key, value in plan.variables.items()}
    run.known_account = plan.known("aws_caller_identity", "account_id")
    run.known_region = plan.known("aws_region", "name") or plan.known("aws_region", "region")
    body = files.folder(folder)
    if not any(block.type == "resource" or block.type == "module" for block in body.blocks):
        body = plan.body("") or body
    stage = _stage(run, body, name, Span.whole(path))
    problems |= run.problems
    return [stage]
