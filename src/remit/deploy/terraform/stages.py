"""Stages of a Terraform project and the values of their variables.

A file `NAME.tfvars`, or a folder `NAME` with a `terraform.tfvars` in it, is a stage; so is every
stage that a person tells of, as the workspace of that name. A project without any has one stage,
`default`. Values come, later ones first: told, the stage's file, `*.auto.tfvars`,
`terraform.tfvars`, defaults.
Source: Terraform language, values/variables, "Variable Definition Precedence".
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.model import Tellings
from remit.deploy.terraform import places
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.module import Module
from remit.deploy.terraform.nodes import Body
from remit.deploy.terraform.run import Files, Run
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Value
from remit.syntax.document import load
from remit.syntax.nodes import Mapping as Document
from remit.syntax.source import DocumentError

_ALWAYS = ("terraform.tfvars", "terraform.tfvars.json")
_AUTO = (".auto.tfvars", ".auto.tfvars.json")
_SUFFIXES = (".tfvars", ".tfvars.json")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One stage: the files of values that it takes beside those that all take."""

    name: str
    file: str | None
    workspace: str | None
    span: Span


def chosen(tree: Tree, folder: str, marker: str, told: Tellings) -> list[Chosen]:
    """The stages of the project in `folder`."""
    found: dict[str, Chosen] = {}
    for path in _value_files(tree, folder):
        name = _stage_name(path, folder)
        if name and _is_own(tree, folder, path):
            found.setdefault(name, Chosen(name, path, None, Span.whole(path)))
    for name in told.stages:
        found.setdefault(name, Chosen(name, None, name, Span.whole(marker)))
    return list(found.values()) or [Chosen(DEFAULT, None, None, Span.whole(marker))]


def _value_files(tree: Tree, folder: str) -> list[str]:
    return sorted({path for suffix in _SUFFIXES for path in tree.files(folder, suffix)})


def _stage_name(path: str, folder: str) -> str:
    """The stage that a file of values is for; empty for one that all stages take, and for one
    that belongs to another project below."""
    name = posixpath.basename(path)
    below = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".")
    if name in _ALWAYS:
        return "" if below == "." else posixpath.basename(below)
    if name.endswith(_AUTO):
        return ""
    return name.removesuffix(".json").removesuffix(".tfvars")


def _is_own(tree: Tree, folder: str, path: str) -> bool:
    """Whether no configuration of its own lies beside a file of values in a folder below."""
    home = posixpath.dirname(path)
    return home == folder or not any(posixpath.dirname(p) == home for p in tree.files(home, ".tf"))


def values(files: Files, folder: str, stage: Chosen, run: Run) -> dict[str, Value]:
    """The values of the root module's variables, without what a person tells."""
    prefix = folder + "/" if folder else ""
    direct = [
        path for path in _value_files(files.tree, folder) if "/" not in path.removeprefix(prefix)
    ]
    always = [path for name in _ALWAYS for path in direct if path == prefix + name]
    auto = [path for path in direct if path.endswith(_AUTO)]
    found: dict[str, Value] = {}
    for path in (*always, *auto, *((stage.file,) if stage.file else ())):
        found |= _file(files, path, run)
    return found


def _file(files: Files, path: str, run: Run) -> Mapping[str, Value]:
    if path.endswith(".json"):
        return _json(files.tree, path, run)
    body = files.body(path)
    found: dict[str, Value] = {}
    alone = Scope(Module(run, "", "", Body({}, ())))
    for name, attribute in (body.attributes if body is not None else {}).items():
        try:
            found[name] = evaluate(attribute.expression, alone)
        except Fault as fault:
            run.fault(fault)
    return found


def _json(tree: Tree, path: str, run: Run) -> Mapping[str, Value]:
    try:
        node = load(tree.read(path), path)
    except DocumentError as error:
        run.problems.setdefault(error.problem)
        return {}
    except OSError as error:
        run.problems.setdefault(Problem(Span.whole(path), str(error), "Make it readable."))
        return {}
    if not isinstance(node, Document):
        return {}
    return {key.text: places.values(item) for key, item in node.entries}
