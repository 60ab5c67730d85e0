"""What is deployed beside a project by CloudFormation templates that a person names.

For frameworks whose configuration has no tables or buckets: Chalice, whose `--merge-template` is an
option of its command, and folders of policies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.core.span import Problem
from remit.core.tree import Tree
from remit.deploy.cloudformation.deployment import Deployment, Files, Wanted
from remit.deploy.cloudformation.names import Names
from remit.deploy.model import Stage, Told


def with_templates(tree: Tree, stage: Stage, files: Iterable[str], told: Told) -> Stage | Problem:
    """The stage with the resources of these templates and their policies; the problem of one that
    cannot be read. Values that are told are the templates' parameters."""
    read = Files(tree)
    names = Names(told.values, stage.region, stage.account)
    deployment = Deployment(read, names, told, lambda bucket, key: None)
    for file in files:
        deployment.add(Wanted(file))
        if read.template(file) is None:
            return read.problems[-1]
    found = deployment.stage(stage.name, stage.span, [])
    return replace(
        stage,
        attached=(*stage.attached, *found.attached),
        resources=lambda: (*stage.resources(), *deployment.resources()),
    )
