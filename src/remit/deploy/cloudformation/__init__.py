"""CloudFormation and SAM: templates in YAML or JSON to stages, functions and roles.

One file a thing: template.py reads, intrinsics.py evaluates, stack.py names, kinds.py is the table
of resource types, sam.py translates Serverless templates, roles.py, functions.py and attached.py
make remit's values, stages.py reads `samconfig`, deployment.py puts a stage together.
"""

from __future__ import annotations

import posixpath

from remit.core.span import Problem
from remit.core.tree import Tree
from remit.deploy.cloudformation.deployment import Deployment, Files, Wanted
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.sam import is_serverless
from remit.deploy.cloudformation.stages import Environment, environments
from remit.deploy.model import Project, Stage, Tellings


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The project that the template `marker` deploys.

    Never raises for what is in the files. Without a usable template the project has no stages and
    `problems` says why.
    """
    problems: list[Problem] = []
    files = Files(tree)
    template = files.template(marker)
    stages: list[Stage] = []
    for one in environments(tree, marker, told, problems) if template is not None else ():
        stages += _stage(files, marker, one, told, problems)
    everything = dict.fromkeys((*files.problems, *problems))
    serverless = template is not None and is_serverless(template)
    return Project(
        framework="sam" if serverless else "cloudformation",
        name=_name(marker),
        entry="",
        sources=(),
        roots=(),
        stages=tuple(stages),
        problems=tuple(everything),
    )


def _stage(
    files: Files, marker: str, one: Environment, told: Tellings, problems: list[Problem]
) -> list[Stage]:
    of_stage = told.stage(one.name)
    names = Names(of_stage.values, of_stage.region or one.region, of_stage.account)
    deployment = Deployment(files, names, of_stage, lambda bucket, key: None)
    deployment.add(Wanted(marker, one.stack, parameters=one.parameters))
    if not deployment.stacks:
        return []
    return [deployment.stage(one.name, one.span, problems)]


def _name(marker: str) -> str:
    folder = posixpath.basename(posixpath.dirname(marker))
    return folder or posixpath.splitext(posixpath.basename(marker))[0]
